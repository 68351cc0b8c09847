"""Posts of ours that we did not send: told of once an hour, not once each."""

from __future__ import annotations

from bots.contract import Inbound
from bots.needs import Inbox
from inbox import Done
from inbox.conversations.commands import Receive
from inbox.conversations.denied import Denied
from inbox.conversations.events import Echoed
from inbox.words import Account, MessageId

TOLD_EVERY = 3600
"""Seconds in which an account's posts that we did not send are told of once."""


async def tell_not_ours(
    inbox: Inbox, account: Account, answer: Done | Denied, command: Inbound
) -> None:
    """Tell the people where what was taken in is a post of ours that we did not send.

    A minister may answer by hand, and so may who was asked to post a rung's line where the platform
    forbids us; anybody else may have lost the account to a stranger. What comes again may have been
    taken in by somebody who died before telling: the history knows.
    """
    if isinstance(answer, Denied) or account.kind == "minister":
        return
    if not isinstance(command, Receive) or not command.message.ours:
        return
    echoed = any(isinstance(event, Echoed) for event in answer.events)
    if not answer.events:
        echoed = await _just_echoed(
            inbox, answer, command.message.id
        )  # guard: told-after-death test=tests/bots/test_not_ours.py
    if echoed and not await inbox.reachouts.expects(account.id, command.message.text):
        await inbox.notices.put_once(TOLD_EVERY, "not_ours", account.id)


async def _just_echoed(inbox: Inbox, answer: Done, message: MessageId) -> bool:
    """Say whether it was taken in within the hour: what is older was told of in its own hour."""
    since = inbox.now() - TOLD_EVERY * 1000
    return any(
        isinstance(event, Echoed) and event.message.id == message
        for entry in await inbox.read.history(answer.conversation.id)
        if entry.at > since
        for event in entry.events
    )
