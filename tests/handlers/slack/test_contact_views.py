"""The directory's modals: within Slack's limits whatever stands in them, in every language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from handlers.say import Say
from handlers.slack import ids
from handlers.slack.contacts import (
    Entry,
    contact_view,
    directory_view,
    edit_view,
    found_post,
    merge_view,
    person_view,
    way_view,
    who_view,
)
from handlers.slack.shown import Opened
from inbox.directory.state import Contact, Evidence, Known, Way
from inbox.directory.suggesting import Suggestion, suggested
from inbox.words import Person
from tests.handlers.slack.hostile import (
    BOOK,
    LANGUAGES,
    NOW,
    PLENTY,
    acts,
    all_text,
    check_post,
    check_view,
    says,
    shown,
    texts,
)

OPENED = Opened("turn", NOW)
EVERY = frozenset(
    ("Describe", "AddWay", "RemoveWay", "Detach", "Merge", "Split", "Prove", "Unfreeze")
)
NAMES = {"aj": "Anna Jansson", "ml": "Maria Lundqvist"}
ARABIC = Contact(
    version=3,
    id="fm",
    name="وزير خارجية قصيرة، سالم حداد",
    languages=("ar", "en"),
    time_zone="Asia/Riyadh",
    ways=(Way("phone", "+46 8 465 004 41", "ml"), Way("note", "يتصل بعد صلاة العشاء")),
    persons=(Known(Person("x:71", "JalilOrfani", "جليل عرفاني"), "met", NOW),),
    added=NOW,
)
evidence = st.builds(
    Evidence,
    kind=st.sampled_from(("government_mark", "rel_me", "domain", "linked_from", "called_back")),
    source=texts,
    expires=st.just(NOW + 10**9),
    at=st.just(NOW),
    by=st.just("officer:ml"),
)
persons = st.builds(
    Known,
    person=st.builds(Person, id=st.just("mastodon:109000000000000041"), handle=texts, name=texts),
    why=texts,
    since=st.just(NOW),
    evidence=st.lists(evidence, max_size=5).map(tuple),
    frozen=st.one_of(st.just(""), texts),
)
ways = st.builds(
    Way,
    kind=st.sampled_from(("phone", "email", "embassy", "note")),
    value=texts,
    known_by=st.sampled_from(("", "aj", "gone")),
)
contacts = st.builds(
    Contact,
    version=st.just(1),
    id=st.just("c" * 32),
    name=texts,
    kind=st.sampled_from(("counterpart", "citizen")),
    languages=st.just(("ar", "xx")),
    time_zone=st.sampled_from(("", "Asia/Riyadh")),
    ways=st.lists(ways, max_size=20).map(tuple),
    persons=st.lists(persons, max_size=12).map(tuple),
    merged=st.sampled_from(((), ("m",) * 9)),
    added=st.just(NOW),
)


def entry(contact: Contact) -> Entry:
    return Entry(contact, NOW, NAMES, EVERY, {"m": contact.name})


@PLENTY
@given(contacts, says, texts)
def test_slack_takes_every_modal_of_the_directory(contact: Contact, say: Say, text: str) -> None:
    many = [contact] * 13
    check_view(contact_view(entry(contact), say, OPENED))
    check_view(directory_view(text, many, say, OPENED))
    check_view(edit_view(contact, say, OPENED, text))
    check_view(way_view(entry(contact), say, OPENED))
    check_view(merge_view(contact, many, text, say, OPENED))
    check_post(found_post(many, NOW, say))
    offers = [Suggestion(contact, "same_handle", text)] * 5
    for known in (None, contact):
        check_view(who_view(shown(), known, offers, many, text, say, OPENED))
    for one in contact.persons[:1]:
        for act in (ids.PROVE, ids.UNFREEZE, ids.DETACH):
            check_view(person_view(entry(contact), one, act, say, OPENED))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_of_a_contact_stands_in_its_modal(language: str) -> None:
    say = BOOK.say(language)
    view = contact_view(entry(ARABIC), say, OPENED)
    told = all_text(view["blocks"])
    for text in ("سالم حداد", "17:13", "+46 8 465 004 41", "JalilOrfani", "Maria Lundqvist"):
        assert text in told, text
    assert say("directory.counterpart") in told
    assert say("reach.level_unproven") in told
    assert "href" not in str(view)
    assert "tel:" not in str(view)


def test_whoever_may_only_look_is_offered_only_to_reach() -> None:
    say = BOOK.say("en")
    view = contact_view(replace(entry(ARABIC), may=frozenset()), say, OPENED)
    assert acts(view["blocks"]) == [ids.REACH]


def test_a_channel_of_any_length_can_be_struck_out() -> None:
    long = replace(ARABIC, ways=(Way("note", "x" * 2_000),))
    view = contact_view(entry(long), BOOK.say("en"), OPENED)
    assert ids.MORE in acts(view["blocks"])


def known_as(*handles: str, name: str = "Jalil Orfani", email: str = "") -> Contact:
    everybody = tuple(
        Known(Person(f"mastodon:{n}", handle, name), "", NOW) for n, handle in enumerate(handles)
    )
    address = (Way("email", email),) if email else ()
    return Contact(version=1, id="c1", name="FM", persons=everybody, ways=address, added=NOW)


@pytest.mark.parametrize(
    ("person", "contact", "reason"),
    [
        (Person("x:1", "JalilOrfani", "J"), known_as("jalilorfani@mfa.example"), "same_handle"),
        (Person("x:1", "jo", "Jalil Orfani"), known_as("x@y.example"), "same_name"),
        (Person("x:1", "jo", "J · mfa.example"), known_as(email="fm@mfa.example"), "domain"),
        (Person("m:1", "jo@social.mfa.example"), known_as(email="fm@mfa.example"), "domain"),
        (Person("m:1", "jo@notmfa.example"), known_as(email="fm@mfa.example"), ""),
        (Person("m:1", "jo@gmail.com"), known_as(email="fm@gmail.com"), ""),
        (Person("mastodon:9", "jalilorfani@b.example", "J"), known_as("jalilorfani@a.example"), ""),
        (Person("x:1", "jo", "J"), known_as("jo@a.example"), ""),
        (Person("mastodon:0", "jalilorfani@a.example"), known_as("jalilorfani@a.example"), ""),
    ],
)
def test_who_somebody_might_be_is_suggested_with_its_reason(
    person: Person, contact: Contact, reason: str
) -> None:
    assert [one.reason for one in suggested(person, [contact])] == ([reason] if reason else [])


def test_a_site_that_spoke_for_a_contact_and_is_the_writer_s_own_is_the_best_reason() -> None:
    source = Evidence("rel_me", "https://mfa.example/minister", NOW + 1, NOW, "clerk")
    there = known_as("jalil@a.example", name="Jalil Orfani")
    there = replace(there, persons=(replace(there.persons[0], evidence=(source,)),))
    person = Person("x:1", "jo", "Jalil Orfani", url="https://mfa.example/about")
    (one,) = suggested(person, [there])
    assert (one.reason, one.what) == ("rel_me", "mfa.example")


def test_of_who_only_looks_like_somebody_handle_and_name_suggest_nothing() -> None:
    person = Person("x:1", "jalilorfani", "Jalil Orfani")
    assert suggested(person, [known_as("jalilorfani@a.example")], doubtful=True) == ()


def test_a_number_and_a_handle_are_not_turned_round_in_arabic() -> None:
    told = all_text(contact_view(entry(ARABIC), BOOK.say("ar"), OPENED)["blocks"])
    assert "\u2068+46 8 465 004 41\u2069" in told
    assert "\u2068X @JalilOrfani\u2069" in told
