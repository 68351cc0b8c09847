"""Whoever looks like somebody we know is marked wherever they are shown, with what differs."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from handlers.cleared import Question
from handlers.shown import looks_like
from handlers.slack.cards import alert, card, shrunk
from handlers.slack.clearing import clear_view
from handlers.slack.dialogs import found_view, row_of, whole_view
from handlers.slack.shown import Opened, Shown, Writing
from handlers.slack.views import answer_view
from inbox.conversations.state import Answer
from inbox.denied import Denied
from inbox.directory.commands import Add, Attach
from inbox.directory.lookalikes import Lookalikes, Named
from inbox.words import Person
from tests.handlers.slack.conftest import ANNA, PRESS, House, account_of, until
from tests.handlers.slack.hostile import BOOK, LANGUAGES, NOW, all_text, check_post, shown

MINISTER = Named(Person("x:1", "CarlBildt", "Carl Bildt"), "c1", "Foreign Minister, Qasira")
KNOWN = Lookalikes([MINISTER])
PARODY = Person("x:666", "CarIBildt", "Carl Bildt")
EN = BOOK.say("en")
MARK = "⚠ Looks like @CarlBildt (Foreign Minister, Qasira): capital I for l at letter 4"
OPENED = Opened("turn", NOW)


def parody() -> Shown:
    return replace(shown(), person=PARODY, likeness=KNOWN.near(PARODY))


def test_the_mark_stands_on_the_card_and_in_its_text_and_stays_when_it_shrinks() -> None:
    for post in (card(parody(), EN), shrunk(parody(), EN), alert(parody(), 1, "next", EN)):
        check_post(post)
        assert MARK in all_text(post.blocks)
        assert MARK in post.text


def test_the_mark_stands_in_the_modals_and_in_the_lists() -> None:
    one = parody()
    views = (
        answer_view(one, Writing("answer"), EN, OPENED),
        whole_view(one, one.lines, EN, OPENED),
        found_view("carl", [one], EN, OPENED),
        row_of(one, EN),
        clear_view(Question(one, Answer("answer", "aj", "Ja.", state="asked")), EN, OPENED),
    )
    for view in views:
        assert MARK in all_text(view)


def test_who_looks_like_nobody_has_no_mark() -> None:
    assert "⚠" not in all_text(card(shown(), EN).blocks)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("handle", "name"),
    [
        ("CarIBildt", ""),
        ("Сarl_Bildt", ""),
        ("CarlBildtt", ""),
        ("CarlBlidt", ""),
        ("Carl\u200bBildt", ""),
        ("\u202etdliBlraC", ""),
        ("CarlBildt", ""),
        ("somebody", "Carl Bildt"),
        ("somebody", "Carl BiIdt"),
    ],
)
def test_what_differs_is_said_in_every_language_and_turns_no_line(
    language: str, handle: str, name: str
) -> None:
    likeness = KNOWN.near(Person("x:9", handle, name))
    assert likeness is not None
    said = looks_like(likeness, BOOK.say(language))
    assert "@CarlBildt" in said
    assert not set("\u202a\u202b\u202d\u202e\u200b…") & set(said)
    check_post(card(replace(shown(), likeness=likeness), BOOK.say(language)))


async def test_who_imitates_our_own_account_is_marked_on_their_card(office: House) -> None:
    ours = account_of(office)
    fake = Person("x:666", ours.handle + "_", "Somebody")
    ref = await office.hear(author=fake)
    await office.card_says(ref, f"Looks like @{ours.handle} ({ours.title})")


async def test_who_imitates_a_contact_is_marked_once_the_contact_is_there(office: House) -> None:
    early = await office.hear(author=PARODY)
    assert "⚠" not in json.dumps((await office.card(early)).blocks, ensure_ascii=False)
    contacts = office.inbox.contacts
    for command in (Add("Foreign Minister, Qasira", "counterpart"), Attach(MINISTER.person)):
        done = await contacts.do("c1", contacts.order(command, by="officer:ml"))
        assert not isinstance(done, Denied), done
    await office.inbox.lookout.refresh()
    await office.card_says(early, "capital I for l at letter 4")
    ref = await office.hear(author=PARODY)
    await office.card_says(ref, "capital I for l at letter 4")
    genuine = await office.hear(author=MINISTER.person)
    assert "⚠" not in json.dumps((await office.card(genuine)).blocks, ensure_ascii=False)


async def test_whoever_wrote_to_somebody_who_changed_is_told_directly_and_nobody_else(
    office: House,
) -> None:
    facts = {
        "account": "x/landetud",
        "officer": "aj",
        "name": "Minister",
        "changed": "handle, name",
    }
    await office.inbox.notices.put("identity_changed", facts | {"changed": "handle, name"})

    def told() -> list[str]:
        channel = office.workspace.channels.get(f"D{ANNA[1:]}")
        return [one.text for one in channel.said if one.by_bot] if channel else []

    [text] = await until(told)
    assert "Minister" in text
    assert "användarnamnet, namnet" in text or "the handle, the name" in text
    posted = json.dumps([m.text for m in office.workspace.channels[PRESS].visible()])
    assert "Minister" not in posted
