"""What officers see of reachouts, wherever they look: gathered from directory, desk and tables."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from handlers.acting import KEPT_BACK, Acting, Actor
from handlers.forms import Wrong, address
from handlers.reaching import LEVELS, Doubted, Reaching, Step
from handlers.shown import Line, line_of
from inbox.answers.compose import compose
from inbox.conversations.reading import Reading, Reply
from inbox.denied import Denied
from inbox.desk.firing import Shot
from inbox.directory.evidence import level
from inbox.directory.likeness import likeness
from inbox.directory.state import Contact
from inbox.reachout.commands import AnyCommand, Attempt
from inbox.reachout.reachability import Reachability
from inbox.reachout.state import Level, Reachout, Rung, Urgency, Warned
from inbox.team.roles import may
from inbox.words import AnswerId, ConversationId, Officer, PersonId, ReachoutId, Record

SEES = "reachouts"
"""What `may` is asked before anything of a reachout is shown: its purpose is internal."""


def sees(officer: Officer) -> bool:
    """Say whether this officer may read reachouts at all."""
    return may(officer, SEES, None)


async def shown(acting: Acting, who: Actor, ref: ReachoutId) -> Reaching | Denied:
    """Return a reachout as this officer may see it; a refusal is recorded."""
    if not sees(who.officer):
        await acting.refused(who, SEES, "", "not_allowed")
        return Denied(
            "not_allowed", {"needs": "officer"}
        )  # guard: reachout-asks-may test=tests/handlers/slack/test_acts_reach.py::test_a_reader_sees_no_reachout_and_that_they_asked_is_recorded
    found = await acting.inbox.reachouts.load(ref)
    return await gathered(acting, who, found) if found else Denied("unknown_reachout")


async def running(acting: Acting, who: Actor) -> list[Reaching]:
    """Return the open reachouts, the most urgent deadline first; none to who may not see any."""
    if not sees(who.officer):
        return []
    found = sorted(await acting.inbox.reachouts.open(), key=lambda one: one.deadline)
    return list(await asyncio.gather(*(gathered(acting, who, one) for one in found)))


async def gathered(acting: Acting, who: Actor, reachout: Reachout) -> Reaching:
    """Gather what is shown of a reachout: each rung with its text, and what was heard."""
    contact = await acting.inbox.contacts.load(reachout.contact) or Contact(id=reachout.contact)
    readings = await _readings(acting, reachout)
    seals = await _seals(acting, reachout)
    heard = reachout.heard
    return Reaching(
        reachout=reachout,
        contact=contact,
        steps=tuple(
            replace(step(acting, who, n, one, contact, readings), seal=seals.get(one.answer, ""))
            for n, one in enumerate(reachout.rungs)
        ),
        level=best(contact, acting.inbox.now()),
        names={one.id: one.name for one in acting.policies.officers.values()},
        heard=await _heard(acting, who, reachout, readings),
        heard_from=_signed(readings.get(heard.conversation), heard.person) if heard else "",
        doubted=tuple(_doubted(one, contact, readings) for one in reachout.imitated),
        now=acting.inbox.now(),
        address=f"{acting.page}/reachouts/{reachout.id}" if acting.page else "",
    )


def step(
    acting: Acting,
    who: Actor,
    number: int,
    rung: Rung,
    contact: Contact,
    readings: dict[ConversationId, Reading],
) -> Step:
    """Return one rung as it is shown."""
    account = acting.policies.account(rung.account)
    reading = readings.get(rung.conversation)
    replies = reading.answers if reading else ()
    reply = next((one for one in replies if one.id == rung.answer), None)
    ways = ((way.known_by, (way.kind, way.value)) for way in contact.ways)
    known = next((by for by, way in ways if way == (rung.kind, rung.way)), "")
    return Step(
        number=number,
        rung=rung,
        account=account,
        platform=acting.policies.profile(account).title if account else "",
        text="\n".join(part.text for part in reply.parts) if reply else worded(acting, who, rung),
        standing=_standing(reply),
        cleared_by=tuple(acting.name(one.by) for one in reply.clearance if one.what == "cleared")
        if reply
        else (),
        known_by=acting.name(known) if known else "",
    )


def worded(acting: Acting, who: Actor, rung: Rung) -> str:
    """Return what a rung would say if this officer said it now: to the letter, where it is public.

    For a private one the line without its handle is a beginning, to be written over.
    """
    template = rung.template or next(iter(acting.policies.lines), "")
    sentence = acting.policies.lines.get(template, {}).get(rung.language, "")
    account = acting.policies.account(rung.account)
    if account is None or not sentence:
        return ""
    if rung.kind == "private":
        return sentence.replace("@{handle}", "").strip()
    text = sentence.replace("{handle}", rung.handle.lstrip("@"))
    profile = acting.policies.profile(account)
    composed = compose(text, account, who.officer, profile, "public", rung.language)
    return "\n".join(composed.parts)


def _standing(reply: Reply | None) -> str:
    """Return how a rung's answer stands, in one word."""
    if reply is None:
        return ""
    if reply.held:
        return "asked" if reply.clearance and reply.clearance[-1].what == "asked" else "waiting"
    states = {part.state for part in reply.parts}
    if states & {"failed", "unsure"}:
        return "stuck"
    return "sent" if states <= {"sent", "arrived"} else "waiting"


def best(contact: Contact, now: int) -> Level:
    """Return how sure we are of the contact: of the surest of its persons."""
    found = [level(known, now) for known in contact.persons]
    return max(found, key=LEVELS.index, default="unproven")


async def _readings(acting: Acting, reachout: Reachout) -> dict[ConversationId, Reading]:
    refs = {one.conversation for one in reachout.rungs if one.conversation}
    refs |= {one.conversation for one in reachout.imitated}
    refs |= {reachout.heard.conversation} if reachout.heard else set()
    ordered = sorted(refs)
    read = await asyncio.gather(*(acting.inbox.read.reading(ref) for ref in ordered))
    return dict(zip(ordered, read, strict=True))


async def _seals(acting: Acting, reachout: Reachout) -> dict[AnswerId, str]:
    """Return the seals of what the rungs said, by answer."""
    refs = [one.conversation for one in reachout.rungs if one.conversation]
    found = await acting.inbox.read.conversations(refs)
    return {answer.id: answer.seal for one in found for answer in one.answers}


async def _heard(
    acting: Acting, who: Actor, reachout: Reachout, readings: dict[ConversationId, Reading]
) -> tuple[Line, ...]:
    """Return what the contact wrote, as far as this officer may read that conversation."""
    heard = reachout.heard
    if heard is None:
        return ()
    conversation = await acting.inbox.read.conversation(heard.conversation)
    account = acting.policies.account(conversation.account) if conversation else None
    if conversation is None or account is None:
        return ()
    act = "read_private" if conversation.audience == "private" else "read"
    if not may(who.officer, act, account):
        return ()  # guard: heard-asks-may test=tests/handlers/slack/test_acts_reach.py::test_what_they_wrote_in_private_is_shown_to_who_may_read_that_alone
    return tuple(
        line_of(m.message, edited=m.edited, deleted=m.deleted, erased=m.erased)
        for m in readings[heard.conversation].messages
        if m.message.author.id == heard.person and m.message.written >= reachout.opened
    )


def _handle(reading: Reading | None, person: PersonId) -> str:
    """Return under which handle somebody wrote."""
    messages = reading.messages if reading else ()
    named = (m.message.author for m in reversed(messages) if m.message.author.id == person)
    found = next(named, None)
    return (found.handle or found.name) if found else person.partition(":")[2]


def _signed(reading: Reading | None, person: PersonId) -> str:
    return f"@{_handle(reading, person).lstrip('@')}"


def _doubted(one: Warned, contact: Contact, readings: dict[ConversationId, Reading]) -> Doubted:
    """Return why somebody who wrote is not taken for the contact."""
    handle = _handle(readings.get(one.conversation), one.person)
    like = contact.known(one.like) if one.like else None
    level = next((word for word in LEVELS if word == one.kind), None)
    same = likeness(handle, like.person.handle) if like else None
    return Doubted(handle, level, one.differs, same)


async def found(acting: Acting, text: str) -> Sequence[Contact]:
    """Return the contacts that these words find."""
    return await acting.inbox.contacts.find(text)


class Proposal(Record, frozen=True):
    """The ladder that a contact's channels make, and who gets no rung: their handle, how sure."""

    steps: tuple[Step, ...] = ()
    left_out: tuple[tuple[str, Level], ...] = ()
    hours: tuple[int, ...] = ()
    """The hours of their day in which they were reached before, the best first."""


async def proposed(acting: Acting, who: Actor, contact: Contact, urgency: Urgency) -> Proposal:
    """Return the ladder that a contact's channels make, with what platforms say beforehand."""
    template = next(iter(acting.policies.lines), "")
    plan = await acting.inbox.reachouts.plan(contact.id, urgency, who.officer, template)
    if isinstance(plan, Denied):
        return Proposal()
    known = await acting.inbox.reachouts.record(contact.id)
    return Proposal(
        tuple(
            _remembered(step(acting, who, n, one, plan.contact, {}), known)
            for n, one in enumerate(plan.rungs)
        ),
        tuple((one.handle, one.level) for one in plan.left_out),
        known.hours,
    )


def _remembered(step: Step, known: Reachability) -> Step:
    """Say of a rung what earlier reachouts taught us of it."""
    worked, failed = known.of(step.rung.kind, step.rung.way or step.rung.person)
    return replace(
        step,
        worked=worked.at if worked else 0,
        failed=failed.count if failed else 0,
        failed_at=failed.at if failed else 0,
    )


async def do(acting: Acting, who: Actor, ref: ReachoutId, command: AnyCommand, op: str) -> object:
    """Let an officer's order happen once; what they may not do is refused and recorded."""
    door = acting.inbox.reachouts
    done = await door.do(ref, door.order(command, by=who.by, via=who.via, op=op))
    if isinstance(done, Denied) and done.why in KEPT_BACK:
        await acting.refused(who, type(command).__name__, "", done.why)
    return done


async def say_it(acting: Acting, ref: ReachoutId, shot: Shot) -> Denied | None:
    """Let a rung on a platform be said; of two who say it at once one is told who was first."""
    aimed = await acting.guard.aimed(ref, shot)
    if isinstance(aimed, Denied):
        return aimed
    done = await acting.inbox.reachouts.fire(ref, aimed)
    return done if isinstance(done, Denied) else None


def by_hand(number: int, url: str) -> Attempt | Wrong:
    """Say at which address a rung was posted by hand."""
    where = address(url)
    return where if isinstance(where, Wrong) else Attempt(number, by_hand=where)
