"""The public key of initials: without a login, kept by whoever stands between, nothing besides."""

import json

from msgspec.structs import replace

from inbox.team.policies import Policies
from tests.handlers.slack.conftest import Builder, policies_of
from tests.handlers.web.conftest import Pages, pages_of

PAGE = "/open/v1/signatures/x/landetud"


async def test_anybody_may_look_up_initials_and_learns_nothing_else(pages: Pages) -> None:
    stranger = await pages.browser()
    seen = await stranger.get(PAGE)
    assert (seen.status, seen.headers["Cache-Control"]) == (200, "public, max-age=3600")
    assert "Set-Cookie" not in seen.headers
    assert "^AJ Anna" in seen.text
    for inside in ("Jansson", "aj", "T0SANDBOX", "U0ANNA", "supervisor", "C0PRESS"):
        assert inside not in seen.body
    told = await stranger.get(f"{PAGE}.json")
    listed = json.loads(told.body)
    assert {"signature": "^AJ", "name": "Anna", "title": "press office"} in listed["signatures"]
    assert listed.keys() == {"account", "title", "signatures"}
    assert "Jansson" not in told.body


async def test_the_same_page_is_for_officers_too_and_not_sent_twice(pages: Pages) -> None:
    anna, stranger = await pages.officer(), await pages.browser()
    seen = await stranger.get(PAGE)
    assert (await anna.get(PAGE)).body == seen.body
    again = await stranger.get(PAGE, headers={"If-None-Match": seen.headers["ETag"]})
    assert (again.status, again.body) == (304, "")


async def test_an_account_that_wants_no_page_looks_like_none_at_all(pages: Pages) -> None:
    stranger = await pages.browser()
    ours = await stranger.get("/open/v1/signatures/x/landetqasira")
    nobody = await stranger.get("/open/v1/signatures/x/nobody")
    assert ours.status == nobody.status == 404
    assert ours.text == nobody.text
    assert (await stranger.get("/open/v1/signatures/x/landetqasira.json")).status == 404


async def test_who_has_left_stays_listed(pages: Pages) -> None:
    pages.remove("aj")
    assert "^AJ Anna" in (await (await pages.browser()).get(PAGE)).text


def under(signature: str) -> Policies:
    """Give the tables with protective names for all, and this way to sign."""
    made = policies_of(signature=signature, initials_page=True)
    names = dict(zip(made.officers, ("Sol", "Fura", "Regn", "Berg", "Strand"), strict=False))
    for id_, name in names.items():
        made.officers[id_] = replace(made.officers[id_], pseudonym=name)
    return made


async def test_a_pseudonym_is_never_resolved_nor_paired_with_what_they_signed_before(
    builder: Builder,
) -> None:
    async with pages_of(builder, policies_of(initials_page=True)):
        pass  # initials were kept while the account still signed with them
    async with pages_of(builder, under("pseudonym")) as pages:
        seen = await (await pages.browser()).get(PAGE)
        assert "^Sol an officer of ours" in seen.text
        assert "Anna" not in seen.body
        assert "AJ" not in seen.body


async def test_officers_see_who_signed_under_a_pseudonym(builder: Builder) -> None:
    async with pages_of(builder, under("pseudonym")) as pages:
        ref = await pages.hear()
        anna = await pages.officer()
        await anna.acts(ref, "hold")
        await anna.sends(f"/c/{ref}/answer", text="Yes.")
        assert (await pages.answer(ref)).parts[0].text == "Yes. ^Sol"
        await pages.arrives(ref)
        assert "Anna Jansson" in (await (await pages.officer("en")).get(f"/c/{ref}")).text
