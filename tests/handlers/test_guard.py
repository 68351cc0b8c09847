"""What a confirmation is for: the findings that were shown, and no others."""

from handlers.guard import confirmed_of, shown, to_confirm
from inbox.answers.leaks import Leak
from inbox.conversations.denied import Denied

ONE, OTHER = Leak("secret", "Qasim", 3), Leak("personal", "070-174 06 05", 9)


def test_a_tick_under_these_findings_lets_them_through() -> None:
    assert confirmed_of(f"LandetUD {shown([ONE, OTHER])}", [OTHER]) == "LandetUD leak"


def test_a_tick_under_older_findings_lets_no_newer_one_through() -> None:
    assert confirmed_of(shown([ONE]), [ONE, OTHER]) == ""


def test_where_nothing_was_shown_nothing_is_confirmed() -> None:
    assert confirmed_of("newer", []) == "newer"
    assert confirmed_of("newer", [ONE]) == "newer"


def test_a_box_to_tick_is_offered_only_where_it_helps() -> None:
    assert to_confirm(Denied("leak", {"findings": (ONE,), "way": "confirm"})) == shown([ONE])
    assert not to_confirm(Denied("leak", {"findings": (ONE,), "way": "change"}))
    assert not to_confirm(Denied("closed"))


def test_so_many_findings_as_are_told_fit_into_a_box_of_slack_s() -> None:
    assert len(shown(Leak("mention", f"@{n}", n) for n in range(20))) <= 150
