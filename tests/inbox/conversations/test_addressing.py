"""Where a platform tells by the names in a text who reads it: they stand there, and nobody else."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from inbox.answers.compose import names
from inbox.conversations.commands import Answer, Claim
from inbox.conversations.denied import Denied
from inbox.conversations.events import Answered
from inbox.words import Audience
from tests.inbox.conversations.house import POLICY, PROFILE, House

NAMING = replace(POLICY, profile=replace(PROFILE, adds_mentioned=True))


def answered(text: str, audience: Audience = "private") -> tuple[str, ...] | Denied:
    """Let aj answer what resenar_k wrote; return the parts."""
    house = House(NAMING)
    house.hears("x:1", audience=audience)
    house.must("aj", Claim())
    now = house.conversation
    said = house.do(
        "aj", Answer(answer="a1", text=text, audience=audience, fence=now.fence, seen=now.version)
    )
    if isinstance(said, Denied):
        return said
    (event,) = said
    assert isinstance(event, Answered)
    return event.parts


@pytest.mark.parametrize("text", ["To us.", "@resenar_k To us.", "@Resenar_K   To us."])
@pytest.mark.parametrize("audience", ["public", "private"])
def test_a_text_names_whom_it_is_for_once(text: str, audience: Audience) -> None:
    assert answered(text, audience) == ("@resenar_k To us. ^AJ",)


def test_every_part_names_whom_it_is_for() -> None:
    parts = answered("@resenar_k " + "Sentence. " * 250)
    assert not isinstance(parts, Denied)
    assert len(parts) == 3
    assert all(part.count("@resenar_k ") == 1 and part.startswith("@") for part in parts)
    assert all(len(part) <= 1000 for part in parts)


def test_what_runs_from_the_right_begins_on_a_line_of_its_own() -> None:
    assert answered("إلينا.") == ("@resenar_k\nإلينا.\n^AJ",)


@pytest.mark.parametrize(
    "text", ["Ask @svea tomorrow.", "(@svea@press.example)", "@resenar_k @svea", ".@svea", "@@svea"]
)
def test_a_private_text_that_would_add_a_reader_is_refused(text: str) -> None:
    denied = answered(text)
    assert isinstance(denied, Denied)
    assert denied.why == "adds_readers"
    assert "@svea" in denied.facts["names"]


def test_a_text_that_is_only_a_name_is_empty() -> None:
    denied = answered("@resenar_k")
    assert isinstance(denied, Denied)
    assert denied.why == "empty"


def test_an_address_is_no_name() -> None:
    assert names("ud@landet.example https://social.example/@svea a/@b") == ()
    assert names("@Svea, and @carl@social.example.") == ("@svea", "@carl@social.example")
