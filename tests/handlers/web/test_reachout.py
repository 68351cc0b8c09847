"""The record of a reachout as a page: a report fit for the archive, for officers alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from inbox.conversations.commands import Clear, Report, StartSend
from inbox.desk.firing import Shot
from inbox.desk.reachouts import Plan
from inbox.directory.commands import Attach, Prove
from inbox.reachout.commands import Attempt, Close, HandOver, Hear, Open, Record, Settle, Skip
from inbox.reachout.state import Rung
from inbox.words import Person, Reach
from tests.handlers.slack.conftest import Builder, fresh, policies_of
from tests.handlers.slack.test_acts_reach import EMAIL, LINES, MINISTER, NAME, PHONE, known, noted
from tests.handlers.web.conftest import Pages, builder, clock, pages_of, single_servers

__all__ = ["builder", "clock", "single_servers"]

WHY = "Hand over <b>the list</b> of names"
LINE = "@JalilOrfani We would like to speak with you. Call our duty officer. ^AJ"


@pytest.fixture
async def pages(builder: Builder) -> AsyncIterator[Pages]:
    """Give the page at work, with a minister in its directory."""
    policies = policies_of(may_call=True)
    policies.lines = LINES
    async with pages_of(builder, policies) as made:
        await known(made, "c1", NAME, ("phone", PHONE), ("email", EMAIL))
        await noted(made, "c1", Attach(Person(MINISTER, "JalilOrfani", "Jalil"), "his office"))
        expires = made.inbox.now() + 90 * 86_400_000
        await noted(made, "c1", Prove(MINISTER, "called_back", "his office", expires))
        no = Reach("no", "blocked")
        await made.inbox.reachouts.asks.answer("x/landetud", MINISTER, "private", no)
        yield made


async def ordered(pages: Pages, ref: str, command: object, by: str = "officer:aj") -> None:
    door = pages.inbox.reachouts
    done = await door.do(ref, door.order(command, by=by))  # type: ignore[arg-type]  # any of them
    assert getattr(done, "why", None) is None, done


async def planned(pages: Pages) -> tuple[Rung, ...]:
    anna = pages.policies.officers["aj"]
    plan = await pages.inbox.reachouts.plan("c1", "urgent", anna, "call_us")
    assert isinstance(plan, Plan)
    return plan.rungs


async def to_the_end(pages: Pages) -> str:
    """Let everything of a reachout happen, from the telephone to the hand-over."""
    ref = fresh()
    plan = await pages.inbox.reachouts.plan(
        "c1", "urgent", pages.policies.officers["aj"], "call_us"
    )
    rungs: tuple[Rung, ...] = plan.rungs  # type: ignore[union-attr]  # the contact is known
    deadline = pages.inbox.now() + 3_600_000
    await ordered(pages, ref, Open("c1", WHY, "urgent", deadline, rungs))
    await ordered(pages, ref, Attempt(0))
    await ordered(pages, ref, Record(0, "failed", "No answer, three times"))
    await ordered(pages, ref, Skip(1, "Their server is down"))
    fired = await pages.inbox.reachouts.fire(ref, Shot(3, "officer:aj", "one click"))
    there, answer = fired.conversation.id, fired.conversation.answers[-1]  # type: ignore[union-attr]  # it was allowed
    pages.policies.officers["en"] = replace(
        pages.policies.officers["en"], roles=("officer", "approver")
    )
    await pages.orders(there, Clear(answer.id, answer.seal), "officer:en")
    await pages.orders(there, StartSend(answer.parts[0].id, epoch=pages.inbox.epoch), "postroom")
    url = "https://x.com/LandetUD/status/77"
    sent = Report(answer.parts[0].id, "sent", attempt=1, ref="x:77", url=url)
    await pages.orders(there, sent, "postroom")
    await ordered(pages, ref, Settle(3, answer.id, "sent", url=url), "clerk")
    parody = await pages.hear("Call me!", person="JaIilOrfani")
    differs = "capital I for l at letter 3"
    hear = Hear("x:JaIilOrfani", parody, "x:1", "unproven", like=MINISTER, differs=differs)
    await ordered(pages, ref, hear, "clerk")
    real = await pages.hear("This is my office.", person="4100")
    await ordered(pages, ref, Hear(MINISTER, real, "x:2", "verified"), "clerk")
    await ordered(pages, ref, HandOver("Secure line of the embassy, 14:30"))
    await ordered(pages, ref, Close("handed_over"))
    return ref


async def test_the_record_reads_as_a_report_of_who_when_and_what_came_of_it(pages: Pages) -> None:
    ref = await to_the_end(pages)
    anna = await pages.officer()
    seen = await anna.get(f"/reachouts/{ref}")
    assert seen.status == 200
    at = -1
    for fact in (
        f"CLOSED · {NAME}",
        "Hand over <b>the list</b> of names",
        "opened",
        "3 Private message: failed X · @LandetUD → @JalilOrfani · they do not accept ours",
        f"1 Phone: tried {PHONE}",
        "1 Phone: failed No answer, three times",
        "2 E-mail: left out Their server is down",
        "4 Public line: tried X · @LandetUD → @JalilOrfani",
        "a look-alike wrote; the clock runs on @JaIilOrfani: capital I for l at letter 3",
        "a verified person answered; the clock stands",
        "handed over Secure line of the embassy, 14:30",
        "closed Handed over",
        "Exactly as it left",
        LINE,
        "A bystander sees",
        "Cleared by: Erik Nyström",
        "Seal:",
        "This is my office.",
        "Times are those of Europe/Stockholm.",
    ):
        found = seen.text.find(fact)
        assert found > at, (fact, seen.text)
        at = found
    conversation = (await pages.inbox.reachouts.load(ref)).rungs[3].conversation  # type: ignore[union-attr]  # it is there
    assert (await pages.answer(conversation)).seal in seen.text
    assert "<b>the list</b>" not in seen.body


async def test_it_stands_in_the_officers_own_language_and_direction(pages: Pages) -> None:
    ref = await to_the_end(pages)
    pages.policies.officers["sh"] = replace(pages.policies.officers["sh"], locale="ar")
    samira = await pages.officer("sh")
    seen = await samira.get(f"/reachouts/{ref}")
    assert 'dir="rtl"' in seen.body
    assert "سجل محاولة وصول" in seen.text
    assert "كما خرج حرفيًا" in seen.text


async def test_who_is_no_officer_finds_no_record_and_who_is_signed_out_signs_in(
    pages: Pages,
) -> None:
    ref = await to_the_end(pages)
    nobody = await pages.browser()
    assert (await nobody.get(f"/reachouts/{ref}")).url.endswith(f"/login?to=/reachouts/{ref}")
    reader = await pages.officer("rr")
    for path in (f"/reachouts/{ref}", "/reachouts"):
        seen = await reader.get(path)
        assert seen.status in (403, 404)
        assert "list" not in seen.text
    assert "/reachouts" not in (await reader.get("/")).body
    anna = await pages.officer()
    assert (await anna.get("/reachouts/nosuchthing00000")).status == 404


async def test_the_open_ones_are_listed_and_the_page_has_a_style_for_paper(pages: Pages) -> None:
    anna = await pages.officer()
    assert "No reachout is open." in (await anna.get("/reachouts")).text
    plan = await pages.inbox.reachouts.plan(
        "c1", "urgent", pages.policies.officers["aj"], "call_us"
    )
    deadline = pages.inbox.now() + 3_600_000
    await ordered(pages, "r9", Open("c1", WHY, "urgent", deadline, plan.rungs))  # type: ignore[union-attr]  # the contact is known
    listed = await anna.get("/reachouts")
    assert f"REACH · {NAME}" in listed.text
    assert "/reachouts/r9" in listed.body
    assert "@media print" in (await anna.get("/static/page.css")).body
