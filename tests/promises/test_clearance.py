"""What was cleared is what left: told from histories alone, whatever was ordered by whomever."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from inbox.answers.seal import seal
from inbox.conversations import events as e
from tests.promises.walks import ACCOUNTS, Walk

WALKS = 250
STEPS = 45
NEEDS = {account.id: account.clearance[0].needs for account in ACCOUNTS}


@dataclass
class Letter:
    """One text under way, as the entries tell of it."""

    author: str
    answered: e.Answered
    until: int = 0
    words: set[str] = field(default_factory=set)
    overridden: bool = False
    left: bool = False


BACK = (e.TurnedDown, e.ClearanceReturned, e.ClearanceExpired, e.Recalled)
WORDS = (e.ClearanceAsked, e.Cleared, e.Overridden)


class Story:
    """A history read by somebody who knows none of the rules, only what must never be."""

    def __init__(self, account: str) -> None:
        self.account, self.needs = account, NEEDS[account]
        self.letters: dict[str, Letter] = {}
        self.seen: Counter[str] = Counter()

    def read(self, entry: e.Entry) -> None:
        """Live through one entry; raises AssertionError where something left that may not."""
        who = entry.by.partition(":")[2] if entry.by.startswith("officer:") else ""
        for event in entry.events:
            self.seen[type(event).__name__] += 1
            if isinstance(event, e.Answered):
                self.letters[event.answer] = Letter(who, event)
            elif isinstance(event, e.SendStarted):
                self._leaves(event.part.rpartition(".")[0], entry.at)
            elif isinstance(event, e.Sent):
                # The platform says that it stands: the rest of a thread may follow.
                if letter := self.letters.get(event.part.rpartition(".")[0]):
                    letter.left = True
            elif isinstance(event, BACK):
                self.letters.pop(event.answer, None)
            elif isinstance(event, WORDS):
                self._word(self.letters[event.answer], event, who, entry.at)

    @staticmethod
    def _word(
        letter: Letter, event: e.ClearanceAsked | e.Cleared | e.Overridden, who: str, at: int
    ) -> None:
        assert event.seal == letter.answered.seal
        if isinstance(event, e.ClearanceAsked):
            letter.until = event.until
            return
        assert who
        assert who != letter.author
        assert at < letter.until
        if isinstance(event, e.Overridden):
            letter.overridden = True
            return
        assert who not in letter.words
        letter.words.add(who)

    def _leaves(self, id_: str, at: int) -> None:
        letter = self.letters[id_]
        if letter.answered.kind != "human":
            return
        sealed = letter.answered
        whole = (sealed.audience, sealed.recipients, sealed.re, sealed.parts, sealed.media)
        assert seal(self.account, *whole) == sealed.seal
        assert letter.overridden or len(letter.words) >= self.needs
        assert letter.left or not self.needs or at < letter.until


def test_whatever_is_ordered_nothing_leaves_that_was_not_cleared() -> None:
    seen: Counter[str] = Counter()
    for n in range(WALKS):
        walk = Walk(random.Random(f"clearance/{n}"), f"walk{n:012d}").walk(STEPS)
        story = Story(walk.account.id)
        for entry in walk.entries:
            story.read(entry)
        seen += story.seen if story.needs else Counter()
    # It says something only where all of it happened.
    for what in ("ClearanceAsked", "Cleared", "TurnedDown", "ClearanceReturned", "Overridden"):
        assert seen[what] > 20, (what, seen)
    assert seen["ClearanceExpired"] > 5
    assert seen["SendStarted"] > 100
