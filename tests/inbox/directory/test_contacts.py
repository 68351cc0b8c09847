"""The door to the directory: whose a person is, two that are one, and who is found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
from msgspec.structs import replace

from inbox.denied import Denied
from inbox.desk.contacts import Contacts, Done
from inbox.desk.records import Made, Records
from inbox.directory import commands as c
from inbox.directory.state import Contact
from inbox.store import keys
from inbox.store.client import Argument, Client
from inbox.store.directory import Roll
from inbox.team.policies import Policies
from tests.inbox.directory.house import MINISTER, OFFICERS, ON_MASTODON, ON_X
from tests.inbox.house import START, ids

BY = "officer:supervisor"
OFFICE = c.Add("Office of the Foreign Minister", "office", ("ar",), "Asia/Aden")


class Clock:
    """A time that stands where it is put."""

    at = START

    def __call__(self) -> int:
        return self.at


class Staged(Client):
    """A caller in whose way a rival steps, just before one of its commits reaches the server."""

    rival: Callable[[], Awaitable[object]] | None = None
    skip = 0

    async def function(self, name: str, names: Sequence[str], *args: Argument) -> object:
        if name == "commit_1" and self.rival and not (self.skip and self._skipped()):
            rival, self.rival = self.rival, None
            await rival()
        return await super().function(name, names, *args)

    def _skipped(self) -> bool:
        self.skip -= 1
        return True


def door(client: Client, clock: Clock | None = None) -> Contacts:
    house = Policies((), tuple(OFFICERS.values()), (), (), {})
    return Contacts(client, house, now=clock or Clock(), ids=ids(), patience=5.0)


@pytest.fixture
async def contacts(client: Client) -> Contacts:
    there = door(client)
    await did(there, "c1", MINISTER)
    await did(there, "c2", OFFICE)
    return there


@pytest.fixture
async def staged(store_url: str, client: Client) -> AsyncIterator[Staged]:
    caller = Staged(store_url, cluster=client.cluster)
    yield caller
    await caller.aclose()


async def gave(contacts: Contacts, id_: str, command: c.AnyCommand) -> Done | Denied:
    return await contacts.do(id_, contacts.order(command, by=BY))


async def did(contacts: Contacts, id_: str, *commands: c.AnyCommand) -> Contact:
    """Give these orders, which all must work."""
    there = None
    for command in commands:
        made = await gave(contacts, id_, command)
        assert isinstance(made, Made), made
        there = made.record
    assert there
    return there


async def loaded(contacts: Contacts, id_: str) -> Contact:
    contact = await contacts.load(id_)
    assert contact
    return contact


async def test_a_person_is_one_contacts_and_another_one_is_told_whose(contacts: Contacts) -> None:
    await did(contacts, "c1", c.Attach(ON_X))
    found = await contacts.of_person(ON_X.id)
    assert found
    assert found.id == "c1"
    refused = Denied("known_already", {"contact": MINISTER.name, "id": "c1"})
    assert await gave(contacts, "c2", c.Attach(replace(ON_X, handle="another"))) == refused
    await did(contacts, "c1", c.Detach(ON_X.id))
    assert await contacts.of_person(ON_X.id) is None
    await did(contacts, "c2", c.Attach(ON_X))


async def test_two_officers_who_attach_one_person_to_two_contacts_end_with_one(
    contacts: Contacts, staged: Staged
) -> None:
    answers = []

    async def rival() -> None:
        answers.append(await gave(contacts, "c2", c.Attach(ON_X)))

    staged.rival = rival
    await did(door(staged), "c1", c.Attach(ON_X))
    assert answers == [Denied("known_already", {"contact": MINISTER.name, "id": "c1"})]
    assert [one.id for one in await contacts.everyone() if one.known(ON_X.id)] == ["c1"]


async def test_who_took_a_person_and_slept_gives_them_back(
    contacts: Contacts, client: Client, staged: Staged
) -> None:
    late = Clock()
    late.at = START + 61_000
    staged.rival = lambda: did(door(client, late), "c2", c.Attach(ON_X))
    refused = Denied("known_already", {"contact": OFFICE.name, "id": "c2"})
    assert await gave(door(staged), "c1", c.Attach(ON_X)) == refused
    assert [one.id for one in await contacts.everyone() if one.known(ON_X.id)] == ["c2"]
    found = await contacts.of_person(ON_X.id)
    assert found
    assert found.id == "c2"


async def test_whoever_died_after_taking_a_person_keeps_nobody(
    contacts: Contacts, client: Client
) -> None:
    dead = c.Attach(ON_X)
    assert isinstance(await gave(contacts, "c9", dead), Denied)
    await did(contacts, "c2", c.Attach(ON_X))


async def test_what_was_committed_and_not_settled_is_settled_by_whoever_mends(
    contacts: Contacts, client: Client
) -> None:
    await raw(client, "c1", c.Attach(ON_X))  # its process died before the index knew
    await contacts.mend("c1")
    assert isinstance(await gave(contacts, "c2", c.Attach(ON_X)), Denied)
    assert [one.name for one in await contacts.find("salimhaddad")] == [MINISTER.name]
    await raw(client, "c2", c.Attach(ON_X))  # both have them: the index says whose they are
    await contacts.mend("c2")
    assert (await loaded(contacts, "c2")).persons == ()
    await contacts.mend("c1")
    assert (await loaded(contacts, "c1")).known(ON_X.id)


async def raw(client: Client, id_: str, command: c.AnyCommand) -> None:
    """Commit one contact's half of something, as a process that then dies would."""
    there = door(client)
    records: Records[Contact, c.AnyCommand, object] = there._records  # type: ignore[assignment]  # noqa: SLF001 - a half of an order has no door
    assert isinstance(await records.do(id_, there.order(command, by=BY)), Made)


async def test_merged_they_are_looked_up_together_and_split_they_are_as_they_were(
    contacts: Contacts,
) -> None:
    one = await did(contacts, "c1", c.Attach(ON_X))
    other = await did(contacts, "c2", c.Attach(ON_MASTODON), c.AddWay("phone", "+967 1", "aj"))
    both = await did(contacts, "c1", c.Merge("c2"))
    assert {known.person.id for known in both.persons} == {ON_X.id, ON_MASTODON.id}
    assert await contacts.of_person(ON_MASTODON.id) == both
    assert await contacts.standing("c2") == both
    assert await contacts.everyone() == (both,)
    assert await contacts.find("office of the") == (both,)
    refused = Denied("merged", {"contact": MINISTER.name, "id": "c1"})
    assert await gave(contacts, "c2", c.Rename("X")) == refused
    assert isinstance(await gave(contacts, "c1", c.Attach(ON_MASTODON)), Made)
    apart = await did(contacts, "c1", c.Split("c2"))
    fields = ("name", "kind", "languages", "time_zone", "ways", "persons", "merged", "merged_into")
    again = await loaded(contacts, "c2")
    assert [getattr(again, f) for f in fields] == [getattr(other, f) for f in fields]
    assert [getattr(apart, f) for f in fields] == [getattr(one, f) for f in fields]
    found = await contacts.of_person(ON_MASTODON.id)
    assert found
    assert found.id == "c2"


async def test_two_who_merge_them_crosswise_leave_no_circle(
    contacts: Contacts, staged: Staged
) -> None:
    staged.rival = lambda: gave(contacts, "c2", c.Merge("c1"))
    await gave(door(staged), "c1", c.Merge("c2"))
    everyone = await contacts.everyone()
    assert len(everyone) in (1, 2)
    for id_ in ("c1", "c2"):
        assert await contacts.standing(id_)
        await contacts.mend(id_)
    assert await contacts.everyone() == everyone


async def test_a_circle_half_made_on_both_sides_is_undone(
    contacts: Contacts, client: Client
) -> None:
    await raw(client, "c1", c.Yield("c2"))
    await raw(client, "c2", c.Yield("c1"))
    assert await contacts.standing("c1") is None
    await contacts.mend("c1")
    await contacts.mend("c2")
    assert await contacts.standing("c1")
    assert await contacts.standing("c2")


async def test_a_merge_or_split_whose_process_died_half_way_is_finished(
    contacts: Contacts, client: Client
) -> None:
    await did(contacts, "c2", c.Attach(ON_MASTODON))
    await raw(client, "c2", c.Yield("c1"))
    await contacts.mend("c2")
    assert (await loaded(contacts, "c1")).merged == ("c2",)
    await raw(client, "c2", c.Regain("c1"))
    await contacts.mend("c1")
    one = await loaded(contacts, "c1")
    assert (one.merged, one.persons) == ((), ())


async def test_an_older_contact_never_covers_a_newer_one_in_the_roll(
    contacts: Contacts, client: Client
) -> None:
    old = await loaded(contacts, "c1")
    await did(contacts, "c1", c.Rename("Salim Haddad"))
    await Roll(client).put(old)
    assert (await Roll(client).everybody())["c1"].name == "Salim Haddad"


async def test_what_one_officer_adds_another_ones_process_finds_at_once(
    contacts: Contacts, client: Client
) -> None:
    other = door(client)
    assert await other.find("haddad") == await contacts.find("HADDAD")
    await did(contacts, "c1", c.AddWay("email", "fm@qasira.example"))
    assert [one.id for one in await other.find("fm@qasira")] == ["c1"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("haddad", ["Salim Haddad, Foreign Minister of Qasira"]),
        (
            "minister",
            ["Office of the Foreign Minister", "Salim Haddad, Foreign Minister of Qasira"],
        ),
        ("qasira foreign", ["Salim Haddad, Foreign Minister of Qasira"]),
        ("salim@qasira.example", ["Salim Haddad, Foreign Minister of Qasira"]),
        ("سالم", ["سالم حداد"]),
        ("journalist", ["سالم حداد"]),
        ("nobody", []),
        (" ", []),
        ("*", []),
    ],
)
async def test_a_contact_is_found_by_whatever_one_knows_of_it(
    contacts: Contacts, text: str, names: list[str]
) -> None:
    await did(contacts, "c1", c.Attach(ON_MASTODON))
    await did(contacts, "c3", c.Add("سالم حداد", "journalist"))
    assert [one.name for one in await contacts.find(text)] == names


async def test_persons_on_a_card_are_looked_up_together(contacts: Contacts) -> None:
    await did(contacts, "c1", c.Attach(ON_X))
    shown = await contacts.of_persons([ON_X.id, "x:404"])
    assert {person: one.id for person, one in shown.items()} == {ON_X.id: "c1"}


async def test_an_erased_contact_is_nowhere_and_its_persons_are_free(contacts: Contacts) -> None:
    await did(contacts, "c1", c.Attach(ON_X))
    order = contacts.order(c.Erase("c1", "GDPR 17"), by="officer:admin")
    assert isinstance(await contacts.do("c1", order), Made)
    assert await contacts.find("haddad") == ()
    assert await contacts.of_person(ON_X.id) is None
    await did(contacts, "c2", c.Attach(ON_X))


async def test_the_roll_is_written_anew_from_what_contacts_are(
    contacts: Contacts, client: Client
) -> None:
    (office, minister) = await contacts.everyone()
    forged = replace(minister, version=99, name="Nobody")
    stranger = Contact(version=1, id="c9", name="Stranger", added=START)
    for one in (forged, stranger):
        await Roll(client).put(one)
    assert {one.name for one in await contacts.everyone()} == {OFFICE.name, "Nobody", "Stranger"}
    await contacts.rebuild()
    assert await contacts.everyone() == (office, minister)
    assert await door(client).everyone() == (office, minister)
    assert await contacts.find("stranger") == ()


async def test_after_a_restore_nobody_is_remembered(contacts: Contacts, client: Client) -> None:
    assert len(await contacts.everyone()) == 2
    await client.call("DEL", keys.roll())
    contacts.forget()
    assert await contacts.everyone() == ()


async def test_of_eight_who_attach_one_person_at_once_one_has_them(
    contacts: Contacts, client: Client
) -> None:
    for n in range(8):
        await did(contacts, f"d{n}", c.Add(f"D {n}", "office"))
    doors = [door(client) for _ in range(8)]
    done = await asyncio.gather(
        *(gave(one, f"d{n}", c.Attach(ON_X)) for n, one in enumerate(doors))
    )
    assert sum(isinstance(one, Made) for one in done) == 1
    assert {one.why for one in done if isinstance(one, Denied)} == {"known_already"}
    assert len([one for one in await contacts.everyone() if one.known(ON_X.id)]) == 1
