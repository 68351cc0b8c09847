"""What the leak guard found, in a modal: each finding, and the box by which it may leave."""

from __future__ import annotations

from handlers import guard
from handlers.say import Refusal, Say
from handlers.slack import ids
from handlers.slack.blocks import Json, asked, rich, tick, words
from handlers.slack.ids import block_of
from handlers.slack.safe import public
from inbox.words import Audience

LONG = 400
"""Units of a finding that are shown."""


def found(
    problem: Refusal | None, about: str, turn: str, audience: Audience, say: Say
) -> list[Json]:
    """Return the blocks under a refusal; none where it is about something else.

    `about` names whose modal it is, `turn` which of its showings: the box is never ticked already.
    """
    leaks = guard.leaks_in(problem)
    if not leaks:
        return []
    blocks = [rich(words(public(line, LONG))) for line in guard.told(leaks, say)]
    if value := guard.to_confirm(problem):
        box = tick(ids.LEAK, say("leak.confirm"), ticked=False, value=value)
        where = block_of(ids.LEAK, about, turn)
        blocks.append(asked(where, say(f"modal.reads_{audience}"), box, optional=True))
    return blocks
