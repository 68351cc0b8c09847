"""Letting a text leave: what the claim, the conversation, the platform and the text must be."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec
import regex

from inbox.answers.compose import compose, names
from inbox.answers.lines import filled
from inbox.answers.seal import seal
from inbox.conversations import clearing, leaking
from inbox.conversations.case import Case, Decision, denied
from inbox.conversations.claiming import untried
from inbox.conversations.commands import Answer, Draft, Greet, SayLine
from inbox.conversations.denied import Denied
from inbox.conversations.events import Answered, AnyEvent, Discarded, Drafted
from inbox.conversations.receiving import rank, window_closed_since
from inbox.conversations.state import (
    MOVING,
    Conversation,
    has_human_answer,
    may_leave,
    target_change,
)
from inbox.words import Audience, MessageId, PersonId

HANDLE = regex.compile(r"[\w.-]{1,64}(?:@[\w.-]{1,253})?")
"""What a platform calls somebody, such as `carl` or `carl@social.example`: no words, no spaces."""
NEWER = "newer"
"""The word by which an officer sends in spite of newer messages."""


class Letter(msgspec.Struct, frozen=True):
    """An answer about to be judged: its order, and what it would become."""

    case: Case
    command: Answer
    re: MessageId
    parts: tuple[str, ...]
    template: str = ""
    """The approved line that its text is, where the core wrote it."""

    @property
    def conversation(self) -> Conversation:
        """The conversation it would answer in."""
        return self.case.conversation


Check: TypeAlias = Callable[[Letter], Denied | None]


def draft(case: Case, command: Draft) -> Decision:
    """Hand a text over to a colleague, or keep it for oneself."""
    if not command.text.strip():
        return denied("empty")
    if command.to and command.to not in case.policy.officers:
        return denied("unknown_officer", officer=command.to)
    known = case.conversation.answer(command.answer)
    if known and known.state != "draft":
        return denied("answer_open", answer=known.id)
    return (
        Drafted(
            answer=command.answer,
            text=command.text,
            audience=command.audience,
            re=command.re,
            media=command.media,
            to=command.to,
        ),
    )


def say_line(case: Case, command: SayLine) -> Decision:
    """Make an approved line ready to leave: its words are the house's, only the handle is theirs."""
    c = case.conversation
    sentence = case.policy.lines.get(command.template, {}).get(command.language)
    if sentence is None or c.audience != "public":
        return denied("unknown_template")
    handle = c.handle.lstrip("@")
    if not HANDLE.fullmatch(handle):
        return denied(
            "unknown_person"
        )  # guard: handle-only test=tests/inbox/conversations/test_beginning.py::test_a_handle_carries_no_words_into_a_line
    written = Answer(
        answer=command.answer,
        text=filled(sentence, handle),
        audience="public",
        fence=command.fence,
        seen=command.seen,
        confirmed=command.confirmed,
        reachout=command.reachout or c.reachout,
        rung=command.rung,
    )
    return _let_go(case, written, command.template)


def answer(case: Case, command: Answer) -> Decision:
    """Make a text ready to leave, if nothing speaks against it."""
    return _let_go(case, command)


def _let_go(case: Case, command: Answer, template: str = "") -> Decision:
    c, policy = case.conversation, case.policy
    known = c.answer(command.answer)
    if known and known.author == case.me and known.state in ("asked", "ready", "sending"):
        return ()
    written = compose(
        command.text,
        policy.account,
        policy.officer,
        policy.profile,
        command.audience,
        c.language,
        c.handle,
    )
    target = command.re or (c.last_message if command.audience == "public" else "")
    letter = Letter(case, command, target, written.parts, template)
    hindrances = (check(letter) for check in CHECKS)
    denial = next((no for no in hindrances if no), None)
    return denial or (*_superseded(c, command.answer), *clearing.asked(case, _answered(letter)))


def _answered(letter: Letter) -> Answered:
    case, command = letter.case, letter.command
    account, c = case.policy.account, case.conversation
    hold = 0 if rank(case.policy, c.lane) == 0 else account.hold
    recipients = recipients_of(c)
    return Answered(
        answer=command.answer,
        text=command.text,
        parts=letter.parts,
        audience=command.audience,
        re=letter.re,
        media=command.media,
        recipients=recipients,
        seal=seal(account.id, command.audience, recipients, letter.re, letter.parts, command.media),
        fence=c.fence,
        leaves_at=case.at + hold * 1000,
        epoch=case.policy.epoch,
        language=c.language,
        close=command.close,
        source=command.source.strip(),
        kind="rung" if command.reachout or letter.template else "human",
        template=letter.template,
        reachout=command.reachout,
        rung=command.rung,
        leaks=() if letter.template else leaking.let_through(case, command),
    )


def recipients_of(c: Conversation) -> tuple[PersonId, ...]:
    """Return whom an answer is for: a group's members, or the person."""
    return c.members or ((c.person,) if c.person else ())


def _superseded(c: Conversation, new: str) -> tuple[AnyEvent, ...]:
    """Give up what a human's answer replaces: a greeting, or a text whose claim is past."""
    return tuple(
        Discarded(answer=a.id, reason="superseded")
        for a in c.answers
        if a.id != new and a.state in MOVING and not _blocks(c, a.id)
    )


def _blocks(c: Conversation, answer_id: str) -> bool:
    """Say whether an answer on its way leaves no room for another."""
    one = c.answer(answer_id)
    if one is None or one.state not in MOVING or one.kind == "greeting":
        return False
    return may_leave(c, one) or not untried(one)


def greet(case: Case, command: Greet) -> Decision:
    """Send the automatic first reply: private only, once, and never over a human."""
    c, policy = case.conversation, case.policy
    account, language = policy.account, command.language
    written = compose(command.text, account, None, policy.profile, c.audience, language, c.handle)
    no = _greeting_hindered(case) or _unsendable(case, written.parts, c.audience)
    if no:
        return no
    recipients = recipients_of(c)
    return (
        Answered(
            answer=command.answer,
            text=command.text,
            parts=written.parts,
            audience=c.audience,
            recipients=recipients,
            seal=seal(policy.account.id, c.audience, recipients, "", written.parts, ()),
            fence=c.fence,
            kind="greeting",
            leaves_at=case.at,
            epoch=policy.epoch,
            language=command.language,
        ),
    )


def _greeting_hindered(case: Case) -> Denied | None:
    c = case.conversation
    if c.audience != "private":
        return denied("platform_forbids", rule="greet_private_only")
    if c.fence or has_human_answer(c):
        return denied("human_first")
    if c.greeted:
        return denied("greeted")
    return denied("closed", by=c.closed.by, at=c.closed.at) if c.closed else None


def _unsendable(case: Case, parts: tuple[str, ...], audience: Audience) -> Denied | None:
    profile = case.policy.profile
    if case.policy.halted:
        return denied("account_halted")
    if case.policy.spent and rank(case.policy, case.conversation.lane):
        return denied("budget_spent")
    since = window_closed_since(case.conversation, case.at)
    if since:
        return denied("window_closed", since=since)
    if not parts:
        return denied("empty")
    fits = all(profile.fits(part, audience) for part in parts)
    if len(parts) > profile.parts_most or not fits:
        return denied("too_long", parts=len(parts), most=profile.parts_most)
    return None


def _adds_nobody(letter: Letter) -> Denied | None:
    """Refuse a private text that names somebody else, where that makes them a reader of it."""
    if letter.command.audience != "private" or not letter.case.policy.profile.adds_mentioned:
        return None
    theirs = f"@{letter.conversation.handle.removeprefix('@')}".casefold()
    others = [name for part in letter.parts for name in names(part) if name != theirs]
    return denied("adds_readers", names=" ".join(dict.fromkeys(others))) if others else None


def _open(letter: Letter) -> Denied | None:
    closed = letter.conversation.closed
    return denied("closed", by=closed.by, at=closed.at) if closed else None


def _claim_held(letter: Letter) -> Denied | None:
    if letter.conversation.claim is None:
        return denied("claim_first")
    return letter.case.held_by_another()


def _fence_current(letter: Letter) -> Denied | None:
    c = letter.conversation
    return denied("stale_claim", by=c.claimant) if letter.command.fence != c.fence else None


def _not_spent(letter: Letter) -> Denied | None:
    known = letter.conversation.answer(letter.command.answer)
    if known is None or known.state == "draft":
        return None
    if known.state in MOVING:
        return denied("answer_open", answer=known.id)
    # Its parts' ids were the platform's keys: the same keys never carry another text.
    return denied("already_sent", answer=known.id)


def _no_other_open(letter: Letter) -> Denied | None:
    c = letter.conversation
    other = next((a for a in c.answers if _blocks(c, a.id)), None)
    return denied("answer_open", answer=other.id, by=other.author) if other else None


def _same_audience(letter: Letter) -> Denied | None:
    if letter.command.audience == letter.conversation.audience:
        return None
    return denied("private_impossible", reason="other_audience")


def _approved_line(letter: Letter) -> Denied | None:
    """Refuse free text in public where we wrote first and they have not answered."""
    c, command = letter.conversation, letter.command
    first = c.begun and not c.count
    if command.audience == "public" and (first or command.reachout) and not letter.template:
        return denied("template_only")
    return None


def _platform_allows(letter: Letter) -> Denied | None:
    policy, c = letter.case.policy, letter.conversation
    calls = c.begun and not c.count and policy.account.calls
    only_mentions = policy.account.may_reply_to == "mentions" and not calls
    if letter.command.audience == "public" and only_mentions and not c.named:
        return denied("platform_forbids", rule="mention_needed")
    if len(letter.command.media) > policy.profile.media_most:
        return denied("platform_forbids", rule="media")
    return None


def _sendable(letter: Letter) -> Denied | None:
    return _unsendable(letter.case, letter.parts, letter.command.audience)


def _target_unchanged(letter: Letter) -> Denied | None:
    how = target_change(letter.conversation, letter.re, letter.command.seen)
    return denied("target_changed", how=how) if how else None


def _nothing_leaks(letter: Letter) -> Denied | None:
    if letter.template:  # approved word for word
        return None
    return leaking.held_back(letter.case, letter.command)


def _nothing_newer(letter: Letter) -> Denied | None:
    c, seen = letter.conversation, letter.command.seen
    if c.news <= seen or NEWER in letter.command.confirmed.split():
        return None
    newer = sum(version > seen for one, version in c.changed.items() if one not in c.newer)
    return denied("newer_messages", count=max(newer, 1))


def _sourced(letter: Letter) -> Denied | None:
    command = letter.command
    if command.audience != "public":
        return None
    return clearing.unsourced(letter.case, command.text, command.source)


def _minister_confirmed(letter: Letter) -> Denied | None:
    return clearing.unconfirmed(letter.case, letter.command.confirmed)


CHECKS: tuple[Check, ...] = (
    _open,
    _claim_held,  # guard: claim-held test=tests/inbox/conversations/test_answering.py::test_only_the_holder_answers
    _fence_current,  # guard: stale-fence test=tests/inbox/conversations/test_answering.py::test_an_answer_written_under_an_older_claim_is_refused
    _not_spent,  # guard: key-once test=tests/inbox/conversations/test_answering.py::test_an_answer_s_key_never_carries_a_second_text
    _no_other_open,  # guard: one-open-answer test=tests/inbox/conversations/test_answering.py::test_there_is_one_open_answer_at_a_time
    _same_audience,  # guard: same-audience test=tests/inbox/conversations/test_answering.py::test_a_private_conversation_is_never_answered_in_public
    _approved_line,  # guard: template-only test=tests/inbox/conversations/test_beginning.py::test_until_they_answer_we_say_approved_lines_only_in_public
    _platform_allows,
    _sendable,
    _adds_nobody,  # guard: adds-nobody test=tests/inbox/conversations/test_addressing.py::test_a_private_text_that_would_add_a_reader_is_refused
    _target_unchanged,
    _sourced,  # guard: source-needed test=tests/inbox/conversations/test_clearing.py::test_a_public_figure_of_casualties_needs_a_source
    _nothing_leaks,  # guard: nothing-leaks test=tests/inbox/conversations/test_leaking.py::test_a_name_hidden_by_zero_width_and_homoglyph_does_not_leave
    _nothing_newer,  # guard: newer-messages test=tests/inbox/conversations/test_answering.py::test_a_message_that_came_while_writing_is_told_first
    _minister_confirmed,  # guard: minister test=tests/inbox/conversations/test_answering.py::test_a_minister_s_account_asks_for_its_typed_handle
)
