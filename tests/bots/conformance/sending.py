"""Sending: replies, private replies, several parts, echoes, pictures; all of it as sealed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from bots.contract import Bot, Refused
from inbox.conversations.commands import Retract
from inbox.conversations.denied import Denied
from inbox.conversations.events import Echoed, Received, SendStarted, Sent
from inbox.directory.evidence import changed
from inbox.words import Audience, Media, Part, PartId, Ref
from tests.bots.conformance.base import Base
from tests.bots.conformance.house import House

LONG = " ".join(f"Sentence number {n} of a long answer." for n in range(90))
PRIVATE = pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
PICTURE = Media(kind="image", url="", alt="A red bridge, its middle gone.", digest="d" * 64)


@dataclass
class Echoing:
    """The real bot; before the platform's answer is heard, its echo is pushed and read."""

    bot: Bot
    house: House

    def __getattr__(self, name: str) -> Any:
        return getattr(self.bot, name)

    async def send(self, part: Part, key: PartId) -> Ref:
        ref = await self.bot.send(part, key)
        if self.bot.profile.pushes:
            pushed = await self.house.stage.pushes(ref.id)
            assert {await self.house.push(one) for one in pushed} <= {200}
        await self.house.read()
        return ref


class Sending(Base):
    """What officers answer goes out."""

    @PRIVATE
    async def test_an_answer_reaches_who_asked_signed_and_as_it_was_sealed(
        self, house: House, private: bool
    ) -> None:
        ref = await house.answered(
            "Read <this> & that: https://example.org/a?b=1&c=2", private=private
        )
        await house.sends()
        [heard] = await house.heard()
        part = await house.part(ref)
        assert (part.state, part.ref) == ("sent", heard.id)
        assert heard.text.endswith("^AJ")
        assert heard.audience == ("private" if private else "public")
        assert heard.to == (house.stage.person("citizen"),)
        if not private:
            assert part.url.startswith("http")
            assert heard.re == (await house.conversation(ref)).last_message

    async def test_a_private_answer_adds_nobody_whom_its_text_names(self, house: House) -> None:
        """A platform that adds whom a text mentions refuses such a text, or does not do it here."""
        bystander = house.stage.mention("other")
        ref = await house.asked(private=True)
        said = await house.answers(ref, f"Speak to {bystander} tomorrow.")
        await house.sends(rounds=3, every=60)
        heard = await house.heard()
        for one in heard:
            assert one.to == (house.stage.person("citizen"),)
        if not heard and not isinstance(said, Denied):
            assert (await house.part(ref)).why == "recipients"

    @PRIVATE
    async def test_a_long_answer_leaves_part_by_part_each_signed_each_after_the_one_before(
        self, house: House, private: bool
    ) -> None:
        audience: Audience = "private" if private else "public"
        text = LONG
        while self.profile.fits(text, audience):
            text = f"{text} {LONG}"
        ref = await house.answered(
            text[: 4 * self.profile.limit(audience)].strip(), private=private
        )
        await house.sends_all()
        heard = await house.heard()
        answer = (await house.conversation(ref)).answer("a1")
        assert answer
        assert answer.state == "sent"
        assert len(heard) == len(answer.parts) > 1
        assert all(house.stage.takes(one.text, audience) for one in heard)
        assert all(one.text.endswith("^AJ") for one in heard)
        if not private:
            assert [one.re for one in heard[1:]] == [one.id for one in heard[:-1]]

    async def test_a_thread_of_ours_goes_on_over_a_restart(self, house: House) -> None:
        ref = await house.answered(LONG[: 2 * self.profile.limit("public")].strip())
        parts = (await house.conversation(ref)).answer("a1")
        assert parts
        for _ in parts.parts:
            await house.sends(house.sender())
        heard = await house.heard()
        assert len(heard) == len(parts.parts) > 1
        assert [one.re for one in heard[1:]] == [one.id for one in heard[:-1]]

    @PRIVATE
    async def test_an_echo_settles_its_part_once_be_it_before_the_answer_or_after(
        self, house: House, private: bool
    ) -> None:
        ref = await house.answered(private=private)
        bot: Any = Echoing(house.bot(), house)
        await house.sends(house.sender(bot))
        before = (await house.conversation(ref)).version
        house.stage.clock.forward(90)
        await house.read(2)
        if self.profile.pushes:
            pushed = await house.stage.pushes((await house.part(ref)).ref)
            assert {await house.push(one) for one in pushed} <= {200}
        assert (await house.conversation(ref)).version == before
        for kind, times in ((SendStarted, 1), (Sent, 1), (Received, 1), (Echoed, 0)):
            assert len(await house.events(ref, kind)) == times, kind
        assert "not_ours" not in await house.told()

    @PRIVATE
    async def test_who_answers_us_again_comes_back_to_the_same_conversation(
        self, house: House, private: bool
    ) -> None:
        ref = await house.answered(private=private)
        await house.sends_all()
        ours = "" if private else (await house.part(ref)).ref
        house.stage.clock.forward(30)
        more = await house.stage.say("citizen", "thank you", private=private, re=ours)
        await house.read()
        assert await house.where(more.id) == ref

    @PRIVATE
    async def test_what_we_sent_is_found_by_its_words_and_by_nothing_less(
        self, house: House, private: bool
    ) -> None:
        text = "Read <this> & that: https://example.org/a?b=1&c=2 — räksmörgås"
        began = house.stage.clock()
        ref = await house.answered(text, private=private)
        await house.sends()
        [heard] = await house.heard()
        part = Part(
            id="a1.1",
            account=house.stage.account.id,
            audience=heard.audience,
            text=heard.text,
            re=heard.re or "",
            recipients=heard.to,
        )
        found = await house.bot().find_sent(part, began)
        assert found
        assert found.id == (await house.part(ref)).ref
        another = (await house.stage.say("other", "and I?")).id
        readers = (house.stage.person("other"),)
        elsewhere = {"recipients": readers} if private else {"re": another}
        for changes in ({"text": "Something else."}, elsewhere):
            assert await house.bot().find_sent(replace(part, **changes), began) is None

    async def test_a_picture_leaves_with_its_alternative_text_or_is_refused_before_leaving(
        self, house: House
    ) -> None:
        ref = await house.asked()
        said = await house.answers(ref, "Look.", media=(PICTURE,))
        await house.sends(rounds=2)
        if self.profile.media_most:
            [heard] = await house.heard()
            assert [one.alt for one in heard.media] == [PICTURE.alt]
            return
        assert isinstance(said, Denied)
        assert said.why == "platform_forbids"
        part = Part("a1.1", house.stage.account.id, "public", "Look.", media=(PICTURE,))
        with pytest.raises(Refused) as refused:
            await house.bot().send(part, part.id)
        assert refused.value.why == "media"
        assert await house.heard() == []

    async def test_a_text_too_long_is_refused_as_such(self, house: House) -> None:
        text = "x" * (self.profile.limit("public") + 1)
        assert not self.profile.fits(text, "public")
        assert not house.stage.takes(text, "public")
        with pytest.raises(Refused) as refused:
            await house.bot().send(Part("a1.1", house.stage.account.id, "public", text), "a1.1")
        assert refused.value.why == "too_long"

    async def test_a_reply_to_what_is_gone_is_refused_as_such(self, house: House) -> None:
        self.can("deletes")
        self.needs(house.stage, "gone")
        ref = await house.answered()
        await house.stage.delete((await house.conversation(ref)).last_message)
        await house.sends(rounds=2, every=60)
        assert await house.heard() == []
        part = await house.part(ref)
        assert (part.state, part.why) == ("failed", "gone")

    async def test_what_was_sent_is_taken_back_and_twice_is_no_error(self, house: House) -> None:
        ref = await house.answered()
        await house.sends()
        [heard] = await house.heard()
        if not self.profile.retracts:
            with pytest.raises(Refused):
                await house.bot().retract(Ref(heard.id))
            return
        await house.does(ref, Retract("a1"))
        await house.sends()
        assert await house.heard() == []
        assert (await house.part(ref)).state == "retracted"
        await house.bot().retract(Ref(heard.id))

    async def test_nobody_elses_message_is_taken_back(self, house: House) -> None:
        written = await house.stage.say("citizen", "mine")
        with pytest.raises(Refused):
            await house.bot().retract(Ref(written.id))

    async def test_a_person_is_as_they_are_now_and_the_gone_are_gone(self, house: House) -> None:
        person = house.stage.person("citizen")
        found = await house.bot().person(person)
        assert found.id == person
        assert found.handle
        with pytest.raises(Refused) as refused:
            await house.bot().person(house.stage.person("nobody"))
        assert refused.value.why == "gone"

    @PRIVATE
    async def test_whoever_wrote_is_looked_up_as_the_same_and_not_as_changed(
        self, house: House, private: bool
    ) -> None:
        written = await house.stage.say("citizen", "It is I.", private=private)
        await house.read()
        author = (await house.said(written.id)).message.author
        found = await house.bot().person(author.id)
        assert (found.id, changed(author, found), changed(found, author)) == (author.id, "", "")

    async def test_whether_somebody_can_be_reached_is_said_for_each_audience(
        self, house: House
    ) -> None:
        for audience in self.profile.audiences:
            for whom in ("citizen", "nobody"):
                person = house.stage.person(whom)
                found = await house.bot().reach(person, audience)
                assert found.answer in ("yes", "no", "unknown")
                assert found.reason or found.answer != "no"

    async def test_pictures_are_fetched_from_the_platforms_own_hosts_only(
        self, house: House
    ) -> None:
        for url in (
            *("http://127.0.0.1:9/", "http://localhost/a", "http://169.254.169.254/latest"),
            *("file://localhost/etc/passwd", "ftp://example.org/a", "", "https://[::1]/"),
            *(f"https://{host}.evil.example/a" for host in self.profile.hosts),
            *(f"http://{host}@127.0.0.1:9/a" for host in self.profile.hosts),
        ):
            with pytest.raises(Refused):
                await house.bot().fetch(Media("image", url))

    async def test_the_check_says_whether_the_credentials_work(self, house: House) -> None:
        assert all(one.ok for one in await house.bot().check())
        await house.stage.lock()
        found = await house.bot().check()
        assert not all(one.ok for one in found)
        assert all(one.advice for one in found if not one.ok)

    async def test_no_text_and_no_credential_reaches_a_log(
        self, house: House, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        for private in (False, True):
            ref = await house.asked("canary-in", private=private)
            await house.answers(ref, "canary-out", answer=f"a{int(private)}")
            await house.sends_all()
        await house.stage.lock()
        with pytest.raises(Exception) as locked:  # noqa: PT011 - whatever it is, it may not tell
            await house.batches()
        error = locked.value
        said = f"{caplog.text} {error!r} {error.__cause__!r} {error.__context__!r}"
        secrets = house.stage.secrets.of(house.stage.account).values()
        for canary in ("canary-in", "canary-out", *secrets):
            assert canary not in said
