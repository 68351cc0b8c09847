import asyncio
import json
import sys
from pathlib import Path

import jsonschema
import pytest

from handlers.slack import ids
from handlers.slack.events import PLACES
from handlers.slack.manifest import EVENTS, HISTORY, MESSAGES, SCOPES, asked, manifest
from sandbox.cast import Cast
from sandbox.slack.world import Workspace

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
    assert http.count('"https://inbox.example/slack/events"') == 5
    assert "https://" not in json.dumps(manifest("https://inbox.example/", socket=True))


def test_every_scope_has_a_reason_and_none_reads_history_where_that_is_not_wanted() -> None:
    assert all(len(reason.split()) > 2 for reason in {**SCOPES, **HISTORY}.values())
    bare = manifest("https://inbox.example", history=False)
    assert bare["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)
    assert not [scope for scope in SCOPES if "history" in scope]
    assert bare["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)
    assert not [event for event in EVENTS if event.startswith("message")]
    assert bare["features"]["app_home"]["messages_tab_read_only_enabled"]
    whole = manifest("https://inbox.example")
    assert whole["oauth_config"]["scopes"]["bot"] == sorted({**SCOPES, **HISTORY})
    assert set(MESSAGES) < set(whole["settings"]["event_subscriptions"]["bot_events"])
    assert not whole["features"]["app_home"]["messages_tab_read_only_enabled"]


def test_names_stay_within_slacks_limits() -> None:
    made = manifest("https://inbox.example")
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    shortcuts = made["features"]["shortcuts"]
    ours = {ids.SHORTCUT_NOTE, ids.SHORTCUT_NEXT, ids.SHORTCUT_REACH, ids.SHORTCUT_WHO}
    assert {one["callback_id"] for one in shortcuts} == ours
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
    assert asked(["--command", "/inkorg", "--no-history"]) == manifest(
        "", "/inkorg", socket=True, history=False
    )


def test_an_address_that_slack_would_not_call_is_refused() -> None:
    with pytest.raises(SystemExit):
        asked(["http://inbox.example"])


def test_the_stand_in_grants_and_tells_what_the_manifest_asks_for_and_no_more() -> None:
    asked_for, made = manifest("https://inbox.example"), Workspace(lambda: 0.0)
    assert made.scopes == set(asked_for["oauth_config"]["scopes"]["bot"])
    assert made.subscriptions == set(asked_for["settings"]["event_subscriptions"]["bot_events"])


def test_the_app_hears_of_everything_that_changes_who_reads_a_channel() -> None:
    assert set(EVENTS) > PLACES


def test_the_demos_slack_has_the_shortcuts_and_the_command_of_the_manifest() -> None:
    features, demo = manifest("https://inbox.example")["features"], Cast((), (), ())
    ours = [(one["callback_id"], one["name"], one["type"]) for one in features["shortcuts"]]
    assert ours == [(one.callback, one.title, one.where) for one in demo.shortcuts]
    assert [one["command"] for one in features["slash_commands"]] == list(demo.commands)
