"""Gaps: what an account lacks, cannot read, did not deliver, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from inbox.conversations.state import Answer
from inbox.store import keys
from inbox.store.aside import Aside
from inbox.store.client import Client
from inbox.store.cursors import Cursors
from inbox.store.gaps import LATE, UNREAD_FOR, Gap, Gaps
from inbox.store.log import Touched
from inbox.store.pictures import Pictures
from inbox.store.read import Read
from inbox.words import Account, Money, money
from tests.inbox.views import conversation, place, put

NOW = 1_794_000_000_000  # in November 2026
HOUR = 3_600_000


@dataclass
class Tables:
    """Two accounts, one of them with a budget."""

    accounts: list[Account] = field(
        default_factory=lambda: [
            Account(id="x/one", app="a", native_id="1", title="One", budget_month="50 USD"),
            Account(id="x/two", app="a", native_id="2", title="Two"),
        ]
    )


class At:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def at() -> At:
    return At()


@pytest.fixture
def gaps(client: Client, at: At) -> Gaps:
    return Gaps(client, Tables(), at)


async def one(gaps: Gaps) -> Gap:
    first, second = await gaps.list()
    assert (first.account, second.account) == ("x/one", "x/two")
    return first


async def test_an_account_nobody_read_yet_says_so(gaps: Gaps) -> None:
    assert await one(gaps) == Gap("x/one", reason="never", budget=50.0, currency="USD")


async def test_an_account_says_until_when_it_is_complete_and_since_when_not(
    client: Client, gaps: Gaps, at: At
) -> None:
    await Cursors(client).set("x/one", "c", NOW)
    await gaps.read("x/one", "")
    assert ((await one(gaps)).complete_until, (await one(gaps)).reason) == (NOW, "")
    for hour in range(1, 3):
        at.now = NOW + hour * HOUR
        await gaps.read("x/one", "locked")
    told = await one(gaps)
    assert (told.complete_until, told.reason, told.since) == (NOW, "locked", NOW + HOUR)


async def test_a_hole_stays_told_of_although_reading_goes_on(
    client: Client, gaps: Gaps, at: At
) -> None:
    await gaps.hole("x/one", NOW - 5 * HOUR, NOW - 2 * HOUR)
    await gaps.hole("x/one", NOW - 5 * HOUR, NOW - 2 * HOUR)
    await Cursors(client).set("x/one", "c", NOW)
    await gaps.read("x/one", "")
    told = await one(gaps)
    assert (told.hole_from, told.hole_until, told.holes) == (NOW - 5 * HOUR, NOW - 2 * HOUR, 1)


async def test_what_is_set_aside_is_unreadable_until_somebody_saw_to_it(
    client: Client, gaps: Gaps
) -> None:
    aside = Aside(client)
    first = await aside.put("x/one", b"?", "not JSON")
    await aside.put("x/one", b"??", "not JSON")
    await aside.put("hooks/x/a", b"???", "not JSON")
    assert ((await one(gaps)).unreadable, (await one(gaps)).aside) == (2, 2)
    for _ in range(2):
        await aside.drop(first)
    assert (await one(gaps)).aside == 1
    assert await aside.count() == 2


async def test_an_encrypted_message_is_counted_once_and_for_a_week(gaps: Gaps, at: At) -> None:
    for _ in range(3):
        await gaps.unread("x/one", "x:7", NOW)
    assert (await one(gaps)).unreadable == 1
    at.now = NOW + UNREAD_FOR + 1
    assert (await one(gaps)).unreadable == 0


@pytest.mark.parametrize(
    ("state", "after", "many"),
    [
        ("stuck", 0, 1),
        ("ready", LATE - 1, 0),
        ("ready", LATE, 1),
        ("sending", LATE, 1),
        ("sent", LATE, 0),
        ("draft", LATE, 0),
        ("discarded", LATE, 0),
    ],
)
async def test_an_answer_that_did_not_leave_is_undelivered(
    client: Client, gaps: Gaps, at: At, state: str, after: int, many: int
) -> None:
    pictures = Pictures(client, Read(client), place)
    answer = Answer(id="a1", author="aj", state=state, leaves_at=NOW)  # type: ignore[arg-type]  # each is a state
    kept = await put(client, conversation("abcdefgh12345678", answers=(answer,)))
    await pictures.out((Touched("conv", kept.id, kept.version),))
    at.now = NOW + after
    assert (await one(gaps)).undelivered == many


async def test_what_was_given_up_or_has_arrived_is_undelivered_no_more(
    client: Client, gaps: Gaps
) -> None:
    pictures = Pictures(client, Read(client), place)
    for state in ("stuck", "sent"):
        answer = Answer(id="a1", author="aj", state=state, leaves_at=NOW)
        kept = await put(client, conversation("abcdefgh12345678", answers=(answer,)))
        await pictures.out((Touched("conv", kept.id, kept.version),))
    assert (await one(gaps)).undelivered == 0


async def test_what_is_spent_is_counted_by_account_and_month(gaps: Gaps, at: At) -> None:
    for _ in range(3):
        await gaps.spend("x/one", "post", 0.015)
    assert await gaps.spend("x/one", "post_with_url", 0.20) == pytest.approx(0.245)
    assert (await one(gaps)).spent == pytest.approx(0.245)
    at.now += 31 * 24 * HOUR
    assert (await one(gaps)).spent == 0


async def test_what_is_read_again_on_the_same_day_is_not_charged_again(
    client: Client, gaps: Gaps, at: At
) -> None:
    await gaps.spend("x/one", "read_post", 0.005, ["1", "2"])
    await gaps.spend("x/one", "read_post", 0.005, ["2", "3"])
    assert (await one(gaps)).spent == pytest.approx(0.015)
    at.now += 24 * HOUR
    await gaps.spend("x/one", "read_post", 0.005, ["3"])
    assert (await one(gaps)).spent == pytest.approx(0.020)
    left = await client.call("TTL", keys.paid("x/one", "20261107"))
    assert 0 < left <= 48 * 3600


def test_a_sum_is_read_or_refused() -> None:
    assert money("50 USD") == Money(50.0, "USD")
    assert money("0.50 EUR") == Money(0.5, "EUR")
    assert money("") == Money()
    for wrong in ("50", "fifty USD", "-5 USD", "5 usd", "nan USD", "1e9 USD", "5  USD", "٥ USD"):
        with pytest.raises(ValueError, match=r".*"):
            money(wrong)
