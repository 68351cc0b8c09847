"""A channel's summary: how many wait, kept as the newest message but never noisy."""

from __future__ import annotations

import msgspec

from handlers.slack.home import Counts, OnDuty, summary
from handlers.slack.office import SUMMARY, Office, board_of
from handlers.slack.pace import SlackRefused
from handlers.slack.seats import SEATS
from handlers.slack.shown import Post
from inbox.words import Account, Millis, Record

REPOSTED_MS = 600_000
"""A summary becomes the newest message again after ten minutes at most (UX.md, 15)."""
REDRAWN_MS = 15_000
"""Its figures are drawn again this often at most."""
LOOKED_AT = 200
"""So many of the queue's first are looked at for their languages."""


class Kept(Record, frozen=True):
    """Where the summary stands, when it was posted, and what it said of urgency.

    `posting` is the nonce of one that is being posted: its process may have died over it.
    """

    nonce: str = ""
    ts: str = ""
    posted: Millis = 0
    drawn: Millis = 0
    urgent: int = 0
    waiting: int = 0
    posting: str = ""


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

    def __init__(self, office: Office) -> None:
        self._office = office
        self._channel = self._place = ""
        self._kept = Kept()
        self._late: Millis = 0
        self._doubted = False

    def doubt(self) -> None:
        """Draw it at the next look even if its figures are the same: it may have been wiped."""
        self._doubted = True

    def load(self, value: bytes | None, channel: str, place: str) -> None:
        """Remember where it stood before this process; `place` is where it stands now."""
        self._channel, self._place = channel, place
        self._kept = msgspec.json.decode(value, type=Kept) if value else Kept()

    async def gone(self, ts: str) -> None:
        """Forget it where somebody deleted it."""
        if ts and ts == self._kept.ts:
            await self._keep(Kept())

    def due(self) -> tuple[Millis, ...]:
        """Return when it must be drawn again by itself: figures that came too soon after others."""
        return (self._late,) if self._late else ()

    async def draw(self, account: Account) -> None:
        """Draw it where there is more than the board shows; repost it when that is due."""
        now, kept = self._office.inbox.now(), self._kept
        ranks = await self._office.inbox.queue.ranks(self._channel)
        waiting = sum(ranks.values())
        reserved = {lane.rank for lane in self._office.policies.lanes if lane.reserved}
        urgent = sum(many for rank, many in ranks.items() if rank in reserved)
        self._late = 0
        if waiting <= SEATS and not kept.nonce:
            return
        rises = urgent > kept.urgent or bool(kept.posting)
        same = (waiting, urgent) == (kept.waiting, kept.urgent) and not self._doubted
        if not rises and same:
            return
        if not rises and now - kept.drawn < REDRAWN_MS:
            self._late = kept.drawn + REDRAWN_MS
            return
        self._doubted = False
        counts = await counted(self._office, (self._channel,))
        post = summary(counts, self._office.say_in(account))
        drawn = msgspec.structs.replace(kept, drawn=now, urgent=urgent, waiting=waiting)
        if kept.ts and not rises and now - kept.posted < REPOSTED_MS:
            await self._redraw(drawn, post)
        else:
            await self._repost(drawn, post)

    async def _redraw(self, drawn: Kept, post: Post) -> None:
        try:
            await self._office.pace.update(
                channel=self._place, ts=drawn.ts, text=post.text, blocks=post.blocks
            )
        except SlackRefused as error:
            if error.error != "message_not_found":
                raise
            return await self._repost(msgspec.structs.replace(drawn, ts=""), post)
        return await self._keep(drawn)

    async def _repost(self, drawn: Kept, post: Post) -> None:
        """Post it anew, the intent first, and take the former one away."""
        pace, now = self._office.pace, self._office.inbox.now()
        posting = drawn.posting or self._office.ids()
        await self._keep(msgspec.structs.replace(drawn, nonce=posting, posting=posting))
        found = await pace.find(posting, self._place) if drawn.posting else ""
        ts = found or await pace.post(
            posting, channel=self._place, text=post.text, blocks=post.blocks
        )
        former = drawn.ts
        placed = msgspec.structs.replace(drawn, nonce=posting, ts=ts, posted=now, posting="")
        await self._keep(placed)
        if former and former != ts:
            await self._remove(former)

    async def _remove(self, ts: str) -> None:
        """Take the former one away: two summaries would contradict each other."""
        try:
            await self._office.pace.again("chat.delete", channel=self._place, ts=ts)
        except SlackRefused as error:
            if not error.gone:
                raise

    async def _keep(self, kept: Kept) -> None:
        self._kept = kept
        board = board_of(self._channel, self._place)
        await self._office.inbox.boards.put(board, SUMMARY, msgspec.json.encode(kept))
