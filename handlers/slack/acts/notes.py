"""Internal remarks: by button, by shortcut, and by typing under a card."""

from __future__ import annotations

from dataclasses import replace

from handlers import forms
from handlers.slack import ids
from handlers.slack.acts import answer
from handlers.slack.acts.click import Acknowledgement, Click, opened, refused, show, wrong
from handlers.slack.cards import kept_thread, note_thread
from handlers.slack.dialogs import note_view
from handlers.slack.ids import Press
from handlers.slack.office import Office
from handlers.slack.pace import SlackRefused
from handlers.slack.who import Actor
from inbox.conversations.denied import Denied
from inbox.conversations.state import Conversation
from inbox.words import ConversationId


async def note(office: Office, click: Click) -> Acknowledgement:
    """Ask for a remark."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    say = office.say(click.who.officer, shown.account)
    return await show(office, click, note_view(shown, say, opened(office, click)))


async def noted(office: Office, click: Click) -> Acknowledgement:
    """Keep the remark, and show it under the card."""
    order = forms.note(click.meta.turn, ids.typed(click.values, ids.NOTE_TEXT))
    if isinstance(order, forms.Wrong):
        return wrong(office, click, order, ids.NOTE_TEXT)
    done = await office.do(click.who, click.conversation, order, click.op)
    if isinstance(done, Denied):
        return await refused(office, click, done)
    if click.meta.channel and click.meta.ts:
        shown = await office.shown(done.conversation)
        by, say = click.who.officer.name, office.say_in(shown.account)
        post = note_thread(shown, order.text, by, say)
        told = office.pace.post(
            f"note.{order.note}",
            channel=click.meta.channel,
            thread_ts=click.meta.ts,
            text=post.text,
            blocks=post.blocks,
        )
        office.afterwards(told)
    return {}


async def typed_under_card(
    office: Office, who: Actor, ref: ConversationId, text: str, at: tuple[str, str, str]
) -> None:
    """Keep what was typed in a card's thread as a note, and say that it was not sent.

    `at` is the channel, the thread, and the message itself.
    """
    channel, _, ts = at
    order = forms.note(f"{channel}.{ts}", text)
    if isinstance(order, forms.Wrong):
        return
    done = await office.do(who, ref, order, f"slack:{channel}:{ts}")
    if isinstance(done, Denied):
        say = office.say(who.officer)
        sentence = say.plain(say.because(done))
        office.afterwards(
            office.pace.call("chat.postEphemeral", channel=channel, user=who.user, text=sentence)
        )
        return
    if done.events:  # the same message delivered again changes nothing
        office.afterwards(_acknowledged(office, who, done.conversation, order.note, at))


async def _acknowledged(
    office: Office, who: Actor, conversation: Conversation, note: str, at: tuple[str, str, str]
) -> None:
    """Mark the message as a note; under each card, say once to each officer what that means."""
    channel, thread, ts = at
    try:
        await office.pace.call("reactions.add", channel=channel, timestamp=ts, name="memo")
    except SlackRefused as error:
        if error.error != "already_reacted":
            raise
    first = f"kept:{channel}:{thread}:{who.officer.id}"
    if not await office.inbox.seen_once(first, 30 * 86_400):
        return
    shown = await office.shown(conversation)
    post = kept_thread(shown, note, office.say(who.officer, shown.account))
    # Shown to its writer only: a reply would notify everybody who follows the thread.
    where = {"channel": channel, "thread_ts": thread, "user": who.user}
    await office.pace.again("chat.postEphemeral", **where, text=post.text, blocks=post.blocks)


async def use_note(office: Office, click: Click) -> Acknowledgement:
    """Answer with the text of a note: it becomes the draft, and the officer reads it once more."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    reading = await office.inbox.read.reading(click.conversation)
    text = next((one.text for one in reading.notes if one.id == click.press.key), "")
    me, audience = click.who.officer.id, shown.conversation.audience
    await office.inbox.drafts.save(click.conversation, me, text, click.at, audience)
    return await answer.answer(office, click)


async def from_message(office: Office, click: Click) -> Acknowledgement:
    """Keep any message under a card as a note; on the card itself, ask for one."""
    root = click.thread or click.ts
    ref = await office.card_at(click.channel, root)
    if not ref:
        return await refused(office, click, Denied("unknown_conversation"))
    if root == click.ts:
        return await note(office, replace(click, press=Press(ref)))
    await typed_under_card(office, click.who, ref, click.text, (click.channel, root, click.ts))
    return {}
