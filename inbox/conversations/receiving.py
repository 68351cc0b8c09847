"""What a platform tells us: messages, edits, deletions, members."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from hashlib import blake2b

from inbox.conversations.case import Case, Decision, denied
from inbox.conversations.commands import (
    Erase,
    Link,
    MarkDeleted,
    MarkEdited,
    Moderate,
    Receive,
    SetMembers,
)
from inbox.conversations.events import (
    AnyEvent,
    Deleted,
    Echoed,
    Edited,
    Erased,
    Linked,
    MembersChanged,
    Moderated,
    Recalled,
    Received,
    Reopened,
    Sent,
    Woken,
)
from inbox.conversations.state import MOVING, Conversation, OutPart, target_of
from inbox.words import AccountId, Message, Millis, Policy


def receive(case: Case, command: Receive) -> Decision:
    """Take a message in once; it reopens and wakes, and our own posts are recognised."""
    c, message = case.conversation, command.message
    if {message.id, *message.chain} & set(c.silenced):
        return ()  # guard: silenced test=tests/inbox/conversations/test_receiving.py::test_a_later_version_of_what_was_erased_is_not_taken_in
    if message.ours:
        return _ours(case, message)
    if message.id in c.changed:
        return ()
    if any(before in c.changed for before in message.chain):
        return _edited_by(case, message)
    received = _received(case, command)
    if message.id in c.gone:
        return (received, Deleted(message=message.id))
    return (received, *_back(c))


def _back(c: Conversation) -> tuple[AnyEvent, ...]:
    """Bring a conversation back to where it is seen."""
    if c.closed:
        return (Reopened(cause="message"),)
    return (Woken(cause="message"),) if c.wake else ()


def _edited_by(case: Case, message: Message) -> tuple[AnyEvent, ...]:
    """Take a newer version for the edit that it is, of every earlier id that it names."""
    edits = (
        MarkEdited(
            message=before,
            new_id=message.id,
            text=message.text,
            media=message.media,
            written=message.written,
        )
        for before in message.chain
    )
    return tuple(event for edit in edits for event in _edited(case, edit))


def _received(case: Case, command: Receive) -> Received:
    message = command.message
    lane = _raised(case, command.lane)
    seconds = case.policy.profile.reply_window.get(message.audience)
    return Received(
        message=message,
        lane=lane,
        word=command.word if lane else "",
        language=command.language,
        window_until=min(message.written, case.at) + seconds * 1000 if seconds else 0,
    )


def _raised(case: Case, lane: str) -> str:
    """Return the lane if it is more urgent than the present one, and no officer chose that."""
    c = case.conversation
    if c.lane_set or not lane:
        return ""
    first = c.count == 0
    more_urgent = rank(case.policy, lane) < rank(case.policy, c.lane)
    return lane if first or more_urgent else ""


def rank(policy: Policy, lane: str) -> int:
    """Return a lane's rank, lower is sooner; a lane nobody knows comes last."""
    return next((one.rank for one in policy.lanes if one.name == lane), 99)


def _ours(case: Case, message: Message) -> Decision:
    """Settle a part whose echo this is; else somebody posted by hand."""
    for known in RECOGNISED:
        found = known(case.conversation, message)
        if found is not None:
            return found
    return (Echoed(message=message),)


def _known_as_sent(c: Conversation, message: Message) -> Decision | None:
    refs = {part.ref for answer in c.answers for part in answer.parts}
    return () if message.id in refs else None


def _being_sent(c: Conversation, message: Message) -> Decision | None:
    part = _echo_of(c, message)
    if part is None:
        return None
    return (
        Sent(
            part=part.id,
            ref=message.id,
            url=message.url,
            thread=message.thread if c.begun else None,
        ),
    )


RECOGNISED: tuple[Callable[[Conversation, Message], Decision | None], ...] = (
    _known_as_sent,  # guard: own-post test=tests/inbox/conversations/test_receiving.py::test_our_own_sent_post_is_not_news
    _being_sent,  # guard: echo test=tests/inbox/conversations/test_receiving.py::test_an_echo_settles_the_part_that_was_being_sent
)


def _echo_of(c: Conversation, message: Message) -> OutPart | None:
    """Find the attempted part that this post is, whatever the platform did to its text."""
    text = plain(message.text)
    for answer in c.answers:
        for part in answer.parts:
            tried = part.attempt > 0 and part.state in ("ready", "sending", "unsure", "failed")
            aims = answer.audience == "private" or message.re == target_of(answer, part.id)
            if tried and aims and plain(part.text) == text:
                return part
    return None


_LINK = re.compile(r"https?://\S+|\S+\.\w+/\S*")
_MENTIONS = re.compile(r"^(?:\s*@\w+)+\s+")


def plain(text: str) -> str:
    """Return a text without what a platform changes on its way: links, entities, spaces."""
    return _spaced(_MENTIONS.sub("", _as_written(text)))


def root_mark(account: AccountId, text: str) -> str:
    """Name a post of ours that replies to nothing, by its account and its words."""
    return blake2b(f"{account}\n{_spaced(_as_written(text))}".encode(), digest_size=16).hexdigest()


def _as_written(text: str) -> str:
    return unicodedata.normalize("NFC", html.unescape(text))


def _spaced(text: str) -> str:
    return " ".join(_LINK.sub("\N{LINK SYMBOL}", text).split())


def mark_edited(case: Case, command: MarkEdited) -> Decision:
    """Note a newer text; an older one, or one of a deleted message, changes nothing."""
    return _edited(case, command)


def _edited(case: Case, command: MarkEdited) -> tuple[AnyEvent, ...]:
    c, old, new = case.conversation, command.message, command.new_id or command.message
    written = command.written or case.at
    # An older edit still tells that two ids are one message: a deletion may name either.
    linked = c.newer.get(old, old) == c.newer.get(new, new)
    buried = old in c.gone
    stale = linked and c.edited.get(old, -1) >= written
    settled = (
        bool({old, new} & set(c.silenced)),
        buried,  # guard: tombstone test=tests/inbox/conversations/test_receiving.py::test_an_edit_after_the_deletion_changes_nothing
        stale,  # guard: stale-edit test=tests/inbox/conversations/test_receiving.py::test_an_older_edit_that_comes_late_changes_nothing
    )
    if any(settled):
        return ()
    return (
        Edited(message=old, new_id=new, text=command.text, media=command.media, written=written),
    )


def mark_deleted(case: Case, command: MarkDeleted) -> Decision:
    """Note that a message was taken back, even one not seen yet."""
    if command.message in case.conversation.gone:
        return ()
    return (Deleted(message=command.message, at=command.at),)


def set_members(case: Case, command: SetMembers) -> Decision:
    """Note who joined and who left a private group."""
    before, now = set(case.conversation.members), set(command.persons)
    if before == now:
        return ()
    return (MembersChanged(joined=tuple(sorted(now - before)), left=tuple(sorted(before - now))),)


def moderate(case: Case, command: Moderate) -> Decision:
    """Judge a comment, where the platform lets us."""
    if not case.policy.profile.moderates:
        return denied("platform_forbids", rule="moderate")
    if command.message in case.conversation.gone:
        return denied("target_changed", how="deleted")
    if command.message not in case.conversation.changed:
        return denied("unknown_message")
    return (Moderated(message=command.message, verdict=command.verdict),)


def link(case: Case, command: Link) -> Decision:
    """Say that another conversation belongs with this one."""
    if command.to in (*case.conversation.linked, case.conversation.id):
        return ()
    return (Linked(to=command.to, why=command.why),)


def erase(case: Case, command: Erase) -> Decision:
    """Make texts unreadable for ever, but not under an answer that is leaving."""
    moving = case.conversation.open_answer
    erased = Erased(target=command.target, basis=command.basis)
    if moving is not None and moving.state == "asked":
        return (Recalled(answer=moving.id), erased)
    if moving is not None and moving.state in MOVING:
        return denied("being_sent", answer=moving.id)
    return (erased,)


def window_closed_since(c: Conversation, at: Millis) -> Millis:
    """Return since when the platform no longer lets us answer, or 0 while it does."""
    return c.window_until if 0 < c.window_until < at else 0
