"""What X's JSON says, in our words; `tweet` and `post` names are read alike.

X renamed its fields in 2026 (`referenced_posts` for `referenced_tweets`); tweepy 4.17 still asks
in the old names and loses edits and references of the new ones, so the raw JSON is read here.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from inbox.words import Mark, Media, Millis, Person, PersonId, Record

Json: TypeAlias = Mapping[str, Any]
MARKS: Mapping[str, Mark] = {"government": "government", "business": "paid", "blue": "paid"}
SNOWFLAKE_EPOCH: Millis = 1_288_834_974_657
"""The first millisecond that X's ids can encode (github.com/twitter-archive/snowflake)."""


class Post(Record, frozen=True):
    """One version of a post, as X gave it; ids are X's own, without our prefix."""

    id: str
    author: Person
    text: str
    written: Millis
    thread: str
    history: tuple[str, ...]
    """Every id of this post's versions, the first one first, its own last."""
    answers: str = ""
    """The post it replies to."""
    answers_person: str = ""
    quotes: str = ""
    quotes_person: str = ""
    names: tuple[str, ...] = ()
    """The native ids of everybody its text names, in order."""
    media: tuple[Media, ...] = ()
    repost: bool = False
    language: str = ""
    """What X takes the text for; "" where it cannot tell or says it in a code of its own."""
    raw: bytes = b""

    @property
    def author_id(self) -> str:
        """X's id of its author."""
        return native(self.author.id)

    @property
    def first(self) -> str:
        """The id under which the post is known, whatever edits followed."""
        return self.history[0]

    @property
    def url(self) -> str:
        """Its public address."""
        return address(self.author.handle, self.id)


class Included(Record, frozen=True):
    """What an answer brings along: people, other posts and media, by their ids."""

    users: Mapping[str, Json] = {}
    posts: Mapping[str, Json] = {}
    media: Mapping[str, Json] = {}

    def person(self, user_id: str) -> Person:
        """Return what is known of a person: at least the id."""
        return person_of(self.users.get(user_id, {"id": user_id}))


def included(body: Json) -> Included:
    """Read the `includes` beside an answer's or a push's data; a deletion's wrap each user once.

    As in X's example of `post.delete` (docs.x.com/x-api/activity/event-payloads).
    """
    found = body.get("includes") or {}
    people = [user.get("data", user) for user in found.get("users", ())]
    return Included(
        users={user["id"]: user for user in people},
        posts={post["id"]: post for post in _either(found, "tweets", "posts") or ()},
        media={one["media_key"]: one for one in found.get("media", ())},
    )


def post_of(payload: Json, beside: Included) -> Post:
    """Read a post; raises KeyError, TypeError or ValueError where it is none."""
    post_id = str(payload["id"])
    references = {
        one["type"]: str(one["id"])
        for one in _either(payload, "referenced_tweets", "referenced_posts") or ()
    }
    history = _either(payload, "edit_history_tweet_ids", "edit_history_post_ids") or [post_id]
    answered = beside.posts.get(references.get("replied_to", ""), {})
    quoted = beside.posts.get(references.get("quoted", ""), {})
    mentions = (_long(payload).get("entities") or {}).get("mentions", ())
    by_handle = {user.get("username", "").lower(): key for key, user in beside.users.items()}
    named = (str(m.get("id") or by_handle.get(m["username"].lower(), "")) for m in mentions)
    return Post(
        id=post_id,
        author=beside.person(str(payload["author_id"])),
        text=text_of(payload),
        written=written_at(post_id, payload.get("created_at")),
        thread=str(payload.get("conversation_id") or ""),
        history=tuple(map(str, history)),
        answers=references.get("replied_to", ""),
        answers_person=str(payload.get("in_reply_to_user_id") or answered.get("author_id") or ""),
        quotes=references.get("quoted", ""),
        quotes_person=str(quoted.get("author_id") or ""),
        names=tuple(dict.fromkeys(one for one in named if one)),
        media=tuple(_media(payload, beside)),
        repost="retweeted" in references or "reposted" in references,
        language=language_of(payload),
        raw=msgspec.json.encode(payload),
    )


def person_of(user: Json) -> Person:
    """Read a person; the mark is X's own verification, never a name's look."""
    handle = str(user.get("username") or user.get("screen_name") or "")
    created = user.get("created_at")
    return Person(
        id=ours_of(str(user["id"])),
        handle=handle,
        name=str(user.get("name") or ""),
        mark=MARKS.get(str(user.get("verified_type")), "none"),
        url=f"https://x.com/{handle}" if handle else "",
        avatar=str(user.get("profile_image_url") or ""),
        since=millis(created) if created else 0,
    )


def language_of(payload: Json) -> str:
    """Read `lang`: two letters, two of them outdated; "und", "qme" and "zxx" say nothing."""
    said = str(payload.get("lang") or "")
    return {"iw": "he", "in": "id"}.get(said, said if len(said) == 2 else "")


def text_of(payload: Json) -> str:
    """Return the whole text as it was written: unescaped, links where they lead."""
    whole = _long(payload)
    text = html.unescape(str(whole.get("text") or payload.get("text") or ""))
    for link in (whole.get("entities") or {}).get("urls", ()):
        if "media_key" in link:
            text = text.replace(link["url"], "").rstrip()
        elif link.get("expanded_url"):
            text = text.replace(link["url"], link["expanded_url"])
    return text


def digest(raw: bytes) -> str:
    """Return the digest that a message keeps of its payload."""
    return hashlib.sha256(raw).hexdigest()


def ours_of(native_id: str) -> str:
    """Return our id of X's id of a person or a message."""
    return f"x:{native_id}"


def native(our_id: PersonId) -> str:
    """Return X's id of our id of a person or a message."""
    return our_id.removeprefix("x:")


def address(handle: str, post_id: str) -> str:
    """Return a post's public address; `i` stands for an author we do not know."""
    return f"https://x.com/{handle or 'i'}/status/{post_id}"


def millis(written: str) -> Millis:
    """Read X's times, with or without milliseconds."""
    return round(datetime.fromisoformat(written).timestamp() * 1000)


def written_at(native_id: str, created: str | None) -> Millis:
    """Return when a post or message was written, from its id and what X says.

    X says it in whole seconds; the id knows the millisecond, and so who of two was first.
    """
    minted = time_of(native_id)
    told = millis(created) if created else minted
    return minted if told <= minted < told + 1000 else told


def time_of(post_id: str) -> Millis:
    """Return when an id was made: it is encoded in it."""
    return (int(post_id) >> 22) + SNOWFLAKE_EPOCH


def id_at(at: Millis) -> int:
    """Return the lowest id that could be made at this time."""
    return max(0, (at - SNOWFLAKE_EPOCH) << 22)


def first_id(at: Millis) -> str:
    """Return the id after which everything was written at or after a time."""
    return str(max(1, id_at(at) - 1))


def _either(payload: Json, old: str, new: str) -> Any:
    return payload.get(old) or payload.get(new)


def _long(payload: Json) -> Json:
    """Return where a post's full text and entities stand: longer ones have a note."""
    note: Json | None = _either(payload, "note_tweet", "note_post")
    return note if note and note.get("text") else payload


def _media(payload: Json, beside: Included) -> Iterator[Media]:
    for key in (payload.get("attachments") or {}).get("media_keys", ()):
        one = beside.media.get(key)
        if one is not None:
            yield Media(
                kind=str(one.get("type", "")),
                url=str(one.get("url") or one.get("preview_image_url") or ""),
                alt=str(one.get("alt_text") or ""),
            )
