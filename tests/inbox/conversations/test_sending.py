"""From ready to sent: never twice, never lost silently."""

from typing import Literal

import pytest
from msgspec.structs import replace

from inbox.conversations.commands import (
    Claim,
    Discard,
    Draft,
    Greet,
    MarkDeleted,
    MarkEdited,
    PostByHand,
    Recall,
    Release,
    Report,
    Resolve,
    Resume,
    Retract,
    SetMembers,
    StartSend,
    TakeOver,
)
from inbox.conversations.events import (
    Arrived,
    Discarded,
    Postponed,
    Recalled,
    Requeued,
    RetractAsked,
    Retracted,
    RetractFailed,
    SendFailed,
    SendStarted,
    SendUnsure,
    Sent,
)
from inbox.conversations.state import Answer, part_to_send, parts_to_retract
from tests.inbox.conversations.house import POLICY, PROFILE, House, long_text


def ready(text: str = "Yes.") -> House:
    house = House()
    house.hears("x:1")
    house.answered("aj", text)
    return house


def the(house: House, answer: str = "a1") -> Answer:
    found = house.conversation.answer(answer)
    assert found is not None
    return found


def next_part(house: House) -> str:
    offered = part_to_send(house.conversation)
    return offered[1].id if offered else ""


def test_a_part_is_written_down_before_it_leaves_and_settled_after() -> None:
    house = ready()
    assert house.start() == (SendStarted("a1.1", 1),)
    assert the(house).state == "sending"
    assert next_part(house) == ""
    assert house.must("postroom", Report("a1.1", "sent", ref="x:900", attempt=1)) == (
        Sent("a1.1", "x:900"),
    )
    c = house.conversation
    assert (the(house).state, c.answered, c.waiting_since) == ("sent", True, 0)
    assert c.last_out == house.now
    assert (the(house).text, the(house).parts[0].text) == ("", "")


def test_a_part_being_sent_is_not_started_again() -> None:
    house = ready()
    house.start()
    assert house.refused("postroom", StartSend("a1.1", epoch="e1")).why == "being_sent"
    house.must("postroom", Report("a1.1", "sent", ref="x:900"))
    assert house.refused("postroom", StartSend("a1.1", epoch="e1")).why == "already_sent"
    assert house.refused("postroom", StartSend("zz.1", epoch="e1")).why == "unknown_answer"


def test_a_part_waits_for_the_one_before_it() -> None:
    house = ready(long_text())
    assert len(the(house).parts) > 2
    assert house.refused("postroom", StartSend("a1.2", epoch="e1")).why == "being_sent"
    house.sent("a1.1", "x:901")
    offered = part_to_send(house.conversation)
    assert offered is not None
    assert (offered[1].id, offered[1].re) == ("a1.2", "x:901")
    assert house.conversation.waiting_since > 0


def test_a_stale_holder_s_answer_does_not_leave() -> None:
    house = ready(long_text())
    house.sent("a1.1")
    house.must("en", TakeOver())
    assert next_part(house) == ""
    denial = house.refused("postroom", StartSend("a1.2", epoch="e1"))
    assert (denial.why, denial.facts) == ("stale_claim", {"by": "en"})


def test_a_held_answer_of_whom_another_claimed_after_does_not_leave() -> None:
    house = ready()
    house.must("aj", Release())
    house.must("en", Claim())
    house.must("en", Release())
    assert next_part(house) == ""
    assert house.refused("postroom", StartSend("a1.1", epoch="e1")).why in (
        "stale_claim",
        "unknown_answer",
    )


def test_an_answer_survives_its_author_s_release() -> None:
    house = ready()
    house.must("aj", Release())
    assert next_part(house) == "a1.1"
    house.sent()


def test_a_greeting_yields_to_a_human() -> None:
    house = House()
    house.hears("x:1", audience="private")
    house.must("greeter", Greet("g1", "Hi. " * 300))
    house.sent("g1.1")
    assert next_part(house) == "g1.2"
    house.must("aj", Claim())
    assert next_part(house) == ""
    assert house.refused("postroom", StartSend("g1.2", epoch="e1")).why == "human_first"
    house.must("aj", Release())
    assert next_part(house) == ""
    assert house.refused("postroom", StartSend("g1.2", epoch="e1")).why == "human_first"


def test_after_a_restore_every_unsent_answer_waits_for_an_officer() -> None:
    house = ready()
    assert house.refused("postroom", StartSend("a1.1", epoch="e2")).why == "other_epoch"
    house.policy = replace(POLICY, epoch="e2")
    assert house.must("aj", Resume("a1")) == (Requeued("a1.1", "e2"),)
    assert house.start(epoch="e2") == (SendStarted("a1.1", 1),)


def test_a_halted_account_sends_nothing() -> None:
    house = ready()
    halted = StartSend("a1.1", halted=True, epoch="e1")
    assert house.refused("postroom", halted).why == "account_halted"
    house.policy = replace(POLICY, halted=True)
    assert house.refused("postroom", StartSend("a1.1", epoch="e1")).why == "account_halted"


@pytest.mark.parametrize("how", ["edited", "renamed", "deleted"])
def test_a_target_that_changed_within_the_hold_keeps_the_text_and_sends_nothing(how: str) -> None:
    house = ready()
    if how == "deleted":
        house.must("platform:x", MarkDeleted("x:1"))
    else:
        new = "x:1" if how == "edited" else "x:2"
        house.must("platform:x", MarkEdited("x:1", new, "changed", written=house.now))
    assert house.start() == (SendFailed("a1.1", "target_changed"),)
    assert (the(house).state, the(house).text, the(house).parts[0].why) == (
        "stuck",
        "Yes.",
        "target_changed",
    )
    assert the(house).parts[0].attempt == 0


def test_an_officer_lets_an_answer_leave_to_the_edited_target() -> None:
    house = ready()
    house.must("platform:x", MarkEdited("x:1", "x:2", "changed", written=house.now))
    house.start()
    house.must("aj", Resume("a1"))
    offered = part_to_send(house.conversation)
    assert offered is not None
    assert offered[1].re == "x:2"
    assert house.start() == (SendStarted("a1.1", 1),)


def test_no_answer_resumes_to_a_deleted_target() -> None:
    house = ready()
    house.must("platform:x", MarkDeleted("x:1"))
    house.start()
    assert house.refused("aj", Resume("a1")).facts == {"how": "deleted"}
    house.must("aj", Discard("a1"))


def test_a_target_is_remembered_however_much_is_written_within_the_hold() -> None:
    house = ready()
    for n in range(20):
        house.hears(f"x:{100 + n}", "flood")
    assert house.start() == (SendStarted("a1.1", 1),)


def test_another_circle_of_readers_sends_nothing() -> None:
    house = House()
    house.hears("x:1", audience="private")
    house.must("platform:x", SetMembers(("x:p", "x:q")))
    house.answered()
    house.must("platform:x", SetMembers(("x:p", "x:q", "x:spy")))
    assert house.start() == (SendFailed("a1.1", "recipients"),)


def test_the_recipients_that_the_bot_will_reach_must_be_the_sealed_ones() -> None:
    house = ready()
    command = StartSend("a1.1", recipients=("x:p", "x:named"), epoch="e1")
    assert house.must("postroom", command) == (SendFailed("a1.1", "recipients"),)


def test_a_busy_platform_postpones_a_part() -> None:
    house = ready()
    house.start()
    until = house.now + 900_000
    assert house.must("postroom", Report("a1.1", "postponed", until=until, attempt=1)) == (
        Postponed("a1.1", until),
    )
    offered = part_to_send(house.conversation)
    assert offered is not None
    assert offered[2] == until
    assert house.start() == (SendStarted("a1.1", 2),)


def test_a_stale_attempt_s_failure_changes_nothing() -> None:
    house = ready()
    house.start()
    house.must("postroom", Report("a1.1", "postponed", until=house.now, attempt=1))
    house.start()
    for outcome in ("failed", "unsure", "postponed"):
        assert house.do("postroom", Report("a1.1", outcome, attempt=1)) == ()
    assert the(house).state == "sending"


@pytest.mark.parametrize("before", ["ready", "sending", "unsure", "failed", "discarded"])
def test_a_success_always_settles_its_part(
    before: Literal["ready", "sending", "unsure", "failed", "discarded"],
) -> None:
    house = ready()
    if before != "ready":
        house.start()
    if before in ("unsure", "failed"):
        house.must("postroom", Report("a1.1", before))
    if before == "discarded":
        house.must("postroom", Report("a1.1", "failed"))
        house.must("aj", Discard("a1"))
    house.must("postroom", Report("a1.1", "sent", ref="x:900"))
    assert (the(house).state, the(house).parts[0].ref) == ("sent", "x:900")


def test_no_failure_undoes_a_success() -> None:
    house = ready()
    house.sent()
    for outcome in ("failed", "unsure", "postponed", "sent"):
        assert house.do("postroom", Report("a1.1", outcome)) == ()


def test_a_report_of_no_part_of_ours_is_refused() -> None:
    assert ready().refused("postroom", Report("zz.1", "sent")).why == "unknown_answer"


def test_a_failure_without_a_reason_is_told_as_unknown() -> None:
    house = ready()
    house.start()
    assert house.must("postroom", Report("a1.1", "failed")) == (SendFailed("a1.1", "unknown"),)


def test_a_receipt_says_that_a_part_arrived() -> None:
    house = ready()
    house.sent()
    assert house.must("platform:x", Report("a1.1", "arrived")) == (Arrived("a1.1"),)
    assert house.do("platform:x", Report("a1.1", "arrived")) == ()
    assert the(house).state == "sent"


def test_a_receipt_that_overtakes_the_response_proves_that_the_part_is_there() -> None:
    house = ready()
    house.start()
    assert house.do("platform:x", Report("a1.1", "arrived")) == ()
    assert house.must("platform:x", Report("a1.1", "arrived", ref="x:900")) == (
        Sent("a1.1", "x:900"),
        Arrived("a1.1"),
    )


def test_an_unsure_part_is_never_repeated_blindly() -> None:
    house = ready()
    house.start()
    assert house.must("postroom", Report("a1.1", "unsure", attempt=1)) == (SendUnsure("a1.1"),)
    assert next_part(house) == ""
    assert house.refused("postroom", StartSend("a1.1", epoch="e1")).why == "unsure_first"
    assert house.refused("aj", Resume("a1")).facts == {"part": "a1.1"}
    assert house.refused("aj", Discard("a1")).why == "unsure_first"
    assert house.refused("aj", Retract("a1")).why == "unsure_first"


def test_a_person_who_looked_says_that_it_is_there() -> None:
    house = ready()
    house.start()
    house.must("postroom", Report("a1.1", "unsure"))
    assert house.must("aj", Resolve("a1.1", "x:900")) == (Sent("a1.1", "x:900"),)
    assert house.do("aj", Resolve("a1.1", "x:900")) == ()
    assert house.refused("aj", Resolve("a1.1")).why == "already_sent"


def test_a_person_who_looked_says_that_it_is_not_there() -> None:
    house = ready()
    house.start()
    assert house.refused("aj", Resolve("a1.1")).why == "being_sent"
    house.must("postroom", Report("a1.1", "unsure"))
    assert house.must("aj", Resolve("a1.1")) == (Requeued("a1.1", "e1"),)
    assert house.do("aj", Resolve("a1.1")) == ()
    assert house.refused("aj", Resolve("a1.1", "x:1")).why == "unknown_answer"
    assert house.start() == (SendStarted("a1.1", 2),)


def test_what_another_holds_is_not_resolved_over_their_head() -> None:
    house = ready()
    house.start()
    house.must("postroom", Report("a1.1", "unsure"))
    house.must("en", TakeOver())
    assert house.refused("aj", Resolve("a1.1")).why == "claimed"
    assert house.refused("aj", Resolve("zz.1")).why == "unknown_answer"
    assert house.refused("aj", PostByHand("a1.1", "https://x.com/a/status/9")).why == "claimed"


def test_an_answer_is_recalled_only_before_it_begins_to_leave() -> None:
    house = ready()
    assert house.must("aj", Recall("a1")) == (Recalled("a1"),)
    assert (the(house).state, the(house).text) == ("draft", "Yes.")
    assert house.do("aj", Recall("a1")) == ()
    house.must("aj", house.answer())
    house.start()
    assert house.refused("aj", Recall("a1")).why == "too_late"
    house.must("postroom", Report("a1.1", "postponed", until=house.now))
    assert house.refused("aj", Recall("a1")).why == "too_late"


def test_a_stranger_to_the_claim_steers_nobody_s_answer() -> None:
    house = ready()
    for command in (Recall("a1"), Discard("a1"), Resume("a1"), Retract("a1")):
        assert house.refused("en", command).why == "claimed"
        assert house.refused("en", replace(command, answer="zz")).why == "unknown_answer"
    house.must("ml", Recall("a1"))


def test_a_half_sent_thread_resumes_after_its_last_part() -> None:
    house = ready(long_text())
    house.sent("a1.1", "x:901")
    house.start("a1.2")
    house.must("postroom", Report("a1.2", "failed", why="duplicate"))
    assert the(house).state == "stuck"
    assert house.must("aj", Resume("a1")) == (Requeued("a1.2", "e1"),)
    assert next_part(house) == "a1.2"
    assert house.do("aj", Resume("a1")) == ()


def test_a_new_holder_resumes_a_half_sent_thread_under_their_claim() -> None:
    house = ready(long_text())
    house.sent("a1.1", "x:901")
    house.must("en", TakeOver())
    assert house.refused("aj", Resume("a1")).why == "claimed"
    assert house.must("en", Resume("a1"))[0] == Requeued("a1.2", "e1")
    assert next_part(house) == "a1.2"


def test_a_half_sent_thread_stops() -> None:
    house = ready(long_text())
    house.sent("a1.1")
    assert house.must("aj", Discard("a1", "enough")) == (Discarded("a1", "enough"),)
    assert house.do("aj", Discard("a1")) == ()
    assert next_part(house) == ""
    assert house.refused("aj", Resume("a1")).why == "unknown_answer"
    assert house.refused("postroom", StartSend("a1.2", epoch="e1")).why == "unknown_answer"


def test_what_is_leaving_or_sent_is_not_discarded() -> None:
    house = ready()
    house.start()
    assert house.refused("aj", Discard("a1")).why == "being_sent"
    house.must("postroom", Report("a1.1", "sent", ref="x:900"))
    assert house.refused("aj", Discard("a1")).why == "already_sent"


def test_a_sent_answer_is_taken_back_part_by_part_from_the_end() -> None:
    house = ready(long_text(60))
    house.sent("a1.1", "x:901")
    house.sent("a1.2", "x:902")
    assert house.must("aj", Retract("a1", "wrong")) == (RetractAsked("a1", "wrong"),)
    assert [part.ref for part in parts_to_retract(house.conversation)] == ["x:902", "x:901"]
    assert house.must("postroom", Report("a1.2", "retracted")) == (Retracted("a1.2"),)
    assert the(house).state == "retracting"
    house.must("postroom", Report("a1.1", "retracted"))
    assert the(house).state == "retracted"
    assert house.do("aj", Retract("a1")) == ()
    assert house.do("postroom", Report("a1.1", "retracted")) == ()


def test_an_answer_that_could_not_be_taken_back_stands_and_says_so() -> None:
    house = ready()
    house.sent()
    house.must("aj", Retract("a1"))
    assert house.must("postroom", Report("a1.1", "kept", why="gone")) == (
        RetractFailed("a1.1", "gone"),
    )
    assert (the(house).state, the(house).parts[0].why) == ("sent", "gone")


def test_nothing_is_taken_back_that_did_not_leave_or_cannot_be() -> None:
    house = ready()
    assert house.refused("aj", Retract("a1")).why == "unknown_answer"
    house.start()
    assert house.refused("aj", Retract("a1")).why == "being_sent"
    house.policy = replace(POLICY, profile=replace(PROFILE, retracts=False))
    assert house.refused("aj", Retract("a1")).why == "cannot_retract"


def test_an_answer_being_taken_back_leaves_room_for_the_right_one() -> None:
    house = ready()
    house.sent()
    house.must("aj", Retract("a1"))
    house.must("aj", house.answer(answer="a2", text="The right one."))
    assert next_part(house) == "a2.1"


def test_an_answer_posted_by_hand_is_known_by_its_address() -> None:
    house = House()
    house.hears("x:1")
    house.must("aj", Claim())
    house.must("aj", Draft("d1", "Yes."))
    url = "https://x.com/LandetUD/status/900"
    assert house.refused("aj", PostByHand("d1.1", " ")).why == "empty"
    assert house.refused("aj", PostByHand("zz.1", url)).why == "unknown_answer"
    assert house.must("aj", PostByHand("d1.1", url)) == (Sent("d1.1", "x:900", url, by_hand=True),)
    c = house.conversation
    assert (the(house, "d1").state, c.answered, c.waiting_since) == ("sent", True, 0)
    assert house.do("aj", PostByHand("d1.1", url)) == ()


def test_a_failed_part_may_be_posted_by_hand_but_not_one_being_sent() -> None:
    house = ready()
    house.start()
    url = "https://x.com/LandetUD/status/900/"
    assert house.refused("aj", PostByHand("a1.1", url)).why == "being_sent"
    assert house.refused("aj", PostByHand("a1.9", url)).why == "unknown_answer"
    house.must("postroom", Report("a1.1", "failed", why="reply_forbidden"))
    house.must("aj", PostByHand("a1.1", url))
    assert the(house).parts[0].ref == "x:900"
