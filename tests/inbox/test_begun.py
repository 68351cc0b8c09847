"""Conversations that we open, on a real store: what comes back lands where it began."""

import pytest

from inbox.conversations.commands import (
    Answer,
    Begin,
    Claim,
    Clear,
    Receive,
    Report,
    SayLine,
    StartSend,
)
from inbox.conversations.events import Received, Sent
from inbox.conversations.state import Conversation
from inbox.denied import Denied
from inbox.desk import Desk, Done
from inbox.store.client import Client
from inbox.words import Audience, Person
from tests.inbox.house import ACCOUNT, desk_of, message

CARL = "x:55"


@pytest.fixture
def desk(client: Client) -> Desk:
    return desk_of(client)


async def did(desk: Desk, ref: str, command: object, by: str = "officer:o0") -> Done:
    done = await desk.do(ref, desk.order(command, by=by))  # type: ignore[arg-type]  # any of them
    assert isinstance(done, Done), done
    return done


async def started(desk: Desk, audience: Audience = "public") -> Conversation:
    """Begin, and let the first part be about to leave."""
    begin = Begin(ACCOUNT, CARL, audience, "a1", "carl", "en", "r1")
    done = await desk.begin(begin, by="officer:o0")
    assert isinstance(done, Done)
    ref = done.conversation.id
    await did(desk, ref, Claim())
    if audience == "public":
        said = await did(desk, ref, SayLine("a1", "reach", "en", fence=1, seen=9))
        await did(desk, ref, Clear("a1", said.conversation.answers[-1].seal), "officer:o1")
    else:
        answer = Answer("a1", "Please call us.", "private", fence=1, seen=9, reachout="r1")
        await did(desk, ref, answer)
    return (await did(desk, ref, StartSend("a1.1"), "postroom")).conversation


def reply(id_: str, thread: str, **fields: object) -> Receive:
    author = Person(id=str(fields.get("person", CARL)), handle="carl")
    return Receive(
        message(id_, "Yes?", thread=thread, **{"person": CARL, "author": author, **fields})
    )


async def taken(desk: Desk, receive: Receive) -> Done:
    done = await desk.take(ACCOUNT, receive)
    assert not isinstance(done, Denied)
    return done


async def test_their_reply_lands_in_the_conversation_that_we_opened(desk: Desk) -> None:
    c = await started(desk)
    await did(desk, c.id, Report("a1.1", "sent", ref="x:900", attempt=1), "postroom")
    done = await taken(desk, reply("x:901", "900", re="x:900"))
    assert done.conversation.id == c.id
    assert done.conversation.waiting_since
    other = await taken(desk, reply("x:902", "900", re="x:900", person="x:666"))
    assert other.conversation.id != c.id, "who else answers there has a conversation of their own"


async def test_their_private_answer_lands_there_too(desk: Desk) -> None:
    c = await started(desk, "private")
    report = Report("a1.1", "sent", ref="x:900", attempt=1, thread="1-55")
    await did(desk, c.id, report, "postroom")
    done = await taken(desk, reply("x:901", "1-55", audience="private"))
    assert done.conversation.id == c.id


async def test_a_platform_without_threads_has_one(desk: Desk) -> None:
    c = await started(desk, "private")
    await did(desk, c.id, Report("a1.1", "sent", ref="x:900", attempt=1, thread=""), "postroom")
    done = await taken(desk, reply("x:901", "", audience="private"))
    assert done.conversation.id == c.id


async def test_an_echo_of_our_first_post_that_is_quicker_than_the_response_settles_it(
    desk: Desk, client: Client
) -> None:
    c = await started(desk)
    text = "@carl We try to reach you. ^O0"
    echo = message("x:900", text, thread="900", person="", ours=True, author=Person(id="x:1"))
    done = await taken(desk_of(client), Receive(echo))
    assert done.conversation.id == c.id
    assert any(isinstance(event, Sent) for event in done.events)
    again = await desk.do(c.id, desk.order(Report("a1.1", "sent", ref="x:900"), by="postroom"))
    assert isinstance(again, Done)
    assert again.events == ()
    came = await taken(desk, reply("x:901", "900", re="x:900"))
    assert (came.conversation.id, type(came.events[0])) == (c.id, Received)


async def test_a_post_of_ours_with_other_words_is_none_of_it(desk: Desk) -> None:
    c = await started(desk)
    post = message("x:900", "Good morning.", thread="900", person="", ours=True)
    assert (await taken(desk, Receive(post))).conversation.id != c.id


async def test_to_begin_twice_is_to_begin_once(desk: Desk, client: Client) -> None:
    begin = Begin(ACCOUNT, CARL, "public", "a1", "carl", "en", "r1")
    both = [await one.begin(begin, by="officer:o0") for one in (desk, desk_of(client))]
    assert [len(one.events) for one in both if isinstance(one, Done)] == [1, 0]
