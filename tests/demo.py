"""The demo's own tables for tests: a value for every secret they name, and one platform's alone."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

DEMO = Path(__file__).parents[1] / "config" / "demo"


def secrets(folder: Path = DEMO, value: str = "s3cret") -> dict[str, str]:
    """Return a value for every variable that a folder's accounts.toml names."""
    tables = tomllib.loads((folder / "accounts.toml").read_text("utf-8"))
    rows = (*tables["app"], *tables["account"])
    return {name: value for row in rows for name in row.get("secrets", {}).values()}


def copied(to: Path, platform: str = "x") -> Path:
    """Copy the demo's tables with the accounts of one platform alone."""
    shutil.copytree(DEMO, to, dirs_exist_ok=True)
    accounts = to / "accounts.toml"
    head, *tables = re.split(r"(?m)^(?=\[\[)", accounts.read_text("utf-8"))
    mine = (rf'(?m)^platform = "{platform}"$', rf'(?m)^id = "{platform}/')
    kept = [one for one in tables if any(re.search(pattern, one) for pattern in mine)]
    assert kept
    accounts.write_text(head + "".join(kept), "utf-8")
    return to
