"""Mastodon signs up for the conformance suite; and what is particular to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import aiohttp
import pytest
from aiohttp import web
from msgspec.structs import replace

from bots.contract import Batch, Bot, News, Refused, Secrets, Wiring
from bots.outcomes import Punctual
from bots.platforms import mastodon
from inbox.conversations.commands import MarkDeleted, MarkEdited, Receive
from inbox.words import Account, Audience, Media, Message, MessageId, Part, PersonId, Reach
from sandbox.faults import Kind
from sandbox.platforms.mastodon import DOMAIN, PUBLIC, WRITES, Post, World, app, length
from tests.bots.conformance import (
    FAULTS,
    Call,
    Clock,
    Conformance,
    Fault,
    Heard,
    House,
    Pushed,
    Who,
    Whom,
    Written,
)
from tests.bots.conftest import Purse

US, ID, TOKEN = "LandetUD", "1009", "token-of-the-ministry"
HANDLES: Mapping[Who, str] = {"citizen": "citizen@elsewhere.example", "other": "other"}
CALLS: Mapping[Call, str] = {
    "read": "*",
    "public": f"{WRITES} public",
    "private": f"{WRITES} direct",
}
LIMITS: Mapping[Fault, Mapping[str, str]] = {
    "busy_silent": {"X-RateLimit-Reset": "", "X-RateLimit-Remaining": ""},
    "busy_garbled": {"X-RateLimit-Reset": "soon", "Retry-After": "later"},
    "busy_past": {"X-RateLimit-Reset": "2024-01-01T00:00:00.000000Z"},
    "busy_far": {"X-RateLimit-Reset": "2090-01-01T00:00:00.000000Z"},
}
"""What a limit says in its headers, instead of when to come again."""


@dataclass
class MastodonStage:
    """An instance with the ministry's account, played on `sandbox.platforms.mastodon`."""

    world: World
    clock: Clock
    url: str
    faults: frozenset[Fault] = FAULTS
    foreign: bool = False

    def __post_init__(self) -> None:
        self.account = Account(
            id="mastodon/landetud",
            app="landet",
            native_id=ID,
            title="Landet UD",
            handle=US,
            instance=f"https://{DOMAIN}",
            slack_channel="C1",
            private_channel="C2",
            officers=("aj", "eb"),
        )
        self.secrets = Secrets(
            apps={"landet": {"client_id": "app", "client_secret": "secret-of-the-app"}},
            accounts={self.account.id: {"token": TOKEN}},
            api_urls={"mastodon": self.url},
        )

    def bot(self, http: aiohttp.ClientSession, **changes: Any) -> Bot:
        """Connect a fresh bot of the account, in which something may differ."""
        account = replace(self.account, **changes)
        known = {ID: account.id, "1010": "mastodon/embassy"}
        wiring = Wiring(http, self.clock, Purse(), known, self.url)
        return mastodon.connect(account, self.secrets.of(self.account), wiring)

    def part(self, text: str, *recipients: PersonId, **more: Any) -> Part:
        """Make a part of a private answer."""
        fields: dict[str, Any] = {"audience": "private", **more}
        return Part("a1.1", self.account.id, text=text, recipients=recipients, **fields)

    def mine(self) -> list[Post]:
        """Return what stands there of ours."""
        return [one for one in self.world.posts.values() if one.author == ID and not one.gone]

    # What people do

    async def say(
        self,
        who: Who,
        text: str,
        *,
        private: bool = False,
        re: MessageId = "",
        alts: tuple[str, ...] = (),
    ) -> Written:
        seen = "direct" if private else "public"
        named = f"@{US} {text}"
        post = self.world.post(HANDLES[who], named, re=native(re), visibility=seen, alts=alts)
        return Written(ours(post.id), named)

    async def edit(self, message: MessageId, text: str) -> Written:
        self.world.edit(native(message), f"@{US} {text}")
        return Written(message, f"@{US} {text}")

    async def delete(self, message: MessageId) -> None:
        self.world.delete(native(message))

    async def by_hand(self, text: str, re: MessageId = "") -> Written:
        return Written(ours(self.world.post(US, text, re=native(re)).id), text)

    def person(self, whom: Whom) -> PersonId:
        known = {"us": ID, "nobody": "1"}
        return ours(known.get(whom) or self.world.user(HANDLES[whom]).id)  # type: ignore[index]  # one of the two people

    def mention(self, who: Who) -> str:
        return f"@{HANDLES[who]}"

    # What stands there

    async def heard(self) -> tuple[Heard, ...]:
        mine = [one for one in self.world.posts.values() if one.author == ID]
        return tuple(self._heard(one) for one in sorted(mine, key=lambda one: int(one.id)))

    def _heard(self, post: Post) -> Heard:
        private = post.visibility not in PUBLIC
        answers = (self.world.posts[post.re].author,) if post.re else ()
        return Heard(
            id=ours(post.id),
            text=post.text,
            audience="private" if private else "public",
            re=ours(post.re) if post.re else "",
            to=tuple(map(ours, answers if post.re and not private else post.named)),
            gone=post.gone,
        )

    def takes(self, text: str, audience: Audience) -> bool:
        return 0 < length(text) <= self.world.most

    # What goes wrong

    async def fault(self, call: Call, kind: Fault, *, seconds: float = 60, times: int = 1) -> None:
        kinds: Kind = "busy" if kind.startswith("busy") else kind  # type: ignore[assignment]  # the others are the stand-in's own
        arm = self.world.faults.arm
        arm(CALLS[call], kinds, times=times, seconds=seconds, headers=LIMITS.get(kind))

    async def calm(self) -> None:
        self.world.faults.clear()

    async def lock(self) -> None:
        self.world.tokens.clear()

    async def unlock(self) -> None:
        self.world.grant(US, TOKEN)

    async def strange(self) -> bytes:
        later = self.world.post("other", "no mention")
        status = {"note": "a kind that nobody knows"}
        at = "2026-11-01T00:00:00.000Z"
        strange = {"id": later.id, "type": "mention", "created_at": at, "status": status}
        self.world.strange += [strange, {"id": f"{later.id}1", "type": "mention"}]
        return b"a kind that nobody knows"

    # What is pushed: nothing

    async def pushes(self, message: MessageId) -> tuple[Pushed, ...]:
        raise NotImplementedError

    def signed(self, body: bytes) -> Pushed:
        raise NotImplementedError

    def challenge(self) -> tuple[Mapping[str, str], bytes]:
        raise NotImplementedError


def ours(id_: str) -> str:
    return f"mastodon:{DOMAIN}/{id_}"


def native(id_: str) -> str:
    return id_.rpartition("/")[2]


@pytest.fixture
async def on_mastodon() -> AsyncIterator[MastodonStage]:
    clock = Clock()
    world = World(clock)
    world.join(US, "Landet UD", id=ID, proved=["https://landet.example"])
    world.join(HANDLES["citizen"], "A Citizen")
    world.join(HANDLES["other"], "Somebody Else")
    world.grant(US, TOKEN)
    world.rate = 100_000
    runner = web.AppRunner(app(world), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield MastodonStage(world, clock, f"http://127.0.0.1:{runner.addresses[0][1]}")
    await runner.cleanup()


class TestMastodon(Conformance):
    platform = mastodon

    async def test_the_instances_own_limit_is_what_answers_are_split_by(self, house: House) -> None:
        stage: Any = house.stage
        stage.world.most = 90
        ref = await house.answered("Sentence number one of three. " * 5)
        await house.sends_all()
        heard = await house.heard()
        assert len(heard) == 3
        assert all(length(one.text) <= 90 for one in heard)
        stage.world.most = 500
        house.stage.clock.forward(3601)
        await house.read()
        answer = (await house.conversation(ref)).answer("a1")
        assert answer
        assert answer.state == "sent"

    @pytest.fixture
    async def stage(self, on_mastodon: MastodonStage) -> MastodonStage:
        return on_mastodon


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(request_class=Punctual) as session:
        yield session


Stage: TypeAlias = MastodonStage
Http: TypeAlias = aiohttp.ClientSession
CITIZEN = "@citizen@elsewhere.example"


async def batches(bot: Bot, cursor: str | None = None) -> list[Batch]:
    return [batch async for batch in bot.listen(cursor)]


async def received(bot: Bot, cursor: str | None = None) -> list[Message]:
    news = [one for batch in await batches(bot, cursor) for one in batch.news]
    commands = [one.command for one in news if isinstance(one, News)]
    return [one.message for one in commands if isinstance(one, Receive)]


def kinds(some: list[Batch]) -> list[type]:
    return [type(n.command) for batch in some for n in batch.news if isinstance(n, News)]


# Whom a direct post reaches


async def test_added(on_mastodon: Stage, http: Http) -> None:
    """A text that would add a reader is refused before anything leaves."""
    citizen = on_mastodon.person("citizen")
    on_mastodon.world.join("svea@press.example", "Svea")
    for text in (
        f"{CITIZEN} ask @svea@press.example",
        f"@svea@press.example {CITIZEN}",
        "nobody is named",
        "@other a stranger instead",
        f"{CITIZEN} (@nobody_yet@press.example)",
    ):
        with pytest.raises(Refused) as refused:
            await on_mastodon.bot(http).send(on_mastodon.part(text, citizen), "k")
        assert refused.value.why == "recipients"
    with pytest.raises(Refused):
        await on_mastodon.bot(http).send(on_mastodon.part(CITIZEN), "k")
    assert not [one for one in on_mastodon.world.posts.values() if one.author == ID]


async def test_a_handle_that_somebody_else_has_by_now_is_refused(
    on_mastodon: Stage, http: Http
) -> None:
    citizen = on_mastodon.person("citizen")
    on_mastodon.world.change(HANDLES["citizen"], acct="renamed@elsewhere.example")
    on_mastodon.world.join(HANDLES["citizen"], "Somebody who took the name")
    with pytest.raises(Refused) as refused:
        await on_mastodon.bot(http).send(on_mastodon.part(f"{CITIZEN} hi", citizen), "k")
    assert refused.value.why == "recipients"
    assert on_mastodon.mine() == []


async def test_readers(on_mastodon: Stage, http: Http) -> None:
    """Readers whom the instance adds by itself make it taken back at once."""
    on_mastodon.world.adds = "other"
    part = on_mastodon.part(f"{CITIZEN} hi", on_mastodon.person("citizen"))
    with pytest.raises(Refused) as refused:
        await on_mastodon.bot(http).send(part, "k")
    assert refused.value.why == "recipients"
    assert on_mastodon.mine() == []


async def test_a_neighbour_may_be_named_with_or_without_our_instance(
    on_mastodon: Stage, http: Http
) -> None:
    other = on_mastodon.person("other")
    for n, name in enumerate(("@other", f"@other@{DOMAIN}", "@Other")):
        await on_mastodon.bot(http).send(on_mastodon.part(f"{name} hi", other), f"k{n}")
    assert [one.visibility for one in on_mastodon.mine()] == ["direct"] * 3


async def test_another_instances_id_is_nobody_here(on_mastodon: Stage, http: Http) -> None:
    native_id = native(on_mastodon.person("citizen"))
    with pytest.raises(Refused) as refused:
        await on_mastodon.bot(http).person(f"mastodon:elsewhere.example/{native_id}")
    assert refused.value.why == "gone"


# Reading


@pytest.mark.parametrize(
    ("visibility", "audience"),
    [("public", "public"), ("unlisted", "public"), ("private", "private"), ("odd", "private")],
)
async def test_what_not_everybody_may_read_is_private(
    on_mastodon: Stage, http: Http, visibility: str, audience: Audience
) -> None:
    on_mastodon.world.post("other", f"@{US} hi", visibility=visibility)
    [message] = await received(on_mastodon.bot(http))
    assert message.audience == audience
    assert message.thread == ("" if audience == "private" else native(message.id))


async def test_a_post_that_names_two_of_ours_is_taken_in_by_the_first(
    on_mastodon: Stage, http: Http
) -> None:
    on_mastodon.world.join("Embassy", "An Embassy", id="1010")
    on_mastodon.world.post("other", f"@embassy and @{US}")
    first = on_mastodon.world.post("other", f"@{US} and @embassy")
    on_mastodon.world.post("Embassy", f"@{US} between us")
    assert [native(one.id) for one in await received(on_mastodon.bot(http))] == [first.id]


def status(content: str, **more: object) -> dict[str, object]:
    mention = {"url": "https://elsewhere.example/@svea", "acct": "svea@elsewhere.example", "id": 1}
    return {"content": content, "mentions": [mention]} | more


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>one<br>two</p><p>three &lt;b&gt;</p>", "one\ntwo\n\nthree <b>"),
        (
            '<p><a href="https://elsewhere.example/@svea">@<span>svea</span></a> hi</p>',
            "@svea@elsewhere.example hi",
        ),
        (
            '<a href="https://evil.example/x">https://bank.example</a>',
            "https://bank.example (https://evil.example/x)",
        ),
        ('<a href="https://a.example/tags/x">#<span>x</span></a>', "#x"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<p>unclosed <a href='https://a.example'>https://a.example", "unclosed https://a.example"),
    ],
)
def test_a_posts_html_is_read_as_what_was_written(content: str, text: str) -> None:
    assert mastodon.text_of(status(content)) == text


def test_a_content_warning_stands_before_what_it_warns_of() -> None:
    assert mastodon.text_of(status("<p>blood</p>", spoiler_text="Violence")) == "Violence\n\nblood"


async def test_a_mention_that_is_only_hidden_is_not_called_deleted(
    on_mastodon: Stage, http: Http
) -> None:
    await on_mastodon.say("other", "one")
    cursor = (await batches(on_mastodon.bot(http)))[-1].cursor
    on_mastodon.world.notices.clear()
    on_mastodon.clock.forward(3600)
    assert kinds(await batches(on_mastodon.bot(http), cursor)) == []


async def test_a_thread_is_asked_for_once_and_one_nobody_shows_is_its_own_root(
    on_mastodon: Stage, http: Http
) -> None:
    root = await on_mastodon.say("other", "root")
    first = await on_mastodon.say("citizen", "one", re=root.id)
    await on_mastodon.say("citizen", "two", re=first.id)
    assert {one.thread for one in await received(on_mastodon.bot(http))} == {native(root.id)}
    await on_mastodon.delete(root.id)
    [*_, last] = await received(on_mastodon.bot(http))
    assert (last.thread, last.root_unknown) == (native(first.id), False)


# Streaming


async def streamed(bot: Bot, cursor: str | None, heard: asyncio.Queue[Batch]) -> None:
    async for batch in bot.listen(cursor):
        heard.put_nowait(batch)


async def until_connected(stage: Stage) -> None:
    async with asyncio.timeout(5):
        while not stage.world.streams.get(ID):
            await asyncio.sleep(0.01)


async def until(heard: asyncio.Queue[Batch], kind: type) -> Batch:
    async with asyncio.timeout(5):
        while kind not in kinds([batch := await heard.get()]):
            pass
        return batch


async def test_what_is_streamed_comes_at_once_and_moves_no_cursor(
    on_mastodon: Stage, http: Http
) -> None:
    heard: asyncio.Queue[Batch] = asyncio.Queue()
    bot = on_mastodon.bot(http, receive="stream")
    listening = asyncio.create_task(streamed(bot, None, heard))
    await until_connected(on_mastodon)
    async with asyncio.timeout(5):
        while not (last := await heard.get()).until:
            pass
    written = await on_mastodon.say("citizen", "at once")
    batch = await until(heard, Receive)
    assert batch.cursor == last.cursor
    assert bot.profile.poll_every == 1
    await on_mastodon.edit(written.id, "at once, I say")
    await until(heard, MarkEdited)
    await on_mastodon.delete(written.id)
    await until(heard, MarkDeleted)
    listening.cancel()


async def test_without_a_stream_it_is_polled(on_mastodon: Stage, http: Http) -> None:
    on_mastodon.world.deaf = True
    written = await on_mastodon.say("citizen", "hello")
    bot = on_mastodon.bot(http, receive="stream")
    assert [one.id for one in await received(bot)] == [written.id]
    assert bot.profile.poll_every == 60


async def test_a_stream_that_breaks_loses_nothing_and_edits_of_direct_posts_are_polled(
    on_mastodon: Stage, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mastodon, "STREAM_FOR", 0.05)
    bot = on_mastodon.bot(http, receive="stream")
    cursor = (await batches(bot))[-1].cursor
    on_mastodon.clock.forward(10)
    written = await on_mastodon.say("citizen", "between two streams", private=True)
    later = await batches(bot, cursor)
    assert kinds(later) == [Receive]
    on_mastodon.clock.forward(10)
    await on_mastodon.edit(written.id, "corrected")
    assert MarkEdited in kinds(await batches(bot, later[-1].cursor))
    assert bot.profile.poll_every == 60, "a stream that ends at once makes no storm of polls"


# Limits, people, credentials


@pytest.mark.parametrize(
    ("text", "length_"),
    [
        ("https://example.org/" + "x" * 300, 23),
        ("http://a.se", 23),
        ("@somebody@a.very.long.instance.example hi", len("@somebody hi")),
        ("👨‍👩‍👧‍👦🇸🇪", 2),
        ("ud@landet.example", 17),
        ("https://example.org.", 24),
    ],
)
def test_counting_as_mastodon_does(text: str, length_: int) -> None:
    assert mastodon.count(text) == length(text) == length_


async def test_the_instances_own_limit_holds(on_mastodon: Stage, http: Http) -> None:
    on_mastodon.world.most = 200
    bot = on_mastodon.bot(http)
    await batches(bot)
    assert bot.profile.limits == {"public": 200, "private": 200}
    assert not bot.profile.fits("x" * 201, "public")


@pytest.mark.parametrize("reset", ["2026-10-25T15:01:00.000000Z", "1792940460"])
def test_a_limits_end_is_an_iso_time_or_seconds(reset: str) -> None:
    said = mastodon.limits_of({"X-RateLimit-Reset": reset, "X-RateLimit-Remaining": "0"})
    assert said["x-rate-limit-reset"] == "1792940460"


async def test_a_mark_is_a_verified_link_and_no_look(on_mastodon: Stage, http: Http) -> None:
    on_mastodon.world.join("minister", "Minister ✅", about="https://gov.example")
    on_mastodon.world.join("real", "Minister", proved=["https://gov.example"])
    marks = [
        (await on_mastodon.bot(http).person(ours(on_mastodon.world.user(one).id))).mark
        for one in ("minister", "real")
    ]
    assert marks == ["none", "domain"]


@pytest.mark.parametrize(
    ("changes", "public", "private"),
    [
        ({}, Reach("yes"), Reach("unknown")),
        ({"follows": frozenset({ID})}, Reach("yes"), Reach("yes")),
        ({"blocks": frozenset({ID})}, Reach("yes"), Reach("no", "blocked")),
        ({"moved": True}, Reach("no", "gone"), Reach("no", "gone")),
        ({"suspended": True}, Reach("no", "gone"), Reach("no", "gone")),
    ],
)
async def test_reach_is_what_the_instance_knows(
    on_mastodon: Stage, http: Http, changes: Mapping[str, object], public: Reach, private: Reach
) -> None:
    on_mastodon.world.change("other", **changes)
    bot, other = on_mastodon.bot(http), on_mastodon.person("other")
    assert (await bot.reach(other, "public"), await bot.reach(other, "private")) == (
        public,
        private,
    )


async def test_the_check_names_whose_token_it_is(on_mastodon: Stage, http: Http) -> None:
    found = await on_mastodon.bot(http).check()
    assert [one.what for one in found] == [
        f"The token is @{US}'s.",
        "The token may read and write.",
        "The instance runs 4.3.4.",
    ]
    [wrong] = await on_mastodon.bot(http, native_id="7").check()
    assert not wrong.ok
    assert f"@{US}'s ({ID})" in wrong.what


async def test_the_kill_switch_gives_the_token_up(on_mastodon: Stage, http: Http) -> None:
    await on_mastodon.bot(http).revoke()
    assert on_mastodon.world.tokens == {}


async def test_pictures_come_from_the_instances_own_hosts(on_mastodon: Stage, http: Http) -> None:
    for url in ("https://remote.example/a.jpg", "http://files.social.landet.example/a.jpg"):
        with pytest.raises(Refused):
            await on_mastodon.bot(http).fetch(Media("image", url))
