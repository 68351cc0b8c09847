"""Socket Mode: the WebSockets an app opens, and one payload to any one of them."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from sandbox.slack.records import Json, Outcome

MOST_CONNECTIONS = 10


@dataclass(eq=False)
class Connection:
    """One open WebSocket and what was sent on it and not yet acknowledged."""

    socket: web.WebSocketResponse
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)

    def lost(self) -> None:
        """Tell everybody who waits here that no acknowledgement will come."""
        for answer in self.waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError())


class Sockets:
    """All connections of one app; payloads are dealt out at random, from a seed."""

    def __init__(self, app_id: str, seed: int = 0) -> None:
        self.app_id = app_id
        self.connections: list[Connection] = []
        self.sent: list[tuple[int, Json]] = []
        """(index of the connection at the time, envelope), for tests."""
        self._tickets: set[str] = set()
        self._dice = random.Random(seed)

    def ticket(self) -> str:
        """Make the one-use ticket that a WebSocket address carries."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one WebSocket open until either side closes it."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        connection = Connection(socket)
        self.connections.append(connection)
        try:
            await socket.send_json(self._hello())
            await self._listen(connection)
        finally:
            self._forget(connection)
        return socket

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": self.app_id},
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
        }

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            frame: Json = json.loads(message.data)
            answer = connection.waiting.get(str(frame.get("envelope_id")))
            if answer is not None and not answer.done():
                answer.set_result(frame.get("payload") or {})

    def _forget(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        connection.lost()

    async def send(
        self, kind: str, payload: Json, patience: float, *, attempt: int = 0, reason: str = ""
    ) -> Outcome:
        """Send one payload to any one connection and wait for its acknowledgement."""
        if not self.connections:
            return Outcome(acknowledged=False, problem="no_connection")
        connection = self._dice.choice(self.connections)
        envelope_id = secrets.token_hex(16)
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        self.sent.append((self.connections.index(connection), envelope))
        answer = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = answer
        try:
            async with asyncio.timeout(patience):
                await connection.socket.send_json(envelope)
                return Outcome(acknowledged=True, body=await answer)
        except TimeoutError:
            return Outcome(acknowledged=False, problem="timeout")
        except ConnectionError:
            return Outcome(acknowledged=False, problem="connection_failed")
        finally:
            del connection.waiting[envelope_id]

    async def disconnect(self, reason: str = "refresh_requested", *, index: int = 0) -> None:
        """Tell one connection to go (`warning`: soon; `refresh_requested`: now, and hang up)."""
        connection = self.connections[index]
        await connection.socket.send_json(
            {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
        )
        if reason != "warning":
            self._forget(connection)
            await connection.socket.close()

    async def close(self) -> None:
        """Close every connection."""
        for connection in list(self.connections):
            self._forget(connection)
            await connection.socket.close()
