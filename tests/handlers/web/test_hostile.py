"""What people wrote is shown as they wrote it, and is never anything but text."""

from __future__ import annotations

import pytest

from inbox.directory.commands import Add, Attach
from inbox.words import Person
from tests.handlers.slack.hostile import MASS, TOKENS
from tests.handlers.web.conftest import Forms, Pages

MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</textarea><script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "<a href=https://evil.example>gov.example</a>",
    "]]><!--",
)
OURS = {"a", "img", "script", "link", "meta"}


async def drawn(pages: Pages, text: str) -> None:
    """Let this be said, be somebody's name, a note and a draft; look at every page."""
    name = text[:60]
    author = Person("x:evil", handle=name, name=name, url="javascript:alert(1)")
    ref = await pages.hear(text[:4_000], person="evil", author=author, url="javascript:alert(1)")
    anna = await pages.officer()
    await anna.acts(ref, "claim")
    if text.strip():
        await anna.acts(ref, "note", note=text[:4_000])
        await anna.acts(ref, "draft", text=text[:4_000])
    for path in ("/", f"/c/{ref}", "/find?q=" + "x"):
        seen = await anna.get(path)
        assert seen.status == 200
        for tag, attrs in Forms(seen.body).tags:
            assert tag not in ("svg", "iframe", "object"), (path, text)
            assert not [one for one in attrs if one.startswith("on") or one == "style"]
            if tag in OURS:
                where = attrs.get("href") or attrs.get("src") or "/"
                assert where.startswith(("/", "#")), (path, text, where)
        assert "alert(1)" not in "".join(
            str(attrs) for tag, attrs in Forms(seen.body).tags if tag != "input"
        )


async def test_nothing_that_people_wrote_is_ever_markup(pages: Pages) -> None:
    for text in MARKUP:
        await drawn(pages, text)


async def test_whatever_people_write_is_shown(pages: Pages) -> None:
    for text in ("".join(TOKENS), *((unit * 4_000)[:4_000] for unit in MASS)):
        await drawn(pages, text)


@pytest.mark.parametrize("text", MARKUP)
async def test_what_is_searched_for_is_shown_as_text(pages: Pages, text: str) -> None:
    anna = await pages.officer()
    seen = await anna.get("/find", params={"q": text})
    assert seen.status == 200
    assert not [tag for tag, _ in Forms(seen.body).tags if tag == "svg"]
    assert seen.forms["/find"]["q"] == text


async def test_who_looks_like_somebody_we_know_is_marked_in_lists_and_on_their_page(
    pages: Pages,
) -> None:
    ours = next(one for one in pages.policies.accounts if one.id == "x/landetud")
    ref = await pages.hear(author=Person("x:666", f"{ours.handle}_", "Somebody"))
    anna = await pages.officer()
    await anna.acts(ref, "claim")
    for path in ("/", f"/c/{ref}"):
        seen = await anna.get(path)
        assert f"⚠ Looks like @{ours.handle} ({ours.title}): _ more" in seen.text


async def test_which_contact_somebody_is_and_how_sure_stands_on_their_page(pages: Pages) -> None:
    contacts = pages.inbox.contacts
    for command in (Add("Foreign Minister", "counterpart"), Attach(Person("x:eva", "eva"))):
        await contacts.do("fm", contacts.order(command, by="officer:ml"))
    ref = await pages.hear()
    anna = await pages.officer()
    for path in ("/", f"/c/{ref}"):
        seen = await anna.get(path)
        assert "In the directory: Foreign Minister · unproven" in seen.text
