"""Toy, a notice board with private letters: polled, with keys, in one listing of what happened."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from hashlib import sha256
from typing import Any

import aiohttp
import msgspec

from bots.contract import (
    Batch,
    Bot,
    Busy,
    Door,
    Inbound,
    Locked,
    News,
    NoPushes,
    Odd,
    Ours,
    Refused,
    Wiring,
)
from bots.outcomes import REQUEST, Declined, of_status, of_transport
from inbox.conversations.commands import MarkDeleted, MarkEdited, Receive
from inbox.words import (
    Account,
    Audience,
    Budget,
    Finding,
    Media,
    Message,
    MessageId,
    Millis,
    Part,
    PartId,
    Person,
    PersonId,
    Profile,
    Reach,
    Ref,
    RefusedWhy,
    Verdict,
)

HOST = "https://toy.example"
REFUSALS: Mapping[str, RefusedWhy] = {"too long": "too_long", "gone": "gone", "closed": "blocked"}
"""The toy's words for why it will not, and ours; what we do not know is `unknown`."""

PROFILE = Profile(
    platform="toy",
    title="Toy",
    audiences=("public", "private"),
    count=len,
    limits={"public": 300, "private": 1000},
    starts=("public",),
    repeatable=True,
    hosts=("toy.example",),
    edits=True,
    deletes=True,
    retracts=True,
    budgets={"events": (Budget(900, 900),), "post": (Budget(100, 900),), "dm": (Budget(100, 900),)},
    account_secrets=("token",),
)


def connect(account: Account, secrets: Mapping[str, str], wiring: Wiring) -> Bot:
    """Make the bot of one account."""
    return ToyBot(account, secrets["token"], wiring)


def door(secrets: Mapping[str, str], ours: Ours) -> Door | None:
    """Toy pushes nothing: its door only reads again what was set aside, and needs no secret."""
    del secrets
    return NoPushes(lambda native_id, raw: Batch(read(raw, native_id, ours[native_id])))


class ToyBot:
    """The bot of one account on Toy; never retries, sleeps, stores or logs."""

    profile = PROFILE

    def __init__(self, account: Account, token: str, wiring: Wiring) -> None:
        self._account = account
        self._token = token
        self._wiring = wiring

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield what happened since the cursor, which is the number of the latest event."""
        while True:
            await self._wiring.spending.take("events")
            began = self._wiring.clock()
            events = (await self._call("GET", f"/events?after={cursor or 0}"))["events"]
            news = tuple(one for event in events for one in self._read(event))
            cursor = str(events[-1]["n"]) if events else cursor or "0"
            yield Batch(news, cursor, until=0 if events else began)
            if not events:
                return

    def _read(self, event: Any) -> tuple[News | Odd, ...]:
        return read(msgspec.json.encode(event), self._account.native_id, self._account.id)

    async def send(self, part: Part, key: PartId) -> Ref:
        """Publish one part; the toy knows the key, so a repeated call is the same one."""
        if part.media:
            raise Refused("media")
        if part.audience == "private" and len(part.recipients) != 1:
            raise Refused("recipients")
        body = {
            "text": part.text,
            "audience": part.audience,
            "re": native(part.re),
            "to": [native(one) for one in part.recipients if part.audience == "private"],
        }
        said = await self._call("POST", "/messages", body, key=f"{self._account.id} {key}")
        return ref(said)

    async def find_sent(self, part: Part, since: Millis) -> Ref | None:
        """Look for a part among what we wrote since then: the same words, target and readers."""
        wanted = (part.text, part.audience, native(part.re))
        to = [native(one) for one in part.recipients if part.audience == "private"]
        for one in (await self._call("GET", f"/mine?since={since}"))["messages"]:
            if (one["text"], one["audience"], one["re"], one["to"]) == (*wanted, to):
                return ref(one)
        return None

    async def person(self, person: PersonId) -> Person:
        """Look a person up as they are now; raises Refused("gone")."""
        return person_of(await self._call("GET", f"/people/{native(person)}"))

    async def reach(self, person: PersonId, audience: Audience) -> Reach:
        """Say whether this person can be written to: everybody whom the toy knows."""
        try:
            await self.person(person)
        except Refused as refused:
            return Reach("no", refused.why)
        return Reach("yes")

    async def retract(self, ref: Ref) -> None:
        """Take a part of ours back; one that is gone already is no error."""
        try:
            await self._call("DELETE", f"/messages/{native(ref.id)}")
        except Refused as refused:
            if refused.why != "gone":
                raise

    async def moderate(self, message: MessageId, verdict: Verdict) -> None:
        """Nobody moderates on the toy."""
        raise Refused("unknown")

    async def fetch(self, media: Media) -> bytes:
        """Fetch a picture from the toy's own host only; raises Refused("media") for any other."""
        if not media.url.startswith(f"{HOST}/pictures/"):
            raise Refused("media")
        async with self._wiring.http.get(media.url, allow_redirects=False) as response:
            if response.status != 200:
                raise Refused("media")
            return await response.read()

    async def check(self) -> tuple[Finding, ...]:
        """Say whether the token works and is this account's."""
        try:
            me = await self._call("GET", "/me")
        except Locked:
            return (Finding(False, "Toy refuses the token.", "Make a new one in Toy's settings."),)
        except (Busy, Refused) as error:
            return (Finding(False, f"Toy could not be asked: {error}.", "Try again later."),)
        if me["id"] != self._account.native_id:
            return (Finding(False, f"The token is {me['handle']}'s.", "Correct accounts.toml."),)
        return (Finding(True, f"The token is {me['handle']}'s."),)

    async def revoke(self) -> None:
        """Give the token up."""
        await self._call("DELETE", "/token")

    async def _call(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        """Make one call; whatever goes wrong becomes one of our five errors."""
        writes, clock = method != "GET", self._wiring.clock
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": key}
        try:
            return msgspec.json.decode(await self._answer(method, path, body, headers))
        except Declined as declined:
            known = of_status(declined, writes=writes, now=clock())
            raise known or Refused(REFUSALS.get(declined.body.decode(), "unknown")) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # `from None`: an error of the transport may carry the header with the token.
            raise of_transport(error, writes=writes, now=clock()) from None

    async def _answer(self, method: str, path: str, body: Any, headers: dict[str, str]) -> bytes:
        """Return the body of a success; raises Declined for every other answer."""
        url = (self._wiring.api_url or HOST) + path
        how: Any = {"timeout": REQUEST, "allow_redirects": False}
        calling = self._wiring.http.request(method, url, json=body, headers=headers, **how)
        async with calling as response:
            raw = await response.read()
            if response.status >= 300:
                raise Declined(response.status, response.headers, raw)
            return raw


def read(raw: bytes, me: str, account: str) -> tuple[News | Odd, ...]:
    """Read one event; what is none that we understand is odd."""
    try:
        commands = commands_of(msgspec.json.decode(raw), me, account, raw)
    except (KeyError, TypeError, ValueError):
        commands = ()
    news = tuple(News(me, command, raw) for command in commands)
    return news or (Odd(me, raw, "not understood"),)


def commands_of(event: Any, me: str, account: str, raw: bytes) -> tuple[Inbound, ...]:
    """Return what an event asks of the inbox; nothing where its kind is unknown."""
    one = event["message"]
    id_ = ours(one["id"])
    match event["kind"]:
        case "wrote":
            return (Receive(message_of(one, me, account, raw)),)
        case "edited":
            change = MarkEdited(id_, id_, one["text"], media_of(one), event["at"])
            return Receive(message_of(one, me, account, raw)), change
        case "deleted":
            return (MarkDeleted(id_),)
        case _:
            return ()


def message_of(one: Any, me: str, account: str, raw: bytes) -> Message:
    """Return what somebody wrote, in our words; `person` is whom the conversation is with."""
    mine = one["author"]["id"] == me
    other = (one["to"] or [one["answers"]])[0] if mine else one["author"]["id"]
    return Message(
        id=ours(one["id"]),
        account=account,
        thread=one["thread"],
        person=ours(other) if other else "",
        author=person_of(one["author"]),
        text=one["text"],
        audience="private" if one["to"] else "public",
        written=one["written"],
        re=ours(one["re"]) if one["re"] else "",
        media=media_of(one),
        ours=mine,
        raw=sha256(raw).hexdigest(),
        url=f"{HOST}/messages/{one['id']}",
    )


def person_of(one: Any) -> Person:
    """Return a person of the toy."""
    return Person(ours(one["id"]), one["handle"], url=f"{HOST}/{one['handle']}")


def media_of(one: Any) -> tuple[Media, ...]:
    """Return the pictures of a message."""
    return tuple(Media("image", picture["url"], picture["alt"]) for picture in one["pictures"])


def ref(one: Any) -> Ref:
    """Return where a message of ours stands; a private one has no public address."""
    return Ref(ours(one["id"]), "" if one["to"] else f"{HOST}/messages/{one['id']}")


def ours(native_id: str) -> str:
    """Return an id as we keep it: with the platform's name before it."""
    return f"toy:{native_id}"


def native(id_: str) -> str:
    """Return an id as the toy knows it."""
    return id_.removeprefix("toy:")
