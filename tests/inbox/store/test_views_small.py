"""The small members: drafts, cursors, budgets, boards, what was set aside, duty, halts."""

from __future__ import annotations

import asyncio

from inbox.store import keys
from inbox.store.aside import Aside, Refusals
from inbox.store.boards import Boards
from inbox.store.budgets import Budgets
from inbox.store.client import Client
from inbox.store.cursors import Cursors
from inbox.store.drafts import KEPT, Draft, Drafts
from inbox.store.duty import Duty
from inbox.store.halts import Halts, seen_once
from inbox.words import Budget

NOW = 1_770_000_000_000
TEN = (Budget(most=10, per=900),)


class At:
    """A clock that stands where it is put."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


async def granted(budgets: Budgets, times: int, share: float = 1.0) -> int:
    takes = [await budgets.take("app", "post", TEN, share=share) for _ in range(times)]
    return takes.count(0)


async def test_an_older_autosave_never_overwrites_a_newer(client: Client) -> None:
    drafts = Drafts(client)
    assert await drafts.save("c1", "aj", "Hello there", NOW, "public")
    assert not await drafts.save("c1", "aj", "Hel", NOW - 1, "public")
    assert await drafts.load("c1", "aj") == Draft("Hello there", NOW, "public")
    assert await drafts.save("c1", "aj", "Hello", NOW + 1, "private")
    assert await drafts.load("c1", "aj") == Draft("Hello", NOW + 1, "private")


async def test_a_draft_is_kept_for_thirty_days(client: Client) -> None:
    await Drafts(client).save("c1", "aj", "Hello", NOW, "public")
    left = await client.call("TTL", keys.draft("c1", "aj"))
    assert KEPT - 10 < left <= 30 * 86_400


async def test_each_officer_has_their_own_draft(client: Client) -> None:
    drafts = Drafts(client)
    await drafts.save("c1", "aj", "mine", NOW, "public")
    assert await drafts.load("c1", "bo") is None
    await drafts.drop("c1", "aj")
    assert await drafts.load("c1", "aj") is None


async def test_a_late_autosave_does_not_bring_back_a_text_that_was_sent(client: Client) -> None:
    drafts = Drafts(client)
    await drafts.save("c1", "aj", "Hello", NOW, "public")
    await drafts.drop("c1", "aj", NOW + 5)
    assert not await drafts.save("c1", "aj", "Hello!", NOW + 3, "public")
    assert await drafts.load("c1", "aj") is None
    assert await drafts.save("c1", "aj", "Anew", NOW + 6, "public")


async def test_a_cursor_is_absent_before_the_first_read(client: Client) -> None:
    cursors = Cursors(client)
    assert await cursors.get("x/one") is None
    assert await cursors.until("x/one") == 0
    await cursors.set("x/one", "abc", NOW)
    await cursors.set("x/one", "", 0)
    assert await cursors.get("x/one") == ""
    assert await cursors.until("x/one") == NOW


async def test_a_budget_grants_what_it_holds_and_names_when_to_come_back(client: Client) -> None:
    at = At()
    budgets = Budgets(client, at)
    assert await granted(budgets, 12) == 10
    assert await budgets.take("app", "post", TEN) == NOW + 900_000
    at.now = NOW + 900_000
    assert await budgets.take("app", "post", TEN) == 0


async def test_two_budgets_must_both_have_room_and_a_refusal_takes_from_neither(
    client: Client,
) -> None:
    at = At()
    budgets = Budgets(client, at)
    both = (Budget(most=1, per=60), Budget(most=2, per=86_400))
    assert await budgets.take("app", "post", both) == 0
    assert await budgets.take("app", "post", both) == NOW + 60_000
    at.now += 60_000
    assert await budgets.take("app", "post", both) == 0
    at.now += 60_000
    assert await budgets.take("app", "post", both) == NOW + 86_400_000


async def test_greetings_stop_at_half_and_something_is_left_for_the_urgent(client: Client) -> None:
    budgets = Budgets(client, At())
    assert await granted(budgets, 9, share=0.5) == 5
    assert await granted(budgets, 9, share=0.9) == 4
    assert await granted(budgets, 9) == 1


async def test_fifty_at_once_get_no_more_than_there_is(client: Client) -> None:
    budgets = Budgets(client, At())
    takes = await asyncio.gather(*(budgets.take("app", "post", TEN) for _ in range(50)))
    assert takes.count(0) == 10


async def test_the_platforms_headers_correct_a_budget(client: Client) -> None:
    at = At()
    budgets = Budgets(client, at)
    assert await granted(budgets, 1) == 1
    await budgets.correct("app", "post", 2, NOW + 300_000)
    assert await granted(budgets, 5) == 2
    assert await budgets.take("app", "post", TEN) == NOW + 300_000


async def test_a_header_that_comes_late_gives_nothing_back_within_its_window(
    client: Client,
) -> None:
    budgets = Budgets(client, At())
    await granted(budgets, 4)
    await budgets.correct("app", "post", 9, NOW + 900_000)
    assert await granted(budgets, 10) == 6


async def test_a_budget_forgets_itself_after_its_windows(client: Client) -> None:
    await granted(Budgets(client, At()), 1)
    left = await client.call("PTTL", keys.budget("app", "post"))
    assert 900_000 < left <= 960_000


async def test_a_board_keeps_bytes_by_field(client: Client) -> None:
    boards = Boards(client)
    await boards.put("C1", "c1", b"\x00\xff")
    await boards.put("C1", "c2", b"{}")
    await boards.drop("C1", "c2")
    assert await boards.load("C1") == {"c1": b"\x00\xff"}
    assert await boards.load("C2") == {}


async def test_what_is_set_aside_keeps_its_raw_bytes_until_an_operator_saw_to_it(
    client: Client,
) -> None:
    aside = Aside(client)
    first = await aside.put("x/one", b"\xff{odd", "unknown shape")
    second = await aside.put("x/two", b"{}", "no id")
    assert [one.id for one in await aside.list(10)] == [second, first]
    taken = await aside.take(first)
    assert taken is not None
    assert (taken.account, taken.raw, taken.why) == ("x/one", b"\xff{odd", "unknown shape")
    assert await aside.count() == 2
    await aside.drop(first)
    assert await aside.take(first) is None
    assert [one.id for one in await aside.list(10)] == [second]


async def test_a_refused_act_is_remembered(client: Client) -> None:
    refusals = Refusals(client)
    await refusals.put("aj", "Assign", "x/one", "not_allowed", NOW)
    (kept,) = await refusals.list(5)
    assert (kept.officer, kept.act, kept.account, kept.why, kept.at) == (
        "aj",
        "Assign",
        "x/one",
        "not_allowed",
        NOW,
    )


async def test_a_duty_ends_by_itself(client: Client) -> None:
    at = At()
    duty = Duty(client, at)
    await duty.on("aj", NOW + 1000)
    await duty.on("bo", NOW + 5000)
    await duty.on("ci", NOW + 5000)
    await duty.off("ci")
    assert await duty.list() == {"aj": NOW + 1000, "bo": NOW + 5000}
    at.now = NOW + 1000
    assert await duty.list() == {"bo": NOW + 5000}


async def test_an_account_is_halted_until_it_is_let_go(client: Client) -> None:
    halts = Halts(client)
    await halts.halt("x/one")
    await halts.halt("x/two")
    await halts.unhalt("x/two")
    assert await halts.halted() == {"x/one"}


async def test_of_all_who_ask_only_the_first_sees_a_key_for_the_first_time(client: Client) -> None:
    told = await asyncio.gather(*(seen_once(client, "slack:E1", 60) for _ in range(20)))
    assert told.count(True) == 1
    assert 0 < await client.call("TTL", keys.once("slack:E1")) <= 60
