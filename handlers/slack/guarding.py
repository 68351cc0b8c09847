"""Whether a channel may show what is meant for it: ours still, and for private messages private."""

from __future__ import annotations

from typing import Literal, TypeAlias

from handlers.slack.office import Office
from handlers.slack.pace import Json, SlackRefused
from inbox.words import Millis

Fault: TypeAlias = Literal["", "gone", "public", "shared", "guest"]

REMEMBERED_MS = 3_600_000
"""For so long a member is taken for what they were when Slack was asked."""


class Guard:
    """Asks Slack what a channel is; who is in it is remembered for an hour."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._members: dict[str, tuple[Millis, Fault]] = {}

    async def fault(self, channel: str, *, private: bool) -> Fault:
        """Return why nothing may be shown in a channel, or "".

        Private messages may stand only where nobody reads them but our own full members.
        """
        try:
            told = await self._office.pace.again("conversations.info", channel=channel)
        except SlackRefused as error:
            if error.gone:
                return "gone"
            raise
        known: Json = told["channel"]
        if known.get("is_archived") or not known.get("is_member"):
            return "gone"
        return await self._unfit(channel, known) if private else ""

    async def _unfit(self, channel: str, known: Json) -> Fault:
        if not known.get("is_private"):
            return "public"
        if known.get("is_ext_shared") or known.get("is_pending_ext_shared"):
            return "shared"
        faults = [await self._member(user) for user in await self._in(channel)]
        return next((fault for fault in faults if fault), "")

    async def _in(self, channel: str) -> list[str]:
        found: list[str] = []
        cursor = ""
        while True:
            where: Json = {"channel": channel, "limit": 200} | (
                {"cursor": cursor} if cursor else {}
            )
            told = await self._office.pace.again("conversations.members", **where)
            found += [str(user) for user in told["members"]]
            cursor = str((told.get("response_metadata") or {}).get("next_cursor", ""))
            if not cursor:
                return found

    async def _member(self, user: str) -> Fault:
        now = self._office.inbox.now()
        asked, fault = self._members.get(user, (0, ""))
        if not asked or now - asked > REMEMBERED_MS:
            told = (await self._office.pace.again("users.info", user=user))["user"]
            guest = told.get("is_restricted") or told.get("is_ultra_restricted")
            fault = "shared" if told.get("is_stranger") else "guest" if guest else ""
            self._members[user] = (now, fault)
        return fault
