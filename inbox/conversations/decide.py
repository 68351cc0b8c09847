"""What may happen to a conversation: one rule a command, pure and total."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from inbox.conversations import (
    answering,
    beginning,
    claiming,
    clearing,
    receiving,
    sending,
    sorting,
)
from inbox.conversations import commands as orders
from inbox.conversations.case import Case, Decision, denied
from inbox.conversations.commands import Order
from inbox.conversations.denied import Denied
from inbox.conversations.state import Conversation
from inbox.team.roles import NEEDS, hindrance
from inbox.words import Policy

Rule: TypeAlias = Callable[[Case, Any], Decision]

RULES: dict[type[orders.Command], Rule] = {
    orders.Receive: receiving.receive,
    orders.MarkEdited: receiving.mark_edited,
    orders.MarkDeleted: receiving.mark_deleted,
    orders.SetMembers: receiving.set_members,
    orders.Moderate: receiving.moderate,
    orders.Link: receiving.link,
    orders.Erase: receiving.erase,
    orders.Begin: beginning.begin,
    orders.Claim: claiming.claim,
    orders.TakeOver: claiming.take_over,
    orders.Assign: claiming.assign,
    orders.Release: claiming.release,
    orders.Lapse: claiming.lapse,
    orders.AddNote: sorting.add_note,
    orders.Tag: sorting.tag,
    orders.Untag: sorting.untag,
    orders.SetLane: sorting.set_lane,
    orders.SetLanguage: sorting.set_language,
    orders.Snooze: sorting.snooze,
    orders.Wake: sorting.wake,
    orders.Close: sorting.close,
    orders.Reopen: sorting.reopen,
    orders.Draft: answering.draft,
    orders.Answer: answering.answer,
    orders.Clear: clearing.clear,
    orders.TurnDown: clearing.turn_down,
    orders.Return: clearing.give_back,
    orders.Override: clearing.override,
    orders.Expire: clearing.expire,
    orders.SayLine: answering.say_line,
    orders.Greet: answering.greet,
    orders.Discard: sending.discard,
    orders.Recall: sending.recall,
    orders.Resume: sending.resume,
    orders.Retract: sending.retract,
    orders.Resolve: sending.resolve,
    orders.PostByHand: sending.post_by_hand,
    orders.StartSend: sending.start_send,
    orders.Report: sending.report,
}

CLERKS: tuple[type[orders.Command], ...] = (
    orders.SetLane,
    orders.Wake,
    orders.Erase,
    orders.Link,
)
"""Officers' commands that the clerk may give too: an erasure, where a backup undid it."""

FIRST: tuple[type[orders.Command], ...] = (
    orders.Receive,
    orders.MarkEdited,
    orders.MarkDeleted,
    orders.SetMembers,
    orders.Begin,
)
"""What may come before a conversation is known: everything else needs one."""


def decide(conversation: Conversation, order: Order, policy: Policy) -> Decision:
    """Return the events that the order brings about, `()` if it is already so, or why not."""
    case = Case(conversation, order, policy)
    no = _not_theirs_to_order(case)
    if no:
        return no
    if not conversation.account and not isinstance(order.command, FIRST):
        return denied("unknown_conversation")
    decision = RULES[type(order.command)](case, order.command)
    if isinstance(decision, Denied):
        return decision
    decision = clearing.and_voided(
        case, decision
    )  # guard: voided test=tests/inbox/conversations/test_clearing.py::test_a_message_edited_meanwhile_voids_it
    return sending.and_closed(case, decision)


def _not_theirs_to_order(case: Case) -> Denied | None:
    """Refuse officers what their role forbids, and everybody else what is an officer's."""
    act, policy = type(case.order.command).__name__, case.policy
    needs = NEEDS.get(act)
    if case.order.by.startswith("officer:"):
        why = hindrance(policy.officer, act, policy.account)
        return denied(why, **({"needs": needs} if why == "not_allowed" else {})) if why else None
    clerk = case.order.by == "clerk" and isinstance(case.order.command, CLERKS)
    return None if needs is None or clerk else denied("not_allowed", needs=needs)
