"""What may happen to a contact."""

from typing import get_args

import pytest
from msgspec.structs import replace

from inbox.denied import Denied
from inbox.directory import commands as c
from inbox.directory import events as e
from inbox.directory.apply import CHANGES
from inbox.directory.decide import RULES
from inbox.directory.evidence import DAY, LASTS, level
from inbox.directory.state import Contact, Way
from inbox.team.roles import NEEDS
from inbox.words import Person
from tests.inbox.directory.house import AT, MINISTER, ON_MASTODON, ON_X, decided, minister, then

PHONE = c.AddWay("phone", "+967 1 000 000", "aj")


def test_every_command_has_a_rule_a_role_and_every_event_a_change() -> None:
    assert set(get_args(c.AnyCommand)) == RULES.keys()
    assert {one.__name__ for one in get_args(c.AnyCommand)} <= NEEDS.keys()
    assert set(get_args(e.AnyEvent)) == CHANGES.keys()


def test_a_contact_is_added_once_under_a_name() -> None:
    assert decided(Contact(id="c1"), replace(MINISTER, name="  ")) == Denied("empty")
    there = then(Contact(id="c1"), MINISTER)
    assert (there.name, there.kind, there.languages) == (MINISTER.name, "counterpart", ("ar", "en"))
    assert decided(there, MINISTER) == ()


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "../etc/passwd", "UTC+3", "Asia", "\x00"])
def test_a_time_zone_that_does_not_exist_is_refused(zone: str) -> None:
    refused = Denied("bad_time_zone", {"zone": zone})
    assert decided(Contact(id="c1"), replace(MINISTER, time_zone=zone)) == refused
    assert decided(minister(), c.Describe("office", (), zone)) == refused


@pytest.mark.parametrize("command", [PHONE, c.Rename("X"), c.Attach(ON_X), c.Merge("c2")])
def test_nothing_happens_to_a_contact_that_is_not_there(command: c.AnyCommand) -> None:
    assert decided(Contact(id="c9"), command) == Denied("unknown_contact")


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("reader", (), (MINISTER, PHONE)),
        (
            "officer",
            (c.Rename("X"), PHONE),
            (c.Merge("c2"), c.Prove("x:71", "rel_me", "u", AT + 1)),
        ),
        ("approver", (c.Prove("x:71", "called_back", "embassy", AT + 1),), (c.Merge("c2"),)),
        ("supervisor", (c.Merge("c2"),), (c.Erase("c1", "GDPR 17"),)),
        ("admin", (c.Erase("c1", "GDPR 17"),), ()),
    ],
)
def test_each_role_keeps_its_share_of_the_directory(
    role: str, may: tuple[c.AnyCommand, ...], may_not: tuple[c.AnyCommand, ...]
) -> None:
    assert [
        one for one in may if isinstance(decided(minister(), one, f"officer:{role}"), Denied)
    ] == []
    for command in may_not:
        needs = NEEDS[type(command).__name__]
        refused = Denied("not_allowed", {"needs": needs})
        assert decided(minister(), command, f"officer:{role}") == refused


def test_the_clerk_freezes_and_notes_evidence_but_attaches_nobody() -> None:
    assert decided(minister(), c.Freeze("x:71", "handle"), "clerk") == (e.Frozen("x:71", "handle"),)
    assert isinstance(decided(minister(), c.Attach(ON_X), "clerk"), Denied)
    assert isinstance(decided(minister(), c.Unfreeze("x:71", "fine"), "clerk"), Denied)


def test_a_way_stands_once_and_whoever_knows_them_by_it_may_change() -> None:
    there = then(minister(), PHONE, c.AddWay("email", "office@qasira.example"))
    assert decided(there, PHONE) == ()
    assert decided(there, c.AddWay("phone", " ")) == Denied("empty")
    assert there.known_by == ("aj",)
    again = then(there, c.AddWay("phone", "+967 1 000 000", "en"))
    assert Way("phone", "+967 1 000 000", "en") in again.ways
    assert len(again.ways) == 2
    assert then(again, c.RemoveWay("phone", "+967 1 000 000")).ways == again.ways[:1]
    assert decided(again, c.RemoveWay("phone", "+1")) == Denied("unknown_way")


def test_a_person_is_kept_by_id_and_leaves_by_id() -> None:
    assert decided(minister(), c.Attach(replace(ON_X, handle="renamed"))) == ()
    left = then(minister(), c.Detach("x:71", "not he"))
    assert [one.person for one in left.persons] == [ON_MASTODON]
    assert decided(left, c.Detach("x:71")) == Denied("unknown_person")


def test_evidence_is_noted_with_its_source_and_end_and_the_newer_replaces_the_same() -> None:
    prove = c.Prove("x:71", "linked_from", "https://mfa.qasira.example", AT + 10)
    there = then(minister(), prove, replace(prove, expires=AT + 20))
    (evidence,) = there.persons[0].evidence
    assert (evidence.expires, evidence.at, evidence.by) == (AT + 20, AT, "clerk")
    past = Denied("in_the_past", {"until": AT})
    assert decided(there, replace(prove, expires=AT), "clerk") == past
    assert decided(there, replace(prove, source=" "), "clerk") == Denied("empty")
    assert decided(there, replace(prove, person="x:1"), "clerk") == Denied("unknown_person")


def test_what_a_machine_can_read_no_officer_says_and_a_call_back_is_no_machines() -> None:
    call = c.Prove("x:71", "called_back", "the ministry's switchboard", AT + 10)
    page = replace(call, kind="rel_me")
    assert decided(minister(), call, "clerk") == Denied("not_allowed", {"needs": "officer"})
    assert decided(minister(), page) == Denied("not_allowed", {"needs": "clerk"})
    assert level(then(minister(), call).persons[0], AT) == "verified"


def test_evidence_lasts_no_longer_than_its_kind() -> None:
    there = then(minister(), c.Prove("x:71", "rel_me", "https://haddad.example", AT + 900 * DAY))
    assert there.persons[0].evidence[0].expires == AT + LASTS["rel_me"]


def test_under_a_new_handle_what_named_the_old_one_is_gone() -> None:
    there = then(
        minister(),
        c.Prove("x:71", "linked_from", "https://mfa.qasira.example", AT + 10),
        c.Freeze("x:71", "handle"),
    )
    assert level(there.persons[0], AT) == "unproven"
    renamed = then(there, c.Unfreeze("x:71", "asked", replace(ON_X, handle="fm_haddad")))
    assert level(renamed.persons[0], AT) == "unproven"
    assert level(then(there, c.Unfreeze("x:71", "asked")).persons[0], AT) == "verified"


def test_who_is_frozen_says_what_changed_until_an_officer_says_why_they_are_trusted() -> None:
    there = then(minister(), c.Freeze("x:71", "the handle is another"))
    assert there.persons[0].frozen == "the handle is another"
    assert decided(there, c.Freeze("x:71", "again")) == ()
    assert decided(there, c.Unfreeze("x:71", " ")) == Denied("empty")
    now = replace(ON_X, handle="fm_haddad")
    thawed = then(there, c.Unfreeze("x:71", "the embassy called", now))
    assert (thawed.persons[0].frozen, thawed.persons[0].person) == ("", now)
    assert decided(thawed, c.Unfreeze("x:71", "again")) == Denied("not_frozen")


def test_nobody_is_thawed_as_somebody_else() -> None:
    there = then(minister(), c.Freeze("x:71", "handle"))
    other = c.Unfreeze("x:71", "fine", Person("x:72"))
    assert decided(there, other) == Denied("unknown_person")


def test_what_was_erased_is_nothing_any_more() -> None:
    gone = then(minister(), c.Rename("Salim"))
    gone = replace(gone)
    erased = decided(gone, c.Erase("c1", "GDPR 17"), "clerk")
    assert erased == (e.Erased("c1", "GDPR 17"),)
    after = CHANGES[e.Erased](gone, e.Erased("c1", "GDPR 17"), AT)
    assert (after.name, after.persons, after.ways, after.exists) == ("", (), (), False)
    assert decided(after, c.Rename("X")) == Denied("erased")
    assert decided(after, c.Erase("c1", "GDPR 17"), "clerk") == ()
