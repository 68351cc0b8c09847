"""The house rules that no other tool keeps: top level, locks, reasons beside exceptions."""

import io
import re
import subprocess
import tokenize
from pathlib import Path

import pytest

import bots
from config.settings import API_URL, VARIABLES

ROOT = Path(__file__).parents[1]
ROOMS = {"inbox", "bots", "handlers", "tests", "config", "sandbox", "docs"}
LOCKS = ("requirements", "requirements-dev")

MACHINE_PATH = re.compile(
    r"(?<![\w.:/])/(?:(?:work|root|farm)/[\w.]|(?:home|Users)/\w+/|opt/(?:pypi|wheels))"
    r"|/tmp[/]bash_jobs"
)
INDEX = re.compile(r"--(?:extra-|default-)?index|--find[-]links|file:[/]{3}|pypi[.]org/simple")
EXCEPTION = re.compile(
    r"#\s*(?:noqa|type:\s*ignore)"
    r"(?P<code>:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[a-z0-9-]+(?:,\s*[a-z0-9-]+)*\])?"
)


def house_files() -> list[Path]:
    """Give every file that is committed or could be, relative to the root."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git clone: nobody can tell what is committed")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - git is where the developer's PATH has it
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    return [Path(name) for name in listed if name and (ROOT / name).is_file()]


def found(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    """Give each line of these files that the pattern matches, as `file:line: match`."""
    hits = []
    for path in files:
        for number, line in enumerate((ROOT / path).read_bytes().splitlines(), 1):
            if match := pattern.search(line.decode(errors="replace")):
                hits.append(f"{path}:{number}: {match[0]}")
    return hits


def required(name: str) -> dict[str, str]:
    """Read a requirements.in: each requirement's name → the reason beside it."""
    reasons = {}
    for line in (ROOT / f"{name}.in").read_text().splitlines():
        requirement, _, reason = line.partition("#")
        if requirement.strip() and not requirement.startswith("-"):
            reasons[re.split(r"[\[=~<>; ]", requirement)[0].lower()] = reason.strip()
    return reasons


def locked(name: str) -> dict[str, str]:
    """Read a lock: each pinned `name==version` → everything up to the next pin."""
    text = (ROOT / f"{name}.txt").read_text()
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    return {re.split(r"[\s;]", block)[0]: block for block in blocks}


def unreasoned(source: str) -> list[int]:
    """Give the lines whose exception from a rule lacks its code, or a reason beside or above it."""
    lines = source.splitlines()
    comments = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    bad = []
    for number, comment in comments.items():
        exceptions = list(EXCEPTION.finditer(comment))
        if not exceptions:
            continue
        above = comments.get(number - 1, "") if lines[number - 2].lstrip().startswith("#") else ""
        reason = re.findall(r"\w{2,}", EXCEPTION.sub("", comment) + EXCEPTION.sub("", above))
        if len(reason) < 2 or not all(exception["code"] for exception in exceptions):
            bad.append(number)
    return bad


def test_the_top_level_holds_the_seven_rooms_and_project_files_only() -> None:
    folders = {path.parts[0] for path in house_files() if len(path.parts) > 1}
    assert {name for name in folders if not name.startswith(".")} <= ROOMS


def test_every_folder_of_code_is_a_package() -> None:
    code = [path for path in house_files() if path.suffix == ".py"]
    assert code
    bare = {path.parent for path in code} - {
        path.parent for path in code if path.stem == "__init__"
    }
    assert not bare


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert not found(MACHINE_PATH, house_files())


def test_no_file_names_a_package_index() -> None:
    assert not found(INDEX, house_files())


@pytest.mark.parametrize("line", ["cd @work/x", "@home/eva/chancery", '"@root/.cache"'])
def test_a_machines_path_is_recognised(line: str) -> None:
    assert MACHINE_PATH.search(line.replace("@", "/"))  # spelt out, it would be found in this file


@pytest.mark.parametrize("line", ["handlers/home/x/y", "https://x.com/home/a/b", "a/tmp/b"])
def test_an_address_is_not_a_machines_path(line: str) -> None:
    assert not MACHINE_PATH.search(line)


@pytest.mark.parametrize("name", LOCKS)
def test_every_direct_requirement_has_a_reason(name: str) -> None:
    reasons = required(name)
    assert reasons
    assert not [requirement for requirement, reason in reasons.items() if len(reason.split()) < 2]


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_requirement_has_its_version_and_hashes(name: str) -> None:
    pins = locked(name)
    assert not [
        pin for pin, block in pins.items() if "==" not in pin or "--hash=sha256:" not in block
    ]
    assert required(name).keys() <= {pin.split("==")[0] for pin in pins}


def test_the_developers_lock_holds_the_runtimes_at_the_same_versions() -> None:
    runtime = locked("requirements").keys()
    assert runtime
    assert runtime <= locked("requirements-dev").keys()


def test_no_rule_is_excepted_without_its_code_and_a_reason() -> None:
    bad = [
        f"{path}:{number}"
        for path in house_files()
        if path.suffix == ".py"
        for number in unreasoned((ROOT / path).read_text())
    ]
    assert not bad


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: S101",
        "# type: ignore",
        "# type: ignore[misc]",
        "# noqa - the caller checks this",
        "# type: ignore  # tweepy is untyped",
        "# type: ignore[misc]  # noqa: S101",
    ],
)
def test_an_exception_without_code_or_reason_is_found(comment: str) -> None:
    assert unreasoned(f"x = 1\ny = 2  {comment}\n") == [2]


@pytest.mark.parametrize(
    "source",
    [
        "x = 1  # noqa: S608 - only constants are joined\n",
        "x = 1  # type: ignore[no-untyped-call]  # tweepy is untyped\n",
        "# tweepy is untyped\nx = 1  # type: ignore[no-untyped-call]\n",
        "x = '# noqa'\n",
    ],
)
def test_an_exception_with_code_and_reason_is_allowed(source: str) -> None:
    assert unreasoned(source) == []


def test_the_procfile_reads_like_the_architecture() -> None:
    assert (ROOT / "Procfile").read_text().splitlines() == [
        "web: python -m handlers",
        "bots: python -m bots",
        "clerk: python -m inbox",
    ]


def test_the_example_environment_names_exactly_what_the_settings_know() -> None:
    example = (ROOT / ".env.example").read_text()
    hosts = {f"{name.upper()}{API_URL}" for name in bots.profiles()}
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    assert named == {*VARIABLES, *hosts}


def test_every_target_of_the_makefile_explains_itself() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    assert set(re.findall(r"^([a-z-]+):.* ## \w", makefile, re.MULTILINE)) == set(phony[1].split())


def test_the_commit_hook_and_the_build_machine_run_the_makefiles_targets_only() -> None:
    hook = (ROOT / ".githooks" / "pre-commit").read_text().splitlines()
    assert [line for line in hook if line and not line.startswith("#")] == ["exec make quick"]
    stages = re.findall(r"^stage (.+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert stages == ["make test", "make test-long", "make test-peers"]


@pytest.mark.parametrize("script", [".githooks/pre-commit", ".ci/run"])
def test_the_scripts_can_be_started(script: str) -> None:
    assert (ROOT / script).stat().st_mode & 0o111
