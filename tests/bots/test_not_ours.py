"""Posts of ours that we did not send alarm once an hour, not once each."""

from __future__ import annotations

from msgspec.structs import replace

from bots.contract import News
from bots.intake import take
from inbox.store import keys
from tests.bots.conftest import House, Scene
from tests.servers import Server


async def by_hand(house: House, *texts: str) -> None:
    """Let somebody post on the ministry's account with the platform's own app."""
    for text in texts:
        house.scene.world.post("MinistryX", text)
    await house.listener().round()


async def told(house: House) -> list[tuple[str, dict[str, str]]]:
    """Return the notices so far."""
    batches = [batch async for batch in house.inbox.notices.everything()]
    return [(one.kind, one.facts) for batch in batches for one in batch]


async def test_posts_that_we_did_not_send_are_told_once_an_hour(
    house: House, single_servers: list[Server]
) -> None:
    await by_hand(house, "A stranger's words", "and more of them")
    await by_hand(house, "and again")
    assert await told(house) == [("not_ours", {"account": "x/ministry"})]
    with single_servers[0].asked() as redis:
        sign = keys.told("not_ours/x/ministry/")
        assert 3500 < int(redis.ttl(sign)) <= 3600
        redis.delete(sign)  # the hour is over
    await by_hand(house, "an hour later")
    assert len(await told(house)) == 2


async def test_a_post_taken_in_by_somebody_who_died_before_telling_is_told_when_it_comes_again(
    house: House,
) -> None:
    house.scene.world.post("MinistryX", "A stranger's words")
    batches = [batch async for batch in house.scene.bot().listen(None)]
    [post] = [one for batch in batches for one in batch.news if isinstance(one, News)]
    account = house.scene.accounts["MinistryX"]
    await house.inbox.desk.take(account.id, post.command, post.raw)  # and there it died
    assert await told(house) == []
    await take(house.inbox, account, post)
    assert await told(house) == [("not_ours", {"account": "x/ministry"})]


async def test_what_a_minister_posts_by_hand_alarms_nobody(house: House, scene: Scene) -> None:
    scene.accounts["MinistryX"] = replace(scene.accounts["MinistryX"], kind="minister")
    await by_hand(house, "My own words")
    assert await told(house) == []


async def test_our_own_answers_alarm_nobody(house: House) -> None:
    await house.answered()
    await house.sent(house.sender())
    await house.listener().round()
    assert house.heard()
    assert await told(house) == []
