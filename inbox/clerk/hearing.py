"""Hears, in whatever anybody writes anywhere, whether a contact we try to reach has answered.

Only a verified person of the contact stops the clock; who is not sure, or only called alike, is
warned of, and the clock runs on. A rung follows its answer. Told again, nothing happens twice.
"""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

from inbox import Inbox, Touched
from inbox.conversations.commands import Lapse, SetLane
from inbox.conversations.state import THERE, Answer, Conversation
from inbox.denied import Denied
from inbox.directory.evidence import changed, level
from inbox.directory.lookalikes import Lookalikes, Named
from inbox.directory.state import Contact
from inbox.reachout.commands import Find, Hear, Settle
from inbox.reachout.state import Reachout, Rung
from inbox.team.policies import Policies
from inbox.words import Message, MessageId

ENDED = ("sent", "draft", "discarded")
"""The states of an answer that is neither leaving nor waiting for anybody's word."""
Settled = Literal["sent", "withdrawn", "failed"]


class Hearing:
    """Follows the news of conversations for the sake of the reachouts under way."""

    def __init__(self, inbox: Inbox, policies: Policies) -> None:
        self._inbox, self._policies = inbox, policies

    async def keep(self, stop: asyncio.Event) -> None:
        """Follow until `stop` is set."""
        await self._inbox.follow("hear", self.each, stop=stop)

    async def each(self, touched: Sequence[Touched]) -> None:
        """Look at what changed, while anybody is being reached."""
        refs = [one.id for one in touched if one.kind == "conv"]
        under_way = await self._inbox.reachouts.open() if refs else ()
        if not under_way:
            return
        for reachout in under_way:
            await self._find(reachout)
        for conversation in await self._inbox.read.conversations(refs):
            for answer in conversation.answers:
                if answer.reachout:
                    await self._settle(answer)
                    await self._let_go(conversation, answer)
            await self._look(conversation, under_way)

    async def _settle(self, answer: Answer) -> None:
        """Let a rung follow its answer."""
        outcome, why, url = settled(answer)
        if outcome is None:
            return
        door = self._inbox.reachouts
        command = Settle(answer.rung, answer.id, outcome, why, url)
        order = door.order(command, by="clerk", op=f"{answer.id}/{outcome}")
        await door.do(answer.reachout, order)

    async def _let_go(self, c: Conversation, answer: Answer) -> None:
        """Let whoever said it hold it no longer: what they answer is for whoever is there."""
        if c.begun and c.claim and not c.count and answer.state in ENDED:
            op = f"{answer.id}/lapse/{answer.state}"
            order = self._inbox.desk.order(Lapse(), by="clerk", op=op)
            await self._inbox.desk.do(c.id, order)

    async def _find(self, reachout: Reachout) -> None:
        """Look among our own posts for those that officers made by hand, and at what they say."""
        for n, rung in enumerate(reachout.rungs):
            if not rung.unseen:
                continue
            message = await self._ours(_id_of(rung))
            if message is not None:
                door = self._inbox.reachouts
                same = door.says(rung, message.text)
                order = door.order(Find(n, rung.unseen, same), by="clerk", op=f"find/{message.id}")
                await door.do(reachout.id, order)

    async def _ours(self, id_: MessageId) -> Message | None:
        """Return a post of ours by its id, once our own timeline has shown it."""
        where = await self._inbox.read.where(id_)
        reading = await self._inbox.read.reading(where) if where else None
        told = (one.message for one in reading.messages) if reading else iter(())
        return next((one for one in told if one.id == id_ and one.ours), None)

    async def _look(self, c: Conversation, under_way: Sequence[Reachout]) -> None:
        """Ask of the last message whose it is, for each reachout that began before it was written."""
        asking = [one for one in under_way if since(one, c)]
        message = await self._last(c) if asking else None
        for reachout in asking if message else ():
            contact = await self._inbox.contacts.standing(reachout.contact)
            hear = await self._judged(contact, c, message) if contact and message else None
            if hear is not None:
                await self._hear(reachout, c, hear)

    async def _last(self, c: Conversation) -> Message | None:
        """Return the last message of theirs that still stands."""
        reading = await self._inbox.read.reading(c.id)
        theirs = (one.message for one in reversed(reading.messages) if not one.message.ours)
        return next(theirs, None)

    async def _judged(self, contact: Contact, c: Conversation, message: Message) -> Hear | None:
        """Say who wrote: of the contact, and how surely; or nearly called so; or nobody to us."""
        author, now = message.author, self._inbox.now()
        known = contact.known(author.id)
        if known is not None:
            other, sure = changed(known.person, author), level(known, now)
            if other:
                sure = "unproven"  # guard: changed-since test=tests/inbox/clerk/test_hearing.py::test_who_is_no_longer_called_as_we_know_them_stops_nothing
            return Hear(author.id, c.id, message.id, sure, differs=other)
        theirs = Lookalikes(Named(one.person, contact.id, contact.name) for one in contact.persons)
        like = theirs.near(author)
        if like is None or await self._inbox.contacts.of_person(author.id):
            return None
        return Hear(author.id, c.id, message.id, like=like.of, differs=like.differs)

    async def _hear(self, reachout: Reachout, c: Conversation, hear: Hear) -> None:
        door = self._inbox.reachouts
        order = door.order(hear, by="clerk", op=f"hear/{hear.message}")
        done = await door.do(reachout.id, order)
        if isinstance(done, Denied):
            return
        heard = done.record.heard
        if heard and heard.conversation == c.id:
            await self._seat(c, reachout)

    async def _seat(self, c: Conversation, reachout: Reachout) -> None:
        """Let it be served first, whatever lane its words would have put it in."""
        first = next((lane.name for lane in self._policies.lanes if lane.reserved), "")
        if not first or c.lane == first or c.state == "closed":
            return
        command, op = SetLane(first, "rule: reachout"), f"heard/{reachout.id}/{c.id}"
        await self._inbox.desk.do(c.id, self._inbox.desk.order(command, by="clerk", op=op))


def since(reachout: Reachout, c: Conversation) -> bool:
    """Say whether anybody wrote in a conversation since a reachout began."""
    earlier = c.last_in < reachout.opened
    hindrances = (
        not c.count,
        earlier,  # guard: written-since test=tests/inbox/clerk/test_hearing.py::test_what_was_written_before_we_began_is_no_answer
    )
    return not any(hindrances)


def _id_of(rung: Rung) -> MessageId:
    """Return the id of the post at a rung's address, as the platform of its person makes ids."""
    native = rung.unseen.rstrip("/").rpartition("/")[2]
    instance, slash, _ = rung.person.rpartition("/")
    return f"{instance}/{native}" if slash else f"{rung.person.partition(':')[0]}:{native}"


def settled(answer: Answer) -> tuple[Settled | None, str, str]:
    """Return what became of a rung's answer, why, and where it stands; None while it is open."""
    there = next((part for part in answer.parts if part.state in THERE), None)
    if there is not None:
        return "sent", "", there.url
    failed = next((part for part in answer.parts if part.state == "failed"), None)
    if failed is not None:
        return "failed", failed.why, ""
    if answer.state == "retracted":
        return "failed", "retracted", ""
    if answer.state in ("draft", "discarded"):
        return "withdrawn", answer.state, ""
    return None, "", ""
