"""Conversations that wander: anything that may be ordered is ordered, and entries are kept."""

from __future__ import annotations

import random
from collections.abc import Callable

from msgspec.structs import replace

from inbox.conversations.apply import fold
from inbox.conversations.commands import (
    Answer,
    AnyCommand,
    Assign,
    Begin,
    Claim,
    Clear,
    Close,
    Discard,
    Draft,
    Erase,
    Expire,
    Greet,
    MarkDeleted,
    MarkEdited,
    Order,
    Override,
    PostByHand,
    Recall,
    Receive,
    Release,
    Reopen,
    Report,
    Resolve,
    Resume,
    Retract,
    Return,
    SayLine,
    SetLane,
    Snooze,
    StartSend,
    TakeOver,
    TurnDown,
    Wake,
)
from inbox.conversations.decide import decide
from inbox.conversations.denied import Denied
from inbox.conversations.events import SCHEMA, Entry
from inbox.conversations.state import Answer as Written
from inbox.conversations.state import Conversation
from inbox.team.policies import Policies
from inbox.words import Account, Audience, Clearance, Lane, Message, Officer, Person, Profile

START = 1_770_000_000_000
MINUTE = 60_000

LANES = (
    Lane("life-safety", 0, 5, reserved=True),
    Lane("consular", 3, 60),
    Lane("other", 6, 480),
)
OFFICERS = (
    *(Officer(f"o{n}", f"O{n}", f"Officer {n}", roles=("approver",)) for n in range(4)),
    Officer("sv", "SV", "Supervisor", roles=("supervisor",)),
    Officer("ad", "AD", "Admin", roles=("admin",)),
)
ACCOUNTS = tuple(
    Account(
        id=f"x/{name}",
        app="x-main",
        native_id=str(n),
        title=name,
        slack_channel=f"C{n}",
        private_channel=f"P{n}",
        officers=tuple(officer.id for officer in OFFICERS),
        hold=0,
        clearance=(Clearance(needs=n, valid="3h"),),
    )
    for n, name in enumerate(("land", "embassy", "minister"))
)
PROFILE = Profile(
    platform="x",
    title="X",
    audiences=("public", "private"),
    count=len,
    limits={"public": 40, "private": 10_000},
    edits=True,
    deletes=True,
    retracts=True,
)
POLICIES = Policies(ACCOUNTS, OFFICERS, LANES, (), {"x": PROFILE})
POLICIES.lines = {"reach": {"en": "@{handle} We seek you."}}


class Walk:
    """One conversation; `entries` is its history, `made` what it is after each of them."""

    def __init__(self, dice: random.Random, id_: str) -> None:
        self.dice, self.id = dice, id_
        self.account = dice.choice(ACCOUNTS)
        self.private = dice.random() < 0.4
        self.now = START + dice.randrange(4 * 24 * 60) * MINUTE
        self.made: list[Conversation] = [Conversation(id=id_)]
        self.entries: list[Entry] = []
        self._numbers = iter(range(1, 10**6))
        self._said: list[str] = []

    @property
    def now_is(self) -> Conversation:
        """What the conversation is."""
        return self.made[-1]

    def walk(self, steps: int) -> Walk:
        """Take so many steps; what is refused was none."""
        if self.dice.random() < 0.1:
            audience: Audience = "private" if self.private else "public"
            begin = Begin(self.account.id, "x:p", audience, f"{self.id}a", "eva", reachout="r1")
            self._do("officer:o0", begin)
        else:
            self._do("platform:x", self._receive() if self.dice.random() < 0.95 else self._echo())
        for _ in range(steps):
            self.now += self.dice.choice((0, 1, 500, MINUTE, 7 * MINUTE, 95 * MINUTE))
            by, command = self._chosen()
            self._do(by, command)
        return self

    def _do(self, by: str, command: AnyCommand) -> None:
        op = f"{self.id}/{next(self._numbers)}"
        order = Order(op=op, at=self.now, by=by, command=command)
        before = self.now_is
        events = decide(before, order, POLICIES.of(self.account.id, by))
        if isinstance(events, Denied) or not events:
            return
        entry = Entry(op, SCHEMA, before.version + 1, self.now, by, "", "salt", events)
        self.entries.append(entry)
        self.made.append(replace(fold(before, entry), head=""))

    def _chosen(self) -> tuple[str, AnyCommand]:
        officer = f"officer:{self.dice.choice(OFFICERS).id}"
        claim = self.now_is.claim
        if claim and self.dice.random() < 0.7:
            officer = f"officer:{claim.holder}"
        moving = self.now_is.open_answer
        if moving and moving.state == "asked" and self.dice.random() < 0.8:
            return self._word(moving)
        if moving and moving.state != "draft" and self.dice.random() < 0.8:
            steers = self.dice.random() < 0.3
            return (officer, self._steer()) if steers else ("postroom", self._send())
        if self.dice.random() < 0.3:
            said: tuple[Callable[[], AnyCommand], ...] = (
                self._receive, self._receive, self._receive, self._edit, self._delete
            )  # fmt: skip
            return "platform:x", self._echo() if self.dice.random() < 0.07 else self.dice.choice(
                said
            )()
        if self.dice.random() < 0.1:
            return "greeter", Greet(self._name("g"), "Automatic reply")
        return officer, self._order()

    def _order(self) -> AnyCommand:
        dice = self.dice
        orders: tuple[AnyCommand, ...] = (
            *(Claim(), Claim(), TakeOver("urgent"), Assign(dice.choice(OFFICERS).id), Release()),
            *(self._answer() for _ in range(8)),
            Draft(self._name("d"), "A draft", to=dice.choice(OFFICERS).id),
            SetLane(dice.choice(LANES).name),
            *(Snooze(self.now + MINUTE), Wake("by hand")),
            *(Close("answered"), Close("no_answer_needed"), Reopen("again")),
            self._steer(),
            Erase("conversation", "a law"),
        )
        return dice.choice(orders)

    def _steer(self) -> AnyCommand:
        known = self.now_is.answers
        if not known:
            return Claim()
        answer = self.dice.choice(known)
        part = self.dice.choice(answer.parts).id if answer.parts else f"{answer.id}.1"
        url = f"https://x.com/i/{self._name('h')}"
        return self.dice.choice(
            (
                *(Discard(answer.id), Recall(answer.id), Resume(answer.id), Retract(answer.id)),
                *(Resolve(part), Resolve(part, self._name("x:r")), PostByHand(part, url)),
            )
        )

    def _word(self, answer: Written) -> tuple[str, AnyCommand]:
        """Say something of an answer that waits for clearance; mostly that it may leave."""
        by = f"officer:{self.dice.choice(OFFICERS).id}"
        seal = answer.seal if self.dice.random() < 0.9 else "of another text"
        timer = answer.clearing.timer if answer.clearing else 0
        words: tuple[tuple[str, AnyCommand], ...] = (
            *((by, Clear(answer.id, seal)) for _ in range(6)),
            (by, TurnDown(answer.id, seal, "no")),
            (by, Return(answer.id, seal, "Rather this")),
            ("officer:sv", Override(answer.id, seal, "urgent")),
            ("clerk", Expire(answer.id, timer)),
        )
        return self.dice.choice(words)

    def _send(self) -> AnyCommand:
        parts = [part for answer in self.now_is.answers for part in answer.parts]
        if not parts:
            return StartSend("none.1")
        part = self.dice.choice(parts)
        if part.state == "ready":
            return StartSend(part.id)
        outcome = self.dice.choice(
            (
                "sent",
                "sent",
                "sent",
                "failed",
                "unsure",
                "postponed",
                "arrived",
                "retracted",
                "kept",
            )
        )
        return Report(part.id, outcome, ref=self._name("x:s"), until=self.now)  # type: ignore[arg-type]  # one of the outcomes

    def _answer(self) -> Answer | SayLine:
        c = self.now_is
        if c.begun and c.audience == "public" and self.dice.random() < 0.7:
            return SayLine(self._name("a"), "reach", "en", fence=c.fence, seen=c.version)
        return Answer(
            self._name("a"),
            "word " * self.dice.choice((3, 3, 12)),
            audience=c.audience,
            re=c.last_message,
            fence=c.fence,
            seen=c.version,
            confirmed="newer",
            close=self.dice.random() < 0.3,
            reachout="r1" if c.begun and self.dice.random() < 0.5 else "",
        )

    def _receive(self) -> Receive:
        id_ = self._name("x:m")
        chain = (self.dice.choice(self._said),) if self._said and self.dice.random() < 0.1 else ()
        if self.dice.random() < 0.1:
            chain = (self._name("x:e"),)
        self._said += [id_, *chain]
        if self.dice.random() < 0.1:
            id_ = self.dice.choice(self._said)
        lane = self.dice.choice(("", *(lane.name for lane in LANES)))
        return Receive(self._message(id_, chain=chain), lane=lane)

    def _echo(self) -> Receive:
        return Receive(self._message(self._name("x:o"), ours=True))

    def _edit(self) -> MarkEdited:
        old = self.dice.choice(self._said or ["x:none"])
        new = self.dice.choice((old, self._name("x:m")))
        self._said.append(new)
        return MarkEdited(old, new, "Changed", written=self._written())

    def _delete(self) -> MarkDeleted:
        sent = [p.ref for a in self.now_is.answers for p in a.parts if p.ref]
        return MarkDeleted(self.dice.choice([*self._said, *sent, self._name("x:m")]), self.now)

    def _message(self, id_: str, *, ours: bool = False, chain: tuple[str, ...] = ()) -> Message:
        return Message(
            id=id_,
            account=self.account.id,
            thread=self.id,
            person="x:p",
            author=Person("x:0" if ours else "x:p", "eva"),
            text=f"Hello {id_}",
            audience="private" if self.private else "public",
            written=self._written(),
            ours=ours,
            chain=chain,
        )

    def _written(self) -> int:
        late = (0, 0, 5000, 20 * MINUTE, 300 * MINUTE, -MINUTE)
        return self.now - self.dice.choice(late)

    def _name(self, start: str) -> str:
        return f"{start}{self.id}{next(self._numbers)}"
