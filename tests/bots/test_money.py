"""Money: what X charges is counted, told at four fifths and at its end, and urgent things go on."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from prometheus_client import REGISTRY

from bots.budgets import ALL, ASKED_EVERY, GREETINGS, ORDINARY
from bots.contract import Busy
from bots.gauges import gauge
from tests.bots.conftest import House
from tests.bots.test_not_ours import told


@pytest.fixture
def tight(house: House) -> House:
    """Give the ministry ten dollars a month."""
    accounts = house.scene.accounts
    accounts["MinistryX"] = replace(accounts["MinistryX"], budget_month="10 USD")
    house.policies.accounts = tuple(accounts.values())
    return house


async def spent(house: House) -> float:
    return (await house.inbox.gaps.list())[0].spent


async def pay(house: House, dollars: float) -> None:
    """Let the month have cost so much more, as calls do that X charges for."""
    purse = house.sender().purse
    await house.inbox.gaps.spend("x/ministry", "post_with_url", dollars - 0.015)
    await purse.pay("post")


async def test_a_post_costs_what_x_takes_for_it_and_more_with_an_address(house: House) -> None:
    ref = await house.answered("To us.")
    await house.sent(house.sender())
    await house.answered("See example.org", ref, "a2")
    await house.sent(house.sender())
    paid = [what for what, _ in house.scene.purse.paid if what.startswith("post")]
    assert paid == ["post", "post_with_url"]


async def test_a_post_of_which_nobody_knows_counts_as_charged(house: House) -> None:
    await house.answered("To us.")
    house.scene.world.faults.arm("POST /2/tweets", "drop_before")
    await house.sent(house.sender())
    assert ("post", "") in house.scene.purse.paid


async def test_what_is_read_costs_once_a_day(house: House) -> None:
    house.scene.world.post("citizen", "@MinistryX hello")
    for _ in range(3):
        await house.listener(house.scene.bot()).round()
    assert [what for what, _ in house.scene.purse.paid].count("read_post") >= 1
    purse = house.sender().purse
    for what, thing in house.scene.purse.paid:
        await purse.pay(what, [thing])
    assert await spent(house) == pytest.approx(0.005 + 2 * 0.010)


async def test_the_budget_is_told_at_four_fifths_and_at_its_end_once_a_month(tight: House) -> None:
    await pay(tight, 7.9)
    assert await told(tight) == []
    for dollars in (0.1, 0.1, 1.9, 0.1):
        await pay(tight, dollars)
    assert [kind for kind, _ in await told(tight)] == ["budget_low", "budget_spent"]
    tight.scene.clock.forward(31 * 24 * 3600)
    await pay(tight, 11)
    assert [kind for kind, _ in await told(tight)][2:] == ["budget_spent"]


async def test_waits(tight: House) -> None:
    """Without money ordinary answers wait, and those of life-safety leave."""
    first = await tight.answered("Not urgent.")
    urgent = await tight.asked("@MinistryX we are trapped")
    await tight.answered("Help is coming.", urgent, "a2")
    await pay(tight, 10)
    sender = tight.sender()
    for _ in range(3):
        await tight.sent(sender)
        tight.scene.clock.forward(ASKED_EVERY / 1000)
    assert (await tight.part(urgent, "a2")).state == "sent"
    waiting = await tight.part(first)
    assert (waiting.state, waiting.attempt) == ("ready", 0)
    assert (await tight.inbox.gaps.list())[0].undelivered == 0
    tight.scene.clock.forward(300)
    assert (await tight.inbox.gaps.list())[0].undelivered == 1
    accounts = tight.scene.accounts
    accounts["MinistryX"] = replace(accounts["MinistryX"], budget_month="20 USD")
    await tight.sent(tight.sender())
    assert (await tight.part(first)).state == "sent"


async def test_greetings_stop_at_half_of_the_money(tight: House) -> None:
    purse = tight.sender().purse
    await pay(tight, 5)
    now = tight.scene.clock()

    with pytest.raises(Busy):
        await purse.afford(GREETINGS, now)
    await purse.afford(ORDINARY, now)
    await pay(tight, 500)
    with pytest.raises(Busy):
        await purse.afford(ORDINARY, now)
    await purse.afford(ALL, now)


async def test_the_gaps_are_gauges(tight: House) -> None:
    await tight.listener().step(0)
    await pay(tight, 2.5)
    await tight.inbox.aside.put("x/ministry", b"?", "not JSON")
    await gauge(tight.inbox)
    one = {"account": "x/ministry"}
    now = tight.scene.clock() / 1000
    assert REGISTRY.get_sample_value("chancery_complete_until_seconds", one) == now
    assert REGISTRY.get_sample_value("chancery_unreadable", one) == 1
    assert REGISTRY.get_sample_value("chancery_undelivered", one) == 0
    money = one | {"currency": "USD"}
    assert REGISTRY.get_sample_value("chancery_spent", money) == pytest.approx(2.5)
    assert REGISTRY.get_sample_value("chancery_budget", money) == 10
