"""Asks one officer by direct message for their word: the clerk says whom and for what.

A question that is over says so in place, everywhere it was asked; an author whose answer came back
is told once. A question given again is posted once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace

from handlers.cleared import Question, ended
from handlers.clearing import question
from handlers.slack.clearing import author_post, loud_post, question_post
from handlers.slack.direct import Direct
from handlers.slack.office import Office
from handlers.slack.pace import SlackRefused
from handlers.slack.shown import Post, Told
from handlers.slack.silence import silent_until, users_of
from inbox.conversations.state import Answer, Conversation
from inbox.team.approvers import approvers
from inbox.triage.alerting import How, Outcome
from inbox.triage.asking import Posted, asking, may_clear
from inbox.words import Officer, OfficerId

ASK, CHANGED, OVERRIDDEN = "clearance", "clearance_changed", "overridden"
"""The notices by which the clerk asks for this."""
CAME_BACK = ("clearance.turned_down", "clearance.returned", "clearance.void_")
"""What an author is told directly: that it left stands on the card."""

log = structlog.stdlib.get_logger(__name__)


class Asking:
    """Posts the clerk's questions, and keeps them true."""

    def __init__(self, office: Office) -> None:
        self._office, self._direct = office, Direct(office)

    async def hear(self, kind: str, facts: Mapping[str, Any]) -> None:
        """Do what one notice asks for."""
        conversation = await self._office.inbox.read.conversation(str(facts["conversation"]))
        if conversation is None:
            return
        if kind == ASK:
            officer, timer = str(facts["officer"]), int(facts["timer"])
            await self._ask(conversation, timer, officer, loud=bool(facts["loud"]))
        elif kind == CHANGED:
            await self.redraw(conversation)
        else:
            await self._loud(conversation, str(facts["officer"]), int(facts["timer"]))

    async def _ask(
        self, conversation: Conversation, timer: int, officer_id: OfficerId, *, loud: bool
    ) -> None:
        office = self._office
        answer, officer = asking(conversation), office.policies.officer(officer_id)
        if answer is None or answer.clearing is None or answer.clearing.timer != timer:
            return
        if officer is None or officer_id not in may_clear(conversation, office.policies):
            return
        at = office.inbox.now()
        how: How = "told"
        if (timer, officer_id) not in await office.inbox.clearances.posts(conversation.id):
            how = await self._reach(conversation, answer, officer, loud=loud)
        await office.inbox.clearances.ended(conversation.id, timer, officer_id, Outcome(how, at))

    async def _reach(
        self, conversation: Conversation, answer: Answer, officer: Officer, *, loud: bool
    ) -> How:
        """Ask where this officer hears it; one whose Slack is silent is passed over at first."""
        office, how, timer = self._office, "refused", _timer(answer)
        for user in users_of(office, officer):
            if not loud and await silent_until(office, user):
                how = "silent"
                continue
            post = await self._drawn(conversation, answer, officer)
            about = f"{conversation.id}/{timer}"
            try:
                channel, ts = await self._direct.post(user, "clearance", about, post)
            except SlackRefused as error:
                log.warning("clearance_refused", officer=officer.id, error=error.error)
                continue
            where = Posted(channel, ts, answer.id, _digest(post))
            await office.inbox.clearances.posted(conversation.id, timer, officer.id, where)
            return "told"
        return "silent" if how == "silent" else "refused"

    async def _drawn(self, conversation: Conversation, answer: Answer, officer: Officer) -> Post:
        shown = await self._office.shown(conversation)
        asks = await question(self._office, officer, shown, answer)
        say = self._office.say(officer, shown.account)
        return question_post(asks or Question(shown, answer), say)

    async def redraw(self, conversation: Conversation) -> None:
        """Draw every question anew where it looks different now, and end those that are over."""
        clearances = self._office.inbox.clearances
        now = asking(conversation)
        current = _timer(now) if now else 0
        for (timer, officer_id), where in (await clearances.posts(conversation.id)).items():
            await self._update(conversation, timer, officer_id, where, over=timer != current)
        for timer in await clearances.known(conversation.id):
            if timer < current or not current:
                await self._tell_author(conversation, timer)
                await clearances.forget(conversation.id, timer)

    async def _update(
        self,
        conversation: Conversation,
        timer: int,
        officer_id: OfficerId,
        where: Posted,
        *,
        over: bool,
    ) -> None:
        office, officer = self._office, self._office.policies.officer(officer_id)
        answer = conversation.answer(where.answer) or Answer(where.answer, "")
        if officer is None:
            return
        shown = await office.shown(conversation)
        asks = await question(office, officer, shown, answer)
        if asks is None:
            return
        if over:
            asks = replace(asks, over=await self._end(conversation, where.answer), mine=False)
        post = question_post(asks, office.say(officer, shown.account))
        if _digest(post) == where.drawn:
            return
        try:
            await office.pace.update(
                channel=where.channel, ts=where.ts, text=post.text, blocks=post.blocks
            )
        except SlackRefused as error:
            log.warning("clearance_not_drawn", officer=officer_id, error=error.error)
            return
        drawn = replace(where, drawn=_digest(post))
        await office.inbox.clearances.posted(conversation.id, timer, officer_id, drawn)

    async def _end(self, conversation: Conversation, answer: str) -> Told:
        reading = await self._office.inbox.read.reading(conversation.id)
        reply = next((one for one in reading.answers if one.id == answer), None)
        return ended(reply, await self._office.shown(conversation))

    async def _tell_author(self, conversation: Conversation, timer: int) -> None:
        """Tell an author, once, that their answer came back; the text waits behind a button."""
        office = self._office
        draft = next((a for a in reversed(conversation.answers) if a.state == "draft"), None)
        author = office.policies.officer(draft.author) if draft else None
        if draft is None or author is None:
            return
        told = await self._end(conversation, draft.id)
        if not told.key.startswith(CAME_BACK):
            return
        shown = await office.shown(conversation)
        post = author_post(shown, told, office.say(author, shown.account))
        await self._tell(author, "came_back", f"{conversation.id}/{timer}", post)

    async def _loud(self, conversation: Conversation, by: OfficerId, timer: int) -> None:
        """Tell in the account's channels, and every approver and supervisor, of an override."""
        office = self._office
        shown = await office.shown(conversation)
        account = shown.account
        private = conversation.audience == "private"
        own = account.private_channel if private else account.slack_channel
        post = loud_post(shown, shown.name(by), office.say_in(account))
        about = f"{conversation.id}/{timer}"
        nonce = f"override.{hashlib.sha256(about.encode()).hexdigest()[:16]}"
        for place in (own,) if private else (own, account.fallback_channel):
            try:
                if place and not await office.pace.find(nonce, place):
                    await office.pace.post(nonce, channel=place, text=post.text, blocks=post.blocks)
            except SlackRefused as error:
                log.warning("override_not_told", channel=place, error=error.error)
        for officer in approvers(office.policies.officers.values(), account, (), (by,)):
            await self._tell(
                officer,
                "override",
                about,
                loud_post(shown, shown.name(by), office.say(officer, account)),
            )

    async def _tell(self, officer: Officer, kind: str, about: str, post: Post) -> None:
        """Tell one officer directly, once."""
        for user in users_of(self._office, officer):
            try:
                await self._direct.post(user, kind, about, post)
            except SlackRefused as error:
                log.warning("officer_not_told", officer=officer.id, error=error.error)


def _timer(answer: Answer) -> int:
    return answer.clearing.timer if answer.clearing else 0


def _digest(post: Post) -> str:
    return hashlib.sha256(msgspec.json.encode((post.text, post.blocks))).hexdigest()[:16]
