"""What Slack says of our tokens, scopes and channels, for `python -m config check`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.manifest import HISTORY, SCOPES
from handlers.slack.pace import word_of
from handlers.slack.way import DIRECT, Way, client
from inbox.words import Account, Finding, Millis

LATE, TOO_LATE = 30, 240
"""Seconds our clock may be off Slack's: it refuses what is five minutes old, and so do we."""
MANIFEST = "Install the app from the manifest (python -m handlers.slack.manifest) once more"
INVITE = "Invite the bot there, or correct accounts.toml."


class _Unanswered(Exception):
    """Slack could not be asked, or refused; says what, in Slack's own word."""


async def check(
    bot_token: str,
    app_token: str,
    api_url: str,
    accounts: Iterable[Account],
    now: Millis,
    way: Way = DIRECT,
) -> tuple[Finding, ...]:
    """Ask Slack about the tokens, what they may do, and every channel of the tables."""
    bot = client(bot_token, api_url, way)
    try:
        told, headers = await _asked(bot, "auth.test")
    except _Unanswered as error:
        what = f"Slack does not take SLACK_BOT_TOKEN: {error}."
        return (Finding(False, what, "Install the app anew and renew SLACK_BOT_TOKEN."),)
    found = [Finding(True, f"The bot is @{told['user']} in {told['team']} ({told['team_id']}).")]
    found += _scopes(headers.get("x-oauth-scopes", ""))
    found += _clock(headers.get("date", ""), now)
    if app_token:
        found.append(await _socket(client(app_token, api_url, way)))
    return (*found, *[await _channel(bot, *one) for one in _channels(accounts)])


async def _asked(
    client: AsyncWebClient, method: str, **params: str
) -> tuple[dict[str, Any], Mapping[str, str]]:
    verb = "GET" if params else "POST"
    try:
        answer = await client.api_call(method, http_verb=verb, params=params)
    except SlackApiError as error:
        raise _Unanswered(word_of(error) or "an answer that cannot be read") from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise _Unanswered(f"out of reach ({type(error).__name__})") from None
    headers = {str(name).lower(): str(value) for name, value in answer.headers.items()}
    return dict(answer.data) if isinstance(answer.data, dict) else {}, headers


def _scopes(said: str) -> Iterator[Finding]:
    """Compare what was granted with what the manifest asks for."""
    granted = {scope.strip() for scope in said.split(",") if scope.strip()}
    if missing := sorted(SCOPES.keys() - granted):
        lost = "; ".join(f"{scope} ({SCOPES[scope]})" for scope in missing)
        yield Finding(False, f"The bot's token lacks scopes: {lost}.", f"{MANIFEST}.")
    elif withheld := sorted(HISTORY.keys() - granted):
        what = f"Without {', '.join(withheld)}: typed notes are not heard, a cut card may double."
        yield Finding(True, what, f"{MANIFEST}, or live with it (--no-history).")
    else:
        yield Finding(True, f"All {len(SCOPES) + len(HISTORY)} scopes are granted.")
    if more := sorted(granted - SCOPES.keys() - HISTORY.keys()):
        advice = "Take them from the app: what it cannot do, nobody can make it do."
        yield Finding(True, f"It has scopes it does not need: {', '.join(more)}.", advice)


def _clock(date: str, now: Millis) -> Iterator[Finding]:
    try:
        off = abs(now - parsedate_to_datetime(date).timestamp() * 1000) / 1000
    except ValueError:
        return
    what = f"Our clock and Slack's are {off:.0f} s apart."
    if off > TOO_LATE:
        yield Finding(False, what, "Set the clock (NTP): signatures five minutes off are refused.")
    else:
        yield Finding(True, what, "Set the clock (NTP)." if off > LATE else "")


async def _socket(app: AsyncWebClient) -> Finding:
    try:
        await _asked(app, "apps.connections.open")
    except _Unanswered as error:
        what = f"Slack does not take SLACK_APP_TOKEN: {error}."
        advice = "Make an app-level token with connections:write, or leave it out and use HTTP."
        return Finding(False, what, advice)
    return Finding(True, "Socket Mode can be opened.")


def _channels(accounts: Iterable[Account]) -> Iterator[tuple[str, str, str, bool]]:
    """Yield account, the setting's name, channel, and whether it must be private; each once."""
    seen: set[tuple[str, bool]] = set()
    for account in accounts:
        for name in ("slack_channel", "private_channel", "fallback_channel"):
            channel, private = getattr(account, name), name == "private_channel"
            if (channel, private) not in seen:
                seen.add((channel, private))
                yield account.id, name, channel, private


async def _channel(
    bot: AsyncWebClient, account: str, setting: str, channel: str, private: bool
) -> Finding:
    place = f"{account}: {setting}"
    if not channel:
        lost = "private messages are not shown" if private else "an archived channel's cards stop"
        return Finding(True, f"{place} is not set: {lost}.", "Name a channel in accounts.toml.")
    try:
        told, _ = await _asked(bot, "conversations.info", channel=channel)
    except _Unanswered as error:
        return Finding(False, f"{place} {channel}: {error}.", INVITE)
    known = told.get("channel", {})
    what, advice = _fault(known, private=private)
    named = f"{place} {channel} (#{known.get('name', '?')})"
    return Finding(not what, f"{named} {what or 'is ours'}.", advice)


def _fault(known: Mapping[str, Any], *, private: bool) -> tuple[str, str]:
    """Return what is wrong with a channel, and what to do."""
    if known.get("is_archived"):
        return "is archived", "Unarchive it, or name another in accounts.toml."
    if not known.get("is_member"):
        return "does not have the bot in it", INVITE
    if private and not known.get("is_private"):
        return "is public: private messages are not shown there", "Make it a private channel."
    if private and (known.get("is_ext_shared") or known.get("is_pending_ext_shared")):
        return "is shared with others: private messages stop", "End the sharing, or name another."
    return "", ""
