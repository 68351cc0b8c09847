"""Whom a writer may be taken for: the directory as it is now, and our own accounts."""

from __future__ import annotations

from inbox.desk.lookout import AGAIN, Lookout
from inbox.directory.state import Contact, Evidence, Known
from inbox.words import Account, Person

NOW = 1_305_100_800_000
OURS = Account("x/landetud", "x-main", "1400", "Landet UD", handle="LandetUD")
SOCIAL = Account("mastodon/landetud", "m", "11", "Landet UD", handle="landetud")
MINISTER = Person("x:71", "CarlBildt", "Carl Bildt")
CALL = Evidence("called_back", "switchboard", NOW + 1, NOW, "officer:eb")


def contact(*persons: Known, id_: str = "c1") -> Contact:
    return Contact(version=1, id=id_, name="Foreign Minister", persons=persons, added=NOW)


async def looking(*contacts: Contact) -> Lookout:
    async def everyone() -> tuple[Contact, ...]:
        return contacts

    lookout = Lookout(lambda: (OURS, SOCIAL), everyone, lambda: NOW)
    await lookout.refresh()
    return lookout


async def test_our_own_accounts_may_be_imitated_and_imitate_nobody() -> None:
    lookout = await looking()
    found = lookout.near(Person("x:666", "LandetUD_"))
    assert found
    assert (found.handle, found.title) == ("LandetUD", "Landet UD")
    assert lookout.near(Person("x:1400", "LandetUD", "Landet UD")) is None
    assert lookout.near(Person("mastodon:social.example/11", "landetud", "Landet UD")) is None
    assert lookout.near(Person("mastodon:social.example/12", "landetud")) is not None


async def test_who_is_verified_imitates_nobody_and_who_is_frozen_may() -> None:
    twin = Person("mastodon:s/9", "carl_bildt", "Carl Bildt")
    both = contact(Known(MINISTER, "", NOW, (CALL,)))
    sure = await looking(both, contact(Known(twin, "", NOW, (CALL,)), id_="c2"))
    assert sure.near(twin) is None
    frozen = await looking(both, contact(Known(twin, "", NOW, (CALL,), "handle"), id_="c2"))
    assert frozen.near(twin) is not None


async def test_those_who_show_writers_hear_when_others_are_known() -> None:
    there: list[Contact] = []
    heard: list[int] = []

    async def everyone() -> list[Contact]:
        return there  # another list when they are others, as the directory gives it

    lookout = Lookout(lambda: (OURS,), everyone, lambda: NOW)
    lookout.heard = lambda: heard.append(1)
    await lookout.refresh()
    await lookout.refresh()
    assert len(heard) == 1
    there = [contact(Known(MINISTER, "", NOW))]
    assert lookout.near(Person("x:666", "CarIBildt")) is None
    await lookout.refresh()
    assert len(heard) == 2
    assert lookout.near(Person("x:666", "CarIBildt")) is not None


async def test_whose_evidence_has_ended_is_looked_at_anew_though_no_contact_changed() -> None:
    now, twin = [NOW], Person("mastodon:s/9", "carl_bildt", "Carl Bildt")
    there = (
        contact(Known(MINISTER, "", NOW, (CALL,))),
        contact(Known(twin, "", NOW, (CALL,)), id_="c2"),
    )

    async def everyone() -> tuple[Contact, ...]:
        return there

    lookout = Lookout(lambda: (), everyone, lambda: now[0])
    await lookout.refresh()
    assert lookout.near(twin) is None
    now[0] += AGAIN
    await lookout.refresh()
    assert lookout.near(twin) is not None
