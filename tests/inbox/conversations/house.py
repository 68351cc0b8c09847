"""A small house for the pure rules: one account, four officers, one conversation, a clock."""

from __future__ import annotations

from msgspec.structs import replace

from inbox.conversations.apply import fold
from inbox.conversations.commands import (
    Answer,
    AnyCommand,
    Claim,
    Order,
    Receive,
    Report,
    StartSend,
)
from inbox.conversations.decide import decide
from inbox.conversations.denied import Denied
from inbox.conversations.events import SCHEMA, AnyEvent, Entry
from inbox.conversations.state import Conversation
from inbox.words import Account, Audience, Lane, Message, Officer, Person, Policy, Profile

START = 1_700_000_000_000
MINUTE = 60_000

PROFILE = Profile(
    platform="x",
    title="X",
    audiences=("public", "private"),
    count=len,
    limits={"public": 280, "private": 1000},
    parts_most=4,
    media_most=4,
    reply_window={"private": 24 * 3600},
    retracts=True,
    moderates=True,
)
ACCOUNT = Account(
    id="x/landetud",
    app="x-main",
    native_id="14",
    title="Landet UD",
    handle="LandetUD",
    slack_channel="C1",
    private_channel="C2",
    officers=("aj", "en", "ml", "root", "old", "reads"),
)
OFFICERS = {
    one.id: one
    for one in (
        Officer(id="aj", initials="AJ", name="Anna Jansson"),
        Officer(id="en", initials="EN", name="Erik Nyström"),
        Officer(id="ml", initials="ML", name="Maria L", roles=("officer", "supervisor")),
        Officer(id="root", initials="RO", name="Root", roles=("admin",)),
        Officer(id="old", initials="OL", name="Olle", active=False),
        Officer(id="reads", initials="RE", name="Reader", roles=("reader",)),
        Officer(id="away", initials="AW", name="Elsewhere", accounts=("x/other",)),
    )
}
LANES = (
    Lane(name="life-safety", rank=0, minutes=5),
    Lane(name="consular", rank=3, minutes=60),
    Lane(name="other", rank=6, minutes=480),
)
POLICY = Policy(
    account=ACCOUNT,
    profile=PROFILE,
    lanes=LANES,
    tags=("visa", "thanks"),
    officers=OFFICERS,
    epoch="e1",
)

Events = tuple[AnyEvent, ...]


def message(
    id_: str = "x:1",
    text: str = "Is the border open?",
    *,
    written: int = START,
    audience: Audience = "public",
    ours: bool = False,
    re: str = "",
    named: bool = True,
    chain: tuple[str, ...] = (),
) -> Message:
    """Write a message from the one person of this house, or from us."""
    return Message(
        id=id_,
        account=ACCOUNT.id,
        thread="t",
        person="x:p",
        author=Person(id="x:14" if ours else "x:p", handle="resenar_k"),
        text=text,
        audience=audience,
        written=written,
        ours=ours,
        re=re,
        named=named,
        chain=chain,
    )


class House:
    """One conversation and its history; every order takes a second."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.conversation = Conversation(id="conversation0000")
        self.entries: list[Entry] = []
        self.now = START + MINUTE

    def decide(self, by: str, command: AnyCommand) -> Events | Denied:
        """Decide without letting it happen."""
        officer = self.policy.officers.get(by)
        order = Order(
            op=f"op{self.now}",
            at=self.now,
            by=f"officer:{by}" if by in self.policy.officers else by,
            command=command,
        )
        return decide(self.conversation, order, replace(self.policy, officer=officer))

    def do(self, by: str, command: AnyCommand) -> Events | Denied:
        """Let an order happen, as the desk would."""
        self.now += 1000
        result = self.decide(by, command)
        if not isinstance(result, Denied) and result:
            who = f"officer:{by}" if by in self.policy.officers else by
            n = self.conversation.version + 1
            entry = Entry(f"op{self.now}", SCHEMA, n, self.now, who, "", "salt", result)
            self.entries.append(entry)
            self.conversation = fold(self.conversation, entry)
        return result

    def must(self, by: str, command: AnyCommand) -> Events:
        """Let an order happen that nothing hinders."""
        result = self.do(by, command)
        assert not isinstance(result, Denied), result
        return result

    def refused(self, by: str, command: AnyCommand) -> Denied:
        """Give an order that must be refused, and changes nothing."""
        before = self.conversation
        result = self.do(by, command)
        assert isinstance(result, Denied), result
        assert self.conversation == before
        return result

    def hears(self, id_: str = "x:1", text: str = "Is the border open?", **more: object) -> Events:
        """Let the person write; by default just now."""
        written = more.pop("written", self.now)
        named = {"written": written, **more}
        return self.must("platform:x", Receive(message(id_, text, **named)))  # type: ignore[arg-type] # a test's shorthand

    def answer(self, by: str = "aj", text: str = "Yes.", **more: object) -> Answer:
        """Write the answer that this officer would send now."""
        c = self.conversation
        fields = {
            "answer": "a1",
            "audience": c.audience,
            "re": c.last_message,
            "fence": c.fence,
            "seen": c.version,
            **more,
        }
        return Answer(text=text, **fields)  # type: ignore[arg-type] # a test's shorthand

    def answered(self, by: str = "aj", text: str = "Yes.", **more: object) -> Events:
        """Claim if needed, and let an answer go."""
        if self.conversation.claim is None:
            self.must(by, Claim())
        return self.must(by, self.answer(by, text, **more))

    def start(self, part: str = "a1.1", epoch: str = "e1") -> Events | Denied:
        """Let the postroom begin to send."""
        return self.do("postroom", StartSend(part, epoch=epoch))

    def sent(self, part: str = "a1.1", ref: str = "x:900") -> Events:
        """Let a part leave and arrive on the platform."""
        self.must("postroom", StartSend(part, epoch="e1"))
        return self.must("postroom", Report(part, "sent", ref=ref, url=f"https://x.com/{ref}"))


def long_text(words: int = 120) -> str:
    """Write an answer that needs several parts."""
    return " ".join(f"word{n}" for n in range(words))
