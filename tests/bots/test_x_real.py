"""The real conversations of 25 organisations, read by polling alone."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

from bots.contract import Wiring
from bots.platforms import x
from bots.platforms.x.places import Place, Places, kept
from inbox.words import Account, Message
from sandbox.x.world import World
from tests.bots.conftest import Purse, Scene, messages, read


def replay(world: World, conversations: list[dict[str, Any]]) -> list[str]:
    """Let all of them post what they once did, each under the post before; return the accounts."""
    accounts = sorted({one["account"] for one in conversations})
    posted = set[str]()
    for conversation in conversations:
        before = None
        for said in conversation["messages"]:
            for handle in (conversation["account"], said["from"]):
                if world.find(handle) is None:
                    world.join(handle, handle)
            if said["id"] not in posted:
                at = round(datetime.fromisoformat(said["at"]).timestamp() * 1000)
                world.post(said["from"], said["text"], id=said["id"], at=at, in_reply_to=before)
                posted.add(said["id"])
            before = said["id"]
    return accounts


async def test_every_real_message_is_found_once_in_its_conversation(
    scene: Scene, shared_data: Path
) -> None:
    lines = (shared_data / "x_care_conversations.jsonl").read_text(encoding="utf-8").splitlines()
    conversations = [json.loads(line) for line in lines]
    handles = replay(scene.world, conversations)
    ours = {scene.world.user(one).id: f"x/{one.lower()}" for one in handles}
    longest_ago = Place("1")
    cursor = kept(Places(longest_ago, longest_ago, longest_ago, (), scene.clock()))
    found = defaultdict[str, list[Message]](list)
    for native_id, slug in ours.items():
        handle = scene.world.users[native_id].handle
        tokens = scene.world.grant(scene.app, handle)
        account = Account(id=slug, app="x-main", native_id=native_id, title=handle, handle=handle)
        secrets = {
            "consumer_key": scene.app.consumer_key,
            "consumer_secret": scene.app.consumer_secret,
            "token": tokens.token,
            "token_secret": tokens.secret,
        }
        wiring = Wiring(scene.http, scene.clock, Purse(), ours, scene.url)
        for message in messages(await read(x.connect(account, secrets, wiring), cursor)):
            found[message.id].append(message)
    meant = {
        f"x:{said['id']}": said["official"] for one in conversations for said in one["messages"]
    }
    assert len(found) == 1205
    assert {id_: told[0].ours for id_, told in found.items()} == meant
    homes = {id_: {(m.account, m.thread, m.person) for m in told} for id_, told in found.items()}
    assert all(len(places) == 1 for places in homes.values())
    assert len(set[tuple[str, str, str]]().union(*homes.values())) == 541
