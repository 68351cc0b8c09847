"""The real thing in one process: Slack's stand-in, the inbox, and the app between them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from aiohttp import web
from msgspec.structs import replace

import inbox.clerk
from bots.at_work import profiles
from config import tables
from handlers.say import Book, read
from handlers.slack import ids
from handlers.slack.app import Access, Slack
from inbox import Done, Inbox, opened
from inbox.conversations.commands import AnyCommand, Receive, Report, StartSend
from inbox.conversations.state import Answer, Conversation
from inbox.team.policies import Policies
from inbox.words import Account, ConversationId, Message, Officer, OfficerId, Person
from sandbox.slack import records
from sandbox.slack.server import app as slack_server
from sandbox.slack.world import Workspace
from tests.demo import DEMO, secrets
from tests.servers import Server, single_servers

__all__ = ["single_servers"]

X, MISSION = "x/landetud", "x/landetqasira"
PRESS, PRIVATE = "C0PRESS0001", "C0PRESS0002"
QASIRA, QASIRA_PRIVATE, FALLBACK = "C0QASIRA001", "C0QASIRA002", "C0FALLBACK1"
ANNA, ERIK, SAMIRA, MARIA = "U0ANNA", "U0ERIK", "U0SAMIRA", "U0MARIA"
EVA = "U0EVA"
READER, STRANGER, FOREIGNER = "U0READ", "U0NOBODY", "U0FOREIGN"
TEAM = (ANNA, ERIK, SAMIRA, MARIA, EVA)
START = 1_795_000_000_000
"""The first moment of the tests' clock, in November 2026."""
PATIENCE = 25.0
Door = Literal["http", "socket"]

_COUNT = itertools.count()


class Clock:
    """A clock in milliseconds that moves when told, and when somebody sleeps by it."""

    def __init__(self) -> None:
        self.ms = float(START)

    def __call__(self) -> int:
        return int(self.ms)

    def seconds(self) -> float:
        return self.ms / 1000

    def forward(self, seconds: float) -> None:
        self.ms += seconds * 1000

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once, and whoever else is awake go on."""
        self.forward(seconds)
        await asyncio.sleep(0)


def fresh() -> str:
    """Give an id of sixteen characters that never comes again."""
    return f"{next(_COUNT):016d}"


async def until(true: Callable[[], Any], *, awaited: bool = False) -> Any:
    """Wait until something holds, and give it."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await true() if awaited else true()
            if found:
                return found
            await asyncio.sleep(0.01)


def words(shown: Any) -> str:
    """Give every text that blocks or a view show, one after the other, gaps as one space."""
    return " ".join(_texts(shown).split())


def _texts(shown: Any) -> str:
    if isinstance(shown, dict):
        own = [shown["text"]] if isinstance(shown.get("text"), str) else []
        own += [shown["user_id"]] if shown.get("type") == "user" else []
        held = ("initial_value", "fallback")
        own += [shown[name] for name in held if isinstance(shown.get(name), str)]
        inner = [_texts(v) for k, v in shown.items() if isinstance(v, (dict, list))]
        return " ".join(one for one in (*own, *inner) if one)
    return " ".join(_texts(one) for one in shown) if isinstance(shown, list) else ""


def workspace_of(clock: Clock) -> Workspace:
    """Give the ministry's workspace, and some who do not belong to it."""
    made = Workspace(clock.seconds)
    made.pacing = False
    people = {ANNA: "anna", ERIK: "erik", SAMIRA: "samira", MARIA: "maria", EVA: "eva"}
    people[READER] = "rut"
    for user, name in people.items():
        made.user(user, name, real_name=name.title())
    made.user(STRANGER, "nobody", real_name="No Body")
    made.user(FOREIGNER, "foreign", real_name="For Eign", team="T0ELSEWHERE")
    everyone = (*people, STRANGER, FOREIGNER)
    for channel in (PRESS, QASIRA, FALLBACK):
        made.channel(channel, channel.lower(), members=everyone)
    for channel in (PRIVATE, QASIRA_PRIVATE):
        made.channel(channel, channel.lower(), private=True, members=(*TEAM, READER))
    return made


def policies_of(*, parts_most: int = 0, **changes: Any) -> Policies:
    """Give the demo's tables with a reader besides; `changes` alter the first account."""
    found = tables.read(DEMO, secrets(value="a-secret"))
    reader = Officer(
        "rr", "RR", "Rut Reader", roles=("reader",), slack=(f"T0SANDBOX/{READER}",), locale="en"
    )
    first, *others = (one for one in found.accounts if one.platform == "x")
    changes.setdefault("officers", (*first.officers, "rr"))
    accounts = (replace(first, **changes), *others)
    officers = (*found.officers, reader)
    known = profiles()
    if parts_most:
        known["x"] = replace(known["x"], parts_most=parts_most)
    return Policies(accounts, officers, found.lanes, found.tags, known, found.casualties)


@dataclass
class House:
    """The app in its workspace, and hands for the public, the officers and the platform."""

    slack: Slack
    inbox: Inbox
    workspace: Workspace
    policies: Policies
    clock: Clock
    url: str = ""

    # the public

    async def hear(self, text: str = "Is the embassy open?", **fields: Any) -> ConversationId:
        """Let somebody write to the account, and take it in."""
        number = fresh()
        person = fields.pop("person", "eva")
        account = fields.pop("account", X)
        made: dict[str, Any] = {
            "id": f"x:{number}",
            "account": account,
            "thread": f"x:{number}",
            "person": f"x:{person}",
            "author": Person(f"x:{person}", handle=person, name=person.title()),
            "text": text,
            "audience": "public",
            "written": self.inbox.now(),
        }
        message = Message(**{**made, **fields})
        done = await self.inbox.desk.take(account, Receive(message))
        assert isinstance(done, Done)
        return done.conversation.id

    async def hear_more(self, ref: ConversationId, text: str) -> None:
        """Let the same person write on in the same thread."""
        before = await self.conversation(ref)
        await self.hear(
            text,
            thread=before.thread,
            person=before.person.partition(":")[2],
            audience=before.audience,
        )

    # the platform

    async def orders(self, ref: ConversationId, command: AnyCommand, by: str) -> Done:
        """Let an order happen that is not denied."""
        done = await self.inbox.desk.do(ref, self.inbox.desk.order(command, by=by))
        assert isinstance(done, Done), done
        return done

    async def starts(self, ref: ConversationId) -> str:
        """Let the hold pass and the postroom begin to send the answer's first part."""
        self.clock.forward(11)
        part = (await self.answer(ref)).parts[0].id
        await self.orders(ref, StartSend(part, epoch=self.inbox.epoch), "postroom")
        return part

    async def reports(
        self, about: ConversationId, part: str, outcome: Any, /, **facts: Any
    ) -> None:
        """Let the postroom say what became of a part."""
        await self.orders(about, Report(part, outcome, attempt=1, **facts), "postroom")

    async def arrives(self, ref: ConversationId) -> None:
        """Let the answer leave and stand on the platform."""
        part = await self.starts(ref)
        url = "https://x.com/LandetUD/status/77"
        await self.reports(ref, part, "sent", ref=f"x:{fresh()}", url=url)

    # what is so

    async def conversation(self, ref: ConversationId) -> Conversation:
        """Return a conversation that exists."""
        found = await self.inbox.read.conversation(ref)
        assert found
        return found

    async def answer(self, ref: ConversationId) -> Answer:
        """Return the latest answer of a conversation."""
        return (await self.conversation(ref)).answers[-1]

    async def holder(self, ref: ConversationId) -> OfficerId:
        """Return who holds it, or ""."""
        claim = (await self.conversation(ref)).claim
        return claim.holder if claim else ""

    async def kept(self, ref: ConversationId, channel: str = PRESS) -> dict[str, Any]:
        """Return what the board keeps of a card."""
        value = (await self.inbox.boards.load(channel)).get(ref)
        return dict(msgspec.json.decode(value)) if value else {}

    async def card(self, ref: ConversationId, channel: str = PRESS) -> records.Message:
        """Wait for a conversation's card and return it."""

        async def standing() -> str:
            return str((await self.kept(ref, channel)).get("ts", ""))

        ts = await until(standing, awaited=True)
        found = self.workspace.channels[channel].find(ts)
        assert found
        return found

    async def card_says(
        self, ref: ConversationId, text: str, channel: str = PRESS
    ) -> records.Message:
        """Wait until a card shows a text."""

        async def shown() -> records.Message | None:
            card = await self.card(ref, channel)
            return card if text in words(card.blocks) else None

        found: records.Message = await until(shown, awaited=True)
        return found

    def thread(self, card: records.Message) -> list[records.Message]:
        """Return what stands under a card."""
        visible = self.workspace.channels[card.channel].visible()
        return [one for one in visible if one.thread_ts == card.ts]

    def view(self, user: str) -> dict[str, Any]:
        """Return the modal an officer sees, or {}."""
        return self.workspace.open_view(user) or {}

    def box(self, user: str) -> dict[str, Any]:
        """Return the input block in which the officer writes an answer."""
        blocks = self.view(user).get("blocks", [])
        return next(b for b in blocks if b.get("element", {}).get("action_id") == ids.TEXT)

    def written(self, user: str) -> str:
        """Return what stands in the officer's box."""
        block = self.box(user)
        values = self.view(user)["state"]["values"][block["block_id"]]
        return str(values[ids.TEXT].get("value") or "")

    # officers

    async def press(
        self, user: str, ref: ConversationId, act: str, channel: str = PRESS
    ) -> records.Outcome:
        """Let an officer press a card's button, or pick it from the card's menu."""
        card = await self.card(ref, channel)
        if act in ids.IN_MENU:
            return await self.pick(user, card, act)
        outcome = await self.workspace.click(user, channel, card.ts, act)
        assert outcome.acknowledged, outcome
        return outcome

    async def pick(self, user: str, card: records.Message, act: str) -> records.Outcome:
        """Let an officer pick an act from a card's menu."""
        menus = [e for b in card.blocks for e in b.get("elements", []) if e["type"] == "overflow"]
        values = [option["value"] for option in menus[0]["options"]]
        chosen = next(v for v in values if getattr(ids.unpack(ids.Press, v), "act", "") == act)
        outcome = await self.workspace.click(user, card.channel, card.ts, ids.MORE, selected=chosen)
        assert outcome.acknowledged, outcome
        return outcome

    async def tap(self, user: str, act: str, **more: Any) -> records.Outcome:
        """Let an officer press a button of the modal or of Home."""
        outcome = await self.workspace.click_in_view(user, act, **more)
        assert outcome.acknowledged, outcome
        return outcome

    async def types(self, user: str, text: str, action: str = ids.TEXT) -> records.Outcome:
        """Let an officer type into the modal."""
        outcome = await self.workspace.type_in_view(user, action, text)
        assert outcome.acknowledged, outcome
        return outcome

    async def submits(self, user: str) -> records.Outcome:
        """Let an officer press the modal's submit."""
        outcome = await self.workspace.submit(user)
        assert outcome.acknowledged, outcome
        return outcome

    async def answers(
        self, user: str, ref: ConversationId, text: str = "Yes, 8 to 20.", channel: str = PRESS
    ) -> None:
        """Let an officer press Answer, write, and send."""
        await self.press(user, ref, ids.ANSWER, channel)
        await self.types(user, text)
        await self.submits(user)

    async def command(self, user: str, text: str, channel: str = PRESS) -> records.Outcome:
        """Let somebody type /inbox."""
        outcome = await self.workspace.command(user, channel, "/inbox", text)
        assert outcome.acknowledged, outcome
        return outcome


@dataclass
class Builder:
    """Makes houses on one emptied store and one workspace."""

    url: str
    data: Path
    clock: Clock
    workspace: Workspace
    book: Book
    slack_url: str

    @asynccontextmanager
    async def inbox(self, policies: Policies) -> AsyncIterator[Inbox]:
        """Open the inbox with its clerk."""
        async with (
            opened(
                self.url,
                data=self.data,
                secret=b"a secret of a test, thirty-two bytes",
                policies=policies,
                clock=self.clock,
                ids=fresh,
                mode="sandbox",
            ) as box,
            inbox.clerk.running(box, policies, self.clock),
        ):
            yield box

    def slack(self, box: Inbox, policies: Policies, door: Door, **more: Any) -> Slack:
        """Make the app."""
        access = Access(
            bot_token=self.workspace.bot_token,
            signing_secret=self.workspace.signing_secret if door == "http" else "",
            app_token=self.workspace.app_token if door == "socket" else "",
            api_url=f"{self.slack_url}/api/",
            **{name: more.pop(name) for name in ("answers_within", "command") if name in more},
        )
        time = {"clock": self.clock.seconds, "sleep": self.clock.sleep}
        return Slack(access, box, policies, self.book, fresh, **{**time, **more})

    @asynccontextmanager
    async def house(
        self,
        door: Door = "http",
        policies: Policies | None = None,
        *,
        port: int = 0,
        also: Callable[[Inbox], list[web.RouteDef]] | None = None,
        **more: Any,
    ) -> AsyncIterator[House]:
        """Open the inbox, run the app behind its door, and point the workspace at it."""
        tables_ = policies or policies_of()
        async with AsyncExitStack() as stack:
            box = await stack.enter_async_context(self.inbox(tables_))
            slack = self.slack(box, tables_, door, **more)
            url = ""
            if door == "http":
                site = web.Application()
                site.add_routes(slack.routes())
                site.add_routes(also(box) if also else [])
                url = await stack.enter_async_context(served(site, port))
                self.workspace.deliveries.request_url = f"{url}/slack/events"
            await stack.enter_async_context(slack.running())
            await until(lambda: slack.known)
            if door == "socket":
                await until(lambda: self.workspace.sockets.connections)
            yield House(slack, box, self.workspace, tables_, self.clock, url)


@asynccontextmanager
async def served(site: web.Application, port: int = 0) -> AsyncIterator[str]:
    """Serve an application, on a free port unless told."""
    runner = web.AppRunner(site)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def builder(
    single_servers: list[Server],
    tmp_path: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Builder]:
    """Give what houses are made with, on an empty store."""

    async def unmeasured(_inbox: Inbox) -> None:
        """Keep the test's own time: the server has another."""

    monkeypatch.setattr(Inbox, "measure", unmeasured)
    with single_servers[0].asked() as redis:
        redis.flushall()
    workspace = workspace_of(clock)
    async with served(slack_server(workspace)) as address:
        workspace.address = address
        yield Builder(
            single_servers[0].url, tmp_path, clock, workspace, read(DEMO), workspace.address
        )


@pytest.fixture(params=["http", "socket"])
def door(request: pytest.FixtureRequest) -> Door:
    """Give each of the two ways by which Slack reaches the app."""
    found: Door = request.param
    return found


@pytest.fixture
async def house(door: Door, builder: Builder) -> AsyncIterator[House]:
    """Give the app at work, once behind HTTP and once on Socket Mode."""
    async with builder.house(door) as made:
        yield made


@pytest.fixture
async def office(builder: Builder) -> AsyncIterator[House]:
    """Give the app at work behind HTTP, for what no door can change."""
    async with builder.house("http") as made:
        yield made


def account_of(house: House, name: str = X) -> Account:
    """Give an account of the house."""
    found = house.policies.account(name)
    assert found
    return found


def denied_for(house: House) -> Callable[[], Any]:
    """Give a look at the newest refusal."""

    async def newest() -> Any:
        return next(iter(await house.inbox.refusals.list(1)), None)

    return newest
