"""Bad days: limits, gateways, lost lines, nonsense, lost credentials; never twice, never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from bots import postroom
from bots.contract import Busy, Locked, News, Odd, Unsure
from inbox.conversations.events import Received
from inbox.words import Audience, Part
from tests.bots.conformance.base import Base
from tests.bots.conformance.house import House
from tests.bots.conformance.reading import HARD
from tests.bots.conformance.stage import Fault

PUBLIC_OR_PRIVATE = pytest.mark.parametrize("audience", ["public", "private"])
QUARTER = 15 * 60
AFTER: tuple[Fault, ...] = ("gateway_after", "drop_after", "garbage")
BEFORE: tuple[Fault, ...] = ("gateway_before", "drop_before")
ODD_LIMITS: tuple[Fault, ...] = ("busy_silent", "busy_garbled", "busy_past", "busy_far")


OTHERS: tuple[Any, ...] = (None, 7, "", "x", [], {}, True, [None], {"x": None})
"""What may stand where something else should."""


class Trouble(Base):
    """What goes wrong there does no harm here."""

    @PUBLIC_OR_PRIVATE
    async def test_a_limit_is_waited_for_until_the_platform_says(
        self, house: House, audience: Audience
    ) -> None:
        self.needs(house.stage, "busy")
        ref = await house.answered(private=audience == "private")
        await house.stage.fault(audience, "busy", seconds=60)
        sender = house.sender()
        await house.sends(sender, every=58)
        assert (await house.part(ref)).state == "ready"
        await house.sends(sender, every=3)
        assert await house.heard() == []
        await house.sends(sender)
        assert (await house.part(ref)).state == "sent"
        assert (await house.part(ref)).attempt == 2
        assert len(await house.heard()) == 1

    @pytest.mark.parametrize("fault", ODD_LIMITS)
    async def test_a_limit_that_says_nonsense_makes_no_storm_and_no_silence(
        self, house: House, fault: Fault
    ) -> None:
        self.needs(house.stage, fault)
        now = house.stage.clock()
        part = Part("a1.1", house.stage.account.id, "public", "Hello.")
        await house.stage.fault("public", fault)
        with pytest.raises(Busy) as busy:
            await house.bot().send(part, part.id)
        assert now + 1000 <= busy.value.until <= now + QUARTER * 1000
        await house.stage.fault("read", fault, times=20)
        wait, failures = await house.listener().step(0)
        assert 1 <= wait <= QUARTER
        assert failures == 1

    @PUBLIC_OR_PRIVATE
    @pytest.mark.parametrize("fault", AFTER)
    async def test_what_the_platform_took_before_it_failed_is_not_sent_again(
        self, house: House, audience: Audience, fault: Fault
    ) -> None:
        self.needs(house.stage, fault)
        ref = await house.answered(private=audience == "private")
        await house.stage.fault(audience, fault)
        await house.sends(rounds=8, every=20)
        [heard] = await house.heard()
        part = await house.part(ref)
        assert (part.state, part.ref, part.attempt) == ("sent", heard.id, 1)

    @PUBLIC_OR_PRIVATE
    @pytest.mark.parametrize("fault", BEFORE)
    async def test_what_the_platform_may_not_have_heard_is_never_sent_blindly(
        self, house: House, audience: Audience, fault: Fault
    ) -> None:
        """With a key it is sent again under the same one; without, a person decides."""
        self.needs(house.stage, fault)
        ref = await house.answered(private=audience == "private")
        await house.stage.fault(audience, fault)
        await house.sends(rounds=8, every=20)
        part, heard = await house.part(ref), await house.heard()
        assert part.attempt == 1
        if self.profile.repeatable:
            assert (part.state, len(heard)) == ("sent", 1)
        else:
            assert (part.state, len(heard)) == ("unsure", 0)
        house.stage.clock.forward(600)
        await house.sends(rounds=2, every=600)
        assert len(await house.heard()) == len(heard)

    async def test_a_key_makes_a_repeated_send_one(self, house: House) -> None:
        self.can("repeatable")
        ref = await house.answered()
        await house.sends()
        [heard] = await house.heard()
        part = Part(
            id=(await house.part(ref)).id,
            account=house.stage.account.id,
            audience="public",
            text=heard.text,
            re=heard.re or "",
            recipients=heard.to,
        )
        for _ in range(2):
            assert (await house.bot().send(part, part.id)).id == heard.id
        assert len(await house.heard()) == 1

    @pytest.mark.parametrize("fault", [*AFTER, *BEFORE])
    async def test_a_worker_that_starts_anew_sends_nothing_twice(
        self, house: House, fault: Fault
    ) -> None:
        self.needs(house.stage, fault)
        ref = await house.answered()
        await house.stage.fault("public", fault)
        await house.sends(house.sender())
        for seconds in (60, 60, 60):
            house.stage.clock.forward(seconds)
            await house.sends(house.sender())
        here = fault in AFTER or self.profile.repeatable
        assert (await house.part(ref)).state == ("sent" if here else "unsure")
        assert len(await house.heard()) == int(here)

    async def test_a_platform_too_slow_is_not_asked_twice(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.needs(house.stage, "slow")
        monkeypatch.setattr(postroom, "REQUEST_MOST", 0.15)
        ref = await house.answered()
        await house.stage.fault("public", "slow", seconds=0.3)
        sender = house.sender()
        await house.sends(sender)
        assert (await house.part(ref)).state == "sending"
        await _until_heard(house)
        await house.sends(sender, rounds=4, every=10)
        assert (await house.part(ref)).state == "sent"
        assert len(await house.heard()) == 1

    @pytest.mark.parametrize("fault", ["busy", *BEFORE, "garbage"])
    async def test_what_could_not_be_read_is_read_later_once(
        self, house: House, fault: Fault
    ) -> None:
        self.needs(house.stage, fault)
        await house.read()
        house.stage.clock.forward(60)
        written = await house.stage.say("citizen", "where do I turn?")
        listener, failures = house.listener(), 0
        await house.stage.fault("read", fault, times=100)
        for n in range(1, 3):
            wait, failures = await listener.step(failures)
            assert failures == n
            assert wait >= 1
            house.stage.clock.forward(wait)
        assert await house.inbox.read.where(written.id) is None
        await house.stage.calm()
        house.stage.clock.forward(QUARTER)
        for _ in range(2):
            wait, failures = await listener.step(failures)
            assert failures == 0
        assert len(await house.events(await house.where(written.id), Received)) == 1

    async def test_a_broken_read_is_busy_and_a_broken_send_is_unsure(self, house: House) -> None:
        part = Part("a1.1", house.stage.account.id, "public", "Hello.")
        faults = [one for one in ("gateway_before", "drop_before") if one in house.stage.faults]
        for fault in faults:
            await house.stage.fault("read", fault, times=100)
            with pytest.raises(Busy):
                await house.bot().find_sent(part, house.stage.clock())
            await house.stage.calm()
            await house.stage.fault("public", fault)
            with pytest.raises(Unsure):
                await house.bot().send(part, part.id)
            await house.stage.calm()

    async def test_lost_credentials_are_told_once_and_everything_goes_on_after(
        self, house: House
    ) -> None:
        ref = await house.answered()
        await house.stage.lock()
        sender, listener = house.sender(), house.listener()
        await house.sends(sender, rounds=10, every=60)
        part = await house.part(ref)
        assert (part.state, part.why) == ("ready", "locked")
        assert part.attempt <= 3, "one try in five minutes"
        with pytest.raises(Locked):
            await house.batches()
        missed = await house.stage.say("other", "is anybody there?")
        wait, failures = await listener.step(0)
        assert (wait, failures) == (300, 1)
        assert await house.told() == ["account_locked"]
        await house.stage.unlock()
        house.stage.clock.forward(301)
        await house.sends_all(sender)
        await listener.step(failures)
        assert (await house.part(ref)).state == "sent"
        assert await house.where(missed.id)

    async def test_strange(self, house: House) -> None:
        """An unknown kind is set aside with its bytes, once, and stops nothing."""
        self.needs(house.stage, "strange")
        before = await house.stage.say("citizen", "before")
        raw = await house.stage.strange()
        after = await house.stage.say("other", "after")
        listener = house.listener()
        await listener.round()
        for written in (before, after):
            assert (await house.said(written.id)).message.text == written.text
        kept = await house.inbox.aside.list(10)
        assert any(raw in one.raw for one in kept)
        assert {one.account for one in kept} == {house.stage.account.id}
        for one in kept:
            assert await house.again().retry(one.id), "it stays, with a sentence"
        house.stage.clock.forward(90)
        await listener.round()
        assert await house.inbox.aside.count() == len(kept), "it is not set aside each time"

    @pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
    async def test_what_broke_the_desk_when_it_was_read_is_taken_in_once_after_the_fix(
        self, house: House, private: bool
    ) -> None:
        written = await house.stage.say("citizen", "where do I turn?", private=private)
        await house.listener(inbox=house.breaking()).round()
        assert await house.inbox.read.where(written.id) is None
        [kept] = await house.inbox.aside.list(10)
        assert await house.again().retry(kept.id) == ""
        assert await house.inbox.aside.count() == 0
        tried_again = await house.reading(written.id)
        await house.forget()
        await house.read()
        plain = await house.reading(written.id)
        assert [_bare(one) for one in tried_again.messages] == [
            _bare(one) for one in plain.messages
        ]

    async def test_whatever_a_payload_turns_into_breaks_nothing(self, house: House) -> None:
        """Whatever is missing or of another kind is odd, or no news; it never stops a round."""
        asked = await house.stage.say("other", "where do I turn?")
        await house.stage.say("citizen", HARD, re=asked.id, alts=("A bridge.", ""))
        await house.stage.say("citizen", HARD, private=True)
        me = house.stage.account.native_id
        raws = [one.raw for batch in await house.batches() for one in batch.news]
        for payload in map(msgspec.json.decode, raws):
            for other in spoilt(payload):
                house.door().again(me, msgspec.json.encode(other))
        for pushed in await house.stage.pushes(asked.id) if self.profile.pushes else ():
            for other in spoilt(msgspec.json.decode(pushed.body)):
                signed = house.stage.signed(msgspec.json.encode(other))
                house.door().receive(signed.headers, signed.body)

    async def test_a_reading_says_only_what_an_inbox_understands(self, house: House) -> None:
        await house.stage.say("citizen", "one")
        await house.stage.say("citizen", "two", private=True)
        for batch in await house.batches():
            for one in batch.news:
                assert isinstance(one, News | Odd)
                assert one.account_native_id in (house.stage.account.native_id, "")
                assert one.raw


def spoilt(value: Any) -> Iterator[Any]:
    """Yield a payload with one thing in it missing, or of another kind, each in turn."""
    if isinstance(value, dict):
        for name, one in value.items():
            rest = {other: kept for other, kept in value.items() if other != name}
            yield rest
            yield from ({**rest, name: other} for other in (*OTHERS, *spoilt(one)))
    if isinstance(value, list):
        for n, one in enumerate(value):
            yield from ([*value[:n], other, *value[n + 1 :]] for other in (*OTHERS, *spoilt(one)))


def _bare(said: Any) -> tuple[str, str, str, str]:
    message = said.message
    return message.id, message.text, message.person, message.audience


async def _until_heard(house: House) -> None:
    """Wait until the platform has carried out what it was slow to do."""
    async with asyncio.timeout(5):
        while not await house.heard():
            await asyncio.sleep(0.02)
