from __future__ import annotations

import pytest

from inbox.answers.skeletons import prototype, skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CarlBildt", "CarlBiIdt"),
        ("carlbildt", "car1bi|dt"),
        ("paypal", "раураl"),
        ("modern", "rnodem"),
        ("Qasim", "Qаsim"),
        ("LOOK", "L00K"),
    ],
)
def test_what_looks_alike_has_one_skeleton(one: str, other: str) -> None:
    assert one != other
    assert skeleton(one) == skeleton(other)


def test_what_looks_different_has_another_skeleton() -> None:
    assert len({skeleton(one) for one in ("qasim", "qasin", "quasim", "Åsa", "Asa", "åsa")}) == 6


def test_a_prototype_stands_for_itself() -> None:
    for letter in ("a", "l", "O", "і", "m", "I", "٥", "ا", "𝐪"):
        assert all(prototype(one) == one for one in prototype(letter))
