"""The workspace: everything a test or the demo page asks of the stand-in for Slack."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sandbox.slack.acts import Acts
from sandbox.slack.payloads import NotThere
from sandbox.slack.records import Channel, Message, Outcome


class Workspace(Acts):
    """A Slack workspace in memory, with people who talk, click and change things."""

    def __init__(
        self,
        now: Callable[[], float],
        *,
        team: str = "T0SANDBOX",
        request_url: str | None = None,
    ) -> None:
        """Start empty, but for the bot.

        `now` gives seconds since 1970; without `request_url` (where the app's /slack/events is)
        the app is reached by Socket Mode only. Tokens and secrets are made here, as attributes.
        """
        super().__init__(now, team=team, request_url=request_url)

    # talking

    async def say(
        self, user: str, channel: str, text: str, *, thread_ts: str | None = None
    ) -> Outcome:
        """Post as a person; `text` is already Slack's own encoding (`<@U…>`, `&amp;`)."""
        place = self.channels[channel]
        if place.archived or (user not in place.members and (place.private or place.kind == "im")):
            raise NotThere(f"{user} cannot write in {channel}")
        if user not in place.members:
            place.members.append(user)
        made = Message(self.stamp(), channel, user, text, thread_ts=thread_ts)
        message = self.put(place, made)
        if f"<@{self.bot_user_id}" in text and place.kind != "im":
            mention = self.as_event(message) | {"type": "app_mention"}
            self.emit("app_mention", mention, place)
        return await self._outcome(message.ts)

    async def edit_message(self, user: str, channel: str, ts: str, text: str) -> Outcome:
        """Change one's own message."""
        message = self._own(user, channel, ts)
        self.change(message, text=text)
        return await self._outcome(ts)

    async def delete_message(self, channel: str, ts: str) -> Outcome:
        """Delete any message, as an administrator can."""
        message = self.channels[channel].find(ts)
        if message is None:
            raise NotThere(f"no message {ts} in {channel}")
        self.take_away(message)
        return await self._outcome()

    def wipe(self, channel: str) -> int:
        """Let the workspace's retention take everything said so far; Slack tells nobody of it."""
        place = self.channels[channel]
        gone = len(place.said)
        place.said.clear()
        self.tell("channel", channel=channel)
        return gone

    async def react(self, user: str, channel: str, ts: str, name: str) -> Outcome:
        """Add a reaction."""
        message = self._seen(user, channel, ts)
        message.reactions.append((name, user))
        self.tell("changed", channel=channel, ts=ts)
        event = {
            "type": "reaction_added",
            "user": user,
            "reaction": name,
            "item_user": message.user,
            "item": {"type": "message", "channel": channel, "ts": ts},
        }
        self.emit("reaction_added", event, self.channels[channel])
        return await self._outcome()

    async def open_home(self, user: str) -> Outcome:
        """Open the app's Home tab."""
        event = {
            "type": "app_home_opened",
            "user": user,
            "channel": self.direct(user).id,
            "tab": "home",
        }
        home = self.home(user)
        self.emit("app_home_opened", event | ({"view": home} if home else {}))
        return await self._outcome()

    # changing the workspace

    async def archive(self, channel: str) -> Outcome:
        """Archive a channel."""
        return await self._archived(self.channels[channel], archived=True)

    async def unarchive(self, channel: str) -> Outcome:
        """Bring an archived channel back."""
        return await self._archived(self.channels[channel], archived=False)

    async def rename(self, channel: str, name: str) -> Outcome:
        """Rename a channel."""
        place = self.channels[channel]
        place.name = name
        self.tell("channel", channel=channel)
        kind = self._kind(place)
        changed = {"id": channel, "name": name, "created": 0}
        self.emit(f"{kind}_rename", {"type": f"{kind}_rename", "channel": changed}, place)
        return await self._outcome()

    async def share(self, channel: str, team: str = "T0ELSEWHERE") -> Outcome:
        """Share a channel with another organisation (Slack Connect)."""
        place = self.channels[channel]
        place.shared = True
        self.tell("channel", channel=channel)
        event = {"type": "channel_shared", "connected_team_id": team, "channel": channel}
        self.emit("channel_shared", event, place)
        return await self._outcome()

    async def invite(self, channel: str, user: str) -> Outcome:
        """Take a person, perhaps a guest, into a channel."""
        place = self.channels[channel]
        if user not in place.members:
            place.members.append(user)
        self.tell("channel", channel=channel)
        self.emit("member_joined_channel", self._member("joined", place, user), place)
        return await self._outcome()

    async def leave(self, channel: str, user: str) -> Outcome:
        """Let a person leave a channel."""
        place = self.channels[channel]
        place.members.remove(user)
        self.tell("channel", channel=channel)
        self.emit("member_left_channel", self._member("left", place, user), place)
        return await self._outcome()

    async def remove_bot(self, channel: str) -> Outcome:
        """Throw the bot out of a channel."""
        place = self.channels[channel]
        place.members.remove(self.bot_user_id)
        self.tell("channel", channel=channel)
        kind = self._kind(place)
        left = {"type": f"{kind}_left", "channel": channel, "actor_id": "U0ADMIN"}
        self.emit(f"{kind}_left", left)
        return await self._outcome()

    async def set_dnd(self, user: str, *, dnd: bool) -> Outcome:
        """Switch somebody's Do Not Disturb."""
        self.users[user].dnd = dnd
        status = {"dnd_enabled": dnd, "next_dnd_start_ts": int(self.now())}
        event = {"type": "dnd_updated_user", "user": user, "dnd_status": status}
        self.emit("dnd_updated_user", event)
        return await self._outcome()

    async def set_user(
        self, user: str, *, deleted: bool | None = None, locale: str | None = None
    ) -> Outcome:
        """Deactivate a member or change their language."""
        known = self.users[user]
        known.deleted = known.deleted if deleted is None else deleted
        known.locale = locale or known.locale
        changed = known.as_slack(self.team, with_locale=True)
        self.emit("user_change", {"type": "user_change", "user": changed})
        return await self._outcome()

    async def uninstall(self) -> Outcome:
        """Remove the app from the workspace: its token dies."""
        bot = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.bot_user_id]}}
        self.emit("tokens_revoked", bot)
        self.emit("app_uninstalled", {"type": "app_uninstalled"})
        self.revoked = True
        return await self._outcome()

    async def redeliver_due(self) -> int:
        """Send again what was not acknowledged and is due; tell how many went out."""
        return await self.deliveries.redeliver_due()

    # inside

    async def _archived(self, place: Channel, *, archived: bool) -> Outcome:
        place.archived = archived
        self.tell("channel", channel=place.id)
        name = f"{self._kind(place)}_{'archive' if archived else 'unarchive'}"
        self.emit(name, {"type": name, "channel": place.id, "user": "U0ADMIN"}, place)
        return await self._outcome()

    async def _outcome(self, ts: str | None = None) -> Outcome:
        """Wait for what this act sent and give the worst that came back."""
        sent = self.take_emitted()
        if self.deliveries.holding:
            return Outcome(acknowledged=False, problem="held", ts=ts)
        outcomes = await asyncio.gather(*sent)
        if not outcomes:
            return Outcome(acknowledged=True, sent=False, ts=ts)
        worst = next((one for one in outcomes if not one.acknowledged), outcomes[0])
        worst.ts = ts
        return worst

    def _own(self, user: str, channel: str, ts: str) -> Message:
        message = self._seen(user, channel, ts)
        if message.user != user:
            raise NotThere(f"{ts} is not {user}'s")
        return message

    def _kind(self, place: Channel) -> str:
        return "group" if place.private else "channel"

    def _member(self, how: str, place: Channel, user: str) -> dict[str, str]:
        return {
            "type": f"member_{how}_channel",
            "user": user,
            "channel": place.id,
            "channel_type": "G" if place.private else "C",
            "team": self.team,
        }
