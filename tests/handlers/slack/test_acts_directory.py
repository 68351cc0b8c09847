"""The directory in Slack: searched, kept, and a writer attached by an officer, never by us."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.slack import ids
from inbox.desk.records import Made
from inbox.directory import commands as c
from inbox.directory.state import Contact
from inbox.words import Person
from tests.handlers.slack.conftest import (
    ANNA,
    MARIA,
    PRESS,
    READER,
    House,
    denied_for,
    until,
    words,
)

MINISTER = "Foreign Minister, Qasira"
ARABIC = "سالم حداد"
ORFANI = Person("x:eva", handle="eva", name="Eva")


async def known(house: House, *commands: c.AnyCommand, id_: str = "fm") -> Contact:
    """Let a supervisor have kept a contact."""
    contacts = house.inbox.contacts
    first: tuple[c.AnyCommand, ...] = (
        c.Add(MINISTER if id_ == "fm" else ARABIC, "counterpart", ("ar", "en"), "Asia/Riyadh"),
    )
    there = None
    for command in (*first, *commands):
        done = await contacts.do(id_, contacts.order(command, by="officer:ml"))
        assert isinstance(done, Made), done
        there = done.record
    assert there
    return there


async def standing(house: House, id_: str = "fm") -> Contact:
    found = await house.inbox.contacts.load(id_)
    assert found
    return found


def actions_of(view: dict[str, Any]) -> list[str]:
    return [
        e["action_id"] for b in view["blocks"] for e in b.get("elements", ()) if "action_id" in e
    ]


async def test_who_shows_name_time_there_languages_channels_and_who_knows_them(
    house: House,
) -> None:
    ways = (c.AddWay("phone", "+46 8 465 004 41", "ml"), c.AddWay("embassy", "Duty officer"))
    await known(house, *ways, c.Attach(ORFANI, "met in May"))
    await house.command(ANNA, "who qasira")
    told = words(house.view(ANNA)["blocks"])
    assert MINISTER in told
    assert "Counterpart · 14:06 there · Arabic, English" in told
    assert "Known by Maria Lundqvist" in told
    assert "📞 Phone: +46 8 465 004 41 · Maria Lundqvist" in told
    assert "X @eva · Eva · ? unproven" in told
    assert "tel:" not in str(house.view(ANNA))
    assert {ids.EDIT_CONTACT, ids.ADD_WAY, ids.DETACH} <= set(actions_of(house.view(ANNA)))
    assert ids.PROVE not in actions_of(house.view(ANNA))


async def test_several_are_listed_and_one_is_shown(office: House) -> None:
    await known(office)
    await known(office, id_="c2")
    await office.command(ANNA, "who riyadh")
    told = words(office.view(ANNA)["blocks"])
    assert "Found: 2" in told
    assert ARABIC in told
    await office.tap(ANNA, ids.CONTACT)
    assert office.view(ANNA)["callback_id"] == ids.VIEW_CONTACT


async def test_whom_nobody_knows_can_be_added_at_once(house: House) -> None:
    await house.command(ANNA, "who president of qasira")
    assert "Nobody found" in words(house.view(ANNA)["blocks"])
    await house.tap(ANNA, ids.ADD_CONTACT)
    assert "president of qasira" in words(house.view(ANNA)["blocks"])
    await house.types(ANNA, ARABIC, ids.CONTACT_NAME)
    await house.tap(ANNA, ids.CONTACT_KIND, selected="office")
    await house.types(ANNA, "ar, en", ids.LANGUAGES)
    await house.types(ANNA, "Asia/Nowhere", ids.TIME_ZONE)
    outcome = await house.submits(ANNA)
    assert "No such time zone" in next(iter(outcome.body["errors"].values()))
    await house.types(ANNA, "Asia/Aden", ids.TIME_ZONE)
    await house.submits(ANNA)
    (one,) = await house.inbox.contacts.everyone()
    assert (one.name, one.kind, one.languages) == (ARABIC, "office", ("ar", "en"))
    assert ARABIC in words(house.view(ANNA)["blocks"])


async def test_a_channel_is_added_and_struck_out(office: House) -> None:
    await known(office)
    await office.command(ANNA, "who qasira")
    await office.tap(ANNA, ids.ADD_WAY)
    await office.tap(ANNA, ids.WAY_KIND, selected="email")
    await office.types(ANNA, "fm@mfa.qasira.example", ids.WAY_VALUE)
    await office.tap(ANNA, ids.KNOWN_BY, selected="sh")
    await office.submits(ANNA)
    (way,) = (await standing(office)).ways
    assert (way.kind, way.value, way.known_by) == ("email", "fm@mfa.qasira.example", "sh")
    menus = [e for b in office.view(ANNA)["blocks"] for e in b.get("elements", ())]
    options = next(e["options"] for e in menus if e.get("type") == "overflow")
    await office.tap(ANNA, ids.MORE, selected=options[0]["value"])
    assert (await standing(office)).ways == ()
    assert "No usual channel is known" in words(office.view(ANNA)["blocks"])


async def test_an_officer_says_who_a_writer_is_and_the_card_shows_it(house: House) -> None:
    await known(house, c.Attach(Person("mastodon:9", "orfani@qasira.example", "Jalil")))
    ref = await house.hear(person="orfani")
    card = await house.card(ref)
    assert "In the directory" not in words(card.blocks)
    outcome = await house.workspace.shortcut(ANNA, ids.SHORTCUT_WHO, channel=PRESS, ts=card.ts)
    assert outcome.acknowledged
    told = words(house.view(ANNA)["blocks"])
    assert "These are suggestions only" in told
    assert "The same handle elsewhere: orfani@qasira.example" in told
    assert (await standing(house)).known("x:orfani") is None
    await house.tap(ANNA, ids.ATTACH)
    found = (await standing(house)).known("x:orfani")
    assert found
    assert found.person.handle == "orfani"
    assert found.why == "The same handle elsewhere: orfani@qasira.example"
    await house.card_says(ref, f"In the directory: {MINISTER} · unproven")
    await house.press(ANNA, ref, ids.ANSWER)
    assert f"In the directory: {MINISTER}" in words(house.view(ANNA)["blocks"])


async def test_a_new_contact_made_from_a_card_is_the_writer(office: House) -> None:
    ref = await office.hear()
    card = await office.card(ref)
    await office.workspace.shortcut(ANNA, ids.SHORTCUT_WHO, channel=PRESS, ts=card.ts)
    await office.tap(ANNA, ids.ADD_CONTACT)
    await office.submits(ANNA)
    (one,) = await office.inbox.contacts.everyone()
    assert (one.name, [known.person.id for known in one.persons]) == ("Eva", ["x:eva"])


async def test_a_person_of_another_contact_is_refused_by_name(office: House) -> None:
    await known(office, c.Attach(ORFANI))
    await known(office, id_="c2")
    contacts = office.inbox.contacts
    ref = await office.hear()
    card = await office.card(ref)
    await contacts.do("fm", contacts.order(c.Detach("x:eva"), by="officer:ml"))
    await office.workspace.shortcut(ANNA, ids.SHORTCUT_WHO, channel=PRESS, ts=card.ts)
    await office.types(ANNA, "حداد", ids.WORDS)
    await office.submits(ANNA)
    await contacts.do("fm", contacts.order(c.Attach(ORFANI), by="officer:ml"))
    await office.tap(ANNA, ids.ATTACH)
    assert f"That person belongs to {MINISTER} already" in words(office.view(ANNA)["blocks"])
    await office.tap(ANNA, ids.CONTACT)
    assert office.view(ANNA)["callback_id"] == ids.VIEW_CONTACT
    assert MINISTER in words(office.view(ANNA)["blocks"])


async def test_a_supervisor_merges_and_splits_and_an_officer_is_not_offered_it(
    office: House,
) -> None:
    await known(office, c.AddWay("phone", "1"))
    await known(office, c.AddWay("note", "n"), id_="c2")
    await office.command(ANNA, "who qasira")
    assert ids.MERGE not in str(office.view(ANNA))
    await office.command(MARIA, "who qasira")
    options = [e for b in office.view(MARIA)["blocks"] for e in b.get("elements", ())]
    first = next(e for e in options if e.get("type") == "overflow")["options"][0]["value"]
    await office.tap(MARIA, ids.MORE, selected=first)
    await office.types(MARIA, "حداد", ids.WORDS)
    await office.submits(MARIA)
    await office.tap(MARIA, ids.MERGE_WITH)
    told = words(office.view(MARIA)["blocks"])
    assert f"Stands also for \u2068{ARABIC}\u2069" in told
    assert (await standing(office)).merged == ("c2",)
    await office.tap(MARIA, ids.SPLIT)
    assert (await standing(office)).merged == ()
    assert (await standing(office, "c2")).merged_into == ""


async def test_who_approves_notes_a_call_and_then_they_are_verified(office: House) -> None:
    await known(office, c.Attach(ORFANI))
    ref = await office.hear()
    await office.command(MARIA, "who qasira")
    await office.tap(MARIA, ids.PROVE)
    assert "never by one from their message" in words(office.view(MARIA)["blocks"])
    await office.types(MARIA, "The embassy called his office", ids.REASON)
    await office.submits(MARIA)
    told = words(office.view(MARIA)["blocks"])
    assert "✓ verified" in told
    assert "Called back, until " in told
    await office.card_says(ref, f"In the directory: {MINISTER} · verified")


async def test_the_frozen_are_marked_and_trusted_again_for_a_reason(office: House) -> None:
    await known(office, c.Attach(ORFANI), c.Freeze("x:eva", "name: Eva, now Evil"))
    ref = await office.hear()
    await office.card_says(ref, "frozen: something about them changed")
    await office.command(MARIA, "who qasira")
    assert "⚠ Frozen: name: Eva, now Evil" in words(office.view(MARIA)["blocks"])
    await office.tap(MARIA, ids.UNFREEZE)
    await office.types(MARIA, "The embassy asked him", ids.REASON)
    await office.submits(MARIA)
    known_ = (await standing(office)).known("x:eva")
    assert known_
    assert (known_.frozen, known_.person.handle) == ("", "eva")


async def test_a_citizen_is_named_in_the_modal_and_on_no_card(office: House) -> None:
    contacts = office.inbox.contacts
    for command in (c.Add("Eva Lind", "citizen"), c.Attach(ORFANI)):
        await contacts.do("cz", contacts.order(command, by="officer:ml"))
    ref = await office.hear()
    card = await office.card(ref)
    assert "Eva Lind" not in words(card.blocks)
    await office.workspace.shortcut(ANNA, ids.SHORTCUT_WHO, channel=PRESS, ts=card.ts)
    assert "In the directory: Eva Lind" in words(office.view(ANNA)["blocks"])


async def test_a_reader_sees_nothing_of_the_directory_and_it_is_recorded(office: House) -> None:
    await known(office)
    await office.command(READER, "who qasira")
    told = words(office.view(READER)["blocks"])
    assert MINISTER not in told
    assert "may do this" in told
    refusal = await until(denied_for(office), awaited=True)
    assert (refusal.officer, refusal.act) == ("rr", "directory")


async def test_home_leads_to_the_directory(office: House) -> None:
    await known(office)
    await office.workspace.open_home(ANNA)
    await office.tap(ANNA, ids.DIRECTORY)
    await office.types(ANNA, "qasira", ids.WORDS)
    await office.submits(ANNA)
    assert MINISTER in words(office.view(ANNA)["blocks"])


@pytest.mark.parametrize("text", ["<!channel> & *b*", "\u202eevil", "ا" * 200])
async def test_a_hostile_name_is_shown_as_text(office: House, text: str) -> None:
    await known(office, c.Rename(f"Qasira {text}"), c.AddWay("note", text * 20))
    await office.command(ANNA, "who qasira")
    assert office.view(ANNA)["callback_id"] == ids.VIEW_CONTACT


async def test_asked_in_a_channel_the_directory_says_nothing(office: House) -> None:
    await known(office)
    await office.workspace.say(ANNA, PRESS, f"<@{office.workspace.bot_user_id}> who qasira")

    def answer() -> str:
        posts = [one for one in office.workspace.channels[PRESS].visible() if one.thread_ts]
        return words(posts[-1].blocks) if posts else ""

    assert "Ask me in a direct message" in await until(answer)
    assert MINISTER not in answer()


async def test_asked_directly_it_answers_with_whom_it_knows(office: House) -> None:
    await known(office)
    place = office.workspace.direct(ANNA).id
    await office.workspace.say(ANNA, place, "who qasira")

    def answer() -> str:
        posts = [one for one in office.workspace.channels[place].visible() if one.blocks]
        return words(posts[-1].blocks) if posts else ""

    assert MINISTER in await until(answer)


async def test_an_officer_freezes_whom_they_doubt_and_an_approver_alone_thaws(
    office: House,
) -> None:
    await known(office, c.Attach(ORFANI))
    await office.command(ANNA, "who qasira")
    await office.tap(ANNA, ids.FREEZE)
    await office.types(ANNA, "writes in another tone", ids.REASON)
    await office.submits(ANNA)
    assert "⚠ Frozen: writes in another tone" in words(office.view(ANNA)["blocks"])
    assert ids.UNFREEZE not in actions_of(office.view(ANNA))
