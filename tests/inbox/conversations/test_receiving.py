"""What a platform tells us."""

import pytest
from msgspec.structs import replace

from inbox.conversations.commands import (
    Claim,
    Close,
    Discard,
    Erase,
    Link,
    MarkDeleted,
    MarkEdited,
    Moderate,
    Receive,
    Report,
    Resolve,
    SetLane,
    SetMembers,
    Snooze,
)
from inbox.conversations.denied import Denied
from inbox.conversations.events import (
    Deleted,
    Echoed,
    Edited,
    Erased,
    MembersChanged,
    Received,
    Reopened,
    Sent,
    Woken,
)
from inbox.conversations.state import Conversation
from inbox.words import Message
from tests.inbox.conversations.house import MINUTE, POLICY, START, House, message


def test_the_first_message_decides_whose_conversation_it_is() -> None:
    house = House()
    house.hears("x:1", audience="private")
    c = house.conversation
    assert (c.account, c.thread, c.person, c.audience) == ("x/landetud", "t", "x:p", "private")
    assert c.opened == house.now
    assert c.state == "waiting"
    assert c.version == 1


def test_a_message_is_taken_in_once() -> None:
    house = House()
    house.hears("x:1")
    assert house.do("platform:x", Receive(message("x:1"))) == ()
    assert house.conversation.count == 1


def test_a_message_reopens_a_closed_conversation_to_the_queue() -> None:
    house = House()
    house.hears("x:1")
    house.must("aj", Close("no_answer_needed"))
    assert house.conversation.waiting_since == 0
    events = house.hears("x:2", "Hallo?")
    assert events[1:] == (Reopened(cause="message"),)
    c = house.conversation
    assert (c.state, c.outcome, c.waiting_since) == ("waiting", None, house.now - 1000)


def test_a_message_reopens_to_the_previous_officer_if_they_hold_a_claim_still() -> None:
    house = House()
    house.hears("x:1")
    house.must("aj", Claim())
    house.must("aj", Close("answered"))
    house.hears("x:2")
    assert house.conversation.state == "claimed"
    assert house.conversation.claim is not None
    assert house.conversation.claim.holder == "aj"


def test_even_a_message_older_than_our_last_answer_is_put_in_the_queue_when_it_reopens() -> None:
    house = House()
    house.hears("x:1")
    house.answered()
    house.sent()
    house.must("aj", Close("answered"))
    house.hears("x:0", "written long ago", written=START)
    assert house.conversation.waiting_since == house.now


def test_a_message_wakes_a_snoozed_conversation() -> None:
    house = House()
    house.hears("x:1")
    house.must("aj", Snooze(house.now + 10 * MINUTE))
    assert house.conversation.wake is not None
    events = house.hears("x:2")
    assert events[1:] == (Woken(cause="message"),)
    assert house.conversation.state == "waiting"


def test_they_wait_since_the_oldest_unanswered_message_was_written() -> None:
    house = House()
    house.hears("x:2", written=START + 2000)
    house.hears("x:1", written=START + 1000)
    assert house.conversation.waiting_since == START + 1000
    assert house.conversation.last_message == "x:2"
    assert house.conversation.last_in == START + 2000


def test_a_time_in_the_future_counts_as_now() -> None:
    house = House()
    house.hears("x:1", written=house.now + 10**9)
    assert house.conversation.waiting_since == house.now


def test_a_message_written_before_our_last_answer_does_not_restart_the_waiting() -> None:
    house = House()
    house.hears("x:1")
    house.answered()
    house.sent()
    assert house.conversation.waiting_since == 0
    house.hears("x:0", written=START)
    assert house.conversation.waiting_since == 0
    house.hears("x:3", written=house.now + 500)
    assert house.conversation.waiting_since == house.conversation.last_in


def test_a_message_that_came_while_the_answer_was_leaving_still_waits() -> None:
    house = House()
    house.hears("x:1")
    house.answered()
    house.hears("x:2", "And tomorrow?")
    house.sent()
    assert house.conversation.waiting_since == house.conversation.last_in > 0


def test_a_message_only_raises_the_urgency() -> None:
    house = House()
    house.must("platform:x", Receive(message("x:1"), lane="consular", word="visa"))
    house.must("platform:x", Receive(message("x:2"), lane="other"))
    assert (house.conversation.lane, house.conversation.lane_word) == ("consular", "visa")
    house.must("platform:x", Receive(message("x:3"), lane="life-safety", word="trapped"))
    assert (house.conversation.lane, house.conversation.lane_word) == ("life-safety", "trapped")


def test_the_first_message_gives_the_lane_even_a_late_one() -> None:
    house = House()
    (received,) = house.must("platform:x", Receive(message("x:1"), lane="other"))
    assert isinstance(received, Received)
    assert received.lane == "other"


def test_no_message_moves_a_lane_that_an_officer_chose() -> None:
    house = House()
    house.hears("x:1")
    house.must("aj", SetLane("consular"))
    house.must("platform:x", Receive(message("x:3"), lane="life-safety", word="trapped"))
    assert (house.conversation.lane, house.conversation.lane_word) == ("consular", "")


def test_the_reply_window_counts_from_their_last_message() -> None:
    house = House()
    (received,) = house.hears("x:1", audience="private", written=START)
    assert isinstance(received, Received)
    assert received.window_until == START + 24 * 3600 * 1000
    house.hears("x:0", audience="private", written=START - 5)
    assert house.conversation.window_until == START + 24 * 3600 * 1000


def test_an_echo_settles_the_part_that_was_being_sent() -> None:
    house = House()
    house.hears("x:1")
    house.answered(text="Yes, see https://landet.example/border & stay safe.")
    house.start()
    echo = message(
        "x:900",
        "@resenar_k Yes, see https://t.co/abc &amp; stay  safe. ^AJ",
        ours=True,
        re="x:1",
    )
    assert house.must("platform:x", Receive(echo)) == (Sent(part="a1.1", ref="x:900"),)
    assert house.conversation.answers[0].state == "sent"
    assert house.must("postroom", Report("a1.1", "sent", ref="x:900")) == ()


def test_an_echo_settles_a_part_that_a_person_had_let_go_again() -> None:
    house = House()
    house.hears("x:1")
    house.answered()
    house.start()
    house.must("postroom", Report("a1.1", "unsure"))
    house.must("aj", Resolve("a1.1"))
    echo = message("x:900", "Yes. ^AJ", ours=True, re="x:1")
    assert house.must("platform:x", Receive(echo)) == (Sent(part="a1.1", ref="x:900"),)
    assert isinstance(house.start(), Denied)


def test_an_echo_settles_its_part_even_after_the_answer_was_given_up() -> None:
    house = House()
    house.hears("x:1")
    house.answered()
    house.start()
    house.must("postroom", Report("a1.1", "failed", why="unknown"))
    house.must("aj", Discard("a1"))
    echo = message("x:900", "Yes. ^AJ", ours=True, re="x:1")
    assert house.must("platform:x", Receive(echo)) == (Sent(part="a1.1", ref="x:900"),)


@pytest.mark.parametrize(
    "echo",
    [
        message("x:900", "No. ^AJ", ours=True, re="x:1"),
        message("x:900", "Yes. ^AJ", ours=True, re="x:77"),
    ],
    ids=["another text", "another target"],
)
def test_a_post_of_ours_that_is_not_the_part_being_sent_was_made_by_hand(echo: Message) -> None:
    house = House()
    house.hears("x:1")
    house.answered()
    house.start()
    assert house.must("platform:x", Receive(echo)) == (Echoed(message=echo),)


def test_a_part_that_never_began_to_leave_is_not_what_somebody_posted() -> None:
    house = House()
    house.hears("x:1")
    house.answered()
    echo = message("x:900", "Yes. ^AJ", ours=True, re="x:1")
    assert house.must("platform:x", Receive(echo)) == (Echoed(message=echo),)


def test_our_own_sent_post_is_not_news() -> None:
    house = House()
    house.hears("x:1")
    house.answered()
    house.sent(ref="x:900")
    echo = message("x:900", "Yes. ^AJ", ours=True, re="x:1")
    assert house.do("platform:x", Receive(echo)) == ()


def test_an_answer_by_hand_ends_the_waiting() -> None:
    house = House()
    house.hears("x:1")
    echo = message("x:900", "We have called you.", ours=True, re="x:1", written=house.now)
    house.must("platform:x", Receive(echo))
    assert house.conversation.waiting_since == 0


def test_an_answer_by_hand_that_comes_late_leaves_later_messages_waiting() -> None:
    house = House()
    house.hears("x:1", written=START)
    house.hears("x:2", written=START + 9000)
    echo = message("x:900", "Hello", ours=True, written=START + 5000)
    house.must("platform:x", Receive(echo))
    assert house.conversation.waiting_since == START + 9000


def test_an_edit_with_a_new_id_becomes_what_we_answer() -> None:
    house = House()
    house.hears("x:1")
    events = house.must("platform:x", MarkEdited("x:1", "x:2", "Edited", written=house.now))
    assert events == (Edited("x:1", "x:2", "Edited", (), house.now - 1000),)
    c = house.conversation
    assert c.last_message == "x:2"
    assert c.news == c.version == c.changed["x:2"] == c.changed["x:1"]


def test_the_newer_version_as_a_message_of_its_own_is_an_edit() -> None:
    house = House()
    house.hears("x:1")
    events = house.hears("x:2", "Edited", chain=("x:1",), written=START + MINUTE + 7)
    assert events == (Edited("x:1", "x:2", "Edited", (), START + MINUTE + 7),)
    assert house.do("platform:x", Receive(message("x:2", "Edited", chain=("x:1",)))) == ()


def test_an_earlier_version_that_comes_late_is_not_news() -> None:
    house = House()
    house.hears("x:2", "Edited", chain=("x:1",))
    house.hears("x:1", "First", written=START)
    assert house.conversation.last_message == "x:2"
    assert house.conversation.count == 1
    assert house.conversation.news == 1


def test_an_older_edit_that_comes_late_changes_nothing() -> None:
    house = House()
    house.hears("x:1")
    house.must("platform:x", MarkEdited("x:1", "x:1", "second", written=START + 500))
    assert house.do("platform:x", MarkEdited("x:1", "x:1", "first", written=START + 400)) == ()
    assert house.do("platform:x", MarkEdited("x:1", "x:1", "second", written=START + 500)) == ()


def test_an_edit_after_the_deletion_changes_nothing() -> None:
    house = House()
    house.hears("x:1")
    house.must("platform:x", MarkDeleted("x:1"))
    assert house.do("platform:x", MarkEdited("x:1", "x:2", "late", written=house.now)) == ()
    assert house.do("platform:x", MarkDeleted("x:1")) == ()


def test_a_deletion_that_came_first_meets_its_message() -> None:
    house = House()
    house.hears("x:1")
    house.must("platform:x", MarkDeleted("x:2"))
    news = house.conversation.news
    events = house.hears("x:2", "Sorry, wrong")
    assert [type(event) for event in events] == [Received, Deleted]
    assert house.conversation.last_message == "x:1"
    assert house.conversation.news == news


def test_a_deleted_message_that_comes_late_does_not_reopen() -> None:
    house = House()
    house.hears("x:1")
    house.must("platform:x", MarkDeleted("x:2"))
    house.must("aj", Close("no_answer_needed"))
    house.hears("x:2", "Sorry, wrong")
    assert house.conversation.state == "closed"


def test_when_the_last_message_is_deleted_the_one_before_is_what_we_answer() -> None:
    house = House()
    house.hears("x:1")
    house.hears("x:2")
    house.must("platform:x", MarkDeleted("x:2"))
    assert house.conversation.last_message == "x:1"


def test_deleting_one_version_deletes_the_message() -> None:
    house = House()
    house.hears("x:1")
    house.must("platform:x", MarkEdited("x:1", "x:2", "b", written=START + 2))
    house.must("platform:x", MarkDeleted("x:1"))
    assert {"x:1", "x:2"} <= set(house.conversation.gone)


def test_our_own_post_deleted_on_the_platform_is_known_as_taken_back() -> None:
    house = House()
    house.hears("x:1")
    house.answered()
    house.sent(ref="x:900")
    house.must("platform:x", MarkDeleted("x:900"))
    assert house.conversation.answers[0].state == "retracted"


def test_members_who_join_and_leave_are_noted() -> None:
    house = House()
    house.hears("x:1", audience="private")
    house.must("platform:x", SetMembers(("x:p", "x:q")))
    changed = house.must("platform:x", SetMembers(("x:q", "x:r")))
    assert changed == (MembersChanged(joined=("x:r",), left=("x:p",)),)
    assert house.conversation.members == ("x:q", "x:r")
    assert house.do("platform:x", SetMembers(("x:r", "x:q"))) == ()


def test_a_comment_is_judged_where_the_platform_lets_us() -> None:
    house = House()
    house.hears("x:1")
    house.must("aj", Moderate("x:1", "spam"))
    assert house.refused("aj", Moderate("x:9", "spam")).why == "unknown_message"
    house.must("platform:x", MarkDeleted("x:1"))
    assert house.refused("aj", Moderate("x:1", "spam")).facts == {"how": "deleted"}
    house.policy = replace(house.policy, profile=replace(POLICY.profile, moderates=False))
    assert house.refused("aj", Moderate("x:1", "spam")).why == "platform_forbids"


def test_conversations_are_linked_once() -> None:
    house = House()
    house.hears("x:1")
    house.must("clerk", Link("other00000000000", "same person"))
    assert house.do("clerk", Link("other00000000000", "same person")) == ()
    assert house.do("clerk", Link("conversation0000", "itself")) == ()


def test_erasing_leaves_no_text_in_the_snapshot() -> None:
    house = House()
    house.must("platform:x", Receive(message("x:1"), lane="consular", word="secret word"))
    house.answered(text="A secret answer")
    house.start()
    house.must("postroom", Report("a1.1", "failed", why="unknown"))
    assert house.refused("root", Erase("conversation", "law")).why == "being_sent"
    house.must("aj", Discard("a1"))
    assert house.must("root", Erase("conversation", "law")) == (Erased("conversation", "law"),)
    assert "secret" not in repr(house.conversation)


def test_a_later_version_of_what_was_erased_is_not_taken_in() -> None:
    house = House()
    house.hears("x:1", "My name is Leila")
    house.hears("x:2", "And when?")
    house.must("root", Erase("x:1", "law"))
    again = Receive(message("x:3", "Leila it is", chain=("x:1",), written=house.now))
    assert house.do("platform:x", again) == ()
    late = MarkEdited("x:1", "x:1", "Leila it is", written=house.now)
    assert house.do("platform:x", late) == ()
    house.must("platform:x", MarkEdited("x:2", "x:2", "And where?", written=house.now))
    house.must("root", Erase("conversation0000", "law"))
    late = MarkEdited("x:2", "x:2", "And whither?", written=house.now + 1)
    assert house.do("platform:x", late) == ()
    house.hears("x:4", "Something new")
    house.must("root", Erase("x:5", "law"))  # a backup had forgotten it, and a poll brings it anew
    assert house.do("platform:x", Receive(message("x:5", "Leila", written=house.now))) == ()


def test_nothing_but_a_platform_s_news_opens_a_conversation() -> None:
    house = House()
    assert house.conversation == Conversation(id="conversation0000")
    assert house.refused("aj", Claim()).why == "unknown_conversation"
    assert house.refused("postroom", Report("a1.1", "sent")).why == "unknown_conversation"


def test_the_snapshot_stays_small_and_holds_no_text_of_theirs() -> None:
    house = House()
    for n in range(40):
        house.hears(f"x:{n}", f"private matter {n}")
        house.must(
            "platform:x", MarkEdited(f"x:{n}", f"x:{n}b", "changed matter", written=house.now)
        )
    for n in range(40):
        house.must("platform:x", MarkDeleted(f"x:{n}"))
    c = house.conversation
    assert max(len(c.changed), len(c.gone), len(c.edited), len(c.newer), len(c.ops)) == 8
    assert "matter" not in repr(c)


def test_an_older_edit_still_tells_that_its_id_is_the_same_message() -> None:
    house = House()
    house.hears("x:1")
    house.must("platform:x", MarkEdited("x:1", "x:3", "third", written=START + 3))
    news = house.conversation.news
    house.must("platform:x", MarkEdited("x:1", "x:2", "second", written=START + 2))
    assert (house.conversation.last_message, house.conversation.news) == ("x:3", news)
    house.must("platform:x", MarkDeleted("x:2"))
    assert {"x:1", "x:2", "x:3"} <= set(house.conversation.gone)
