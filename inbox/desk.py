"""The one door through which anything changes a conversation."""

from __future__ import annotations

import asyncio
import time
from base64 import b32encode
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol, TypeAlias, TypeVar

import msgspec
import structlog
from msgspec.structs import replace

from inbox.conversations.apply import fold
from inbox.conversations.commands import (
    AnyCommand,
    MarkDeleted,
    MarkEdited,
    Order,
    Receive,
    Report,
    SetMembers,
)
from inbox.conversations.decide import decide
from inbox.conversations.denied import Denied
from inbox.conversations.events import SCHEMA, AnyEvent, Entry, Sent
from inbox.conversations.state import Conversation, due_at
from inbox.store import codec
from inbox.store.client import Client, Gone
from inbox.store.commit import Commit, Verdict, commit, load
from inbox.store.registry import DELETED, EDITED, Registry
from inbox.triage.lanes import sort
from inbox.triage.urgency import place
from inbox.words import (
    Account,
    AccountId,
    ConversationId,
    Message,
    MessageId,
    Millis,
    PersonId,
    Policy,
)

TRIES = 8
"""Lost races until an order is told that it is crowded."""

REMEMBERED = 10_000
"""Conversations a process remembers, some 2 KB each: the guesses that save a round trip."""

PATIENCE = 20.0
"""Seconds in which the store may come back (a restart takes one, a failover four)."""

PAUSE = 0.05
"""Seconds between two tries to reach the store, growing to a second."""

UNSEEN_WAIT = 2.0
"""Seconds an edit or a deletion waits for a message that is routed but not yet taken in; a message
that was half as long on its way asks again what was left for it."""

Inbound: TypeAlias = Receive | MarkEdited | MarkDeleted | SetMembers | Report
T = TypeVar("T")

_edit = msgspec.json.Decoder(MarkEdited)
log = structlog.get_logger(__name__)


class Policies(Protocol):
    """What the tables say, as `inbox.team.policies` reads them."""

    def of(self, account_id: AccountId, by: str) -> Policy:
        """Return all that a decision about this account's conversations may look at."""
        ...

    def account(self, account_id: AccountId) -> Account | None:
        """Return an account."""
        ...


@dataclass(frozen=True)
class Done:
    """What an order made of a conversation; no events where it was so already."""

    conversation: Conversation
    events: tuple[AnyEvent, ...]


class Unavailable(Exception):
    """The store stays away: nothing is known to have happened; repeat with the same op."""


@dataclass(frozen=True)
class _Errand:
    """An order and all that stays the same however often it is tried."""

    ref: ConversationId
    order: Order
    salt: str
    also: tuple[AnyCommand, ...] = ()
    taken: tuple[str, ...] = ()
    payload: bytes = b""
    message: MessageId = ""


class Desk:
    """Decides on a guess of the conversation; the commit checks it, or else tells the truth.

    `now` gives server time in UTC ms, `ids` 16 unguessable characters, `secret` keys the
    conversations' ids.
    """

    def __init__(
        self,
        client: Client,
        policies: Policies,
        *,
        secret: bytes,
        now: Callable[[], Millis],
        ids: Callable[[], str],
        patience: float = PATIENCE,
        unseen_wait: float = UNSEEN_WAIT,
    ) -> None:
        self._client = client
        self._policies = policies
        self._key = blake2b(secret, digest_size=32).digest()
        self._now = now
        self._ids = ids
        self._patience = patience
        self._unseen_wait = unseen_wait
        self._registry = Registry(client)
        self._remembered: OrderedDict[ConversationId, Conversation] = OrderedDict()
        self._watching: list[Callable[[ConversationId, Done], None]] = []

    def order(self, command: AnyCommand, *, by: str, via: str = "", op: str | None = None) -> Order:
        """Write an order: its time is fixed here, and its operation id unless given."""
        return Order(op=op or self._ids(), at=self._now(), by=by, command=command, via=via)

    def id_of(self, account: AccountId, thread: str, person: PersonId) -> ConversationId:
        """Return the id of the conversation between an account and a person in a thread."""
        name = msgspec.json.encode([account, thread, person])
        digest = blake2b(name, digest_size=10, key=self._key).digest()
        return b32encode(digest).decode().lower()

    def watch(self, callback: Callable[[ConversationId, Done], None]) -> None:
        """Tell `callback` of each commit of this process, at once: a hint, the log is the news."""
        self._watching.append(callback)

    async def do(self, ref: ConversationId, order: Order) -> Done | Denied:
        """Let an order happen once; repeated with the same `op` it answers that it is so already.

        Raises Unavailable when the store stays away, NewerSchema when a newer release has been.
        """
        return await self._do(_Errand(ref, order, self._ids()))

    async def alias(
        self, account: AccountId, thread: str, person: PersonId, ref: ConversationId
    ) -> ConversationId:
        """Let what this person writes in this thread belong to a conversation that we opened."""
        hashed = self.id_of(account, thread, person)
        return await self._reached(lambda: self._registry.alias(hashed, ref))

    async def take(self, account: AccountId, command: Inbound, raw: bytes = b"") -> Done | Denied:
        """Take in what a platform says, once, however often and in whatever shape it comes.

        Repeats until it wins; raises Unavailable when it may not be acknowledged yet.
        """
        deadline = time.monotonic() + self._patience
        while True:
            result = await self._take(account, command, raw)
            if not (isinstance(result, Denied) and result.why == "crowded"):
                return result
            if time.monotonic() > deadline:
                raise Unavailable("crowded")

    async def _take(self, account: AccountId, command: Inbound, raw: bytes) -> Done | Denied:
        order = self.order(command, by=f"platform:{account.partition('/')[0]}", op=_op(command))
        match command:
            case Receive(message=message):
                sorted_ = replace(order, command=self._sorted(command))
                return await self._receive(message, sorted_, raw)
            case MarkDeleted(message=message):
                return await self._delete(message, order)
            case MarkEdited():
                return await self._edit(command, order, raw)
            case Report(ref=ref):
                where = await self._reached(lambda: self._registry.ask(ref))
                if not where.conversation:
                    return Denied("unknown_message")
                return await self._do(_Errand(where.conversation, order, self._ids()))
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
        ref = await self._meant(message)
        chain = (*message.chain, message.id)
        routed = await self._reached(lambda: self._registry.put_chain(chain, ref))
        ref = routed.conversation
        also = await self._waiting(message, chain, routed.mark, order.at)
        edits = tuple(one.new_id for one in also if isinstance(one, MarkEdited))
        taken = (order.op, *message.chain, *edits)
        errand = _Errand(ref, order, self._ids(), also, taken, raw, message.id)
        result = await self._do(errand)
        if time.monotonic() - asked > self._unseen_wait / 2:
            await self._catch_up(message, chain, routed.mark, order)
        return result

    async def _waiting(
        self, message: Message, chain: tuple[MessageId, ...], mark: str, at: Millis
    ) -> tuple[MarkEdited | MarkDeleted, ...]:
        """Return what came before its message: a deletion, or edits, the oldest first."""
        if mark == DELETED:
            return (MarkDeleted(message.id, at),)
        if mark != EDITED:
            return ()
        kept = await self._reached(
            lambda: asyncio.gather(*(self._registry.edits(one) for one in chain))
        )
        edits = [_edit.decode(one) for many in kept for one in many]
        newer = [one for one in edits if one.new_id not in chain]
        return tuple(sorted(newer, key=lambda one: (one.written, one.new_id)))

    async def _catch_up(
        self, message: Message, chain: tuple[MessageId, ...], mark: str, order: Order
    ) -> None:
        """Ask again what came meanwhile, for whoever brought it may have waited in vain."""
        late = await self._reached(lambda: self._registry.ask(message.id))
        if late.mark == mark:
            return
        for command in await self._waiting(message, chain, late.mark, order.at):
            again = self.order(command, by=order.by, op=_op(command))
            await self._do(_Errand(late.conversation, again, self._ids(), (), (again.op,)))

    async def _meant(self, message: Message) -> ConversationId:
        """Return where a message belongs if the registry does not know it yet."""
        hashed = self.id_of(message.account, message.thread, message.person)
        if hashed in self._remembered:
            return hashed
        if message.re and (message.ours or message.root_unknown):
            before = await self._reached(lambda: self._registry.ask(message.re))
            if before.conversation and await self._same(before.conversation, message):
                return before.conversation
        if message.re or message.audience == "private":
            return await self._reached(lambda: self._registry.meant(hashed))
        return hashed

    async def _same(self, ref: ConversationId, message: Message) -> bool:
        """Whether this conversation is with the same person; our own post need not know whom."""
        known = self._remembered.get(ref) or await self._load(ref)
        if known.version and known.account != message.account:
            return False
        return message.ours or known.person == message.person

    async def _delete(self, message: MessageId, order: Order) -> Done | Denied:
        """Leave a tombstone, and commit the deletion once its message is there."""
        routed = await self._reached(lambda: self._registry.mark_deleted(message))
        errand = _Errand(routed.conversation, order, self._ids(), (), (order.op,))
        return await self._once_there(errand)

    async def _edit(self, command: MarkEdited, order: Order, raw: bytes) -> Done | Denied:
        """Keep the edit, and commit it once its message is there; its new id leads there too."""
        message, new_id, kept = command.message, command.new_id, msgspec.json.encode(command)
        routed = await self._reached(lambda: self._registry.mark_edited(message, new_id, kept))
        if routed.conversation:
            await self._reached(lambda: self._registry.put(new_id, routed.conversation))
        errand = _Errand(routed.conversation, order, self._ids(), (), (order.op,), raw, new_id)
        return await self._once_there(errand)

    async def _once_there(self, errand: _Errand) -> Done | Denied:
        """Repeat while the message is routed but not yet taken in: it is on its way, or never was.

        Nothing is lost where it never comes: who takes it in finds what was left for it.
        """
        if not errand.ref:
            return Denied("unknown_message")
        deadline = time.monotonic() + self._unseen_wait
        while True:
            result = await self._do(errand)
            unseen = isinstance(result, Denied) and result.why.startswith("unknown_")
            if not unseen or time.monotonic() > deadline:
                return result
            await asyncio.sleep(PAUSE)

    async def _do(self, errand: _Errand) -> Done | Denied:
        guess, true = await self._guess(errand)
        for _ in range(TRIES):
            guess, events = await self._decided(guess, true, errand)
            if isinstance(events, Denied) or not events:
                return events if isinstance(events, Denied) else Done(guess, ())
            after, verdict = await self._committed(guess, errand, events)
            if verdict.answer == "ok":
                return self._told(Done(after, events))
            guess, true = self._known(errand.ref, codec.decode_snapshot(verdict.truth)), True
            if verdict.answer == "already":
                return Done(guess, ())
        return Denied("crowded")

    async def _decided(
        self, guess: Conversation, true: bool, errand: _Errand
    ) -> tuple[Conversation, tuple[AnyEvent, ...] | Denied]:
        """Decide on the guess; what would end in nothing is decided on the truth."""
        events = self._weigh(guess, errand)
        if (isinstance(events, Denied) or not events) and not true:
            guess, e = await self._load(errand.ref), errand
            events = self._weigh(guess, e)  # guard: truth test=tests/inbox/test_desk.py::test_truth
        return guess, events

    async def _guess(self, errand: _Errand) -> tuple[Conversation, bool]:
        """Return what the conversation may be, and whether that is the truth of this moment."""
        remembered = self._remembered.get(errand.ref)
        if remembered is not None:
            return remembered, False
        if isinstance(errand.order.command, Receive):
            return Conversation(id=errand.ref), False
        return await self._load(errand.ref), True

    def _weigh(self, conversation: Conversation, errand: _Errand) -> tuple[AnyEvent, ...] | Denied:
        """Decide, and decide what goes along with it on what then is; a repeat is so already."""
        if errand.order.op in conversation.ops:
            return ()
        policy = self._policy(conversation, errand.order)
        if policy is None:
            return Denied("unknown_conversation")
        events = decide(conversation, errand.order, policy)
        if isinstance(events, Denied) or not events:
            return events
        for command in errand.also:
            then = fold(conversation, self._entry(conversation, errand, events))
            more = decide(then, replace(errand.order, command=command), policy)
            events += () if isinstance(more, Denied) else more
        return events

    def _policy(self, conversation: Conversation, order: Order) -> Policy | None:
        account = conversation.account
        if not account and isinstance(order.command, Receive):
            account = order.command.message.account
        known = self._policies.account(account)
        return self._policies.of(account, order.by) if known else None

    @staticmethod
    def _entry(before: Conversation, errand: _Errand, events: tuple[AnyEvent, ...]) -> Entry:
        order = errand.order
        number = before.version + 1
        return Entry(order.op, SCHEMA, number, order.at, order.by, order.via, errand.salt, events)

    async def _committed(
        self, before: Conversation, errand: _Errand, events: tuple[AnyEvent, ...]
    ) -> tuple[Conversation, Verdict]:
        entry = self._entry(before, errand, events)
        line = codec.encode_entry(entry)
        after = replace(fold(before, entry), head=codec.chain(before.head, line))
        policy = self._policies.of(after.account, errand.order.by)
        account = policy.account
        e = errand.ref, events
        await self._route(*e)  # guard: sent-routed test=tests/inbox/test_desk.py::test_sent_routed
        what = Commit(
            kind="conv",
            id=errand.ref,
            expected=codec.token(before),
            number=entry.n,
            beginning=codec.beginning(entry.op),
            snapshot=codec.encode_snapshot(after),
            line=line,
            at=entry.at,
            due=due_at(after),
            place=place(after, policy),
            channels=tuple({account.slack_channel, account.private_channel} - {""}),
            taken=errand.taken,
            payload=errand.payload,
            message=errand.message,
        )
        return after, await self._reached(lambda: commit(self._client, what))

    async def _route(self, ref: ConversationId, events: tuple[AnyEvent, ...]) -> None:
        """Let what we sent lead here before anybody knows it as sent: an echo may be quicker."""
        refs = [event.ref for event in events if isinstance(event, Sent) and event.ref]
        if refs:
            await self._reached(lambda: self._registry.put_all(refs, ref))

    async def _load(self, ref: ConversationId) -> Conversation:
        """Return the truth of this moment; a conversation that does not exist has version 0."""
        return self._known(ref, await self._reached(lambda: load(self._client, ref)))

    async def _reached(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask the store, the very same again while it is away; raise Unavailable in the end."""
        deadline, pause = time.monotonic() + self._patience, PAUSE
        while True:
            try:
                return await ask()
            except Gone as gone:
                if time.monotonic() + pause > deadline:
                    raise Unavailable(str(gone)) from gone
            await asyncio.sleep(pause)
            pause = min(1.0, pause * 2)

    def _told(self, done: Done) -> Done:
        self._known(done.conversation.id, done.conversation)
        for callback in self._watching:
            try:
                callback(done.conversation.id, done)
            except Exception:
                log.exception("watcher_failed", conversation=done.conversation.id)
        return done

    def _known(self, ref: ConversationId, conversation: Conversation) -> Conversation:
        """Remember what a conversation was last seen to be."""
        if not conversation.version:
            self._remembered.pop(ref, None)
            return replace(conversation, id=ref)
        self._remembered[ref] = conversation
        self._remembered.move_to_end(ref)
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return conversation


def _op(command: Inbound) -> str:
    """Return the operation id of what a platform says: the same however often it says it."""
    match command:
        case Receive(message=message):
            return message.id
        case MarkEdited(message=message, new_id=new_id, written=written):
            return new_id if new_id != message else f"{message}@{written}"
        case MarkDeleted(message=message):
            return f"{message}!deleted"
        case Report(part=part, outcome=outcome):
            return f"{part}:{outcome}"
        case SetMembers(persons=persons):
            return "members:" + blake2b(msgspec.json.encode(persons), digest_size=10).hexdigest()
