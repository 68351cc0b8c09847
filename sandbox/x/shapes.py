"""How X writes its records as JSON, in the names tweepy knows and in those of 2026.

`tweet` is what tweepy 4.17 asks for and reads (`referenced_tweets`); `post` is the
vocabulary of X's present description (`referenced_posts`). Everything else is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sandbox.x.records import DirectMessage, Post, User
from sandbox.x.texts import Dressed, dress, language, undressed
from sandbox.x.world import World

Vocabulary = Literal["tweet", "post"]
Json = dict[str, Any]
EDITABLE_MS = 3600 * 1000
"""An edit is possible for one hour (docs.x.com, edit posts)."""
EDITS = 5
VERIFIED = {"blue", "business", "government"}

ALWAYS_POST = {"id", "text", "edit_history_tweet_ids", "edit_history_post_ids"}
ALWAYS_USER = {"id", "name", "username"}
ALWAYS_DM = {"id", "text", "event_type"}
POST_NAMES = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "tweet_count": "post_count",
    "retweet_count": "repost_count",
    "most_recent_tweet_id": "most_recent_post_id",
    "tweets": "posts",
}
"""What the older vocabulary calls something, and what the present one does."""


def iso(at_ms: int) -> str:
    """Write a time as X does: UTC, in whole seconds with a zero fraction, ending in Z."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@dataclass(frozen=True)
class Shapes:
    """Writes records for one viewer in one vocabulary; `viewer` is None for a webhook."""

    world: World
    vocabulary: Vocabulary = "tweet"
    viewer: User | None = None

    def name(self, tweet_name: str) -> str:
        """Return a field's name in this vocabulary."""
        return POST_NAMES.get(tweet_name, tweet_name) if self.vocabulary == "post" else tweet_name

    def dressed(self, text: str) -> Dressed:
        """Return a text as this world's API shows it."""
        return dress(text) if self.world.dressed else undressed(text)

    def post(self, post: Post) -> Json:
        """Write every field of a post."""
        dressed = self.dressed(post.text)
        found: Json = {
            "id": post.id,
            "text": dressed.text,
            self.name("edit_history_tweet_ids"): list(post.edit_history),
            "author_id": post.author_id,
            "conversation_id": post.conversation_id,
            "created_at": iso(post.written_ms),
            "lang": language(post.text),
            "reply_settings": "everyone",
            "possibly_sensitive": False,
            "edit_controls": self._edit_controls(post),
            "public_metrics": self._post_metrics(post),
        }
        return found | self._entities(dressed) | self._references(post) | self._attached(post)

    def media(self, post: Post) -> list[Json]:
        """Write the pictures of a post; one without an alternative text has no such field."""
        return [
            {
                "media_key": key,
                "type": "photo",
                "url": f"https://pbs.twimg.com/media/{key}.jpg",
            }
            | ({"alt_text": alt} if alt else {})
            for key, alt in zip(_media_keys(post), post.pictures, strict=True)
        ]

    def user(self, user: User) -> Json:
        """Write every field of a user."""
        found: Json = {
            "id": user.id,
            "name": user.name,
            "username": user.handle,
            "created_at": iso(user.joined_ms),
            "description": user.description,
            "protected": user.protected,
            "verified": user.mark in VERIFIED,
            "verified_type": user.mark if user.mark in VERIFIED else "none",
            "parody": user.mark == "parody",
            "profile_image_url": (
                "https://abs.twimg.com/sticky/default_profile_images/default_profile_normal.png"
            ),
            "public_metrics": {
                "followers_count": 0,
                "following_count": 0,
                self.name("tweet_count"): len(self.world.shelf.by_author(user.id)),
                "listed_count": 0,
                "like_count": 0,
                "media_count": 0,
            },
        }
        if self.viewer is not None and self.viewer.id != user.id:
            found["receives_your_dm"] = user.receives_dm
        return found

    def dm(self, message: DirectMessage) -> Json:
        """Write every field of a direct message event."""
        dressed = self.dressed(message.text)
        links = {"urls": _urls(dressed)} if dressed.links else {}
        return {
            "id": message.id,
            "event_type": "MessageCreate",
            "text": dressed.text,
            "sender_id": message.sender_id,
            "dm_conversation_id": message.conversation_id,
            "created_at": iso(message.written_ms),
        } | ({"entities": links} if links else {})

    def references(self, post: Post) -> list[tuple[str, str]]:
        """Return (how, id) for the posts a post refers to."""
        both = (("replied_to", post.in_reply_to), ("quoted", post.quotes))
        return [(how, target) for how, target in both if target is not None]

    def _references(self, post: Post) -> Json:
        found: Json = {}
        references = self.references(post)
        if references:
            name = self.name("referenced_tweets")
            found[name] = [{"type": how, "id": target} for how, target in references]
        if post.in_reply_to is not None and self.world.shelf.has(post.in_reply_to):
            found["in_reply_to_user_id"] = self.world.shelf.get(post.in_reply_to).author_id
        return found

    def _attached(self, post: Post) -> Json:
        keys = _media_keys(post)
        return {"attachments": {"media_keys": keys}} if keys else {}

    def _edit_controls(self, post: Post) -> Json:
        first = self.world.shelf.get(post.edit_history[0])
        return {
            "edits_remaining": max(EDITS - len(post.edit_history) + 1, 0),
            "is_edit_eligible": post.in_reply_to is None,
            "editable_until": iso(first.written_ms + EDITABLE_MS),
        }

    def _post_metrics(self, post: Post) -> Json:
        replies = map(self.world.shelf.get, self.world.shelf.replies_to(post.id))
        counts = dict.fromkeys(("like_count", "quote_count", "bookmark_count"), 0)
        counts["reply_count"] = sum(1 for reply in replies if self.world.stands(reply))
        return counts | {self.name("retweet_count"): 0, "impression_count": 0}

    def _entities(self, dressed: Dressed) -> Json:
        found: Json = {}
        if dressed.links:
            found["urls"] = _urls(dressed)
        if mentions := self._mentions(dressed):
            found["mentions"] = mentions
        if tags := dressed.hashtags:
            found["hashtags"] = [{"start": t.start, "end": t.end, "tag": t.says} for t in tags]
        return {"entities": found} if found else {}

    def _mentions(self, dressed: Dressed) -> list[Json]:
        """List the handles that somebody has; X leaves the others plain text."""
        found = []
        for span in dressed.mentions:
            user = self.world.find(span.says)
            if user is not None:
                found.append(
                    {
                        "start": span.start,
                        "end": span.end,
                        "username": user.handle,
                        "id": user.id,
                    }
                )
        return found


def _media_keys(post: Post) -> list[str]:
    return [f"3_{post.id}{n}" for n, _ in enumerate(post.pictures)]


def _urls(dressed: Dressed) -> list[Json]:
    return [
        {
            "start": link.start,
            "end": link.end,
            "url": dressed.text[link.start : link.end],
            "expanded_url": link.says,
            "display_url": link.says.split("://", 1)[-1][:30],
        }
        for link in dressed.links
    ]
