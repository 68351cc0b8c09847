"""What all reachouts to a contact taught us: what worked last, what failed and why, best hours."""

from inbox.reachout.commands import Close, Record, TimeOut
from inbox.reachout.reachability import reachability
from tests.inbox.reachout.house import EMAIL, HOUR, MINUTE, PHONE, PUBLIC, START, House

MIDNIGHT = START - START % (24 * HOUR)


def lived(hour: int, *ends: str) -> House:
    """Live through a reachout that begins at this hour (UTC), with these ends of its rungs."""
    house = House()
    house.now = MIDNIGHT + hour * HOUR
    house.opened(PHONE, EMAIL, PUBLIC, deadline=MIDNIGHT + 48 * HOUR)
    for n, end in enumerate(ends):
        house.now += 30 * MINUTE
        if end == "timeout":
            house.now += HOUR
            house.must("clerk", TimeOut(n))
        else:
            house.must("aj", Record(n, "reached" if end == "reached" else "failed", end))
    house.must("aj", Close("reached"))
    return house


def test_the_record_says_what_worked_last_and_what_failed_since_with_its_reason() -> None:
    first = lived(1, "reached").reachout
    second = lived(9, "engaged", "timeout").reachout
    third = lived(15, "engaged", "reached").reachout
    told = reachability((third, first, second), "Asia/Riyadh")
    assert [(one.kind, one.way) for one in told.worked] == [
        ("email", EMAIL.way),
        ("phone", PHONE.way),
    ]
    (phone,) = told.failed
    assert (phone.kind, phone.count, phone.why) == ("phone", 2, "no_answer")
    assert told.hours == (4, 19), "their own hours, not ours"


def test_a_channel_s_record_is_found_by_its_kind_and_way() -> None:
    told = reachability((lived(9, "engaged", "reached").reachout,))
    worked, failed = told.of("phone", PHONE.way)
    assert (worked, failed and failed.count) == (None, 1)
    worked, failed = told.of("email", EMAIL.way)
    assert worked
    assert failed is None
    assert told.of("phone", "+999") == (None, None)


def test_of_whom_nobody_was_ever_reached_nothing_is_known() -> None:
    told = reachability(())
    assert (told.worked, told.failed, told.hours) == ((), (), ())
