"""X's limits and prices, as its documentation stood in August 2026, and what X can do."""

from __future__ import annotations

from bots.platforms.x.counting import count
from inbox.words import Audience, Budget, Profile

QUARTER = 15 * 60
DAY = 24 * 3600

POST_LENGTH = 280
"""Weighted characters (docs.x.com, counting characters; twitter-text 3)."""
DM_LENGTH = 10_000
"""Characters of a direct message (docs.x.com, manage direct messages)."""

BUDGETS = {
    "mentions": (Budget(300, QUARTER),),
    "timeline": (Budget(900, QUARTER),),
    "posts": (Budget(5000, QUARTER),),
    "users": (Budget(900, QUARTER),),
    "me": (Budget(75, QUARTER),),
    "dm_events": (Budget(15, QUARTER),),
    "post": (Budget(100, QUARTER),),
    "delete": (Budget(50, QUARTER),),
    "dm": (Budget(15, QUARTER), Budget(1440, DAY)),
}
"""Calls per user (docs.x.com/x-api/fundamentals/rate-limits, July 2026).

An app's own limits, 10,000 posts and 1,440 direct messages a day over all its accounts, are X's to
count: it says so with 429.
"""

PRICES = {
    "post": 0.015,
    "post_with_url": 0.20,
    "dm": 0.015,
    "delete": 0.010,
    "read_post": 0.005,
    "read_user": 0.010,
    "read_dm": 0.010,
}
"""US dollars a call, or a thing read (docs.x.com/x-api/getting-started/pricing, August 2026).

What is read again on the same day (UTC) is not charged again. The price of reading one's own data,
a fifth of it, is left aside, and so is that of pushes: the count is an estimate, X's console knows.
"""

PAGE = 100
"""The most a page of mentions, of a timeline or of direct messages holds."""
MENTIONS_DEPTH = 800
"""How many mentions back X lists at all (docs.x.com, user mention timeline)."""
TIMELINE_DEPTH = 3200
"""How many posts of a user back X lists at all (docs.x.com, user post timeline)."""
DMS_KEPT = 30 * DAY * 1000
"""Milliseconds back that X lists direct messages (docs.x.com, direct messages lookup)."""
LOOKUP = 100
"""The most ids of one look-up (docs.x.com, post lookup)."""

FIRST_LOOK = 3600 * 1000
"""Milliseconds back that a first start reads: X would give 30 days of direct messages."""
OVERLAP = 60 * 1000
"""Milliseconds read again each time: X's timelines may show a post after a later one."""
WATCHED = 100
"""How many of the latest posts we ask X about, to learn that they were deleted."""
WATCH_FOR = DAY * 1000
RECHECK = QUARTER * 1000
"""Milliseconds between two such questions: X tells no webhook of a stranger's deletion."""
ANCESTORS = 100
"""How many parents up a thread is followed from a post of ours."""
MEDIA_HOSTS = ("pbs.twimg.com", "video.twimg.com")
"""Where X keeps pictures and films; nothing is fetched from anywhere else."""
REMEMBERED = 1000
"""How many posts of others are remembered, so that a thread is not read again and again."""


class XProfile(Profile, frozen=True):
    """What X can do; a direct message is counted in plain characters, links and all."""

    def fits(self, text: str, audience: Audience) -> bool:
        """Return whether `text` can be one post, or one direct message."""
        if audience == "private":
            return len(text) <= self.limit(audience)
        return super().fits(text, audience)


PROFILE: Profile = XProfile(
    platform="x",
    title="X",
    app_secrets=("consumer_key", "consumer_secret"),
    account_secrets=("token", "token_secret"),
    audiences=("public", "private"),
    count=count,
    limits={"public": POST_LENGTH, "private": DM_LENGTH},
    starts=("public",),
    page="https://x.com/{handle}",
    hosts=("api.x.com", *MEDIA_HOSTS),
    pushes=True,
    poll_every=60,
    edits=True,
    deletes=True,
    retracts=True,
    reply_needs_mention=True,
    budgets=BUDGETS,
    costs=PRICES,
)
"""What X can do. Media cannot be sent yet; X takes no key, so a send is not repeatable."""
