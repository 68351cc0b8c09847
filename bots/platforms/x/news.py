"""Posts and direct messages of X as news: whose they are, and with whom they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from bots.contract import News, Ours
from bots.platforms.x.payloads import (
    Included,
    Json,
    Post,
    address,
    digest,
    native,
    ours_of,
    text_of,
    time_of,
    written_at,
)
from inbox.conversations.commands import MarkEdited, Receive
from inbox.words import AccountId, Message, MessageId, Millis, PersonId, Record

PAIR = re.compile(r"(\d+)[-:](\d+)")


def home(post: Post, ours: Ours) -> str:
    """Return the one account of ours a post belongs to, by native id; "" where it is nobody's.

    Ours belong to their author; others' to whom they reply to, else to the first of us they name,
    else to whom they quote. So a post that names several of us is taken in once.
    """
    for candidate in (post.author_id, post.answers_person, *post.names, post.quotes_person):
        if candidate in ours:
            return candidate
    return ""


def names(post: Post, native_id: str) -> bool:
    """Return whether a post engages an account, as X's rule for replies wants it."""
    return native_id in (*post.names, post.answers_person, post.quotes_person)


def other_side(post: Post, ours: Ours, known: Mapping[str, Post]) -> PersonId | None:
    """Return whom a post of ours talks to; "" for a broadcast, None where it cannot be told.

    That is whom it replies to, or, where we replied to ourselves, whom that post talked to.
    """
    step: Post | None = post
    for _ in range(len(known) + 2):
        if step is None:
            return None
        if step.author_id not in ours:
            return step.author.id
        if step.answers_person and step.answers_person not in ours:
            return ours_of(step.answers_person)
        if not step.answers:
            return ""
        step = known.get(step.answers)
    return None


def of_post(post: Post, native_id: str, account: AccountId, person: PersonId) -> tuple[News, ...]:
    """Return a post as news for one account: taken in, and edited where it was."""
    edited = len(post.history) > 1
    message = Message(
        id=ours_of(post.first),
        account=account,
        thread=post.thread or post.first,
        person=person,
        author=post.author,
        text=post.text,
        audience="public",
        written=time_of(post.first) if edited else post.written,
        re=_re(post),
        media=post.media,
        ours=post.author_id == native_id,
        raw=digest(post.raw),
        url=address(post.author.handle, post.first),
        root_unknown=not post.thread,
        named=names(post, native_id),
    )
    taken = News(native_id, Receive(message, language=post.language), post.raw)
    if not edited:
        return (taken,)
    change = MarkEdited(
        message=message.id,
        new_id=ours_of(post.id),
        text=post.text,
        media=post.media,
        written=post.written,
    )
    return taken, News(native_id, change, post.raw)


def _re(post: Post) -> MessageId:
    return ours_of(post.answers) if post.answers else ""


class Dm(Record, frozen=True):
    """One direct message; `to` is "" where X does not say (a group)."""

    id: str
    sender: str
    to: str
    thread: str
    written: Millis
    text: str = ""
    encrypted: bool = False
    raw: bytes = b""


def dm_of(payload: Json) -> Dm:
    """Read a direct message in any of X's three shapes: flat, legacy or encrypted.

    Raises KeyError, TypeError or ValueError where it is none.
    """
    if "message_create" in payload:
        return _legacy(payload)
    if "encoded_event" in payload or "created_at_msec" in payload:
        return _encrypted(payload)
    sender, thread = str(payload["sender_id"]), str(payload["dm_conversation_id"])
    return Dm(
        id=str(payload["id"]),
        sender=sender,
        to=_beside(sender, thread),
        thread=_thread(thread),
        written=written_at(str(payload["id"]), payload.get("created_at")),
        text=text_of(payload),
        raw=msgspec.json.encode(payload),
    )


def of_dm(dm: Dm, native_id: str, account: AccountId, people: Included) -> News:
    """Return a direct message as news; a group's has no person, and the group as its thread."""
    ours = dm.sender == native_id
    person = dm.to if ours else dm.sender
    message = Message(
        id=ours_of(dm.id),
        account=account,
        thread=dm.thread,
        person=ours_of(person) if dm.to else "",
        author=people.person(dm.sender),
        text=dm.text,
        audience="private",
        written=dm.written,
        kind="encrypted" if dm.encrypted else "text",
        ours=ours,
        raw=digest(dm.raw),
        url=f"https://x.com/messages/{dm.thread}",
    )
    return News(native_id, Receive(message), dm.raw)


def thread_with(one: str, other: str) -> str:
    """Name the one-to-one conversation of two people as X does: the lower id first."""
    return "-".join(sorted((native(one), native(other)), key=int))


def _legacy(payload: Json) -> Dm:
    said = payload["message_create"]
    sender, to = str(said["sender_id"]), str(said["target"]["recipient_id"])
    return Dm(
        id=str(payload["id"]),
        sender=sender,
        to=to,
        thread=thread_with(sender, to),
        written=int(payload["created_timestamp"]),
        text=text_of(said["message_data"]),
        raw=msgspec.json.encode(payload),
    )


def _encrypted(payload: Json) -> Dm:
    sender, thread = str(payload["sender_id"]), str(payload["conversation_id"])
    return Dm(
        id=str(payload["id"]),
        sender=sender,
        to=_beside(sender, thread),
        thread=_thread(thread),
        written=int(payload["created_at_msec"]),
        encrypted=True,
        raw=msgspec.json.encode(payload),
    )


def _thread(named: str) -> str:
    pair = PAIR.fullmatch(named)
    return thread_with(*pair.groups()) if pair else named


def _beside(sender: str, thread: str) -> str:
    """Return the other of a pair; "" for a group."""
    pair = PAIR.fullmatch(thread)
    if pair is None:
        return ""
    one, other = pair.groups()
    return other if one == sender else one
