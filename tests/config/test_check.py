"""`python -m config check`, run as an operator does, with each fault caused and named."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from config import checking
from config.settings import load
from sandbox.x.records import Access
from tests.config.test_start import GOOD
from tests.promises.ministry import ROOT
from tests.promises.processes import Town, town
from tests.servers import start, stopped

SECRET = "a secret of a test, thirty-two bytes"


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path, sockets=True) as made:
        made.environ["SLACK_SIGNING_SECRET"] = made.workspace.signing_secret
        yield made


async def checked(at: Town, **changed: str) -> tuple[int, str]:
    """Run it; return its status and all that it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "config", "check"),
        cwd=ROOT,
        env=at.environ | changed,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    secrets = [at.workspace.bot_token, at.workspace.app_token, at.workspace.signing_secret, SECRET]
    secrets += [grant.tokens.secret for grant in at.world.grants.values()]
    secrets += [app.consumer_secret for app in at.world.apps.values()]
    assert not [one for one in secrets if one in said.decode()]
    return process.returncode or 0, said.decode()


def lines(said: str, level: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith(level)]


async def test_where_all_is_well_nothing_is_a_fault(at: Town) -> None:
    status, said = await checked(at)
    assert (status, lines(said, "fault")) == (0, []), said
    assert "Traceback" not in said
    for told in (
        "settings: all there: 2 accounts",
        "store: The store answers: Valkey",
        "appendfsync always",
        "slack: The bot is @",
        "scopes are granted",
        "Socket Mode can be opened",
        "x/landetud: slack_channel C0PRESS0001",
        "The token is @LandetUD's.",
        "may read, write and send direct messages",
        "The language model is there",
    ):
        assert told in said
    assert all(line.split()[0] in ("ok", "warning") for line in said.splitlines()), said


async def test_a_process_that_runs_is_reached_by_its_public_address(at: Town) -> None:
    [web] = await at.start("web")
    _, said = await checked(at, PUBLIC_URL=f"http://127.0.0.1:{web.port}")
    assert "ok       machine: PUBLIC_URL leads to us." in said
    _, said = await checked(at, PUBLIC_URL="http://127.0.0.1:1")
    assert "warning  machine: PUBLIC_URL is out of reach" in said
    await at.stop(web)


def no_scopes(at: Town) -> None:
    at.workspace.scopes = at.workspace.scopes - {"chat:write", "users:read"}


def revoked(at: Town) -> None:
    at.workspace.revoked = True


def channel(**facts: bool) -> Callable[[Town], None]:
    def change(at: Town) -> None:
        for name, value in facts.items():
            setattr(at.workspace.channels["C0PRESS0002"], name, value)

    return change


def left(at: Town) -> None:
    at.workspace.channels["C0PRESS0001"].members.remove(at.workspace.bot_user_id)


def deleted(at: Town) -> None:
    del at.workspace.channels["C0PRESS0001"]


def access(level: Access) -> Callable[[Town], None]:
    def change(at: Town) -> None:
        world = at.world
        world.grants = {name: replace(one, access=level) for name, one in world.grants.items()}

    return change


def withdrawn(at: Town) -> None:
    at.world.revoke("LandetUD")


def swapped(at: Town) -> None:
    at.environ["X_LANDETUD_TOKEN"], at.environ["X_LANDETQASIRA_TOKEN"] = (
        at.environ["X_LANDETQASIRA_TOKEN"],
        at.environ["X_LANDETUD_TOKEN"],
    )
    at.environ["X_LANDETUD_SECRET"], at.environ["X_LANDETQASIRA_SECRET"] = (
        at.environ["X_LANDETQASIRA_SECRET"],
        at.environ["X_LANDETUD_SECRET"],
    )


def bad_app_token(at: Town) -> None:
    at.environ["SLACK_APP_TOKEN"] = "xapp-of-another-app"


def no_store(at: Town) -> None:
    at.environ["REDIS_URL"] = "redis://:pass-word@127.0.0.1:1/0"


def open_folder(at: Town) -> None:
    at.data.mkdir(mode=0o755)
    at.data.chmod(0o755)


FAULTS: dict[str, tuple[Callable[[Town], None], str]] = {
    "a scope is missing": (no_scopes, "lacks scopes: chat:write (posts and updates the cards)"),
    "the bot's token is revoked": (revoked, "does not take SLACK_BOT_TOKEN: token_revoked"),
    "the app's token is another's": (bad_app_token, "does not take SLACK_APP_TOKEN: invalid_auth"),
    "the private channel is public": (channel(private=False), "is public: private messages"),
    "the private channel is shared": (channel(shared=True), "is shared with others"),
    "a channel is archived": (channel(archived=True), "is archived"),
    "the bot is not in a channel": (left, "does not have the bot in it"),
    "a channel does not exist": (deleted, "channel_not_found"),
    "X's token may only read": (access("read"), "may only read: no answer can leave"),
    "X's token may not write privately": (access("read-write"), "read or write direct messages"),
    "X's token is revoked": (withdrawn, "x/landetud: X refuses the token"),
    "X's token is another account's": (swapped, "x/landetud: The token is @LandetInQasira's"),
    "the store is away": (no_store, "REDIS_URL (127.0.0.1:1) does not answer us"),
    "the folder can be read by others": (open_folder, "can be read by others. → chmod 700"),
}


@pytest.mark.parametrize("what", FAULTS)
async def test_each_fault_is_named_with_what_to_do_and_ends_with_status_1(
    at: Town, what: str
) -> None:
    cause, told = FAULTS[what]
    cause(at)
    status, said = await checked(at)
    assert status == 1, said
    assert any(told in line and " → " in line for line in lines(said, "fault")), said
    assert "pass-word" not in said


async def test_history_withheld_is_a_warning(at: Town) -> None:
    at.workspace.scopes = {one for one in at.workspace.scopes if not one.endswith(":history")}
    status, said = await checked(at)
    assert status == 0
    assert any("typed notes are not heard" in line for line in lines(said, "warning"))


@pytest.mark.parametrize(
    ("options", "level", "told"),
    [
        (("--appendonly", "no"), "warning", "appendonly is off"),
        (("--appendonly", "yes", "--appendfsync", "everysec"), "warning", "appendfsync is not"),
        (("--maxmemory-policy", "allkeys-lru"), "fault", "Set maxmemory-policy noeviction"),
    ],
)
async def test_a_server_that_may_lose_things_is_told(
    at: Town, tmp_path: Path, options: tuple[str, ...], level: str, told: str
) -> None:
    with stopped([start(tmp_path / "server", *options)]) as [server]:
        status, said = await checked(at, REDIS_URL=server.url)
    assert status == (level == "fault")
    assert any(told in line for line in lines(said, level)), said


async def test_settings_that_cannot_be_read_are_all_named(at: Town) -> None:
    status, said = await checked(at, SLACK_BOT_TOKEN="wrong", PORT="x", X_MAIN_KEY="")
    assert status == 1
    for name in ("SLACK_BOT_TOKEN", "PORT", "X_MAIN_KEY"):
        assert name in said


def test_a_disk_that_is_nearly_full_is_a_warning_and_a_full_one_a_fault(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    levels = []
    for free in (2 * checking.GB, checking.GB // 2, checking.GB // 20):

        def left(_folder: Path, free: int = free) -> int:
            return free

        [found] = checking.folder(tmp_path, left)
        levels.append(checking.level(found))
    assert levels == ["ok", "warning", "fault"]


def test_a_language_model_that_is_not_there_is_a_warning() -> None:
    [found] = checking.language(lambda _name: None)
    assert checking.level(found) == "warning"


async def test_in_earnest_the_public_address_is_needed_and_https() -> None:
    real = {name: value for name, value in GOOD.items() if name != "CHANCERY_MODE"}
    async with aiohttp.ClientSession() as http:
        for url, told in (("", "PUBLIC_URL is not set"), ("http://a.example", "no https://")):
            [found] = await checking.address(load({**real, "PUBLIC_URL": url}), http)
            assert checking.level(found) == "fault"
            assert told in found.what
