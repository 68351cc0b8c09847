"""What a network of the demo is: an API for the product, and a face for whoever visits the page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from sandbox.cast import Cast
from sandbox.faults import Faults, Kind

Json = dict[str, Any]
Hear = Callable[[str], None]
"""Is told what changed."""
LONGEST = 4000
"""The most characters that the page lets anybody write, whatever the network."""


class Wrong(Exception):
    """The page asked for something that cannot be; the text says what, for a person."""


@dataclass(frozen=True)
class Person:
    """Somebody of a scene, and the network they are on."""

    handle: str
    name: str
    id: str = ""
    """The network's own id, where the operator's directory knows them; else it gives one."""
    mark: str = "none"
    description: str = ""
    receives_dm: bool = True
    on: str = "x"


@dataclass(frozen=True)
class Moment:
    """One thing somebody writes: a post, a reply (`re`) or a private message (`to`).

    With `called` it waits until an official account has named that handle in a post of its own, and
    answers that post, where it stands on the same network.
    """

    key: str
    by: str
    text: str
    wait: float = 0
    ago: int = 0
    re: str = ""
    to: str = ""
    called: str = ""
    on: str = "x"


@dataclass(frozen=True)
class Call:
    """A post of an official account that answers nobody, and the handles it names."""

    on: str
    post: str
    names: frozenset[str]
    """In lower case."""


@dataclass(frozen=True)
class Looks:
    """How the page speaks of a network."""

    title: str
    about: str
    """One sentence beneath the heading."""
    longest: int
    """Characters of a public post."""
    letters: str
    """What it calls its private messages."""
    handles: str
    """A regular expression for the handles that a newcomer may take."""


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


class Network(Protocol):
    """One network in memory; a module of `sandbox/platforms/` gives it by `network(now)`."""

    name: str
    """The platform's name, which begins the ids of its accounts."""
    looks: Looks

    def app(self) -> web.Application:
        """Return its API, to be served on loopback."""
        ...

    def enrol(self, cast: Cast, webhooks: str) -> dict[str, str]:
        """Let the ministry's accounts join; return the secrets by variable.

        `webhooks` is the address under which the product takes its webhooks, `…/hooks/<name>`.
        """
        ...

    def working(self) -> AbstractAsyncContextManager[object]:
        """Do by itself what it does, pushing say, while the block lasts."""
        ...

    async def met(self) -> None:
        """Get to know a product that has just become ready."""
        ...

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        """Call this at each change; returns how to stop."""
        ...

    def calls(self, hear: Callable[[Call], None]) -> None:
        """Tell of official accounts that speak to somebody unasked."""
        ...

    def shown(self) -> Json:
        """Return its `people`, `posts` and `direct` messages, as the page draws them."""
        ...

    def act(self, what: str, asked: Json) -> Json:
        """Do what somebody does: post, edit, delete, direct or join; raises Wrong."""
        ...

    def enter(self, person: Person) -> None:
        """Let somebody of a scene join."""
        ...

    def known_as(self, id_: str) -> str:
        """Return what the product calls somebody of whom the network has this id."""
        ...

    def write(self, moment: Moment, re: str, ago_ms: int) -> str:
        """Let somebody write, `ago_ms` milliseconds ago; return the id."""
        ...

    def told(self, post: str) -> tuple[str, str | None]:
        """Return who wrote a post, and the id of the first official answer to it."""
        ...

    def switches(self) -> tuple[Switch, ...]:
        """Return how it can be made to misbehave."""
        ...


def said(asked: Json) -> str:
    """Return the text that a visitor wrote; raises Wrong where there is none, or far too much."""
    text = str(asked["text"]).strip()
    if not text:
        raise Wrong("Write something first.")
    if len(text) > LONGEST:
        raise Wrong(f"At most {LONGEST} characters.")
    return text


def counting(
    faults: Faults, calls: tuple[str, ...], kind: Kind, times: int, seconds: float
) -> tuple[Callable[[bool], None], Callable[[], int]]:
    """Return how faults are armed and taken back, and how many have not struck yet."""

    def throw(on: bool) -> None:
        for call in calls:
            faults.disarm(call, kind)
            if on:
                faults.arm(call, kind, times=times, seconds=seconds)

    def left() -> int:
        return sum(faults.armed(call, kind) for call in calls)

    return throw, left
