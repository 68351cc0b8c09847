"""What acts by itself is told to the people: a notice becomes one message, once an hour at most."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import structlog

from handlers.say import Say
from handlers.slack import telling
from handlers.slack.alerting import ALERT, Alerting
from handlers.slack.asking import ASK, OVERRIDDEN, Asking
from handlers.slack.asking import CHANGED as ASKED_CHANGED
from handlers.slack.cards import said
from handlers.slack.office import Office
from handlers.slack.pace import SlackRefused
from handlers.slack.silence import users_of
from inbox.words import Account

CHANGED = "slack_changed"
"""The notice that something happened to a channel of ours: for the board, not for people."""
HERE_FIRST = (
    *("private_nowhere", "private_public", "private_shared", "private_guest"),
    *("nobody_to_alert", "identity_changed"),
)
"""Notices told first where the account's officers read; all others in the fallback channel."""
PERSONAL = ("identity_changed",)
"""Notices for one officer, by direct message; for all where that one cannot be reached."""
ASKING = (ASK, ASKED_CHANGED, OVERRIDDEN)
"""Notices about clearance: each names whom to tell."""
HOUR_MS = 3_600_000

log = structlog.stdlib.get_logger(__name__)


class Notice(Protocol):
    """One thing worth telling, as the inbox keeps it."""

    @property
    def kind(self) -> str:
        """What sort of thing it is: its sentence stands in the phrases under `alarm`."""
        ...

    @property
    def json(self) -> str:
        """The facts as they were written."""
        ...

    @property
    def facts(self) -> Mapping[str, Any]:
        """What its sentence needs, by name."""
        ...


class Alarms:
    """Posts notices; `changed(channel, ts)` is called for those meant for the board."""

    def __init__(self, office: Office, changed: Callable[[str, str], Awaitable[None]]) -> None:
        self._office, self._changed = office, changed
        self._alerting, self._asking = Alerting(office), Asking(office)

    async def run(self, stop: asyncio.Event) -> None:
        """Follow the notices until `stop` is set."""
        inbox = self._office.inbox
        await inbox.follow_source("notices", inbox.notices, self._each, stop=stop)

    async def _each(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            if notice.kind == CHANGED:
                facts = notice.facts
                await self._changed(str(facts.get("channel", "")), str(facts.get("ts", "")))
            elif notice.kind == ALERT:
                await self._alerting.call(notice.facts)
            elif notice.kind in ASKING:
                await self._asking.hear(notice.kind, notice.facts)
            elif notice.kind in PERSONAL and await self._personally(notice):
                continue
            elif notice.kind in telling.KINDS:
                await telling.tell(self._office, notice.kind, notice.facts)
            else:
                await self._tell(notice)

    async def _personally(self, notice: Notice) -> bool:
        """Tell the officer it concerns by direct message; False where none can be reached."""
        office, facts = self._office, notice.facts
        officer = office.policies.officer(str(facts.get("officer", "")))
        account = office.policies.account(str(facts.get("account", "")))
        for user in users_of(office, officer) if officer else ():
            try:
                await self._post(notice, account, await office.direct(user))
            except SlackRefused as error:
                log.warning("notice_refused", kind=notice.kind, error=error.error)
            else:
                return True
        return False

    async def _tell(self, notice: Notice) -> None:
        """Post it where somebody sees it; raises SlackRefused where no channel takes it."""
        name = str(notice.facts.get("account", ""))
        account = self._office.policies.account(name)
        places = _places(notice.kind, account, self._office.policies.accounts)
        refused: SlackRefused | None = None
        for place in places:
            try:
                return await self._post(notice, account, place)
            except SlackRefused as error:
                refused = error
        if refused:
            raise refused
        log.error("alarm_without_a_channel", kind=notice.kind, account=name)
        return None

    async def _post(self, notice: Notice, account: Account | None, place: str) -> None:
        office = self._office
        hour = office.inbox.now() // HOUR_MS
        told = f"{notice.kind}\0{notice.json}\0{hour}\0{place}"
        nonce = f"alarm.{hashlib.sha256(told.encode()).hexdigest()[:16]}"
        if await office.pace.find(nonce, place):
            return  # its process died after posting it
        say = office.say_in(account) if account else office.book.say("")
        key = f"alarm.{notice.kind}"
        post = said(
            say,
            key if say.knows(key) else "alarm.unknown",
            account=account.title if account else "",
            platform=account.platform.title() if account else "",
            kind=notice.kind,
            officer=str(notice.facts.get("officer", "")),
            name=str(notice.facts.get("name", "")),
            changed=_changed(str(notice.facts.get("changed", "")), say),
        )
        await office.pace.post(nonce, channel=place, text=post.text, blocks=post.blocks)


def _changed(what: str, say: Say) -> str:
    """Return what is other about a person, in the reader's words."""
    return ", ".join(say.word("identity", one) for one in what.split(", ")) if what else ""


def _places(kind: str, account: Account | None, accounts: Sequence[Account]) -> tuple[str, ...]:
    """Return where to tell it, the best place first."""
    if account is None:
        every = [a.fallback_channel or a.slack_channel for a in accounts]
        return tuple(dict.fromkeys(place for place in every if place))
    places = (account.fallback_channel, account.slack_channel)
    ordered = reversed(places) if kind in HERE_FIRST else places
    return tuple(dict.fromkeys(place for place in ordered if place))
