"""Draws the conversation's and the answer's states by walking the rules.

`python -m tests.inbox.conversations.diagram` rewrites the drawing in ARCHITECTURE.md.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec.structs import replace

from inbox.answers.seal import seal
from inbox.conversations import commands as c
from inbox.conversations.decide import RULES
from inbox.conversations.denied import Denied
from inbox.conversations.state import Answer, AnswerState, Conversation, State
from inbox.words import Clearance
from tests.inbox.conversations.house import (
    ACCOUNT,
    MINUTE,
    POLICY,
    START,
    House,
    long_text,
    message,
)

PAGE = Path(__file__).parents[3] / "ARCHITECTURE.md"
OPENS, CLOSES = "<!-- state diagram -->", "<!-- /state diagram -->"
BY = ("aj", "en", "root", "platform:x", "clerk", "greeter", "postroom")
LATER = START + 10**9
SEAL = seal(ACCOUNT.id, "public", ("x:p",), "x:1", ("Yes. ^AJ",), ())

EXAMPLES: dict[type[c.Command], tuple[c.AnyCommand, ...]] = {
    c.Receive: (c.Receive(message("x:2")),),
    c.MarkEdited: (c.MarkEdited("x:1", "x:9", "edited", written=LATER),),
    c.MarkDeleted: (c.MarkDeleted("x:1"),),
    c.SetMembers: (c.SetMembers(("x:p", "x:q")),),
    c.Begin: (c.Begin("x/landetud", "x:p", "public", "a1"),),
    c.Claim: (c.Claim(),),
    c.TakeOver: (c.TakeOver(),),
    c.Assign: (c.Assign("en"),),
    c.Release: (c.Release(),),
    c.AddNote: (c.AddNote("n", "note"),),
    c.Tag: (c.Tag("visa"),),
    c.Untag: (c.Untag("visa"),),
    c.SetLane: (c.SetLane("consular"),),
    c.Snooze: (c.Snooze(LATER),),
    c.Wake: (c.Wake("time", 1), c.Wake("time", 2)),
    c.Close: (c.Close("answered"),),
    c.Reopen: (c.Reopen(),),
    c.Draft: (c.Draft("a1", "text"),),
    c.Discard: (c.Discard("a1"),),
    c.Answer: (
        c.Answer("a1", "Yes.", fence=1, seen=10**9),
        c.Answer("a1", "Yes.", fence=0, seen=10**9),
    ),
    c.SayLine: (c.SayLine("a1", "reach", "en"),),
    c.Recall: (c.Recall("a1"),),
    c.Resume: (c.Resume("a1"),),
    c.Retract: (c.Retract("a1"),),
    c.Resolve: (c.Resolve("a1.1", "x:900"), c.Resolve("a1.1")),
    c.PostByHand: (c.PostByHand("a1.1", "https://x.com/a/status/900"),),
    c.Moderate: (c.Moderate("x:1", "hold"),),
    c.Clear: (c.Clear("a1", SEAL),),
    c.TurnDown: (c.TurnDown("a1", SEAL, "no"),),
    c.Return: (c.Return("a1", SEAL, "Rather no."),),
    c.Override: (c.Override("a1", SEAL, "urgent"),),
    c.Expire: (c.Expire("a1", 1),),
    c.Greet: (c.Greet("g1", "Hi."),),
    c.SetLanguage: (c.SetLanguage("sv"),),
    c.Link: (c.Link("other", "same person"),),
    c.Lapse: (c.Lapse(1), c.Lapse(2)),
    c.StartSend: (c.StartSend("a1.1", epoch="e1"), c.StartSend("a1.2", epoch="e1")),
    c.Report: tuple(
        c.Report(f"a1.{n}", outcome, ref=f"x:90{n}")
        for n in (1, 2)
        for outcome in ("sent", "failed", "unsure", "postponed", "retracted", "kept")
    ),
    c.Erase: (c.Erase("conversation", "law"),),
}


def _heard() -> House:
    house = House()
    house.hears("x:1")
    return house


def _claimed() -> House:
    house = _heard()
    house.must("aj", c.Claim())
    return house


def _snoozed(house: House) -> House:
    house.must("aj", c.Snooze(house.now + MINUTE))
    return house


def _closed(house: House) -> House:
    house.must("aj", c.Close("no_answer_needed"))
    return house


def _ready(text: str = "Yes.") -> House:
    house = _heard()
    house.answered("aj", text)
    return house


def _cautious() -> House:
    house = _claimed()
    house.policy = replace(POLICY, account=replace(ACCOUNT, clearance=(Clearance(),)))
    return house


def _asked() -> House:
    house = _cautious()
    house.must("aj", c.Answer("a1", "Yes.", re="x:1", fence=1, seen=10**9))
    return house


def _out_of_time() -> House:
    house = _asked()
    house.now += 3 * 60 * MINUTE
    return house


def _drafted() -> House:
    house = _claimed()
    house.must("aj", c.Draft("a1", "Yes."))
    return house


def _sending(text: str = "Yes.") -> House:
    house = _ready(text)
    house.start()
    return house


def _half_sent() -> House:
    house = _ready(long_text(60))
    house.sent("a1.1", "x:901")
    return house


def _stuck(outcome: c.ReportOutcome) -> House:
    house = _sending()
    house.must("postroom", c.Report("a1.1", outcome))
    return house


def _sent() -> House:
    house = _ready()
    house.sent()
    return house


def _retracting() -> House:
    house = _sent()
    house.must("aj", c.Retract("a1"))
    return house


def _discarded() -> House:
    house = _stuck("failed")
    house.must("aj", c.Discard("a1"))
    return house


CONVERSATIONS: tuple[Callable[[], House], ...] = (
    _heard,
    _claimed,
    lambda: _snoozed(_heard()),
    lambda: _snoozed(_claimed()),
    lambda: _closed(_heard()),
    lambda: _closed(_claimed()),
)
ANSWERS: tuple[Callable[[], House], ...] = (
    _claimed,
    _drafted,
    _cautious,
    _asked,
    _out_of_time,
    _ready,
    _sending,
    _half_sent,
    lambda: _stuck("failed"),
    lambda: _stuck("unsure"),
    _sent,
    _retracting,
    _discarded,
)


def _steps(house: House) -> Iterator[tuple[str, House]]:
    """Give every order from everybody to a copy of the house, and yield what it became."""
    for kind in RULES:
        for command in EXAMPLES[kind]:
            for by in BY:
                trial = House(house.policy)
                trial.conversation, trial.now = house.conversation, house.now
                result = trial.do(by, command)
                if result and not isinstance(result, Denied):
                    outcome = f" {command.outcome}" if isinstance(command, c.Report) else ""
                    yield kind.__name__ + outcome, trial


def _answer_state(conversation: Conversation) -> AnswerState | None:
    answer: Answer | None = conversation.answer("a1")
    return answer.state if answer else None


def edges(
    starts: tuple[Callable[[], House], ...],
    state: Callable[[Conversation], State | AnswerState | None],
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return which orders lead from one state to another, by walking the rules."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for start in starts:
        house = start()
        before = state(house.conversation)
        for name, trial in _steps(house):
            after = state(trial.conversation)
            if after is not None and after != before:
                found[before or "[*]", after].add(name)
    return {edge: tuple(sorted(names)) for edge, names in sorted(found.items())}


def drawing() -> str:
    """Draw both diagrams in mermaid."""
    conversation = edges(CONVERSATIONS, lambda one: one.state)
    answer = edges(ANSWERS, _answer_state)
    return "\n\n".join(
        (
            "A conversation:\n\n" + _mermaid({("[*]", "waiting"): ("Receive",), **conversation}),
            "An answer:\n\n" + _mermaid(answer),
        )
    )


def _mermaid(found: dict[tuple[str, str], tuple[str, ...]]) -> str:
    lines = [f"    {a} --> {b}: {', '.join(names)}" for (a, b), names in found.items()]
    return "\n".join(("```mermaid", "stateDiagram-v2", *lines, "```"))


def drawn(page: str) -> str:
    """Return a page with the drawing between its markers; raises ValueError without them."""
    before, _, rest = page.partition(OPENS)
    _, closes, after = rest.partition(CLOSES)
    if not closes:
        raise ValueError(f"ARCHITECTURE.md lacks {OPENS} … {CLOSES}")
    return f"{before}{OPENS}\n{drawing()}\n{CLOSES}{after}"


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} redrawn\n")
