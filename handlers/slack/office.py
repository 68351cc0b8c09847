"""What every act in Slack works with: the inbox, the officers' words, and Slack itself."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from handlers.say import Book, Say
from handlers.slack.pace import Pace
from handlers.slack.shown import Line, Shown, line_of
from handlers.slack.who import Actor
from inbox import Done, Inbox
from inbox.conversations.commands import AnyCommand
from inbox.conversations.denied import Denied
from inbox.conversations.reading import Reading
from inbox.conversations.state import Conversation
from inbox.team.policies import Policies
from inbox.team.roles import may
from inbox.words import Account, ConversationId, Millis, Officer, OfficerId, Person, Policy

KEPT_BACK = ("not_allowed", "not_your_account")
"""Refusals that are about the officer and not about the moment: they are recorded."""
READY = "ready."
"""The section of a phrase file that holds lines for the public."""
LINES = 4
"""So many of the last messages go to a card; it shows three and says whether there are more."""


class Office:
    """The room officers act in; it decides nothing by itself."""

    def __init__(
        self,
        inbox: Inbox,
        policies: Policies,
        book: Book,
        pace: Pace,
        ids: Callable[[], str],
        command: str = "/inbox",
    ) -> None:
        self.inbox, self.policies, self.book = inbox, policies, book
        self.pace, self.ids, self.command = pace, ids, command
        self.team, self.bot = "", ""

    def introduce(self, team: str, bot: str) -> None:
        """Remember which workspace we are in, and as whom."""
        self.team, self.bot = team, bot

    def say(self, officer: Officer, account: Account | None = None) -> Say:
        """Speak an officer's language, times in the account's zone where Slack cannot tell."""
        return self.book.say(officer.locale, account.time_zone if account else "UTC")

    def say_in(self, account: Account) -> Say:
        """Speak a channel's language: the account's first."""
        return self.book.say(account.languages[0], account.time_zone)

    def ready_lines(self, shown: Shown) -> dict[str, str]:
        """Return the ready lines for the public in the language they write in: name to text."""
        language = shown.conversation.language or shown.account.languages[0]
        phrases = self.book.languages.get(language, {})
        return {key: text for key, text in phrases.items() if key.startswith(READY)}

    async def do(
        self, who: Actor, ref: ConversationId, command: AnyCommand, op: str = ""
    ) -> Done | Denied:
        """Let an officer's order happen once; what they may not do is refused and recorded."""
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
        await self.inbox.refusals.put(who.officer.id, act, account, why, at)

    async def read(self, who: Actor, ref: ConversationId) -> Shown | Denied:
        """Return a conversation as this officer may see it."""
        conversation = await self.inbox.read.conversation(ref)
        if conversation is None:
            return Denied("unknown_conversation")
        account = self.policies.account(conversation.account)
        act = "read_private" if conversation.audience == "private" else "read"
        if account is None or not may(who.officer, act, account):
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
            (m.message.author for m in reversed(messages) if not m.message.ours),
            Person(conversation.person),
        )
        return Shown(
            conversation=conversation,
            account=policy.account,
            platform=policy.profile.title,
            person=person,
            lane=next((lane for lane in policy.lanes if lane.name == conversation.lane), None),
            lines=tuple(
                line_of(m.message, edited=m.edited, deleted=m.deleted) for m in messages[-lines:]
            ),
            earlier=max(0, len(messages) - lines),
            officers=policy.officers,
            others=len(others),
            other_holders=tuple(
                dict.fromkeys(self._name(one.claim.holder) for one in others if one.claim)
            ),
            due=_due(conversation, policy),
            forbidden=_forbidden(conversation, policy, self.inbox.now()),
        )

    async def _others(self, conversation: Conversation) -> list[Conversation]:
        """Return the same person's other open conversations with this account."""
        refs = await self.inbox.read.of(conversation.account, conversation.person)
        found = await self.inbox.read.conversations([r for r in refs if r != conversation.id])
        return [one for one in found if one.state != "closed"]

    def _name(self, officer: OfficerId) -> str:
        known = self.policies.officer(officer)
        return known.name if known else officer

    def our_lines(self, reading: Reading) -> list[Line]:
        """Return our answers and notes in a conversation as lines."""
        answers = [
            Line(part.text, reply.at, self._name(reply.by), "out", url=part.url)
            for reply in reading.answers
            for part in reply.parts
            if part.state != "retracted"
        ]
        notes = [Line(one.text, one.at, self._name(one.by), "note") for one in reading.notes]
        return [*answers, *notes]

    async def card_at(self, channel: str, ts: str) -> ConversationId:
        """Return whose card a message is, or ""."""
        for ref, value in (await self.inbox.boards.load(channel)).items():
            if msgspec.json.decode(value).get("ts") == ts and ref != "summary":
                return ref
        return ""


def _due(conversation: Conversation, policy: Policy) -> Millis:
    """Return when the lane's target passes; 0 where nobody waits."""
    minutes = next((lane.minutes for lane in policy.lanes if lane.name == conversation.lane), 0)
    waits = conversation.waiting_since
    return waits + minutes * 60_000 if waits and minutes else 0


def _forbidden(conversation: Conversation, policy: Policy, now: Millis) -> Denied | None:
    """Say beforehand why we may not answer, so that nobody writes in vain."""
    only_mentions = policy.account.may_reply_to == "mentions"
    if conversation.audience == "public" and only_mentions and not conversation.named:
        return Denied("platform_forbids", {"rule": "mention_needed"})
    if conversation.window_until and conversation.window_until < now:
        return Denied("window_closed", {"since": conversation.window_until})
    return None
