"""The oracle names exactly those whom Slack would notify."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.oracle import links, notified, pushed
from sandbox.slack.records import Channel, Message
from sandbox.slack.world import Workspace

Json = dict[str, Any]


@pytest.fixture
def workspace() -> Workspace:
    """Give a workspace of four people, one of them away, and a bot."""
    made = Workspace(lambda: 1_700_000_000.0)
    made.user("U1", "anna", real_name="Anna")
    made.user("U2", "erik", real_name="Erik", dnd=True)
    made.user("U3", "maria", real_name="Maria").present = False
    made.user("U9", "outsider", real_name="Olof")
    made.channel("C1", "inbox", members=("U1", "U2", "U3"))
    made.channel("G1", "crisis", private=True, members=("U1", "U2"))
    made.usergroup("S1", "press", ["U1", "U9"])
    return made


def post(workspace: Workspace, text: str = "", channel: str = "C1", **more: Any) -> Message:
    """Put a message of the bot's into a channel without anybody being told."""
    message = Message(workspace.stamp(), channel, workspace.bot_user_id, text, **more)
    workspace.channels[channel].said.append(message)
    return message


def section(text: str, kind: str = "mrkdwn", **more: Any) -> list[Json]:
    return [{"type": "section", "text": {"type": kind, "text": text, **more}}]


def rich(*elements: Json) -> list[Json]:
    inside = [{"type": "rich_text_section", "elements": list(elements)}]
    return [{"type": "rich_text", "elements": inside}]


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("<!channel>", {"U1", "U2", "U3"}),
        ("<!everyone>", {"U1", "U2", "U3"}),
        ("<!group|all>", {"U1", "U2", "U3"}),
        ("<!here>", {"U1", "U2"}),
        ("<!here|here>", {"U1", "U2"}),
        ("see <@U1>", {"U1"}),
        ("see <@U1|somebody>", {"U1"}),
        ("<!subteam^S1>", {"U1", "U9"}),
        ("<!subteam^S1|@press>", {"U1", "U9"}),
        ("`<@U2>`", {"U2"}),
        ("<<!channel>>", {"U1", "U2", "U3"}),
        ("&lt;!channel&gt;", set()),
        ("&amp;lt;@U1&amp;gt;", set()),
        ("@here @channel @anna", set()),
        ("<!date^1700000000^{time}|then>", set()),
        ("<#C1>", set()),
        ("<https://evil.example|@anna>", set()),
        ("<@U404>", set()),
        ("<@u1>", set()),
        ("<!subteam^S404>", set()),
        ("＜!channel＞", set()),
    ],
)
def test_markup_names_whom_slack_would_notify(
    workspace: Workspace, text: str, reached: set[str]
) -> None:
    assert notified(workspace, post(workspace, text)) == reached
    verbatim = section(text, verbatim=True)
    assert notified(workspace, post(workspace, "fallback", blocks=verbatim)) == reached


@pytest.mark.parametrize("how", [{"link_names": True}, {"parse": "full"}, {"parse": "client"}])
@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("@here", {"U1", "U2"}),
        ("(@channel)", {"U1", "U2", "U3"}),
        ("ask @Anna.", {"U1"}),
        ("@press", {"U1", "U9"}),
        ("anna@erik", set()),
        ("x@here.example", set()),
        ("@nobody", set()),
    ],
)
def test_bare_names_count_where_slack_links_them(
    workspace: Workspace, how: Json, text: str, reached: set[str]
) -> None:
    assert notified(workspace, post(workspace, text, **how)) == reached
    assert notified(workspace, post(workspace, text)) == set()


def test_plain_text_and_rich_text_letters_reach_nobody(workspace: Workspace) -> None:
    hostile = "<!channel> <@U1> @here"
    assert notified(workspace, post(workspace, blocks=section(hostile, "plain_text"))) == set()
    letters = rich({"type": "text", "text": hostile})
    assert notified(workspace, post(workspace, blocks=letters, parse="none")) == set()


def test_rich_text_elements_that_name_people_reach_them(workspace: Workspace) -> None:
    one = rich({"type": "user", "user_id": "U2"})
    group = rich({"type": "usergroup", "usergroup_id": "S1"})
    everybody = rich({"type": "broadcast", "range": "channel"})
    assert notified(workspace, post(workspace, blocks=one)) == {"U2"}
    assert notified(workspace, post(workspace, blocks=group)) == {"U1", "U9"}
    assert notified(workspace, post(workspace, blocks=everybody)) == {"U1", "U2", "U3"}


def test_a_mrkdwn_text_that_is_not_verbatim_may_link_bare_names(workspace: Workspace) -> None:
    assert notified(workspace, post(workspace, blocks=section("@here"))) == {"U1", "U2"}
    quiet = section("@here", verbatim=True)
    assert notified(workspace, post(workspace, blocks=quiet)) == set()


def test_context_fields_and_markdown_blocks_are_read_too(workspace: Workspace) -> None:
    context = {"type": "context", "elements": [{"type": "mrkdwn", "text": "<@U1>"}]}
    fields = {"type": "section", "fields": [{"type": "mrkdwn", "text": "<@U2>"}]}
    markdown = {"type": "markdown", "text": "<@U3>"}
    blocks = [context, fields, markdown]
    assert notified(workspace, post(workspace, blocks=blocks)) == {"U1", "U2", "U3"}


def test_nobody_outside_hears_of_a_private_channel(workspace: Workspace) -> None:
    assert notified(workspace, post(workspace, "<@U9> <@U1>", "G1")) == {"U1"}


def test_an_ephemeral_message_notifies_nobody(workspace: Workspace) -> None:
    assert notified(workspace, post(workspace, "<!channel>", ephemeral_to="U1")) == set()


def test_a_direct_message_reaches_its_reader(workspace: Workspace) -> None:
    direct: Channel = workspace.direct("U2")
    message = post(workspace, "your clearance", direct.id)
    assert notified(workspace, message) == {"U2"}
    assert pushed(workspace, message) == set()


def test_a_reply_reaches_who_wrote_or_was_named_in_the_thread_before(
    workspace: Workspace,
) -> None:
    root = post(workspace, "a card")
    silent = post(workspace, "first", thread_ts=root.ts)
    inbox = workspace.channels["C1"]
    inbox.said.append(Message(workspace.stamp(), "C1", "U1", "mine", thread_ts=root.ts))
    post(workspace, "<@U3>", thread_ts=root.ts)
    last = post(workspace, "news", thread_ts=root.ts)
    assert notified(workspace, silent) == set()
    assert notified(workspace, last) == {"U1", "U3"}


def test_a_mention_that_an_edit_took_away_or_brought_in_counts(workspace: Workspace) -> None:
    message = post(workspace, "<@U1>")
    workspace.change(message, silent=True, text="<@U2>")
    workspace.change(message, silent=True, text="nobody")
    assert notified(workspace, message) == {"U1", "U2"}


def test_neither_bots_nor_the_departed_are_notified(workspace: Workspace) -> None:
    workspace.users["U1"].deleted = True
    text = f"<@U1> <@{workspace.bot_user_id}>"
    assert notified(workspace, post(workspace, text)) == set()


def test_an_update_without_parse_links_bare_names_as_slack_does(workspace: Workspace) -> None:
    message = post(workspace, "@here")
    assert notified(workspace, message) == set()
    workspace.change(message, silent=True, text="@here", parse="client")
    assert notified(workspace, message) == {"U1", "U2"}


def test_a_link_whose_label_hides_its_address_is_found(workspace: Workspace) -> None:
    disguise = "<https://evil.example|gov.example>"
    assert links(post(workspace, disguise)) == [("https://evil.example", "gov.example")]
    assert links(post(workspace, blocks=section(disguise))) == [
        ("https://evil.example", "gov.example")
    ]
    hidden = rich({"type": "link", "url": "https://evil.example", "text": "gov.example"})
    assert links(post(workspace, blocks=hidden)) == [("https://evil.example", "gov.example")]
    open_link = rich({"type": "link", "url": "https://a.example"})
    assert links(post(workspace, "<https://a.example>", blocks=open_link)) == []
    assert links(post(workspace, "&lt;https://evil.example|gov&gt;")) == []
    letters = rich({"type": "text", "text": disguise})
    assert links(post(workspace, blocks=letters)) == []
