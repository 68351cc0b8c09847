"""How our calls reach Slack: through which proxy, and whom TLS believes."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from inbox.words import Record

ANSWERS_WITHIN = 30
"""Seconds after which a call that Slack does not answer is given up."""


class Way(Record, frozen=True):
    """The way out; `tls` is an SSLContext, or None for the machine's own authorities."""

    proxy: str = ""
    tls: Any = None

    def __repr__(self) -> str:
        return "Way(…)"  # a proxy's address may hold a password


DIRECT = Way()


def client(token: str, api_url: str, way: Way, within: int = ANSWERS_WITHIN) -> AsyncWebClient:
    """Return a client that takes this way and no other.

    No retry handlers: the library's own post a message twice when an answer is lost.
    """
    made = AsyncWebClient(
        token, base_url=api_url, timeout=within, ssl=way.tls, proxy=way.proxy, retry_handlers=[]
    )
    made.proxy = way.proxy or None  # the library takes one from the environment, NO_PROXY unread
    return made
