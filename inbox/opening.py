"""Opening the inbox: the server, what must be true of it, and the doors to the core."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Hashable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Literal, TypeVar

import structlog

from inbox.archive.archive import Archive
from inbox.archive.forgetting import Forgetting
from inbox.desk import Desk, Done, Unavailable
from inbox.desk.contacts import Contacts
from inbox.desk.lookout import Lookout
from inbox.desk.reachouts import Reachouts
from inbox.figures.figures import Figures
from inbox.find.find import Find
from inbox.follow import Each, Follower
from inbox.store import checks, drafts, raw
from inbox.store.alerts import Alerts
from inbox.store.aside import Aside, Refusals
from inbox.store.boards import Boards
from inbox.store.budgets import Budgets
from inbox.store.clearances import Clearances
from inbox.store.client import Client, Gone
from inbox.store.cursors import Cursors
from inbox.store.drafts import Drafts
from inbox.store.duty import Duty
from inbox.store.epoch import Epoch
from inbox.store.gaps import Gap, Gaps
from inbox.store.greeted import Greeted
from inbox.store.halts import Halts, seen_once
from inbox.store.histories import Histories
from inbox.store.lease import Leases
from inbox.store.log import KeptMarks, Log, Marks, Source, Touched
from inbox.store.logins import Logins
from inbox.store.narrowed import Narrowed
from inbox.store.notices import Notices
from inbox.store.outbox import Outbox
from inbox.store.pictures import Pictures, View
from inbox.store.queue import Queue
from inbox.store.read import Read
from inbox.store.seats import Seats
from inbox.store.server import CannotStart, Embedded
from inbox.store.signers import Signers
from inbox.store.timers import Timers
from inbox.store.vitals import Look, Vitals
from inbox.team.policies import Policies
from inbox.triage.alerting import urgent
from inbox.triage.urgency import place
from inbox.words import AccountId, Audience, Finding, Millis

__all__ = [
    "CannotStart",
    "Done",
    "Gap",
    "Gone",
    "Inbox",
    "Touched",
    "Unavailable",
    "Unfit",
    "Vitals",
    "opened",
]

Unfit = checks.Unfit

KEPT_DAYS: Mapping[str, int] = {"raw": raw.KEPT_DAYS, "drafts": drafts.KEPT // 86_400}
"""For how many days what is no history is kept, for whoever must be told."""

SKEW_MOST = 2000
"""Milliseconds between our clock and the server's after which we are not ready."""

SKEW_EVERY = 60.0
"""Seconds between two measurements of the server's time."""

LOOKOUT_EVERY = 5.0
"""Seconds after which whoever was put into the directory is known to look-alike marks."""

FRESH_EVERY = 2.0
"""Seconds after which what another process halted, or who came on duty, is known here."""

BEHIND = (
    "The server knows less than it did: a backup was put back, or a tail was lost. Every answer"
    " that had not left waits for an officer, and what was erased is erased again. Run"
    " `python -m inbox verify`, then `python -m inbox restored`."
)
"""What an operator is told when it is seen."""

Clock = Callable[[], Millis]
Ids = Callable[[], str]
T = TypeVar("T", bound=Hashable)
log = structlog.get_logger(__name__)


class Inbox:
    """The doors to the core; each constructor elsewhere is given the members it uses."""

    def __init__(
        self,
        client: Client,
        policies: Policies,
        *,
        data: Path,
        secret: bytes,
        clock: Clock,
        ids: Ids,
        anchor: Path | None = None,
    ) -> None:
        self._client = client
        self._policies = policies
        self._clock = clock
        self._offset = 0
        self.data = data
        self._warnings: tuple[str, ...] = ()
        self.desk = Desk(client, policies, secret=secret, now=self.now, ids=ids)
        self.contacts = Contacts(client, policies, now=self.now, ids=ids)
        self.reachouts = Reachouts(
            client, policies, self.contacts, self.desk, now=self.now, ids=ids
        )
        self.lookout = Lookout(lambda: policies.accounts, self.contacts.everyone, self.now)
        self.asks = self.reachouts.asks
        self.read = Read(client)
        self.histories = Histories(client)
        self.queue = Queue(client)
        self.drafts = Drafts(client)
        self.leases = Leases(client, ids)
        self.cursors = Cursors(client)
        self.budgets = Budgets(client, self.now)
        self.gaps = Gaps(client, policies, self.now)
        self.outbox = Outbox(client)
        self.boards = Boards(client)
        self.aside = Aside(client)
        self.refusals = Refusals(client)
        self.duty = Duty(client, self.now)
        self.greeted = Greeted(client)
        self.logins = Logins(client)
        self.notices = Notices(client)
        self.log = Log(client, self.read.of_all_kinds)
        self.find = Find(data, self.read)
        self.archive = Archive(
            client,
            self.log,
            self.read,
            self.desk,
            Forgetting(self.contacts, self.reachouts, self.histories),
            self.find.again,
            self.now,
            anchor,
        )
        self.desk.warn(behind=self.fell_behind, leaving=self.archive.anchoring.leaving)
        self._falling = asyncio.Lock()
        self.figures = Figures(client, self.read, policies.lanes, self.now)
        self.timers = Timers(client)
        self.pictures = Pictures(
            client,
            self.read,
            lambda c: place(c, policies.of(c.account, "clerk")),
            lambda c: urgent(c, policies),
        )
        self.alerts = Alerts(client)
        self.clearances = Clearances(client)
        self.seats = Seats(client)
        self.signers = Signers(client)
        self._follower = Follower(client, self.log, self.leases, self.aside)
        self._look = Look(client, self.leases)
        self._halts = Halts(client)
        self._narrowed = Narrowed(client)
        self._epoch = Epoch(client, ids)

    @property
    def epoch(self) -> str:
        """What changes when the server may have forgotten something."""
        return self._policies.epoch

    @property
    def skew(self) -> Millis:
        """How far the server's clock is ahead of ours."""
        return self._offset

    def now(self) -> Millis:
        """Return the server's time in UTC ms: our clock and what it was measured to be off."""
        return self._clock() + self._offset

    async def narrow(self, account: AccountId, limits: Mapping[Audience, int]) -> None:
        """Let what an account's own server says of its limits count, in every process."""
        await self._narrowed.set(account, limits)
        await self.refresh()

    async def halted(self) -> frozenset[AccountId]:
        """Return the accounts from which nothing may leave."""
        return await self._halts.halted()

    async def halt(self, account: AccountId) -> None:
        """Let nothing more leave from this account."""
        await self._halts.halt(account)
        await self.refresh()

    async def unhalt(self, account: AccountId) -> None:
        """Let answers leave again."""
        await self._halts.unhalt(account)
        await self.refresh()

    async def restored(self) -> int:
        """Begin a new epoch: every answer that has not left waits for an officer.

        What was anchored and is no more is no longer expected; returns how much that is.
        """
        async with self._falling:
            await self._new_epoch()
        return await self.archive.anchoring.give_up()

    async def fell_behind(self) -> None:
        """Begin a new epoch, for the store knows less than it did; what was erased is again.

        Whoever sees it first does it for all.
        """
        before = self.epoch
        async with self._falling:
            if self.epoch != before:
                return
            await self._new_epoch()
        log.error("server_behind", advice=BEHIND)
        await self.notices.put("server_behind", {"at": self.now()})

    async def _new_epoch(self) -> None:
        await self._epoch.renew()  # guard: new-epoch test=tests/promises/test_restore.py::test_nothing_that_had_left_is_sent_again_after_a_restore
        await self.refresh()
        erased = await self.archive.anchoring.fell_behind(self.epoch)
        await self.archive.eraser.again(
            erased, self.now()
        )  # guard: erased-again test=tests/promises/test_restore.py::test_what_was_erased_is_erased_again_after_a_restore

    async def seen_once(self, key: str, seconds: int) -> bool:
        """Return True the first time in `seconds` that anybody asks this."""
        return await seen_once(self._client, key, seconds)

    async def follow(
        self,
        name: str,
        each: Each[Touched],
        *,
        stop: asyncio.Event,
        marks: Marks | None = None,
    ) -> None:
        """Tell `each` which conversations changed, in batches, until `stop` is set."""
        await self._follower.follow(name, each, stop=stop, marks=marks)

    async def follow_source(
        self, name: str, source: Source[T], each: Each[T], *, stop: asyncio.Event
    ) -> None:
        """Follow something else in the same way: `notices`, say."""
        await self._follower.follow_source(name, source, each, stop=stop)

    def marks(self, name: str) -> KeptMarks:
        """Return where a follower's cursors are kept, for a view that keeps its own beside."""
        return KeptMarks(self._client, name)

    async def rebuild(
        self,
        view: View | Literal["find", "sums", "directory", "reach"],
        told: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Draw a view anew from what conversations are, beside live traffic.

        `told` hears how many are done. What this view's follower had set aside is told by that.
        """
        before = await self.aside.of_follower(view)
        if view == "find":
            await self.find.rebuild(told)
        elif view == "sums":
            await self.figures.rebuild(told)
        elif view == "directory":
            await self.contacts.rebuild(told)
        elif view == "reach":
            await self.reachouts.rebuild(told)
        else:
            await self.pictures.rebuild(view, told)
        for id_ in before:
            await self.aside.drop(id_)

    async def refresh(self) -> None:
        """Learn who is on duty, who has a seat, what is halted or spent, and our epoch."""
        duty, seats, halted, epoch, spent, limits = await asyncio.gather(
            self.duty.list(),
            self.seats.list(),
            self._halts.halted(),
            self._epoch.get(),
            self.gaps.overspent(),
            self._narrowed.list(),
        )
        self._policies.narrow(limits)
        self._policies.seats = seats
        self._policies.on_duty = frozenset(duty)
        self._policies.halted = halted
        self._policies.spent = spent
        if epoch != self._policies.epoch:
            self.desk.forget()  # what a conversation was before a restore is no guess any more
            self.contacts.forget()
        self._policies.epoch = epoch

    async def measure(self) -> None:
        """Measure how far the server's clock is from ours, in the middle of a round trip."""
        before = self._clock()
        seconds, micros = (await self._client.everywhere("TIME"))[0]
        after = self._clock()
        offset = seconds * 1000 + micros // 1000 - (before + after) // 2
        self._offset = offset  # guard: SKEW test=tests/promises/test_clock.py

    async def ready(self) -> dict[str, str]:
        """Return each check's fault, "" where there is none."""
        try:
            await self._client.everywhere("PING")
        except Gone as gone:
            return {"store": f"not reachable: {gone}"}
        fast = abs(self._offset) <= SKEW_MOST
        return {
            "store": "",
            "persistence": "; ".join(self._warnings),
            "clock": "" if fast else f"{self._offset} ms off the server's",
        }

    async def check(self) -> tuple[Finding, ...]:
        """Say what server this is, and how safely and how punctually it keeps things."""
        told = await self.ready()
        if told["store"]:
            return (Finding(False, f"The store is {told['store']}.", "Start it."),)
        found = [Finding(True, f"The store answers: {await checks.server(self._client)}.")]
        if told["persistence"]:
            found.append(Finding(True, f"The store: {told['persistence']}.", checks.PERSIST))
        else:
            found.append(Finding(True, "What is acknowledged is on its disk (appendfsync always)."))
        what = f"Its clock and ours are {abs(self._offset)} ms apart."
        gone = await self.signers.forgotten(self._policies.accounts, self._policies.officers)
        if gone:
            named = ", ".join(sorted(gone))
            keep = "Put them back into officers.toml with active = false."
            found.append(Finding(True, f"Nobody knows any more who signed: {named}.", keep))
        advice = "Set both clocks (NTP)." if told["clock"] else ""
        found.append(Finding(not told["clock"], what, advice))
        return tuple(found)

    async def vitals(self) -> Vitals:
        """Return how queues, followers, timers and the store are doing; raises Gone."""
        accounts = self._policies.accounts
        channels = {one for a in accounts for one in (a.slack_channel, a.private_channel) if one}
        return await self._look.now(self.now(), channels)

    async def prepare(self, data: Path, mode: str) -> None:
        """Refuse what must not be used, and learn what must be known before the first order."""
        self._warnings = await checks.check_server(self._client)
        await checks.check_birth(self._client, data, mode)
        await checks.check_schema(self._client)
        taken = await self.signers.keep(self._policies.accounts, self._policies.officers.values())
        if taken:
            raise Unfit(
                " ".join(taken)
            )  # guard: never-reused test=tests/inbox/store/test_signers.py::test_a_start_is_refused_that_gives_somebody_s_initials_away
        await self._client.load_libraries()
        await self.measure()
        await self.refresh()
        await self.lookout.refresh()
        if await self.archive.anchoring.is_behind():
            await self.fell_behind()  # guard: anchor-ahead test=tests/promises/test_restore.py::test_nothing_that_had_left_is_sent_again_after_a_restore

    async def keep_fresh(self) -> None:
        """Go on measuring and refreshing, for ever; a store that is away is asked again."""
        measured = looked = time.monotonic()
        while True:
            await asyncio.sleep(FRESH_EVERY)
            with suppress(Gone):
                await self.refresh()
                if time.monotonic() - looked > LOOKOUT_EVERY:
                    await self.lookout.refresh()
                    looked = time.monotonic()
                if time.monotonic() - measured > SKEW_EVERY:
                    await self.measure()
                    measured = time.monotonic()


@asynccontextmanager
async def opened(
    url: str | None,
    *,
    data: Path,
    secret: bytes,
    policies: Policies,
    clock: Clock,
    ids: Ids,
    mode: Literal["real", "sandbox"],
    anchor: Path | None = None,
) -> AsyncIterator[Inbox]:
    """Open the inbox on a server, or on the data folder's own where `url` is None.

    `anchor` is the file, outside the data folder, that remembers what the server should know.
    Raises Unfit, CannotStart with words for an operator.
    """
    async with AsyncExitStack() as stack:
        with checks.in_words(url, data):
            client = await _reached(url, data, stack)
            inbox = Inbox(
                client, policies, data=data, secret=secret, clock=clock, ids=ids, anchor=anchor
            )
            await inbox.prepare(data, mode)
        fresh = asyncio.create_task(inbox.keep_fresh())
        try:
            yield inbox
        finally:
            fresh.cancel()
            with suppress(asyncio.CancelledError):
                await fresh


async def _reached(url: str | None, data: Path, stack: AsyncExitStack) -> Client:
    """Reach the server, first starting the folder's own where `url` is None."""
    embedded = None
    if url is None:
        embedded = Embedded(data)
        stack.push_async_callback(embedded.leave)
        await embedded.enter()
        url = embedded.address.url
    client = await Client.reached(url, when_gone=embedded.knock if embedded else None)
    stack.push_async_callback(client.aclose)
    return client
