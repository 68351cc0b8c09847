"""Reachouts as they may be shown, with ways, handles and texts as hostile as people are."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import strategies as st
from msgspec.structs import replace

from handlers.reaching import LEVELS, Doubted, Reaching, Step
from handlers.shown import Line
from inbox.directory.likeness import likeness
from inbox.directory.state import Contact, Known, Way
from inbox.reachout.state import Hearing, Reachout, Result, Rung, RungState, State, Try, Warned
from inbox.words import Person
from tests.handlers.slack.hostile import ACCOUNT, NOW, texts

PERSON = "x:7001"
CONTACT = Contact(
    version=3,
    id="c1",
    name="Foreign Minister, Qasira",
    languages=("ar", "en"),
    time_zone="Asia/Riyadh",
    ways=(
        Way("phone", "+963 11 000 00 41", "aj"),
        Way("email", "minister@mfa.qasira.example", "ml"),
    ),
    persons=(Known(Person(PERSON, "JalilOrfani", "Jalil Orfani"), "his office", NOW),),
    added=NOW,
)
LINE = "@JalilOrfani We would like to speak with you. Please contact our duty officer."
RUNGS = (
    Rung("phone", way="+963 11 000 00 41", state="open", since=NOW),
    Rung("email", way="minister@mfa.qasira.example"),
    Rung("private", person=PERSON, handle="JalilOrfani", account="x/landetud", reach="no"),
    Rung(
        "public",
        person=PERSON,
        handle="JalilOrfani",
        account="x/landetud",
        template="call_us",
        language="en",
    ),
)


def reaching(current: int = 0, **facts: Any) -> Reaching:
    """Give a reachout that stands on this rung, the ones below it having failed."""
    rungs = []
    for n, one in enumerate(RUNGS):
        tried = Try(NOW, "officer:aj", "attempted"), Try(NOW, "officer:aj", "failed", "no_answer")
        if n < current:
            rungs.append(replace(one, state="failed", attempts=tried))
        else:
            rungs.append(replace(one, state="open" if n == current else "waiting"))
    made: dict[str, Any] = {
        "version": 4,
        "id": "r1",
        "contact": "c1",
        "purpose": "Safe passage at Wadi Sahl: hand over the list of names.",
        "urgency": "immediate",
        "deadline": NOW + 7_200_000,
        "rungs": tuple(rungs),
        "by": "aj",
        "opened": NOW,
    }
    reachout = Reachout(**{**made, **facts})
    return Reaching(
        reachout=reachout,
        contact=CONTACT,
        steps=steps(reachout.rungs),
        level="verified",
        names={"aj": "Anna Jansson", "ml": "Maria Lundqvist"},
        now=NOW,
    )


def steps(rungs: tuple[Rung, ...]) -> tuple[Step, ...]:
    """Give rungs as they are shown."""
    return tuple(
        Step(
            number=n,
            rung=one,
            account=ACCOUNT if one.on_platform else None,
            platform="X" if one.on_platform else "",
            text=LINE if one.kind == "public" else "",
            known_by="Anna Jansson" if one.kind == "phone" else "",
        )
        for n, one in enumerate(rungs)
    )


def heard(text: str = "This is my office. Use the embassy's secure line.") -> Reaching:
    """Give a reachout whose contact has answered, after somebody who only looked like them."""
    hearing = Hearing("mastodon:9", "conv", "mastodon:1", NOW)
    warned = Warned("x:666", "conv2", "imitated", NOW, differs="capital I for l at letter 3")
    shown = reaching(3, state="heard", heard=hearing, imitated=(warned,))
    said = (Line(text, NOW, "jalil@social.qasira.example"),)
    same = likeness("JaIilOrfani", "JalilOrfani")
    doubted = (Doubted("JaIilOrfani", None, warned.differs, same),)
    who = "jalil@social.qasira.example"
    return replace(shown, heard=said, heard_from=f"@{who}", doubted=doubted)


short = texts.map(lambda text: text[:2_000])
"""What may be typed about a reachout, or stand in a directory."""


@st.composite
def reachings(draw: st.DrawFn) -> Reaching:
    """Give any reachout, every text of it one that somebody wrote."""
    said = draw(short)
    states = st.sampled_from(get_args(RungState))
    results: tuple[Result, ...] = get_args(Result)
    log = tuple(Try(NOW, said, one, why=said[:40], text=said, url=said) for one in results)
    rungs = tuple(
        replace(
            draw(st.sampled_from(RUNGS)),
            way=said,
            handle=said,
            state=draw(states),
            attempts=log[: draw(st.integers(0, len(log)))],
            by_hand=draw(st.booleans()),
            reach=draw(st.sampled_from(["", "yes", "no", "unknown"])),
        )
        for _ in range(draw(st.integers(0, 12)))
    )
    state = draw(st.sampled_from(get_args(State)))
    shown = reaching(rungs=rungs, purpose=said, state=state, to=said, by=said)
    zone = draw(st.sampled_from(["", "Asia/Riyadh", said]))
    return replace(
        shown,
        steps=tuple(replace(one, text=said, known_by=said) for one in steps(rungs)),
        contact=replace(CONTACT, name=said, time_zone=zone),
        level=draw(st.sampled_from(LEVELS)),
        heard=(Line(said, NOW, said),),
        heard_from=said,
        doubted=(Doubted(said, None, said, likeness(said, "JalilOrfani")),)
        * draw(st.integers(0, 9)),
        address=draw(st.sampled_from(["", "https://inbox.example/reachouts/r1"])),
    )
