"""What a platform received, compared byte for byte with what was sealed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from inbox import Inbox
from inbox.answers.seal import seal
from inbox.conversations.events import Answered, Entry, Sent
from inbox.words import AccountId, Audience, Media, MessageId, PersonId
from sandbox.x.world import World


@dataclass(frozen=True)
class Heard:
    """What a platform received from an account of ours, byte for byte.

    `to` holds everybody who may read it where it is private; where it is public, whom it answers
    (not what its text says), and where it answers nobody, whom it calls by name. `re` is None where
    such a message names none that it answers. `gone` says that it was taken back since.
    """

    id: MessageId
    text: str
    audience: Audience
    re: MessageId | None = ""
    to: tuple[PersonId, ...] = ()
    media: tuple[Media, ...] = ()
    gone: bool = False


def unsealed(
    account: AccountId, us: PersonId, heard: Iterable[Heard], histories: Iterable[Iterable[Entry]]
) -> list[Heard]:
    """Compare what came of each answer with its seal; return what came of none.

    Each part accounts for one message, so what arrived twice is left over.
    """
    left = list(heard)
    told = [[event for entry in entries for event in entry.events] for entries in histories]
    sent = {
        (n, one.part): one for n, some in enumerate(told) for one in some if isinstance(one, Sent)
    }
    named = {one.ref for one in sent.values()}
    for n, some in enumerate(told):
        latest = {one.answer: one for one in some if isinstance(one, Answered)}
        for answered in latest.values():
            parts = [(f"{answered.answer}.{m}", text) for m, text in enumerate(answered.parts, 1)]
            came = [_take(left, text, sent.get((n, part)), named) for part, text in parts]
            _compare(account, us, answered, [one for one in came if one])
    return left


def _take(heard: list[Heard], text: str, sent: Sent | None, named: set[str]) -> Heard | None:
    """Take out what came of one part: what its report named, else what says the same."""
    for one in heard:
        if one.id == sent.ref if sent else one.text == text and one.id not in named:
            heard.remove(one)
            # What a person posted in the platform's own app was never sealed word for word.
            return None if sent and sent.by_hand else one
    return None


def _compare(account: AccountId, us: PersonId, answered: Answered, heard: list[Heard]) -> None:
    texts = [one.text for one in heard]
    assert texts == list(answered.parts[: len(heard)]), f"sealed {answered}, received {heard}"
    if not heard or len(heard) < len(answered.parts):
        return
    assert {one.audience for one in heard} == {answered.audience}
    to = {person for one in heard for person in one.to} - {us}
    media = [one for part in heard for one in part.media]
    re = answered.re if heard[0].re is None else heard[0].re
    found = seal(account, answered.audience, to, re, texts, media)
    assert found == answered.seal, f"sealed {answered}, received {heard}"


async def histories(inbox: Inbox, account: AccountId) -> AsyncIterator[tuple[Entry, ...]]:
    """Yield the history of every conversation of an account."""
    async for batch in inbox.read.everything():
        for touched in batch:
            found = await inbox.read.conversation(touched.id)
            if found and found.account == account:
                yield tuple(await inbox.read.history(touched.id))


def called(world: World, text: str) -> tuple[PersonId, ...]:
    """Return whom X tells that a text names them."""
    users = (world.find(handle) for handle in re.findall(r"@(\w+)", text))
    return tuple(dict.fromkeys(f"x:{user.id}" for user in users if user))


def heard_on_x(world: World, handle: str) -> tuple[Heard, ...]:
    """Return all that X ever received from an account, the oldest first."""
    me = world.user(handle).id
    heard = list[Heard]()
    for post in map(world.shelf.get, world.shelf.by_author(me)):
        parent = post.in_reply_to or ""
        answers = world.shelf.get(parent).author_id if parent and world.shelf.has(parent) else ""
        heard.append(
            Heard(
                id=f"x:{post.id}",
                text=post.text,
                audience="public",
                re=f"x:{parent}" if parent else "",
                to=(f"x:{answers}",) if answers else called(world, post.text) if not parent else (),
                gone=post.deleted,
            )
        )
    heard += [
        Heard(f"x:{dm.id}", dm.text, "private", None, (f"x:{dm.recipient_id}",))
        for dm in world.direct
        if dm.sender_id == me
    ]
    return tuple(sorted(heard, key=lambda one: int(one.id.removeprefix("x:"))))
