"""Other people's servers: Redis 7 as Debian packs it does all that Valkey does."""

from __future__ import annotations

from pathlib import Path

from inbox.conversations.commands import Claim
from inbox.desk import Done
from inbox.store import codec
from inbox.store.client import Client
from inbox.store.histories import Histories
from tests.inbox.house import ACCOUNT, inbox_of, received
from tests.servers import start, stopped


async def test_redis_7_keeps_conversations_too(redis_server: Path, tmp_path: Path) -> None:
    more = ("--appendonly", "yes", "--appendfsync", "always")
    with stopped([start(tmp_path / "server", *more, binary=redis_server)]) as (server,):
        async with inbox_of(tmp_path / "data", server.url) as inbox:
            assert not (await inbox.ready())["persistence"]
            done = await inbox.desk.take(ACCOUNT, received("x:1"), b"{}")
            assert isinstance(done, Done)
            ref = done.conversation.id
            claim = inbox.desk.order(Claim(), by="officer:o0")
            assert isinstance(await inbox.desk.do(ref, claim), Done)
            assert await inbox.desk.take(ACCOUNT, received("x:1")) != done
            held = await inbox.read.conversation(ref)
            assert held
            client = Client(server.url)
            lines = await Histories(client).lines(ref)
            assert codec.verify(lines) == held.head
            await client.aclose()
