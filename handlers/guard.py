"""The leak guard where officers write: what it must know, what it says, what they let through."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from msgspec.structs import replace

from handlers.safe import beside
from handlers.say import Refusal, Say
from inbox import Inbox
from inbox.answers.leaks import Leak, findings, own
from inbox.conversations.commands import Answer
from inbox.conversations.leaking import LEAK, judged, remarks
from inbox.conversations.reading import Reading
from inbox.conversations.reading import reading as read_of
from inbox.conversations.state import Conversation
from inbox.denied import Denied
from inbox.desk.firing import Shot
from inbox.team.policies import Policies
from inbox.words import Account, Audience, ConversationId, ReachoutId, Record

SHOWN = f"{LEAK}:"
"""Before the marks of findings that somebody has looked at: a confirmation is for those only."""
MARK = 3
"""Bytes of a finding's mark: twenty fit into the value of one box to tick."""


class Known(Record, frozen=True):
    """What must stay inside, and what everybody may read, of one conversation."""

    secrets: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


class LeakGuard:
    """Looks at what is about to leave, knowing the notes."""

    def __init__(self, inbox: Inbox, policies: Policies) -> None:
        self._inbox, self._policies = inbox, policies

    async def looked(self, ref: ConversationId, command: Answer, ready: Iterable[str]) -> Answer:
        """Return the order with what was found; what its writer was shown, they have confirmed."""
        conversation = await self._inbox.read.conversation(ref)
        if conversation is None:
            return command
        leaks = await self.leaks(
            conversation, command.whole, command.audience, ready, (command.source,)
        )
        confirmed = confirmed_of(command.confirmed, leaks)
        return replace(command, leaks=leaks, confirmed=confirmed)

    async def leaks(
        self,
        conversation: Conversation,
        text: str,
        audience: Audience,
        ready: Iterable[str] = (),
        inside: Iterable[str] = (),
    ) -> tuple[Leak, ...]:
        """Return what a text would give away.

        `ready` are lines approved for the public, `inside` what is written beside it for us.
        """
        account = self._policies.account(conversation.account)
        if account is None or account.leak_guard == "off":
            return ()
        known = await self._known(conversation, account)
        ours = (*known.ours, *ready)
        return findings(
            text, secrets=(*known.secrets, *inside), ours=ours, said=known.said, audience=audience
        )

    async def aimed(self, id_: ReachoutId, shot: Shot) -> Shot | Denied:
        """Return a private rung's try with what was found in it, or why it is held back.

        Asked before the rung is taken: what is held back is nobody's turn.
        """
        reachout = await self._inbox.reachouts.load(id_)
        rung = (
            reachout.rungs[shot.rung] if reachout and 0 <= shot.rung < len(reachout.rungs) else None
        )
        account = self._policies.account(rung.account) if rung else None
        if not (reachout and rung and account) or rung.kind == "public":
            return shot  # the reachout says what is wrong with it; a public line is approved
        if account.leak_guard == "off":
            return shot
        purpose = (reachout.purpose,)
        ours = (*own(account), f"@{rung.handle.lstrip('@')}")
        leaks = findings(shot.text, secrets=purpose, ours=ours, audience="private")
        confirmed = confirmed_of(shot.confirmed, leaks)
        held = judged(account, leaks, confirmed)
        return held or replace(shot, leaks=leaks, confirmed=confirmed)

    async def _purposes(self, conversation: Conversation) -> list[str]:
        """Return why we seek whom we write to, and how else they are reached: it never leaves."""
        contact = await self._inbox.contacts.of_person(conversation.person)
        if contact is None:
            return []
        sought = await self._inbox.reachouts.of_contact(contact.id)
        return [*(one.purpose for one in sought if one.purpose), *(w.value for w in contact.ways)]

    async def _known(self, conversation: Conversation, account: Account) -> Known:
        """Gather it: notes, purposes, and what was said in private in a conversation linked here.

        In private only the purposes count: there we speak of what the notes are about.
        """
        entries = await self._inbox.read.history(conversation.id)
        reading = read_of(entries)
        secrets = await self._purposes(conversation)
        if conversation.audience == "public":
            secrets += remarks(entries)
        linked_here = conversation.linked if conversation.audience == "public" else ()
        for linked in await self._inbox.read.conversations(list(linked_here)):
            there = await self._inbox.read.history(linked.id)
            secrets += remarks(there)
            if linked.audience == "private":
                secrets += _texts(read_of(there))
                secrets += [answer.text for answer in linked.answers if answer.state == "draft"]
        people = dict.fromkeys(
            one.message.author for one in reading.messages if not one.message.ours
        )
        handles = [f"@{person.handle}" for person in people if person.id == conversation.person]
        handles += [f"@{one.handle}" for one in self._policies.accounts if one.handle]
        # Whom we write to first has said nothing yet: the directory gave their handle.
        handles += [f"@{conversation.handle.lstrip('@')}"] if conversation.handle else []
        public = _texts(reading) if conversation.audience == "public" else []
        names = [text for one in people for text in (one.name, one.handle)]
        return Known(
            secrets=tuple(secrets),
            ours=(*own(account), *handles),
            said=(*public, *names, account.title, account.handle),
        )


def _texts(reading: Reading) -> list[str]:
    """Return all that was said on both sides."""
    heard = [one.message.text for one in reading.messages]
    sent = [p.text for a in reading.answers for p in a.parts if p.state in ("sent", "arrived")]
    return [text for text in (*heard, *sent) if text]


def confirmed_of(told: str, leaks: Iterable[Leak]) -> str:
    """Return what is confirmed: a tick under older findings lets no newer one through."""
    words = told.split()
    marks = {mark for word in words if word.startswith(SHOWN) for mark in _marks(word)}
    kept = [word for word in words if not word.startswith(SHOWN)]
    looked = bool(marks)
    looked = (
        looked and {_mark(leak) for leak in leaks} <= marks
    )  # guard: shown-only test=tests/handlers/test_guard.py::test_a_tick_under_older_findings_lets_no_newer_one_through
    kept += [LEAK] if looked else []
    return " ".join(kept)


def shown(leaks: Iterable[Leak]) -> str:
    """Return the word by which somebody confirms to have looked at exactly these findings."""
    return SHOWN + ".".join(dict.fromkeys(_mark(leak) for leak in leaks))


def _marks(word: str) -> list[str]:
    return word.removeprefix(SHOWN).split(".")


def _mark(leak: Leak) -> str:
    return blake2b(f"{leak.kind}\0{leak.found}".encode(), digest_size=MARK).hexdigest()


def leaks_in(problem: Refusal | None) -> tuple[Leak, ...]:
    """Return the findings of a refusal; none where it is about something else."""
    return tuple(problem.facts.get("findings", ())) if problem and problem.why == "leak" else ()


def to_confirm(problem: Refusal | None) -> str:
    """Return what a tick under these findings confirms; "" where it would not help."""
    leaks = leaks_in(problem)
    return shown(leaks) if problem and problem.facts.get("way") == "confirm" else ""


def told(leaks: Iterable[Leak], say: Say) -> tuple[str, ...]:
    """Say each finding in a sentence, and what to do about it; one sentence where all is well."""
    said = (say(f"leak.{leak.kind}", found=beside(leak.found, say("leak.none"))) for leak in leaks)
    return tuple(dict.fromkeys(said)) or (say("leak.none"),)
