"""One address: its method, its path, what `may` is asked, and what answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

from handlers.web.visit import Visit
from inbox.words import Record

Handle: TypeAlias = Callable[[Visit], Awaitable[web.StreamResponse]]


class Route(Record, frozen=True):
    """`act` is what `may` is asked, of the conversation's account or of any; "": open to all."""

    method: str
    path: str
    act: str
    handle: Handle
