"""Whether an officer's Slack makes a sound: Do Not Disturb silences every push (UX.md, 7)."""

from __future__ import annotations

from handlers.slack.office import Office
from handlers.slack.pace import Doubt, SlackRefused
from inbox.words import Millis, Officer


async def silent_until(office: Office, user: str) -> Millis:
    """Return until when Do Not Disturb silences this Slack user; 0 where it does not.

    Where Slack does not tell, they are taken for awake: a call too many wakes one person too many.
    """
    try:
        told = await office.pace.at_once("dnd.info", user=user)
    except (SlackRefused, Doubt):
        return 0
    now = office.inbox.now() / 1000
    ends = told.get("next_dnd_end_ts", 0)
    if told.get("snooze_enabled"):
        return int(told.get("snooze_endtime") or ends) * 1000
    scheduled = told.get("next_dnd_start_ts", 0) <= now < ends
    return int(ends) * 1000 if told.get("dnd_enabled") and scheduled else 0


def users_of(office: Office, officer: Officer) -> tuple[str, ...]:
    """Return an officer's Slack users in our own workspace."""
    pairs = [one.rpartition("/") for one in office.policies.slack_of(officer)]
    return tuple(user for team, _, user in pairs if team in ("", office.team))
