"""The first administrator: a code made on the host, typed once in Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from config.seating import seats, whose
from handlers.slack import ids
from inbox.store.seats import LASTS
from inbox.team.policies import Policies
from inbox.words import Officer
from sandbox.slack import records
from tests.handlers.slack.conftest import (
    ANNA,
    FOREIGNER,
    PRESS,
    STRANGER,
    Builder,
    House,
    denied_for,
    policies_of,
    until,
    words,
)

CODE = "abcdefghjkmn"
SEATED = Officer("hh", "HH", "Hedda Holm", roles=("admin",), locale="en")


def tables(**changes: Any) -> Policies:
    """Give the demo's tables, and an administrator whose Slack id nobody knows."""
    plain = policies_of(officers=("aj", "en", "sh", "ml", "hh"))
    people = (*plain.officers.values(), replace(SEATED, **changes))
    return Policies(plain.accounts, people, plain.lanes, plain.tags, plain.profiles)


@pytest.fixture
async def house(builder: Builder) -> AsyncIterator[House]:
    async with builder.house("http", tables()) as made:
        yield made


async def types(house: House, user: str, code: str = "ABCD-efgh-jkmn") -> records.Outcome:
    return await house.command(user, f"admin {code}")


async def test_somebody_with_a_code_is_the_officer_it_was_made_for(house: House) -> None:
    await house.inbox.seats.mint(CODE, "hh")
    await types(house, STRANGER)
    assert "You are Hedda Holm now" in words(house.view(STRANGER))
    ref = await house.hear()
    await house.press(STRANGER, ref, ids.CLAIM)
    assert await house.holder(ref) == "hh"
    fallback = house.workspace.channels["C0FALLBACK1"]
    await until(lambda: [m for m in fallback.visible() if "took the seat of Hedda" in m.text])


async def test_a_code_works_once_and_for_ten_minutes_only(house: House) -> None:
    await house.inbox.seats.mint(CODE, "hh")
    await types(house, STRANGER)
    house.workspace.user("U0LATER", "later", real_name="Later")
    house.workspace.channels[PRESS].members.append("U0LATER")
    await types(house, "U0LATER")
    assert "opens nothing" in words(house.view("U0LATER"))
    assert house.policies.by_slack("T0SANDBOX", "U0LATER") is None
    assert LASTS == 600


async def test_the_store_keeps_no_code_and_gives_it_ten_minutes(house: House) -> None:
    await house.inbox.seats.mint(CODE, "hh")
    client = house.inbox._client  # noqa: SLF001 - what lies in the store is the subject
    found = [name async for name in client.names("seat:*")]
    assert len(found) == 1
    assert CODE not in found[0]
    assert 0 < await client.call("TTL", found[0]) <= LASTS


async def test_a_wrong_code_changes_nothing_and_is_recorded(house: House) -> None:
    await types(house, STRANGER, "zzzz-zzzz-zzzz")
    assert "opens nothing" in words(house.view(STRANGER))
    told = await until(denied_for(house), awaited=True)
    assert told.why == "wrong_code"
    assert await house.inbox.seats.list() == {}


@pytest.mark.parametrize("who", ["guest", "foreigner"])
async def test_no_guest_and_nobody_from_elsewhere_takes_a_seat(house: House, who: str) -> None:
    house.workspace.user("U0GUEST", "guest", real_name="Guest", guest=True)
    house.workspace.channels[PRESS].members.append("U0GUEST")
    await house.inbox.seats.mint(CODE, "hh")
    await types(house, "U0GUEST" if who == "guest" else FOREIGNER)
    assert await house.inbox.seats.list() == {}
    assert await house.inbox.seats.use(CODE) == "hh", "the code is not used up"


async def test_whom_the_tables_name_no_code_replaces(builder: Builder) -> None:
    async with builder.house("http", tables(slack=("T0SANDBOX/U0HEDDA",))) as house:
        await house.inbox.seats.take(f"T0SANDBOX/{STRANGER}", "hh")
        await house.inbox.refresh()
        assert house.policies.by_slack("T0SANDBOX", STRANGER) is None


async def test_a_removed_officers_seat_is_nobodys(builder: Builder) -> None:
    async with builder.house("http", tables(active=False)) as house:
        await house.inbox.seats.take(f"T0SANDBOX/{STRANGER}", "hh")
        await house.inbox.refresh()
        assert house.policies.by_slack("T0SANDBOX", STRANGER) is None


async def test_a_seat_outlives_a_restart_and_ends_when_it_is_freed(builder: Builder) -> None:
    async with builder.house("http", tables()) as house:
        await house.inbox.seats.mint(CODE, "hh")
        await types(house, STRANGER)
    async with builder.house("http", tables()) as house:
        ref = await house.hear()
        await house.press(STRANGER, ref, ids.CLAIM)
        assert await house.holder(ref) == "hh"
        assert await house.inbox.seats.free("hh") == 1
        await house.inbox.refresh()
        await house.command(STRANGER, "next")
        assert "does not know you" in words(house.view(STRANGER))


async def test_an_officer_who_types_a_code_is_helped_and_uses_none_up(house: House) -> None:
    await house.inbox.seats.mint(CODE, "hh")
    await types(house, ANNA)
    assert await house.inbox.seats.use(CODE) == "hh"


def test_the_host_makes_codes_only_for_whom_the_tables_leave_open() -> None:
    assert whose(tables(), "") == SEATED, "the one administrator without a Slack id"
    assert "has a Slack id" in str(whose(tables(), "aj"))
    assert "no officer" in str(whose(tables(), "zz"))
    assert "0 administrators" in str(whose(tables(active=False), ""))


def test_the_check_tells_who_sits_where() -> None:
    told = seats(tables(), {"T0/U1": "hh", "T0/U2": "gone"})
    assert told == [
        "T0/U1 acts as hh (Hedda Holm), by a code.",
        "T0/U2 would act as gone, who is no officer any more.",
    ]


async def test_the_renamed_command_is_the_one_every_text_names(builder: Builder) -> None:
    async with builder.house("http", tables(), command="/utrikes") as house:
        await house.workspace.command(ANNA, PRESS, "/utrikes", "help")
        shown = words(house.view(ANNA))
        assert "/utrikes" in shown
        assert "/inbox" not in shown
        await house.inbox.seats.mint(CODE, "hh")
        await house.workspace.command(STRANGER, PRESS, "/utrikes", f"admin {CODE}")
        assert "/utrikes help" in words(house.view(STRANGER))
