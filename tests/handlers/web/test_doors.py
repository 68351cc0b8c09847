"""Every address, and everybody who might knock there."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from aiohttp_session import Session
from aiohttp_session.cookie_storage import EncryptedCookieStorage

from handlers.web import session
from handlers.web.app import HEADERS
from handlers.web.pages import ROUTES, Route
from inbox.team.roles import NEEDS
from tests.handlers.web.conftest import Browser, Pages, Seen

CANARY = "the-word-that-nobody-else-may-read"
OPEN = {
    ("GET", "/login"),
    ("GET", "/login/slack"),
    ("GET", "/login/slack/back"),
    ("GET", "/login/{token}"),
    ("POST", "/login/{token}"),
    ("POST", "/logout"),
    ("GET", "/static/{name}"),
    ("GET", "/open/v1/signatures/{platform}/{name}"),
    ("GET", "/open/v1/signatures/{platform}/{name}.json"),
}
"""What nobody is asked for: the ways in and out, our own style and script, the key of initials."""
ROLES = {"officer": "an officer", "approver": "an approver", "supervisor": "a supervisor"}
INSIDE = [route for route in ROUTES if route.act]
HERE = [route for route in INSIDE if "{id}" in route.path]


def there(route: Route, ref: str) -> str:
    """Give an address of this route."""
    return (
        route.path.replace("{id}", ref).replace("{reachout}", "r" * 16).replace("{contact}", "fm")
    )


async def knocks(browser: Browser, method: str, path: str) -> Seen:
    """Send what this session's own page could have sent."""
    if method == "GET":
        return await browser.get(path, allow_redirects=False)
    forms = (await browser.get("/login")).forms | (await browser.get("/")).forms
    token = next((form["csrf"] for form in forms.values() if "csrf" in form), "none")
    given = {"csrf": token, "text": CANARY, "note": "n", "op": "o"}
    return await browser.asked("POST", path, data=given, allow_redirects=False)


def test_every_address_asks_may_or_is_known_to_be_open(pages: Pages) -> None:
    assert pages.site
    served = {(one.method, one.path) for one in pages.site.routes()}  # type: ignore[attr-defined]  # all of ours are RouteDefs
    asking = {(one.method, one.path) for one in INSIDE}
    assert served == asking | OPEN
    assert {one.act for one in INSIDE} <= NEEDS.keys()


@pytest.mark.parametrize("cookie", ["", "gAAAAABforged", "x" * 4_000])
async def test_nobody_gets_in_without_a_session_nor_with_a_forged_one(
    pages: Pages, cookie: str
) -> None:
    ref = await pages.hear(CANARY)
    before = await pages.conversation(ref)
    for route in INSIDE:
        browser = await pages.browser()
        if cookie:
            browser.http.cookie_jar.update_cookies({session.COOKIE: cookie})
        seen = await knocks(browser, route.method, there(route, ref))
        assert seen.status in (303, 401), (route.path, seen.text)
        assert seen.headers.get("Location", "/login").startswith("/login")
        assert CANARY not in seen.body or route.method == "POST"
    assert await pages.conversation(ref) == before


async def test_what_is_not_theirs_looks_like_what_is_not_there(pages: Pages) -> None:
    ref = await pages.hear(CANARY)
    before = await pages.conversation(ref)
    otto = await pages.officer("ot")
    for number, route in enumerate(HERE, 1):
        theirs = await knocks(otto, route.method, route.path.replace("{id}", ref))
        nowhere = await knocks(otto, route.method, route.path.replace("{id}", "aaaaaaaaaaaaaaaa"))
        assert theirs.status == nowhere.status == 404, route.path
        assert theirs.text == nowhere.text
        assert CANARY not in theirs.body
        refused = await pages.inbox.refusals.list(100)
        assert len(refused) == number
        assert (refused[0].officer, refused[0].why) == ("ot", "not_your_account")
    assert await pages.conversation(ref) == before


async def test_a_reader_reads_and_does_nothing_else(pages: Pages) -> None:
    ref = await pages.hear(CANARY)
    before = await pages.conversation(ref)
    rut = await pages.officer("rr")
    seen = await rut.get(f"/c/{ref}")
    assert seen.status == 200
    assert CANARY in seen.text
    assert not [action for action in seen.forms if action.startswith("/c/")]
    acts = [route for route in HERE if route.method == "POST"]
    for number, route in enumerate(acts, 1):
        seen = await knocks(rut, route.method, route.path.replace("{id}", ref))
        told = f"Only {ROLES[NEEDS[route.act]]} may do this"
        assert (seen.status, told in seen.text) == (403, True), route.path
        refused = await pages.inbox.refusals.list(100)
        assert (len(refused), refused[0].officer, refused[0].act) == (number, "rr", route.act)
    assert await pages.conversation(ref) == before


async def test_a_reader_sees_no_private_conversation(pages: Pages) -> None:
    ref = await pages.hear(CANARY, audience="private")
    rut = await pages.officer("rr")
    assert (await rut.get(f"/c/{ref}")).status == 404
    assert CANARY not in (await rut.get("/")).body


async def test_an_officer_who_is_removed_is_out_at_once(pages: Pages) -> None:
    ref = await pages.hear(CANARY)
    anna = await pages.officer()
    assert (await anna.get(f"/c/{ref}")).status == 200
    pages.remove("aj")
    out = await anna.get(f"/c/{ref}")
    assert "/login" in out.url
    assert CANARY not in out.body


async def test_a_session_of_another_secret_is_worth_nothing(pages: Pages) -> None:
    forger = EncryptedCookieStorage(b"another secret, thirty-two bytes", max_age=60)
    forged = Session(None, data=None, new=True)
    forged["officer"] = "ml"
    answer = web.Response()
    asked = make_mocked_request("GET", "/")
    await forger.save_session(asked, answer, forged)
    cookie = answer.cookies["AIOHTTP_SESSION"].value
    browser = await pages.browser()
    browser.http.cookie_jar.update_cookies({session.COOKIE: cookie})
    assert "/login" in (await browser.get("/")).url


async def test_a_form_of_another_page_does_nothing(pages: Pages) -> None:
    ref = await pages.hear()
    anna = await pages.officer()
    form = (await anna.get(f"/c/{ref}")).forms[f"/c/{ref}/claim"]
    for given, headers in (
        ({**form, "csrf": "guessed"}, {}),
        ({"op": "o"}, {}),
        (form, {"Origin": "https://evil.example"}),
        (form, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
        (form, {"Sec-Fetch-Site": "cross-site"}),
        (form, {"Sec-Fetch-Site": "same-site"}),
    ):
        seen = await anna.asked("POST", f"/c/{ref}/claim", data=given, headers=headers)
        assert seen.status == 403
        assert "This window is too old" in seen.text
    assert await pages.holder(ref) == ""


async def test_who_is_signed_out_while_writing_gets_the_text_back(pages: Pages) -> None:
    ref = await pages.hear()
    anna = await pages.officer()
    form = (await anna.acts(ref, "hold")).forms[f"/c/{ref}/answer"]
    anna.http.cookie_jar.clear()
    out = await anna.asked("POST", f"/c/{ref}/answer", data={**form, "text": "Half a <b>line"})
    assert out.status == 401
    assert "Half a <b>line" in out.text
    assert "<b>line" not in out.body


@pytest.mark.parametrize(
    "path", ["/?most=-1", "/?most=1e9", "/?most=٣", "/find?q=" + "x" * 201, "/c/not-an-id"]
)
async def test_what_cannot_be_meant_is_told_plainly(pages: Pages, path: str) -> None:
    await pages.hear(CANARY)
    anna = await pages.officer()
    seen = await anna.get(path)
    assert seen.status in (400, 404)
    assert "Nothing was changed" in seen.text
    assert CANARY not in seen.body


async def test_every_page_is_dressed_and_a_private_one_is_never_stored(pages: Pages) -> None:
    ref = await pages.hear()
    anna = await pages.officer()
    for path in ("/", f"/c/{ref}", "/find", "/c/nothing", "/static/page.css"):
        headers = (await anna.get(path)).headers
        for one in HEADERS.keys() - {"Cache-Control"}:
            assert headers[one] == HEADERS[one], (path, one)
        if not path.startswith("/static"):
            assert headers["Cache-Control"] == "no-store"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


async def test_the_cookie_is_for_this_site_and_no_script(pages: Pages) -> None:
    browser, token = await pages.browser(), "a-token"
    await pages.inbox.logins.mint(token, "aj")
    await browser.get(f"/login/{token}")
    form = browser.page.forms[f"/login/{token}"]
    seen = await browser.asked("POST", f"/login/{token}", data=form, allow_redirects=False)
    cookie = seen.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=28800" in cookie
    assert "aj" not in cookie.split(";")[0].split(".")


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e%2fapp.py", "/static/none"])
async def test_no_other_file_is_given(pages: Pages, path: str) -> None:
    browser = await pages.browser()
    assert (await browser.get(path)).status == 404
