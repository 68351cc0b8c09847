"""The door to the reachouts: opened, climbed, heard, handed over, closed, and read back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeAlias

from msgspec.structs import replace

from inbox.answers.lines import filled
from inbox.conversations.receiving import plain
from inbox.denied import Denied
from inbox.desk.contacts import Contacts
from inbox.desk.firing import Desk, Fired, Firing, Shot
from inbox.desk.records import PATIENCE, Made, Records, Spot
from inbox.directory.evidence import level
from inbox.directory.state import Contact
from inbox.reachout import commands as c
from inbox.reachout.case import Facts
from inbox.reachout.decide import decide
from inbox.reachout.events import AnyEvent, Entry
from inbox.reachout.ladder import audience_of, clean, forbidden, planned
from inbox.reachout.reachability import Reachability, reachability
from inbox.reachout.state import Level, Reachout, Rung, Urgency, due_at
from inbox.store.asks import Asks
from inbox.store.client import Client
from inbox.store.reaching import Reaching, listed, lists
from inbox.store.read import Read
from inbox.store.sorts import REACHOUT
from inbox.team.policies import Policies
from inbox.team.roles import may
from inbox.words import (
    Account,
    AccountId,
    ContactId,
    Millis,
    Officer,
    PersonId,
    Reach,
    ReachoutId,
    Record,
)

Done: TypeAlias = Made[Reachout, AnyEvent]
UNKNOWN = Reach("unknown")


class LeftOut(Record, frozen=True):
    """A person of the contact who gets no rung, and how sure we are of them."""

    person: PersonId
    handle: str
    level: Level
    frozen: str = ""


class Plan(Record, frozen=True):
    """The rungs that a contact's channels make, the quietest first, and who is left out.

    A rung's `by_hand` and `rule` say what the platform forbids us, `reach` and `reason` whether a
    private message would be delivered.
    """

    contact: Contact
    rungs: tuple[Rung, ...]
    left_out: tuple[LeftOut, ...] = ()


class Reachouts:
    """Keeps the reachouts. Raises Unavailable where the store stays away, Gone on reading.

    What the directory, the tables and the platforms say of a rung is looked up here for every
    order: whoever gives one cannot say otherwise.
    """

    def __init__(
        self,
        client: Client,
        policies: Policies,
        contacts: Contacts,
        desk: Desk,
        *,
        now: Callable[[], Millis],
        ids: Callable[[], str],
        patience: float = PATIENCE,
    ) -> None:
        self._policies = policies
        self._contacts = contacts
        self._now = now
        self._ids = ids
        self._lists = Reaching(client)
        self._firing = Firing(self, desk, Read(client))
        self.asks = Asks(client)
        self._records = partial(
            Records[Reachout, c.AnyCommand, AnyEvent],
            client,
            REACHOUT,
            now=now,
            ids=ids,
            due=due_at,
            spot=lambda one: Spot(listed(one), lists(one)),
            patience=patience,
        )
        self._read = self._records(lambda *_: Denied("unknown_reachout"))

    def order(
        self, command: c.AnyCommand, *, by: str, via: str = "", op: str | None = None
    ) -> c.Order:
        """Write an order: its time is fixed here, and its operation id unless given."""
        return self._read.order(command, by=by, via=via, op=op)

    def new_id(self) -> ReachoutId:
        """Return an id for a reachout that shall be opened."""
        return self._ids()

    async def do(self, id_: ReachoutId, order: c.Order) -> Done | Denied:
        """Let an order happen once, on what is known at this moment."""
        command, reachout = order.command, await self.load(id_)
        whom = command.contact if isinstance(command, c.Open) else reachout and reachout.contact
        contact = await self._contacts.standing(whom) if whom else None
        facts = self._facts(order.by, contact)
        if isinstance(command, c.Open):
            order = replace(order, command=await self._told(command, contact))
        if isinstance(command, c.Attempt) and reachout:
            asked = await self._asked(command, reachout, facts, contact)
            order = replace(order, command=asked)
        return await self._records(partial(_decided, facts)).do(id_, order)

    async def fire(self, id_: ReachoutId, shot: Shot) -> Fired | Denied:
        """Let a rung on a platform leave: its conversation, its claim and its answer, in one act.

        A public rung says its approved line; there is no text to give.
        """
        return await self._firing.fire(id_, shot)

    async def load(self, id_: ReachoutId) -> Reachout | None:
        """Return a reachout as it stands."""
        return await self._read.load(id_)

    async def history(self, id_: ReachoutId) -> tuple[Entry, ...]:
        """Return every entry of a reachout, oldest first."""
        return await self._read.history(id_)

    async def open(self) -> tuple[Reachout, ...]:
        """Return the reachouts under way, the one due first first."""
        return await self._loaded(await self._lists.open())

    async def rebuild(self, told: Callable[[int], None] = lambda _: None) -> None:
        """Write the lists and timers anew from what reachouts are, beside live traffic."""
        count = 0
        async for ids in self._read.ids():
            for id_ in ids:
                while (one := await self.load(id_)) and not await self._lists.draw(one):
                    pass
            count += len(ids)
            told(count)

    def says(self, rung: Rung, text: str) -> bool:
        """Say whether a post says the approved line of a rung, signed or not."""
        sentence = self._policies.lines.get(rung.template, {}).get(rung.language, "")
        line = filled(sentence, rung.handle)
        return bool(sentence) and (plain(text) + " ").startswith(plain(line) + " ")

    async def expects(self, account: AccountId, text: str) -> bool:
        """Say whether an officer was asked to post just this by hand from this account."""
        return any(
            rung.by_hand and rung.account == account and self.says(rung, text)
            for one in await self.open()
            for rung in one.rungs
        )

    async def of_contact(self, id_: ContactId) -> tuple[Reachout, ...]:
        """Return every reachout to a contact, and to those merged into it, the latest first."""
        contact = await self._contacts.load(id_)
        names = (id_, *(contact.merged if contact else ()))
        under_way = [one for one in await self.open() if one.contact in names]
        over = [one for name in names for one in await self._loaded(await self._lists.over(name))]
        return tuple(sorted((*under_way, *over), key=lambda one: -one.opened))

    async def record(self, id_: ContactId) -> Reachability:
        """Return how a contact can be reached: what worked, what failed and why, best hours."""
        contact = await self._contacts.load(id_)
        zone = contact.time_zone if contact else ""
        return reachability(await self.of_contact(id_), zone)

    async def plan(
        self, id_: ContactId, urgency: Urgency, officer: Officer, template: str
    ) -> Plan | Denied:
        """Return the ladder that a contact's channels make for this officer; asks the platforms."""
        contact = await self._contacts.standing(id_)
        if contact is None:
            return Denied("unknown_contact")
        rungs, left = list[Rung](), list[LeftOut]()
        for way in contact.ways:
            if way.kind != "note":
                rungs.append(Rung(way.kind, way=way.value))
        for known in contact.persons:
            sure, person = level(known, self._now()), known.person
            if sure != "verified":
                left.append(LeftOut(person.id, person.handle, sure, known.frozen))
                continue
            account = self._speaks(person.id, officer)
            if account:
                language = self._language(contact, account, template)
                rungs += await self._spoken(account, person.id, person.handle, template, language)
        return Plan(contact, planned(rungs, urgency), tuple(left))

    async def reach(self, account: str, person: PersonId) -> Reach:
        """Ask a platform whether this person takes private messages from this account."""
        return await self.asks.ask(account, person, "private")

    def _speaks(self, person: PersonId, officer: Officer) -> Account | None:
        """Return the account from which an officer may write to a person."""
        platform = person.partition(":")[0]
        ours = (one for one in self._policies.accounts if one.platform == platform)
        return next((one for one in ours if may(officer, "SayLine", one)), None)

    def _language(self, contact: Contact, account: Account, template: str) -> str:
        """Return the language for a line: theirs, else the account's, else any that is approved."""
        approved = self._policies.lines.get(template, {})
        wanted = (*contact.languages, *account.languages, *approved)
        return next((one for one in wanted if one in approved), "")

    async def _spoken(
        self, account: Account, person: PersonId, handle: str, template: str, language: str
    ) -> Iterable[Rung]:
        """Return a person's two rungs: privately, and in public by an approved line."""
        profile, rungs = self._policies.profile(account), list[Rung]()
        if "private" in profile.audiences:
            reach = await self.reach(account.id, person)
            rungs.append(
                Rung(
                    "private",
                    person=person,
                    handle=handle,
                    account=account.id,
                    language=language,
                    reach=reach.answer,
                    reason=reach.reason,
                )
            )
        if "public" in profile.audiences and language:
            rungs.append(
                Rung(
                    "public",
                    person=person,
                    handle=handle,
                    account=account.id,
                    template=template,
                    language=language,
                )
            )
        return [clean(one, forbidden(one, account, profile)) for one in rungs]

    def _facts(self, by: str, contact: Contact | None) -> Facts:
        """Gather what a decision may look at."""
        who, _, name = by.partition(":")
        tables, now = self._policies, self._now()
        return Facts(
            officer=tables.officer(name) if who == "officer" else None,
            known=contact is not None,
            ways=frozenset((one.kind, one.value) for one in contact.ways)
            if contact
            else frozenset(),
            levels={k.person.id: level(k, now) for k in contact.persons} if contact else {},
            lines=tables.lines,
            accounts={one.id: (one, tables.profile(one)) for one in tables.accounts},
        )

    async def _told(self, command: c.Open, contact: Contact | None) -> c.Open:
        """Let a ladder say what the directory and the platforms do, whoever drew it."""
        return replace(
            command, rungs=tuple([await self._true(one, contact) for one in command.rungs])
        )

    async def _true(self, rung: Rung, contact: Contact | None) -> Rung:
        known = contact.known(rung.person) if contact and rung.on_platform else None
        if known is None:
            return rung
        reach = UNKNOWN
        if audience_of(rung) == "private":
            reach = await self.reach(rung.account, rung.person)
        return replace(rung, handle=known.person.handle, reach=reach.answer, reason=reach.reason)

    async def _asked(
        self, command: c.Attempt, reachout: Reachout, facts: Facts, contact: Contact | None
    ) -> c.Attempt:
        """Say how sure we are of the person now, what they are called, and if they would get it."""
        if not 0 <= command.rung < len(reachout.rungs):
            return command
        rung, reach = reachout.rungs[command.rung], UNKNOWN
        if rung.kind == "private" and not command.by_hand:
            reach = await self.reach(rung.account, rung.person)
        sure = facts.levels.get(rung.person, "unproven")
        known = contact.known(rung.person) if contact else None
        return replace(
            command,
            level=sure,
            reach=reach.answer,
            reason=reach.reason,
            handle=known.person.handle if known else "",
        )

    async def _loaded(self, ids: Iterable[ReachoutId]) -> tuple[Reachout, ...]:
        found = [await self.load(id_) for id_ in ids]
        return tuple(one for one in found if one)


def _decided(facts: Facts, reachout: Reachout, order: c.Order) -> tuple[AnyEvent, ...] | Denied:
    return decide(reachout, order, facts)
