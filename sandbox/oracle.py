"""The mention oracle says whom a posted text would have notified.

It reads a message as Slack does (docs.slack.dev/messaging/formatting-message-text), and where the
documentation leaves doubt it counts the person: the fallback text beside blocks, a mention in
code, somebody outside a public channel, the "certain mentions" of a mrkdwn text that is not
verbatim, and a mention that only an edit brought in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sandbox.slack.records import Channel, Json, Message
from sandbox.slack.world import Workspace

_TOKEN = re.compile(r"<([@!])([^<>]*)>")
_NAME = re.compile(r"(?<![\w.@-])@([\w.-]*\w)")
_LINK = re.compile(r"<((?:https?:|mailto:|slack:)[^<>|]*)\|([^<>]*)>")
_BROADCASTS = frozenset({"channel", "group", "everyone", "here"})


def notified(workspace: Workspace, message: Message) -> set[str]:
    """Give the ids of everybody whom this message, in any of its faces, would have notified.

    Nobody hears of an ephemeral message; a direct message reaches its reader; a reply reaches
    whoever wrote or was named in its thread before.
    """
    if message.ephemeral_to is not None:
        return set()
    channel = workspace.channels[message.channel]
    found = set().union(*(_named(workspace, channel, face) for face in _faces(message)))
    if channel.kind == "im":
        found |= set(channel.members)
    if message.thread_ts is not None:
        found |= _following(workspace, channel, message)
    return _people(workspace, channel, found) - {message.user}


def pushed(workspace: Workspace, message: Message) -> set[str]:
    """Give those of the notified whose phones are not silenced by Do Not Disturb."""
    return {name for name in notified(workspace, message) if not workspace.users[name].dnd}


def links(message: Message) -> list[tuple[str, str]]:
    """Give (address, label) of every link whose label hides its address, in any face."""
    found: list[tuple[str, str]] = []
    for face in _faces(message):
        for text in [face["text"], *(text for text, _ in _marked_up(face["blocks"]))]:
            found += _LINK.findall(text)
        for element in _rich(face["blocks"]):
            if element.get("type") == "link" and element.get("text") not in (None, element["url"]):
                found.append((str(element["url"]), str(element["text"])))
    return found


def _faces(message: Message) -> list[Json]:
    return [*message.edits, message.face()]


def _following(workspace: Workspace, channel: Channel, reply: Message) -> set[str]:
    """Give who wrote or was named in this thread before this reply."""
    found: set[str] = set()
    for message in channel.said:
        root = reply.thread_ts in (message.ts, message.thread_ts)
        if root and float(message.ts) < float(reply.ts) and message.ephemeral_to is None:
            found.add(message.user)
            for face in _faces(message):
                found |= _named(workspace, channel, face)
    return found


def _people(workspace: Workspace, channel: Channel, names: set[str]) -> set[str]:
    """Keep those who are people, still here, and able to see the channel."""
    closed = channel.private or channel.kind == "im"
    people = {u.id for u in workspace.users.values() if not u.bot and not u.deleted}
    return names & people & (set(channel.members) if closed else people)


def _named(workspace: Workspace, channel: Channel, face: Json) -> set[str]:
    """Give whom one face of a message names."""
    by_name = face["link_names"] or face["parse"] in ("full", "client")
    found = _in_text(workspace, channel, face["text"], by_name=by_name)
    for text, verbatim in _marked_up(face["blocks"]):
        found |= _in_text(workspace, channel, text, by_name=by_name or not verbatim)
    for element in _rich(face["blocks"]):
        found |= _in_element(workspace, channel, element)
    return found


def _in_text(workspace: Workspace, channel: Channel, text: str, *, by_name: bool) -> set[str]:
    found: set[str] = set()
    for sign, inside in _TOKEN.findall(text):
        word = inside.partition("|")[0]
        if sign == "@":
            found.add(word)
        elif word.startswith("subteam^"):
            found |= _group(workspace, word.removeprefix("subteam^"))
        else:
            found |= _broadcast(workspace, channel, word.partition("^")[0])
    if by_name:
        for name in _NAME.findall(_TOKEN.sub(" ", text)):
            found |= _by_name(workspace, channel, name.lower())
    return found


def _by_name(workspace: Workspace, channel: Channel, name: str) -> set[str]:
    found = {user.id for user in workspace.users.values() if user.name.lower() == name}
    for group, (handle, _) in workspace.usergroups.items():
        found |= _group(workspace, group) if handle.lower() == name else set()
    return found | _broadcast(workspace, channel, name)


def _broadcast(workspace: Workspace, channel: Channel, word: str) -> set[str]:
    if word not in _BROADCASTS:
        return set()
    present = {user.id for user in workspace.users.values() if user.present}
    return set(channel.members) & present if word == "here" else set(channel.members)


def _group(workspace: Workspace, group: str) -> set[str]:
    return set(workspace.usergroups.get(group, ("", []))[1])


def _in_element(workspace: Workspace, channel: Channel, element: Json) -> set[str]:
    match element.get("type"):
        case "user":
            return {str(element.get("user_id"))}
        case "usergroup":
            return _group(workspace, str(element.get("usergroup_id")))
        case "broadcast":
            return _broadcast(workspace, channel, str(element.get("range")))
        case _:
            return set()


def _marked_up(value: Any) -> Iterator[tuple[str, bool]]:
    """Give every text that Slack reads markup in, and whether it is verbatim."""
    for part in _parts(value):
        if part.get("type") in ("mrkdwn", "markdown"):
            yield str(part.get("text", "")), bool(part.get("verbatim"))


def _rich(value: Any) -> Iterator[Json]:
    """Give every element of every rich text."""
    for block in _parts(value):
        if block.get("type") == "rich_text":
            yield from _parts(block.get("elements"))


def _parts(value: Any) -> Iterator[Json]:
    """Give every object inside blocks, at any depth."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _parts(inner)
