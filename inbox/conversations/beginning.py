"""A conversation that we open ourselves: with whom, and for whose sake."""

from __future__ import annotations

from inbox.conversations.case import Case, Decision, denied
from inbox.conversations.commands import Begin
from inbox.conversations.events import Begun
from inbox.conversations.outgoing import part_id


def begin(case: Case, command: Begin) -> Decision:
    """Open a conversation in a thread of our own; the platform's is known once the first part is.

    Whether the platform lets us write is judged with the answer, as for any other.
    """
    c, account = case.conversation, case.policy.account
    if c.account:
        return () if c.begun else denied("known_already")
    if command.person.partition(":")[0] != account.platform:
        return denied("unknown_person", person=command.person)
    if command.audience not in case.policy.profile.audiences:
        return denied("platform_forbids", rule="no_such_audience")
    return (
        Begun(
            account=account.id,
            person=command.person,
            thread=part_id(command.answer, 1),
            audience=command.audience,
            handle=command.handle,
            language=command.language,
            reachout=command.reachout,
        ),
    )
