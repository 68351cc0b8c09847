"""Conversations and hostile texts to draw, and what Slack would say of the drawing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import regex
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from handlers.say import read
from handlers.slack.blocks import Json, weight
from handlers.slack.safe import size
from handlers.slack.shown import Line, Post, Shown, Writing
from inbox.conversations.denied import Denied
from inbox.conversations.state import (
    Answer,
    AnswerState,
    Claim,
    Closing,
    Conversation,
    OutPart,
    PartState,
    Wake,
)
from inbox.words import Account, Audience, Lane, Officer, Person
from sandbox.oracle import notified
from sandbox.slack.blocks import accept_message_blocks
from sandbox.slack.records import Channel, Message, User
from sandbox.slack.surfaces import accept_view
from sandbox.slack.world import Workspace

PLENTY = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # shrinking 25,000 characters takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
NOW = 1_790_000_000_000
BOOK = read(Path(__file__).parents[3] / "config" / "demo")
LANGUAGES = ("sv", "en", "ar")
TOKENS = (
    "<!channel>",
    "<!here>",
    "<@U0ANNA>",
    "@anna",
    "@channel",
    "<!subteam^S1>",
    "<https://evil.example|gov.example>",
    "<!date^1^{time}|x>",
    "&",
    "&amp;",
    "&lt;!channel&gt;",
    "*b*",
    "`",
    "\u202e",
    "\u2066",
    "\u200d",
    "\u200b",
    "\x00",
    "\n",
    "\n\n\n\n",
    "محاصرون",
    "👩\u200d👩\u200d👧\u200d👦",
    "🇸🇪",
    "e\u0301",
    "\u0301" * 90,
    "{by}",
    "Är gränsen öppen?",
)
ANNA = Officer("aj", "AJ", "Anna Jansson")
ERIK = Officer("en", "EN", "Erik Nyström")
OFFICERS = {"aj": ANNA, "en": ERIK}
ACCOUNT = Account("x/landetud", "x-main", "1", "Landet UD", handle="LandetUD")
LIFE = Lane("life-safety", 0, 5, reserved=True)
PERSON = Person("x:1", handle="resenar_k", name="Kim")
MASS = (
    "<!channel> & <@U0ANNA> ",
    "ا\n",
    "x",
    "👩\u200d👩\u200d👧\u200d👦",
    "&",
    "\u0301",
    "م \u202e",
)

texts = st.one_of(
    st.lists(st.sampled_from(TOKENS), max_size=12).map("".join),
    st.lists(st.one_of(st.sampled_from(TOKENS), st.text(max_size=6)), max_size=12).map("".join),
    st.sampled_from(MASS).map(lambda unit: (unit * 25_000)[:25_000]),
)
audiences = st.sampled_from(("public", "private"))
says = st.sampled_from(LANGUAGES).map(BOOK.say)
people = st.builds(
    Person,
    id=st.just("x:1"),
    handle=st.one_of(st.just("resenar_k"), st.just("+46701234541"), texts),
    name=texts,
)
lines = st.lists(
    st.builds(
        Line,
        text=texts,
        at=st.just(NOW),
        who=texts,
        side=st.sampled_from(("in", "out", "note")),
        kind=st.sampled_from(("text", "text", "text", "encrypted", "unsupported")),
        edited=st.booleans(),
        deleted=st.sampled_from((False, False, False, True)),
        media=st.integers(0, 4),
        url=st.sampled_from(("", "https://x.com/a/status/1", "javascript:alert(1)")),
    ),
    max_size=4,
).map(tuple)
PARTS: tuple[PartState, ...] = ("ready", "sending", "sent", "failed", "unsure")
STATES: tuple[AnswerState, ...] = (
    "draft",
    "ready",
    "sending",
    "sent",
    "stuck",
    "retracting",
    "retracted",
    "discarded",
)
answers = st.builds(
    Answer,
    id=st.just("answeranswer0001"),
    author=st.just("aj"),
    text=texts,
    state=st.sampled_from(STATES),
    audience=audiences,
    to=st.sampled_from(("", "en")),
    leaves_at=st.sampled_from((0, NOW)),
    parts=st.lists(
        st.builds(
            OutPart,
            id=st.just("answeranswer0001.1"),
            text=texts,
            state=st.sampled_from(PARTS),
            why=st.sampled_from(("", "duplicate", "strange")),
            until=st.sampled_from((0, NOW + 1)),
            url=st.sampled_from(("", "https://x.com/a/status/2")),
        ),
        max_size=3,
    ).map(tuple),
)
conversations = st.builds(
    Conversation,
    version=st.integers(0, 10**9),
    id=st.just("abcdefghijklmnop"),
    account=st.just(ACCOUNT.id),
    audience=audiences,
    lane=st.sampled_from(("life-safety", "other", "info", "press", "own-lane")),
    lane_word=st.one_of(st.just(""), texts),
    language=st.sampled_from(("", "ar", "sv", "xx")),
    tags=st.lists(texts, max_size=3).map(tuple),
    claim=st.one_of(st.none(), st.just(Claim("aj", 3, NOW))),
    wake=st.one_of(st.none(), st.just(Wake(NOW, 1))),
    closed=st.one_of(st.none(), st.none(), st.just(Closing(NOW, "officer:aj"))),
    opened=st.just(NOW),
    waiting_since=st.sampled_from((0, NOW)),
    answers=st.lists(answers, max_size=2).map(tuple),
)
showns = st.builds(
    Shown,
    conversation=conversations,
    account=st.builds(
        Account,
        id=st.just("x/a"),
        app=st.just("x"),
        native_id=st.just("1"),
        title=texts,
        handle=texts,
        kind=st.sampled_from(("ministry", "minister")),
    ),
    platform=st.just("X"),
    person=people,
    lane=st.sampled_from((None, LIFE)),
    lines=lines,
    earlier=st.integers(0, 3),
    officers=st.just(OFFICERS),
    writing=st.booleans(),
    others=st.integers(0, 3),
    other_holders=st.lists(texts, max_size=2).map(tuple),
    due=st.sampled_from((0, NOW)),
    forbidden=st.sampled_from((None, Denied("platform_forbids", {"rule": "mention_needed"}))),
)
writings = st.builds(
    Writing,
    answer=st.just("answeranswer0001"),
    audience=audiences,
    text=texts,
    parts=st.lists(texts, max_size=4).map(tuple),
    signature=st.sampled_from(("", "^AJ")),
    newer=lines,
    problem=st.sampled_from((None, Denied("too_long", {"parts": 30, "most": 25}))),
    other=st.booleans(),
)


def shown(audience: Audience = "public", text: str = "Är gränsen öppen?", **facts: Any) -> Shown:
    """Give a plain conversation, some facts of it changed."""
    known: dict[str, Any] = {
        "version": 7,
        "id": "abcdefghijklmnop",
        "account": ACCOUNT.id,
        "audience": audience,
        "language": "sv",
        "opened": NOW,
        "waiting_since": NOW,
    }
    return Shown(
        conversation=Conversation(**(known | facts)),
        account=ACCOUNT,
        platform="X",
        person=PERSON,
        lane=LIFE if facts.get("lane") == "life-safety" else None,
        lines=(Line(text, NOW, "resenar_k"),),
        officers=OFFICERS,
    )


def objects(value: Any) -> Iterator[Json]:
    """Give every object inside blocks, at any depth."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from objects(inner)


def shown_texts(value: Any) -> list[str]:
    """Give all that blocks show, each text for itself."""
    return [one["text"] for one in objects(value) if isinstance(one.get("text"), str)]


def all_text(value: Any) -> str:
    """Give all that blocks show as one text."""
    return "".join(shown_texts(value))


def acts(value: Any) -> list[str]:
    """Give the action ids of all elements, in order."""
    return [one["action_id"] for one in objects(value) if "action_id" in one]


def labels(value: Any) -> list[str]:
    """Give the words on all buttons."""
    return [one["text"]["text"] for one in objects(value) if one.get("type") == "button"]


def entities_whole(text: str) -> bool:
    """Whether nothing is left for Slack to parse, and every & begins a whole entity."""
    return not regex.search(r"[<>]|&(?!(?:amp|lt|gt);)", text)


def isolates_closed(text: str) -> bool:
    """Whether every isolate that a text opens ends in the same line, and no override is left."""
    return all(
        line.count("\u2068") == line.count("\u2069") and not regex.search(r"[\u202a-\u202e]", line)
        for line in text.split("\n")
    )


def check_blocks(blocks: list[Json]) -> None:
    """Assert that these blocks are small, and harmless wherever Slack parses."""
    assert weight(blocks) < 10_000
    assert all(one.get("type") not in ("mrkdwn", "markdown") for one in objects(blocks))
    for one in objects(blocks):
        if one.get("type") == "plain_text":
            assert entities_whole(one["text"])
        if one.get("type") == "text":
            assert isolates_closed(one["text"])
    for block in blocks:
        if block["type"] == "actions":
            assert sum(one["type"] == "button" for one in block["elements"]) <= 4
    assert "…" not in labels(blocks)  # a button whose phrase is missing


def check_post(post: Post, named: set[str] | None = None) -> None:
    """Assert that Slack takes this message, and that it notifies exactly those named."""
    accept_message_blocks(post.blocks)
    check_blocks(post.blocks)
    assert 0 < size(post.text) < 4_000
    workspace = Workspace(lambda: NOW / 1000)
    for name in ("anna", "erik"):
        user = User(f"U0{name.upper()}", name, name)
        workspace.users[user.id] = user
    channel = Channel("C1", "press", members=list(workspace.users))
    workspace.channels["C1"] = channel
    message = Message("1.0", "C1", workspace.bot_user_id, post.text, post.blocks)
    assert notified(workspace, message) == (named or set())


def check_view(view: Json) -> None:
    """Assert that Slack takes this view."""
    accept_view(view, view["type"])
    check_blocks(view["blocks"])
    assert size(view["private_metadata"]) <= 3_000
