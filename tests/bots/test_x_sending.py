"""X outwards: replies, direct messages, what each failure means, and looking for what we sent."""

from __future__ import annotations

import logging
import socket

import aiohttp
import pytest
from aiohttp import web
from msgspec.structs import replace

from bots.contract import Bot, Busy, Locked, Refused, Unsure, Wiring
from bots.platforms import x
from bots.platforms.x.calls import refusal
from inbox.words import Reach, Ref
from tests.bots.conftest import START, Purse, Scene

POST = "POST /2/tweets"
DM = "POST /2/dm_conversations/with/:participant_id/messages"


async def test_a_reply_stands_under_the_post_it_answers(scene: Scene) -> None:
    post = scene.world.post("citizen", "@MinistryX where do I turn?")
    ref = await scene.bot().send(scene.part("@citizen To us. ^AJ", re=post.id), "answer.1")
    [sent] = scene.world.posts_by("MinistryX")
    assert ref == Ref(f"x:{sent.id}", f"https://x.com/MinistryX/status/{sent.id}")
    assert (sent.text, sent.in_reply_to) == ("@citizen To us. ^AJ", post.id)


@pytest.mark.parametrize("recipients", [(), ("x:1", "x:2")])
async def test_a_direct_message_without_one_recipient_is_refused(
    scene: Scene, recipients: tuple[str, ...]
) -> None:
    with pytest.raises(Refused) as refused:
        await scene.bot().send(scene.part("?", audience="private", recipients=recipients), "k")
    assert refused.value.why == "recipients"


async def test_a_refused_connection_is_busy_since_nothing_was_written(scene: Scene) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        scene.url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Busy):
            await scene.bot().send(scene.part("Hello."), "k")


async def test_a_suspended_account_is_locked_though_x_says_403(scene: Scene) -> None:
    scene.world.suspend("MinistryX")
    with pytest.raises(Locked):
        await scene.bot().send(scene.part("Hello."), "k")


async def test_an_app_without_credits_is_locked_out_of_everything(scene: Scene) -> None:
    scene.world.paid = False
    with pytest.raises(Locked):
        await scene.bot().send(scene.part("Hello."), "k")
    with pytest.raises(Locked):
        await scene.bot().find_sent(scene.part("Hello."), START)
    assert scene.world.posts_by("MinistryX") == []


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (403, b'{"detail": "Status is a duplicate. (187)"}', "duplicate"),
        (
            403,
            b'{"detail": "The original Tweet author restricted who can reply to this Tweet."}',
            "reply_forbidden",
        ),
        (403, b'{"detail": "... appropriate oauth1 app permissions for this endpoint."}', None),
        (403, b'{"type": "https://api.twitter.com/2/problems/oauth1-permissions"}', None),
        (403, b'{"type": "https://api.twitter.com/2/problems/client-forbidden"}', None),
        (403, b'{"detail": "Forbidden"}', "unknown"),
    ],
)
def test_what_xs_callers_report_of_refusals_is_understood(
    status: int, body: bytes, why: str | None
) -> None:
    assert refusal(status, body) == why


async def test_a_duplicate_is_refused_as_such(scene: Scene) -> None:
    await scene.bot().send(scene.part("Hello."), "k")
    with pytest.raises(Refused) as refused:
        await scene.bot().send(scene.part("Hello."), "k")
    assert refused.value.why == "duplicate"


async def test_a_reply_to_who_did_not_name_us_is_refused_as_such(scene: Scene) -> None:
    scene.app = scene.world.register("self-serve", "key2", "secret2", tier="self_serve")
    scene.tokens["MinistryX"] = scene.world.grant(scene.app, "MinistryX")
    post = scene.world.post("citizen", "nobody named")
    with pytest.raises(Refused) as refused:
        await scene.bot().send(scene.part("We saw this.", re=post.id), "k")
    assert refused.value.why == "reply_forbidden"


async def test_the_reply_rule_is_in_the_profile_of_a_self_serve_account(scene: Scene) -> None:
    account = scene.accounts["MinistryX"]
    assert not scene.bot().profile.reply_needs_mention
    scene.accounts["MinistryX"] = replace(account, may_reply_to="mentions")
    assert scene.bot().profile.reply_needs_mention


async def test_who_takes_no_messages_has_blocked_us(scene: Scene) -> None:
    citizen = scene.world.accept_dms("citizen", False)
    person = f"x:{citizen.id}"
    with pytest.raises(Refused) as refused:
        await scene.bot().send(scene.part("?", audience="private", recipients=(person,)), "k")
    assert refused.value.why == "blocked"
    assert await scene.bot().reach(person, "private") == Reach("no", "blocked")
    other = f"x:{scene.world.user('other').id}"
    assert await scene.bot().reach(other, "private") == Reach("yes")


async def test_what_we_sent_is_found_by_words_and_target(scene: Scene) -> None:
    post = scene.world.post("citizen", "@MinistryX hello")
    text = "@citizen Read <this> & that: https://example.org/page ^AJ"
    ref = await scene.bot().send(scene.part(text, re=post.id), "k")
    bot = scene.bot()
    assert await bot.find_sent(scene.part(text, re=post.id), START) == ref
    assert await bot.find_sent(scene.part(text, re="1"), START) is None
    assert await bot.find_sent(scene.part("Something else.", re=post.id), START) is None
    scene.clock.forward(3600)
    assert await bot.find_sent(scene.part(text, re=post.id), scene.clock()) is None


async def test_a_lagging_timeline_finds_it_later(scene: Scene) -> None:
    scene.world.lag(30)
    scene.world.faults.arm(POST, "drop_after")
    with pytest.raises(Unsure):
        await scene.bot().send(scene.part("Hello."), "k")
    assert await scene.bot().find_sent(scene.part("Hello."), START) is None
    scene.clock.forward(31)
    assert await scene.bot().find_sent(scene.part("Hello."), START) is not None


async def test_a_direct_message_we_sent_is_found(scene: Scene) -> None:
    citizen, other = (f"x:{scene.world.user(name).id}" for name in ("citizen", "other"))
    scene.world.faults.arm(DM, "drop_after")
    part = scene.part("Call us.", audience="private", recipients=(citizen,))
    with pytest.raises(Unsure):
        await scene.bot().send(part, "k")
    found = await scene.bot().find_sent(part, START)
    [sent] = scene.world.dms_between("MinistryX", "citizen")
    assert found == Ref(f"x:{sent.id}", thread=sent.conversation_id)
    elsewhere = scene.part("Call us.", audience="private", recipients=(other,))
    assert await scene.bot().find_sent(elsewhere, START) is None


async def test_a_person_is_looked_up_as_they_are_now(scene: Scene) -> None:
    person = f"x:{scene.world.user('citizen').id}"
    scene.world.rename("citizen", "denizen")
    assert (await scene.bot().person(person)).handle == "denizen"
    with pytest.raises(Refused) as refused:
        await scene.bot().person("x:1")
    assert refused.value.why == "gone"


async def test_the_check_names_whose_token_it_is(scene: Scene) -> None:
    bot = scene.bot()
    found = [one.what for one in await bot.check() if one.ok]
    assert found[:2] == [
        "The token is @MinistryX's.",
        "The token may read, write and send direct messages.",
    ]
    scene.tokens["MinistryX"] = scene.tokens["EmbassyX"]
    [wrong] = await scene.bot().check()
    assert not wrong.ok
    assert "@EmbassyX" in wrong.what
    scene.world.revoke("MinistryX")
    [revoked] = await bot.check()
    assert not revoked.ok


async def test_the_kill_switch_asks_x_to_forget_the_token(scene: Scene) -> None:
    heard = list[tuple[str, str, str]]()

    async def invalidate(request: web.Request) -> web.Response:
        heard.append((request.method, request.path, request.headers["Authorization"]))
        return web.json_response({"access_token": "gone"})

    app = web.Application()
    app.router.add_post("/1.1/oauth/invalidate_token", invalidate)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    scene.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    await scene.bot().revoke()
    await runner.cleanup()
    [(method, path, authorization)] = heard
    assert (method, path) == ("POST", "/1.1/oauth/invalidate_token")
    assert scene.tokens["MinistryX"].token in authorization


def _bot(scene: Scene, http: aiohttp.ClientSession) -> Bot:
    wiring = Wiring(http, scene.clock, Purse(), scene.ours, scene.url)
    tokens = scene.tokens["MinistryX"]
    secrets = {
        "consumer_key": scene.app.consumer_key,
        "consumer_secret": scene.app.consumer_secret,
        "token": tokens.token,
        "token_secret": tokens.secret,
    }
    return x.connect(scene.accounts["MinistryX"], secrets, wiring)


async def test_hushed(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("tweepy", "oauthlib"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    caplog.set_level(logging.DEBUG)
    await _bot(scene, scene.http).send(scene.part("canary-text"), "k")
    tokens = scene.tokens["MinistryX"]
    for canary in (tokens.token, tokens.secret, "consumer-key", "OAuth", "canary-text"):
        assert canary not in caplog.text
