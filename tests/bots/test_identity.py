"""Who they are is read again just before an answer leaves; what changed freezes and holds it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bots.identity import NOTICE, Changed, Identity
from inbox.conversations.commands import Resume
from inbox.denied import Denied
from inbox.directory.commands import Add, AnyCommand, Attach, Prove, Unfreeze
from inbox.directory.evidence import DAY, level
from inbox.directory.state import Evidence, EvidenceKind, Known
from inbox.words import ConversationId, Person
from tests.bots.conftest import House

CONTACT = "c1"


async def orders(house: House, command: AnyCommand, by: str = "officer:eb") -> None:
    contacts = house.inbox.contacts
    done = await contacts.do(CONTACT, contacts.order(command, by=by))
    assert not isinstance(done, Denied), done


async def person(house: House) -> Person:
    """Give the citizen as X shows them today."""
    user = house.scene.world.user("citizen")
    return await house.scene.bot().person(f"x:{user.id}")


async def proven(house: House, kind: EvidenceKind = "linked_from") -> Person:
    """Let the citizen be a contact's person, proven by this."""
    them = await person(house)
    await orders(house, Add("Leila Qasim", "citizen"))
    await orders(house, Attach(them, "met at the embassy"))
    until = house.inbox.now() + 20 * DAY
    await orders(house, Prove(them.id, kind, "https://embassy.example/people", until), "clerk")
    return them


async def known(house: House, them: Person) -> Known:
    contact = await house.inbox.contacts.load(CONTACT)
    found = contact.known(them.id) if contact else None
    assert found
    return found


async def notices(house: House) -> list[dict[str, object]]:
    found = [one async for some in house.inbox.notices.everything() for one in some]
    return [one.facts for one in found if one.kind == NOTICE]


async def held(house: House, ref: ConversationId) -> str:
    """Let the sender try, and give why the part failed; nothing may have left."""
    before = len(house.heard())
    await house.sent(house.sender())
    assert len(house.heard()) == before
    part = await house.part(ref)
    assert part.state == "failed"
    return part.why


async def test_an_answer_to_somebody_who_is_as_proven_leaves(house: House) -> None:
    await proven(house)
    ref = await house.answered()
    await house.sent(house.sender())
    assert (await house.part(ref)).state == "sent"


async def test_a_handle_that_changed_hands_after_approval_holds_the_answer(house: House) -> None:
    them = await proven(house)
    ref = await house.answered()
    world = house.scene.world
    world.rename("citizen", "citizen_old")
    world.join("citizen", "A Citizen")  # somebody else takes the handle that was approved
    assert await held(house, ref) == "identity"
    found = await known(house, them)
    assert (found.frozen, level(found, house.inbox.now())) == ("handle", "unproven")
    [told] = await notices(house)
    assert (told["officer"], told["changed"], told["name"]) == ("aj", "handle", "Leila Qasim")


async def test_a_governments_mark_that_was_evidence_and_is_gone_holds_the_answer(
    house: House,
) -> None:
    them = await proven(house, "government_mark")
    ref = await house.answered()
    assert await held(house, ref) == "identity"
    assert (await known(house, them)).frozen == "mark"


async def test_an_account_that_is_gone_holds_the_answer(house: House) -> None:
    them = await proven(house)
    ref = await house.answered()
    house.scene.world.suspend("citizen")
    assert await held(house, ref) == "identity"
    assert (await known(house, them)).frozen == "gone"


async def test_a_frozen_person_gets_nothing_until_an_officer_trusts_them_again(
    house: House,
) -> None:
    them = await proven(house)
    ref = await house.answered()
    house.scene.world.rename("citizen", "citizen_new")
    assert await held(house, ref) == "identity"
    await house.does(ref, Resume("a1"))
    assert await held(house, ref) == "identity"
    assert len(await notices(house)) == 1
    now = await house.scene.bot().person(them.id)
    await orders(house, Unfreeze(them.id, "the embassy called", now))
    await house.does(ref, Resume("a1"))
    await orders(
        house,
        Prove(them.id, "linked_from", "https://embassy.example", house.inbox.now() + DAY),
        "clerk",
    )
    await house.sent(house.sender())
    assert (await house.part(ref)).state == "sent"


async def test_of_somebody_without_evidence_nobody_relies_on_who_they_are(house: House) -> None:
    them = await person(house)
    await orders(house, Add("Leila Qasim", "citizen"))
    await orders(house, Attach(them))
    ref = await house.answered()
    house.scene.world.rename("citizen", "citizen_new")
    await house.sent(house.sender())
    assert (await house.part(ref)).state == "sent"
    assert not (await known(house, them)).frozen


async def test_while_the_platform_cannot_be_asked_nothing_leaves(house: House) -> None:
    await proven(house)
    ref = await house.answered()
    house.scene.purse.empty["users"] = house.inbox.now() + 60_000
    bot = house.scene.bot()
    await house.sent(house.sender(bot))
    assert house.heard() == []
    assert (await house.part(ref)).state == "ready"


@pytest.mark.parametrize(("says", "leaves"), [(True, True), (None, True), (False, False)])
async def test_a_page_that_says_it_no_longer_holds_the_answer_and_one_that_is_away_does_not(
    house: House, says: bool | None, leaves: bool
) -> None:
    them = await proven(house)

    async def read(evidence: Evidence, now: Person) -> bool | None:
        assert (evidence.kind, now.id) == ("linked_from", them.id)
        return says

    account = house.scene.accounts["MinistryX"]
    identity = Identity(house.inbox, account, house.scene.bot(), read)
    there = await known(house, them)
    expected = replace(there, person=them) if leaves else Changed("linked_from")
    assert await identity.check_again(there) == expected
