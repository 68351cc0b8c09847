"""The state diagram of ARCHITECTURE.md is what the rules do."""

from inbox.conversations.decide import RULES
from tests.inbox.conversations.diagram import (
    ANSWERS,
    CONVERSATIONS,
    EXAMPLES,
    PAGE,
    drawn,
    edges,
)


def test_the_diagram_in_the_architecture_is_what_the_rules_do() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert drawn(page) == page, "run: python -m tests.inbox.conversations.diagram"


def test_the_walk_orders_every_command() -> None:
    assert set(EXAMPLES) == set(RULES)


def test_the_states_are_left_as_the_tables_say() -> None:
    found = edges(CONVERSATIONS, lambda one: one.state)
    left = {before: {b for a, b in found if a == before} for before, _ in found}
    assert left == {
        "waiting": {"claimed", "snoozed", "closed"},
        "claimed": {"waiting", "snoozed", "closed"},
        "snoozed": {"waiting", "claimed", "closed"},
        "closed": {"waiting", "claimed"},
    }


def test_a_sent_answer_changes_only_by_being_taken_back() -> None:
    found = edges(ANSWERS, lambda one: a.state if (a := one.answer("a1")) else None)
    assert {b for a, b in found if a == "sent"} == {"retracting", "retracted"}
