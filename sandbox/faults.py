"""Fault switches: how a stand-in misbehaves on purpose, once or many times."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from aiohttp import web

Kind = Literal[
    "busy",  # 429 with Retry-After, nothing done
    "gateway_before",  # 503, nothing done
    "gateway_after",  # the call is carried out, then 502
    "drop_before",  # hang up before the call is carried out
    "drop_after",  # the call is carried out, then hang up without an answer
    "hang",  # nothing is done and nothing answered until the outage ends or the caller gives up
    "slow",  # wait `seconds`, then carry it out as usual
    "garbage",  # the call is carried out; the answer is not JSON
]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Fault:
    """One misbehaviour, armed for one call."""

    kind: Kind
    seconds: float = 1.0
    """How long `slow` waits, and what `busy` says in Retry-After."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What `busy` says otherwise, or ("") not at all: as written by a broken or hostile proxy."""
    back: Callable[[], Awaitable[None]] | None = None
    """What `hang` waits for."""


class Faults:
    """What will go wrong next, by call name (`*` is any call)."""

    def __init__(self) -> None:
        self._armed: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.fired: list[tuple[str, Fault]] = []
        self._out: Fault | None = None
        self._back = asyncio.Event()

    def arm(
        self,
        call: str,
        kind: Kind,
        *,
        times: int = 1,
        seconds: float = 1.0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Let the next `times` calls named `call` fail in this way."""
        self._armed[call].extend([Fault(kind, seconds, headers or {})] * times)

    def outage(self, kind: Kind) -> None:
        """Let every call fail in this way until `over`."""
        self._out, self._back = Fault(kind), asyncio.Event()

    def over(self) -> None:
        """End the outage: what hangs is hung up on."""
        self._out = None
        self._back.set()

    async def back(self) -> None:
        """Wait until the outage is over."""
        await self._back.wait()

    def armed(self, call: str, kind: Kind) -> int:
        """Say how many faults of this kind still wait for calls of this name."""
        return sum(fault.kind == kind for fault in self._armed[call])

    def disarm(self, call: str, kind: Kind) -> None:
        """Forget the faults of this kind that wait for calls of this name."""
        self._armed[call] = deque(one for one in self._armed[call] if one.kind != kind)

    def clear(self) -> None:
        """Forget every armed fault."""
        self._armed.clear()

    def take(self, call: str) -> Fault | None:
        """Take the fault armed for this call, if there is one."""
        if self._out is not None:
            return replace(self._out, back=self.back)
        for name in (call, "*"):
            if self._armed[name]:
                fault = self._armed[name].popleft()
                self.fired.append((call, fault))
                return fault
        return None


def hang_up(request: web.Request) -> None:
    """Cut the connection under a request, as a network does."""
    if request.transport is not None:
        request.transport.abort()


async def with_fault(
    request: web.Request,
    handler: Handler,
    fault: Fault | None,
    busy: Callable[[float], web.Response],
) -> web.StreamResponse:
    """Carry out one call under one fault; `busy(seconds)` is the stand-in's own 429."""
    if fault is None:
        return await handler(request)
    if fault.kind == "slow":
        await request.read()  # it has come, whether or not the caller waits
        await asyncio.sleep(fault.seconds)
        return await handler(request)
    if fault.kind == "hang":
        await (fault.back() if fault.back else asyncio.Event().wait())
        return _cut(request)
    if fault.kind in INSTEAD:
        return _instead(request, fault, busy)
    await handler(request)
    return _afterwards(request, fault)


INSTEAD = {"busy", "gateway_before", "drop_before"}
"""The faults under which the call is not carried out at all."""


def _instead(
    request: web.Request, fault: Fault, busy: Callable[[float], web.Response]
) -> web.StreamResponse:
    if fault.kind == "busy":
        return _saying(busy(fault.seconds), fault.headers)
    if fault.kind == "gateway_before":
        return web.Response(status=503, text="Service Unavailable")
    return _cut(request)


def _saying(response: web.Response, headers: Mapping[str, str]) -> web.Response:
    for name, value in headers.items():
        response.headers.pop(name, None)
        if value:
            response.headers[name] = value
    return response


def _afterwards(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.kind == "gateway_after":
        return web.Response(status=502, text="Bad Gateway")
    if fault.kind == "garbage":
        return web.Response(text="<html>not JSON</html>", content_type="text/html")
    return _cut(request)


def _cut(request: web.Request) -> web.Response:
    hang_up(request)
    return web.Response(status=500)
