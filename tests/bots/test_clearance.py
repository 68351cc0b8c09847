"""What was cleared is what left, once, whoever dies in between; and nothing else ever does."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from inbox.answers.seal import seal
from inbox.conversations.commands import Answer, Clear, Order, Recall
from inbox.conversations.denied import Denied
from inbox.words import Clearance, ConversationId
from tests.bots.conftest import House
from tests.bots.test_postroom import Desk, Staged


@pytest.fixture
def careful(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Give the house whose answers need another's word."""
    account = house.scene.accounts["MinistryX"]
    ruled = replace(account, clearance=(Clearance(valid="1h"),))
    monkeypatch.setitem(vars(house.policies)["_by_id"], account.id, ruled)
    return house


async def clears(house: House, ref: ConversationId) -> None:
    """Let Eva approve what waits."""
    answer = (await house.conversation(ref)).answer("a1")
    assert answer is not None
    order = house.inbox.desk.order(Clear("a1", answer.seal), by="officer:eb")
    assert not isinstance(await house.inbox.desk.do(ref, order), Denied)
    await house.inbox.pictures.mend("out", [ref])


async def writes(house: House, ref: ConversationId, text: str) -> None:
    """Let Anna take her answer back and ask for another text under the same key."""
    await house.does(ref, Recall("a1"))
    now = await house.conversation(ref)
    await house.does(
        ref, Answer("a1", text, re=now.last_message, fence=now.fence, seen=now.version)
    )


async def test_nothing_leaves_before_it_is_cleared(careful: House) -> None:
    ref = await careful.answered()
    for _ in range(3):
        await careful.sent(careful.sender())
    assert careful.heard() == []
    await clears(careful, ref)
    await careful.sent(careful.sender())
    assert len(careful.heard()) == 1


async def test_what_the_platform_received_is_byte_for_byte_what_was_cleared(careful: House) -> None:
    ref = await careful.answered("Till oss, 08–20. \N{HEAVY BLACK HEART} أهلا")
    await clears(careful, ref)
    cleared = (await careful.conversation(ref)).answer("a1")
    assert cleared is not None
    await careful.sent(careful.sender())
    [post] = careful.scene.world.posts_by("MinistryX")
    account = careful.scene.accounts["MinistryX"].id
    re = f"x:{post.in_reply_to}"
    received = seal(account, "public", cleared.recipients, re, [post.text], ())
    assert received == cleared.seal


async def test_a_process_killed_between_approval_and_sending_leaves_it_to_another_once(
    careful: House,
) -> None:
    ref = await careful.answered()
    await clears(careful, ref)

    class Killed(Exception):
        """The process died here."""

    async def dies(_ref: ConversationId, _order: Order) -> None:
        raise Killed

    staged = Staged(careful.inbox, Desk(careful.inbox, dies))
    with pytest.raises(Killed):
        await careful.sender(inbox=staged).round()
    assert careful.heard() == []
    assert (await careful.part(ref)).state == "ready"
    for _ in range(3):
        await careful.sent(careful.sender())
    assert len(careful.heard()) == 1
    assert (await careful.part(ref)).state == "sent"


async def test_two_senders_of_one_cleared_answer_send_it_once(careful: House) -> None:
    ref = await careful.answered()
    await clears(careful, ref)

    async def rival(there: ConversationId, order: Order) -> None:
        assert not isinstance(await careful.inbox.desk.do(there, order), Denied)

    staged = Staged(careful.inbox, Desk(careful.inbox, rival))
    await careful.sent(careful.sender(inbox=staged))
    assert careful.heard() == []
    assert (await careful.part(ref)).attempt == 1


async def test_a_text_changed_while_the_sender_held_the_older_one_does_not_let_that_leave(
    careful: House,
) -> None:
    ref = await careful.answered("To us.")
    await clears(careful, ref)

    async def changes(there: ConversationId, _order: Order) -> None:
        await writes(careful, there, "To them.")
        await clears(careful, there)

    staged = Staged(careful.inbox, Desk(careful.inbox, changes))
    await careful.sent(careful.sender(inbox=staged))
    assert careful.heard() == []
    await careful.sent(careful.sender())
    [text] = careful.heard()
    assert "To them." in text


async def test_what_was_cleared_too_long_ago_does_not_leave(careful: House) -> None:
    ref = await careful.answered()
    await clears(careful, ref)
    careful.scene.clock.forward(3600)
    for _ in range(3):
        await careful.sent(careful.sender())
    assert careful.heard() == []
    answer = (await careful.conversation(ref)).answer("a1")
    assert answer is not None
    assert answer.state == "draft"
