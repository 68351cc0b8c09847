"""Pushes: forged, mutated, replayed, unknown; a platform without a door has none of these."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.contract import Forged
from inbox.conversations.events import Received
from tests.bots.conformance.base import Base
from tests.bots.conformance.house import House
from tests.bots.conformance.stage import Pushed


class Doors(Base):
    """What comes by itself is believed only where the platform vouches for it."""

    async def _pushed(self, house: House) -> tuple[str, tuple[Pushed, ...]]:
        """Let the citizen write, and return the deliveries of it."""
        self.can("pushes")
        written = await house.stage.say("citizen", "where do I turn?")
        pushed = await house.stage.pushes(written.id)
        assert pushed
        return written.id, pushed

    async def test_a_push_is_taken_in_as_it_would_be_read(self, house: House) -> None:
        message, pushed = await self._pushed(house)
        assert {await house.push(one) for one in pushed} == {200}
        by_push = await house.reading(message)
        await house.forget()
        await house.read()
        assert await house.reading(message) == by_push

    async def test_a_replayed_push_says_nothing_new(self, house: House) -> None:
        message, pushed = await self._pushed(house)
        again = await house.stage.pushes(message)
        for one in (*pushed, *pushed, *again):
            assert await house.push(one) == 200
        await house.read()
        for one in pushed:
            assert await house.push(one) == 200
        assert len(await house.events(await house.where(message), Received)) == 1

    async def test_forged(self, house: House) -> None:
        """A push that the platform did not sign is refused, and nothing of it is kept."""
        _, pushed = await self._pushed(house)
        for one in pushed:
            for forged in (*_forged(one), *_mutated(one)):
                with pytest.raises(Forged):
                    house.door().receive(forged.headers, forged.body)
        assert await house.push(replace(pushed[0], headers={})) == 401
        assert await house.push(_mutated(pushed[0])[0]) == 401
        assert await house.refs() == []
        assert await house.inbox.aside.list(10) == ()

    async def test_one_pushs_signature_opens_no_other(self, house: House) -> None:
        _, pushed = await self._pushed(house)
        other = await house.stage.say("other", "and I?")
        for theirs in await house.stage.pushes(other.id):
            with pytest.raises(Forged):
                house.door().receive(pushed[0].headers, theirs.body)

    async def test_a_signed_push_that_nobody_understands_is_set_aside_whole(
        self, house: House
    ) -> None:
        self.can("pushes")
        bodies = (b"not JSON", b"[]", b"7", b'"text"', b"{}", b'{"data": 7}', b"\xff\xfe", b"null")
        for body in bodies:
            signed = house.stage.signed(body)
            assert await house.push(signed) == 200
        kept = await house.inbox.aside.list(100)
        assert sorted(one.raw for one in kept) == sorted(bodies)
        for one in kept:
            assert await house.again().retry(one.id), "it stays, with a sentence"
        assert await house.inbox.aside.count() == len(bodies)

    async def test_what_broke_the_desk_is_taken_in_once_after_the_fix(self, house: House) -> None:
        message, pushed = await self._pushed(house)
        for one in pushed:
            assert await house.push(one, inbox=house.breaking()) == 200
        kept = await house.inbox.aside.list(100)
        assert [await house.again().retry(one.id) for one in kept] == [""] * len(kept)
        assert len(await house.events(await house.where(message), Received)) == 1

    async def test_the_door_answers_the_platforms_own_question(self, house: House) -> None:
        self.can("pushes")
        query, answer = house.stage.challenge()
        assert house.door().challenge({}) is None
        if query:
            assert house.door().challenge(query) == answer

    async def test_no_door_is_opened_where_nothing_is_pushed(self, house: House) -> None:
        if self.profile.pushes:
            pytest.skip("its Profile says that it pushes")
        assert await house.push(Pushed(b"{}")) in (401, 404)


def _forged(one: Pushed) -> list[Pushed]:
    """Return the push with what vouches for it taken away, emptied, or of another."""
    headers = [name for name in one.headers if name.lower() != "content-type"]
    without = {name: value for name, value in one.headers.items() if name not in headers}
    emptied = without | dict.fromkeys(headers, "")
    other = without | {name: one.headers[name][::-1] for name in headers}
    return [replace(one, headers=some) for some in (without, emptied, other)]


def _mutated(one: Pushed) -> list[Pushed]:
    """Return the push with one byte changed, here and there, with more, and with less."""
    places = range(0, len(one.body), max(1, len(one.body) // 7))
    changed = [one.body[:at] + bytes([one.body[at] ^ 1]) + one.body[at + 1 :] for at in places]
    bodies = [*changed, one.body + b" ", one.body[:-1], b"", one.body * 2]
    return [replace(one, body=body) for body in bodies]
