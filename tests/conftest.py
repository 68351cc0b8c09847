"""What every test may ask for: a long run, the real conversations, the programs of others."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

IMPLIED = {
    "chromium": "browser",
    "redis_server": "peer",
    "mastodon_mock": "peer",
    "shared_data": "data",
}
"""Who asks for this fixture carries this marker, so that none can be forgotten."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--run-long", action="store_true", help="run at full length (or RUN_LONG=1)")


def wants_long(config: pytest.Config) -> bool:
    """Whether this run goes the full length."""
    return bool(config.getoption("--run-long")) or os.environ.get("RUN_LONG") == "1"


@pytest.hookimpl(tryfirst=True)  # before -m selects
def pytest_collection_modifyitems(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    for item in items:
        for fixture in IMPLIED.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(IMPLIED[fixture])
        if item.get_closest_marker("long") and not wants_long(config):
            item.add_marker(pytest.mark.skip(reason="runs with --run-long or RUN_LONG=1"))


def program_or_skip(*names: str) -> Path:
    """Give the first of these programs that the machine has."""
    for name in names:
        if found := shutil.which(name):
            return Path(found)
    return pytest.skip(f"no {names[0]} on this machine")


@pytest.fixture(scope="session")
def long_run(pytestconfig: pytest.Config) -> bool:
    """Whether to take the full number of rounds: `rounds = 50 if long_run else 10`."""
    return wants_long(pytestconfig)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real conversations and published vectors, or skip."""
    told = os.environ.get("CHANCERY_SHARED_DATA")
    folder = Path(told) if told else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data, and CHANCERY_SHARED_DATA names no other")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Give the browser's path; implies the marker `browser`."""
    return program_or_skip("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def redis_server() -> Path:
    """Give the path of the system's redis-server; implies the marker `peer`."""
    return program_or_skip("redis-server")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what tests want known though they passed: seeds, and how many kills fell where."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, line in getattr(report, "user_properties", ()):
                if name == "told" and report.when == "call":
                    terminalreporter.write_line(str(line))
