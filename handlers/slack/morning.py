"""What a supervisor's Home says first: yesterday, what burns, who holds, where we are blind."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.lengths import span
from handlers.morning import Morning, verdict
from handlers.say import At, Fact, Say
from handlers.shown import DOT, NAME
from handlers.slack import ids
from handlers.slack.blocks import Json, actions, button, divider, heading, rich, run, words
from handlers.slack.ids import Press
from handlers.slack.safe import one_line
from inbox.figures.words import Burning, Row
from inbox.words import Lane, Millis, Record

MOST_BURNING = 5
MOST_LINES = 12
TITLE = 60
MINUTE = 60_000


class Holder(Record, frozen=True):
    """How many open conversations somebody holds, and whether they are there to see to them."""

    name: str
    count: int
    on_duty: bool


class Pace(Record, frozen=True):
    """Within which time half of a lane was answered, and what the lane's goal is."""

    lane: str
    half: Millis
    goal: Millis


class Overview(Record, frozen=True):
    """What a supervisor's Home shows above an officer's; `titles` names the accounts' ids."""

    morning: Morning
    paces: tuple[Pace, ...] = ()
    holders: tuple[Holder, ...] = ()
    titles: tuple[tuple[str, str], ...] = ()


def paces(rows: Sequence[Row], lanes: Sequence[Lane]) -> tuple[Pace, ...]:
    """Set what each lane took beside its goal, the most urgent lane first."""
    found = {row.key: row.to_answer for row in rows if row.to_answer.count}
    return tuple(
        Pace(lane.name, found[lane.name].p50, lane.minutes * MINUTE)
        for lane in sorted(lanes, key=lambda one: one.rank)
        if lane.name in found and lane.minutes
    )


def overview(seen: Overview, say: Say) -> list[Json]:
    """Draw it, in at most a dozen and a half of blocks; officers stand by name, never by number."""
    return [
        rich(*_head("yesterday", say), words(verdict(seen.morning.total, say)), *_paces(seen, say)),
        *_burns(seen, say),
        rich(*_head("holds", say), _holders(seen.holders, say)),
        rich(*_head("blind", say), *_blind(seen, say)),
        divider(),
    ]


def late(say: Say) -> list[Json]:
    """Say that the figures were not there in time: an empty place would read as calm."""
    return [heading(say("home.figures_late")), divider()]


def _head(name: str, say: Say) -> list[list[Json]]:
    return [words(say(f"home.{name}"), bold=True)]


def _paces(seen: Overview, say: Say) -> list[list[Json]]:
    lines = []
    for one in seen.paces[:MOST_LINES]:
        lane = one_line(say.word("lane", one.lane), TITLE)
        facts = {"lane": lane, "half": span(one.half, say), "goal": span(one.goal, say)}
        lines.append(run(say.pieces("home.pace", **facts), say))
    return lines


def _burns(seen: Overview, say: Say) -> list[Json]:
    standing = seen.morning.standing
    counts = (("urgent", standing.urgent), ("unsure", standing.unsure), ("failed", standing.failed))
    told = [f"{say(f'web.burns_{why}')}: {many}" for why, many in counts if many]
    blocks = [rich(*_head("burns", say), words(DOT.join(told) or say("home.none_burns")))]
    titles = dict(seen.titles)
    for one in seen.morning.burns[:MOST_BURNING]:
        to_it = button(ids.READ_ALL, say("button.open"), Press(one.id))
        blocks += [rich(_burning(one, titles.get(one.account, ""), say)), *actions(to_it)]
    return blocks


def _burning(one: Burning, title: str, say: Say) -> list[Json]:
    mark = "🔴 " if one.why == "urgent" else "⚠ "
    line = [*words(mark + say(f"web.burns_{one.why}")), *words(DOT + one_line(title, TITLE))]
    return [*line, *words(DOT), *run((At(one.since, "ago"),), say)]


def _holders(holders: Sequence[Holder], say: Say) -> list[Json]:
    if not holders:
        return words(say("home.none_hold"))
    told = [_holder(one, say) for one in holders[:MOST_LINES]]
    beyond = len(holders) - MOST_LINES
    told += [say("home.more", count=beyond)] if beyond > 0 else []
    return words(DOT.join(told))


def _holder(one: Holder, say: Say) -> str:
    held = f"{one_line(one.name, NAME)} {one.count}"
    return held if one.on_duty else f"{held} ({say('home.off_duty')})"


def _blind(seen: Overview, say: Say) -> list[list[Json]]:
    blind = seen.morning.blind
    if not blind:
        return [words(say("web.blind_none"))]
    lines = []
    for told in blind[:MOST_LINES]:
        facts = {place: _sayable(fact) for place, fact in told.facts.items()}
        lines.append(run(say.pieces(told.key, **facts), say))
    beyond = len(blind) - MOST_LINES
    return [*lines, *([words(say("home.more", count=beyond))] if beyond > 0 else [])]


def _sayable(fact: object) -> Fact:
    return fact if isinstance(fact, (int, At)) else one_line(str(fact), TITLE)
