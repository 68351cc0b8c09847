"""Answers what others ask of a platform: whether a person takes private messages from us."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bots.contract import Bot, Busy, Locked, Refused
from bots.listening import Sleep
from bots.needs import Inbox
from inbox.words import Account, Audience, PersonId, Reach

POLL = 0.3
"""Seconds between two looks for questions: whoever asks waits two."""

log = structlog.get_logger(__name__)


@dataclass
class Asker:
    """The one worker that asks an account's platform about people."""

    inbox: Inbox
    account: Account
    bot: Bot
    sleep: Sleep

    async def run(self) -> None:
        """Answer for ever, as long as this process is the one that does."""
        while True:
            try:
                await self.round()
            except Exception as error:  # noqa: BLE001 - the store may be away; a worker never dies
                log.warning("asking_broke", account=self.account.id, error=type(error).__name__)
            await self.sleep(POLL)

    async def round(self) -> None:
        """Answer what is asked now; what cannot be asked is unknown, which stops nobody."""
        for person, audience in await self.inbox.asks.open(self.account.id):
            reach = await self._reach(person, audience)
            await self.inbox.asks.answer(self.account.id, person, audience, reach)

    async def _reach(self, person: PersonId, audience: Audience) -> Reach:
        try:
            return await self.bot.reach(person, audience)
        except Refused as refused:
            return Reach("no", refused.why)
        except (Busy, Locked):
            return Reach("unknown", "busy")
        except Exception as error:  # noqa: BLE001 - a bot that breaks must not stop the other questions
            log.warning("asking_broke", account=self.account.id, error=type(error).__name__)
            return Reach("unknown")
