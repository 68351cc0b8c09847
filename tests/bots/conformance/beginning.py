"""Conversations that we open: an approved line in public, a text in private; what comes back."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bots.contract import Bot
from inbox.conversations.commands import Answer, Begin, Claim, Clear, SayLine
from inbox.conversations.denied import Denied
from inbox.conversations.events import Echoed, Sent
from inbox.directory.commands import Add, Attach, Prove
from inbox.words import Audience, ConversationId
from tests.bots.conformance.base import Base
from tests.bots.conformance.house import House
from tests.bots.conformance.sending import PRIVATE, Echoing

LINES = {"reach": {"en": "@{handle} We are trying to reach you."}}


def audience_of(*, private: bool) -> Audience:
    return "private" if private else "public"


async def proven(house: House) -> None:
    """Enter the citizen into the directory, as somebody whom an officer has called back."""
    contacts, person = house.inbox.contacts, await house.bot().person(house.stage.person("citizen"))
    until = house.inbox.now() + 90 * 86_400_000
    for command in (
        Add("A counterpart", "counterpart"),
        Attach(person),
        Prove(person.id, "called_back", "The embassy's call", until),
    ):
        done = await contacts.do("c1", contacts.order(command, by="officer:eb"))
        assert not isinstance(done, Denied), done


async def begun(house: House, audience: Audience) -> ConversationId:
    """Open a conversation with the citizen, and let its first text be ready to leave."""
    stage, desk = house.stage, house.inbox.desk
    house.policies.lines = LINES
    house.policies.officers["eb"] = replace(house.policies.officers["eb"], roles=("approver",))
    await proven(house)
    handle = stage.mention("citizen").lstrip("@")
    begin = Begin(stage.account.id, stage.person("citizen"), audience, "a1", handle, "en")
    done = await desk.begin(begin, by="officer:aj")
    assert not isinstance(done, Denied), done
    ref = done.conversation.id
    await house.does(ref, Claim())
    first = (
        SayLine("a1", "reach", "en", fence=1, seen=9)
        if audience == "public"
        else Answer("a1", "Please write to us.", "private", fence=1, seen=9)
    )
    said = await house.does(ref, first)
    assert not isinstance(said, Denied), said
    answer = said.conversation.answers[-1]
    if audience == "public":
        assert answer.state == "asked", (
            "an approved line in public is never its author's word alone"
        )
        await desk.do(ref, desk.order(Clear("a1", answer.seal), by="officer:eb"))
    await house.inbox.pictures.mend("out", [ref])
    stage.clock.forward(11)
    return ref


class Beginning(Base):
    """Whom we write to first."""

    def may(self, audience: Audience) -> None:
        """Skip where the Profile says that we may not write first in this audience."""
        if audience not in self.profile.starts:
            pytest.skip(f"its Profile says: nobody is written to first in {audience}")

    @PRIVATE
    async def test_what_they_answer_to_what_we_wrote_first_lands_where_we_began(
        self, house: House, private: bool
    ) -> None:
        self.may(audience_of(private=private))
        ref = await begun(house, audience_of(private=private))
        await house.sends()
        [heard] = await house.heard()
        assert heard.to == (house.stage.person("citizen"),)
        assert (await house.part(ref)).state == "sent"
        house.stage.clock.forward(60)
        re = "" if private else heard.id
        theirs = await house.stage.say("citizen", "Here I am.", private=private, re=re)
        others = await house.stage.say("other", "And I?", private=private, re=re)
        await house.read()
        assert await house.where(theirs.id) == ref
        assert (await house.conversation(ref)).waiting_since
        assert await house.where(others.id) != ref

    @PRIVATE
    async def test_the_echo_of_what_we_wrote_first_is_no_news_though_it_is_quicker(
        self, house: House, private: bool
    ) -> None:
        self.may(audience_of(private=private))
        ref = await begun(house, audience_of(private=private))
        bot: Bot = house.bot()
        await house.sends(house.sender(Echoing(bot, house)))
        await house.read()
        assert await house.refs() == [ref]
        assert len(await house.events(ref, Sent)) == 1
        assert await house.events(ref, Echoed) == []
        assert "not_ours" not in await house.told()
