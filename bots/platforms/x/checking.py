"""What X's own headers say an account's token may do, for `config check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bots.platforms.x.limits import BUDGETS
from inbox.words import Account, Finding

LOCKED = (
    "See whether the account is suspended or the app's credits are used up; else grant the app anew"
    " and renew the token's variables."
)
PERMISSIONS = "Give the app 'Read and write and Direct message', then grant it anew."
ACCESS = "x-access-level"
"""What an OAuth 1.0a token may do: read, read-write, read-write-directmessages."""


def granted(account: Account, headers: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what the token may do, how often, and to whom it may reply."""
    yield _access(headers.get(ACCESS, ""))
    yield _limits(headers.get("x-rate-limit-limit", ""))
    if account.may_reply_to == "all":
        what = 'may_reply_to is "all": X lets only Enterprise apps answer who did not name them.'
        yield Finding(True, what, 'Without such a contract write may_reply_to = "mentions".')


def _access(level: str) -> Finding:
    if not level:
        advice = "Look into the app's permissions in X's developer portal."
        return Finding(True, "X does not say what the token may do.", advice)
    if "write" not in level:
        return Finding(False, f"The token may only {level}: no answer can leave.", PERMISSIONS)
    if "directmessages" not in level:
        return Finding(False, "The token may not read or write direct messages.", PERMISSIONS)
    return Finding(True, "The token may read, write and send direct messages.")


def _limits(limit: str) -> Finding:
    assumed = BUDGETS["me"][0].most
    if limit.isdecimal() and int(limit) < assumed:
        what = f"X grants {limit} look-ups of ourselves in 15 minutes, fewer than {assumed}."
        return Finding(True, what, "The plan is smaller than we assume: answers may wait.")
    return Finding(True, f"The limits are those we count with ({limit or 'not told'}).")
