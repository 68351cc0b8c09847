"""When an office is open, by the clock on its own wall."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from inbox.team.hours import is_open, opens_next, read

STOCKHOLM, RIYADH = "Europe/Stockholm", "Asia/Riyadh"
OFFICE = "mon-fri 08:00-17:00"


def at(when: str, zone: str = STOCKHOLM, fold: int = 0) -> int:
    local = datetime.fromisoformat(when).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return round(local.timestamp() * 1000)


@pytest.mark.parametrize(
    ("hours", "zone", "when", "so"),
    [
        (OFFICE, STOCKHOLM, "2026-11-27 07:59:59", False),  # a Friday
        (OFFICE, STOCKHOLM, "2026-11-27 08:00", True),
        (OFFICE, STOCKHOLM, "2026-11-27 16:59:59", True),
        (OFFICE, STOCKHOLM, "2026-11-27 17:00", False),
        (OFFICE, STOCKHOLM, "2026-11-28 10:00", False),
        ("sun-thu 08:00-16:00", RIYADH, "2026-11-27 10:00", False),  # their weekend
        ("sun-thu 08:00-16:00", RIYADH, "2026-11-28 10:00", False),
        ("sun-thu 08:00-16:00", RIYADH, "2026-11-29 08:00", True),
        ("mon-thu 08:00-17:00, fri 08:00-12:00", STOCKHOLM, "2026-11-27 12:00", False),
        ("mon-thu 08:00-17:00, fri 08:00-12:00", STOCKHOLM, "2026-11-27 11:59", True),
        ("fri 22:00-06:00", STOCKHOLM, "2026-11-27 23:00", True),
        ("fri 22:00-06:00", STOCKHOLM, "2026-11-28 05:59", True),
        ("fri 22:00-06:00", STOCKHOLM, "2026-11-28 06:00", False),
        ("sun 22:00-06:00", STOCKHOLM, "2026-11-30 03:00", True),  # over the end of the week
        ("mon-sun 00:00-24:00", STOCKHOLM, "2026-11-28 23:59:59", True),
        ("", STOCKHOLM, "2026-11-27 10:00", False),
    ],
)
def test_it_is_open_from_its_first_minute_to_its_last(
    hours: str, zone: str, when: str, so: bool
) -> None:
    assert is_open(read(hours), zone, at(when, zone)) is so


def test_hours_are_the_wall_clocks_on_both_sides_of_a_change_of_time() -> None:
    hours = read("mon-sun 02:15-02:45, mon-sun 08:00-17:00")
    assert is_open(hours, STOCKHOLM, at("2026-03-29 08:00"))  # summer time began at 02:00
    assert not is_open(hours, STOCKHOLM, at("2026-03-29 07:59"))
    assert not is_open(hours, STOCKHOLM, at("2026-03-29 01:59:59") + 1000)  # 02:30 never was
    for fold in (0, 1):  # on the day it ends 02:30 comes twice
        assert is_open(hours, STOCKHOLM, at("2026-10-25 02:30", fold=fold))


@pytest.mark.parametrize(
    ("hours", "zone", "when", "opens"),
    [
        (OFFICE, STOCKHOLM, "2026-11-27 07:00", "Fri 08:00"),
        (OFFICE, STOCKHOLM, "2026-11-27 17:00", "Mon 08:00"),
        (OFFICE, STOCKHOLM, "2026-03-27 18:00", "Mon 08:00"),  # over the change of time
        ("sun-thu 08:00-16:00", RIYADH, "2026-11-26 16:00", "Sun 08:00"),
        ("mon 08:00-09:00", STOCKHOLM, "2026-11-30 08:00", "Mon 08:00"),
        ("sun 02:30-05:00", STOCKHOLM, "2026-03-29 00:00", "Sun 03:30"),  # the clock skips 02:30
    ],
)
def test_it_opens_next_by_its_own_clock(hours: str, zone: str, when: str, opens: str) -> None:
    found = opens_next(read(hours), zone, at(when, zone))
    assert found
    assert f"{found:%a %H:%M}" == opens
    assert found.timestamp() * 1000 > at(when, zone)


def test_an_office_without_hours_never_opens() -> None:
    assert opens_next(read(" "), STOCKHOLM, at("2026-11-27 07:00")) is None


@pytest.mark.parametrize(
    "text",
    ["always", "mon-fri", "mon-fri 8-17", "mon-fri 08:00-25:00", "mon-fri 24:00-25:00",
     "xxx 08:00-09:00", "mon 08:00-08:00", "mon 24:00-08:00",
     "mon-fri 08:00-17:00,", "mon-fri-sun 08:00-17:00"],
)  # fmt: skip
def test_hours_that_cannot_be_read_are_a_fault(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no|opens at no time"):
        read(text)
