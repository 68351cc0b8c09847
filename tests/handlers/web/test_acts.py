"""Reading, claiming and answering on the page."""

from inbox.conversations.commands import AddNote
from inbox.words import Reach
from tests.handlers.slack.conftest import until
from tests.handlers.web.conftest import Forms, Pages

ASKED = "Är gränsen öppen i morgon?"


async def test_a_conversation_is_found_read_claimed_and_answered(pages: Pages) -> None:
    ref = await pages.hear(ASKED, person="kim")
    anna = await pages.officer()
    assert ASKED in (await anna.get("/")).text
    read = await anna.get(f"/c/{ref}")
    assert "PUBLIC" in read.text
    assert "@kim" in read.text
    await anna.sends(f"/c/{ref}/hold")
    assert await pages.holder(ref) == "aj"
    sent = await anna.sends(f"/c/{ref}/answer", text="Ja, 08–20.")
    answer = await pages.answer(ref)
    assert answer.parts[0].text in sent.text
    assert answer.parts[0].text == "Ja, 08–20. ^AJ"
    assert "Leaves" in sent.text
    await pages.arrives(ref)
    assert "Answered publicly" in (await anna.get(f"/c/{ref}")).text


async def test_stop_within_the_hold_gives_the_text_back(pages: Pages) -> None:
    ref = await pages.hear()
    anna = await pages.officer()
    await anna.acts(ref, "hold")
    await anna.sends(f"/c/{ref}/answer", text="Wrong!")
    stopped = await anna.sends(f"/c/{ref}/stop")
    assert (await pages.answer(ref)).state == "draft"
    assert stopped.forms[f"/c/{ref}/answer"]["text"] == "Wrong!"


async def test_who_loses_the_claim_is_told_who_was_first_and_may_go_on(pages: Pages) -> None:
    ref = await pages.hear()
    anna, erik = await pages.officer(), await pages.officer("en")
    await anna.get(f"/c/{ref}")
    await erik.acts(ref, "claim")
    lost = await anna.sends(f"/c/{ref}/claim")
    assert lost.status == 409
    assert "Erik Nyström was first" in lost.text
    assert "/next" in lost.forms
    assert f"/c/{ref}/take_over" in lost.forms
    assert await pages.holder(ref) == "en"


async def test_who_is_taken_over_while_writing_keeps_the_text_and_can_give_it(pages: Pages) -> None:
    ref = await pages.hear()
    anna, erik = await pages.officer(), await pages.officer("en")
    await anna.acts(ref, "hold")
    await erik.acts(ref, "take_over", reason="night")
    lost = await anna.sends(f"/c/{ref}/answer", text="Half a thought")
    assert lost.status == 409
    assert "Erik Nyström took over" in lost.text
    assert "Half a thought" in lost.text
    assert not (await pages.conversation(ref)).answers
    await anna.sends(f"/c/{ref}/give")
    given = await erik.get(f"/c/{ref}")
    assert given.forms[f"/c/{ref}/answer"]["text"] == "Half a thought"


async def test_a_newer_message_is_shown_before_the_same_text_may_leave(pages: Pages) -> None:
    ref = await pages.hear("Is the border open?")
    anna = await pages.officer()
    await anna.acts(ref, "hold")
    await pages.hear_more(ref, "And the airport?")
    warned = await anna.sends(f"/c/{ref}/answer", text="Yes.")
    assert warned.status == 409
    assert "New messages while you wrote: 1" in warned.text
    assert "And the airport?" in warned.text
    assert not (await pages.conversation(ref)).answers
    await anna.sends(f"/c/{ref}/answer")
    assert (await pages.answer(ref)).text == "Yes."


async def test_what_would_leak_is_told_with_the_text_kept_and_a_box_to_tick(pages: Pages) -> None:
    ref = await pages.hear("Is my brother safe?")
    await pages.orders(ref, AddNote("n1", "Told Qasim to wait."), "officer:en")
    anna = await pages.officer()
    await anna.acts(ref, "hold")
    warned = await anna.sends(f"/c/{ref}/answer", text="We met Q\u200basim.")
    assert warned.status == 409
    assert "stands in our notes. Take it out." in warned.text
    assert not (await pages.conversation(ref)).answers
    assert (await anna.sends(f"/c/{ref}/answer")).status == 409
    box = next(found for tag, found in Forms(anna.page.body).tags if found.get("name") == "leak")
    await anna.sends(f"/c/{ref}/answer", leak=str(box["value"]))
    assert (await pages.answer(ref)).text == "We met Q\u200basim."


async def test_a_form_sent_twice_acts_once(pages: Pages) -> None:
    ref = await pages.hear()
    anna = await pages.officer()
    await anna.acts(ref, "hold")
    form = dict(anna.page.forms[f"/c/{ref}/answer"])
    await anna.sends(f"/c/{ref}/answer", text="Yes.")
    again = await anna.asked("POST", f"/c/{ref}/answer", data={**form, "text": "Yes."})
    assert again.status == 200
    assert len((await pages.conversation(ref)).answers) == 1


async def test_a_draft_is_kept_and_an_older_keystroke_changes_nothing(pages: Pages) -> None:
    ref = await pages.hear()
    anna = await pages.officer()
    await anna.acts(ref, "hold")
    form = {**anna.page.forms[f"/c/{ref}/answer"], "quietly": "1"}
    now = pages.inbox.now()
    for text, at in (("Yes, from", now - 10), ("Yes", now - 2_000)):
        kept = await anna.asked(
            "POST", f"/c/{ref}/draft", data={**form, "text": text, "at": str(at)}
        )
        assert kept.status == 204
    seen = await anna.get(f"/c/{ref}")
    assert seen.forms[f"/c/{ref}/answer"]["text"] == "Yes, from"


async def test_next_claims_the_most_urgent_one(pages: Pages) -> None:
    await pages.hear("When do you open?")
    urgent = await pages.hear("We are trapped in the building")
    anna = await pages.officer()
    await anna.sends("/next")
    assert anna.page.url.startswith(f"{pages.url}/c/{urgent}")
    assert await pages.holder(urgent) == "aj"


async def test_the_smaller_acts_do_what_they_say(pages: Pages) -> None:
    ref = await pages.hear()
    anna = await pages.officer()
    await anna.acts(ref, "claim")
    await anna.acts(ref, "note", note="Ask the consul first")
    assert "Ask the consul first" in anna.page.text
    await anna.acts(ref, "sort", tag="visa", lane="press")
    sorted_ = await pages.conversation(ref)
    assert (sorted_.tags, sorted_.lane) == (("visa",), "press")
    await anna.acts(ref, "snooze", when="2h")
    assert (await pages.conversation(ref)).state == "snoozed"
    await anna.acts(ref, "wake")
    await anna.acts(ref, "hand_over", to="en", reason="night")
    assert await pages.holder(ref) == "en"
    erik = await pages.officer("en")
    await erik.acts(ref, "release")
    assert await pages.holder(ref) == ""
    await erik.acts(ref, "close", outcome="spam")
    assert (await pages.conversation(ref)).state == "closed"
    await erik.acts(ref, "reopen")
    assert (await pages.conversation(ref)).state == "waiting"


async def test_what_was_typed_wrongly_is_said_and_changes_nothing(pages: Pages) -> None:
    ref = await pages.hear()
    anna = await pages.officer()
    await anna.acts(ref, "claim")
    for act, typed, told in (
        ("snooze", {"when": "soonish"}, "That time cannot be read"),
        ("close", {"outcome": "victory"}, "No outcome is chosen"),
        ("note", {"note": " "}, "There is no text"),
        ("hand_over", {"to": "nobody-here"}, "No such officer"),
    ):
        before = (await pages.conversation(ref)).version
        wrong = await anna.acts(ref, act, **typed)
        assert (wrong.status, told in wrong.text) == (409, True), (act, wrong.text)
        assert (await pages.conversation(ref)).version == before


async def test_an_unsure_part_is_looked_for_by_a_person(pages: Pages) -> None:
    ref = await pages.hear()
    anna = await pages.officer()
    await anna.acts(ref, "hold")
    await anna.sends(f"/c/{ref}/answer", text="Yes.")
    part = await pages.starts(ref)
    await pages.reports(ref, part, "unsure")
    seen = await anna.get(f"/c/{ref}")
    assert "We cannot see whether X posted this" in seen.text
    wrong = await anna.sends(f"/c/{ref}/there", url="http://x.com/a")
    assert "That is not a public address" in wrong.text
    await anna.sends(f"/c/{ref}/there", url="https://x.com/LandetUD/status/77")
    assert (await pages.answer(ref)).state == "sent"


async def test_a_ready_line_is_put_behind_what_is_written(pages: Pages) -> None:
    ref = await pages.hear("Is the embassy open?")
    anna = await pages.officer()
    await anna.acts(ref, "hold")
    key = "public_rung.thanks"
    seen = await anna.sends(f"/c/{ref}/line", text="Good evening.", line=key)
    typed = seen.forms[f"/c/{ref}/answer"]["text"]
    assert typed.startswith("Good evening.\nThank you.")


async def test_find_finds_the_officers_own_only(pages: Pages) -> None:
    ours = await pages.hear("The zebra is at the border")
    theirs = await pages.hear("A zebra in Qasira", account="x/landetqasira", audience="private")
    anna, otto = await pages.officer(), await pages.officer("ot")

    async def finds() -> bool:
        return ours in (await anna.get("/find?q=zebra")).body

    await until(finds, awaited=True)
    found = await otto.get("/find?q=zebra")
    assert theirs in found.body
    assert ours not in found.body


async def test_the_page_answers_privately_instead_too(pages: Pages) -> None:
    ref = await pages.hear("Where do we go?")
    person = (await pages.conversation(ref)).person
    anna = await pages.officer()
    await anna.acts(ref, "hold")
    await pages.inbox.reachouts.asks.answer("x/landetud", person, "private", Reach("no", "blocked"))
    told = await anna.sends(f"/c/{ref}/privately", text="Gate 4.")
    assert (told.status, "They accept no private messages." in told.text) == (409, True)
    await pages.inbox.reachouts.asks.answer("x/landetud", person, "private", Reach("yes"))
    there = await anna.sends(f"/c/{ref}/privately", text="Gate 4.")
    (private,) = (await pages.conversation(ref)).linked
    assert there.url.split("#")[0].endswith(f"/c/{private}")
    assert there.forms[f"/c/{private}/answer"]["text"] == "Gate 4."
    await anna.sends(f"/c/{private}/answer")
    assert (await pages.answer(private)).audience == "private"
    assert "goes on in private" in (await anna.get(f"/c/{ref}")).text
    assert f'href="/c/{private}"' in anna.page.body
