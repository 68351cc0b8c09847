"""Whether an automatic reply is said, and in which words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from config.phrases import greetings
from inbox.conversations.state import Answer, Claim, Closing, Conversation
from inbox.triage.greeter import LATE, automatic, greeting, may_greet
from inbox.words import Account

PHRASES, FAULTS = greetings(Path(__file__).parents[3] / "config" / "demo")
NIGHT = round(datetime(2026, 11, 27, 3, 0, tzinfo=UTC).timestamp() * 1000)  # a Friday
NOON = NIGHT + 9 * 3_600_000
ACCOUNT = Account(
    id="x/landetud",
    app="x-main",
    native_id="14",
    title="Landet UD",
    languages=("sv", "en"),
    time_zone="Europe/Stockholm",
    hours="mon-fri 08:00-17:00",
    greeting="always",
)
OURS = frozenset({"x:14", "x:15"})


def written(at: int = NIGHT, **fields: Any) -> Conversation:
    first: dict[str, Any] = {
        "id": "c",
        "account": ACCOUNT.id,
        "person": "x:7",
        "audience": "private",
        "count": 1,
        "last_in": at,
        "waiting_since": at,
    }
    return Conversation(**{**first, **fields})


def test_the_demo_says_it_without_fault() -> None:
    assert not FAULTS


def test_a_private_message_is_greeted() -> None:
    assert may_greet(written(), ACCOUNT, OURS, NIGHT)


@pytest.mark.parametrize(
    "fields",
    [
        {"audience": "public"},
        {"person": "", "members": ("x:7", "x:8")},
        {"members": ("x:7", "x:8")},
        {"claim": Claim("aj", 1, NIGHT), "fence": 1},
        {"fence": 1, "claimant": "aj"},
        {"closed": Closing(NIGHT, "officer:aj")},
        {"answered": True},
        {"answers": (Answer("a1", "aj", state="ready"),)},
        {"last_out": NIGHT - 1},
        {"greeted": True},
        {"person": "x:15"},
        {"count": 0},
        {"last_in": NIGHT - LATE - 1},
    ],
)
def test_it_is_not_where_it_may_not_be(fields: dict[str, Any]) -> None:
    assert not may_greet(written(**fields), ACCOUNT, OURS, NIGHT)


@pytest.mark.parametrize(
    ("policy", "at", "so"),
    [
        ("off", NIGHT, False),
        ("always", NOON, True),
        ("outside_hours", NIGHT, True),
        ("outside_hours", NOON, False),
    ],
)
def test_it_goes_by_the_accounts_policy_and_hours(policy: Any, at: int, so: bool) -> None:
    assert may_greet(written(at), replace(ACCOUNT, greeting=policy), OURS, at) is so


def test_a_ministers_account_greets_nobody() -> None:
    assert not may_greet(written(), replace(ACCOUNT, kind="minister"), OURS, NIGHT)


def test_it_says_that_it_is_automatic_what_happens_next_and_whom_to_call() -> None:
    account = replace(ACCOUNT, call="+46 8 000 00 00")
    said = greeting(written(language="en"), account, PHRASES, NIGHT)
    assert said
    assert said.language == "en"
    assert said.text == (
        "Automatic reply: we have received your message. An officer will read it and answer you "
        "here. The office is closed now and opens on Friday at 08:00, local time. If it is urgent, "
        "call +46 8 000 00 00."
    )


@pytest.mark.parametrize("language", ["sv", "en", "ar"])
def test_without_a_number_it_names_the_local_emergency_number(language: str) -> None:
    said = greeting(written(language=language), ACCOUNT, PHRASES, NOON)
    assert said
    assert said.text.startswith(f"{PHRASES[language]['mark']}: ")
    assert said.text.endswith(PHRASES[language]["danger"])
    assert "{" not in said.text
    assert PHRASES[language]["closed"][:10] not in said.text


def test_in_arabic_the_number_stands_on_its_own_line() -> None:
    said = greeting(written(language="ar"), replace(ACCOUNT, call="+46 8 1"), PHRASES, NOON)
    assert said
    assert said.text.splitlines()[-1] == "+46 8 1"


@pytest.mark.parametrize(("languages", "spoken"), [(("de", "ar"), "ar"), (("de",), "en")])
def test_a_language_nobody_wrote_a_greeting_in_gets_the_accounts(
    languages: tuple[str, ...], spoken: str
) -> None:
    account = replace(ACCOUNT, languages=languages)
    for language in ("", "fa"):
        said = greeting(written(language=language), account, PHRASES, NOON)
        assert said
        assert said.language == spoken


def test_a_house_without_phrases_says_nothing() -> None:
    assert greeting(written(), ACCOUNT, {}, NOON) is None


def test_an_automatic_reply_is_known_by_how_it_begins() -> None:
    for language in PHRASES:
        own = greeting(written(language=language), ACCOUNT, PHRASES, NOON)
        assert own
        assert automatic(["Hello", own.text], PHRASES)
    assert automatic(["  OUT OF OFFICE: back on Monday"], PHRASES)
    assert not automatic(["I got your automatic reply: and now?", "", "Hej"], PHRASES)
