"""A glance at a card on a phone: six facts in two lines, in every language, measured as drawn."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

from aiohttp import web
from msgspec.structs import replace

from config import tables
from handlers.slack.cards import card
from handlers.slack.shown import Shown
from inbox.conversations.state import Claim
from inbox.words import Account, Audience, Person
from tests.demo import DEMO, secrets
from tests.handlers.slack.hostile import BOOK, LANGUAGES, NOW, shown
from tests.promises.ministry import served
from tests.screens import ROOT, browser

PHONE = 375
STATIC = ROOT / "sandbox" / "page" / "static"
PERSON = Person("x:1", handle="fifteen_letters", name="Kim")
"""A handle as long as X allows (15 characters, x.com/help, "How to change your username")."""
PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/static/page.css"><link rel="stylesheet" href="/static/panes.css">
<style>body { display: block; overflow: auto; height: auto }</style><ol id="cards"></ol>
<script type="module">
import { draw, h } from "/static/dom.js";
import { blocks } from "/static/blocks.js";
const cards = await (await fetch("/cards")).json();
const surface = { id: "s", values: {}, act: () => {}, type: () => {} };
draw(document.getElementById("cards"), cards.map((one, n) =>
  h("li", { key: n, class: "message" }, h("span", { class: "face square" }, "C"),
    h("div", { class: "body" }, blocks(one, surface)))));
document.body.dataset.drawn = "yes";
</script>"""
LINES = """() => [...document.querySelectorAll(".message")].map((card) => {
  const facts = card.querySelector(".block .prose");
  const range = document.createRange();
  range.selectNodeContents(facts);
  const tall = parseFloat(getComputedStyle(facts).lineHeight);
  return Math.round(range.getBoundingClientRect().height / tall);
})"""


def accounts() -> tuple[Account, ...]:
    return tables.read(DEMO, secrets()).accounts


def every() -> Iterator[tuple[str, str, Shown]]:
    """Give every kind of card: lane, audience, account and holder, in every language."""
    lanes = [key.partition(".")[2] for key in BOOK.languages["en"] if key.startswith("lane.")]
    audiences: tuple[Audience, ...] = ("public", "private")
    holders = (None, Claim("aj", 3, NOW))
    for language, lane, audience, account, claim in product(
        LANGUAGES, lanes, audiences, accounts(), holders
    ):
        one = shown(audience, lane=lane, claim=claim)
        name = f"{language} {lane} {audience} {account.handle} {'held' if claim else 'free'}"
        yield name, language, replace(one, account=account, person=PERSON)


async def test_every_card_shows_its_six_facts_in_two_lines_at_375_pixels(
    chromium: Path, record_property: Callable[[str, object], None]
) -> None:
    names, cards = [], list[Any]()
    for name, language, one in every():
        names.append(name)
        cards.append(card(one, BOOK.say(language)).blocks)

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def drawn(_: web.Request) -> web.Response:
        return web.Response(text=json.dumps(cards), content_type="application/json")

    site = web.Application()
    site.add_routes([web.get("/", page), web.get("/cards", drawn), web.static("/static", STATIC)])
    async with served(site) as address, browser() as opened:
        shown_page = await opened.new_page(viewport={"width": PHONE, "height": 812})
        await shown_page.goto(address)
        await shown_page.locator("body[data-drawn=yes]").wait_for()
        lines = await shown_page.evaluate(LINES)
    most = dict(zip(names, lines, strict=True))
    record_property("told", f"figure glance_cards {len(cards)} cards")
    record_property("told", f"figure glance_lines_most {max(lines)} lines")
    assert {name: many for name, many in most.items() if many != 2} == {}
    # DEBUG
