"""Nothing public pings: whatever people write and call themselves, nobody of ours is notified."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.slack import ids
from sandbox.oracle import links, notified
from sandbox.slack.records import Message
from sandbox.slack.world import Workspace
from tests.promises.ministry import MINISTRY, Ministry, become, ministry

TEXTS = (
    "<!channel> <!here> <!everyone> look",
    "<@U0ANNA> <@U0ERIK|anna> @anna @channel @here @desk",
    "<!subteam^S0DESK> <!subteam^S0DESK|@desk> &lt;!channel&gt; &amp;lt;!here&amp;gt;",
    "<https://evil.example|https://gov.example> [gov](https://evil.example) <mailto:a@b.example|x>",
    "\u202e<!channel>\u202c \u2066<@U0ANNA>\u2069 \u200f@anna\u200e",
    "<\u200b!channel> <!\u200dchannel> <@\u2060U0ANNA> ＜!channel＞ @\u200banna",
    "<!date^1^{time}^https://evil.example|x> *<!here>* `<!channel>` ```<@U0ANNA>``` > <!here>",
    "<!channel> & <@U0ANNA> " * 1000,
)
NAMES = (
    ("channel", "<!channel>"),
    ("anna", "<@U0ANNA>"),
    ("U0ANNA", "Anna\u202e <!here>"),
    ("here_", "<!subteam^S0DESK>"),
    ("<!here>", "<https://evil.example|gov.example>"),
    ("desk", "@desk \n<!channel>"),
    ("x" * 200, "<@U0ERIK>" * 100),
    ("\u200beveryone", "\x00&lt;!channel&gt;"),
)
ANSWER = "To us. <!channel> <@U0ANNA> @desk & <https://evil.example|gov.example>"
NOTE = f"{ANSWER} <!here> \u202e{TEXTS[2]}"
PUBLIC, PRIVATE = "C0PRESS0001", "C0PRESS0002"
GROUP = "S0DESK"
OUR_LABELS = {"Open", "original"}
"""What we call a link to a post: nobody else's words may hide an address."""
MEMBERS = {"U0ANNA", "U0ERIK", "U0SAMIRA", "U0MARIA"}


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Ministry]:
    async with ministry(tmp_path) as made:
        made.workspace.usergroup(GROUP, "desk", MEMBERS)
        yield made


def ours(slack: Workspace) -> Iterator[Message]:
    """Give everything that we said, wherever."""
    for channel in slack.channels.values():
        yield from (one for one in channel.said if one.user == slack.bot_user_id)


def cards(slack: Workspace, channel: str) -> list[Message]:
    """Give the cards that stand in a channel, oldest first."""
    return [
        one
        for one in slack.channels[channel].visible()
        if one.thread_ts is None and any(b["type"] == "actions" for b in one.blocks)
        if ids.ANSWER in json.dumps(one.blocks)
    ]


def harmless(slack: Workspace, message: Message) -> None:
    """Assert that nobody hears of a message, and that only our own words hide an address of X."""
    assert notified(slack, message) == set()
    assert {label for _, label in links(message)} <= OUR_LABELS
    assert all(address.startswith("https://x.com/") for address, _ in links(message))


def harmless_view(slack: Workspace, view: dict[str, Any] | None, name: str) -> None:
    """Assert the same of what a view shows, as if it were posted."""
    assert view is not None
    assert name in ("home", view["callback_id"])
    harmless(slack, Message("1.0", PUBLIC, slack.bot_user_id, "", view["blocks"]))


def choice(message: Message, act: str) -> str:
    """Find what the ⋯ menu of a card carries for one act."""
    options: list[str] = [
        option["value"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        for option in element.get("options", ())
    ]
    return next(one for one in options if f'"{act}"' in one)


async def test_hostile_texts_and_names_notify_nobody(at: Ministry) -> None:
    slack, world = at.workspace, at.world
    await at.ready()
    for (handle, name), text in zip(NAMES, TEXTS, strict=True):
        world.join(handle, name)
        world.post(handle, f"@{MINISTRY} {text}")
        world.dm(handle, MINISTRY, text)
    await become(lambda: len(cards(slack, PUBLIC)) == len(TEXTS), at.process.last_words)
    await become(lambda: len(cards(slack, PRIVATE)) == len(TEXTS), at.process.last_words)

    for channel in (PUBLIC, PRIVATE):
        for card in cards(slack, channel)[-3:]:
            await answered(at, channel, card)
        await noted(at, channel, cards(slack, channel)[0])
    await looked_around(at)
    # Everything that was ever said, in all its versions: cards, answers, notes, threads, summary.
    kinds = {one.thread_ts is None for one in ours(slack)}
    assert kinds == {True, False}
    for message in ours(slack):
        harmless(slack, message)
    at.process.stop()


async def answered(at: Ministry, channel: str, card: Message) -> None:
    """Answer a card in words as hostile, and see it leave the board."""
    slack, user = at.workspace, "U0ERIK"
    await slack.click(user, channel, card.ts, ids.ANSWER)
    harmless_view(slack, slack.open_view(user), ids.VIEW_ANSWER)
    await slack.type_in_view(user, ids.TEXT, f"{ANSWER} {card.ts}")
    await slack.submit(user)
    warned = slack.open_view(user)
    if warned and warned["callback_id"] == ids.VIEW_ANSWER:  # the leak guard saw the names in it
        harmless_view(slack, warned, ids.VIEW_ANSWER)
        boxes = [b["element"] for b in warned["blocks"] if b["type"] == "input"]
        [box] = [one for one in boxes if one["action_id"] == ids.LEAK]
        ticked = [one["value"] for one in box["options"]]
        await slack.click_in_view(user, ids.LEAK, selected=ticked)
        await slack.submit(user)
    harmless_view(slack, slack.open_view(user), ids.VIEW_HOLD)
    slack.clear_stack(user)

    def gone() -> bool:
        return card.ts not in {one.ts for one in cards(slack, channel)}

    # Sent, it leaves the board and shrinks to one line.
    await become(gone, at.process.last_words)


async def noted(at: Ministry, channel: str, card: Message) -> None:
    """Keep a hostile note under a card."""
    slack, user = at.workspace, "U0SAMIRA"
    await slack.click(user, channel, card.ts, ids.MORE, selected=choice(card, ids.NOTE))
    harmless_view(slack, slack.open_view(user), ids.VIEW_NOTE)
    await slack.type_in_view(user, ids.NOTE_TEXT, NOTE)
    await slack.submit(user)
    slack.clear_stack(user)

    def there() -> bool:
        return any(
            m.thread_ts == card.ts and "📝" in json.dumps(m.blocks, ensure_ascii=False)
            for m in ours(slack)
        )

    await become(there, at.process.last_words)


async def looked_around(at: Ministry) -> None:
    """Look at Home, one's own, what is found, and a whole conversation."""
    slack, user = at.workspace, "U0ERIK"
    await slack.open_home(user)
    await become(lambda: slack.home(user) is not None, at.process.last_words)
    harmless_view(slack, slack.home(user), "home")
    await slack.command(user, PUBLIC, "/inbox", "next")
    harmless_view(slack, slack.open_view(user), ids.VIEW_ANSWER)
    await slack.click_in_view(user, ids.READ_ALL)
    harmless_view(slack, slack.open_view(user), ids.VIEW_WHOLE)
    slack.clear_stack(user)
    for words in ("mine", "find look"):
        await slack.command(user, PUBLIC, "/inbox", words)
        harmless_view(slack, slack.open_view(user), ids.VIEW_FOUND)
        assert "<!" in json.dumps(slack.open_view(user))
        slack.clear_stack(user)


@pytest.mark.parametrize("text", TEXTS[:3])
def test_the_oracle_hears_what_would_have_rung(text: str) -> None:
    slack = Workspace(lambda: 0.0)
    for user in MEMBERS:
        slack.user(user, user[2:].lower(), real_name=user)
    slack.usergroup(GROUP, "desk", MEMBERS)
    slack.channel(PUBLIC, "press", members=MEMBERS)
    assert notified(slack, Message("1.0", PUBLIC, slack.bot_user_id, text))
