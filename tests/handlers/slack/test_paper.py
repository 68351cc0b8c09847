"""The install paper: what an administrator must know, and nothing left out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bots.at_work import profiles
from handlers.slack.manifest import EVENTS, MESSAGES, manifest
from handlers.slack.paper import House, paper, reasons
from inbox import KEPT_DAYS

ROOT = Path(__file__).parents[3]


def house(**changes: object) -> House:
    known: dict[str, object] = {
        "command": "/inbox",
        "public_url": "https://inbox.example.org",
        "socket": False,
        "platforms": tuple(profiles().values()),
        "days": KEPT_DAYS,
    }
    return House(**{**known, **changes})  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize("history", [True, False])
def test_the_paper_names_every_scope_of_the_manifest_with_its_reason(history: bool) -> None:
    asked = manifest("https://a.example", history=history)["oauth_config"]["scopes"]["bot"]
    written = paper(house(history=history)).splitlines()
    told = reasons(history=history)
    assert set(told) == set(asked)
    assert all(len(reason) > 15 for reason in told.values())
    for scope, reason in told.items():
        assert [line for line in written if line.split() == [scope, *reason.split()]]
    named = {line.split()[0] for line in written if line.startswith("  ") and ":" in line[:20]}
    assert {one for one in named if one in asked or one.endswith((":read", ":write"))} == {
        scope for scope in asked if ":" in scope
    }


def test_the_paper_names_every_event_and_every_host_that_is_called() -> None:
    written = " ".join(paper(house()).split())
    assert all(event in written for event in (*EVENTS, *MESSAGES))
    for profile in profiles().values():
        own = f"each account's instance {profile.title}: the hosts that accounts.toml names"
        assert all(host in written for host in profile.hosts or (own,))
    assert "https://inbox.example.org/slack/events" in written
    assert "wss-primary" not in written
    assert "30 days" in written


def test_in_socket_mode_nobody_calls_in_and_its_lines_are_named() -> None:
    written = paper(house(socket=True))
    assert "/slack/events" not in written
    assert "wss-primary.slack.com" in written


def test_the_paper_calls_the_command_by_its_own_name() -> None:
    written = paper(house(command="/utrikes"))
    assert "takes /utrikes" in written
    assert "/inbox" not in written.replace("inbox.example", "")


def test_the_paper_needs_no_settings_and_fits_a_page_s_width() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "config", "paper"],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "chat:write" in ran.stdout
    assert max(len(line) for line in ran.stdout.splitlines()) <= 96


def test_what_config_does_not_know_is_told_how_it_is_used() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "config", "nonsense"],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "usage: python -m config check | paper | admin" in ran.stderr
