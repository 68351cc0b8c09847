"""What a platform says, taken in once: routed to its conversation first, in whatever order."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from hashlib import blake2b
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from inbox.conversations.commands import (
    AnyCommand,
    MarkDeleted,
    MarkEdited,
    Order,
    Receive,
    Report,
    SetMembers,
)
from inbox.conversations.denied import Denied
from inbox.conversations.receiving import root_mark
from inbox.desk.errands import Done, Elsewhere, Errand, Policies
from inbox.desk.trying import PAUSE, Trying
from inbox.store.registry import DELETED, EDITED, Place, Registry
from inbox.triage.lanes import sort
from inbox.words import AccountId, ConversationId, Message, MessageId, Millis

UNSEEN_WAIT = 2.0
"""Seconds an edit or a deletion waits for a message that is routed but not yet taken in; a message
that was half as long on its way asks again what was left for it."""

Inbound: TypeAlias = Receive | MarkEdited | MarkDeleted | SetMembers | Report

_edit = msgspec.json.Decoder(MarkEdited)


class Intake:
    """Takes in messages, edits, deletions and receipts; the registry is written before the commit.

    `order` writes an order, `hashed` gives a message's conversation by account, thread and person.
    """

    def __init__(
        self,
        trying: Trying,
        registry: Registry,
        policies: Policies,
        *,
        order: Callable[[AnyCommand, str, str], Order],
        hashed: Callable[[Message], ConversationId],
        salt: Callable[[], str],
        unseen_wait: float,
    ) -> None:
        self._trying = trying
        self._registry = registry
        self._policies = policies
        self._order = order
        self._hashed = hashed
        self._salt = salt
        self._unseen_wait = unseen_wait

    async def take(self, account: AccountId, command: Inbound, raw: bytes) -> Done | Denied:
        """Take one thing in, in one try."""
        order = self._order(command, f"platform:{account.partition('/')[0]}", _op(command))
        match command:
            case Receive(message=message):
                sorted_ = replace(order, command=self._sorted(command))
                return await self._receive(message, sorted_, raw)
            case MarkDeleted(message=message):
                return await self._delete(message, order)
            case MarkEdited():
                return await self._edit(command, order, raw)
            case Report(ref=ref):
                where = await self._trying.reached(lambda: self._registry.ask(ref))
                if not where.conversation:
                    return Denied("unknown_message")
                return await self._trying.do(Errand(where.conversation, order, self._salt()))
            case SetMembers():
                return Denied("unknown_conversation")

    def _sorted(self, command: Receive) -> Receive:
        """Say in which lane a message is served, unless that is said already."""
        unknown = self._policies.account(command.message.account) is None
        if command.lane or command.message.ours or unknown:
            return command
        policy = self._policies.of(command.message.account, "platform:")
        lane, word = sort(command.message.text, policy.lanes)
        return replace(command, lane=lane, word=word)

    async def _receive(self, message: Message, order: Order, raw: bytes) -> Done | Denied:
        """Route a message, then take it in; the route is written before and is final."""
        asked = time.monotonic()
        chain = (*message.chain, message.id)
        at = Place(await self._meant(message), "")
        if self._registry.one_slot and not message.chain:
            try:
                return await self._take_at_once(at.conversation, message, order, raw)
            except Elsewhere as elsewhere:
                at = elsewhere.place
        at = await self._route(chain, at)  # guard: ROUTE test=tests/inbox/test_desk.py::test_routed
        ref = at.conversation
        also = await self._waiting(message, chain, at.mark, order.at)
        edits = tuple(one.new_id for one in also if isinstance(one, MarkEdited))
        taken = (order.op, *message.chain, *edits)
        errand = Errand(ref, order, self._salt(), also, taken, raw, message.id)
        result = await self._trying.do(errand)
        if time.monotonic() - asked > self._unseen_wait / 2:
            await self._catch_up(message, chain, at.mark, order)
        return result

    async def _take_at_once(
        self, ref: ConversationId, message: Message, order: Order, raw: bytes
    ) -> Done | Denied:
        """Route a message and take it in with one call, as nearly all can be. Raises Elsewhere."""
        errand = Errand(ref, order, self._salt(), (), (order.op,), raw, message.id, route=True)
        return await self._trying.do(errand)

    async def _route(self, chain: tuple[MessageId, ...], meant: Place) -> Place:
        """Write down where every id of a message belongs, unless that is known already."""
        return await self._trying.reached(
            lambda: self._registry.put_chain(chain, meant.conversation)
        )

    async def _waiting(
        self, message: Message, chain: tuple[MessageId, ...], mark: str, at: Millis
    ) -> tuple[MarkEdited | MarkDeleted, ...]:
        """Return what came before its message: a deletion, or edits, the oldest first."""
        if mark == DELETED:
            return (MarkDeleted(message.id, at),)
        if mark != EDITED:
            return ()
        kept = await self._trying.reached(
            lambda: asyncio.gather(*(self._registry.edits(one) for one in chain))
        )
        edits = [_edit.decode(one) for many in kept for one in many]
        newer = [one for one in edits if one.new_id not in chain]
        return tuple(sorted(newer, key=lambda one: (one.written, one.new_id)))

    async def _catch_up(
        self, message: Message, chain: tuple[MessageId, ...], mark: str, order: Order
    ) -> None:
        """Ask again what came meanwhile, for whoever brought it may have waited in vain."""
        late = await self._trying.reached(lambda: self._registry.ask(message.id))
        if late.mark == mark:
            return
        for command in await self._waiting(message, chain, late.mark, order.at):
            again = self._order(command, order.by, _op(command))
            await self._trying.do(Errand(late.conversation, again, self._salt(), (), (again.op,)))

    async def _meant(self, message: Message) -> ConversationId:
        """Return where a message belongs if the registry does not know it yet."""
        hashed = self._hashed(message)
        if message.ours and (not message.re or message.audience == "private"):
            mark = root_mark(message.account, message.text)
            expected = await self._trying.reached(lambda: self._registry.expected(mark))
            if expected:
                return expected  # guard: root-echo test=tests/inbox/test_begun.py::test_an_echo_of_our_first_post_that_is_quicker_than_the_response_settles_it
        if self._trying.remembered(hashed):
            return hashed
        if message.re and (message.ours or message.root_unknown):
            before = await self._trying.reached(lambda: self._registry.ask(message.re))
            if before.conversation and await self._same(before.conversation, message):
                return before.conversation
        if message.re or message.audience == "private":
            return await self._trying.reached(lambda: self._registry.meant(hashed))
        return hashed

    async def _same(self, ref: ConversationId, message: Message) -> bool:
        """Whether this conversation is with the same person; our own post need not know whom."""
        known = self._trying.remembered(ref) or await self._trying.fetch(ref)
        if known.version and known.account != message.account:
            return False
        return message.ours or known.person == message.person

    async def _delete(self, message: MessageId, order: Order) -> Done | Denied:
        """Leave a tombstone, and commit the deletion once its message is there."""
        routed = await self._trying.reached(lambda: self._registry.mark_deleted(message))
        errand = Errand(routed.conversation, order, self._salt(), (), (order.op,))
        return await self._once_there(errand)

    async def _edit(self, command: MarkEdited, order: Order, raw: bytes) -> Done | Denied:
        """Keep the edit, and commit it once its message is there; its new id leads there too."""
        message, new_id, kept = command.message, command.new_id, msgspec.json.encode(command)
        routed = await self._trying.reached(
            lambda: self._registry.mark_edited(message, new_id, kept)
        )
        if routed.conversation:
            await self._trying.reached(lambda: self._registry.put(new_id, routed.conversation))
        errand = Errand(routed.conversation, order, self._salt(), (), (order.op,), raw, new_id)
        return await self._once_there(errand)

    async def _once_there(self, errand: Errand) -> Done | Denied:
        """Repeat while the message is routed but not yet taken in: it is on its way, or never was.

        Nothing is lost where it never comes: who takes it in finds what was left for it.
        """
        if not errand.ref:
            return Denied("unknown_message")
        deadline = time.monotonic() + self._unseen_wait
        while True:
            result = await self._trying.do(errand)
            unseen = isinstance(result, Denied) and result.why.startswith("unknown_")
            if not unseen or time.monotonic() > deadline:
                return result
            await asyncio.sleep(PAUSE)


def _op(command: Inbound) -> str:
    """Return the operation id of what a platform says: the same however often it says it."""
    match command:
        case Receive(message=message):
            return message.id
        case MarkEdited(message=message, new_id=new_id, written=written):
            return new_id if new_id != message else f"{message}@{written}"
        case MarkDeleted(message=message):
            return f"{message}!deleted"
        case Report(part=part, outcome=outcome, attempt=attempt):
            return f"{part}:{outcome}:{attempt}"
        case SetMembers(persons=persons):
            return "members:" + blake2b(msgspec.json.encode(persons), digest_size=10).hexdigest()
