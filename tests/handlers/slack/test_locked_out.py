"""A token revoked in mid-work: cards wait, it is said loudly, and nothing is lost."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientSession
from prometheus_client import REGISTRY

from handlers.slack.pace import ASKED_LAST, LOCKED, Pace
from sandbox.slack.records import Message
from tests.handlers.slack.conftest import ANNA, PRESS, Builder, Clock, House, until
from tests.handlers.slack.test_bad_day import Passing, by_and_by, passes

HOUR = 3_600


@pytest.fixture
def clock() -> Clock:
    return Passing()


def posts(house: House) -> list[Message]:
    return [m for m in house.workspace.channels[PRESS].visible() if m.by_bot]


async def becomes_still(house: House) -> None:
    await by_and_by(house, lambda: house.slack.board.still)


async def test_cards_wait_while_the_token_is_dead_and_stand_when_it_lives_again(
    builder: Builder, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async with builder.house() as house:
        await becomes_still(house)
        house.workspace.revoked = True
        ref = await house.hear("Is it open?")
        await until(lambda: not house.slack.known)
        assert REGISTRY.get_sample_value("chancery_slack_locked_out") == 1
        said = capsys.readouterr().out + caplog.text
        assert said.count("slack_locked_out") == 1
        assert "token_revoked" in said
        assert "SLACK_BOT_TOKEN" in said, "it says what to do"
        assert builder.workspace.bot_token not in said
        assert not posts(house)
        house.workspace.revoked = False
        await by_and_by(house, lambda: posts(house))
        await house.card(ref)
        assert house.slack.known
        assert REGISTRY.get_sample_value("chancery_slack_locked_out") == 0


async def test_a_dead_token_is_asked_about_seldom(builder: Builder) -> None:
    async with builder.house() as house:
        await becomes_still(house)
        house.workspace.revoked = True
        await asyncio.gather(*(house.hear(f"Question {n}", person=f"p{n}") for n in range(50)))
        await until(lambda: not house.slack.known)
        before = house.workspace.calls.total()
        await passes(house, HOUR)
        assert house.workspace.calls.total() - before <= HOUR / ASKED_LAST + 8


async def test_a_restart_with_a_new_token_draws_what_waited(builder: Builder) -> None:
    async with builder.house() as house:
        await becomes_still(house)
        house.workspace.revoked = True
        ref = await house.hear("Is it open?")
        await until(lambda: not house.slack.known)
    builder.workspace.revoked = False
    builder.workspace.bot_token = "xoxb-sandbox-renewed"
    async with builder.house() as house:
        await by_and_by(house, lambda: posts(house))
        await house.card(ref)


async def test_an_alarm_that_comes_while_the_token_is_dead_is_told_afterwards(
    builder: Builder,
) -> None:
    async with builder.house() as house:
        await becomes_still(house)
        house.workspace.revoked = True
        await house.inbox.notices.put("account_locked", {"account": "x/landetud"})
        await until(lambda: not house.slack.known)
        await passes(house, HOUR)
        house.workspace.revoked = False
        fallback = house.workspace.channels["C0FALLBACK1"]
        await by_and_by(house, fallback.visible)


async def test_uninstalling_the_app_is_noticed_though_nothing_is_being_drawn(
    builder: Builder,
) -> None:
    async with builder.house() as house:
        await becomes_still(house)
        await house.workspace.uninstall()
        await until(lambda: not house.slack.known)


@pytest.mark.parametrize("word", sorted(LOCKED))
async def test_every_word_for_a_dead_token_locks_and_no_other(word: str, clock: Clock) -> None:
    async with ClientSession():
        pace = Pace(None, clock.seconds, clock.sleep)  # type: ignore[arg-type]  # it calls nobody
        assert pace._lock(word)  # noqa: SLF001 - the words are the subject
        assert not pace._lock("channel_not_found")  # noqa: SLF001 - the words are the subject
        assert pace.locked == word


async def test_an_officers_click_is_told_and_not_kept_waiting(builder: Builder) -> None:
    async with builder.house() as house:
        ref = await house.hear("Is it open?")
        await by_and_by(house, lambda: posts(house))
        await house.card(ref)
        house.workspace.revoked = True
        outcome = await house.workspace.click(ANNA, PRESS, posts(house)[0].ts, "answer")
        assert outcome.acknowledged
        assert await house.holder(ref) == "aj", "the act is committed, whatever Slack shows"
