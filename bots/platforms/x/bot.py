"""X for one account: reads, sends, looks up, deletes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import msgspec

from bots.contract import Batch, Busy, Locked, Refused, Wiring
from bots.platforms.x.calls import Calls
from bots.platforms.x.checking import LOCKED, granted
from bots.platforms.x.limits import MEDIA_HOSTS, PROFILE
from bots.platforms.x.listening import Listening
from bots.platforms.x.news import dm_of, thread_with
from bots.platforms.x.payloads import (
    Json,
    address,
    first_id,
    included,
    native,
    ours_of,
    person_of,
    post_of,
)
from bots.platforms.x.reading import Reader
from bots.platforms.x.threads import Threads
from inbox.conversations.receiving import plain
from inbox.words import (
    Account,
    Audience,
    Finding,
    Media,
    MessageId,
    Millis,
    Part,
    PartId,
    Person,
    PersonId,
    Reach,
    Ref,
    Verdict,
)

MEDIA = tuple(f"https://{host}/" for host in MEDIA_HOSTS)
MEDIA_MOST = 20 * 1024 * 1024
"""Bytes of a picture or film that are fetched at most."""
SLACK: Millis = 5000
"""Milliseconds by which X's clock may be behind ours when we look for what we sent."""


class XBot:
    """The bot of one account on X; never retries, sleeps, stores or logs."""

    def __init__(self, account: Account, secrets: Mapping[str, str], wiring: Wiring) -> None:
        self._account = account
        self._wiring = wiring
        self._calls = Calls(secrets, wiring)
        self._reader = Reader(self._calls, account.native_id)
        self._threads = Threads(self._reader)
        needs_mention = account.may_reply_to == "mentions"
        self.profile = msgspec.structs.replace(PROFILE, reply_needs_mention=needs_mention)

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield mentions, our own posts with what they answer, direct messages, and deletions."""
        round_ = Listening(self._account, self._reader, self._threads, self._wiring)
        async for batch in round_.batches(cursor):
            yield batch

    async def send(self, part: Part, key: PartId) -> Ref:
        """Publish a post or write a direct message; X takes no key, so never send twice."""
        if part.media:
            raise Refused("media")
        if part.audience == "private":
            return await self._write_to(part)
        reply = {"in_reply_to_tweet_id": native(part.re)} if part.re else {}
        body = await self._calls.write("post", "create_tweet", text=part.text, **reply)
        return self._ref(str(body["data"]["id"]))

    async def find_sent(self, part: Part, since: Millis) -> Ref | None:
        """Look for a part among what we wrote since then: the same words to the same post."""
        if part.audience == "private":
            return await self._find_written(part, since)
        words = plain(part.text)
        async for body in self._reader.timeline(first_id(since - SLACK)):
            beside = included(body)
            for payload in body.get("data", ()):
                post = post_of(payload, beside)
                answers = ours_of(post.answers) if post.answers else ""
                if answers == part.re and plain(post.text) == words:
                    return self._ref(post.id)
        return None

    async def person(self, person: PersonId) -> Person:
        """Look a person up as they are now; raises Refused("gone")."""
        return person_of(await self._user(person))

    async def reach(self, person: PersonId, audience: Audience) -> Reach:
        """Say whether this person takes direct messages from us."""
        if audience == "public":
            return Reach("yes")
        try:
            takes = (await self._user(person)).get("receives_your_dm")
        except Refused as refused:
            return Reach("no", refused.why)
        if takes is None:
            return Reach("unknown")
        return Reach("yes") if takes else Reach("no", "blocked")

    async def retract(self, ref: Ref) -> None:
        """Delete a post of ours; one that is gone already is no error."""
        try:
            await self._calls.write("delete", "delete_tweet", native(ref.id))
        except Refused as refused:
            if refused.why != "gone":
                raise

    async def moderate(self, message: MessageId, verdict: Verdict) -> None:
        """X lets nobody moderate others' posts."""
        raise Refused("unknown")

    async def fetch(self, media: Media) -> bytes:
        """Fetch a picture or film from X's own hosts; raises Refused("media") for any other."""
        if not media.url.startswith(MEDIA):
            raise Refused("media")
        async with self._wiring.http.get(media.url, allow_redirects=False) as response:
            found = await response.content.read(MEDIA_MOST + 1)
            if response.status != 200 or len(found) > MEDIA_MOST:
                raise Refused("media")
            return found

    async def check(self) -> tuple[Finding, ...]:
        """Say whether the credentials work, are this account's, and may do what we do."""
        try:
            me = (await self._calls.read("me", "get_me"))["data"]
        except Locked:
            return (Finding(False, "X refuses the token.", LOCKED),)
        except (Busy, Refused) as error:
            return (Finding(False, f"X could not be asked: {error}.", "Try again later."),)
        if me["id"] != self._account.native_id:
            what = f"The token is @{me['username']}'s ({me['id']})."
            return (Finding(False, what, "Correct native_id or the token in accounts.toml."),)
        name = f"The token is @{me['username']}'s."
        return (Finding(True, name), *granted(self._account, self._calls.headers))

    async def revoke(self) -> None:
        """Invalidate our own token at X (docs.x.com, POST oauth/invalidate_token)."""
        await self._calls.write(
            "me", "request", "POST", "/1.1/oauth/invalidate_token", params={}, user_auth=True
        )

    async def _write_to(self, part: Part) -> Ref:
        if len(part.recipients) != 1:
            raise Refused("recipients")
        to = native(part.recipients[0])
        body = await self._calls.write(
            "dm", "create_direct_message", participant_id=to, text=part.text
        )
        thread = thread_with(to, self._account.native_id)
        return Ref(ours_of(str(body["data"]["dm_event_id"])), thread=thread)

    async def _find_written(self, part: Part, since: Millis) -> Ref | None:
        words = plain(part.text)
        async for body in self._reader.dms(first_id(since - SLACK)):
            for dm in map(dm_of, body.get("data", ())):
                mine = dm.sender == self._account.native_id and dm.to
                if mine and (ours_of(dm.to),) == part.recipients and plain(dm.text) == words:
                    return Ref(ours_of(dm.id), thread=dm.thread)
        return None

    async def _user(self, person: PersonId) -> Json:
        found = await self._reader.user(native(person))
        if found is None:
            raise Refused("gone")
        return found

    def _ref(self, post_id: str) -> Ref:
        return Ref(ours_of(post_id), address(self._account.handle, post_id))
