"""A channel's summary: how many wait, kept as the newest message but never noisy."""

from __future__ import annotations

import msgspec

from handlers.slack.home import Counts, OnDuty, summary
from handlers.slack.office import Office
from handlers.slack.pace import SlackRefused
from handlers.slack.seats import SEATS
from inbox.words import Account, Millis, Record

REPOSTED_MS = 600_000
"""A summary becomes the newest message again after ten minutes at most (UX.md, 15)."""
REDRAWN_MS = 15_000
"""Its figures are drawn again this often at most."""
LOOKED_AT = 200
"""So many of the queue's first are looked at for their languages."""


class Kept(Record, frozen=True):
    """Where the summary stands, when it was posted, and what it said of urgency."""

    nonce: str = ""
    ts: str = ""
    posted: Millis = 0
    drawn: Millis = 0
    urgent: int = 0
    waiting: int = 0


async def counted(office: Office, channels: tuple[str, ...]) -> Counts:
    """Count what waits in these channels, in which languages, and who is there to read them."""
    inbox, policies = office.inbox, office.policies
    urgent_ranks = {lane.rank for lane in policies.lanes if lane.reserved}
    waiting = urgent = 0
    oldest: list[Millis] = []
    for channel in channels:
        ranks = await inbox.queue.ranks(channel)
        waiting += sum(ranks.values())
        urgent += sum(many for rank, many in ranks.items() if rank in urgent_ranks)
        since = await inbox.queue.oldest(channel)
        oldest += [since] if since else []
    first = await inbox.queue.first(list(channels), LOOKED_AT)
    languages: dict[str, int] = {}
    for one in await inbox.read.conversations([w.id for w in first]):
        if one.language:
            languages[one.language] = languages.get(one.language, 0) + 1
    duty = [policies.officers[o] for o in await inbox.duty.list() if o in policies.officers]
    readable = {language for officer in duty for language in officer.languages}
    most = tuple(sorted(languages.items(), key=lambda pair: (-pair[1], pair[0])))
    return Counts(
        at=inbox.now(),
        waiting=waiting,
        urgent=urgent,
        oldest=min(oldest, default=0),
        languages=most,
        unread=tuple(language for language, _ in most if duty and language not in readable),
        on_duty=tuple(OnDuty(officer.name) for officer in duty),
    )


class Summary:
    """One channel's summary message."""

    FIELD = "summary"

    def __init__(self, office: Office, channel: str) -> None:
        self._office, self._channel = office, channel
        self._kept = Kept()

    def load(self, value: bytes | None) -> None:
        """Remember where it stood before this process."""
        self._kept = msgspec.json.decode(value, type=Kept) if value else Kept()

    def gone(self, ts: str) -> None:
        """Forget it where somebody deleted it."""
        if ts == self._kept.ts:
            self._kept = Kept()

    def wait(self, now: Millis) -> float:
        """Return in how many seconds it may be drawn again."""
        return max(0.5, (self._kept.drawn + REDRAWN_MS - now) / 1000)

    async def draw(self, account: Account) -> None:
        """Draw it where there is more than the board shows; repost it when that is due."""
        now, kept = self._office.inbox.now(), self._kept
        ranks = await self._office.inbox.queue.ranks(self._channel)
        waiting = sum(ranks.values())
        urgent = ranks.get(0, 0)
        if waiting <= SEATS and not kept.ts:
            return
        rises = urgent > kept.urgent
        same = (waiting, urgent) == (kept.waiting, kept.urgent)
        if not rises and (same or now - kept.drawn < REDRAWN_MS):
            return
        counts = await counted(self._office, (self._channel,))
        post = summary(counts, self._office.say_in(account))
        drawn = msgspec.structs.replace(kept, drawn=now, urgent=urgent, waiting=waiting)
        pace, body = self._office.pace, {"text": post.text, "blocks": post.blocks}
        if kept.ts and not rises and now - kept.posted < REPOSTED_MS:
            try:
                await pace.update(channel=self._channel, ts=kept.ts, **body)
                await self._keep(drawn)
            except SlackRefused as error:
                if error.error != "message_not_found":
                    raise
                await self._keep(Kept())
            return
        nonce = self._office.ids()
        await self._keep(msgspec.structs.replace(drawn, nonce=nonce))
        ts = await pace.post(nonce, channel=self._channel, **body)
        await self._keep(msgspec.structs.replace(drawn, nonce=nonce, ts=ts, posted=now))
        if kept.ts:
            await self._remove(kept.ts)

    async def _remove(self, ts: str) -> None:
        """Take the former one away: two summaries would contradict each other."""
        try:
            await self._office.pace.call("chat.delete", channel=self._channel, ts=ts)
        except SlackRefused as error:
            if not error.gone:
                raise

    async def _keep(self, kept: Kept) -> None:
        self._kept = kept
        await self._office.inbox.boards.put(self._channel, self.FIELD, msgspec.json.encode(kept))
