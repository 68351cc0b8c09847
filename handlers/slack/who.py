"""Who acts: an officer behind a Slack payload, or nobody we know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.acting import Actor
from inbox.team.policies import Policies

__all__ = ["Actor", "actor", "teams_of", "user_of"]


def user_of(payload: Mapping[str, Any]) -> str:
    """Return the Slack user of an interaction, a command or an event."""
    user = payload.get("user") or payload.get("user_id") or payload.get("event", {}).get("user", "")
    return str(user["id"] if isinstance(user, Mapping) else user)


def teams_of(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the user's own team and enterprise: never the team of the channel they stand in."""
    user, team = payload.get("user"), payload.get("team")
    own = user.get("team_id") if isinstance(user, Mapping) else None
    event = payload.get("event")
    if isinstance(event, Mapping):
        own = event.get("user_team") or event.get("team")
    fallback = team.get("id") if isinstance(team, Mapping) else payload.get("team_id")
    enterprise = payload.get("enterprise")
    found = (own or fallback, enterprise.get("id") if isinstance(enterprise, Mapping) else None)
    return tuple(str(one) for one in found if one)


def actor(payload: Mapping[str, Any], policies: Policies) -> Actor | None:
    """Return who acts; a foreign team's user, or a stranger, is nobody."""
    user = user_of(payload)
    for team in teams_of(payload):
        if officer := policies.by_slack(team, user):
            return Actor(officer, user, f"{team}/{user}")
    return None
