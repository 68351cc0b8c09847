"""Clearance: somebody else's word, bound to the seal and its time, void on any change."""

import pytest
from msgspec.structs import replace

from inbox.answers.seal import seal
from inbox.conversations.commands import (
    Assign,
    Claim,
    Clear,
    Close,
    Discard,
    Draft,
    Erase,
    Expire,
    MarkDeleted,
    MarkEdited,
    Override,
    PostByHand,
    Recall,
    Release,
    Report,
    Resolve,
    Resume,
    Return,
    SetLane,
    SetMembers,
    StartSend,
    Tag,
    TakeOver,
    TurnDown,
)
from inbox.conversations.events import (
    Answered,
    ClearanceAsked,
    ClearanceExpired,
    ClearanceReturned,
    Cleared,
    MembersChanged,
    Overridden,
    Recalled,
    SendFailed,
    SendStarted,
    TurnedDown,
)
from inbox.conversations.reading import reading
from inbox.conversations.state import Answer as Written
from inbox.conversations.state import due_at, part_to_send
from inbox.team.policies import Policies
from inbox.words import Casualties, Clearance, Officer, Policy
from tests.inbox.conversations.house import (
    ACCOUNT,
    LANES,
    MINUTE,
    OFFICERS,
    POLICY,
    PROFILE,
    House,
    long_text,
)

HOUR = 60 * MINUTE
APPROVERS = {
    one.id: one
    for one in (
        Officer("el", "EL", "Eva Lindqvist", roles=("approver",)),
        Officer("ob", "OB", "Ola Berg", roles=("approver",)),
    )
}


def policy(*rules: Clearance, **of_account: object) -> Policy:
    officers = (*ACCOUNT.officers, *APPROVERS)
    account = replace(ACCOUNT, clearance=rules, officers=officers, **of_account)
    people = {**OFFICERS, **APPROVERS}
    return replace(POLICY, account=account, officers=people)


def house_of(*rules: Clearance, **of_account: object) -> House:
    house = House(policy(*(rules or (Clearance(),)), **of_account))
    house.hears("x:1")
    house.must("aj", Claim())
    return house


def asked(*rules: Clearance, text: str = "Yes.", **of_account: object) -> House:
    house = house_of(*rules, **of_account)
    house.must("aj", house.answer("aj", text))
    return house


def one(house: House) -> Written:
    found = house.conversation.answer("a1")
    assert found is not None
    return found


def clear(house: House, **more: str) -> Clear:
    return Clear("a1", one(house).seal, **more)


def state(house: House) -> str:
    return one(house).state


# Asking
def test_an_answer_that_needs_clearance_waits_and_does_not_leave() -> None:
    house = house_of(Clearance(audience="public", needs=1, from_=("el",), valid="90m"))
    answered, asks = house.must("aj", house.answer("aj", "Yes."))
    assert isinstance(answered, Answered)
    assert asks == ClearanceAsked("a1", answered.seal, 1, house.now + 90 * MINUTE, 1, ("el",))
    assert state(house) == "asked"
    assert part_to_send(house.conversation) is None
    assert due_at(house.conversation) == house.now + 90 * MINUTE
    assert house.start() != ()


def test_what_no_rule_is_about_leaves_as_ever() -> None:
    house = house_of(Clearance(lanes=("press",)), Clearance(tags=("visa",)))
    (event,) = house.must("aj", house.answer())
    assert isinstance(event, Answered)
    assert event.leaves_at == house.now + 10_000


def test_the_tag_it_has_when_answered_counts() -> None:
    house = house_of(Clearance(tags=("visa",)))
    house.must("aj", Tag("visa"))
    house.must("aj", house.answer())
    assert state(house) == "asked"


def test_answering_again_while_it_waits_is_already_so() -> None:
    house = asked()
    assert house.do("aj", house.answer()) == ()


def test_while_one_answer_waits_no_other_is_written_and_it_is_not_closed() -> None:
    house = asked()
    assert house.refused("aj", house.answer(answer="a2")).why == "answer_open"
    assert house.refused("aj", Close("answered")).why == "answer_open"


def test_what_waits_is_not_posted_by_hand() -> None:
    by_hand = PostByHand("a1.1", "https://x.com/landetud/status/9")
    assert asked().refused("aj", by_hand).why == "answer_open"


# Clearing
def test_a_cleared_answer_is_ready_at_once_and_not_held() -> None:
    house = asked()
    (event,) = house.must("el", clear(house))
    assert event == Cleared("a1", one(house).seal, 0)
    offered = part_to_send(house.conversation)
    assert offered is not None
    assert offered[2] == house.now
    assert house.start() == (SendStarted("a1.1", 1),)


def test_what_is_cleared_is_what_leaves_byte_for_byte() -> None:
    house = asked(text=long_text(60))
    house.must("el", clear(house))
    offered = part_to_send(house.conversation)
    assert offered is not None
    answer, part, _ = offered
    texts = tuple(p.text for p in answer.parts)
    assert part.text == texts[0]
    assert seal(ACCOUNT.id, part.audience, part.recipients, part.re, texts, ()) == answer.seal


def test_nobody_clears_their_own_text() -> None:
    house = house_of()
    house.must("el", TakeOver())
    house.must("el", house.answer("el"))
    for command in (clear(house), TurnDown("a1", one(house).seal, "no")):
        assert house.refused("el", command).why == "own_text"
    override = Override("a1", one(house).seal, "urgent")
    assert house.refused("el", override).why == "not_allowed"


def test_an_officer_is_one_person_under_all_their_slack_ids() -> None:
    eva = replace(APPROVERS["el"], slack=("T1/U1", "T2/U2"))
    people = [*OFFICERS.values(), eva, APPROVERS["ob"]]
    account = policy(Clearance()).account
    tables = Policies([account], people, LANES, ("visa",), {"x": PROFILE})
    writes, approves = tables.by_slack("T1", "U1"), tables.by_slack("T2", "U2")
    assert writes is not None
    assert approves is not None
    house = house_of()
    house.must(writes.id, TakeOver())
    house.must(writes.id, house.answer(writes.id))
    assert house.refused(approves.id, clear(house)).why == "own_text"


def test_who_wrote_a_text_that_was_handed_over_does_not_clear_it() -> None:
    house = house_of()
    house.must("aj", Assign("el"))
    house.must("el", Draft("d1", "Yes.", to="aj"))
    house.must("aj", TakeOver())
    house.must("aj", house.answer("aj", "Yes, we are."))
    assert house.refused("el", clear(house)).why == "own_text"
    house.must("ob", clear(house))


def test_a_supervisor_does_not_override_for_their_own_text() -> None:
    house = house_of()
    house.must("ml", TakeOver())
    house.must("ml", house.answer("ml"))
    assert house.refused("ml", Override("a1", one(house).seal, "urgent")).why == "own_text"


def test_who_was_not_asked_does_not_clear() -> None:
    house = asked(Clearance(from_=("el",)))
    denial = house.refused("ob", clear(house))
    assert (denial.why, denial.facts) == ("others_asked", {"names": "Eva Lindqvist"})
    assert house.refused("en", clear(house)).why == "not_allowed"
    house.must("el", clear(house))


def test_where_two_are_needed_one_is_not_counted_twice() -> None:
    house = asked(Clearance(needs=2))
    (first,) = house.must("el", clear(house))
    assert first == Cleared("a1", one(house).seal, 1)
    assert house.do("el", clear(house)) == ()
    assert state(house) == "asked"
    assert part_to_send(house.conversation) is None
    (second,) = house.must("ob", clear(house))
    assert second == Cleared("a1", one(house).seal, 0)
    assert state(house) == "ready"


def test_the_second_of_two_who_clear_at_once_is_told_who_was_first() -> None:
    house = asked()
    both = clear(house)
    house.must("el", both)
    denial = house.refused("ob", both)
    assert (denial.why, denial.facts) == ("already_cleared", {"by": "el"})
    assert house.refused("ob", TurnDown("a1", both.seal, "no")).why == "already_cleared"


def test_what_was_turned_down_is_a_draft_and_is_not_cleared() -> None:
    house = asked()
    before = clear(house)
    (event,) = house.must("el", TurnDown("a1", before.seal, "Not ours to say"))
    assert event == TurnedDown("a1", before.seal, "Not ours to say")
    assert (state(house), one(house).text) == ("draft", "Yes.")
    assert house.refused("ob", before).why == "not_asked"
    assert part_to_send(house.conversation) is None
    assert due_at(house.conversation) is None


@pytest.mark.parametrize("command", [TurnDown("a1", "", " "), Override("a1", "", " ")])
def test_turning_down_and_overriding_have_a_reason(command: TurnDown | Override) -> None:
    house = asked()
    assert house.refused("ml", replace(command, seal=one(house).seal)).why == "reason_needed"


def test_what_is_given_back_is_the_author_s_draft_with_the_approver_s_text() -> None:
    house = asked()
    back = Return("a1", one(house).seal, "Yes, from eight.", "Say when")
    (event,) = house.must("el", back)
    assert event == ClearanceReturned("a1", back.seal, "Yes, from eight.", "Say when")
    draft = one(house)
    assert (draft.state, draft.author, draft.to, draft.text) == (
        "draft",
        "aj",
        "aj",
        "Yes, from eight.",
    )
    house.must("aj", house.answer("aj", "Yes, from eight."))
    house.must("el", clear(house))
    assert house.refused("ob", Return("a1", back.seal, "x")).why == "already_cleared"


def test_nothing_is_given_back_without_a_text() -> None:
    house = asked()
    assert house.refused("el", Return("a1", one(house).seal, " ")).why == "empty"


def test_a_supervisor_lets_it_leave_without_those_who_were_asked_and_it_stands_in_the_history() -> (
    None
):
    house = asked(Clearance(needs=2, from_=("el", "ob")))
    seal_ = one(house).seal
    assert house.refused("el", Override("a1", seal_, "urgent")).facts == {"needs": "supervisor"}
    (event,) = house.must("ml", Override("a1", seal_, "Border closes at noon"))
    assert event == Overridden("a1", seal_, "Border closes at noon")
    assert one(house).clearing is not None
    assert state(house) == "ready"
    (reply,) = reading(house.entries).answers
    assert [(said.what, said.by) for said in reply.clearance] == [
        ("asked", "aj"),
        ("overridden", "ml"),
    ]
    assert not reply.held
    assert house.start() == (SendStarted("a1.1", 1),)


# Bound to the seal and the time
def test_a_text_edited_after_it_was_read_is_not_cleared() -> None:
    house = asked()
    read = clear(house)
    house.must("aj", Recall("a1"))
    house.must("aj", house.answer("aj", "No."))
    assert house.refused("el", read).why == "seal_differs"
    assert state(house) == "asked"


def test_a_text_edited_after_approval_needs_a_new_one() -> None:
    house = asked()
    house.must("el", clear(house))
    house.must("aj", Recall("a1"))
    house.must("aj", house.answer("aj", "No."))
    assert (state(house), one(house).uncleared) == ("asked", 1)
    assert house.start() != (SendStarted("a1.1", 1),)


def test_an_approval_after_its_time_is_refused() -> None:
    house = asked(Clearance(valid="1h"))
    until = house.now + HOUR
    house.now = until - 1000
    denial = house.refused("el", clear(house))
    assert (denial.why, denial.facts) == ("expired", {"at": until})


def test_when_its_time_is_over_the_clerk_makes_it_a_draft_once() -> None:
    house = asked(Clearance(valid="1h"))
    assert house.do("clerk", Expire("a1", 1)) == ()
    assert house.refused("clerk", Expire("a1", 7)).why == "stale_timer"
    house.now += HOUR
    assert house.must("clerk", Expire("a1", 1)) == (ClearanceExpired("a1"),)
    assert state(house) == "draft"
    assert house.refused("clerk", Expire("a1", 1)).why == "stale_timer"
    assert house.refused("el", Clear("a1", "")).why == "not_asked"


def test_what_was_cleared_and_did_not_leave_in_time_does_not_leave() -> None:
    house = asked(Clearance(valid="1h"))
    house.must("el", clear(house))
    house.now += HOUR
    assert house.start() == (ClearanceExpired("a1"),)
    assert part_to_send(house.conversation) is None


def test_what_was_tried_in_time_and_not_sent_is_not_tried_again_after_it() -> None:
    house = asked(Clearance(valid="1h"))
    house.must("el", clear(house))
    house.start()
    house.must("postroom", Report("a1.1", "postponed", until=house.now + HOUR))
    house.now += HOUR
    assert house.start() == (SendFailed("a1.1", "clearance"),)
    assert house.refused("aj", Resume("a1")).why == "not_cleared"
    house.must("aj", Discard("a1"))


def test_a_thread_that_began_in_time_goes_on_after_it() -> None:
    house = asked(Clearance(valid="1h"), text=long_text(60))
    house.must("el", clear(house))
    house.sent("a1.1", "x:901")
    house.now += HOUR
    assert house.start("a1.2") == (SendStarted("a1.2", 1),)


def test_an_officer_s_word_does_not_renew_a_clearance_after_a_restore() -> None:
    house = asked()
    house.must("el", clear(house))
    house.policy = replace(house.policy, epoch="e2")
    assert house.start(epoch="e2") != ()
    assert house.must("aj", Resume("a1")) == (ClearanceExpired("a1", "other_epoch"),)
    assert state(house) == "draft"


@pytest.mark.parametrize("after", ["time", "restore"])
def test_who_looked_and_found_nothing_renews_no_clearance(after: str) -> None:
    house = asked(Clearance(valid="1h"))
    house.must("el", clear(house))
    house.start()
    house.must("postroom", Report("a1.1", "unsure"))
    if after == "time":
        house.now += HOUR
    else:
        house.policy = replace(house.policy, epoch="e2")
    assert house.must("aj", Resolve("a1.1")) == (SendFailed("a1.1", "clearance"),)
    assert part_to_send(house.conversation) is None


def test_who_looked_and_found_nothing_sends_again_what_is_still_cleared() -> None:
    house = asked()
    house.must("el", clear(house))
    house.start()
    house.must("postroom", Report("a1.1", "unsure"))
    house.must("aj", Resolve("a1.1"))
    assert house.start() == (SendStarted("a1.1", 2),)


def test_nothing_is_cleared_while_the_account_is_halted_or_after_a_restore() -> None:
    house = asked()
    house.policy = replace(house.policy, halted=True)
    assert house.refused("el", clear(house)).why == "account_halted"
    assert house.refused("ml", Override("a1", one(house).seal, "now")).why == "account_halted"
    house.policy = replace(house.policy, halted=False, epoch="e2")
    assert house.refused("el", clear(house)).why == "other_epoch"


# Void on any change
def test_a_message_edited_meanwhile_voids_it() -> None:
    house = asked()
    read = clear(house)
    edited = MarkEdited("x:1", "x:1", "Is it closed?", written=house.now)
    assert house.must("platform:x", edited)[1:] == (ClearanceExpired("a1", "edited"),)
    assert house.refused("el", read).why == "not_asked"


def test_a_message_deleted_after_approval_voids_it() -> None:
    house = asked()
    house.must("el", clear(house))
    gone = house.must("platform:x", MarkDeleted("x:1", house.now))
    assert gone[1:] == (ClearanceExpired("a1", "deleted"),)
    assert part_to_send(house.conversation) is None


def test_another_message_edited_meanwhile_voids_nothing() -> None:
    house = house_of()
    house.hears("x:2", "Hello?")
    house.must("aj", house.answer())
    house.must("platform:x", MarkEdited("x:1", "x:1", "Is it shut?", written=house.now))
    house.hears("x:3", "Anybody?")
    assert state(house) == "asked"
    house.must("el", clear(house))


@pytest.mark.parametrize("cleared_before", [False, True])
def test_a_joiner_voids_it(cleared_before: bool) -> None:
    house = House(policy(Clearance()))
    house.hears("x:1", audience="private")
    house.must("platform:x", SetMembers(("x:p", "x:q")))
    house.must("aj", Claim())
    house.must("aj", house.answer())
    if cleared_before:
        house.must("el", clear(house))
    joined = house.must("platform:x", SetMembers(("x:p", "x:q", "x:journalist")))
    assert joined == (MembersChanged(("x:journalist",)), ClearanceExpired("a1", "members"))
    assert state(house) == "draft"
    assert house.start() != (SendStarted("a1.1", 1),)


@pytest.mark.parametrize("cleared_before", [False, True])
def test_a_take_over_voids_it(cleared_before: bool) -> None:
    house = asked()
    read = clear(house)
    if cleared_before:
        house.must("el", read)
    assert Recalled("a1") in house.must("en", TakeOver())
    assert house.refused("ob", read).why == "not_asked"


def test_its_author_s_release_does_not_void_it() -> None:
    house = asked()
    house.must("aj", Release())
    house.must("el", clear(house))
    assert house.start() == (SendStarted("a1.1", 1),)


def test_another_lane_afterwards_does_not_do_without_it() -> None:
    house = house_of(Clearance(lanes=("other",)))
    house.must("aj", house.answer())
    house.must("aj", SetLane("consular"))
    assert state(house) == "asked"


def test_what_waits_does_not_hinder_an_erasure() -> None:
    house = asked()
    events = house.must("root", Erase("conversation", "law"))
    assert events[0] == Recalled("a1")
    assert state(house) == "draft"


# In depth: the postroom's order is refused whatever offered it
def test_what_is_not_cleared_does_not_leave_whoever_offers_it() -> None:
    house = asked(Clearance(needs=2))
    denial = house.refused("postroom", StartSend("a1.1", epoch="e1"))
    assert (denial.why, denial.facts) == ("not_cleared", {"answer": "a1", "left": 2})
    forged = tuple(replace(a, state="ready") for a in house.conversation.answers)
    house.conversation = replace(house.conversation, answers=forged)
    assert part_to_send(house.conversation) is None
    assert house.refused("postroom", StartSend("a1.1", epoch="e1")).why == "not_cleared"


@pytest.mark.parametrize(
    "change",
    [
        {"re": "x:2"},
        {"recipients": ("x:p", "x:q")},
        {"audience": "private"},
    ],
)
def test_what_is_no_longer_what_was_sealed_does_not_leave(change: dict[str, object]) -> None:
    house = asked()
    house.must("el", clear(house))
    forged = tuple(replace(a, **change) for a in house.conversation.answers)
    house.conversation = replace(house.conversation, answers=forged)
    assert house.start() == (ClearanceExpired("a1", "seal_differs"),)


def test_a_part_s_text_that_is_no_longer_what_was_sealed_does_not_leave() -> None:
    house = asked()
    house.must("el", clear(house))
    parts = tuple(replace(p, text="Something else. ^AJ") for p in one(house).parts)
    forged = tuple(replace(a, parts=parts) for a in house.conversation.answers)
    house.conversation = replace(house.conversation, answers=forged)
    assert house.start() == (ClearanceExpired("a1", "seal_differs"),)


def test_a_sender_that_holds_an_older_text_does_not_start() -> None:
    house = asked()
    old = one(house).seal
    house.must("aj", Recall("a1"))
    house.must("aj", house.answer("aj", "No."))
    house.must("el", clear(house))
    assert house.refused("postroom", StartSend("a1.1", epoch="e1", seal=old)).why == "seal_differs"
    start = StartSend("a1.1", epoch="e1", seal=one(house).seal)
    assert house.must("postroom", start) == (SendStarted("a1.1", 1),)


# What is asked of the author and of the approver
def minister() -> House:
    house = house_of(Clearance(), kind="minister")
    house.must("aj", house.answer("aj", "Yes.", confirmed="@landetud"))
    return house


def test_a_minister_s_approver_types_the_handle_too() -> None:
    house = minister()
    assert house.refused("el", clear(house)).facts == {"handle": "LandetUD"}
    denial = house.refused("ml", Override("a1", one(house).seal, "now"))
    assert denial.why == "confirmation_needed"
    house.must("el", clear(house, confirmed="@LandetUD"))


FIGURE = "At least 25 were killed."
COUNTED = Casualties(("killed", "döda"), ())


def test_a_public_figure_of_casualties_needs_a_source() -> None:
    house = house_of(Clearance(lanes=("press",)))
    house.policy = replace(house.policy, casualties=COUNTED)
    denial = house.refused("aj", house.answer("aj", FIGURE))
    assert (denial.why, denial.facts) == ("source_needed", {"word": "killed"})
    (event,) = house.must("aj", house.answer("aj", FIGURE, source="The hospital, 14:00"))
    assert isinstance(event, Answered)
    assert event.source == "The hospital, 14:00"
    assert event.source not in "".join(event.parts)


def test_a_private_figure_of_casualties_needs_none() -> None:
    house = House(replace(policy(), casualties=COUNTED))
    house.hears("x:1", audience="private")
    house.must("aj", Claim())
    house.must("aj", house.answer("aj", FIGURE))


def test_the_reading_tells_what_became_of_what_waited() -> None:
    house = asked()
    first = one(house).seal
    house.must("el", TurnDown("a1", first, "Too short"))
    (reply,) = reading(house.entries).answers
    assert reply.held
    house.must("aj", house.answer("aj", "Yes, from eight."))
    house.must("ob", clear(house))
    (reply,) = reading(house.entries).answers
    told = [(said.what, said.by, said.reason) for said in reply.clearance]
    assert told == [
        ("asked", "aj", ""),
        ("turned_down", "el", "Too short"),
        ("asked", "aj", ""),
        ("cleared", "ob", ""),
    ]
    assert (reply.held, reply.text) == (False, "Yes, from eight.")


def test_an_answer_that_does_not_wait_is_told() -> None:
    house = house_of()
    assert house.refused("el", Clear("none", "seal")).why == "unknown_answer"
    house.must("aj", Draft("a1", "Hm"))
    assert house.refused("el", Clear("a1", "")).why == "not_asked"


def test_a_reachout_s_public_line_is_not_returned_in_other_words() -> None:
    house = asked()
    line = tuple(replace(a, kind="rung") for a in house.conversation.answers)
    house.conversation = replace(house.conversation, answers=line)
    back = Return("a1", one(house).seal, "We know where you are.")
    assert house.refused("el", back).why == "template_only"
