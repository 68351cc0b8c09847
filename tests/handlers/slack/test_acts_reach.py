"""Reaching a counterpart from Slack: the command, each rung's end, the line in public, the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from handlers import reachouts
from handlers.acting import Actor
from handlers.slack import ids, telling
from handlers.slack.reached import reaching_view
from handlers.slack.shown import Opened
from inbox.conversations.commands import Clear
from inbox.denied import Denied
from inbox.desk.records import Made
from inbox.directory.commands import Add, AddWay, Attach, Prove
from inbox.reachout.commands import Close, Hear, Open, Record
from inbox.reachout.state import Reachout, Rung
from inbox.words import Person, Reach
from sandbox.slack.records import Message
from tests.handlers.slack.conftest import (
    ANNA,
    ERIK,
    MARIA,
    PRESS,
    READER,
    Builder,
    House,
    builder,
    clock,
    denied_for,
    policies_of,
    until,
    words,
)

__all__ = ["builder", "clock"]

MINISTER, NAME = "x:4100", "Foreign Minister, Qasira"
LINES = {"call_us": {"en": "@{handle} We would like to speak with you. Call our duty officer."}}
PHONE, EMAIL = "+46 8 465 004 41", "minister@mfa.qasira.example"
WHY = "Hand over the list of names"


@pytest.fixture
async def office(builder: Builder) -> AsyncIterator[House]:
    """Give a house whose directory has a minister, verified, who takes no private messages."""
    policies = policies_of(may_call=True)
    policies.lines = LINES
    async with builder.house("http", policies) as house:
        await known(house, "c1", NAME, ("phone", PHONE), ("email", EMAIL))
        person = Person(MINISTER, "JalilOrfani", "Jalil Orfani", "government")
        await noted(house, "c1", Attach(person, "his office"))
        proof = Prove(MINISTER, "called_back", "his office", house.inbox.now() + 90 * 86_400_000)
        await noted(house, "c1", proof)
        no = Reach("no", "blocked")
        await house.inbox.reachouts.asks.answer("x/landetud", MINISTER, "private", no)
        yield house


async def known(house: House, ref: str, name: str, *ways: tuple[Any, str]) -> None:
    await noted(house, ref, Add(name, "counterpart", ("en", "ar"), "Asia/Riyadh"))
    for kind, value in ways:
        await noted(house, ref, AddWay(kind, value, "ml"))


async def noted(house: House, ref: str, command: Any) -> None:
    order = house.inbox.contacts.order(command, by="officer:ml")
    done = await house.inbox.contacts.do(ref, order)
    assert done is not None
    assert getattr(done, "why", None) is None, done


async def reach(house: House, user: str = ANNA, text: str = "") -> None:
    """Type /reach."""
    outcome = await house.workspace.command(user, PRESS, "/reach", text)
    assert outcome.acknowledged, outcome


async def one(house: House) -> Reachout:
    """Give the only reachout under way."""
    (found,) = await house.inbox.reachouts.open()
    return found


def said(house: House, user: str = ANNA) -> str:
    return words(house.view(user).get("blocks", []))


async def opened(house: House) -> str:
    """Open one with the phone; its id."""
    await reach(house, text="orfani")
    await house.types(ANNA, WHY, ids.REACH_WHY)
    await house.submits(ANNA)
    return (await one(house)).id


async def ends(house: House, act: str, text: str = "", user: str = ANNA) -> None:
    """Press a rung's end, and say why where that is asked."""
    await house.tap(user, act)
    if text:
        await house.types(user, text, ids.REASON)
        await house.submits(user)


async def test_a_name_typed_behind_the_command_shows_the_ladder_at_once(office: House) -> None:
    await reach(office, text="orfani")
    shown = said(office)
    assert "verified" in shown
    assert f"1 Phone · {PHONE} · Maria Lundqvist knows them" in shown
    assert "3 Private message · X · @LandetUD → @JalilOrfani · they do not accept ours" in shown
    assert "4 Public line · X · @LandetUD → @JalilOrfani · needs clearance" in shown
    assert office.view(ANNA)["submit"]["text"] == "Start with the phone"


async def test_the_ladder_says_what_worked_last_what_failed_and_the_best_hours(
    office: House,
) -> None:
    door = office.inbox.reachouts
    phone, email = Rung("phone", way=PHONE), Rung("email", way=EMAIL)
    deadline = office.inbox.now() + 3_600_000
    for command in (
        Open("c1", WHY, "urgent", deadline, (phone, email)),
        Record(0, "failed", "Engaged."),
        Record(1, "reached", "They rang back."),
        Close("reached"),
    ):
        assert isinstance(await door.do("r1", door.order(command, by="officer:aj")), Made)
    await reach(office, text="orfani")
    shown = said(office)
    assert "failed since: 1" in shown
    assert "reached so 20" in shown
    assert "best hours there: " in shown


async def test_who_is_searched_for_is_offered_and_what_was_typed_stays(office: House) -> None:
    await reach(office)
    await office.types(ANNA, WHY, ids.REACH_WHY)
    offered = await office.workspace.options(ANNA, ids.REACH_WHO, "qasira")
    assert [one["value"] for one in offered.body["options"]] == ["c1"]
    assert "verified" in offered.body["options"][0]["description"]["text"]
    await office.tap(ANNA, ids.REACH_WHO, selected="c1")
    assert "Start with the phone" in words(office.view(ANNA)["submit"])
    await office.submits(ANNA)
    assert (await one(office)).purpose == WHY


async def test_the_first_rung_is_tried_from_the_moment_of_opening_and_logged(office: House) -> None:
    ref = await opened(office)
    reachout = await one(office)
    assert (reachout.by, reachout.contact, reachout.rungs[0].state) == ("aj", "c1", "attempted")
    assert "Never a number out of a message" in said(office)
    await until(lambda: direct(office, ANNA))
    assert NAME in direct(office, ANNA)[0].text
    assert WHY not in direct(office, ANNA)[0].text
    await reach(office)
    assert "Open now: 1" in said(office)
    await office.tap(ANNA, ids.REACH_OPEN)
    assert f"REACH · {NAME}" in said(office)
    assert ref == reachout.id


def direct(house: House, user: str) -> list[Message]:
    channel = house.workspace.channels.get(f"D{user[1:]}")
    return [one for one in channel.said if one.by_bot] if channel else []


async def test_each_rung_opens_after_the_end_of_the_one_before_with_its_reason(
    office: House,
) -> None:
    await opened(office)
    await ends(office, ids.REACH_FAILED, "No answer, three times")
    assert "2 E-mail" in said(office)
    assert EMAIL in said(office)
    await ends(office, ids.REACH_SKIP, "Their server is down")
    rungs = (await one(office)).rungs
    assert [rung.state for rung in rungs] == ["failed", "skipped", "failed", "open"]
    assert rungs[0].attempts[-1].text == "No answer, three times"
    shown = said(office)
    assert "failed" in shown
    assert "Their server is down" in shown
    assert "4 Public line" in shown
    assert ids.REACH_PUBLIC in [e["action_id"] for e in elements(office)]


def elements(house: House, user: str = ANNA) -> list[dict[str, Any]]:
    return [
        e for b in house.view(user)["blocks"] for e in b.get("elements", []) if "action_id" in e
    ]


async def at_the_public_rung(house: House) -> str:
    ref = await opened(house)
    await ends(house, ids.REACH_FAILED, "No answer")
    await ends(house, ids.REACH_FAILED, "It came back")
    return ref


async def test_the_public_line_is_shown_to_the_letter_and_waits_for_a_second_officer(
    office: House,
) -> None:
    await at_the_public_rung(office)
    await office.tap(ANNA, ids.REACH_PUBLIC)
    shown = said(office)
    line = "@JalilOrfani We would like to speak with you. Call our duty officer. ^AJ"
    assert line in shown
    assert "A bystander sees that @LandetUD seeks @JalilOrfani" in shown
    await office.submits(ANNA)
    assert "Waits for a second officer" in said(office)
    rung = (await one(office)).rungs[3]
    answer = await office.answer(rung.conversation)
    assert ([part.text for part in answer.parts], answer.state) == ([line], "asked")
    own = office.inbox.desk.order(Clear(answer.id, answer.seal), by="officer:aj")
    assert getattr(await office.inbox.desk.do(rung.conversation, own), "why", "") in (
        "own_text",
        "not_allowed",
    )


async def test_the_line_that_was_chosen_is_the_one_that_is_said(office: House) -> None:
    both = {"call_us": {**LINES["call_us"], "ar": "@{handle} نود التحدث معكم."}}
    office.policies.lines = both
    await reach(office, text="orfani")
    await office.types(ANNA, WHY, ids.REACH_WHY)
    await office.workspace.click_in_view(ANNA, ids.REACH_LINE, selected="call_us/ar")
    await office.submits(ANNA)
    rung = (await one(office)).rungs[-1]
    assert (rung.kind, rung.template, rung.language) == ("public", "call_us", "ar")


async def test_pressed_twice_the_line_is_asked_for_once(office: House) -> None:
    await at_the_public_rung(office)
    await office.tap(ANNA, ids.REACH_PUBLIC)
    view = office.workspace.stacks[ANNA][-1]
    await office.submits(ANNA)
    before = await one(office)
    office.workspace.stacks[ANNA] = [view]
    await office.submits(ANNA)
    after = await one(office)
    assert before.rungs[3].answer == after.rungs[3].answer
    assert before.version == after.version


async def test_what_the_platform_forbids_is_posted_by_hand_and_only_our_own_post_counts(
    builder: Builder,
) -> None:
    policies = policies_of(may_reply_to="mentions", may_call=False)
    policies.lines = LINES
    async with builder.house("http", policies) as house:
        await known(house, "c1", NAME)
        await noted(house, "c1", Attach(Person(MINISTER, "JalilOrfani", "Jalil"), "his office"))
        expires = house.inbox.now() + 90 * 86_400_000
        await noted(house, "c1", Prove(MINISTER, "called_back", "his office", expires))
        no = Reach("no", "blocked")
        await house.inbox.reachouts.asks.answer("x/landetud", MINISTER, "private", no)
        await reach(house, text="qasira")
        assert "X forbids us this post; post it by hand" in said(house)
        await house.types(ANNA, WHY, ids.REACH_WHY)
        await house.submits(ANNA)
        assert "Post exactly this" in said(house)
        await house.types(ANNA, "https://x.com/JaIilOrfani/status/7", ids.URL)
        outcome = await house.submits(ANNA)
        assert "That link is no post by" in words({"text": str(outcome.body["errors"])})
        await house.types(ANNA, "https://x.com/LandetUD/status/7", ids.URL)
        await house.submits(ANNA)
        assert "posted by hand" in said(house)
        assert (await one(house)).rungs[1].left


async def test_who_answers_verified_is_shown_and_handed_over_and_that_closes_it(
    office: House,
) -> None:
    ref = await at_the_public_rung(office)
    there = await office.hear("This is my office. Call me.", person="4100", named=True)
    hear = Hear(MINISTER, there, "x:1", "verified")
    door = office.inbox.reachouts
    await door.do(ref, door.order(hear, by="clerk"))
    await reach(office)
    await office.tap(ANNA, ids.REACH_OPEN)
    assert "answered, verified. The clock stands." in said(office)
    assert "This is my office. Call me." in said(office)
    await office.tap(ANNA, ids.REACH_HAND_OVER)
    await office.types(ANNA, "Secure line of the embassy, 14:30", ids.TO)
    await office.submits(ANNA)
    assert f"CLOSED · {NAME}" in said(office)
    found = await door.load(ref)
    assert found
    assert (found.state, found.outcome) == ("closed", "handed_over")
    assert found.to == "Secure line of the embassy, 14:30"


async def test_bad_input_gets_a_sentence_that_says_what_to_do_and_keeps_the_text(
    office: House,
) -> None:
    await reach(office, text="nobody of that name")
    assert "Nobody in the directory" in said(office)
    await known(office, "c2", "Deputy without a channel")
    await office.types(ANNA, WHY, ids.REACH_WHY)
    await office.workspace.options(ANNA, ids.REACH_WHO, "deputy")
    await office.tap(ANNA, ids.REACH_WHO, selected="c2")
    assert "knows no way to this contact" in said(office)
    outcome = await office.submits(ANNA)
    assert outcome.body["response_action"] in ("update", "errors")
    assert "no channel at all" in said(office) + str(outcome.body)
    await office.workspace.options(ANNA, ids.REACH_WHO, "minister")
    await office.tap(ANNA, ids.REACH_WHO, selected="c1")
    await office.tap(ANNA, ids.REACH_BY, selected=1)
    outcome = await office.submits(ANNA)
    assert "time has passed" in str(outcome.body["errors"])
    values = office.view(ANNA)["state"]["values"]
    assert ids.typed(values, ids.REACH_WHY) == WHY
    assert await office.inbox.reachouts.open() == ()


async def test_a_platform_that_cannot_be_asked_is_told_as_unknown(office: House) -> None:
    unknown = Reach("unknown")
    await office.inbox.reachouts.asks.answer("x/landetud", MINISTER, "private", unknown)
    await reach(office, text="orfani")
    assert "X does not say now whether they accept ours" in said(office)


async def test_a_reader_sees_no_reachout_and_that_they_asked_is_recorded(office: House) -> None:
    ref = await opened(office)
    await reach(office, READER, "orfani")
    assert WHY not in said(office, READER)
    assert "Only" in said(office, READER)
    refusal = await denied_for(office)()
    assert (refusal.officer, refusal.act) == ("rr", "reachouts")
    rut = Actor(office.policies.officers["rr"], READER, f"T0SANDBOX/{READER}")
    assert isinstance(await reachouts.shown(office.slack.office, rut, ref), Denied)


async def test_two_officers_see_one_reachout_and_home_lists_it(office: House) -> None:
    await opened(office)
    await reach(office, ERIK)
    assert "Öppna nu: 1" in said(office, ERIK)
    await office.workspace.open_home(MARIA)
    await until(lambda: NAME in words(office.workspace.home(MARIA) or {}))


async def test_the_purpose_leaves_neither_in_a_private_rung_nor_in_public(builder: Builder) -> None:
    policies = policies_of(may_call=True, ours=("@LandetUD",))
    policies.lines = LINES
    async with builder.house("http", policies) as house:
        await known(house, "c1", NAME, ("phone", PHONE))
        person = Person(MINISTER, "JalilOrfani", "Jalil Orfani", "government")
        await noted(house, "c1", Attach(person, "his office"))
        proof = Prove(MINISTER, "called_back", "his office", house.inbox.now() + 90 * 86_400_000)
        await noted(house, "c1", proof)
        yes = Reach("yes")
        await house.inbox.reachouts.asks.answer("x/landetud", MINISTER, "private", yes)
        await reach(house, text="orfani")
        await house.types(ANNA, "Free Qasim from Tartus", ids.REACH_WHY)
        await house.submits(ANNA)
        await ends(house, ids.REACH_FAILED, "No answer")
        await house.tap(ANNA, ids.REACH_WRITE)
        await house.types(ANNA, "Please call us about Q\u200baѕim.", ids.REACH_TEXT)
        await house.submits(ANNA)
        assert "stands in our notes" in said(house)
        assert (await one(house)).rungs[1].state == "open"
        public = await house.hear("What do you want?", person="4100")
        await house.answers(ANNA, public, f"About Tartus: {PHONE}")
        told = words(house.view(ANNA))
        assert "“Tartus” stands in our notes" in told
        assert "belongs to one person" in told
        assert (await house.conversation(public)).answers == ()


async def test_a_contacts_button_opens_the_ladder_with_the_contact_chosen(office: House) -> None:
    await office.command(ANNA, "who minister")
    if not [one for one in elements(office) if one["action_id"] == ids.REACH]:
        await office.tap(ANNA, ids.CONTACT)
    await office.tap(ANNA, ids.REACH)
    assert "1 Phone" in said(office)
    assert office.view(ANNA)["submit"]["text"] == "Start with the phone"


async def test_what_the_clerk_notices_is_told_to_the_initiator_once_and_without_the_purpose(
    office: House,
) -> None:
    ref = await at_the_public_rung(office)
    before = len(direct(office, ANNA))
    there = await office.hear("Call me!", person="JaIilOrfani")
    hear = Hear("x:JaIilOrfani", there, "x:1", "unproven", like=MINISTER, differs="capital I for l")
    door = office.inbox.reachouts
    await door.do(ref, door.order(hear, by="clerk"))
    await until(lambda: len(direct(office, ANNA)) > before)
    await quiet(office)
    before = len(direct(office, ANNA))
    facts = {"reachout": ref, "n": 99, "officers": ["aj"]}
    for _ in range(2):
        await telling.tell(office.slack.office, "reach_imitated", facts)
    told = direct(office, ANNA)[before:]
    assert len(told) == 1
    assert WHY not in words(told[0].blocks) + told[0].text
    assert "capital I for l at letter 3. The clock runs on." in words(told[0].blocks)


async def test_what_they_wrote_in_private_is_shown_to_who_may_read_that_alone(
    office: House,
) -> None:
    ref = await opened(office)
    there = await office.hear("A secret word", person="4100", audience="private")
    door = office.inbox.reachouts
    await door.do(ref, door.order(Hear(MINISTER, there, "x:1", "verified"), by="clerk"))
    reachout = await one(office)
    anna = office.policies.officers["aj"]
    other = replace(anna, accounts=("x/landetqasira",))
    room = office.slack.office
    hers = await reachouts.gathered(room, Actor(anna, "", ""), reachout)
    theirs = await reachouts.gathered(room, Actor(other, "", ""), reachout)
    assert [line.text for line in hers.heard] == ["A secret word"]
    assert theirs.heard == ()
    shown = words(reaching_view(theirs, office.slack.office.book.say("en"), Opened("t"))["blocks"])
    assert "stands in a conversation that others read" in shown
    assert "A secret word" not in shown


async def quiet(house: House) -> None:
    """Wait until what was begun is said."""
    await house.slack.office.drained(5)
    await house.workspace.settled()
