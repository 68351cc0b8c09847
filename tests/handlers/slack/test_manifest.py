import asyncio
import json
import sys
from pathlib import Path

import jsonschema
import pytest

from handlers.slack import ids
from handlers.slack.manifest import EVENTS, HISTORY, MESSAGES, SCOPES, asked, manifest
from sandbox.cast import Cast

ROOT = Path(__file__).parents[3]


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


async def test_the_command_line_prints_what_a_workspace_is_created_from() -> None:
    line = ("-m", "handlers.slack.manifest", "https://inbox.example")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *line, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert json.loads(printed) == manifest("https://inbox.example")


def test_without_an_address_it_is_socket_mode() -> None:
    assert asked([]) == manifest("", socket=True)
    assert asked(["--command", "/inkorg", "--history"]) == manifest(
        "", "/inkorg", socket=True, history=True
    )


def test_an_address_that_slack_would_not_call_is_refused() -> None:
    with pytest.raises(SystemExit):
        asked(["http://inbox.example"])


def test_the_demos_slack_has_the_shortcuts_and_the_command_of_the_manifest() -> None:
    features, demo = manifest("https://inbox.example")["features"], Cast((), (), ())
    ours = [(one["callback_id"], one["name"], one["type"]) for one in features["shortcuts"]]
    assert ours == [(one.callback, one.title, one.where) for one in demo.shortcuts]
    assert [one["command"] for one in features["slash_commands"]] == [demo.command]
