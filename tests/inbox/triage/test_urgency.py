"""Where a conversation waits."""

from msgspec.structs import replace

from inbox.conversations.state import Claim, Closing, Conversation, Wake
from inbox.triage.urgency import channel_of, place
from inbox.words import Lane, Officer, Policy
from tests.inbox.conversations.house import ACCOUNT, POLICY, START

WAITING = Conversation(account=ACCOUNT.id, lane="consular", waiting_since=START)


def test_the_lane_comes_before_the_time_and_the_time_before_all_else() -> None:
    urgent = replace(WAITING, lane="life-safety", waiting_since=START + 9)
    later = replace(WAITING, waiting_since=START + 1)
    places = [place(one, POLICY) for one in (urgent, WAITING, later)]
    assert places == sorted(places, key=lambda one: one or ("", 0))
    assert places[1] == ("C1", 3 * 10**13 + START)


def test_a_lane_the_tables_forgot_waits_behind_all_others() -> None:
    forgotten = place(replace(WAITING, lane="gone"), POLICY)
    known = place(replace(WAITING, lane="other", waiting_since=START * 2), POLICY)
    assert forgotten is not None
    assert known is not None
    assert forgotten[1] > known[1]


def test_only_who_waits_stands_in_the_queue() -> None:
    for otherwise in (
        replace(WAITING, waiting_since=0),
        replace(WAITING, claim=Claim("aj", 1, START)),
        replace(WAITING, wake=Wake(START, 1)),
        replace(WAITING, closed=Closing(START, "officer:aj")),
    ):
        assert place(otherwise, POLICY) is None


def test_private_conversations_stand_in_the_private_channel_or_nowhere() -> None:
    private = replace(WAITING, audience="private")
    assert channel_of(private, ACCOUNT) == "C2"
    assert channel_of(WAITING, ACCOUNT) == "C1"
    without = replace(ACCOUNT, private_channel="")
    assert channel_of(private, without) == ""
    assert place(private, replace(POLICY, account=without)) is None


LANES = (
    Lane("life-safety", 0, 5, reserved=True),
    Lane("press", 4, 120),
    Lane("info", 5, 240),
    Lane("other", 6, 480),
)
DUTY = replace(
    POLICY,
    lanes=LANES,
    officers={"aj": Officer("aj", "AJ", "Anna", languages=("sv", "en"))},
    on_duty=frozenset({"aj"}),
)


def rank(policy: Policy, **fields: str) -> int:
    found = place(replace(WAITING, **fields), policy)
    assert found
    return found[1] // 10**13


def test_a_language_nobody_on_duty_reads_is_served_before_info() -> None:
    for lane, before in (("other", 6), ("info", 5)):
        assert rank(DUTY, lane=lane, language="sv") == before
        assert rank(DUTY, lane=lane, language="fa") == 4
        assert rank(DUTY, lane=lane, language="") == before
        assert rank(replace(DUTY, on_duty=frozenset()), lane=lane, language="fa") == before
    assert rank(DUTY, lane="life-safety", language="fa") == 0
    assert rank(DUTY, lane="press", language="fa") == 4


def test_an_unread_language_never_counts_as_life_safety() -> None:
    few = (Lane("life-safety", 0, 5, reserved=True), Lane("info", 1, 240), Lane("other", 6, 480))
    assert rank(replace(DUTY, lanes=few), lane="other", language="fa") == 6
    assert rank(replace(DUTY, lanes=LANES[:2]), lane="press", language="fa") == 4
