"""What a caller asked for: parameters checked as X checks them, fields and expansions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.x.problems import invalid
from sandbox.x.shapes import Vocabulary
from sandbox.x.snowflake import of_time

POST_FIELDS = {
    *("article", "attachments", "author_id", "card_uri", "community_id", "context_annotations"),
    *("conversation_id", "created_at", "display_text_range", "edit_controls", "entities", "geo"),
    *("edit_history_tweet_ids", "edit_history_post_ids", "id", "in_reply_to_user_id", "lang"),
    *("media_metadata", "non_public_metrics", "note_tweet", "note_post", "organic_metrics"),
    *("possibly_sensitive", "promoted_metrics", "public_metrics", "referenced_tweets"),
    *("referenced_posts", "reply_settings", "scopes", "source", "text", "withheld"),
}
USER_FIELDS = {
    *("affiliation", "confirmed_email", "connection_status", "created_at", "description"),
    *("entities", "id", "is_identity_verified", "location", "most_recent_tweet_id"),
    *("most_recent_post_id", "name", "parody", "pinned_tweet_id", "pinned_post_id"),
    *("profile_banner_url", "profile_image_url", "protected", "public_metrics"),
    *("receives_your_dm", "subscription_type", "url", "username", "verified"),
    *("verified_type", "withheld"),
}
DM_FIELDS = {
    *("attachments", "created_at", "dm_conversation_id", "entities", "event_type", "id"),
    *("participant_ids", "referenced_tweets", "referenced_posts", "sender_id", "text"),
}
EXPANSIONS = {
    *("article.cover_media", "attachments.media_keys", "attachments.poll_ids", "author_id"),
    *("edit_history_tweet_ids", "edit_history_post_ids", "entities.mentions.username"),
    *("geo.place_id", "in_reply_to_user_id", "participant_ids", "pinned_tweet_id"),
    *("referenced_tweets.id", "referenced_tweets.id.author_id", "referenced_posts"),
    *("referenced_posts.author_id", "sender_id"),
}
LISTS = {
    "tweet.fields": POST_FIELDS,
    "post.fields": POST_FIELDS,
    "user.fields": USER_FIELDS,
    "dm_event.fields": DM_FIELDS,
    "expansions": EXPANSIONS,
}
EVERYWHERE = {*LISTS, "media.fields", "poll.fields", "place.fields"}


@dataclass(frozen=True)
class Range:
    """A page of a listing: ids above `since`, below `until`, at most `size` of them."""

    since: int
    until: int
    size: int


class Query:
    """The parameters of one call."""

    def __init__(self, given: Mapping[str, str], own: frozenset[str]) -> None:
        self.given = given
        for name in given:
            if name not in EVERYWHERE and name not in own:
                known = ",".join(sorted(EVERYWHERE | own))
                message = f"The query parameter [{name}] is not one of [{known}]"
                raise invalid(message, **{name: given[name]})
        for name in LISTS.keys() & given.keys():
            self._check(name)

    def listed(self, name: str) -> set[str]:
        """Return the values of a comma-separated parameter."""
        return {value.strip() for value in self.given.get(name, "").split(",") if value.strip()}

    @property
    def expansions(self) -> set[str]:
        """The objects to include beside the answer."""
        return self.listed("expansions")

    @property
    def post_fields(self) -> set[str]:
        """The fields wanted of posts, in either vocabulary."""
        return self.listed("tweet.fields") | self.listed("post.fields")

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary the caller speaks; tweepy's where nothing tells."""
        asked = self.post_fields | self.expansions | self.listed("dm_event.fields")
        new = "post.fields" in self.given or any("_post" in field for field in asked)
        return "post" if new else "tweet"

    def size(self, low: int, high: int, default: int) -> int:
        """Return `max_results`, between X's limits for this endpoint."""
        raw = self.given.get("max_results")
        if raw is None:
            return default
        if not raw.isdecimal() or not low <= int(raw) <= high:
            message = (
                f"The `max_results` query parameter value [{raw}] is not between {low} and {high}"
            )
            raise invalid(message, max_results=raw)
        return int(raw)

    def number(self, name: str) -> int | None:
        """Return an id parameter as a number; None when absent."""
        raw = self.given.get(name)
        if raw is None:
            return None
        if not raw.isdecimal() or len(raw) > 19:
            message = f"The `{name}` query parameter value [{raw}] is not a valid Post ID"
            raise invalid(message, **{name: raw})
        return int(raw)

    def moment(self, name: str) -> int | None:
        """Return a time parameter as UTC milliseconds; None when absent."""
        raw = self.given.get(name)
        if raw is None:
            return None
        try:
            moment = datetime.fromisoformat(raw)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            message = f"The `{name}` query parameter value [{raw}] is not a valid RFC3339 date-time"
            raise invalid(message, **{name: raw})
        return int(moment.astimezone(UTC).timestamp() * 1000)

    def ids(self, most: int = 100) -> list[str]:
        """Return `ids`, in order, each once."""
        raw = self.given.get("ids", "")
        ids = list(dict.fromkeys(raw.split(","))) if raw else []
        if not 1 <= len(ids) <= most:
            message = f"The number of values in the `ids` query parameter list [{len(ids)}] "
            raise invalid(message + f"is not between 1 and {most}", ids=raw)
        for one in ids:
            if not one.isdecimal() or len(one) > 19:
                message = f"The `ids` query parameter value [{one}] is not valid"
                raise invalid(message, ids=one)
        return ids

    def range(
        self, low: int, high: int, default: int, page_name: str = "pagination_token"
    ) -> Range:
        """Return the page asked for, from ids, times and the pagination token together."""
        since, until = self.number("since_id"), self.number("until_id")
        start, end = self.moment("start_time"), self.moment("end_time")
        if start is not None and end is not None and start >= end:
            raise invalid("`start_time` must be before `end_time`", start_time=str(start))
        ceilings = [n for n in (until, of_time(end) if end else None, self.page(page_name)) if n]
        return Range(
            since=max(since or 0, (of_time(start) - 1) if start else 0),
            until=min(ceilings, default=1 << 63),
            size=self.size(low, high, default),
        )

    def page(self, name: str = "pagination_token") -> int | None:
        """Return the id a pagination token stands for: the last one already shown."""
        raw = self.given.get(name)
        if raw is None:
            return None
        if not raw.startswith(TOKEN) or not raw.removeprefix(TOKEN).isdecimal():
            raise invalid(f"The `{name}` query parameter value [{raw}] is not valid", **{name: raw})
        return int(raw.removeprefix(TOKEN))

    def _check(self, name: str) -> None:
        for value in self.listed(name) - LISTS[name]:
            known = ",".join(sorted(LISTS[name]))
            message = f"The `{name}` query parameter value [{value}] is not one of [{known}]"
            raise invalid(message, **{name: value})


TOKEN = "7140dibd"  # noqa: S105 - the beginning of a page's name, nothing secret


def token_after(post_id: str) -> str:
    """Name the page that follows this id; a caller need not understand it."""
    return TOKEN + post_id.zfill(19)
