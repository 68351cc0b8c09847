"""A small house for the rules of reachouts: one contact, two officers, a ladder, a clock."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from inbox.conversations.events import SCHEMA
from inbox.denied import Denied
from inbox.reachout.apply import fold
from inbox.reachout.case import Facts
from inbox.reachout.commands import AnyCommand as Command
from inbox.reachout.commands import Attempt, Hear, Open, Order, Settle
from inbox.reachout.decide import decide
from inbox.reachout.events import AnyEvent, Entry
from inbox.reachout.state import Level, Reachout, Rung, due_at
from inbox.words import Account, Officer, Profile

START = 1_700_000_000_000
MINUTE = 60_000
HOUR = 60 * MINUTE

CARL, ODA = "x:55", "mastodon:77"
PROFILE = Profile(
    platform="x",
    title="X",
    audiences=("public", "private"),
    count=len,
    limits={"public": 280, "private": 10_000},
    starts=("public",),
    hosts=("api.x.com",),
)
FEDI = replace(PROFILE, platform="mastodon", title="Mastodon", starts=("public", "private"))
ACCOUNT = Account(
    id="x/landetud", app="x", native_id="1", title="UD", handle="LandetUD", officers=("aj", "en")
)
NARROW = replace(ACCOUNT, id="x/narrow", handle="LandetNarrow", may_reply_to="mentions")
TOOT = replace(
    ACCOUNT,
    id="mastodon/landet",
    handle="landet@social.example",
    instance="https://social.example",
)
OFFICERS = {
    "aj": Officer("aj", "AJ", "Anna Jansson"),
    "en": Officer("en", "EN", "Erik Nyström"),
    "re": Officer("re", "RE", "Reader", roles=("reader",)),
}
LINES = {"reach": {"sv": "@{handle} Vi försöker nå dig.", "en": "@{handle} Please reach us."}}
LEVELS: Mapping[str, Level] = {CARL: "verified", ODA: "verified"}
FACTS = Facts(
    ways=frozenset({("phone", "+1"), ("email", "minister@mfa.example")}),
    levels=LEVELS,
    lines=LINES,
    accounts={
        ACCOUNT.id: (ACCOUNT, PROFILE),
        NARROW.id: (NARROW, PROFILE),
        TOOT.id: (TOOT, FEDI),
    },
)

PHONE = Rung("phone", way="+1", minutes=15)
EMAIL = Rung("email", way="minister@mfa.example", minutes=45)
PRIVATE = Rung(
    "private", person=CARL, handle="CarlBildt", account=ACCOUNT.id, minutes=30, reach="yes"
)
PUBLIC = Rung(
    "public",
    person=CARL,
    handle="CarlBildt",
    account=ACCOUNT.id,
    template="reach",
    language="sv",
    minutes=120,
)
LADDER = (PHONE, EMAIL, PRIVATE, PUBLIC)


class House:
    """One reachout and its history; every order takes a second."""

    def __init__(self, facts: Facts = FACTS) -> None:
        self.facts = facts
        self.reachout = Reachout(id="reachout00000000")
        self.now = START
        self.entries: list[Entry] = []

    def decide(self, by: str, command: Command) -> tuple[AnyEvent, ...] | Denied:
        """Decide without letting it happen."""
        who = f"officer:{by}" if by in OFFICERS else by
        order = Order(op=f"op{self.now}", at=self.now, by=who, command=command)
        return decide(self.reachout, order, replace(self.facts, officer=OFFICERS.get(by)))

    def do(self, by: str, command: Command) -> tuple[AnyEvent, ...] | Denied:
        """Let an order happen."""
        self.now += 1000
        events = self.decide(by, command)
        if not isinstance(events, Denied) and events:
            who = f"officer:{by}" if by in OFFICERS else by
            n = self.reachout.version + 1
            entry = Entry(f"op{self.now}", SCHEMA, n, self.now, who, "", "salt", events)
            self.entries.append(entry)
            self.reachout = fold(self.reachout, entry)
        return events

    def must(self, by: str, command: Command) -> tuple[AnyEvent, ...]:
        """Let an order happen that nothing hinders."""
        events = self.do(by, command)
        assert not isinstance(events, Denied), events
        return events

    def refused(self, by: str, command: Command) -> str:
        """Give an order that must be refused, and say why."""
        before = self.reachout
        events = self.do(by, command)
        assert isinstance(events, Denied), events
        assert self.reachout == before
        return events.why

    def opened(self, *rungs: Rung, deadline: int = START + 8 * HOUR) -> House:
        """Open a reachout with this ladder."""
        self.must("aj", Open("c1", "The attack in Qasira", "urgent", deadline, rungs or LADDER))
        return self

    def states(self) -> list[str]:
        """Say where each rung is."""
        return [one.state for one in self.reachout.rungs]

    def fires(self, n: int, by: str = "aj", **more: object) -> tuple[AnyEvent, ...] | Denied:
        """Try a rung on a platform."""
        fields: dict[str, object] = {
            "answer": f"a{n}",
            "conversation": "conv",
            "level": "verified",
            **more,
        }
        return self.do(by, Attempt(n, **fields))  # type: ignore[arg-type]  # a test's shorthand

    def left(self, n: int) -> None:
        """Let a rung's answer stand on the platform."""
        self.must("clerk", Settle(n, f"a{n}", "sent", url="https://x.com/LandetUD/status/9"))

    def hears(self, person: str = CARL, **more: object) -> tuple[AnyEvent, ...]:
        """Let somebody write."""
        fields: dict[str, object] = {"conversation": "conv", "message": "x:9", **more}
        return self.must("clerk", Hear(person, **fields))  # type: ignore[arg-type]  # a test's shorthand

    @property
    def due(self) -> int | None:
        """When the clerk must look."""
        return due_at(self.reachout)
