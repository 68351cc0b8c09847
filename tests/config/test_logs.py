from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from config import logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_only_allowed_fields_are_logged(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start("DEBUG")
    structlog.stdlib.get_logger("t").info(
        "sent", account="x/landetud", text="s3cret", token="s3cret"
    )
    [line] = lines(capsys)
    assert line["account"] == "x/landetud"
    assert "s3cret" not in json.dumps(line)


def test_a_library_cannot_log_a_token_or_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start("DEBUG")
    logging.getLogger("library").debug("Authorization: %s", "s3cret")
    [line] = lines(capsys)
    assert line["logger"] == "library"
    assert "s3cret" not in json.dumps(line)


def test_an_exception_is_told_by_its_type(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start("DEBUG")
    try:
        int("s3cret")
    except ValueError:
        logging.getLogger("x").exception("failed")
    output = capsys.readouterr().err
    assert "ValueError" in output
    assert "s3cret" not in output
    assert sys.exc_info() == (None, None, None)
