from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.settings import Misconfigured
from config.tables import read
from tests.demo import DEMO, secrets

SECRETS = secrets()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(DEMO, tmp_path, dirs_exist_ok=True)
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(folder: Path) -> str:
    with pytest.raises(Misconfigured) as caught:
        read(folder, SECRETS)
    return str(caught.value)


def test_the_demo_is_read_with_its_groups_and_secrets() -> None:
    tables = read(DEMO, SECRETS)
    assert [account.id for account in tables.accounts][:2] == ["x/landetud", "x/landetqasira"]
    assert tables.accounts[0].officers == ("aj", "en", "sh", "ml", "el")
    assert tables.account_secrets["x/landetud"]["token"] == "s3cret"
    assert [lane.rank for lane in tables.lanes] == sorted(lane.rank for lane in tables.lanes)
    assert "s3cret" not in repr(tables)


def test_what_is_said_to_the_public_is_read_by_language(folder: Path) -> None:
    told = read(DEMO, SECRETS).phrases
    assert told.keys() == {"ar", "en", "sv"}
    assert told["sv"]["mark"] == "Automatiskt svar"
    (folder / "phrases" / "de.toml").write_text('[button]\nnext = "Weiter"\n', encoding="utf-8")
    assert read(folder, SECRETS).phrases.keys() == {"ar", "en", "sv"}


def test_every_missing_secret_is_named_by_its_variable() -> None:
    with pytest.raises(Misconfigured) as caught:
        read(DEMO, {})
    for name in SECRETS:
        assert name in str(caught.value)


def test_every_wrong_field_of_a_row_is_named(folder: Path) -> None:
    change(folder / "accounts.toml", 'receive = "webhook"', 'receive = "carrier pigeon"')
    change(folder / "accounts.toml", 'signature = "initials"', "signature = 7\ncolour = 1")
    told = faults(folder)
    assert "x/landetud" in told
    for name in ("receive", "signature", "colour"):
        assert name in told


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("accounts.toml", '"@press"', '"@nobody"', "@nobody"),
        ("accounts.toml", "Europe/Stockholm", "Europe/Atlantis", "Atlantis"),
        ("accounts.toml", 'app = "x-main"', 'app = "y"', "y"),
        ("accounts.toml", "mon-fri 08:00", "mon-fri 8", 'hours: "mon-fri 8-17:00" is not like'),
        ("accounts.toml", "mon-fri 08", "mån-fre 08", "hours"),
        ("accounts.toml", "mon-fri 08", "mod-fri 08", '"mod" is no day'),
        ("accounts.toml", "mon-fri 08:00", "mon-fri 08:61", '"08:61" is no time'),
        (
            "accounts.toml",
            'hours = "mon-fri 08:00-17:00"',
            'greeting = "outside_hours"',
            "hours is missing",
        ),
        ("phrases/sv.toml", "mark = ", "marke = ", "phrases/sv.toml: [greeting] mark is missing"),
        ("phrases/sv.toml", "ring {call}", "ring {telefon}", "[greeting] call has a place"),
        ("phrases/sv.toml", "ring {call}", "ring {call", "[greeting] call has a place"),
        ("phrases/sv.toml", "[greeting]", "[greeting", "phrases/sv.toml"),
        ("phrases/sv.toml", "Vi försöker nå dig.", "Ring 112.", "[reach_line] reach has a digit"),
        ("phrases/sv.toml", "@{handle} Vi försöker", "{handle} Vi", "[reach_line] reach must name"),
        ("accounts.toml", "C0PRESS0002", "C0PRESS0001", "private_channel"),
        ("officers.toml", 'initials = "EN"', 'initials = "AJ"', "AJ"),
        ("officers.toml", 'press = ["aj"', 'press = ["zz"', "zz"),
        ("officers.toml", "[[officer]]", "[[officer", "officers.toml"),
        ("lanes.toml", 'name = "locate"', 'name = "life-safety"', "life-safety"),
    ],
)
def test_a_contradiction_is_named(folder: Path, file: str, old: str, new: str, named: str) -> None:
    change(folder / file, old, new)
    assert named in faults(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "lanes.toml").unlink()
    assert "lanes.toml" in faults(folder)


def test_a_budget_is_a_sum_of_money(folder: Path) -> None:
    change(folder / "accounts.toml", 'receive = "webhook"', 'budget_month = "a lot"')
    assert 'x/landetud: budget_month: a lot is no sum like "50 USD".' in faults(folder)


RULE = (
    'clearance = [{ audience = "public", tags = ["evacuation"], needs = 1,'
    ' from = ["@approvers", "@heads"]'
)


def test_who_clears_is_read_with_its_groups() -> None:
    tables = read(DEMO, SECRETS)
    [rule] = tables.accounts[0].clearance
    assert (rule.tags, rule.needs, rule.from_) == (("evacuation",), 1, ("el", "ml"))
    assert rule.valid_ms == 2 * 3_600_000
    assert "killed" in tables.casualties.words
    assert "dussintals" in tables.casualties.numbers


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (RULE.replace('tags = ["evacuation"]', 'tags = ["fire"]'), "there is no tag fire"),
        (RULE.replace('tags = ["evacuation"]', 'lanes = ["x"]'), "there is no lane x"),
        (RULE.replace("needs = 1", "needs = 3"), "needs is 0, 1 or 2"),
        (RULE.replace('"@heads"', '"aj"'), "aj may not clear"),
        (RULE.replace('"@heads"', '"@nobody"'), "there is no group @nobody"),
        (RULE.replace('"@approvers", "@heads"', '"el"').replace("needs = 1", "needs = 2"),
         "2 must clear, but 1 of them may"),
        (RULE + ', valid = "soon"', "valid: soon is not like"),
    ],
)  # fmt: skip
def test_a_clearance_rule_that_cannot_be_meant_is_named(folder: Path, new: str, said: str) -> None:
    old = RULE + ', valid = "2h"' if "valid" in new else RULE
    change(folder / "accounts.toml", old, new)
    assert said in faults(folder)
