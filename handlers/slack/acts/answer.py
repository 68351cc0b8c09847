"""Answering: write, keep what is typed, let it leave, stop it, and settle what went wrong."""

from __future__ import annotations

from msgspec.structs import replace

from handlers import forms
from handlers.privately import privately
from handlers.slack import ids
from handlers.slack.acts.click import (
    Acknowledgement,
    Click,
    opened,
    refused,
    show,
    simply,
    wrong,
)
from handlers.slack.clearing import asked_view
from handlers.slack.dialogs import phrases_view
from handlers.slack.office import Office
from handlers.slack.shown import Opened, Writing
from handlers.slack.views import answer_view, by_hand_view, denied_view, hold_view, unsure_view
from inbox.conversations.commands import (
    Answer,
    Discard,
    Draft,
    PostByHand,
    Resolve,
    Resume,
    Retract,
)
from inbox.conversations.denied import Denied
from inbox.conversations.state import Conversation
from inbox.words import ConversationId

FRESH = ("newer_messages", "target_changed", "other_epoch", "leak")
"""Refusals after which the officer looks at what is new and may send the same text."""
AT_THE_BOX = ("empty", "too_long")
"""Refusals that are about the text itself: told under the box, which stays open."""


async def answer(office: Office, click: Click) -> Acknowledgement:
    """Open the answer; on an unclaimed conversation that claims it first."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    denied = await office.hold(click.who, shown.conversation, click.op)
    if denied:
        return await refused(office, click, denied)
    return await write(office, click, click.conversation)


async def write(office: Office, click: Click, ref: ConversationId) -> Acknowledgement:
    """Show the answer being written: the draft where there is one."""
    shown = await office.read(click.who, ref)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    writing = await office.writing(click.who, shown)
    say = office.say(click.who.officer, shown.account)
    return await show(office, click, answer_view(shown, writing, say, opened(office, click)))


async def instead(office: Office, click: Click) -> Acknowledgement:
    """Answer privately where they wrote in public: in a conversation of ours with them, linked."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    if text := ids.typed(click.values, ids.TEXT):
        await _keep(office, click, text)
    if shown.conversation.audience == "private":
        return await answer(office, click)
    ref = await privately(office, click.who, shown.conversation, click.op)
    if isinstance(ref, Denied):
        return await refused(office, click, ref)
    return await write(office, click, ref)


async def typing(office: Office, click: Click) -> Acknowledgement:
    """Keep what is typed; an earlier keystroke that arrives later changes nothing."""
    await _keep(office, click, click.text)
    return {}


async def closed(office: Office, click: Click) -> Acknowledgement:
    """Keep the text of a modal that was swiped away."""
    if text := ids.typed(click.values, ids.TEXT):
        await _keep(office, click, text)
    return {}


async def _keep(office: Office, click: Click, text: str) -> None:
    me = click.who.officer.id
    await office.inbox.drafts.save(click.meta.conversation, me, text, click.at, click.meta.audience)


async def submitted(office: Office, click: Click) -> Acknowledgement:
    """Let the text leave, if nothing speaks against it; else keep it and say why."""
    text, meta = ids.typed(click.values, ids.TEXT), click.meta
    await _keep(office, click, text)
    order = Answer(
        answer=meta.answer,
        text=text,
        audience=meta.audience,
        re=meta.re,
        fence=meta.fence,
        seen=meta.seen,
        source=ids.typed(click.values, ids.SOURCE),
        confirmed=ids.confirmed(click.values),
        close=bool(ids.chosen(click.values, ids.CLOSE_AFTER)),
    )
    done = await office.do(click.who, meta.conversation, order, f"answer:{meta.answer}:{click.op}")
    if isinstance(done, Denied):
        return await _not_sent(office, click, done, text)
    await office.inbox.drafts.drop(meta.conversation, click.who.officer.id, click.at)
    return await _held(office, click, done.conversation, text)


async def _not_sent(office: Office, click: Click, why: Denied, text: str) -> Acknowledgement:
    shown = await office.read(click.who, click.meta.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    say = office.say(click.who.officer, shown.account)
    if why.why in AT_THE_BOX:
        return wrong(office, click, why, ids.TEXT)
    if why.why == "claimed":  # they held it when they began to write
        why = Denied("stale_claim", why.facts)
    source = ids.typed(click.values, ids.SOURCE)
    writing = await office.writing(click.who, shown)
    writing = replace(writing, text=text, problem=why, source=source)
    opening = Opened(office.ids(), office.inbox.now(), click.meta.channel, click.meta.ts)
    if why.why in FRESH:
        newer = await office.since(shown.conversation, click.meta.seen)
        view = answer_view(shown, replace(writing, newer=newer), say, opening)
    elif why.why == "source_needed":
        view = answer_view(shown, writing, say, opening)
    else:
        view = denied_view(why, say, opening, shown, writing)
    return await show(office, click, view)


async def _held(
    office: Office, click: Click, conversation: Conversation, text: str
) -> Acknowledgement:
    """Show the answer within its hold: exactly what will leave, Stop, and Next."""
    shown = await office.shown(conversation)
    sent = conversation.answer(click.meta.answer)
    if sent and sent.state == "asked":
        say = office.say(click.who.officer, shown.account)
        return await show(office, click, asked_view(shown, sent, say, opened(office, click)))
    parts = tuple(part.text for part in sent.parts) if sent else ()
    leaves_at = sent.leaves_at if sent and sent.leaves_at > office.inbox.now() else 0
    writing = Writing(click.meta.answer, click.meta.audience, text=text, parts=parts)
    say = office.say(click.who.officer, shown.account)
    view = hold_view(shown, writing, leaves_at, say, opened(office, click))
    return await show(office, click, view)


async def stop(office: Office, click: Click) -> Acknowledgement:
    """Stop an answer within its hold; its text is there again to be changed."""
    done = await office.stop(click.who, click.conversation, click.press.answer, click.op)
    if isinstance(done, Denied):
        return await refused(office, click, done)
    return await write(office, click, click.conversation)


async def resume(office: Office, click: Click) -> Acknowledgement:
    """Send what has not left yet."""
    return await simply(office, click, Resume(click.press.answer))


async def discard(office: Office, click: Click) -> Acknowledgement:
    """Give the answer up."""
    return await simply(office, click, Discard(click.press.answer, "discarded"))


async def retract(office: Office, click: Click) -> Acknowledgement:
    """Take back what was sent."""
    answer = click.press.answer
    if not answer:
        conversation = await office.inbox.read.conversation(click.conversation)
        sent = [a for a in conversation.answers if a.state == "sent"] if conversation else []
        answer = sent[-1].id if sent else ""
    return await simply(office, click, Retract(answer))


async def it_is_not(office: Office, click: Click) -> Acknowledgement:
    """Say, having looked, that an unsure part is not there: it is sent again."""
    return await simply(office, click, Resolve(click.press.part, None))


async def it_is_there(office: Office, click: Click) -> Acknowledgement:
    """Ask where an unsure part stands."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    unsure = shown.conversation.answer(click.press.answer)
    parts = tuple(p.text for p in unsure.parts if p.text) if unsure else ()
    writing = Writing(click.press.answer, shown.conversation.audience, parts=parts)
    say = office.say(click.who.officer, shown.account)
    view = unsure_view(shown, writing, click.press.part, say, opened(office, click))
    return await show(office, click, view)


async def by_hand(office: Office, click: Click) -> Acknowledgement:
    """Ask for the address of what was posted by hand."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    say = office.say(click.who.officer, shown.account)
    answer, part = click.press.answer, click.press.part
    view = by_hand_view(shown, answer, part, say, opened(office, click))
    return await show(office, click, view)


async def settled(office: Office, click: Click) -> Acknowledgement:
    """Take the address that an officer pasted: of an unsure part, or of a post made by hand."""
    shown = await office.read(click.who, click.meta.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    url, part = ids.typed(click.values, ids.URL), click.meta.part
    order = (
        forms.it_is_there(part, shown.account.platform, url)
        if click.act == ids.VIEW_UNSURE
        else forms.by_hand(part or f"{click.meta.turn}.1", url)
    )
    if isinstance(order, forms.Wrong):
        return wrong(office, click, order, ids.URL)
    if isinstance(order, PostByHand) and not part:
        # Nothing of ours was ever made ready: what they posted stands in a draft of its own.
        draft = Draft(click.meta.turn, order.url, shown.conversation.audience)
        await office.do(click.who, shown.conversation.id, draft, f"{click.op}:draft")
    return await simply(office, click, order)


async def phrases(office: Office, click: Click) -> Acknowledgement:
    """Offer the ready lines in the language they write in."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    if text := ids.typed(click.values, ids.TEXT):
        await _keep(office, click, text)
    say = office.say(click.who.officer, shown.account)
    view = phrases_view(shown, office.ready_lines(shown), say, click.meta)
    return await show(office, click, view)


async def use_phrase(office: Office, click: Click) -> Acknowledgement:
    """Put a ready line behind what is written."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    line = office.ready_lines(shown).get(click.press.key, "")
    kept = await office.inbox.drafts.load(click.conversation, click.who.officer.id)
    before = ids.typed(click.values, ids.TEXT) or (kept.text if kept else "")
    if line not in before:
        await _keep(office, click, "\n".join(part for part in (before, line) if part))
    return await write(office, click, click.conversation)


async def give_text(office: Office, click: Click) -> Acknowledgement:
    """Hand one's unfinished text to whoever holds the conversation now."""
    conversation = await office.inbox.read.conversation(click.conversation)
    kept = await office.inbox.drafts.load(click.conversation, click.who.officer.id)
    if conversation is None or kept is None or conversation.claim is None:
        return await refused(office, click, Denied("empty"))
    to = conversation.claim.holder
    draft = Draft(office.ids(), kept.text, kept.audience, conversation.last_message, to=to)
    return await simply(office, click, draft)
