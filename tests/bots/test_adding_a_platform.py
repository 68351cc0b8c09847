"""docs/adding-a-platform.md, tried by following it: its blocks are a platform of two files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guards import ROOT, copied

PAGE = ROOT / "docs" / "adding-a-platform.md"
BLOCK = re.compile(r"<!-- (?P<file>\S+\.py) -->\n```python\n(?P<code>.*?)```\n", re.DOTALL)
MODULE, TEST = "bots/platforms/toy.py", "tests/bots/test_toy.py"
KEPT = ROOT / "tests" / "bots" / "toy"
"""Where we keep the toy, so that the house itself does not speak it."""
SIGNED_UP = """
from tests.bots.test_conformance import test_a_platform_without_a_signed_up_suite_fails as test
test()
"""


def shown() -> dict[str, str]:
    """Return the page's files, each one's blocks put together."""
    files = dict[str, str]()
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        files[block["file"]] = files.get(block["file"], "") + block["code"]
    return files


def kept(name: str) -> str:
    """Return a file of ours as the page shows it: importing the toy from where it belongs."""
    text = (KEPT / name).read_text(encoding="utf-8")
    there, after = "from tests.bots.toy import toy\n", "from bots.contract import Secrets\n"
    return text.replace(there, "").replace(after, f"{after}from bots.platforms import toy\n")


def test_the_page_shows_the_toy_as_the_suite_judges_it() -> None:
    files = shown()
    assert sorted(files) == [MODULE, TEST]
    assert files[MODULE] == (KEPT / "toy.py").read_text(encoding="utf-8")
    assert files[TEST] == kept("test_toy.py")


@pytest.mark.timeout(180)  # it compiles a whole copy of the house
def test_whoever_follows_the_page_has_a_platform(tmp_path: Path, long_run: bool) -> None:
    copied(tmp_path)
    for name, code in shown().items():
        (tmp_path / name).write_text(code, encoding="utf-8")

    def ran(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - our own tools

    for tool in (("check",), ("format", "--check")):
        found = ran("-m", "ruff", *tool, "--no-cache", MODULE, TEST)
        assert found.returncode == 0, found.stdout
    if long_run:  # else `tests/bots/toy` is where the same two files are judged
        found = ran("-m", "pytest", "-q", "-p", "no:cacheprovider", TEST)
        assert found.returncode == 0, found.stdout
    assert ran("-c", SIGNED_UP).returncode == 0
    (tmp_path / TEST).unlink()
    assert "No module named 'tests.bots.test_toy'" in ran("-c", SIGNED_UP).stderr
