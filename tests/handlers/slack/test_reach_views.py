"""What the windows and messages of a reachout show, in every language, whatever people wrote."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from handlers.forms import Wrong
from handlers.reaching import Reaching
from handlers.say import Say
from handlers.slack import ids
from handlers.slack.blocks import Json
from handlers.slack.reach import (
    Asking,
    by_hand_view,
    choice,
    choices,
    close_view,
    extend_view,
    failed_view,
    hand_over_view,
    public_view,
    reach_view,
    refused_view,
    skip_view,
    write_view,
)
from handlers.slack.reached import notice, reaching_view
from handlers.slack.shown import Opened
from tests.handlers.slack.conftest import words
from tests.handlers.slack.hostile import (
    ACCOUNT,
    BOOK,
    LANGUAGES,
    NOW,
    PLENTY,
    acts,
    check_blocks,
    check_post,
    check_view,
    labels,
    says,
)
from tests.handlers.slack.reachings import CONTACT, LINE, heard, reaching, reachings, short

EN = BOOK.say("en")
OPENED = Opened("turn1", NOW)
KINDS = ("opened", "next", "heard", "imitated", "doubted", "overdue", "sent", "failed")


def asked(shown: Reaching, **facts: object) -> Json:
    known = {"contact": shown.contact, "level": shown.level, "steps": shown.steps, **facts}
    return reach_view(Asking(**known), EN, OPENED, now=NOW)  # type: ignore[arg-type]  # any of its facts


@settings(PLENTY, max_examples=15)
@given(shown=reachings(), say=says, text=short)
def test_slack_takes_every_window_and_message_of_a_reachout(
    shown: Reaching, say: Say, text: str
) -> None:
    known = Asking(shown.contact, shown.level, shown.steps, text, NOW, problem=Wrong("unknown"))
    check_view(reach_view(known, say, OPENED, now=NOW))
    check_view(reach_view(Asking(why=text, open=(shown,) * 9), say, OPENED, now=NOW))
    check_view(reaching_view(shown, say, OPENED))
    for kind in KINDS:
        check_post(notice(kind, shown, say))
    for view in (hand_over_view, close_view, extend_view):
        check_view(view(shown, say, OPENED))
    for step in shown.steps[:2]:
        for of_step in (failed_view, skip_view, by_hand_view):
            check_view(of_step(shown, step, say, OPENED))
        check_view(write_view(shown, step, say, OPENED, text=text, problem=Wrong("unknown")))
        check_view(public_view(shown, step, say, OPENED, problem=Wrong("unknown")))
    check_view(refused_view(Wrong("unknown"), say, OPENED, "r1"))
    offered = choices([choice(shown.contact, shown.level, NOW, say)] * 120)
    assert len(offered["options"]) == 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_lights_a_lock_screen_without_the_purpose(language: str) -> None:
    say = BOOK.say(language)
    for kind in KINDS:
        post = notice(kind, heard(), say)
        assert "Wadi Sahl" not in post.text
        assert "secure line" not in post.text
        assert "Wadi Sahl" not in words(post.blocks)


def test_the_ladder_says_beforehand_what_each_platform_will_say() -> None:
    shown = words(asked(reaching())["blocks"])
    assert "1 Phone · +963 11 000 00 41 · Anna Jansson knows them" in shown
    assert "3 Private message · X · @LandetUD → @JalilOrfani · they do not accept ours" in shown
    assert "4 Public line · X · @LandetUD → @JalilOrfani · needs clearance" in shown
    assert asked(reaching())["submit"]["text"] == "Start with the phone"


def test_what_stays_stands_before_what_leaves_and_the_purpose_is_said_to_stay() -> None:
    shown = words(asked(reaching())["blocks"])
    assert shown.index("STAYS") < shown.index("LEAVES, in this order")
    assert "Stays in the house. It never leaves." in shown


def test_the_boxes_keep_their_names_while_the_window_is_open() -> None:
    before, after = reach_view(Asking(), EN, OPENED, now=NOW), asked(reaching())
    named = [[b["block_id"] for b in v["blocks"] if b["type"] == "input"] for v in (before, after)]
    assert named[0] == named[1]


def test_the_approved_line_and_its_language_are_an_officer_s_choice_and_no_box_to_write_in() -> (
    None
):
    lines = {"reach": {"en": LINE, "ar": "@{handle} نحاول الاتصال بكم."}}
    blocks = asked(reaching(), lines=lines, line="reach/ar")["blocks"]
    (menu,) = [
        b["element"] for b in blocks if b.get("element", {}).get("action_id") == ids.REACH_LINE
    ]
    assert menu["type"] == "static_select"
    assert [one["value"] for one in menu["options"]] == ["reach/en", "reach/ar"]
    assert menu["initial_option"]["value"] == "reach/ar"
    without = asked(reaching(rungs=reaching().reachout.rungs[:2]), lines=lines)["blocks"]
    assert ids.REACH_LINE not in [b.get("element", {}).get("action_id") for b in without]


def test_who_is_not_verified_gets_no_rung_and_that_is_said() -> None:
    shown = words(asked(reaching(), left_out=(("JalilOrfani", "probable"),))["blocks"])
    assert "Left out: @JalilOrfani, probable, not verified. Prove in the directory" in shown


def test_a_contact_without_any_channel_is_said_to_be_one() -> None:
    shown = reaching(rungs=())
    assert "knows no way to this contact" in words(asked(shown)["blocks"])


def test_a_rung_by_hand_offers_reached_failed_and_skip_and_the_directorys_number_alone() -> None:
    view = reaching_view(reaching(), EN, OPENED)
    assert acts(view)[:3] == [ids.REACH_REACHED, ids.REACH_FAILED, ids.REACH_SKIP]
    assert "Never a number out of a message" in words(view["blocks"])


def test_the_public_rung_has_no_box_and_shows_text_account_audience_and_what_is_inferred() -> None:
    shown = reaching(3)
    view = public_view(shown, shown.steps[3], EN, OPENED)
    assert [b for b in view["blocks"] if b["type"] == "input"] == []
    said = words(view["blocks"])
    for fact in (LINE, "PUBLIC", "@LandetUD → @JalilOrfani", "A bystander sees"):
        assert fact in said
    assert view["submit"]["text"] == "Ask for clearance"


def test_on_a_minister_s_account_both_rungs_ask_for_its_typed_handle() -> None:
    shown = reaching(3)
    account = replace(ACCOUNT, kind="minister", handle="MinisterUD")
    step = replace(shown.steps[3], account=account)
    view = public_view(shown, step, EN, OPENED)
    (box,) = [b for b in view["blocks"] if b["type"] == "input"]
    assert box["element"]["action_id"] == ids.CONFIRMED
    assert "@MinisterUD" in box["label"]["text"]
    private = write_view(shown, replace(shown.steps[2], account=account), EN, OPENED)
    boxes = [b["element"]["action_id"] for b in private["blocks"] if b["type"] == "input"]
    assert boxes == [ids.REACH_TEXT, ids.CONFIRMED]


def test_where_the_platform_forbids_the_post_it_is_made_by_hand_and_said_before() -> None:
    shown = reaching(3)
    step = replace(shown.steps[3], rung=replace(shown.steps[3].rung, by_hand=True))
    shown = replace(shown, steps=(*shown.steps[:3], step))
    assert "X forbids us this post; post it by hand" in words(asked(shown)["blocks"])
    view = reaching_view(shown, EN, OPENED)
    assert ids.REACH_BY_HAND in acts(view)
    assert ids.REACH_PUBLIC not in acts(view)


def test_who_answered_is_shown_with_the_hand_over_and_the_parody_with_what_differs() -> None:
    view = reaching_view(heard(), EN, OPENED)
    said = words(view["blocks"])
    assert "@jalil@social.qasira.example answered, verified. The clock stands." in said
    assert "@JaIilOrfani wrote and is not Foreign Minister, Qasira: capital I for l" in said
    assert "Hand over…" in labels(view)


def test_overdue_is_said_first() -> None:
    shown = replace(reaching(), now=NOW + 8_000_000)
    assert words(reaching_view(shown, EN, OPENED)["blocks"]).startswith("OVERDUE · Foreign")


def test_their_time_is_shown_and_no_zone_makes_no_error() -> None:
    assert "verified · 17:13 there" in words(asked(reaching())["blocks"])
    strange = replace(reaching(), contact=replace(CONTACT, time_zone="Nowhere/Land"))
    check_blocks(asked(strange)["blocks"])


def test_what_differs_is_said_in_the_readers_own_language() -> None:
    said = {
        one: words(reaching_view(heard(), BOOK.say(one), OPENED)["blocks"]) for one in LANGUAGES
    }
    assert "capital I for l at letter 3" in said["en"]
    assert "capital" not in said["sv"]
    assert "capital" not in said["ar"]
    assert "حرف كبير I بدل l" in said["ar"]
