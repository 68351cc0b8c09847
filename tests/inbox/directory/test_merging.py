"""Two contacts that are one, and two again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.denied import Denied
from inbox.directory import commands as c
from inbox.directory.state import Contact
from inbox.words import Person
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


PEOPLE = [Person(f"x:{n}", f"handle{n}", f"Name {n}") for n in range(4)]
ids_ = st.sampled_from([*(one.id for one in PEOPLE), ON_MASTODON.id])
values = st.sampled_from(["1", "office@qasira.example"])
commands = st.one_of(
    st.builds(c.Rename, st.sampled_from(["A", "B"])),
    st.builds(c.Attach, st.sampled_from(PEOPLE)),
    st.builds(c.Detach, ids_),
    st.builds(c.AddWay, st.sampled_from(("phone", "email")), values, st.sampled_from(("", "aj"))),
    st.builds(c.RemoveWay, st.sampled_from(("phone", "email")), values),
    st.builds(c.Freeze, ids_, st.just("handle")),
    st.builds(c.Unfreeze, ids_, st.just("fine")),
    st.builds(c.Prove, ids_, st.just("rel_me"), st.just("u"), st.just(AT + 9)),
)


def tried(contact: Contact, command: c.AnyCommand) -> Contact:
    """Give an order, and what then is: as it was where it is denied."""
    return contact if isinstance(decided(contact, command), Denied) else then(contact, command)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(commands, max_size=8), st.lists(commands, max_size=8))
def test_whatever_happens_between_the_other_is_as_it_was_and_nothing_of_it_stays(
    before: list[c.AnyCommand], between: list[c.AnyCommand]
) -> None:
    one = then(Contact(id="c1"), OFFICE)
    for command in before:
        one = tried(one, command)
    other = then(office(), c.Yield("c1"))
    both = then(one, c.Merge("c2", other.persons, other.ways))
    for command in between:
        both = tried(both, command)
        other = tried(other, command)
    apart, again = then(both, c.Split("c2")), then(other, c.Regain("c1"))
    assert {*(one.of for one in apart.persons), *(one.of for one in apart.ways)} <= {""}
    fields = ("name", "kind", "languages", "time_zone", "ways", "persons", "merged", "merged_into")
    assert [getattr(again, f) for f in fields] == [getattr(office(), f) for f in fields]
