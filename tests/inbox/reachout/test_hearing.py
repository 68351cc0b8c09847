"""Who stops the clock: a verified person of the contact, and nobody else whatever their name."""

from inbox.reachout.commands import Erase
from inbox.reachout.events import Doubted, Heard, Imitated
from tests.inbox.reachout.house import CARL, ODA, PUBLIC, House


def running() -> House:
    house = House().opened(PUBLIC)
    house.fires(0)
    house.left(0)
    return house


def test_only_a_verified_person_of_the_contact_stops_the_clock() -> None:
    for level in ("unproven", "probable"):
        house = running()
        assert isinstance(house.hears(level=level)[0], Doubted)
        assert house.reachout.running
    house = running()
    assert isinstance(house.hears(level="verified")[0], Heard)
    assert (house.reachout.state, house.due) == ("heard", None)
    assert house.states() == ["reached"]


def test_a_parody_never_stops_the_clock() -> None:
    house = running()
    more = {"level": "verified", "like": CARL, "differs": "I → l"}
    (event,) = house.hears("x:666", **more)
    assert isinstance(event, Imitated)
    assert house.reachout.running
    assert house.due
    assert [one.person for one in house.reachout.imitated] == ["x:666"]


def test_somebody_is_warned_of_once() -> None:
    house = running()
    house.hears("x:666", like=CARL)
    assert house.hears("x:666", like=CARL, message="x:10") == ()
    house.hears(level="probable")
    assert house.hears(level="probable", message="x:11") == ()
    assert isinstance(house.hears(level="verified", message="x:12")[0], Heard)


def test_a_person_of_theirs_is_heard_on_any_platform() -> None:
    house = running()
    house.hears(ODA, level="verified", message="mastodon:1", conversation="elsewhere")
    heard = house.reachout.heard
    assert heard
    assert (heard.person, heard.conversation) == (ODA, "elsewhere")
    assert house.hears(ODA, level="verified", message="mastodon:2") == (), "once is enough"


def test_what_is_erased_is_no_longer_in_the_snapshot() -> None:
    house = running()
    house.must("clerk", Erase("reachout00000000", "GDPR 17"))
    kept = repr(house.reachout)
    assert "Qasira" not in kept
    assert "CarlBildt" not in kept


def test_a_swarm_of_look_alikes_is_warned_of_and_drowns_nothing() -> None:
    house = running()
    for n in range(50):
        house.hears(f"x:66{n}", like=CARL, message=f"x:{n}")
    assert len(house.reachout.imitated) == 8
    version = house.reachout.version
    house.hears("x:660", like=CARL, message="x:99")
    assert house.reachout.version == version, "who was warned of is not warned of again"
    assert isinstance(house.hears(level="probable", message="x:100")[0], Doubted)
    assert isinstance(house.hears(ODA, level="verified", message="x:101")[0], Heard)
