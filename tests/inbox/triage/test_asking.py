"""Whom to ask for clearance: one first, everybody after five minutes, nobody twice."""

from inbox.triage.alerting import Outcome
from inbox.triage.asking import OTHERS_MS, UNHEARD_MS, Ask, Asked, Wait, step

BEGAN = 1_000_000
ABLE = ("el", "ob", "ml")
LATE = BEGAN + OTHERS_MS


def told(*officers: str, how: str = "told") -> dict[str, Outcome]:
    return {one: Outcome(how, BEGAN + 1) for one in officers}  # type: ignore[arg-type]  # a word of How


def at(*officers: str) -> dict[str, int]:
    return dict.fromkeys(officers, BEGAN)


def test_one_is_asked_first_and_whoever_is_on_duty_before_who_is_not() -> None:
    assert step(Asked(BEGAN), ABLE, (), 1, BEGAN) == Ask(("el",))
    assert step(Asked(BEGAN), ABLE, ("ml",), 1, BEGAN) == Ask(("ml",))


def test_where_two_words_are_needed_two_are_asked_first() -> None:
    assert step(Asked(BEGAN), ABLE, (), 2, BEGAN) == Ask(("el", "ob"))


def test_while_it_is_not_known_whether_they_heard_nobody_else_is_asked() -> None:
    now = Asked(BEGAN, at("el"))
    assert step(now, ABLE, (), 1, BEGAN + 1) == Wait(BEGAN + UNHEARD_MS)
    assert step(now, ABLE, (), 1, BEGAN + UNHEARD_MS) == Ask(("el",))


def test_once_one_was_told_the_others_wait_five_minutes() -> None:
    now = Asked(BEGAN, at("el"), told("el"))
    assert step(now, ABLE, (), 1, BEGAN + 2) == Wait(LATE)
    assert step(now, ABLE, (), 1, LATE) == Ask(("ob", "ml"), loud=True)


def test_one_who_is_silent_is_passed_over_and_asked_with_the_others() -> None:
    now = Asked(BEGAN, at("el"), told("el", how="silent"))
    assert step(now, ABLE, (), 1, BEGAN + 2) == Ask(("ob",))
    everybody = Asked(BEGAN, at("el", "ob"), {**told("el", how="silent"), **told("ob")})
    assert step(everybody, ABLE, (), 1, LATE) == Ask(("el", "ml"), loud=True)


def test_once_everybody_was_asked_it_is_looked_at_now_and_then() -> None:
    now = Asked(BEGAN, at(*ABLE), told(*ABLE))
    assert isinstance(step(now, ABLE, (), 1, LATE), Wait)
    assert isinstance(step(Asked(BEGAN), (), (), 1, BEGAN), Wait)


def test_who_cannot_be_reached_is_not_asked_every_second() -> None:
    refused = {"el": Outcome("refused", LATE + 1)}
    now = Asked(BEGAN, {"el": LATE}, refused)
    assert step(now, ("el",), (), 1, LATE + 1000) == Wait(LATE + 1000 + 60_000)
    assert step(now, ("el",), (), 1, LATE + 1 + OTHERS_MS) == Ask(("el",), loud=True)
