"""views.* and blocks.validate: what the app shows and asks."""

from __future__ import annotations

from sandbox.slack.blocks import faults_in_message
from sandbox.slack.methods.method import SPECIAL, TIER_4, Arguments, Method
from sandbox.slack.records import Json, Problem
from sandbox.slack.shapes import Fault
from sandbox.slack.surfaces import faults_in_view
from sandbox.slack.world import Workspace


def views_open(workspace: Workspace, arguments: Arguments) -> Json:
    """Open a modal for whoever the trigger belongs to."""
    trigger, view = arguments.text("trigger_id"), arguments.structure("view")
    return {"view": workspace.view_as_slack(workspace.open_modal(trigger, view))}


def views_push(workspace: Workspace, arguments: Arguments) -> Json:
    """Put a modal on top of the open one."""
    trigger, view = arguments.text("trigger_id"), arguments.structure("view")
    return {"view": workspace.view_as_slack(workspace.push_modal(trigger, view))}


def views_update(workspace: Workspace, arguments: Arguments) -> Json:
    """Change an open view."""
    name, external = arguments.maybe("view_id"), arguments.maybe("external_id")
    if name and external:
        raise Problem("invalid_arguments", ["Cannot provide both `view_id` and `external_id`"])
    if not name and not external:
        raise Problem("invalid_arguments", ["Must provide either `view_id` or `external_id`"])
    view = workspace.find_view(name, external)
    body = arguments.structure("view")
    workspace.update_view(view, body, arguments.maybe("hash"))
    return {"view": workspace.view_as_slack(view)}


def views_publish(workspace: Workspace, arguments: Arguments) -> Json:
    """Show a Home tab to one person."""
    user, body = arguments.text("user_id"), arguments.structure("view")
    view = workspace.publish_home(user, body, arguments.maybe("hash"))
    return {"view": workspace.view_as_slack(view)}


def blocks_validate(_workspace: Workspace, arguments: Arguments) -> Json:
    """Check blocks, a message or a view without showing it to anybody."""
    given = [name for name in ("blocks", "message", "view") if name in arguments]
    if len(given) != 1:
        raise Problem(
            "invalid_arguments", ["Provide exactly one of `blocks`, `view`, or `message`"]
        )
    body = arguments.structure(given[0])
    match given[0]:
        case "blocks":
            faults = faults_in_message(body, "")
        case "message":
            faults = faults_in_message(body.get("blocks", []))
        case _:
            faults = faults_in_view(body, "")
    if faults:
        raise Problem(f"invalid_{given[0]}", errors=[_as_slack(fault) for fault in faults])
    return {}


def _as_slack(fault: Fault) -> Json:
    return {"pointer": fault.pointer, "code": fault.code, "message": fault.message}


METHODS = {
    "views.open": Method(views_open, (), TIER_4),
    "views.push": Method(views_push, (), TIER_4),
    "views.update": Method(views_update, (), TIER_4),
    "views.publish": Method(views_publish, (), TIER_4),
    "blocks.validate": Method(blocks_validate, (), SPECIAL),
}
