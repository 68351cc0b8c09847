"""Socket Mode: any one connection, acknowledged by envelope, sent again where not."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.world import Workspace
from tests.sandbox.slack.conftest import Clock, until

Json = dict[str, Any]


async def link(
    workspace: Workspace, client: AsyncWebClient, session: aiohttp.ClientSession
) -> aiohttp.ClientWebSocketResponse:
    """Open one bare connection and read its hello."""
    opened = await client.apps_connections_open(app_token=workspace.app_token)
    socket = await session.ws_connect(opened["url"])
    hello = await socket.receive_json()
    assert hello["type"] == "hello"
    return socket


async def acknowledge(socket: aiohttp.ClientWebSocketResponse, heard: list[Json]) -> None:
    """Acknowledge whatever comes, until the other side hangs up."""
    async for message in socket:
        envelope = message.json()
        heard.append(envelope)
        if "envelope_id" in envelope:
            await socket.send_json({"envelope_id": envelope["envelope_id"]})


async def test_each_payload_goes_to_one_connection_and_all_get_some(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await link(workspace, client, session) for _ in range(3)]
        heard: list[list[Json]] = [[], [], []]
        readers = [
            asyncio.create_task(acknowledge(socket, mine))
            for socket, mine in zip(sockets, heard, strict=True)
        ]
        for number in range(20):
            assert (await workspace.say("U1", "C1", str(number))).acknowledged
        texts = [e["payload"]["event"]["text"] for mine in heard for e in mine]
        assert sorted(texts, key=int) == [str(number) for number in range(20)]
        assert all(heard)
        await workspace.sockets.close()
        await asyncio.gather(*readers)


async def test_an_eleventh_connection_is_sent_away(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with aiohttp.ClientSession() as session:
        held = [await link(workspace, client, session) for _ in range(10)]
        opened = await client.apps_connections_open(app_token=workspace.app_token)
        socket = await session.ws_connect(opened["url"])
        frame = await socket.receive_json()
        assert (frame["type"], frame["reason"]) == ("disconnect", "too_many_websockets")
        assert len(workspace.sockets.connections) == len(held) == 10


async def test_an_address_is_used_once(workspace: Workspace, client: AsyncWebClient) -> None:
    opened = await client.apps_connections_open(app_token=workspace.app_token)
    async with aiohttp.ClientSession() as session:
        await session.ws_connect(opened["url"])
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(opened["url"])


async def test_what_a_lost_connection_did_not_acknowledge_goes_to_another(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    async with aiohttp.ClientSession() as session:
        workspace.deliveries.patience = 600.0  # the hang-up itself must tell, not the time
        deaf = await link(workspace, client, session)
        saying = asyncio.create_task(workspace.say("U1", "C1", "hello"))
        first = await deaf.receive_json()
        good = await link(workspace, client, session)
        heard: list[Json] = []
        reader = asyncio.create_task(acknowledge(good, heard))
        await deaf.close()
        assert (await saying).acknowledged
        assert heard[0]["payload"] == first["payload"]
        assert (first["retry_attempt"], heard[0]["retry_attempt"]) == (0, 1)
        assert heard[0]["envelope_id"] != first["envelope_id"]
        await workspace.sockets.close()
        await reader


async def test_without_a_connection_events_wait_for_their_retry(
    workspace: Workspace, bolt: AsyncApp, clock: Clock, client: AsyncWebClient
) -> None:
    heard: list[str] = []

    @bolt.event("message")
    async def message(event: Json) -> None:
        heard.append(event["text"])

    assert (await workspace.say("U1", "C1", "hello")).problem == "no_connection"
    assert (await workspace.command("U1", "C1", "/inbox", "")).problem == "no_connection"
    handler = AsyncSocketModeHandler(bolt, workspace.app_token, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call] # Bolt is untyped here
    clock.pass_by(60)
    await workspace.redeliver_due()
    assert heard == ["hello"]
    await handler.close_async()  # type: ignore[no-untyped-call] # Bolt is untyped here


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_real_handler_moves_to_a_new_connection_when_told_to_go(
    workspace: Workspace, by_socket: AsyncSocketModeHandler, bolt: AsyncApp, reason: str
) -> None:
    @bolt.command("/inbox")
    async def inbox(ack: Any) -> None:
        await ack("here")

    before = workspace.sockets.connections[0]
    await workspace.sockets.disconnect(reason)
    await until(
        lambda: workspace.sockets.connections and before not in workspace.sockets.connections
    )
    # The real client may change once more before it stays, and what went to the old line is lost.
    while (await workspace.command("U1", "C1", "/inbox", "")).body != {"text": "here"}:
        await asyncio.sleep(0.05)
