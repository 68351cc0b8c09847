"""Two contacts that are one, and two again."""

from inbox.denied import Denied
from inbox.directory import commands as c
from inbox.directory.state import Contact
from tests.inbox.directory.house import AT, ON_MASTODON, decided, minister, then

OFFICE = c.Add("Office of the Foreign Minister", "office", ("ar",), "Asia/Aden")


def office() -> Contact:
    return then(
        Contact(id="c2"),
        OFFICE,
        c.AddWay("email", "office@qasira.example", "en"),
        c.Attach(ON_MASTODON, "their office"),
    )


def test_a_merged_contact_stands_still_until_it_is_split() -> None:
    merged = then(office(), c.Yield("c1"))
    refused = Denied("merged", {"contact": "c1"})
    for command in (c.Rename("X"), c.AddWay("phone", "1"), c.Freeze("mastodon:9", "name")):
        assert decided(merged, command) == refused
    assert decided(merged, c.Yield("c1")) == ()
    assert decided(merged, c.Yield("c3")) == refused
    regained = then(merged, c.Regain("c1"))
    assert regained.merged_into == ""
    assert (regained.ways, regained.persons) == (office().ways, office().persons)


def test_persons_and_ways_are_looked_up_where_it_was_merged_and_leave_with_it() -> None:
    one = then(minister(), c.Detach("mastodon:9"), c.AddWay("phone", "1", "aj"))
    both = then(one, c.Merge("c2", office().persons, office().ways))
    assert both.merged == ("c2",)
    assert [known.person.id for known in both.persons] == ["x:71", "mastodon:9"]
    assert [way.value for way in both.ways] == ["1", "office@qasira.example"]
    apart = then(both, c.Prove("mastodon:9", "rel_me", "u", AT + 9), c.Split("c2"))
    assert (apart.persons, apart.ways, apart.merged) == (one.persons, one.ways, ())


def test_what_both_had_stays_with_the_one_that_had_it_first() -> None:
    shared = c.AddWay("email", "office@qasira.example", "aj")
    one = then(minister(), c.Detach("mastodon:9"), shared)
    both = then(one, c.Merge("c2", office().persons, office().ways))
    assert both.ways == one.ways
    assert then(both, c.Split("c2")).ways == one.ways


def test_what_came_with_a_merged_contact_leaves_only_with_it() -> None:
    one = then(minister(), c.Detach("mastodon:9"))
    both = then(one, c.Merge("c2", office().persons, office().ways))
    refused = Denied("split_first", {"contact": "c2"})
    assert decided(both, c.Detach("mastodon:9")) == refused
    assert decided(both, c.RemoveWay("email", "office@qasira.example")) == refused
    assert decided(both, c.AddWay("email", "office@qasira.example", "aj")) == refused


def test_nobody_is_merged_with_themselves_nor_split_from_whom_they_never_were_one() -> None:
    assert decided(minister(), c.Merge("c1")) == Denied("itself")
    assert decided(minister(), c.Yield("c1")) == Denied("itself")
    assert decided(minister(), c.Split("c2")) == Denied("not_merged")
    assert decided(minister(), c.Regain("c2")) == Denied("not_merged")
