"""Everything that is shown of a conversation, as records, and its facts in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from handlers.forms import Wrong
from handlers.safe import beside, masked, one_line, public, size
from handlers.say import Pieces, Refusal, Say
from inbox.conversations.denied import Denied
from inbox.conversations.state import Conversation
from inbox.directory.evidence import Level
from inbox.directory.lookalikes import Likeness
from inbox.directory.signs import kind
from inbox.words import (
    Account,
    AnswerId,
    Audience,
    ContactId,
    Lane,
    Message,
    MessageId,
    MessageKind,
    Millis,
    Officer,
    OfficerId,
    Person,
    Record,
)

DOT = " · "
NAME = 18
"""Units of a name or handle in the facts."""
WHOLE = 60
"""Units of whom somebody looks like."""
SIGNS = 12
"""Units of the signs that differ."""
UNLABELLED = ("info", "other")
"""Lanes whose label would be clutter."""


class Line(Record, frozen=True):
    """One thing that was said: by them, by us, or among us (a note)."""

    text: str
    at: Millis
    who: str = ""
    """A handle, or an officer's name."""
    side: Literal["in", "out", "note"] = "in"
    kind: MessageKind = "text"
    edited: bool = False
    deleted: bool = False
    erased: bool = False
    media: int = 0
    url: str = ""


def line_of(
    message: Message, *, edited: bool = False, deleted: bool = False, erased: bool = False
) -> Line:
    """Turn a message of a conversation's Reading into a line to show."""
    return Line(
        text=message.text,
        at=message.written,
        who=message.author.handle or message.author.name,
        side="out" if message.ours else "in",
        kind=message.kind,
        edited=edited,
        deleted=deleted,
        erased=erased,
        media=len(message.media),
        url=message.url,
    )


class Recognised(Record, frozen=True):
    """A contact that somebody is, and how sure we are; `frozen` where something changed."""

    contact: ContactId
    name: str
    level: Level
    frozen: bool = False


class Shown(Record, frozen=True):
    """One conversation with all that its card and its modals show.

    `lines` are the last messages, oldest first; `earlier` counts those before them. `others` counts
    the same person's other open conversations with this account; `other_holders` names who holds
    them. `due` is when the lane's target passes; `forbidden` says why we may not answer, if so.
    `officers` gives the names behind ids; `platform` is the Profile's title.
    """

    conversation: Conversation
    account: Account
    platform: str
    person: Person
    lane: Lane | None = None
    lines: tuple[Line, ...] = ()
    earlier: int = 0
    officers: Mapping[OfficerId, Officer] = {}
    writing: bool = False
    """Whether the holder has the answer open."""
    others: int = 0
    other_holders: tuple[str, ...] = ()
    due: Millis = 0
    forbidden: Denied | None = None
    likeness: Likeness | None = None
    """Whom the person may be taken for, and is not."""
    known: Recognised | None = None
    """The contact that the person is, as far as a channel may know."""

    def name(self, officer: OfficerId) -> str:
        """Return an officer's name, or the id of one who is not in the table."""
        known = self.officers.get(officer)
        return known.name if known else officer

    @property
    def names(self) -> dict[OfficerId, str]:
        """Return all names by id, as Say.because takes them."""
        return {officer.id: officer.name for officer in self.officers.values()}

    @property
    def holder(self) -> str:
        """Return the holder's name, or "" where nobody holds it."""
        return self.name(self.conversation.claim.holder) if self.conversation.claim else ""

    @property
    def who(self) -> str:
        """Return the person's handle or name as one short harmless line, numbers masked."""
        handle = masked(self.person.handle)
        shown = handle if handle != self.person.handle or not handle else f"@{handle.lstrip('@')}"
        return one_line(shown or masked(self.person.name), NAME) or "…"

    @property
    def us(self) -> str:
        """Return our account's handle or title as one short line."""
        account = self.account
        return one_line(f"@{account.handle}" if account.handle else account.title, NAME)


class Told(Record, frozen=True):
    """A phrase with its facts, made by whoever knows and said in the reader's language."""

    key: str
    facts: Mapping[str, Any] = {}


class Writing(Record, frozen=True):
    """An officer's answer being written.

    `text` is the draft; `parts` what would leave, given at a part boundary or limit only; `limit`
    counts in the platform's units. `newer` came while they wrote; `problem` is what the desk said
    to the last try. `other` says that the other audience can be offered. `phrases`: any to offer.
    """

    answer: AnswerId
    audience: Audience = "public"
    re: MessageId = ""
    text: str = ""
    parts: tuple[str, ...] = ()
    limit: int = 280
    signature: str = ""
    close_after: bool = True
    newer: tuple[Line, ...] = ()
    problem: Denied | None = None
    other: bool = False
    invites: tuple[str, str] = ("", "")
    """The ready line that asks them to write privately: its name and its words."""
    phrases: bool = True
    asks: str = ""
    """Whose word it needs before it leaves; "" where it needs nobody's."""
    source: str = ""
    came_back: Told | None = None
    """How its clearance ended, where it came back to be changed, and `why_back`."""
    why_back: str = ""


def reserved(shown: Shown) -> bool:
    """Whether lives may depend on it."""
    return shown.lane is not None and shown.lane.reserved


def audience_word(audience: Audience, say: Say) -> str:
    """Return PUBLIC or PRIVATE with its picture."""
    return ("🌍 " if audience == "public" else "🔒 ") + say(f"audience.{audience}")


def lane_word(shown: Shown, say: Say) -> str:
    """Return the lane's label; "" for those that go without."""
    lane = shown.conversation.lane
    if lane in UNLABELLED:
        return ""
    label = one_line(say.word("lane", lane, lane.upper()), NAME)
    return f"🔴 {label}" if reserved(shown) else label


def where(shown: Shown, say: Say) -> str:
    """Return the first line of facts: lane, audience, account."""
    way = f"{shown.platform} → {shown.us}"
    audience = audience_word(shown.conversation.audience, say)
    return DOT.join(part for part in (lane_word(shown, say), audience, way) if part)


def hand(shown: Shown, say: Say) -> str:
    """Return who holds it, or that nobody does."""
    holder = one_line(shown.holder, NAME)
    return f"✋ {holder}" if holder else say("card.unclaimed")


def whom(shown: Shown, say: Say) -> str:
    """Return the person's name for the middle of a sentence in the reader's language."""
    return beside(shown.who, say("card.unclaimed"))


def language(shown: Shown, say: Say) -> str:
    """Return the name of the language they write in, or "" where it is not known."""
    code = shown.conversation.language
    return one_line(say.word("language", code), NAME) if code else ""


def header_text(shown: Shown, say: Say) -> str:
    """Return the facts as plain text, for pushes: no word of what was written."""
    told = (where(shown, say), whom(shown, say), warning(shown, say), hand(shown, say))
    return DOT.join(one for one in told if one)


def warning(shown: Shown, say: Say) -> str:
    """Return whom the person may be taken for and what differs; "" where for nobody."""
    likeness = shown.likeness
    return f"⚠ {looks_like(likeness, say)}" if likeness else ""


def recognised(shown: Shown, say: Say) -> str:
    """Return which contact the person is and how sure that is; "" where it is none."""
    known = shown.known
    if known is None:
        return ""
    name = one_line(known.name, WHOLE)
    told = say("directory.card", contact=beside(name, say("directory.card")))
    sure = say("directory.frozen_short") if known.frozen else say(f"reach.level_{known.level}")
    return f"{told}{DOT}{sure}"


def looks_like(likeness: Likeness, say: Say) -> str:
    """Say whom somebody looks like, and what differs."""
    handle = one_line(likeness.handle.lstrip("@"), WHOLE)
    title = one_line(likeness.title, WHOLE)
    whom = f"@{handle} ({title})" if handle and title else f"@{handle}" if handle else title
    differs = what_differs(likeness, say)
    return say("likeness.looks", whom=beside(whom, say("likeness.looks")), differs=differs)


def what_differs(likeness: Likeness, say: Say) -> str:
    """Say what differs between two writings that look alike."""
    differs = say(
        f"likeness.{likeness.how}",
        stands=_sign(likeness.stands, say),
        instead=one_line(likeness.instead, SIGNS),
        at=likeness.at,
    )
    if likeness.also:
        differs = say("likeness.also", differs=differs, count=likeness.also)
    if likeness.field == "name" and likeness.how != "name":
        differs = say("likeness.in_name", differs=differs)
    return differs


def _sign(text: str, say: Say) -> str:
    """Return a sign as people call it: capital I, digit 0, Cyrillic а."""
    shown = one_line(text, SIGNS)
    if len(text) != 1:
        return shown
    key = f"likeness.{kind(text)}"
    return say(key, sign=shown) if say.knows(key) else shown


def body(line: Line, say: Say, most: int) -> str:
    """Return a line's text, or what stands in its place; pictures and films are counted."""
    if line.erased or line.deleted:
        return say("card.erased" if line.erased else "card.deleted")
    if line.kind != "text":
        return say(f"card.{line.kind}")
    count = say("card.media", count=line.media) if line.media else ""
    text = public(line.text, most - size(count) - 1)
    return "\n".join(part for part in (text, count) if part) or say("card.no_text")


def side(line: Line, say: Say) -> str:
    """Return who wrote a line: they, we, or one of us a note."""
    who = one_line(masked(line.who), NAME)
    if line.side == "note":
        return say("card.note_by", by=who)
    if line.side == "out":
        return say("card.we_wrote", by=who) if who else say("card.automatic")
    return who


def because(refusal: Refusal, shown: Shown | None, say: Say) -> Pieces:
    """Return a refusal's sentence with names and platform filled in."""
    if shown is None:
        return say.because(refusal)
    claim = shown.conversation.claim
    holds = {"by": claim.holder, "since": claim.since} if claim else {}
    known = Wrong(refusal.why, {"platform": shown.platform, **holds, **refusal.facts})
    return say.because(known, shown.names)
