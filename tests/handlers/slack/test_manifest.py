import json
from pathlib import Path

import jsonschema
import pytest

from handlers.slack import ids
from handlers.slack.manifest import EVENTS, HISTORY, MESSAGES, SCOPES, manifest


@pytest.mark.parametrize("socket", [True, False])
@pytest.mark.parametrize("history", [True, False])
def test_slacks_own_schema_accepts_the_manifest(
    shared_data: Path, socket: bool, history: bool
) -> None:
    schema = json.loads((shared_data / "slack-manifest.schema.json").read_text())
    made = manifest("https://inbox.example", "/inkorg", socket=socket, history=history)
    jsonschema.validate(made, schema)


def test_over_http_every_door_is_ours_and_over_a_socket_there_is_none() -> None:
    http = json.dumps(manifest("https://inbox.example/"))
    assert http.count('"https://inbox.example/slack/events"') == 3
    assert "https://" not in json.dumps(manifest("https://inbox.example/", socket=True))


def test_every_scope_has_a_reason_and_none_reads_history_unless_asked() -> None:
    assert all(len(reason.split()) > 2 for reason in {**SCOPES, **HISTORY}.values())
    plain = manifest("https://inbox.example")["oauth_config"]["scopes"]["bot"]
    assert plain == sorted(SCOPES)
    assert not [scope for scope in plain if "history" in scope]
    assert not [event for event in EVENTS if event.startswith("message")]
    asked = manifest("https://inbox.example", history=True)
    assert asked["oauth_config"]["scopes"]["bot"] == sorted({**SCOPES, **HISTORY})
    assert set(MESSAGES) < set(asked["settings"]["event_subscriptions"]["bot_events"])


def test_names_stay_within_slacks_limits() -> None:
    made = manifest("https://inbox.example")
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    shortcuts = made["features"]["shortcuts"]
    assert {one["callback_id"] for one in shortcuts} == {ids.SHORTCUT_NOTE, ids.SHORTCUT_NEXT}
    assert all(len(one["name"]) <= 24 for one in shortcuts)
