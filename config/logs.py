"""Structured logs: one JSON object a line, and only fields that may be seen."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        *("event", "level", "timestamp", "logger", "account", "app", "platform", "conversation"),
        *("part", "attempt", "method", "path", "status", "seconds", "count", "name", "kind"),
        *("bucket", "view", "officer", "channel", "error", "why", "port", "pid", "version"),
        *("call", "until", "mode", "host", "lease", "act", "tries", "fault", "checks"),
        *("advice", "contact"),
    }
)
"""The fields a log line may hold: none of them ever carries a text, a handle or a secret."""


def only_allowed(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop every field that is not allowed; an exception is told by its type alone."""
    if error := event.pop("exc_info", None):
        raised = error if isinstance(error, BaseException) else sys.exc_info()[1]
        event["error"] = type(raised).__name__
    return {field: value for field, value in event.items() if field in ALLOWED}


def start(level: str = "INFO") -> None:
    """Send our own log lines and the libraries' to standard error, masked alike."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _foreign],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                only_allowed,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def _foreign(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep only where a library's message came from: it may quote a token or a text."""
    record: logging.LogRecord = event["_record"]
    place = f"{record.module}.{record.funcName}:{record.lineno}"
    event["event"] = place  # guard: LIBRARIES test=tests/promises/test_secrets.py
    return event
