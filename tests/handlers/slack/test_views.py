from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.say import Say
from handlers.slack import ids
from handlers.slack.blocks import Json
from handlers.slack.dialogs import (
    close_view,
    found_view,
    hand_over_view,
    help_view,
    moment_view,
    note_view,
    pages,
    phrases_view,
    snooze_view,
    tag_view,
    take_over_view,
    told_view,
    whole_view,
)
from handlers.slack.home import Counts, OnDuty, home, summary
from handlers.slack.ids import Meta, unpack
from handlers.slack.shown import Line, Opened, Shown, Told, Writing
from handlers.slack.views import (
    answer_view,
    by_hand_view,
    denied_view,
    hold_view,
    meta,
    unsure_view,
)
from inbox.conversations.denied import Denied, Why
from inbox.conversations.state import Claim
from inbox.words import Account, Audience, Lane
from tests.handlers.slack.hostile import (
    ANNA,
    BOOK,
    ERIK,
    LANGUAGES,
    LIFE,
    NOW,
    PLENTY,
    acts,
    all_text,
    check_post,
    check_view,
    isolates_closed,
    labels,
    lines,
    objects,
    says,
    shown,
    showns,
    texts,
    writings,
)

EN = BOOK.say("en")
OPENED = Opened("turn1", NOW, "C1", "1.0")
HELD = Claim("en", 3, NOW)


def with_text(text: str = "", audience: Audience = "public", **facts: object) -> Writing:
    writing = Writing("answer", audience, text=text, signature="^AJ")
    return msgspec.structs.replace(writing, **facts)


def box(view: Json) -> Json:
    return next(b for b in view["blocks"] if b.get("element", {}).get("action_id") == ids.TEXT)


@PLENTY
@given(one=showns, writing=writings, say=says)
def test_slack_takes_every_view_around_an_answer(one: Shown, writing: Writing, say: Say) -> None:
    check_view(answer_view(one, writing, say, OPENED))
    check_view(hold_view(one, writing, NOW, say, OPENED))
    check_view(unsure_view(one, writing, "answer.1", say, OPENED))
    check_view(by_hand_view(one, "answer", "answer.1", say, OPENED))
    check_view(denied_view(Denied("claimed", {"by": "en"}), say, OPENED, one, writing))


@PLENTY
@given(one=showns, text=texts, tags=st.lists(texts, max_size=120), say=says)
def test_slack_takes_every_other_modal(one: Shown, text: str, tags: list[str], say: Say) -> None:
    check_view(take_over_view(one, say, OPENED))
    check_view(note_view(one, say, OPENED, text))
    unique = [f"{number}{tag}" for number, tag in enumerate(tags)]
    check_view(tag_view(one, unique, (LIFE, Lane(text[:100] or "x", 1, 5)), say, OPENED))
    check_view(snooze_view(one, say, OPENED))
    check_view(hand_over_view(one, (ANNA, ERIK), say, OPENED))
    check_view(hand_over_view(one, (), say, OPENED))
    check_view(close_view(one, say, OPENED))
    check_view(found_view(text, [one] * 20, say, OPENED))
    check_view(phrases_view(one, dict.fromkeys(map(str, range(20)), text), say, Meta()))


@PLENTY
@given(one=showns, said=st.lists(lines, max_size=8), page=st.integers(-1, 60), say=says)
def test_slack_takes_every_page_of_the_whole_conversation(
    one: Shown, said: list[tuple[Line, ...]], page: int, say: Say
) -> None:
    every = [line for some in said for line in some] * 6
    check_view(whole_view(one, every, say, OPENED, page))
    assert [line for one_page in pages(every, say) for line in one_page] == every


@PLENTY
@given(rows=st.lists(showns, max_size=14), name=texts, say=says)
def test_slack_takes_every_home_and_summary(rows: list[Shown], name: str, say: Say) -> None:
    counts = Counts(
        at=NOW,
        waiting=40,
        urgent=3,
        oldest=NOW,
        languages=(("ar", 21), (name, 9)),
        unread=("fa", name),
        on_duty=(OnDuty(name), OnDuty("Anna", NOW)) * 9,
        warnings=(Told("summary.behind", {"account": name[:99], "until": "02:40"}),) * 7,
    )
    check_view(home(name, counts, rows, rows * 3, say))
    check_post(summary(counts, say))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("audience", ["public", "private"])
def test_title_and_submit_of_an_answer_say_its_audience_and_no_radio_offers_the_other(
    language: str, audience: Audience
) -> None:
    say = BOOK.say(language)
    view = answer_view(shown(audience), with_text(audience=audience), say, OPENED)
    assert say(f"modal.title_{audience}") == view["title"]["text"]
    assert say(f"audience.{audience}").casefold() in view["title"]["text"].casefold()
    assert view["submit"]["text"] == say(f"modal.submit_{audience}")
    assert not [one for one in objects(view) if one.get("type") == "radio_buttons"]


def test_an_answer_has_exactly_the_zones_leaves_and_stays() -> None:
    view = answer_view(shown(), with_text(), EN, OPENED)
    assert all_text(view["blocks"]).count("LEAVES") == 1
    assert all_text(view["blocks"]).count("STAYS") == 1
    assert "@LandetUD → @resenar_k. Everyone can read this." in all_text(view["blocks"][0])
    assert view["blocks"][-1]["element"]["action_id"] == ids.CLOSE_AFTER


def test_the_box_is_new_for_each_conversation_and_each_turn() -> None:
    first = answer_view(shown(), with_text(), EN, OPENED)
    turned = answer_view(shown(), with_text(), EN, Opened("turn2"))
    other = answer_view(shown(id="zzzzzzzzzzzzzzzz"), with_text(), EN, OPENED)
    assert len({box(view)["block_id"] for view in (first, turned, other)}) == 3


def test_the_box_holds_the_draft_and_saves_while_typing_and_tells_when_closed() -> None:
    view = answer_view(shown(), with_text("Ja, 08–20."), EN, OPENED)
    assert box(view)["element"]["initial_value"] == "Ja, 08–20."
    assert box(view)["dispatch_action"] is True
    assert view["notify_on_close"] is True
    assert box(view)["hint"]["text"] == "280 a part · ^AJ is added"


def test_the_box_is_among_the_first_blocks_so_that_it_shows_without_scrolling() -> None:
    view = answer_view(shown(), with_text(), EN, OPENED)
    assert view["blocks"].index(box(view)) <= 2


def test_what_is_typed_is_never_escaped_in_the_box() -> None:
    view = answer_view(shown(), with_text("<b> & 'x'"), EN, OPENED)
    assert box(view)["element"]["initial_value"] == "<b> & 'x'"


def test_where_the_platform_forbids_an_answer_its_way_takes_the_box_s_place() -> None:
    forbidden = Denied("platform_forbids", {"rule": "mention_needed"})
    one = msgspec.structs.replace(shown(), forbidden=forbidden)
    view = answer_view(one, with_text(), EN, OPENED)
    assert "Post by hand and paste the link." in all_text(view["blocks"])
    assert view["callback_id"] == ids.VIEW_BY_HAND
    assert ids.TEXT not in acts(view)
    assert ids.URL in acts(view)


def test_what_came_while_writing_stands_above_the_text_that_is_kept() -> None:
    newer = (Line("Hallå?", NOW, "resenar_k"),)
    problem = Denied("newer_messages", {"count": 1})
    view = answer_view(shown(), with_text("Ja.", newer=newer, problem=problem), EN, OPENED)
    assert "They wrote this while you were writing:" in all_text(view["blocks"])
    assert "Hallå?" in all_text(view["blocks"])
    assert "New messages while you wrote: 1. Your text is kept" in all_text(view["blocks"])
    assert box(view)["element"]["initial_value"] == "Ja."


def test_a_public_answer_about_life_warns_of_numbers_and_places() -> None:
    danger = EN("modal.danger")
    urgent = shown(lane="life-safety")
    assert danger in all_text(answer_view(urgent, with_text(), EN, OPENED)["blocks"])
    private = with_text(audience="private")
    assert danger not in all_text(answer_view(urgent, private, EN, OPENED)["blocks"])


def test_the_other_audience_is_another_modal_behind_a_button() -> None:
    public = answer_view(shown(), with_text(other=True), EN, OPENED)
    assert ids.ANSWER_PRIVATELY in acts(public)
    private = answer_view(shown(), with_text(audience="private", other=True), EN, OPENED)
    assert ids.ANSWER_PUBLICLY in acts(private)
    assert ids.ANSWER_PRIVATELY not in acts(answer_view(shown(), with_text(), EN, OPENED))


def test_only_a_ministers_account_asks_for_its_name() -> None:
    minister = Account("x/m", "x", "1", "Minister", kind="minister", handle="minister_m")
    one = msgspec.structs.replace(shown(), account=minister)
    assert ids.CONFIRMED in acts(answer_view(one, with_text(), EN, OPENED))
    assert ids.CONFIRMED not in acts(answer_view(shown(), with_text(), EN, OPENED))


def test_a_draft_too_long_for_slack_is_told_of_before_anything_is_lost() -> None:
    view = answer_view(shown(), with_text("x" * 3_001), EN, OPENED)
    assert EN("modal.long_draft") in all_text(view["blocks"])


def test_the_hold_offers_stop_and_next_and_an_answer_leaving_now_next_alone() -> None:
    held = hold_view(shown(), with_text("Ja."), NOW, EN, OPENED)
    assert labels(held) == ["Stop", "Next"]
    assert {"timestamp": NOW // 1000, "format": "{time_secs}"}.items() <= next(
        one for one in objects(held) if one.get("type") == "date"
    ).items()
    assert labels(hold_view(shown(), with_text("Ja."), 0, EN, OPENED)) == ["Next"]


def test_a_lost_race_tells_name_and_time_and_a_way() -> None:
    denied = Denied("claimed", {"by": "en", "since": NOW})
    view = denied_view(denied, EN, OPENED, shown(claim=HELD))
    assert all_text(view["blocks"]).startswith("Erik Nyström was first, ")
    assert [one for one in objects(view) if one.get("type") == "date"]
    assert labels(view) == ["Next", "Take over", "Leave a note"]


def test_taken_while_writing_the_text_is_shown_and_can_be_given_away() -> None:
    denied = Denied("stale_claim", {"by": "en"})
    view = denied_view(denied, EN, OPENED, shown(claim=HELD), with_text("Ja, 08–20."))
    assert "Erik Nyström took over, " in all_text(view["blocks"])
    assert "Ja, 08–20." in all_text(view["blocks"])
    assert labels(view) == ["Give text", "Take over", "Next"]
    assert unpack(Meta, view["private_metadata"]) == meta(shown(claim=HELD), OPENED, with_text())


@pytest.mark.parametrize("why", get_args(Why))
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("one", [None, shown()])
def test_every_refusal_has_a_next_button(why: Why, language: str, one: Shown | None) -> None:
    view = denied_view(Denied(why), BOOK.say(language), OPENED, one)
    check_view(view)
    assert 1 <= len(labels(view)) <= 3


def test_an_unsure_part_shows_its_text_and_both_ways() -> None:
    view = unsure_view(shown(), with_text("Ja."), "answer.1", EN, OPENED)
    assert "Ja." in all_text(view["blocks"])
    assert view["submit"]["text"] == "It is there"
    assert labels(view) == ["It is not"]
    carried = unpack(Meta, view["private_metadata"])
    assert carried
    assert carried.part == "answer.1"


def test_one_who_holds_it_is_named_where_it_is_taken_over() -> None:
    view = take_over_view(shown(claim=HELD), EN, OPENED)
    assert "Erik Nyström has held this since " in all_text(view["blocks"])
    assert labels(view) == ["Leave a note"]


def test_the_whole_conversation_is_read_from_its_end_and_paged_backwards() -> None:
    every = [Line(f"{n} " + "x" * 2_000, NOW + n, "resenar_k") for n in range(9)]
    newest = whole_view(shown(), every, EN, OPENED)
    assert "8 xxx" in all_text(newest["blocks"])
    assert "Go back" in labels(newest)
    oldest = whole_view(shown(), every, EN, OPENED, 0)
    assert "0 xxx" in all_text(oldest["blocks"])
    assert "Go back" not in labels(oldest)
    assert "Go on" in labels(oldest)


def test_what_the_conversation_has_is_already_chosen_when_tagging() -> None:
    one = shown(tags=("visa",), lane="life-safety")
    view = tag_view(one, ("visa", "press"), (LIFE, Lane("other", 6, 480)), EN, OPENED)
    tags = next(b["element"] for b in view["blocks"] if acts(b) == [ids.TAGS])
    lane = next(b["element"] for b in view["blocks"] if acts(b) == [ids.LANE])
    assert [option["value"] for option in tags["initial_options"]] == ["visa"]
    assert lane["initial_option"]["value"] == "life-safety"


def test_a_held_conversation_can_go_back_to_everyone() -> None:
    view = hand_over_view(shown(claim=HELD), (ANNA,), EN, OPENED)
    values = [one["value"] for one in objects(view) if "value" in one and "text" in one]
    assert "everyone" in values
    free = hand_over_view(shown(), (ANNA,), EN, OPENED)
    assert "everyone" not in [one.get("value") for one in objects(free)]


def test_the_summary_counts_and_tells_what_nobody_on_duty_reads() -> None:
    counts = Counts(NOW, 40, 3, NOW, (("ar", 21), ("fa", 3)), ("fa",), (OnDuty("Erik", NOW),))
    post = summary(counts, EN)
    text = all_text(post.blocks)
    assert "waiting: 40" in text
    assert "🔴 life-safety: 3" in text
    assert "21 Arabic · 3 Persian" in text
    assert "Nobody on duty reads: Persian" in text
    assert "Slack silent until" in text
    assert labels(post.blocks) == ["Next", "Show mine"]
    assert "Nobody is on duty" in all_text(summary(Counts(NOW), EN).blocks)


def test_home_shows_mine_and_what_waits_and_as_of_when() -> None:
    mine = shown(claim=Claim("aj", 1, NOW))
    view = home("Anna", Counts(NOW, 1), [mine], [shown(text="Hej")], EN)
    text = all_text(view["blocks"])
    assert "Hello, Anna · as of " in text
    assert "YOURS: 1" in text
    assert "WAITING: 1" in text
    assert "Hej" in text
    empty = all_text(home("Anna", Counts(NOW), [], [], EN)["blocks"])
    assert "You hold nothing." in empty
    assert "Nobody waits." in empty


def test_help_names_every_command() -> None:
    text = all_text(help_view("/inkorg", EN, OPENED)["blocks"])
    for verb in ("next", "mine", "find", "on", "off", "help"):
        assert f"/inkorg {verb}" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_small_views_are_ones_that_slack_takes(language: str) -> None:
    say = BOOK.say(language)
    check_view(help_view("/inbox", say, OPENED))
    check_view(moment_view(say, OPENED))
    check_view(told_view("modal.nothing", say, OPENED, shown()))
    assert isolates_closed(all_text(told_view("modal.nothing", say, OPENED)["blocks"]))
