"""Posts of ours that we did not send: told of once an hour, not once each."""

from __future__ import annotations

from bots.needs import Inbox
from inbox import Done
from inbox.conversations.denied import Denied
from inbox.conversations.events import Echoed
from inbox.words import Account

TOLD_EVERY = 3600
"""Seconds in which an account's posts that we did not send are told of once."""


async def tell_not_ours(inbox: Inbox, account: Account, answer: Done | Denied) -> None:
    """Tell the people where what was taken in is a post of ours that we did not send.

    A minister may answer by hand; anybody else may have lost the account to a stranger.
    """
    if isinstance(answer, Denied) or account.kind == "minister":
        return
    echoed = any(isinstance(event, Echoed) for event in answer.events)
    if echoed and await inbox.seen_once(f"not_ours/{account.id}", TOLD_EVERY):
        await inbox.notices.put("not_ours", {"account": account.id})
