"""The public key of an account's signatures: as much as its policy says, and nothing else."""

from __future__ import annotations

from hashlib import sha256

import msgspec
from aiohttp import web

from handlers.forms import Wrong
from handlers.say import At
from handlers.web.visit import Turned, Visit
from inbox.answers.signatures import Signed, alike, explained, own_words
from inbox.words import Account

FRESH = 3600
"""Seconds for which anybody between may keep the page."""


async def signatures(visit: Visit) -> web.Response:
    """Show whose initials these are, in the account's own language, to whoever asks."""
    account = _account(visit)
    say = visit.acting.book.say(account.languages[0] if account.languages else "")
    text = visit.drawing.page(
        "signatures.html",
        say,
        who=None,  # the same page for all: it is kept by whoever stands between
        path=visit.request.path,
        now=At(0),
        account=account,
        signed=await _signed(visit, account),
    )
    return _kept(visit, text, "text/html")


async def as_json(visit: Visit) -> web.Response:
    """Give the same to machines."""
    account = _account(visit)
    signed = await _signed(visit, account)
    told = {"account": account.id, "title": account.title, "signatures": signed}
    return _kept(visit, msgspec.json.encode(told).decode(), "application/json")


def _account(visit: Visit) -> Account:
    """Return the account that is asked about; one that wants no page looks like none at all."""
    found = visit.request.match_info
    account = visit.acting.policies.account(f"{found['platform']}/{found['name']}")
    if account is None or not account.initials_page:
        raise Turned(404, Wrong("not_here"))
    return account


async def _signed(visit: Visit, account: Account) -> list[Signed]:
    """Return every signature that was ever used, those of people who have left too."""
    if account.signature not in ("initials", "pseudonym"):
        return []
    policies = visit.acting.policies
    words = {
        alike(own): own for one in policies.officers.values() if (own := own_words(one, account))
    }
    holders = await visit.acting.inbox.signers.of(account.id)
    pseudonyms = account.signature == "pseudonym"
    found = dict[str, Signed]()
    for holder in holders:
        officer = policies.officer(holder.officer)
        # What was kept under another policy is not shown under this one: it would pair both names.
        if pseudonyms and (officer is None or alike(holder.word) != alike(officer.pseudonym)):
            continue
        if not pseudonyms and officer and alike(holder.word) == alike(officer.pseudonym):
            continue
        word = words.get(alike(holder.word), holder.word)
        found[alike(word)] = explained(officer, word, account)
    return sorted(found.values(), key=lambda one: one.signature)


def _kept(visit: Visit, text: str, kind: str) -> web.Response:
    """Answer without a cookie, so that it may be kept; the same again is not sent again."""
    tag = sha256(text.encode()).hexdigest()[:32]
    known = any(one.value == tag for one in visit.request.if_none_match or ())
    response = web.Response(status=304) if known else web.Response(text=text, content_type=kind)
    response.etag = tag
    response.headers["Cache-Control"] = f"public, max-age={FRESH}"
    return response
