"""Reading: in order, once, over a restart; edits, deletions, threads, pictures, echoes."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bots.contract import Inbound, News
from bots.intake import take
from inbox import Done, Inbox
from inbox.conversations.denied import Denied
from inbox.conversations.events import Echoed, Received
from inbox.words import AccountId, ConversationId, MessageId, Millis
from tests.bots.conformance.base import Base
from tests.bots.conformance.house import House

HARD = (
    "1 < 2 & \"quoted\" 'too' — räksmörgås, مرحبا, 大使館, 👨‍👩‍👧‍👦 https://example.org/a?b=1&c=2#d"
)
"""What a platform dresses, escapes, shortens or counts otherwise."""
BOTH = pytest.mark.parametrize("private", [False, True], ids=["public", "private"])


class Crash(Exception):
    """The process is gone."""


class Forgetful:
    """The real inbox, which dies once it has taken something in, before its cursor is kept."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._taken = 0
        self.cursors = self.desk = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inbox, name)

    async def take(self, account: AccountId, command: Inbound, raw: bytes = b"") -> Done | Denied:
        self._taken += 1
        return await self._inbox.desk.take(account, command, raw)

    async def get(self, account: AccountId) -> str | None:
        return await self._inbox.cursors.get(account)

    async def set(self, account: AccountId, cursor: str, until: Millis) -> None:
        if self._taken:
            raise Crash
        await self._inbox.cursors.set(account, cursor, until)


class Reading(Base):
    """What people write comes in."""

    @BOTH
    async def test_a_message_is_read_as_it_was_written(self, house: House, private: bool) -> None:
        written = await house.stage.say("citizen", HARD, private=private)
        await house.read()
        message = (await house.said(written.id)).message
        assert message.text == written.text
        assert HARD in message.text
        assert message.person == message.author.id == house.stage.person("citizen")
        assert message.author.handle
        assert message.audience == ("private" if private else "public")
        assert message.account == house.stage.account.id
        assert message.named
        assert not message.ours
        on_time = abs(message.written - house.stage.clock()) < 60_000
        assert on_time or "clock" not in house.stage.faults

    async def test_messages_are_taken_in_in_the_order_they_were_written(self, house: House) -> None:
        written = []
        for n in range(45):
            house.stage.clock.forward(1)
            who = ("citizen", "other")[n % 2]
            written.append(await house.stage.say(who, f"number {n}"))  # type: ignore[arg-type]  # one of the two
        batches = await house.batches()
        news = [one for batch in batches for one in batch.news]
        ids = [one.command.message.id for one in news]  # type: ignore[union-attr]  # all are received
        assert ids == [one.id for one in written]
        assert batches[-1].until == house.stage.clock(), "complete up to when the round began"

    async def test_reading_goes_on_over_a_restart_and_takes_everything_in_once(
        self, house: House
    ) -> None:
        first = await house.stage.say("citizen", "one")
        await house.read()
        house.stage.clock.forward(90)
        second = await house.stage.say("citizen", "two", private=True)
        third = await house.stage.say("other", "three")
        await house.read(2)
        for one in (first, second, third):
            assert (await house.said(one.id)).message.text == one.text
        received = [len(await house.events(ref, Received)) for ref in await house.refs()]
        assert sum(received) == 3
        versions = [(await house.conversation(ref)).version for ref in await house.refs()]
        house.stage.clock.forward(90)
        await house.read(2)
        assert [(await house.conversation(ref)).version for ref in await house.refs()] == versions

    async def test_what_was_committed_before_a_crash_is_not_taken_in_twice(
        self, house: House
    ) -> None:
        written = [await house.stage.say("citizen", f"number {n}") for n in range(3)]
        with pytest.raises(Crash):
            await house.listener(inbox=Forgetful(house.inbox)).round()
        await house.read(2)
        texts = [
            one.message.text
            for found in (await house.everything()).values()
            for one in found.messages
        ]
        assert sorted(texts) == sorted(one.text for one in written)

    async def test_a_cursor_says_where_it_was_and_not_what_has_come_since(
        self, house: House
    ) -> None:
        await house.stage.say("citizen", "before")
        cursor = (await house.batches())[-1].cursor
        house.stage.clock.forward(120)
        after = await house.stage.say("citizen", "after")
        for _ in range(2):
            news = [one for batch in await house.batches(cursor) for one in batch.news]
            assert [one.command.message.id for one in news] == [after.id]  # type: ignore[union-attr]  # all are received

    async def test_every_message_by_every_doors_shape_shuffled_is_read_the_same(
        self, house: House
    ) -> None:
        written = await self._a_day(house)
        await house.read()
        shapes = await self._shapes(house, written)
        if self.profile.deletes:
            await house.stage.delete(written[-1])
            await self._until_noticed(house)
            shapes += await self._shapes(house, written)
        plain = await house.everything()
        said = [one for found in plain.values() for one in found.messages]
        assert sum(one.deleted for one in said) == int(self.profile.deletes)
        assert sum(one.edited for one in said) == int(self.profile.edits)
        for seed in range(3):
            await house.forget()
            for one in random.Random(seed).sample(shapes, len(shapes)):
                await take(house.inbox, house.stage.account, one)
            assert await house.everything() == plain, f"the order of seed {seed}"

    async def _a_day(self, house: House) -> list[MessageId]:
        """Let people write, answer each other, change their minds and take back; return the ids."""
        stage = house.stage
        first = await stage.say("citizen", "where do I turn?")
        house.stage.clock.forward(2)
        answer = await stage.say("other", "and I?", re=first.id)
        deeper = await stage.say("citizen", "please", re=answer.id)
        private = await stage.say("citizen", "in private", private=True)
        by_hand = await stage.by_hand("We see you both.", re=first.id)
        house.by_hand.add(by_hand.id)
        if self.profile.edits:
            await stage.edit(first.id, "where do we turn?")
        house.stage.clock.forward(2)
        gone = await stage.say("other", "my number is 12")
        return [one.id for one in (first, answer, deeper, private, by_hand, gone)]

    async def _shapes(self, house: House, written: list[MessageId]) -> list[News]:
        """Return every message in each shape it may come in, twice or more."""
        cursor = await house.inbox.cursors.get(house.stage.account.id)
        batches = [one for start in (None, None, cursor) for one in await house.batches(start)]
        for _ in range(2 * self.profile.pushes):
            pushed = [one for id_ in written for one in await house.stage.pushes(id_)]
            batches += [house.door().receive(one.headers, one.body) for one in pushed]
        return [one for batch in batches for one in batch.news if isinstance(one, News)]

    async def test_an_edit_changes_the_message_whenever_it_was_seen_first(
        self, house: House
    ) -> None:
        self.can("edits")
        before = await house.stage.say("citizen", "the road is cloosed")
        await house.read()
        first = (await house.said(before.id)).message.written
        unseen = await house.stage.say("other", "is it cloosed?")
        house.stage.clock.forward(10)
        await house.stage.edit(before.id, "the road is closed")
        await house.stage.edit(unseen.id, "is it closed?")
        await house.read()
        for written, text in ((before, "the road is closed"), (unseen, "is it closed?")):
            said = await house.said(written.id)
            assert said.message.text.endswith(text)
            assert said.edited or written is unseen, "whoever never saw the first may not know"
            assert said.message.written == first or written is unseen

    async def test_a_deletion_is_noticed_and_what_stays_stays(self, house: House) -> None:
        self.can("deletes")
        gone = await house.stage.say("citizen", "my passport number is 12")
        stays = await house.stage.say("citizen", "this stays")
        await house.read()
        await house.stage.delete(gone.id)
        await self._until_noticed(house)
        said = await house.said(gone.id)
        assert said.deleted
        assert "12" not in said.message.text
        assert not (await house.said(stays.id)).deleted

    async def test_what_was_deleted_before_we_read_it_is_not_shown(self, house: House) -> None:
        self.can("deletes")
        gone = await house.stage.say("citizen", "my passport number is 12")
        await house.stage.delete(gone.id)
        if self.profile.pushes:
            late = await house.stage.pushes(gone.id)
            assert [await house.push(one) for one in late] == [200] * len(late)
        await self._until_noticed(house)
        shown = await house.everything()
        texts = [one.message.text for found in shown.values() for one in found.messages]
        assert not [text for text in texts if "12" in text]

    async def _until_noticed(self, house: House) -> None:
        """Read for an hour: what nobody is told of may be asked for now and then only."""
        for _ in range(5):
            house.stage.clock.forward(900)
            await house.read()

    async def test_a_thread_is_one_conversation_a_person(self, house: House) -> None:
        stage = house.stage
        root = await stage.say("citizen", "one")
        between = await stage.say("other", "two", re=root.id)
        deep = await stage.say("citizen", "three", re=between.id)
        elsewhere = await stage.say("citizen", "another matter")
        await house.read()
        theirs, others = await house.where(root.id), await house.where(between.id)
        assert await house.where(deep.id) == theirs
        assert others != theirs
        assert await house.where(elsewhere.id) not in (theirs, others)
        assert (await house.said(deep.id)).message.re == between.id
        assert (await house.said(root.id)).message.re == ""

    async def test_private_and_public_never_share_a_conversation(self, house: House) -> None:
        public = await house.stage.say("citizen", "one")
        private = await house.stage.say("citizen", "two", private=True)
        other = await house.stage.say("other", "three", private=True)
        await house.read()
        refs = {await house.where(one.id) for one in (public, private, other)}
        assert len(refs) == 3

    async def test_what_we_wrote_elsewhere_is_ours_and_is_no_message_of_theirs(
        self, house: House
    ) -> None:
        asked = await house.stage.say("citizen", "where do I turn?")
        written = await house.stage.by_hand("To us, here.", re=asked.id)
        house.by_hand.add(written.id)
        await house.read(2)
        ref: ConversationId = await house.where(asked.id)
        assert [one.message.id for one in await house.events(ref, Echoed)] == [written.id]
        assert (await house.conversation(ref)).count == 1
        said = await house.said(written.id)
        assert (said.message.ours, said.message.person) == (True, house.stage.person("citizen"))

    async def test_a_picture_brings_its_alternative_text(self, house: House) -> None:
        alts = ("A red bridge, its middle gone.", "")
        written = await house.stage.say("citizen", "look", alts=alts)
        await house.read()
        found = (await house.said(written.id)).message.media
        assert tuple(one.alt for one in found) == alts
        assert all(one.kind and one.url for one in found)
