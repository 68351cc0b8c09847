"""The templates, and what they are filled with: plain words, escaped by the template's own rule."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from handlers.lengths import ago
from handlers.say import At, Say
from handlers.shown import (
    Line,
    Shown,
    audience_word,
    body,
    hand,
    lane_word,
    language,
    recognised,
    reserved,
    side,
    warning,
)
from inbox.answers.compose import RIGHT_TO_LEFT
from inbox.conversations.state import Answer
from inbox.words import Millis, Record

SNIPPET = 160
WHOLE = 20_000
"""Units of one message: more than any platform lets anybody write."""


class Row(Record, frozen=True):
    """One conversation in a list: the six facts, and how its last message begins."""

    id: str
    lane: str
    urgent: bool
    audience: str
    word: str
    account: str
    person: str
    language: str
    age: str
    holder: str
    held: bool
    text: str
    warning: str = ""
    known: str = ""
    """Which contact the person is, and how sure that is."""


class Drawing:
    """Draws pages; everything put into a template is escaped there."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("handlers.web"),
            autoescape=True,  # guard: autoescape test=tests/handlers/web/test_hostile.py::test_nothing_that_people_wrote_is_ever_markup
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, template: str, say: Say, **facts: Any) -> str:
        """Return a page in a language, its direction given by the language."""
        direction = "rtl" if say.locale in RIGHT_TO_LEFT else "ltr"
        return self._environment.get_template(template).render(
            say=say, lang=say.locale, dir=direction, At=At, **facts
        )


def row(shown: Shown, say: Say, now: Millis) -> Row:
    """Return a conversation as a line of a list."""
    conversation = shown.conversation
    since = conversation.waiting_since or conversation.last_in or conversation.opened
    last = shown.lines[-1] if shown.lines else None
    return Row(
        id=conversation.id,
        lane=lane_word(shown, say),
        urgent=reserved(shown),
        audience=conversation.audience,
        word=audience_word(conversation.audience, say),
        account=f"{shown.platform} → {shown.us}",
        person=shown.who,
        language=language(shown, say),
        age=ago(since, now, say) if since else "",
        holder=hand(shown, say),
        held=bool(shown.holder),
        text=body(last, say, SNIPPET) if last else "",
        warning=warning(shown, say),
        known=recognised(shown, say),
    )


class Talk(Record, frozen=True):
    """One thing that was said, as the page shows it."""

    side: str
    who: str
    at: str
    text: str
    edited: bool
    url: str


def talk(lines: list[Line], say: Say, *, linked: bool = True) -> list[Talk]:
    """Return what was said, oldest first; where it stands is told of public posts only."""
    return [
        Talk(
            side=line.side,
            who=side(line, say),
            at=say.plain([At(line.at, "day_time")]),
            text=body(line, say, WHOLE),
            edited=line.edited and not (line.deleted or line.erased),
            url=line.url if linked and line.url.startswith("https://") else "",
        )
        for line in sorted(lines, key=lambda line: line.at)
    ]


def parts(answer: Answer) -> list[str]:
    """Return exactly what leaves, or what is left of it to show."""
    return [part.text for part in answer.parts if part.text]
