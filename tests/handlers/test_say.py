import re
import tomllib
from itertools import chain
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from handlers.say import At, Book, Say, flat, read
from handlers.slack import ids
from inbox.conversations.denied import Denied, Why
from inbox.conversations.state import Outcome
from inbox.reachout.events import AnyEvent
from inbox.reachout.state import Level, Result, RungKind, State, Urgency
from inbox.reachout.state import Outcome as ReachOutcome
from inbox.words import RefusedWhy, Role

DEMO = Path(__file__).parents[2] / "config" / "demo"
BOOK = read(DEMO)
LANGUAGES = ("sv", "en", "ar")
ROOMS = Path(__file__).parents[2] / "handlers"
SECTIONS = "audience|button|card|answer|refused|modal|thread|summary|home|help|duty|spoken|reach"
NOW = 1_790_000_000_000


def places(phrase: str) -> set[str]:
    return {place for _, place, _, _ in Formatter().parse(phrase) if place is not None}


def count(text: str) -> int:
    return len([word for word in text.split() if re.search(r"\w", word)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_key_with_the_same_places(language: str) -> None:
    english, other = BOOK.languages["en"], BOOK.languages[language]
    assert other.keys() == english.keys()
    assert {key for key in english if places(english[key]) != places(other[key])} == set()
    assert all(phrase.strip() for phrase in other.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", get_args(Why))
def test_every_refusal_has_a_sentence_of_at_most_twenty_words(language: str, why: Why) -> None:
    say = BOOK.say(language)
    assert say.knows(f"denied.{why}")
    sentence = say.plain(say.because(Denied(why)))
    assert 4 <= count(sentence) <= 20
    assert sentence.count(".") >= 2
    assert not re.search(r"[{}_…]", sentence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_stays_within_twenty_words_whatever_fills_it(language: str) -> None:
    say = BOOK.say(language)
    for section in ("rule", "reason", "changed"):
        fact = {"rule": "rule", "reason": "reason", "changed": "how"}[section]
        keys = [key for key in BOOK.languages["en"] if key.startswith(f"{section}.")]
        why: Why = {
            "rule": "platform_forbids",
            "reason": "private_impossible",
            "changed": "target_changed",
        }[section]  # type: ignore[assignment]  # the literals above are all Whys
        for key in keys:
            facts = {fact: key.partition(".")[2]}
            assert count(say.plain(say.because(Denied(why, facts)))) <= 20
    for key, phrase in BOOK.languages[language].items():
        if key.startswith(("wrong.", "refused.", "answer.")):
            assert count(phrase) <= 20


@pytest.mark.parametrize("language", ["sv", "en", "ar"])
def test_a_button_has_at_most_twelve_characters(language: str) -> None:
    buttons = {k: p for k, p in BOOK.languages[language].items() if k.startswith("button.")}
    assert not {key: phrase for key, phrase in buttons.items() if len(phrase) > 12}


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_and_submits_of_modals_fit_slack(language: str) -> None:
    for key, phrase in BOOK.languages[language].items():
        if key.startswith(("modal.title", "modal.submit")):
            assert len(phrase) <= 24


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_hold_nothing_that_slack_parses(language: str) -> None:
    assert not [p for p in BOOK.languages[language].values() if re.search(r"[&<>*_`~]", p)]


def test_every_phrase_that_the_code_names_stands_in_the_files() -> None:
    sources = [file.read_text() for file in ROOMS.rglob("*.py")]
    named = set(chain(*(re.findall(rf'"((?:{SECTIONS})\.[a-z_]+)"', text) for text in sources)))
    assert len(named) > 60
    assert named - BOOK.languages["en"].keys() == set()


def test_every_word_of_ours_that_a_screen_shows_is_said() -> None:
    keys = BOOK.languages["en"].keys()
    assert {f"outcome.{one}" for one in get_args(Outcome)} <= keys
    assert {f"role.{one}" for one in get_args(Role)} <= keys
    assert {f"refused.{one}" for one in get_args(RefusedWhy)} <= keys
    assert {f"button.{one}" for one in ids.IN_MENU} <= keys
    assert {f"reach.kind_{one}" for one in get_args(RungKind)} <= keys
    assert {f"reach.result_{one}" for one in get_args(Result)} <= keys
    assert {f"reach.state_{one}" for one in get_args(State)} <= keys
    assert {f"reach.level_{one}" for one in get_args(Level)} <= keys
    assert {f"reach.urgency_{one}" for one in get_args(Urgency)} <= keys
    assert {f"reach.outcome_{one}" for one in get_args(ReachOutcome)} <= keys
    assert {f"reach.event_{one.__name__.lower()}" for one in get_args(AnyEvent)} <= keys
    lanes = tomllib.loads((DEMO / "lanes.toml").read_text())["lane"]
    assert {f"lane.{lane['name']}" for lane in lanes} <= keys
    assert {f"denied.{one}" for one in get_args(Why)} == {k for k in keys if k.startswith("denied")}


def test_a_lost_race_names_the_officer_and_the_time_in_the_says_zone() -> None:
    say = BOOK.say("en", "Europe/Stockholm")
    pieces = say.because(Denied("claimed", {"by": "en", "since": NOW}), {"en": "Erik"})
    assert At(NOW) in pieces
    assert say.plain(pieces).startswith("Erik was first, 16:13. ")
    assert BOOK.say("en").plain(pieces).startswith("Erik was first, 14:13. ")


def test_an_officer_behind_a_prefix_is_named_too() -> None:
    denied = Denied("closed", {"by": "officer:en", "at": NOW})
    say = BOOK.say("sv")
    assert say.plain(say.because(denied, {"en": "Erik"})).startswith("Erik avslutade samtalet, ")


def test_our_words_in_a_refusal_are_said_in_the_readers_language() -> None:
    say = BOOK.say("sv")
    assert "en arbetsledare" in say.plain(
        say.because(Denied("not_allowed", {"needs": "supervisor"}))
    )
    rule = Denied("platform_forbids", {"rule": "mention_needed"})
    assert say.plain(say.because(rule)).startswith("De nämnde inte oss")
    strange = Denied("platform_forbids", {"rule": "a_new_rule"})
    assert say.plain(say.because(strange)).startswith("Plattformen tillåter inte svaret.")


def test_what_fills_a_place_is_never_read_as_a_phrase_itself() -> None:
    assert BOOK.say("en")("card.word", word="{by}{0}") == "Word: {by}{0}"


def test_a_reader_without_a_phrase_file_reads_english() -> None:
    assert BOOK.say("sv-SE")("button.answer") == "Svara"
    assert BOOK.say("sv_SE")("button.answer") == "Svara"
    assert BOOK.say("fi-FI")("button.answer") == "Answer"
    assert BOOK.say("")("button.answer") == "Answer"


def test_a_language_that_lacks_a_phrase_borrows_it() -> None:
    half = Book({"en": flat({"a": {"b": "B", "c": "C"}}), "sv": flat({"a": {"b": "Bé"}})})
    assert (half.say("sv")("a.b"), half.say("sv")("a.c")) == ("Bé", "C")


def test_an_unknown_refusal_still_says_something() -> None:
    class Strange:
        why = "brand_new"
        facts: dict[str, object] = {}  # noqa: RUF012 - a refusal of a later release, read only

    say = Say("en", BOOK.languages["en"])
    assert say.plain(say.because(Strange())).startswith("That did not work.")


def test_what_was_typed_and_what_the_desk_refused_share_no_word() -> None:
    keys = [key.partition(".") for key in BOOK.languages["en"]]
    said = {section: {k for s, _, k in keys if s == section} for section in ("denied", "wrong")}
    assert said["denied"] & said["wrong"] == set()
