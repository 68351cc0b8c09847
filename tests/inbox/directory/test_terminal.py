"""What an operator does to the directory from a terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from inbox import Inbox
from inbox.__main__ import contacts, parser
from tests.inbox.archive.test_terminal import box_of, environ

__all__ = ["environ"]

DEMO = Path("config/demo/contacts.csv")
MINISTER = "x:1500000000000000041"
Ran: TypeAlias = Callable[..., Awaitable[tuple[int, list[str]]]]


@pytest.fixture
async def box(environ: dict[str, str]) -> AsyncIterator[Inbox]:
    async with box_of(environ) as there:
        yield there


@pytest.fixture
def ran(box: Inbox, capsys: pytest.CaptureFixture[str]) -> Ran:
    async def run(*words: str) -> tuple[int, list[str]]:
        capsys.readouterr()
        status = await contacts(box, parser().parse_args(["contacts", *words]))
        return status, capsys.readouterr().out.splitlines()

    return run


def lines(file: Path) -> list[bytes]:
    return sorted(file.read_bytes().splitlines())


async def test_the_demo_s_directory_is_taken_in_handed_out_and_proved(
    box: Inbox, ran: Ran, tmp_path: Path
) -> None:
    assert await ran("import", str(DEMO), "--by", "ml") == (0, ["18 changes."])
    assert await ran("import", str(DEMO), "--by", "ml") == (0, ["Nothing was changed."])
    found = await box.contacts.of_person(MINISTER)
    assert found
    assert found.name == "Foreign Minister, Qasira"
    assert {way.kind for way in found.ways} == {"phone", "email", "embassy", "note"}
    out = tmp_path / "out.csv"
    assert await ran("export", str(out)) == (0, ["5 contacts written to out.csv"])
    assert lines(out) == lines(DEMO)
    source = ("--source", "The embassy called his private office")
    told = f"Noted: {MINISTER} is Foreign Minister, Qasira, for 90 days."
    assert await ran("prove", MINISTER, "--by", "ml", *source) == (0, [told])
    told = f"Nothing was noted of {MINISTER}: not allowed."
    assert await ran("prove", MINISTER, "--by", "aj", *source) == (1, [told])
    assert (await ran("prove", "x:404", "--by", "ml", *source))[0] == 1


async def test_a_file_with_faults_changes_nothing_and_all_are_named(
    box: Inbox, ran: Ran, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("name,kind,time_zone\nA,office,\nB,enemy,Mars\n", "utf-8")
    status, told = await ran("import", str(wrong), "--by", "ml")
    assert status == 1
    assert told[0].startswith("row 3, kind: 'enemy' is not one of counterpart")
    assert told[1].startswith("row 3, time_zone: 'Mars' is none")
    assert told[2] == "2 faults: nothing was changed."
    assert await box.contacts.everyone() == ()


async def test_a_file_that_is_not_there_or_of_another_sort_is_told(
    ran: Ran, tmp_path: Path
) -> None:
    status, told = await ran("import", str(tmp_path / "no.csv"), "--by", "ml")
    assert (status, told) == (1, ["no.csv: No such file or directory. Nothing was changed."])
    status, told = await ran("export", str(tmp_path / "no.xlsx"))
    assert (status, told) == (1, ["no.xlsx is neither .csv nor .vcf: nothing was done."])
