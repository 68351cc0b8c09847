"""The fault switches of the page: each makes the outside world misbehave, once or until cleared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.faults import Faults, Kind
from sandbox.page.public import Wrong
from sandbox.slack.world import Workspace
from sandbox.x.push import Push
from sandbox.x.world import World

Json = dict[str, Any]
Arming = Callable[
    [tuple[str, ...], Kind, int, float], tuple[Callable[[bool], None], Callable[[], int]]
]
"""From the calls, the kind of fault, how often and how long: how it is thrown, and what is left."""
LAG_S = 30


@dataclass(frozen=True)
class Switch:
    """One switch: its name, what it does in a sentence, and how it is thrown."""

    name: str
    title: str
    says: str
    throw: Callable[[bool], None]
    left: Callable[[], int]
    """How often it will still strike; a lasting one says 1 while it is on."""
    lasting: bool = False


def on_stage(
    world: World, workspace: Workspace, push: Push, kill: Callable[[], None]
) -> dict[str, Switch]:
    """Return every switch by its name."""
    slack = _counting(workspace.faults)
    x = _counting(world.faults)
    posting = ("chat.postMessage", "chat.update")

    def lag(on: bool) -> None:
        world.lag(LAG_S if on else 0)

    def twice(on: bool) -> None:
        push.switches.duplicate = 1 if on else 0

    def reorder(on: bool) -> None:
        push.switches.reorder = on

    def echo(on: bool) -> None:
        world.echo_first = on

    def power_cut(on: bool) -> None:
        if on:
            kill()

    switches = (
        Switch(
            "slack-busy",
            "Slack: too many requests",
            "The next six calls that draw cards get 429. Cards come late, none is lost.",
            *slack(posting, "busy", 3, 3.0),
        ),
        Switch(
            "slack-drop",
            "Slack: drop after commit",
            "Slack takes the next message and hangs up before it says so. No card appears twice.",
            *slack(("chat.postMessage",), "drop_after", 1, 1.0),
        ),
        Switch(
            "slack-slow",
            "Slack: slow",
            "The next ten calls to Slack take two seconds each.",
            *slack(("*",), "slow", 10, 2.0),
        ),
        Switch(
            "x-busy",
            "X: too many requests",
            "X refuses the next three posts with 429. The answer waits and leaves by itself.",
            *x(("POST /2/tweets",), "busy", 3, 5.0),
        ),
        Switch(
            "x-drop",
            "X: drop after commit",
            "X publishes the next post and hangs up. The answer is looked up, never posted twice.",
            *x(("POST /2/tweets",), "drop_after", 1, 1.0),
        ),
        Switch(
            "x-slow",
            "X: slow",
            "The next ten calls to X take three seconds each.",
            *x(("*",), "slow", 10, 3.0),
        ),
        Switch(
            "x-lag",
            "X: lagging timeline",
            f"Timelines show a post only after {LAG_S} seconds, until you switch this off.",
            lag,
            lambda: int(world.lag_ms > 0),
            lasting=True,
        ),
        Switch(
            "x-twice",
            "X: everything twice",
            "Each webhook arrives twice. Each message still gets one card.",
            twice,
            lambda: push.switches.duplicate,
            lasting=True,
        ),
        Switch(
            "x-reorder",
            "X: out of order",
            "Each webhook waits for the next one and arrives after it.",
            reorder,
            lambda: int(push.switches.reorder),
            lasting=True,
        ),
        Switch(
            "x-echo",
            "X: the echo comes first",
            "X tells of our own post by webhook before it answers the call. It is counted once.",
            echo,
            lambda: int(world.echo_first),
            lasting=True,
        ),
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


def _counting(faults: Faults) -> Arming:
    """Arm faults, count those that have not struck yet, and take them back."""

    def made(
        calls: tuple[str, ...], kind: Kind, times: int, seconds: float
    ) -> tuple[Callable[[bool], None], Callable[[], int]]:
        def throw(on: bool) -> None:
            for call in calls:
                faults.disarm(call, kind)
                if on:
                    faults.arm(call, kind, times=times, seconds=seconds)

        def left() -> int:
            return sum(faults.armed(call, kind) for call in calls)

        return throw, left

    return made
