"""What a conversation becomes when something has happened; total, and pure."""

# ruff: noqa: ARG001, ARG005 - all changes stand in one table, so all take the same arguments.

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from inbox.conversations import events as e
from inbox.conversations import outgoing
from inbox.conversations.bounded import keep, put
from inbox.conversations.state import MOVING, Claim, Closing, Conversation, Wake
from inbox.words import MessageId, Millis, OfficerId


class Context(msgspec.Struct, frozen=True):
    """The circumstances of an event: when its entry was made, by whom, and as which version."""

    at: Millis
    by: str
    version: int

    @property
    def officer(self) -> OfficerId:
        """The officer who did it, or "" when nobody of ours did."""
        who, _, name = self.by.partition(":")
        return name if who == "officer" else ""


Change: TypeAlias = Callable[[Conversation, Any, Context], Conversation]


def apply(
    conversation: Conversation, event: e.AnyEvent, entry_at: Millis, by: str, version: int
) -> Conversation:
    """Return what the conversation becomes; `version` is the number of the event's entry."""
    return CHANGES[type(event)](conversation, event, Context(entry_at, by, version))


def fold(conversation: Conversation, entry: e.Entry) -> Conversation:
    """Return what the conversation becomes after one line of its history."""
    context = Context(entry.at, entry.by, entry.n)
    for event in entry.events:
        conversation = CHANGES[type(event)](conversation, event, context)
    return replace(conversation, version=entry.n, ops=keep(conversation.ops, entry.op))


def _received(c: Conversation, event: e.Received, at: Context) -> Conversation:
    message = event.message
    c = _opened(c, event, at)
    older = dict.fromkeys(message.chain, message.id)
    c = replace(c, changed=_touched(c, message.id, at), newer=put(c.newer, older))
    if message.id in c.gone:
        return c
    written = min(message.written, at.at)
    if written > c.last_out:
        c = replace(c, waiting_since=min(c.waiting_since or written, written))
    if message.id in c.newer:
        return c  # an earlier version that came late: its newer one already speaks for it
    newest = written >= c.last_in
    return replace(
        c,
        news=at.version,
        count=c.count + 1,
        last_in=max(c.last_in, written),
        last_message=message.id if newest or not c.last_message else c.last_message,
        window_until=max(c.window_until, event.window_until),
        named=c.named or message.named,
        handle=message.author.handle or c.handle if newest else c.handle,
        language=event.language or c.language,
        lane=event.lane or c.lane,
        lane_word=event.word if event.lane else c.lane_word,
    )


def _begun(c: Conversation, event: e.Begun, at: Context) -> Conversation:
    return replace(
        c,
        account=event.account,
        thread=event.thread,
        person=event.person,
        audience=event.audience,
        language=event.language,
        opened=at.at,
        begun=True,
        reachout=event.reachout,
        handle=event.handle,
    )


def _opened(c: Conversation, event: e.Received | e.Echoed, at: Context) -> Conversation:
    if c.account:
        return c
    m = event.message
    return replace(
        c,
        account=m.account,
        thread=m.thread,
        person=m.person,
        audience=m.audience,
        opened=at.at,
    )


def _touched(c: Conversation, message: MessageId, at: Context) -> dict[MessageId, int]:
    pinned = {answer.re for answer in c.answers if answer.state in ("draft", *MOVING)}
    return put(c.changed, {message: at.version}, pinned)


def _echoed(c: Conversation, event: e.Echoed, at: Context) -> Conversation:
    written = min(event.message.written, at.at)
    c = _opened(c, event, at)
    waiting = c.waiting_since
    if waiting <= written:
        waiting = c.last_in if c.last_in > written else 0
    return replace(c, last_out=max(c.last_out, written), waiting_since=waiting)


def _edited(c: Conversation, event: e.Edited, at: Context) -> Conversation:
    old, new = event.message, c.newer.get(event.new_id, event.new_id)
    when = max(event.written, c.edited.get(event.new_id, 0))
    newest = c.newer.get(old, old)
    if c.edited.get(old, -1) >= event.written and new != newest:
        return replace(c, newer=put(c.newer, {new: newest}))  # it only tells another id
    known = old in c.changed
    c = replace(c, edited=put(c.edited, {old: when, new: when}), news=at.version)
    if old != new:
        earlier = {before: new for before, after in c.newer.items() if after == old}
        c = replace(c, newer=put(c.newer, {**earlier, old: new}))
    if known:
        c = replace(c, changed=_touched(c, old, at))
        c = replace(c, changed=_touched(c, new, at))
    moved = tuple(replace(a, re=new) if a.re == old else a for a in c.answers)
    return replace(c, answers=moved, last_message=new if c.last_message == old else c.last_message)


def _deleted(c: Conversation, event: e.Deleted, at: Context) -> Conversation:
    newest = c.newer.get(event.message, event.message)
    chain = [old for old, new in c.newer.items() if new == newest]
    gone = dict.fromkeys((*c.gone, event.message, *chain, newest))
    c = replace(c, gone=tuple(gone)[-8:])
    for message in (*chain, newest):
        if message in c.changed:
            c = replace(c, changed=_touched(c, message, at))
    if c.last_message in gone:
        left = [m for m in c.changed if m not in gone and m not in c.newer]
        c = replace(c, last_message=left[-1] if left else c.last_message)
    return outgoing.taken_back(c, event.message)


def _members_changed(c: Conversation, event: e.MembersChanged, at: Context) -> Conversation:
    members = {*c.members, *event.joined} - set(event.left)
    return replace(c, members=tuple(sorted(members)))


def _claimed(c: Conversation, event: e.Claimed, at: Context) -> Conversation:
    claim = Claim(holder=event.holder, fence=event.fence, since=at.at)
    return replace(c, claim=claim, fence=event.fence, claimant=event.holder, wake=None)


def _released(c: Conversation, event: e.Released, at: Context) -> Conversation:
    return replace(c, claim=None)


def _unchanged(c: Conversation, event: e.AnyEvent, at: Context) -> Conversation:
    return c


def _tagged(c: Conversation, event: e.Tagged, at: Context) -> Conversation:
    return replace(c, tags=tuple(sorted({*c.tags, event.tag})))


def _untagged(c: Conversation, event: e.Untagged, at: Context) -> Conversation:
    return replace(c, tags=tuple(tag for tag in c.tags if tag != event.tag))


def _lane_set(c: Conversation, event: e.LaneSet, at: Context) -> Conversation:
    return replace(c, lane=event.lane, lane_word="", lane_set=c.lane_set or bool(at.officer))


def _language_set(c: Conversation, event: e.LanguageSet, at: Context) -> Conversation:
    return replace(c, language=event.language)


def _snoozed(c: Conversation, event: e.Snoozed, at: Context) -> Conversation:
    wake = Wake(at=event.until, timer=event.timer)
    return replace(c, wake=wake, timer=max(c.timer, event.timer))


def _woken(c: Conversation, event: e.Woken, at: Context) -> Conversation:
    return replace(c, wake=None)


def _closed(c: Conversation, event: e.Closed, at: Context) -> Conversation:
    return replace(
        c,
        closed=Closing(at=at.at, by=at.by, timer=event.timer),
        outcome=event.outcome,
        wake=None,
        waiting_since=0,
        timer=max(c.timer, event.timer),
    )


def _reopened(c: Conversation, event: e.Reopened, at: Context) -> Conversation:
    # What is reopened must stand in the queue, even by a message older than our last answer.
    return replace(c, closed=None, outcome=None, waiting_since=c.waiting_since or at.at)


def _linked(c: Conversation, event: e.Linked, at: Context) -> Conversation:
    return replace(c, linked=keep(c.linked, event.to))


def _erased(c: Conversation, event: e.Erased, at: Context) -> Conversation:
    newest = c.newer.get(event.target, event.target)
    versions = [old for old, new in c.newer.items() if new == newest]
    gone = tuple(c.changed) if event.whole else (*versions, event.target, newest)
    silenced = tuple(dict.fromkeys((*c.silenced, *gone)))[-8:]
    c = replace(c, lane_word="", handle="", erased=at.version, silenced=silenced)
    return outgoing.forgotten(c) if event.whole else c


CHANGES: dict[type[e.Event], Change] = {
    e.Received: _received,
    e.Begun: _begun,
    e.Echoed: _echoed,
    e.Edited: _edited,
    e.Deleted: _deleted,
    e.MembersChanged: _members_changed,
    e.Claimed: _claimed,
    e.Released: _released,
    e.Noted: _unchanged,
    e.Tagged: _tagged,
    e.Untagged: _untagged,
    e.LaneSet: _lane_set,
    e.LanguageSet: _language_set,
    e.Snoozed: _snoozed,
    e.Woken: _woken,
    e.Closed: _closed,
    e.Reopened: _reopened,
    e.Moderated: _unchanged,
    e.Linked: _linked,
    e.Erased: _erased,
    e.Drafted: lambda c, event, at: outgoing.drafted(c, event, at.at, at.officer),
    e.Discarded: lambda c, event, at: outgoing.discarded(c, event),
    e.Answered: lambda c, event, at: outgoing.answered(c, event, at.at, at.officer, at.version),
    e.ClearanceAsked: lambda c, event, at: outgoing.clearance_asked(c, event),
    e.Cleared: lambda c, event, at: outgoing.cleared(c, event, at.at, at.officer),
    e.Overridden: lambda c, event, at: outgoing.overridden(c, event, at.at, at.officer),
    e.TurnedDown: lambda c, event, at: outgoing.back(c, event),
    e.ClearanceExpired: lambda c, event, at: outgoing.back(c, event),
    e.ClearanceReturned: lambda c, event, at: outgoing.back(c, event, text=event.text),
    e.SendStarted: lambda c, event, at: outgoing.send_started(c, event, at.at),
    e.Sent: lambda c, event, at: outgoing.sent(c, event, at.at),
    e.Arrived: lambda c, event, at: outgoing.moved(c, event.part, state="arrived"),
    e.SendFailed: lambda c, event, at: outgoing.moved(c, event.part, state="failed", why=event.why),
    e.SendUnsure: lambda c, event, at: outgoing.moved(c, event.part, state="unsure"),
    e.Postponed: lambda c, event, at: outgoing.moved(
        c, event.part, state="ready", until=event.until, why=event.why
    ),
    e.Requeued: lambda c, event, at: outgoing.requeued(c, event, at.version),
    e.Recalled: lambda c, event, at: outgoing.recalled(c, event),
    e.RetractAsked: lambda c, event, at: outgoing.retract_asked(c, event),
    e.Retracted: lambda c, event, at: outgoing.moved(c, event.part, state="retracted", why=""),
    e.RetractFailed: lambda c, event, at: outgoing.retract_failed(c, event),
}
