"""The fault switches of the page: each makes the outside world misbehave, once or until cleared."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sandbox.networks import Json, Network, Switch, Wrong, counting
from sandbox.slack.world import Workspace


def on_stage(
    networks: Iterable[Network], workspace: Workspace, kill: Callable[[], None]
) -> dict[str, Switch]:
    """Return every switch by its name."""
    posting = ("chat.postMessage", "chat.update")
    faults = workspace.faults

    def power_cut(on: bool) -> None:
        if on:
            kill()

    switches = (
        Switch(
            "slack-busy",
            "Slack: too many requests",
            "The next six calls that draw cards get 429. Cards come late, none is lost.",
            *counting(faults, posting, "busy", 3, 3.0),
        ),
        Switch(
            "slack-drop",
            "Slack: drop after commit",
            "Slack takes the next message and hangs up before it says so. No card appears twice.",
            *counting(faults, ("chat.postMessage",), "drop_after", 1, 1.0),
        ),
        Switch(
            "slack-slow",
            "Slack: slow",
            "The next ten calls to Slack take two seconds each.",
            *counting(faults, ("*",), "slow", 10, 2.0),
        ),
        *(switch for network in networks for switch in network.switches()),
        Switch(
            "kill",
            "Pull the plug",
            "Kills the product at once (kill -9). It is started again and knows everything.",
            power_cut,
            lambda: 0,
        ),
    )
    return {one.name: one for one in switches}


def shown(switches: dict[str, Switch]) -> list[Json]:
    """Return the switches as the page lists them."""
    return [
        {
            "name": one.name,
            "title": one.title,
            "says": one.says,
            "left": one.left(),
            "lasting": one.lasting,
        }
        for one in switches.values()
    ]


def throw(switches: dict[str, Switch], name: str, *, on: bool) -> None:
    """Throw one switch; raises Wrong for an unknown one."""
    if name not in switches:
        raise Wrong("There is no such switch.")
    switches[name].throw(on)
