"""The directory on the web: looked up, one contact with all that happened to it; for officers."""

from __future__ import annotations

from typing import get_args

import pytest

from handlers.contacts import happened
from inbox.desk.records import Made
from inbox.directory import commands as c
from inbox.directory.events import AnyEvent, Erased, Merged
from inbox.words import Person
from tests.handlers.slack.hostile import BOOK, LANGUAGES
from tests.handlers.web.conftest import Pages, builder, clock, pages, single_servers

__all__ = ["builder", "clock", "pages", "single_servers"]

MINISTER = "Foreign <b>Minister</b>, Qasira"
ORFANI = Person("x:71", "JalilOrfani", "جليل عرفاني")


async def did(pages: Pages, id_: str, *commands: c.AnyCommand) -> None:
    contacts = pages.inbox.contacts
    for command in commands:
        done = await contacts.do(id_, contacts.order(command, by="officer:ml"))
        assert isinstance(done, Made), done


async def known(pages: Pages) -> None:
    """Let there be a minister and his office, merged."""
    add = c.Add(MINISTER, "counterpart", ("ar",), "Asia/Riyadh")
    phone = c.AddWay("phone", "+46 8 465 004 41", "ml")
    await did(pages, "fm", add, phone, c.Attach(ORFANI, "met in May"))
    await did(pages, "of", c.Add("مكتب الوزير", "office"))
    expires = pages.inbox.now() + 10**9
    prove = c.Prove("x:71", "called_back", "the embassy called", expires)
    await did(pages, "fm", c.Merge("of"), prove, c.Freeze("x:71", "handle"))


async def test_a_contact_is_looked_up_and_shown_with_all_that_happened_to_it(pages: Pages) -> None:
    await known(pages)
    anna = await pages.officer("aj")
    found = await anna.get("/contacts?q=qasira")
    assert "Found: 1" in found.text
    assert "Counterpart · " in found.text
    shown = await anna.get("/contacts/fm")
    assert shown.status == 200
    for told in (
        *(MINISTER, "Known by Maria Lundqvist", "Stands also for \u2068مكتب الوزير\u2069"),
        *("Phone: +46 8 465 004 41", "X @JalilOrfani", "⚠ Frozen: handle", "unproven"),
        *("channel noted: +46 8 465 004 41", "is them: @JalilOrfani · met in May"),
        *("proven: x:71 · the embassy called", "frozen: x:71 · handle"),
    ):
        assert told.replace("\u2068", "").replace("\u2069", "") in shown.text.replace(
            "\u2068", ""
        ).replace("\u2069", ""), told
    assert "<b>Minister" not in shown.body
    assert "tel:" not in shown.body


async def test_a_merged_contact_s_address_shows_where_it_was_merged(pages: Pages) -> None:
    await known(pages)
    anna = await pages.officer("aj")
    assert MINISTER in (await anna.get("/contacts/of")).text
    assert (await anna.get("/contacts/nobody")).status == 404


async def test_without_words_everybody_is_listed(pages: Pages) -> None:
    await known(pages)
    anna = await pages.officer("aj")
    page = await anna.get("/contacts")
    assert MINISTER in page.text
    assert 'href="/contacts"' in page.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_can_happen_has_its_sentence(language: str) -> None:
    say = BOOK.say(language)
    assert all(say.knows(f"directory.event_{one.__name__.lower()}") for one in get_args(AnyEvent))
    assert "GDPR 17" in happened(Erased("fm", "GDPR 17"), say, str)
    assert "Office" in happened(Merged("of"), say, lambda _: "Office")
