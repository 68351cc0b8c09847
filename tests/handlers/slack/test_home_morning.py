"""A supervisor's Home begins with the morning: within Slack's limits, for nobody else's eyes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from handlers.morning import Morning
from handlers.say import At, Say
from handlers.slack import ids
from handlers.slack.acts.morning import yesterday
from handlers.slack.home import Counts, OnDuty, home
from handlers.slack.ids import unpack
from handlers.slack.morning import Holder, Overview, late, overview, paces
from handlers.slack.shown import Shown, Told
from inbox.figures.words import Burning, Row, Spread, Standing
from inbox.team.policies import Policies
from inbox.words import Lane
from tests.handlers.slack.conftest import (
    ANNA,
    ERIK,
    MARIA,
    MISSION,
    START,
    Builder,
    House,
    X,
    policies_of,
    until,
    words,
)
from tests.handlers.slack.hostile import (
    BOOK,
    LANGUAGES,
    NOW,
    PLENTY,
    all_text,
    check_view,
    labels,
    objects,
    says,
    showns,
    texts,
)

EN = BOOK.say("en")
MINUTE = 60_000
DAY = 86_400_000
HOLDERS = (Holder("Erik Nyström", 9, on_duty=False), Holder("Anna Jansson", 4, on_duty=True))
LANES = (Lane("press", 4, 120), Lane("life-safety", 0, 5, reserved=True))


def seen_of(text: str = "Landet UD", many: int = 1) -> Overview:
    """Give an overview in which everything is there, and so many times."""
    burns = tuple(
        Burning(f"conversation{n:04d}", "x/landetud", why, NOW - 6 * MINUTE)
        for n in range(many)
        for why in ("urgent", "unsure", "failed")
    )
    day = Row("", received=212, answered=198, to_answer=Spread(198, 41 * MINUTE, 1, 1))
    gap = Told("web.gap_until", {"account": text, "until": At(NOW, "day_time")})
    spent = Told("web.gap_spent", {"account": text, "spent": "9.00", "budget": text})
    standing = Standing(urgent=many, urgent_since=NOW, unsure=many, failed=many, at=NOW)
    return Overview(
        Morning(standing, day, (gap, spent) * many, burns),
        paces([replace(day, key="press"), replace(day, key="gone")], LANES),
        (*HOLDERS, *(Holder(text, 1, on_duty=True),) * (many - 1)),
        (("x/landetud", text),),
    )


@PLENTY
@given(rows=st.lists(showns, max_size=14), text=texts, many=st.sampled_from((1, 40)), say=says)
def test_slack_takes_a_supervisors_home_however_much_there_is(
    rows: list[Shown], text: str, many: int, say: Say
) -> None:
    counts = Counts(
        at=NOW,
        waiting=40,
        urgent=3,
        oldest=NOW,
        languages=(("ar", 21), (text, 9)),
        unread=("fa", text),
        on_duty=(OnDuty(text), OnDuty("Anna", NOW)) * 9,
        warnings=(Told("summary.behind", {"account": text[:99], "until": "02:40"}),) * 7,
    )
    check_view(home(text, counts, rows, rows * 3, say, overview(seen_of(text, many), say)))
    check_view(home(text, counts, rows, rows * 3, say, late(say)))


def test_it_says_yesterday_what_burns_who_holds_and_where_we_are_blind() -> None:
    blocks = overview(seen_of(), EN)
    text = all_text(blocks)
    for told in (
        "YESTERDAY\n212 in, 198 answered. Half were answered within 41 min.",
        "PRESS: half within 41 min, goal 2 h",
        "BURNS\nLife-safety waits: 1 · Perhaps posted, perhaps not: 1 · Not delivered: 1",
        "🔴 Life-safety waits · Landet UD · ",
        "HOLDS\nErik Nyström 9 (off duty) · Anna Jansson 4",
        "BLIND\nLandet UD: complete until ",
        "Landet UD: spent 9.00 of ",
    ):
        assert told in text
    assert labels(blocks) == ["Open"] * 3
    carried = [unpack(ids.Press, one["value"]) for one in objects(blocks) if "value" in one]
    assert {one.conversation for one in carried if one} == {"conversation0000"}
    assert {one["action_id"] for one in objects(blocks) if "action_id" in one} == {ids.READ_ALL}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_calm_day_is_said_in_words_and_not_by_an_empty_place(language: str) -> None:
    say = BOOK.say(language)
    text = all_text(overview(Overview(Morning(Standing(), Row(""))), say))
    for key in ("home.none_burns", "home.none_hold", "web.blind_none", "home.yesterday"):
        assert say(key)
        assert say(key) in text
    assert "…" not in text


def test_no_lane_is_set_beside_a_goal_it_has_not() -> None:
    row = Row("other", to_answer=Spread(3, MINUTE, MINUTE, MINUTE))
    assert paces([row, Row("press")], (*LANES, Lane("other", 6, 0))) == ()


@pytest.mark.parametrize(("zone", "hours"), [("Europe/Stockholm", 25), ("Asia/Tokyo", 24)])
def test_yesterday_is_a_day_of_the_accounts_own_clock(zone: str, hours: int) -> None:
    monday_noon = 1_792_997_200_000  # 26 October 2026, the day after Sweden's clocks went back
    since, ended = yesterday(monday_noon, zone)
    assert (ended - since) / 3_600_000 == hours
    assert since < ended <= monday_noon < ended + DAY


# at work


async def home_of(house: House, user: str, holds: Callable[[str], Any] = bool) -> str:
    """Open an officer's Home until what it says is so, and give what it says."""

    async def said() -> str:
        await house.workspace.open_home(user)
        text = words(house.workspace.home(user))
        return text if holds(text) else ""

    return str(await until(said, awaited=True))


async def test_a_supervisors_home_shows_the_morning_and_an_officers_does_not(
    office: House,
) -> None:
    ref = await office.hear("Is the embassy open?")
    await office.press(ANNA, ref, ids.CLAIM)
    await office.inbox.duty.on("aj", START + DAY)
    await office.hear("We are trapped", person="trapped")
    seen = await home_of(
        office, MARIA, lambda text: "Jansson 1" in text and "Life-safety waits: 1" in text
    )
    for told in ("YESTERDAY 0 in, 0 answered.", "HOLDS Anna Jansson 1", "BLIND", "YOURS: 0"):
        assert told in seen
    assert "Anna Jansson 1 (off duty)" not in seen
    await office.inbox.duty.off("aj")
    assert "Anna Jansson 1 (off duty)" in await home_of(office, MARIA)
    for user in (ANNA, "U0READ"):
        theirs = await home_of(office, user)
        for told in ("YESTERDAY", "BURNS", "HOLDS", "BLIND", "Life-safety waits"):
            assert told not in theirs


async def test_yesterday_is_what_the_day_before_brought(office: House) -> None:
    await office.hear("Is the embassy open?")
    office.clock.forward(86_400)
    assert "YESTERDAY 1 in, 0 answered." in await home_of(
        office, MARIA, lambda text: "YESTERDAY 1 in" in text
    )


async def test_what_burns_opens_from_home(office: House) -> None:
    await office.hear("We are trapped")
    await home_of(office, MARIA, lambda text: "Life-safety waits: 1" in text)
    await office.tap(MARIA, ids.READ_ALL)
    assert office.view(MARIA)["callback_id"] == ids.VIEW_WHOLE
    assert "We are trapped" in words(office.view(MARIA))


async def test_a_supervisor_of_one_account_sees_nothing_of_another(builder: Builder) -> None:
    found = policies_of()
    bound = {"ml": (MISSION,), "en": (X,)}
    roles, others = ("supervisor",), [one for one in found.officers.values() if one.id not in bound]
    two = [
        replace(found.officers[one], accounts=mine, roles=roles, locale="en")
        for one, mine in bound.items()
    ]
    policies = Policies(found.accounts, (*others, *two), found.lanes, found.tags, found.profiles)
    async with builder.house(policies=policies) as house:
        ref = await house.hear("Is the embassy open?")
        await house.press(ANNA, ref, ids.CLAIM)
        await house.hear("We are trapped", person="trapped")
        title = next(one.title for one in policies.accounts if one.id == X)
        theirs = await home_of(
            house, ERIK, lambda text: "Jansson 1" in text and "Life-safety waits: 1" in text
        )
        assert title in theirs
        seen = await home_of(house, MARIA)
        assert "YESTERDAY 0 in" in seen
        assert "BURNS Nothing that we know of." in seen
        assert "HOLDS Nobody holds anything." in seen
        for told in (f"{title}:", "trapped", "Anna Jansson 1", "Life-safety waits"):
            assert told not in seen


async def test_figures_that_do_not_come_in_time_are_said_to_be_missing_and_home_stands(
    builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: Any) -> Any:
        await asyncio.Event().wait()

    async with builder.house() as house:
        await house.hear("Is the embassy open?")
        monkeypatch.setattr(house.inbox.figures, "now", never)
        house.slack.office.patience = 0.2
        seen = await home_of(house, MARIA)
        assert "The figures did not come in time." in seen
        assert "Is the embassy open?" in seen
