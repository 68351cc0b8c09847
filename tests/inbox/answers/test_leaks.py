from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.answers.leaks import MOST, Kind, findings

NOTES = (
    "Qasim al-Haddad called from Tartus, room 4711. His number: +46 70 123 45 67.",
    "Spoke to Åsa Öberg at the bank, file 88 21 903, flight LY315.",
    "السيد كمال النجار في فندق سفير",
)
OURS = ("landet.example", "+46 8 465 004 10", "press@landet.example", "@LandetUD", "@leila_q")


def found(text: str, *kinds: Kind, said: tuple[str, ...] = (), **more: Any) -> list[str]:
    """Return what the guard finds in a public text, of these kinds."""
    told = findings(text, secrets=NOTES, ours=OURS, said=said, audience="public", **more)
    return [leak.found for leak in told if not kinds or leak.kind in kinds]


LEAKS: list[tuple[str, Kind]] = [
    ("We have spoken with Qasim.", "secret"),
    ("QASIM'S family is safe", "secret"),
    ("qasim is safe", "secret"),
    ("Q a s i m is safe", "secret"),
    ("Qas-im is safe", "secret"),
    ("q\u200bas\u2060im", "secret"),
    ("Qаsіm", "secret"),
    ("ＱＡＳＩＭ", "secret"),
    ("𝐐𝐚𝐬𝐢𝐦", "secret"),
    ("Qás̈im", "secret"),
    ("QasIm", "secret"),
    ("#FreeHaddad", "secret"),
    ("Ha\u00addd\u034fad", "secret"),
    ("asa oberg", "secret"),
    ("the hotel in T4RTUS? no, Tartus", "secret"),
    ("وكمال بخير", "secret"),
    ("ك\u200cمال", "secret"),
    ("كَمَال", "secret"),
    ("in room 47-11", "secret"),
    ("rum ٤٧١١", "secret"),
    ("rum 4️⃣7️⃣1️⃣1️⃣", "secret"),
    ("file 8821903", "secret"),
    ("file 88.219.03", "secret"),
    ("070-123 45 67", "secret"),
    ("flight ly 315 is cancelled", "secret"),
    ("flyg LY-315", "secret"),
    ("ＬＹ３１５", "secret"),
    ("۰۷۰۱۲۳۴۵۶۷", "secret"),
    ("see\u200b you", "invisible"),
    ("abc\u202edef", "invisible"),
    ("abc\u2066def\u2069", "invisible"),
    ("hi" + "".join(chr(0xE0000 + ord(c)) for c in "secret"), "invisible"),
    ("🏴" + "".join(chr(0xE0000 + ord(c)) for c in "usca") + "\U000e007f", "invisible"),
    ("x\ufe0f", "invisible"),
    ("😀\ufe0f\ufe0f\ufe01", "invisible"),
    ("soft\u00adhyphen", "invisible"),
    ("Cаrl", "homoglyph"),
    ("see раураІ now", "homoglyph"),
    ("𝓗𝓮𝓵𝓵𝓸", "homoglyph"),
    ("Моcква", "homoglyph"),
    ("https://bit.ly/3abcd", "telling_url"),
    ("http://intranet/visa", "telling_url"),
    ("https://10.0.0.8/x", "telling_url"),
    ("https://landet.sharepoint.com/:w:/s/x", "telling_url"),
    ("docs.google.com/document/d/1x", "telling_url"),
    ("https://landet.example/form?token=abc", "telling_url"),
    ("https://landet.example/form?x=leila@example.org", "telling_url"),
    ("https://user:pass@landet.example/", "telling_url"),
    ("https://elsewhere.example.org/news", "telling_url"),
    ("https://lаndet.example/", "telling_url"),
    ("@leila_q @other can help", "mention"),
    ("＠other", "mention"),
    ("@leila_q@social.example", "mention"),
    ("Ring 070-174 06 05", "personal"),
    ("Ring +46701740605", "personal"),
    ("Ring 0046 70 174 06 05", "personal"),
    ("٠٧٠١٧٤٠٦٠٥", "personal"),
    ("(212) 555-0123", "personal"),
    ("leila@example.org", "personal"),
    ("leila (at) example.org", "personal"),
    ("811228-9874", "personal"),
    ("19811228-9874", "personal"),
    ("131052-308T", "personal"),
    ("SE45 5000 0000 0583 9825 7466", "personal"),
    ("4539 1488 0343 6467", "personal"),
    ("passport AB1234567", "personal"),
    ("59.3293, 18.0686", "personal"),
    ("59°19'45\"N", "personal"),
    ("Drottninggatan 12", "personal"),
    ("12 Baker Street", "personal"),
    ("شارع الملك فيصل رقم 12", "personal"),
]


@pytest.mark.parametrize(("text", "kind"), LEAKS)
def test_what_would_leak_is_found(text: str, kind: Kind) -> None:
    assert found(text, kind)


INNOCENT = [
    "Ja, gränsen är öppen i morgon 08:00-17:00. Välkommen!",
    "Hej! Ring oss på +46 8 465 004 10 eller skriv till press@landet.example.",
    "Vi har tagit emot er fråga och återkommer under dagen.",
    "Mer information: https://landet.example/resa/sv?id=12 och www.landet.example.",
    "Ambassaden är stängd den 26–27 november. T.ex. pass kan hämtas kl.09.00, bl.a. i Åre.",
    "2026-11-27 öppnar vi åter. Avgiften är 1 250 kr (ca 110 EUR), handläggningstiden 14 dagar.",
    "Tack för tålamodet 🙏🏽 Vi hjälper 👨‍👩‍👧‍👦 och ❤️. Steg 1️⃣: fyll i blanketten. 🏴󠁧󠁢󠁥󠁮󠁧󠁿🇸🇪",
    "Det gäller alla som reste 2023-2025; ring 112 vid fara för livet.",
    "@leila_q Ja, det stämmer. Skicka oss ett privat meddelande.",
    "Yes, the border opens tomorrow at 8 a.m. Bring your passport, and 2 photographs (35x45 mm).",
    "We are waiting for news and will answer here. Thank you for your patience!",
    "The embassy is open Sunday to Thursday, 8-16. See landet.example/qasira.",
    "Please write to us privately; do not post telephone numbers here.",
    "Flight SK 1429 is delayed until 23:55; gate 12B. Call the airline.",
    "In a room at the airport our staff wear yellow vests. All can come.",
    "The fee is USD 160,000 for 3,000,000 forms. That's 100% of it – e.g. 12/2026.",
    "السفارة مفتوحة من الأحد إلى الخميس، من الساعة ٨ إلى ١٦.",
    "نعم، الحدود مفتوحة غدا\u200f! يرجى إحضار جواز السفر.",
    "شكرا لرسالتكم. اكتبوا لنا رسالة خاصة من فضلكم.",
    "للطوارئ اتصلوا على +46 8 465 004 10.",
    "سفارت فردا باز است و می‌توانید مراجعه کنید.",
    "Посольство открыто завтра. Подробности: landet.example",
    "Η πρεσβεία είναι ανοιχτή αύριο. 10 kΩ, Δt = 5 s, SMS-ка.",
    "दूतावास कल खुला है। क्‍या आप आ सकते हैं?",
    "大使馆明天开放。ＡＴＭ在一楼。",
]


@pytest.mark.parametrize("text", INNOCENT)
def test_an_ordinary_answer_is_let_through(text: str) -> None:
    assert found(text) == []


def test_names_that_everybody_reads_are_no_secret() -> None:
    assert found("Qasim, room 4711") == ["Qasim", "4711"]
    assert found("Qasim, room 4711", said=("I am Qasim Haddad in room 4711",)) == []


def test_a_note_s_ordinary_words_are_no_secret() -> None:
    notes = (
        "Waiting for the Embassy. She called on Monday; I asked Press. Family is at the border.",
        "Do NOT tell THEM that WE are waiting.",
    )
    text = "We are not waiting for them at the embassy; she called monday. Family at the border."
    assert findings(text, secrets=notes, audience="public") == ()


ANSWERED = [
    (
        "Ringde UD-jouren, de återkommer. Brodern heter Ahmad Sabbagh, rum 214 på Hotel Safir.",
        "Vi har tagit kontakt med vår jour och återkommer till dig i dag.",
    ),
    (
        "Pratade med Karin på konsulära enheten: inga bussar i morgon.",
        "Det går tyvärr inga bussar i morgon. Följ vår webbplats för besked.",
    ),
    (
        "Hon är gravid och behöver läkare. Ambassaden skickar bil kl 14.",
        "Ambassaden har öppet till 16 i dag. Hör av dig till oss enskilt.",
    ),
    (
        "Sänt till pressjouren. Svara inte om Gränsposten Al-Wadi.",
        "Frågan är skickad till ansvarig. Vi svarar så snart vi kan.",
    ),
    ("Ärendet UD2026/14332 gäller vårdnad.", "Vi kan inte kommentera enskilda ärenden."),
    (
        "Journalist på Dagens Nyheter om Qasira. Avvakta Maria.",
        "Vi återkommer med en kommentar under eftermiddagen.",
    ),
    (
        "Family of five, third floor, Old Market. Wounded. Red Crescent informed by Samira.",
        "We have your message. Please write to us privately and keep your phone charged.",
    ),
    (
        "Called twice, no answer. Passport 93812044 expires 12 May.",
        "Please bring your passport and two photographs to the embassy.",
    ),
    (
        "He works for the Ministry of Interior there; do not mention the list.",
        "Thank you. We have read your message and are looking into it.",
    ),
    (
        "The airline: flight LY315 cancelled Tuesday. Not public yet.",
        "Please contact your airline about your flight. We have no further details yet.",
    ),
    (
        "VIP: former ambassador Lindgren's daughter. Handle quietly.",
        "Our office is open Sunday to Thursday. You are welcome to call.",
    ),
    (
        "Told her to wait at the Northern Gate; convoy 06:00 Thursday.",
        "Please stay indoors and follow the advice on our website.",
    ),
    (
        "المتصل اسمه سامر الخطيب وهو في حي الميدان، الطابق الثالث، ومعه خمسة أطفال.",
        "وصلت رسالتكم. يرجى الكتابة لنا على الخاص والبقاء في مكان آمن.",
    ),
    (
        "تحدثت مع الهلال الأحمر، سيصلون بعد ساعة إلى المستشفى الجراحي.",
        "السفارة مفتوحة اليوم حتى الساعة الرابعة.",
    ),
    ("طلبت العائلة عدم ذكر الاسم. رقم الجواز 9381204.", "يرجى إحضار جواز السفر وصورتين شخصيتين."),
    (
        "anna sa att hon heter leila och bor på grand hotel, ring 0701740605",
        "Vi hjälper gärna till. Skriv till oss enskilt här så att ingen annan läser.",
    ),
    (
        "waiting for samira, she knows the family haddad",
        "We are in contact with the family's relatives and will answer you here.",
    ),
]


@pytest.mark.parametrize(("note", "answer"), ANSWERED)
def test_what_is_answered_beside_a_note_is_let_through(note: str, answer: str) -> None:
    assert findings(answer, secrets=(note,), audience="public") == ()


def test_who_writes_notes_without_capitals_is_guarded_too() -> None:
    notes = ("zubeida is at the safir, she called today",)
    assert [x.found for x in findings("Zubeida is safe", secrets=notes, audience="public")] == [
        "Zubeida"
    ]


def test_a_short_name_is_not_found_in_other_words() -> None:
    notes = ("Told Ali and Eva and Bo.",)
    innocent = "All evaluations: a list of quality, medieval; the evacuation is over. Boat!"
    assert findings(innocent, secrets=notes, audience="public") == ()
    told = findings("Ask AIi or e-v-a", secrets=notes, audience="public")
    assert [leak.found for leak in told] == ["AIi", "e-v-a"]


def test_in_private_people_and_their_numbers_may_be_spoken_of() -> None:
    text = "Qasim, ring 070-174 06 05 @other \u200b"
    told = findings(text, secrets=("Told Tartus.",), ours=OURS, audience="private")
    assert [leak.kind for leak in told] == ["mention", "invisible"]
    told = findings(text, secrets=NOTES, ours=OURS, audience="private")
    assert [leak.kind for leak in told] == ["secret", "mention", "invisible"]


def test_a_leak_says_where_it_stands() -> None:
    text = "A\u200bnd now: \u200bring 070-174\u200b 06 05"
    told = findings(text, audience="public")
    assert [(leak.kind, leak.at) for leak in told] == [
        ("invisible", 1),
        ("invisible", 10),
        ("personal", 16),
        ("invisible", 23),
    ]


def test_no_more_is_told_than_anybody_reads() -> None:
    assert len(findings("@a @b " * 500, audience="public")) == MOST


def test_a_name_with_invisible_letters_in_it_is_found() -> None:
    assert found("Q\u200ba\u2060s\u034fim", "secret") == ["Q\u200ba\u2060s\u034fim"]


def test_a_name_of_another_script_s_letters_is_found() -> None:
    assert found("Qаѕіm", "secret") == ["Qаѕіm"]


LOOKS_LIKE = {
    "a": "а",
    "e": "е",
    "o": "о",
    "p": "р",
    "c": "с",
    "i": "і",
    "s": "ѕ",
    "A": "Α",
    "H": "Η",
}
NAMES = ("Qasim", "Haddad", "Tartus", "Oberg")
HIDERS = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\ufe0f", "\u034f")


@st.composite
def hidden(draw: st.DrawFn) -> str:
    """Draw a name of the notes, hidden in every way at once."""
    written = ""
    for letter in draw(st.sampled_from(NAMES)):
        one = draw(st.sampled_from((letter, letter.upper(), letter.lower())))
        one = draw(st.sampled_from((one, LOOKS_LIKE.get(one, one))))
        mark = draw(st.sampled_from(("", "", "\u0301", "\u0323")))
        written += draw(st.sampled_from(("", "", *HIDERS))) + one + mark
        written += draw(st.sampled_from(("", "", "", " ", "-", ".", "\u00a0", "_")))
    return written.strip(" -._\u00a0")


@given(hidden(), st.sampled_from(("", "Yes. ", "نعم ")), st.sampled_from(("", "!", " now")))
def test_however_a_name_is_hidden_it_does_not_pass(name: str, before: str, after: str) -> None:
    text = f"{before}{name}{after}"
    assert any(leak.kind == "secret" for leak in findings(text, secrets=NOTES, audience="public"))


DIGITS = (
    "0123456789",
    "٠١٢٣٤٥٦٧٨٩",
    "۰۱۲۳۴۵۶۷۸۹",
    "०१२३४५६७८९",
    "０１２３４５６７８９",
    "⁰¹²³⁴⁵⁶⁷⁸⁹",
)


@given(st.data())
def test_however_a_number_is_grouped_it_does_not_pass(data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(("4711", "701234567", "8821903")))
    between = st.sampled_from(("", "", " ", "-", ".", "\u200b", "\u00a0", " - "))
    digits = (data.draw(st.sampled_from(DIGITS))[int(one)] + data.draw(between) for one in number)
    text = f"Rum {''.join(digits)}"
    assert any(leak.kind == "secret" for leak in findings(text, secrets=NOTES, audience="public"))


@given(st.text(), st.text(), st.sampled_from(("public", "private")))
def test_any_text_can_be_asked_about(text: str, note: str, audience: Any) -> None:
    told = findings(text, secrets=(note,), ours=(note,), said=(note,), audience=audience)
    assert all(0 <= leak.at < len(text) for leak in told)


HOSTILE = (
    "a",
    "A",
    "1",
    "1 ",
    "@",
    "a@",
    "a.",
    " ",
    "\u200b",
    "http://a.",
    "Qa",
    "+",
    "(0",
    "P<",
    "\u0301",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    once, twice = (_calls(piece * (n // len(piece))) for n in (2_000, 4_000))
    assert twice < once * 2.5 + 1_000


def _calls(text: str) -> int:
    """Count the calls that looking at a text takes, of Python and of C."""
    count = 0

    def counted(_frame: object, event: str, _what: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        findings(text, secrets=NOTES, audience="public")
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.data
def test_few_of_real_organisations_answers_raise_a_false_alarm(shared_data: Path) -> None:
    """Their links and mentions are theirs; what is left must be rare, or nobody would listen."""
    lines = (shared_data / "x_care_conversations.jsonl").read_text(encoding="utf-8").splitlines()
    talks = [json.loads(line) for line in lines]
    looked = alarms = 0
    for talk in talks:
        people = [f"@{m['from']}" for m in talk["messages"]]
        for message in talk["messages"]:
            if message["official"]:
                told = findings(
                    message["text"], ours=(*people, f"@{talk['account']}"), audience="public"
                )
                looked += 1
                alarms += any(leak.kind in ("invisible", "homoglyph", "personal") for leak in told)
    assert looked > 500
    assert alarms / looked < 0.03, f"{alarms} of {looked}"
