"""How a reachout reads, in Slack and on the page: its rungs, what is known beforehand, its log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from handlers.safe import beside, one_line
from handlers.say import At, Pieces, Say
from handlers.shown import DOT, Line, what_differs
from inbox.directory.likeness import Likeness
from inbox.directory.state import Contact
from inbox.reachout.state import Level, Reachout, Rung, Try
from inbox.words import Account, Millis, OfficerId, Record

NAME = 60
WAY = 120
NOTE = 160
HOURS = 3
"""So many of their best hours are shown."""
BY_ITSELF = ("clerk", "postroom")
LEVELS: tuple[Level, ...] = ("unproven", "probable", "verified")
"""How sure we are, least first."""


class Step(Record, frozen=True):
    """One rung as it is shown; `number` counts from 0.

    `text` is what would leave, or what left, to the letter; `standing` how its answer stands.
    """

    number: int
    rung: Rung
    account: Account | None = None
    platform: str = ""
    text: str = ""
    standing: str = ""
    cleared_by: tuple[str, ...] = ()
    seal: str = ""
    known_by: str = ""
    worked: Millis = 0
    """When they were last reached so, and how often it failed since, the last time when."""
    failed: int = 0
    failed_at: Millis = 0

    @property
    def us(self) -> str:
        """Return our account as one short line."""
        if self.account is None:
            return ""
        named = self.account.handle
        return one_line(f"@{named}" if named else self.account.title, NAME)

    @property
    def them(self) -> str:
        """Return the person as one short line."""
        return one_line(f"@{self.rung.handle.lstrip('@')}" if self.rung.handle else "…", NAME)


class Doubted(Record, frozen=True):
    """Who wrote and may not be the contact: as whom, and why the clock runs on.

    `differs` is what the record says, in English; `likeness` says it in any language.
    """

    handle: str
    level: Level | None = None
    differs: str = ""
    likeness: Likeness | None = None


class Reaching(Record, frozen=True):
    """A reachout with all that its cards, its modals and its report show."""

    reachout: Reachout
    contact: Contact
    steps: tuple[Step, ...] = ()
    level: Level = "unproven"
    names: Mapping[OfficerId, str] = {}
    heard: tuple[Line, ...] = ()
    heard_from: str = ""
    doubted: tuple[Doubted, ...] = ()
    now: Millis = 0
    address: str = ""
    """Where the report stands; "" where no page is open to anybody."""

    @property
    def name(self) -> str:
        """Return whom we try to reach as one short line."""
        return one_line(self.contact.name, NAME) or "…"

    @property
    def step(self) -> Step | None:
        """Return the rung whose turn it is."""
        current = self.reachout.current
        return None if current is None else self.steps[current]

    @property
    def overdue(self) -> bool:
        """Whether the deadline has passed while the clock ran."""
        return self.reachout.overdue(self.now)

    def officer(self, by: str) -> str:
        """Return who did something: an officer's name, or the clerk's."""
        known = by.removeprefix("officer:")
        return one_line(self.names.get(known, known), NAME)


def there(contact: Contact, now: Millis) -> str:
    """Return what a clock shows where they are, or "" where nobody knows."""
    if not contact.time_zone:
        return ""
    try:
        zone = ZoneInfo(contact.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ""
    return f"{datetime.fromtimestamp(now / 1000, zone):%H:%M}"


def whereabouts(contact: Contact, level: Level, now: Millis, say: Say) -> str:
    """Return how sure we are of them, and what time it is there."""
    clock = there(contact, now)
    sure = say(f"reach.level_{level}") if contact.persons else ""
    found = [sure, say("reach.there", time=clock) if clock else ""]
    return DOT.join(one for one in found if one)


def kind_word(step: Step, say: Say) -> str:
    """Return what sort of rung it is."""
    return say(f"reach.kind_{step.rung.kind}")


def address(step: Step, say: Say) -> str:
    """Return where it leads: the directory's number or address, or whom of ours to whom of theirs.

    Never what an incoming message says: who calls back a number from a message calls a stranger.
    """
    if step.rung.on_platform:
        pair = f"{step.us} → {step.them}"
        return beside(f"{step.platform} · {pair}" if step.platform else pair, say("reach.why"))
    return beside(one_line(step.rung.way, WAY), say("reach.why"))


def beforehand(step: Step, say: Say) -> str:
    """Return what is known of a rung before anybody tries it; "" where there is nothing to say."""
    rung, found = step.rung, list[str]()
    if rung.kind == "private" and rung.reach:
        found.append(say(f"reach.before_{rung.reach}", platform=step.platform))
    if rung.by_hand and rung.reach != "no":
        found.append(say("reach.before_by_hand", platform=step.platform))
    elif rung.kind == "public":
        found.append(say("reach.before_public"))
    elif step.known_by:
        found.append(say("reach.known_by", name=one_line(step.known_by, NAME)))
    if step.worked:
        found.append(say("reach.worked", at=At(step.worked, "day_time")))
    if step.failed:
        at = At(step.failed_at, "day_time")
        found.append(say("reach.failed_before", count=step.failed, at=at))
    return DOT.join(found)


def best_hours(hours: Sequence[int], say: Say) -> str:
    """Return at which hours they were reached before, their own; "" where nobody knows."""
    shown = ", ".join(f"{hour:02}" for hour in sorted(hours[:HOURS]))
    return say("reach.best_hours", hours=shown) if shown else ""


def became(one: Try, shown: Reaching, step: Step, say: Say) -> Pieces:
    """Return one line of a rung's log: what, when, by whom, and why."""
    at = At(one.at)
    key = f"reach.result_{one.result}"
    if one.by_hand and one.result == "sent":
        key = "reach.result_by_hand"
    pieces = say.pieces(key, at=at, by=by_whom(one.by, shown, say))
    why = reason(one, step, say)
    return (*pieces, f": {why}") if why else pieces


def by_whom(by: str, shown: Reaching, say: Say) -> str:
    """Return who did something: an officer's name, or that it came about by itself."""
    known = by.removeprefix("officer:")
    return say("reach.by_itself") if known in BY_ITSELF else shown.officer(by)


def reason(one: Try, step: Step, say: Say) -> str:
    """Return why a rung came to nothing, in words: the officer's own, else the platform's."""
    if one.text:
        return one_line(one.text, NOTE)
    if not one.why or one.why in ("timeout", "failed", "no_answer"):
        return ""
    if say.knows(f"reach.why_{one.why}"):
        return say(f"reach.why_{one.why}")
    if say.knows(f"refused.{one.why}"):
        return say(f"refused.{one.why}", platform=step.platform or say("missing.platform"))
    return one_line(one.why, NOTE)


def headline(shown: Reaching, say: Say) -> str:
    """Return how a reachout stands in one line: its state, and whom it is about."""
    word = "overdue" if shown.overdue else shown.reachout.state
    return say(f"reach.state_{word}", name=beside(shown.name, say("reach.why")))


def until(shown: Reaching, say: Say) -> Pieces:
    """Return by when, how urgent, and who began it."""
    reachout = shown.reachout
    return (
        *say.pieces("reach.until", at=At(reachout.deadline, "day_time")),
        DOT + say(f"reach.urgency_{reachout.urgency}"),
        DOT + shown.officer(reachout.by),
    )


def inferred(step: Step, say: Say) -> str:
    """Return what a bystander can infer from a public line, in words."""
    phrase = say("reach.why")
    return say("reach.infer", us=beside(step.us, phrase), them=beside(step.them, phrase))


def why_doubted(one: Doubted, say: Say) -> str:
    """Return in words what differs between two handles, or how sure we are of one of theirs."""
    if one.level:
        return say(f"reach.level_{one.level}")
    return what_differs(one.likeness, say) if one.likeness else one_line(one.differs, NOTE)
