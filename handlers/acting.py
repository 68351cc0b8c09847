"""What officers see and do, wherever they do it: the inbox, their words, and what they may."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from handlers.cleared import last_word, named, told_of
from handlers.guard import LeakGuard
from handlers.say import Book, Say
from handlers.shown import Line, Recognised, Shown, Writing, line_of
from inbox import Done, Inbox
from inbox.answers.clearance import needed
from inbox.answers.signatures import signature
from inbox.conversations.commands import Answer, AnyCommand, Claim, Recall, Wake
from inbox.conversations.denied import Denied
from inbox.conversations.reading import Reading
from inbox.conversations.state import Conversation
from inbox.directory.events import Detached
from inbox.directory.evidence import level
from inbox.team.approvers import approvers
from inbox.team.policies import Policies
from inbox.team.roles import may
from inbox.words import (
    Account,
    AnswerId,
    ContactId,
    ConversationId,
    Millis,
    Officer,
    OfficerId,
    Person,
    Policy,
    Record,
)

KEPT_BACK = ("not_allowed", "not_your_account")
"""Refusals that are about the officer and not about the moment: they are recorded."""
READY = "public_rung."
"""The section of a phrase file that holds lines for the public."""
INVITES = (f"{READY}danger", f"{READY}write_privately")
"""Where lives may depend on it: the line that is offered by one click, the first that there is."""
CALL = "{call}"
"""The place of a ready line that the account's own number fills; without one it is not offered."""
LINES = 4
"""So many of the last messages go to a card; it shows three and says whether there are more."""
LOOKED_AT = 30
"""So many of the queue's first are tried for Next: the others are being claimed right now."""


class Actor(Record, frozen=True):
    """An officer where they act: `user` is who they are there, `via` is what orders record."""

    officer: Officer
    user: str
    via: str

    @property
    def by(self) -> str:
        """Return the officer as orders name them."""
        return f"officer:{self.officer.id}"


class Acting:
    """What officers act with; it decides nothing by itself."""

    def __init__(
        self, inbox: Inbox, policies: Policies, book: Book, ids: Callable[[], str]
    ) -> None:
        self.inbox, self.policies, self.book, self.ids = inbox, policies, book, ids
        self.guard = LeakGuard(inbox, policies)
        self.page = ""
        """Where the web page stands, for links to it; "" where nobody can open it."""

    def say(self, officer: Officer, account: Account | None = None) -> Say:
        """Speak an officer's language, times in the account's zone where Slack cannot tell."""
        return self.book.say(officer.locale, account.time_zone if account else "UTC")

    def ready_lines(self, shown: Shown) -> dict[str, str]:
        """Return the ready lines for the public in the language they write in: name to text."""
        language = shown.conversation.language or shown.account.languages[0]
        phrases, call = self.book.languages.get(language, {}), shown.account.call
        return {
            key: text.replace(CALL, call)
            for key, text in phrases.items()
            if key.startswith(READY) and (call or CALL not in text)
        }

    def _approved(self) -> list[str]:
        """Return every ready line for the public, in whatever language."""
        every = (one for phrases in self.book.languages.values() for one in phrases.items())
        return [text for key, text in every if key.startswith(READY)]

    async def do(
        self, who: Actor, ref: ConversationId, command: AnyCommand, op: str = ""
    ) -> Done | Denied:
        """Let an officer's order happen once; what they may not do is refused and recorded.

        What is about to leave is looked at here, with all that the house knows.
        """
        if isinstance(command, Answer):
            command = await self.guard.looked(ref, command, self._approved())
        order = self.inbox.desk.order(command, by=who.by, via=who.via, op=op or None)
        done = await self.inbox.desk.do(ref, order)
        if isinstance(done, Denied) and done.why in KEPT_BACK:
            conversation = await self.inbox.read.conversation(ref)
            account = conversation.account if conversation else ""
            await self.refused(who, type(command).__name__, account, done.why)
        return done

    async def refused(self, who: Actor, act: str, account: str, why: str) -> None:
        """Record what an officer was refused."""
        at = self.inbox.now()
        refusals = self.inbox.refusals
        await refusals.put(
            who.officer.id, act, account, why, at
        )  # guard: refusal-recorded test=tests/handlers/slack/test_acts_refused.py::test_a_reader_who_presses_claim_is_refused_and_it_is_recorded

    async def read(
        self, who: Actor, ref: ConversationId, *, recorded: bool = True
    ) -> Shown | Denied:
        """Return a conversation as this officer may see it; a refusal is recorded, if asked."""
        conversation = await self.inbox.read.conversation(ref)
        if conversation is None:
            return Denied("unknown_conversation")
        account = self.policies.account(conversation.account)
        act = "read_private" if conversation.audience == "private" else "read"
        if account is None or not may(who.officer, act, account):
            if recorded:
                await self.refused(who, act, conversation.account, "not_your_account")
            return Denied("not_your_account")
        return await self.shown(conversation)

    async def shown(self, conversation: Conversation, lines: int = LINES) -> Shown:
        """Gather what cards and modals show of a conversation."""
        policy = self.policies.of(conversation.account, "clerk")
        reading = await self.inbox.read.reading(conversation.id)
        others = await self._others(conversation)
        messages = reading.messages
        person = next(
            (m.message.author for m in reversed(messages) if not m.message.ours and not m.erased),
            Person(conversation.person, conversation.handle),
        )
        return Shown(
            conversation=conversation,
            account=policy.account,
            platform=policy.profile.title,
            person=person,
            lane=next((lane for lane in policy.lanes if lane.name == conversation.lane), None),
            lines=tuple(
                line_of(m.message, edited=m.edited, deleted=m.deleted, erased=m.erased)
                for m in messages[-lines:]
            ),
            earlier=max(0, len(messages) - lines),
            officers=policy.officers,
            others=len(others),
            other_holders=tuple(
                dict.fromkeys(self.name(one.claim.holder) for one in others if one.claim)
            ),
            due=_due(conversation, policy),
            forbidden=_forbidden(conversation, policy, self.inbox.now()),
            likeness=self.inbox.lookout.near(person),
            known=await self._recognised(person),
        )

    async def _recognised(self, person: Person) -> Recognised | None:
        """Return which contact somebody is; that a citizen is one is for their modal alone."""
        contact = (await self.inbox.contacts.of_persons([person.id])).get(person.id)
        known = contact.known(person.id) if contact else None
        if contact is None or known is None:
            return None
        if contact.kind == "citizen":
            return None  # guard: citizens-unnamed test=tests/handlers/slack/test_acts_directory.py::test_a_citizen_is_named_in_the_modal_and_on_no_card
        sure = level(known, self.inbox.now())
        return Recognised(contact.id, contact.name, sure, bool(known.frozen))

    async def written_by(self, contact: ContactId) -> list[ConversationId]:
        """Return the conversations with the persons that a contact has, or was just relieved of."""
        there = await self.inbox.contacts.load(contact)
        entries = (await self.inbox.contacts.history(contact))[-1:]
        persons = {known.person.id for known in there.persons} if there else set()
        persons |= {e.person for one in entries for e in one.events if isinstance(e, Detached)}
        found: list[ConversationId] = []
        for account in self.policies.accounts:
            for person in sorted(persons):
                found += await self.inbox.read.of(account.id, person)
        return found

    async def _others(self, conversation: Conversation) -> list[Conversation]:
        """Return the same person's other open conversations with this account."""
        refs = await self.inbox.read.of(conversation.account, conversation.person)
        found = await self.inbox.read.conversations([r for r in refs if r != conversation.id])
        return [one for one in found if one.state != "closed"]

    def name(self, officer: OfficerId) -> str:
        """Return an officer's name, or the id of one who is not in the table."""
        known = self.policies.officer(officer)
        return known.name if known else officer

    def our_lines(self, reading: Reading) -> list[Line]:
        """Return our answers and notes in a conversation as lines."""
        answers = [
            Line(
                part.text,
                reply.at,
                self.name(reply.by),
                "out",
                url=part.url,
                erased=reply.erased,
            )
            for reply in reading.answers
            for part in reply.parts
            if part.state != "retracted" and not reply.held
        ]
        notes = [
            Line(one.text, one.at, self.name(one.by), "note", erased=one.erased)
            for one in reading.notes
        ]
        return [*answers, *notes]

    def channels(self, who: Officer) -> tuple[str, ...]:
        """Return the channels of an officer's accounts: by them the queue is kept."""
        accounts = self.policies.accounts_for(who)
        named = [account.slack_channel for account in accounts]
        named += [a.private_channel for a in accounts if may(who, "read_private", a)]
        return tuple(dict.fromkeys(channel for channel in named if channel))

    async def readable(self, who: Actor, found: Iterable[Conversation]) -> list[Shown]:
        """Return those that this officer may read, each with its last message."""
        rows = []
        for one in found:
            account = self.policies.account(one.account)
            act = "read_private" if one.audience == "private" else "read"
            if account and may(who.officer, act, account):
                rows.append(await self.shown(one, lines=1))
        return rows

    async def hold(self, who: Actor, conversation: Conversation, op: str) -> Denied | None:
        """See that the officer holds it awake before they answer; None where they do."""
        claim = conversation.claim
        if claim and claim.holder == who.officer.id and not conversation.wake:
            return None
        order = Wake("answer") if claim and conversation.wake else Claim()
        done = await self.do(who, conversation.id, order, op)
        return done if isinstance(done, Denied) else None

    async def claim(self, who: Actor, ref: ConversationId, op: str) -> Done | Denied:
        """Claim it, and the person's other unclaimed ones with this account, as far as it goes."""
        done = await self.do(who, ref, Claim(), op)
        if isinstance(done, Denied):
            return done
        refs = await self.inbox.read.of(done.conversation.account, done.conversation.person)
        for other in await self.inbox.read.conversations([r for r in refs if r != ref]):
            if other.state == "waiting":
                await self.do(who, other.id, Claim(), f"{op}:{other.id}")
        return done

    async def next(
        self, who: Actor, op: str, here: Collection[str] | None = None
    ) -> ConversationId:
        """Claim the most urgent one that waits for this officer; "" where none does.

        Of what waits in the channels `here` only, where the others may not be shown.
        """
        queues = [c for c in self.channels(who.officer) if here is None or c in here]
        for one in await self.inbox.queue.first(queues, LOOKED_AT):
            if await self._won(who, one.id, op):
                return one.id
        return ""

    async def _won(self, who: Actor, ref: ConversationId, op: str) -> bool:
        """Claim one of the queue: losing to a colleague means trying the one behind it.

        A channel may be shared by accounts, of which this officer may act for one: the others are
        passed over unasked, for nobody was refused anything.
        """
        conversation = await self.inbox.read.conversation(ref)
        account = self.policies.account(conversation.account) if conversation else None
        if account is None or not may(who.officer, "Claim", account):
            return False
        done = await self.do(who, ref, Claim(), f"{op}:{ref}")
        return not isinstance(done, Denied)

    async def writing(self, who: Actor, shown: Shown) -> Writing:
        """Return what the officer was writing: their own text, else one that was handed to them."""
        conversation, officer = shown.conversation, who.officer
        policy = self.policies.of(conversation.account, who.by)
        kept = await self.inbox.drafts.load(conversation.id, officer.id)
        handed = conversation.open_answer
        text = kept.text if kept else ""
        if (
            not text
            and handed
            and handed.state == "draft"
            and officer.id in (handed.author, handed.to)
        ):
            text = handed.text
        return Writing(
            answer=self.ids(),
            audience=conversation.audience,
            re=conversation.last_message,
            text=text,
            limit=policy.profile.limit(conversation.audience),
            signature=signature(officer, policy.account, conversation.language),
            phrases=bool(self.ready_lines(shown)),
            other=conversation.audience == "public" and bool(policy.account.private_channel),
            invites=self._invites(shown),
            asks=self._whose_word(officer, shown, policy),
            **await self._came_back(officer, conversation),
        )

    def _invites(self, shown: Shown) -> tuple[str, str]:
        """Return the ready line that asks them to write privately: its name and its words."""
        lines = self.ready_lines(shown)
        found = (name for name in INVITES if name in lines)
        name = next(found, "") if shown.conversation.audience == "public" else ""
        return name, lines.get(name, "")

    def _whose_word(self, officer: Officer, shown: Shown, policy: Policy) -> str:
        """Name whose word an answer needs now; "" where it needs nobody's."""
        c = shown.conversation
        rule = needed(policy, audience=c.audience, lane=c.lane, tags=c.tags, kind="human")
        if rule is None:
            return ""
        people = approvers(policy.officers.values(), policy.account, rule.from_, (officer.id,))
        return named([one.name for one in people], self.say(officer))

    async def _came_back(self, officer: Officer, conversation: Conversation) -> dict[str, Any]:
        """Return how the clearance of the officer's own draft ended, where it came back."""
        draft = conversation.open_answer
        if draft is None or draft.state != "draft" or draft.author != officer.id:
            return {}
        reading = await self.inbox.read.reading(conversation.id)
        reply = next((one for one in reading.answers if one.id == draft.id), None)
        said = last_word(reply)
        if said is None:
            return {}
        names = {one.id: one.name for one in self.policies.officers.values()}
        why = "" if said.what == "void" else said.reason
        return {"came_back": told_of(said, names), "why_back": why}

    async def since(self, conversation: Conversation, seen: int) -> tuple[Line, ...]:
        """Return what they wrote since the officer looked."""
        fresh = {message for message, version in conversation.changed.items() if version > seen}
        reading = await self.inbox.read.reading(conversation.id)
        return tuple(
            line_of(m.message, edited=m.edited, deleted=m.deleted, erased=m.erased)
            for m in reading.messages
            if m.message.id in fresh
        )

    async def stop(
        self, who: Actor, ref: ConversationId, answer: AnswerId, op: str
    ) -> Done | Denied:
        """Stop an answer within its hold; its text is there again to be changed."""
        before = await self.inbox.read.conversation(ref)
        done = await self.do(who, ref, Recall(answer), op)
        held = before.answer(answer) if before else None
        if not isinstance(done, Denied) and held and held.author == who.officer.id:
            now = self.inbox.now()
            await self.inbox.drafts.save(ref, held.author, held.text, now, held.audience)
        return done


def _due(conversation: Conversation, policy: Policy) -> Millis:
    """Return when the lane's target passes; 0 where nobody waits."""
    minutes = next((lane.minutes for lane in policy.lanes if lane.name == conversation.lane), 0)
    waits = conversation.waiting_since
    return waits + minutes * 60_000 if waits and minutes else 0


def _forbidden(conversation: Conversation, policy: Policy, now: Millis) -> Denied | None:
    """Say beforehand why we may not answer, so that nobody writes in vain."""
    calls = conversation.begun and not conversation.count and policy.account.calls
    only_mentions = policy.account.may_reply_to == "mentions" and not calls
    if conversation.audience == "public" and only_mentions and not conversation.named:
        return Denied("platform_forbids", {"rule": "mention_needed"})
    if conversation.window_until and conversation.window_until < now:
        return Denied("window_closed", {"since": conversation.window_until})
    return None
