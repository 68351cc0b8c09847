"""`make guards`: take each guarded line out of a copy; the test it names must fail there.

A guarded line ends in `# guard: NAME test=PATH::TEST` (`-- guard:` in Lua). Where the formatter has
spread a statement over several lines, the mark on its last line stands for all of it: what fails
must be the promise and not the syntax.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
MARK = re.compile(r"(?:#|--) guard: (?P<name>\S+) test=(?P<test>\S+)\s*$")
ROOMS = ("inbox", "bots", "handlers", "config")
WORKERS = 2
FAILED = 1
"""pytest's exit status where tests ran and at least one failed."""


@dataclass(frozen=True)
class Guard:
    """One guarded line, and the test that must miss it."""

    name: str
    file: Path
    line: int
    test: str


def found() -> Iterator[Guard]:
    """Yield every guarded line of the product."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*")):
            if file.suffix in (".py", ".lua"):
                for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
                    if mark := MARK.search(line):
                        place = file.relative_to(ROOT)
                        yield Guard(mark["name"], place, number, mark["test"])


def copied(to: Path) -> None:
    """Copy what git knows, and what it would be told of."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],  # noqa: S607 - git, wherever it is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in listed:
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def without(text: str, line: int, *, python: bool) -> str | None:
    """Return the text without a line (from 0), or without the statement that ends there."""
    lines = text.splitlines(keepends=True)
    rest = "".join(lines[:line] + lines[line + 1 :])
    if not python or parses(rest):
        return rest
    ending = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.stmt) and node.end_lineno == line + 1
    ]
    if not ending:
        return None
    first = max(node.lineno for node in ending) - 1
    indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    return "".join([*lines[:first], f"{indent}pass\n", *lines[line + 1 :]])


def parses(text: str) -> bool:
    """Whether this is Python."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def verdict(guard: Guard) -> str:
    """Return "" where the test fails without the line, else what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        copied(Path(folder))
        file = Path(folder) / guard.file
        text = without(file.read_text(encoding="utf-8"), guard.line, python=file.suffix == ".py")
        if text is None:
            return "the line cannot be deleted: what is left is no Python"
        file.write_text(text, encoding="utf-8")
        ran = subprocess.run(  # noqa: S603 - our own tests
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", guard.test],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env=os.environ
            | {
                "CHANCERY_SHARED_DATA": os.environ.get(
                    "CHANCERY_SHARED_DATA", str(ROOT.parent / "shared" / "data")
                )
            },
        )
    if ran.returncode == FAILED:
        return ""
    if ran.returncode == 0:
        return "its test stays green"
    return f"its test did not run (pytest's exit status {ran.returncode})"


def say(line: str) -> None:
    """Tell whoever reads the terminal."""
    sys.stdout.write(line + "\n")


def main() -> int:
    """Try every guard; return how many hold nothing."""
    guards = list(found())
    wanted = sys.argv[1:]
    guards = [guard for guard in guards if not wanted or guard.name in wanted]
    with ThreadPoolExecutor(WORKERS) as workers:
        verdicts = list(workers.map(verdict, guards))
    bad = 0
    for guard, wrong in zip(guards, verdicts, strict=True):
        bad += bool(wrong)
        told = f"HOLDS NOTHING: {wrong}" if wrong else "holds"
        say(f"{guard.name}  {guard.file}:{guard.line + 1}  {told}")
    say(f"{len(guards) - bad} passed, {bad} failed")
    return 1 if bad or not guards else 0


if __name__ == "__main__":
    sys.exit(main())
