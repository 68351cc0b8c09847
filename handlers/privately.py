"""Answering privately instead: where they wrote in public, a private conversation that we open."""

from __future__ import annotations

from handlers.acting import Acting, Actor
from inbox.conversations.commands import Begin, Link
from inbox.conversations.denied import Denied
from inbox.conversations.state import Conversation
from inbox.words import ConversationId

WHY = "privately"
"""Why the two conversations belong together, in the record."""


async def privately(
    acting: Acting, who: Actor, public: Conversation, op: str
) -> ConversationId | Denied:
    """Return the private conversation with whoever wrote, held by this officer; or why not.

    One that they have with us is taken; else it is opened, where the platform says that they can
    be written to. What was typed goes along. Two who ask at once come to the same one.
    """
    account = acting.policies.account(public.account)
    if account is None or not account.private_channel:
        return Denied("private_impossible", {"reason": "no_room"})
    ref = await _theirs(acting, public) or await _opened(acting, who, public)
    if isinstance(ref, Denied):
        return ref
    for one, other in ((ref, public.id), (public.id, ref)):
        done = await acting.do(who, one, Link(other, WHY), f"{op}:{one}")
        if isinstance(done, Denied):
            return done
    there = await acting.inbox.read.conversation(ref)
    denied = await acting.hold(who, there, f"{op}:hold") if there else None
    if denied:
        return denied
    await _bring_along(acting, who, public.id, ref)
    return ref


async def _theirs(acting: Acting, public: Conversation) -> ConversationId:
    """Return the latest open private conversation that they have with this account; "" if none."""
    refs = await acting.inbox.read.of(public.account, public.person)
    found = [
        one
        for one in await acting.inbox.read.conversations(refs)
        if one.audience == "private" and one.state != "closed" and not one.members
    ]
    latest = max(found, key=lambda one: max(one.last_in, one.opened), default=None)
    return latest.id if latest else ""


async def _opened(acting: Acting, who: Actor, public: Conversation) -> ConversationId | Denied:
    """Open one, if the platform says that they can be written to."""
    account, person = public.account, public.person
    reach = await acting.inbox.reachouts.asks.ask(account, person, "private")
    if reach.answer != "yes":
        reason = "closed_messages" if reach.answer == "no" else "not_asked"
        return Denied("private_impossible", {"reason": reason})
    shown = await acting.shown(public)
    begin = Begin(
        account=account,
        person=person,
        audience="private",
        answer=f"{WHY}-{public.id}",
        handle=shown.person.handle,
        language=public.language,
    )
    done = await acting.inbox.desk.begin(begin, by=who.by, via=who.via)
    return done if isinstance(done, Denied) else done.conversation.id


async def _bring_along(
    acting: Acting, who: Actor, public: ConversationId, private: ConversationId
) -> None:
    """Let what was typed stand in the private box too, unless something stands there already."""
    drafts, me = acting.inbox.drafts, who.officer.id
    typed, there = await drafts.load(public, me), await drafts.load(private, me)
    if typed and typed.text and not (there and there.text):
        await drafts.save(private, me, typed.text, acting.inbox.now(), "private")
