"""The words everybody shares: messages, people, accounts, officers, profiles, parts, and ids."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

import msgspec

AccountId: TypeAlias = str  # "x/landetud": a slug, kept through renames, never reused
PersonId: TypeAlias = str  # "x:2244994945": the platform's immutable id, never a handle
MessageId: TypeAlias = str  # "x:1245403438755852288": unique in its platform
ConversationId: TypeAlias = str  # 16 characters of base32
ContactId: TypeAlias = str  # an entry of the directory
ReachoutId: TypeAlias = str  # one attempt to reach a contact
AnswerId: TypeAlias = str
PartId: TypeAlias = str  # "answer.n": the idempotency key, the same on every attempt
OfficerId: TypeAlias = str  # "aj"
Millis: TypeAlias = int  # UTC milliseconds since 1970

Audience = Literal["public", "private"]
MessageKind = Literal["text", "encrypted", "unsupported"]
Mark = Literal["none", "paid", "government", "domain"]
Verdict = Literal["approve", "hold", "spam", "trash"]
LeakGuard = Literal["warn", "block", "off"]
Role = Literal["reader", "officer", "approver", "supervisor", "admin"]
Signature = Literal["none", "initials", "first_name", "title", "pseudonym"]
RefusedWhy = Literal[
    "too_long",
    "duplicate",
    "reply_forbidden",
    "window_closed",
    "blocked",
    "gone",
    "media",
    "recipients",
    "unknown",
]


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """A frozen record: cheap to replace, small on the wire."""


class Media(Record, frozen=True):
    """A picture or film; its bytes never live in Redis (`Bot.fetch` gets them)."""

    kind: str
    url: str = ""
    alt: str = ""
    digest: str = ""
    size: int = 0


class Person(Record, frozen=True):
    """Who wrote, keyed by the platform's immutable id."""

    id: PersonId
    handle: str = ""
    name: str = ""
    mark: Mark = "none"
    url: str = ""
    avatar: str = ""
    since: Millis = 0


class Message(Record, frozen=True):
    """What somebody wrote, as we took it in.

    `thread` is the platform's root of the conversation, or "" where a platform has none;
    `root_unknown` says that the message had to be its own root. `chain` holds the ids of the
    message's earlier versions, first one first (X gives an edited post a new id). `person` is who
    the conversation is with: the author, except for our own posts. `raw` is the payload's sha256.
    """

    id: MessageId
    account: AccountId
    thread: str
    person: PersonId
    author: Person
    text: str
    audience: Audience
    written: Millis
    re: MessageId = ""
    media: tuple[Media, ...] = ()
    kind: MessageKind = "text"
    ours: bool = False
    raw: str = ""
    url: str = ""
    chain: tuple[MessageId, ...] = ()
    root_unknown: bool = False
    named: bool = True
    """Whether the message names our account: self-serve X lets us answer only then."""


class Part(Record, frozen=True):
    """What one platform call sends, together with all it needs to be sent."""

    id: PartId
    account: AccountId
    audience: Audience
    text: str
    re: MessageId = ""
    recipients: tuple[PersonId, ...] = ()
    media: tuple[Media, ...] = ()


class Ref(Record, frozen=True):
    """Where a sent part stands: the platform's id and its public address."""

    id: MessageId
    url: str = ""
    thread: str | None = None
    """What the platform calls the thread it stands in; None: it is a root, named by its id."""


class Reach(Record, frozen=True):
    """Whether a person can be written to in one audience, and why not."""

    answer: Literal["yes", "no", "unknown"]
    reason: str = ""


class Lane(Record, frozen=True):
    """The order in which people are served: rank 0 first."""

    name: str
    rank: int
    minutes: int
    """The target: answered within this many minutes."""
    reserved: bool = False
    """Whether its conversations may take the board's reserved seats."""
    words: Mapping[str, tuple[str, ...]] = {}
    """Words that put a message in this lane, per language."""


class Casualties(Record, frozen=True):
    """What makes a public text a figure of casualties: such a word beside digits or a number."""

    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


class Clearance(Record, frozen=True):
    """One rule: which answers need a second person, and whose; the first that fits counts.

    What is left empty fits all. `needs` of 0 lets answers leave that a later rule would ask about;
    `from` names officers (groups are already resolved), nobody named being every approver.
    """

    audience: Audience | Literal[""] = ""
    lanes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    needs: int = 1
    from_: tuple[OfficerId, ...] = msgspec.field(default=(), name="from")
    valid: str = "2h"
    """How long it may be given and used, like `90m` or `2h`."""

    @property
    def valid_ms(self) -> Millis:
        """Milliseconds for which it counts; raises ValueError where the tables were not asked."""
        found = re.fullmatch(r"([1-9]\d{0,3})(m|h|d)", self.valid)
        if not found:
            raise ValueError(self.valid)
        return int(found[1]) * {"m": 60_000, "h": 3_600_000, "d": 86_400_000}[found[2]]


class Money(Record, frozen=True):
    """A sum: `50 USD`."""

    amount: float = 0.0
    currency: str = ""


def money(text: str) -> Money:
    """Read a sum, "" being none; raises ValueError where it is no sum like `50 USD`."""
    if not text:
        return Money()
    amount, _, currency = text.partition(" ")
    whole, _, part = amount.partition(".")
    digits = (whole + part).isascii() and whole.isdecimal() and (part or "0").isdecimal()
    if not (digits and len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise ValueError(text)
    return Money(float(amount), currency)


class Finding(Record, frozen=True):
    """One thing `config check` found; advice beside what is well is a warning."""

    ok: bool
    what: str
    advice: str = ""


class Account(Record, frozen=True):
    """An official account and its policies, as accounts.toml gives them."""

    id: AccountId
    app: str
    native_id: str
    title: str
    kind: Literal["ministry", "minister", "mission", "crisis"] = "ministry"
    handle: str = ""
    instance: str = ""
    """Where it lives, like `https://social.example`, on a platform of many instances."""
    languages: tuple[str, ...] = ("en",)
    time_zone: str = "UTC"
    hours: str = ""
    slack_channel: str = ""
    private_channel: str = ""
    fallback_channel: str = ""
    officers: tuple[OfficerId, ...] = ()
    """Who may act for it; groups are already resolved."""
    signature: Signature = "initials"
    receive: Literal["poll", "stream", "webhook"] = "poll"
    greeting: Literal["off", "always", "outside_hours"] = "off"
    call: str = ""
    """Whom the automatic reply says to call, such as "+46 8 000 00 00"; "" names nobody."""
    may_reply_to: Literal["mentions", "all"] = "all"
    may_call: bool = False
    """Whether a post of its own may name somebody who never named us: X's rule speaks of replies
    (docs.x.com, February 2026), a contract may speak of more. Implied by `may_reply_to = "all"`."""
    budget_month: str = ""
    """What the platform may cost in a month (UTC), like `50 USD`; "" sets no bound."""
    hold: int = 10
    """Seconds an answer waits before it leaves."""
    leak_guard: LeakGuard = "warn"
    """What follows when a text would leak: it waits for a confirmation, or for another text."""
    initials_page: bool = False
    """Whether the public may look up whose initials these are."""
    ours: tuple[str, ...] = ()
    """Our own hosts, numbers, addresses and handles: what may stand in any public answer."""
    clearance: tuple[Clearance, ...] = ()

    @property
    def calls(self) -> bool:
        """Whether we may name in public somebody who never named us."""
        return self.may_call or self.may_reply_to == "all"

    @property
    def platform(self) -> str:
        """The platform's name: what stands before the slash."""
        return self.id.partition("/")[0]

    @property
    def budget(self) -> Money:
        """The month's budget; raises ValueError where the tables were not asked about it."""
        return money(self.budget_month)


class Officer(Record, frozen=True):
    """A person of the ministry; `slack` holds all their ids as `team/user` or a bare user id."""

    id: OfficerId
    initials: str
    name: str
    roles: tuple[Role, ...] = ("officer",)
    slack: tuple[str, ...] = ()
    accounts: tuple[AccountId, ...] = ()
    """The accounts they may act for; empty means those that name them."""
    languages: tuple[str, ...] = ()
    locale: str = ""
    title: str = ""
    pseudonym: str = ""
    active: bool = True


class Budget(Record, frozen=True):
    """At most `most` calls of one kind in `per` seconds."""

    most: int
    per: int


class Profile(msgspec.Struct, frozen=True):
    """What a platform can do and how it counts; narrowed by what the server says.

    `count(text)` gives a text's length in the platform's own units, `limits[audience]` the most a
    part may have in them. `fits(text, audience)` is the last word (some platforms limit bytes too).
    """

    platform: str
    title: str
    audiences: tuple[Audience, ...]
    count: Callable[[str], int]
    limits: Mapping[Audience, int]
    parts_most: int = 25
    media_most: int = 0
    media_kinds: tuple[str, ...] = ()
    alt_limit: int = 0
    reply_window: Mapping[Audience, int] = {}
    """Seconds after their last message in which we may answer; absent means for ever."""
    starts: tuple[Audience, ...] = ()
    """The audiences in which we may write first."""
    repeatable: bool = False
    """Whether the platform takes our key, so that a repeated send is harmless."""
    page: str = ""
    """Where a person's public page stands, such as `https://x.com/{handle}`, if one can tell.

    `{user}` and `{server}` are what stands before and after the `@` of a handle.
    """
    hosts: tuple[str, ...] = ()
    """The platform's own hosts that its bot calls, for whoever must let it out."""
    instances: bool = False
    """Whether it is many instances: then accounts.toml says where each account lives."""
    pushes: bool = False
    poll_every: int = 60
    edits: bool = False
    deletes: bool = False
    receipts: bool = False
    retracts: bool = False
    moderates: bool = False
    adds_mentioned: bool = False
    """Whether it tells by their names in a text who reads it: whom it is for must stand there, and
    in a private one nobody else."""
    reply_needs_mention: bool = False
    """Whether a public reply is allowed only where they named us (`may_reply_to = "mentions"`)."""
    budgets: Mapping[str, tuple[Budget, ...]] = {}
    costs: Mapping[str, float] = {}
    """What one call, or one thing read, costs."""
    currency: str = "USD"
    """What the costs are in."""
    app_secrets: tuple[str, ...] = ()
    """The credentials that accounts.toml must name for each app."""
    account_secrets: tuple[str, ...] = ()
    """The credentials that accounts.toml must name for each account."""

    def limit(self, audience: Audience) -> int:
        """Return the most a part may count in this audience."""
        return self.limits[audience]

    def fits(self, text: str, audience: Audience) -> bool:
        """Return whether `text` can be one part."""
        return self.count(text) <= self.limit(audience)


class Policy(msgspec.Struct, frozen=True):
    """All that a decision may look at besides the conversation: nothing here is read from outside.

    `officer` is who orders, or None for platforms, clerk, greeter and postroom.
    """

    account: Account
    profile: Profile
    lanes: tuple[Lane, ...] = ()
    tags: tuple[str, ...] = ()
    lines: Mapping[str, Mapping[str, str]] = {}
    """Approved lines for the public: template -> language -> sentence with `{handle}` in it."""
    officer: Officer | None = None
    officers: Mapping[OfficerId, Officer] = {}
    on_duty: frozenset[OfficerId] = frozenset()
    epoch: str = ""
    halted: bool = False
    casualties: Casualties = Casualties()
    spent: bool = False
    """Whether the month's money is spent: then only what is of life-safety leaves."""
