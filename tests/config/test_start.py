"""What an operator reads when a process cannot start: every fault at once, in sentences."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import bots
from config.start import bound, started
from inbox import CannotStart, opened
from sandbox.product import inherited
from tests.demo import DEMO, secrets

ROOT = Path(__file__).parents[2]
GOOD = {
    "CHANCERY_SECRET": "k" * 32,
    "CHANCERY_CONFIG": str(DEMO),
    "CHANCERY_MODE": "sandbox",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "s",
    **secrets(),
}


def told(environ: dict[str, str]) -> str:
    """Return what a process says before it ends."""
    with pytest.raises(SystemExit) as ended:
        started(environ, bots.profiles())
    return str(ended.value.code)


def changed(folder: Path, old: str, new: str) -> dict[str, str]:
    """Return good settings with tables in which something else stands."""
    shutil.copytree(DEMO, folder / "config")
    accounts = folder / "config" / "accounts.toml"
    text = accounts.read_text("utf-8")
    assert old in text
    accounts.write_text(text.replace(old, new, 1), "utf-8")
    return {**GOOD, "CHANCERY_CONFIG": str(folder / "config")}


def run(*words: str, **environ: str) -> tuple[int, str]:
    """Run a program of the product as an operator does; return its status and what it said."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=inherited(os.environ) | environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stderr


def test_faults_of_the_environment_and_of_the_tables_are_named_together() -> None:
    said = told({"CHANCERY_MODE": "sandbox", "CHANCERY_CONFIG": str(DEMO)})
    for name in ("CHANCERY_SECRET", "SLACK_BOT_TOKEN", "X_MAIN_KEY", "X_LANDETQASIRA_SECRET"):
        assert f"{name} is missing" in said


def test_a_secret_that_the_tables_do_not_name_is_missed_before_anything_starts(
    tmp_path: Path,
) -> None:
    said = told(changed(tmp_path, 'consumer_key = "X_MAIN_KEY", ', ""))
    assert "x-main: its secrets name no consumer_key." in said


def test_an_account_of_a_platform_that_no_bot_speaks_is_a_fault(tmp_path: Path) -> None:
    environ = changed(tmp_path, '"x/landetud"', '"telegraph/landetud"')
    accounts = tmp_path / "config" / "accounts.toml"
    app = '[[app]]\nid = "wire"\nplatform = "telegraph"\n\n'
    text = accounts.read_text("utf-8").replace('app = "x-main"', 'app = "wire"', 1)
    accounts.write_text(app + text, "utf-8")
    known = ", ".join(sorted(bots.profiles()))
    assert f"telegraph/landetud: no bot speaks telegraph, only {known}." in told(environ)


def test_a_platform_that_is_one_place_has_no_instances(tmp_path: Path) -> None:
    home = 'handle = "LandetUD"\ninstance = "https://social.example"'
    said = told(changed(tmp_path, 'handle = "LandetUD"', home))
    assert "x/landetud: X has no instances." in said


@pytest.mark.parametrize(
    "url",
    [
        "http://social.example",
        "https://social.example/",
        "https://social.example:8443",
        "https://me@social.example",
        "https://[",
        "social.example",
    ],
)
def test_an_instance_is_a_host_by_https_alone(tmp_path: Path, url: str) -> None:
    home = f'handle = "LandetUD"\ninstance = "{url}"'
    said = told(changed(tmp_path, 'handle = "LandetUD"', home))
    assert "x/landetud: instance is no address like https://social.example." in said


def test_a_taken_port_is_said_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"PORT {port}: Address already in use"):
            bound("127.0.0.1", port)
        with pytest.raises(CannotStart, match=f"METRICS_PORT {port}: Address already in use"):
            bound("127.0.0.1", port, "METRICS_PORT")


async def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    start = started(
        {**GOOD, "REDIS_URL": "redis://:pass-word@127.0.0.1:1/0", "CHANCERY_DATA": str(tmp_path)},
        bots.profiles(),
    )
    with pytest.raises(CannotStart, match=r"REDIS_URL \(127.0.0.1:1\)") as caught:
        async with opened(**start.opening):
            pass
    assert "pass-word" not in str(caught.value)


@pytest.mark.parametrize("program", ["handlers", "bots", "inbox"])
def test_a_data_folder_that_cannot_be_made_is_said_in_a_sentence(
    program: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    status, said = run(program, **GOOD, CHANCERY_DATA=str(tmp_path / "file"), PORT="0")
    assert status == 1
    assert said.splitlines()[-1].startswith("Chancery cannot start: the data folder")
    assert "Traceback" not in said


def test_a_folder_born_in_the_sandbox_is_refused_in_earnest(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    assert run("inbox", "restored", **GOOD, CHANCERY_DATA=data) == (0, "")
    real = {name: value for name, value in GOOD.items() if name != "CHANCERY_MODE"}
    status, said = run("bots", **real, CHANCERY_DATA=data)
    assert status == 1
    assert "born as sandbox; this process runs as real" in said


def test_a_misspelt_command_is_not_taken_for_the_web_process() -> None:
    status, said = run("handlers", "al", **GOOD)
    assert status == 1
    assert "usage" in said


def test_a_budget_is_in_what_the_platform_charges(tmp_path: Path) -> None:
    here = changed(tmp_path, 'handle = "LandetUD"', 'handle = "LandetUD"\nbudget_month = "50 SEK"')
    assert "x/landetud: budget_month is in SEK, x charges USD." in told(here)
