from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handlers.slack.seats import RESERVED, SEATS, Plan, Waiting, plan


def waiting(many: int, rank: int = 5, start: int = 0) -> list[Waiting]:
    return [Waiting(f"{rank}-{n:05}", rank, n) for n in range(start, start + many)]


def test_the_longest_waiting_are_shown_first() -> None:
    queue = waiting(30)
    assert plan([], queue).come == tuple(one.id for one in queue[:SEATS])


def test_who_is_shown_stays_while_nobody_is_more_urgent() -> None:
    assert plan(waiting(SEATS, start=50), waiting(40)) == Plan()


def test_a_more_urgent_one_takes_the_last_seat() -> None:
    shown = waiting(SEATS)
    [urgent] = waiting(1, rank=2)
    assert plan(shown, [urgent, *shown]) == Plan((shown[-1].id,), (urgent.id,))


def test_life_safety_has_seats_of_its_own() -> None:
    shown, urgent = waiting(SEATS), waiting(RESERVED, rank=0)
    assert plan(shown, [*urgent, *shown]) == Plan((), tuple(one.id for one in urgent))


def test_life_safety_takes_no_seat_from_the_others_before_its_own_are_full() -> None:
    urgent, others = waiting(RESERVED, rank=0), waiting(SEATS)
    assert plan(urgent, [*urgent, *others]) == Plan((), tuple(one.id for one in others))


def test_life_safety_beyond_its_seats_makes_others_leave() -> None:
    shown = [*waiting(RESERVED, rank=0), *waiting(SEATS)]
    [more] = waiting(1, rank=0, start=90)
    assert plan(shown, [more]) == Plan((shown[-1].id,), (more.id,))


ranks = st.lists(st.integers(0, 6), max_size=40)


@given(ranks, ranks)
def test_the_board_is_bounded_and_nobody_comes_who_leaves(
    shown: list[int], more: list[int]
) -> None:
    first = [Waiting(f"a{n}", rank, n) for n, rank in enumerate(shown)]
    seated = [one for one in first if one.id in plan([], first).come]
    queue = [*first, *(Waiting(f"b{n}", rank, n) for n, rank in enumerate(more))]
    then = plan(seated, queue)
    after = {one.id for one in seated} - set(then.leave) | set(then.come)
    urgent = sum(one.rank == 0 for one in queue if one.id in after)
    assert len(after) <= SEATS + min(RESERVED, urgent)
    assert not set(then.leave) & set(then.come)
    assert len(after) >= min(len(queue), SEATS)
