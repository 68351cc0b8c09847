"""Signing in with Slack, and by a link of the host's."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.slack.rsa import make_key
from tests.handlers.slack.conftest import ANNA, FOREIGNER, STRANGER, Builder
from tests.handlers.web.conftest import Browser, Pages, pages_of


async def walks(browser: Browser, user: str, to: str = "/") -> str:
    """Go to Slack, say who one is, and give the address at which one is sent back."""
    away = await browser.get(f"/login/slack?to={to}", allow_redirects=False)
    assert away.status == 303
    back = await browser.get(f"{away.headers['Location']}&as={user}", allow_redirects=False)
    assert back.status == 302
    return str(back.headers["Location"])


async def test_an_officer_signs_in_with_slack_and_lands_where_they_wanted(pages: Pages) -> None:
    ref = await pages.hear()
    browser = await pages.browser()
    asked = await browser.get(f"/c/{ref}")
    assert f"/login/slack?to=/c/{ref}" in asked.body
    seen = await browser.get(await walks(browser, ANNA, f"/c/{ref}"))
    assert (seen.status, seen.url) == (200, f"{pages.url}/c/{ref}")
    assert "Anna Jansson" in seen.text


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/\\evil", "/logout"])
async def test_a_sign_in_leads_to_pages_of_ours_only(pages: Pages, to: str) -> None:
    browser = await pages.browser()
    seen = await browser.get(await walks(browser, ANNA, to))
    assert seen.url == f"{pages.url}/"


async def test_a_walk_that_was_not_begun_here_signs_nobody_in(pages: Pages) -> None:
    attacker, victim = await pages.browser(), await pages.browser()
    back = await walks(attacker, ANNA)
    seen = await victim.get(back)
    assert (seen.status, "Slack did not confirm" in seen.text) == (400, True)
    await victim.get("/login/slack", allow_redirects=False)  # a walk of their own, another state
    assert (await victim.get(back)).status == 400
    assert "/login" in (await victim.get("/")).url


async def test_a_code_is_good_once(pages: Pages) -> None:
    browser = await pages.browser()
    back = await walks(browser, ANNA)
    assert (await browser.get(back)).status == 200
    assert (await (await pages.browser()).get(back)).status == 400
    assert (await browser.get(back)).status == 400


async def test_an_identity_made_for_another_walk_is_not_believed(pages: Pages) -> None:
    browser = await pages.browser()
    back = await walks(browser, ANNA)
    code = parse_qs(urlsplit(back).query)["code"][0]
    pages.workspace.openid.codes[code].nonce = "somebody else's"
    assert (await browser.get(back)).status == 400


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-app"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"https://slack.com/team_id": None},
    ],
)
async def test_an_identity_that_is_not_for_us_is_not_believed(
    pages: Pages, claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    openid, browser = pages.workspace.openid, await pages.browser()
    true = openid._claims  # noqa: SLF001 - the stand-in is bent from inside

    def bent(*given: Any) -> dict[str, Any]:
        return {k: v for k, v in (true(*given) | claims).items() if v is not None}

    monkeypatch.setattr(openid, "_claims", bent)
    assert (await browser.get(await walks(browser, ANNA))).status == 400
    assert "/login" in (await browser.get("/")).url


async def test_an_identity_signed_by_another_key_is_not_believed(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await pages.browser()
    back = await walks(browser, ANNA)
    forged = make_key(1024)
    true = type(forged).token
    monkeypatch.setattr(type(forged), "token", lambda _, claims: true(forged, claims))
    assert (await browser.get(back)).status == 400


async def test_a_stranger_and_somebody_of_a_foreign_team_are_turned_away(builder: Builder) -> None:
    async with pages_of(builder, team="T0OURS") as pages:
        browser = await pages.browser()
        foreign = await browser.get(await walks(browser, ANNA))
        assert (foreign.status, "another workspace" in foreign.text) == (403, True)
        assert (await pages.inbox.refusals.list(1))[0].why == "foreign"
    async with pages_of(builder) as pages:
        for user in (STRANGER, FOREIGNER):
            browser = await pages.browser()
            seen = await browser.get(await walks(browser, user))
            assert (seen.status, "does not know you" in seen.text) == (403, True)


async def test_a_link_opens_once_and_a_preview_of_it_does_not_use_it_up(pages: Pages) -> None:
    await pages.inbox.logins.mint("a-token", "aj")
    previewer, anna, late = [await pages.browser() for _ in range(3)]
    await previewer.get("/login/a-token")
    assert "aj" not in previewer.page.text
    await anna.get("/login/a-token")
    assert (await anna.sends("/login/a-token")).url == f"{pages.url}/"
    await late.get("/login/a-token")
    stale = await late.sends("/login/a-token")
    assert (stale.status, "used or too old" in stale.text) == (403, True)


async def test_a_forged_link_and_one_of_a_removed_officer_look_like_an_old_one(
    pages: Pages,
) -> None:
    await pages.inbox.logins.mint("token-of-anna", "aj")
    pages.remove("aj")
    browser = await pages.browser()
    bodies = set()
    for token in ("never-minted", "token-of-anna"):
        await browser.get(f"/login/{token}")
        seen = await browser.sends(f"/login/{token}")
        assert seen.status == 403
        bodies.add(seen.text)
    assert len(bodies) == 1


async def test_the_store_knows_a_link_by_its_digest_only(pages: Pages, builder: Builder) -> None:
    await pages.inbox.logins.mint("a-secret-token", "aj")
    client = pages.inbox._client  # noqa: SLF001 - whoever reads the store reads this
    names = [name async for name in client.names("login:*")]
    assert len(names) == 1
    assert "a-secret-token" not in names[0]


async def test_who_guesses_links_is_told_to_wait(pages: Pages) -> None:
    browser = await pages.browser()
    await browser.get("/login/guess")
    for _ in range(20):
        await browser.sends_again("/login/guess")
    assert browser.page.status == 429
    assert "Wait a minute" in browser.page.text
    pages.clock.forward(61)
    assert (await browser.get("/login/guess")).status == 200


async def test_without_credentials_there_is_the_link_only(builder: Builder) -> None:
    async with pages_of(builder, slack=False) as pages:
        browser = await pages.browser()
        assert "/login/slack" not in (await browser.get("/login")).body
        assert (await browser.get("/login/slack")).status == 404


async def test_who_signs_out_is_out(pages: Pages) -> None:
    anna = await pages.officer()
    await anna.sends("/logout")
    assert "/login" in (await anna.get("/")).url


async def test_while_slack_is_away_a_link_opens_and_the_page_claims_and_answers(
    builder: Builder,
) -> None:
    async with pages_of(builder, api_url="http://127.0.0.1:9/api/") as pages:  # nobody listens
        browser = await pages.browser()
        away = await browser.get("/login/slack", allow_redirects=False)
        state = parse_qs(urlsplit(away.headers["Location"]).query)["state"][0]
        seen = await browser.get(f"/login/slack/back?state={state}&code=any")
        assert (seen.status, "Slack did not confirm" in seen.text) == (400, True)
        ref = await pages.hear()
        anna = await pages.officer()
        await anna.acts(ref, "claim")
        assert await pages.holder(ref) == "aj"
        await anna.sends(f"/c/{ref}/answer", text="Yes.")
        await pages.arrives(ref)
        assert "Answered publicly" in (await anna.get(f"/c/{ref}")).text
