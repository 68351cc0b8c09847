"""An office for the tests of reachouts: a contact, two officers, accounts on two platforms."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from inbox.conversations.commands import AnyCommand, Clear, Receive, Report, StartSend
from inbox.conversations.state import Conversation
from inbox.denied import Denied
from inbox.desk import Desk, Done
from inbox.desk.contacts import Contacts
from inbox.desk.firing import Fired, Shot
from inbox.desk.reachouts import Reachouts
from inbox.directory import commands as directory
from inbox.reachout import commands as c
from inbox.reachout.state import Reachout, Rung
from inbox.store.asks import Asks
from inbox.store.client import Client
from inbox.store.notices import Notices
from inbox.store.read import Read
from inbox.store.timers import Timers
from inbox.team.policies import Policies
from inbox.words import Account, Officer, Person
from tests.inbox.house import ACCOUNT, LANES, PROFILE, SECRET, START, ids, message, policies

CARL = Person(id="x:55", handle="CarlB", name="Carl B")
HOUR = 3_600_000
DAY = 24 * HOUR
AJ, EN = "officer:o0", "officer:o1"


ODA = Person(id="mastodon:77", handle="carl@qasira.example", name="Carl B")
TOOT = "mastodon/landet"


def ministry() -> Policies:
    """Give the tables of a ministry that may write first on two platforms."""
    before = policies(2)
    people = (*before.officers.values(), Officer("ml", "ML", "Maria", ("supervisor",)))
    x = replace(before.accounts[0], handle="LandetUD")
    toot = replace(x, id=TOOT, app="fedi", native_id="9", handle="landet@social.example")
    profile = replace(PROFILE, starts=("public", "private"))
    fedi = replace(profile, platform="mastodon", title="Mastodon")
    accounts: tuple[Account, ...] = (x, toot)
    tables = Policies(accounts, people, LANES, ("visa",), {"x": profile, "mastodon": fedi})
    tables.lines = before.lines
    return tables


@dataclass
class Office:
    """One process: its tables, its desk, its directory, its reachouts, and a clock."""

    client: Client
    time: int = START
    contact: str = "carl"
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        tables = ministry()
        self.desk = Desk(self.client, tables, secret=SECRET, now=self.now, ids=ids())
        self.contacts = Contacts(self.client, tables, now=self.now, ids=ids())
        self.reachouts = Reachouts(
            self.client, tables, self.contacts, self.desk, now=self.now, ids=ids()
        )
        self.reachouts.asks = Asks(self.client, patience=0)
        self.read = Read(self.client)
        self.notices = Notices(self.client)
        self.timers = Timers(self.client)
        self.tables = tables

    def now(self) -> int:
        """Tell the time, which moves only when told."""
        return self.time

    async def knows(self) -> None:
        """Enter the contact: a telephone, and an account that an officer called back about."""
        orders: tuple[directory.AnyCommand, ...] = (
            directory.Add("Foreign Minister, Qasira", "counterpart", ("en",), "Asia/Amman"),
            directory.AddWay("phone", "+962 1"),
            directory.Attach(CARL),
            directory.Attach(ODA),
            directory.Attach(Person(id="x:56", handle="spokesman")),
            directory.Prove(CARL.id, "called_back", "Call to the ministry", START + 90 * DAY),
            directory.Prove(ODA.id, "called_back", "Call to the ministry", START + 90 * DAY),
        )
        for command in orders:
            order = self.contacts.order(command, by=AJ)
            assert not isinstance(await self.contacts.do(self.contact, order), Denied)

    async def does(self, id_: str, command: c.AnyCommand, by: str = AJ) -> Reachout:
        done = await self.reachouts.do(id_, self.reachouts.order(command, by=by))
        assert not isinstance(done, Denied), done
        return done.record

    async def refused(self, id_: str, command: c.AnyCommand, by: str = AJ) -> str:
        done = await self.reachouts.do(id_, self.reachouts.order(command, by=by))
        assert isinstance(done, Denied), done
        return done.why

    async def opens(self, *rungs: Rung) -> Reachout:
        command = c.Open(self.contact, "The attack", "urgent", START + 8 * HOUR, rungs)
        return await self.does(self.reachouts.new_id(), command)

    async def fires(self, id_: str, rung: int, by: str = AJ, **more: str) -> Fired | Denied:
        shot = Shot(
            rung,
            by,
            more.pop("op", f"click/{by}"),
            text=more.get("text", ""),
            confirmed=more.get("confirmed", ""),
        )
        return await self.reachouts.fire(id_, shot)

    async def orders(self, ref: str, command: AnyCommand, by: str) -> Conversation:
        """Let an order happen in a conversation."""
        done = await self.desk.do(ref, self.desk.order(command, by=by))
        assert isinstance(done, Done), done
        return done.conversation

    async def leaves(self, fired: Fired, ref: str = "x:900") -> Conversation:
        """Let an answer be cleared where it must, and be sent."""
        answer, where = fired.answer, fired.conversation.id
        if fired.asked:
            seal = fired.conversation.answers[-1].seal
            await self.orders(where, Clear(answer, seal), EN)
        await self.orders(where, StartSend(f"{answer}.1"), "postroom")
        report = Report(f"{answer}.1", "sent", ref=ref, url="https://x.com/1", attempt=1)
        return await self.orders(where, report, "postroom")

    async def hears(self, id_: str, author: Person = CARL, **more: object) -> Conversation:
        """Let somebody write, just now and in a thread of their own unless said otherwise."""
        account = TOOT if author.id.startswith("mastodon") else ACCOUNT
        fields: dict[str, object] = {"account": account, "thread": id_, "written": self.time}
        text = str(more.pop("text", "Yes?"))
        fields |= {"person": author.id, "author": author, **more}
        done = await self.desk.take(account, Receive(message(id_, text, **fields)))
        assert isinstance(done, Done), done
        return done.conversation

    async def conversations(self) -> list[Conversation]:
        ids = [t.id async for batch in self.read.everything() for t in batch if t.kind == "conv"]
        return await self.read.conversations(ids)


PHONE = Rung("phone", way="+962 1", minutes=15)
PRIVATE = Rung("private", person=CARL.id, account=ACCOUNT, minutes=45)
PUBLIC = Rung(
    "public", person=CARL.id, account=ACCOUNT, template="reach", language="en", minutes=120
)
