"""Clearance: which answers need somebody else's word. Pure."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Collection

from inbox.words import Audience, Clearance, Policy

RUNG = "rung"
"""The kind of answer that is a step of a reachout's ladder."""


def needed(
    policy: Policy, *, audience: Audience, lane: str, tags: Collection[str] = (), kind: str
) -> Clearance | None:
    """Return whose word an answer needs; None where it may leave on its author's.

    A public rung needs one approver at least, whatever the table says.
    """
    rules = policy.account.clearance
    rule = next((one for one in rules if _fits(one, audience, lane, tags)), None)
    if rule is not None and rule.needs:
        return rule
    if kind == RUNG and audience == "public":
        return Clearance()  # guard: public-rung test=tests/inbox/answers/test_clearance.py::test_a_public_rung_always_needs_an_approver
    return None


def _fits(rule: Clearance, audience: Audience, lane: str, tags: Collection[str]) -> bool:
    return (
        rule.audience in ("", audience)
        and (not rule.lanes or lane in rule.lanes)
        and (not rule.tags or any(tag in rule.tags for tag in tags))
    )
