"""X by polling: mentions, our own posts and their threads, direct messages, edits, deletions."""

from __future__ import annotations

import msgspec
import pytest

from bots.contract import Busy
from bots.platforms.x.limits import MENTIONS_DEPTH, RECHECK
from inbox.conversations.commands import MarkDeleted, MarkEdited
from tests.bots.conftest import START, Scene, commands, messages, read


async def test_a_mention_is_read_as_it_was_written(scene: Scene) -> None:
    post = scene.world.post("citizen", "@MinistryX is <this> & https://example.org/a?b=1&c=2 true?")
    [message] = messages(await read(scene.bot()))
    citizen = scene.world.user("citizen")
    assert message.id == f"x:{post.id}"
    assert message.account == "x/ministry"
    assert message.thread == post.id
    assert message.person == message.author.id == f"x:{citizen.id}"
    assert message.author.handle == "citizen"
    assert message.text == "@MinistryX is <this> & https://example.org/a?b=1&c=2 true?"
    assert message.url == f"https://x.com/citizen/status/{post.id}"
    assert message.written == post.written_ms
    assert message.audience == "public"
    assert message.named
    assert not message.ours
    assert len(message.raw) == 64


async def test_the_mark_is_xs_own_verification(scene: Scene) -> None:
    scene.world.join("ForeignMin", "Ministry of Foreign Affairs", mark="government")
    scene.world.join("f0reignmin", "Ministry of Foreign Affairs", mark="parody")
    for handle in ("ForeignMin", "f0reignmin", "other"):
        scene.world.post(handle, "@MinistryX hello")
    marks = [message.author.mark for message in messages(await read(scene.bot()))]
    assert marks == ["government", "none", "paid"]


async def test_a_post_that_x_shows_late_is_not_missed(scene: Scene) -> None:
    scene.world.lag(30)
    slow = scene.world.post("citizen", "@MinistryX slow")
    scene.clock.forward(31)
    batches = await read(scene.bot())
    scene.world.lag(0)
    fast = scene.world.post("other", "@MinistryX fast", at=slow.written_ms + 1)
    late = scene.world.post("other", "@MinistryX late", at=slow.written_ms - 9000)
    later = await read(scene.bot(), batches[-1].cursor)
    assert [m.id for m in messages(batches)] == [f"x:{slow.id}"]
    assert [m.id for m in messages(later)] == [f"x:{late.id}", f"x:{fast.id}"]


async def test_many_pages_are_read_oldest_first(scene: Scene) -> None:
    posts = []
    for n in range(230):
        scene.clock.forward(1)
        posts.append(scene.world.post("citizen", f"@MinistryX number {n}"))
    batches = await read(scene.bot())
    assert [m.id for m in messages(batches)] == [f"x:{post.id}" for post in posts]
    assert max(len(batch.news) for batch in batches) == 100
    half = await read(scene.bot(), batches[1].cursor)
    assert [m.id for m in messages(half)] == [f"x:{post.id}" for post in posts[100:]]


async def test_a_first_start_reads_an_hour_back_and_says_until_when_it_is_complete(
    scene: Scene,
) -> None:
    scene.world.post("citizen", "@MinistryX yesterday")
    scene.world.dm("citizen", "MinistryX", "yesterday too")
    scene.clock.forward(7200)
    scene.world.post("citizen", "@MinistryX today")
    batches = await read(scene.bot())
    assert [m.text for m in messages(batches)] == ["@MinistryX today"]
    assert batches[-1].until == scene.clock()


async def test_more_than_x_lists_is_not_called_complete(scene: Scene) -> None:
    for n in range(MENTIONS_DEPTH + 1):
        scene.world.post("citizen", f"@MinistryX number {n}")
    assert (await read(scene.bot()))[-1].until == 0


async def test_a_post_that_names_two_of_us_is_taken_in_by_the_first_only(scene: Scene) -> None:
    scene.world.post("citizen", "@EmbassyX @MinistryX who knows?")
    assert messages(await read(scene.bot("MinistryX"))) == []
    assert len(messages(await read(scene.bot("EmbassyX")))) == 1


async def test_whom_a_post_replies_to_comes_before_whom_it_names(scene: Scene) -> None:
    ours = scene.world.post("MinistryX", "The border is open.")
    scene.world.post("citizen", "@EmbassyX really?", in_reply_to=ours.id)
    assert [m.ours for m in messages(await read(scene.bot("MinistryX")))] == [False, True]
    assert messages(await read(scene.bot("EmbassyX"))) == []


async def test_an_edit_is_told_under_the_first_id_whoever_saw_which_version(scene: Scene) -> None:
    first = scene.world.post("citizen", "@MinistryX the road is cloosed")
    before = await read(scene.bot())
    scene.clock.forward(10)
    second = scene.world.edit(first.id, "@MinistryX the road is closed")
    for cursor in (None, before[-1].cursor):
        batches = await read(scene.bot(), cursor)
        [edit] = commands(batches, MarkEdited)
        [message] = messages(batches)
        assert (edit.message, edit.new_id) == (f"x:{first.id}", f"x:{second.id}")
        assert edit.text == "@MinistryX the road is closed"
        assert (message.id, message.thread) == (f"x:{first.id}", first.id)
        assert message.written == first.written_ms


async def test_a_deletion_is_noticed_though_x_tells_nobody(scene: Scene) -> None:
    post = scene.world.post("citizen", "@MinistryX my passport number is")
    scene.world.post("citizen", "@MinistryX a post that stays")
    batches = await read(scene.bot())
    scene.world.delete(post.id)
    scene.clock.forward(RECHECK / 1000 - 1)
    soon = await read(scene.bot(), batches[-1].cursor)
    scene.clock.forward(1)
    later = await read(scene.bot(), soon[-1].cursor)
    assert commands(soon, MarkDeleted) == []
    assert [one.message for one in commands(later, MarkDeleted)] == [f"x:{post.id}"]
    scene.clock.forward(RECHECK / 1000)
    assert commands(await read(scene.bot(), later[-1].cursor), MarkDeleted) == []


async def test_our_own_post_brings_the_thread_above_it(scene: Scene) -> None:
    root = scene.world.post("citizen", "No name of anybody here")
    more = scene.world.post("citizen", "and more of it", in_reply_to=root.id)
    deeper = scene.world.post("other", "a third party", in_reply_to=more.id)
    ours = scene.world.post("MinistryX", "We answer.", in_reply_to=deeper.id)
    again = scene.world.post("MinistryX", "In two parts.", in_reply_to=ours.id)
    found = messages(await read(scene.bot()))
    chain = [root, more, deeper, ours, again]
    assert [m.id for m in found] == [f"x:{post.id}" for post in chain]
    assert {m.thread for m in found} == {root.id}
    assert [m.ours for m in found] == [False, False, False, True, True]
    citizen, other = (f"x:{scene.world.user(name).id}" for name in ("citizen", "other"))
    assert [m.person for m in found] == [citizen, citizen, other, other, other]
    assert not any(m.named for m in found[:3])


async def test_a_thread_is_looked_up_once_and_told_each_time(scene: Scene) -> None:
    parent = scene.world.post("citizen", "root")
    for n in range(4):
        parent = scene.world.post("citizen", f"step {n}", in_reply_to=parent.id)
    scene.world.post("MinistryX", "We answer.", in_reply_to=parent.id)
    bot = scene.bot()
    first = await read(bot)
    paid = scene.purse.taken.count("posts")
    again = await read(bot)
    assert len(messages(first)) == len(messages(again)) == 6
    assert scene.purse.taken.count("posts") == paid


async def test_a_thread_whose_root_is_gone_still_names_the_person(scene: Scene) -> None:
    root = scene.world.post("citizen", "soon gone")
    scene.world.post("MinistryX", "We answer.", in_reply_to=root.id)
    scene.world.delete(root.id)
    [echo] = messages(await read(scene.bot()))
    assert echo.person == f"x:{scene.world.user('citizen').id}"
    assert echo.thread == root.id


async def test_our_own_broadcast_has_nobody_on_the_other_side(scene: Scene) -> None:
    scene.world.post("MinistryX", "Good morning to all.")
    [echo] = messages(await read(scene.bot()))
    assert (echo.ours, echo.person) == (True, "")


async def test_a_direct_message_is_private_and_ours_has_the_same_person(scene: Scene) -> None:
    theirs = scene.world.dm("citizen", "MinistryX", "My son is <missing> & alone")
    ours = scene.world.dm("MinistryX", "citizen", "We are calling you.")
    found = messages(await read(scene.bot()))
    citizen = f"x:{scene.world.user('citizen').id}"
    assert [m.id for m in found] == [f"x:{theirs.id}", f"x:{ours.id}"]
    assert [m.text for m in found] == ["My son is <missing> & alone", "We are calling you."]
    assert {(m.audience, m.person, m.thread) for m in found} == {
        ("private", citizen, theirs.conversation_id)
    }
    assert [m.ours for m in found] == [False, True]
    assert found[0].author.handle == "citizen"


async def test_direct_messages_are_read_page_by_page_back_to_the_cursor(scene: Scene) -> None:
    sent = []
    for n in range(130):
        scene.clock.forward(1)
        sent.append(scene.world.dm("citizen", "MinistryX", f"number {n}"))
    batches = await read(scene.bot())
    assert [m.id for m in messages(batches)] == [f"x:{one.id}" for one in sent]
    assert scene.purse.taken.count("dm_events") == 2
    await read(scene.bot(), batches[-1].cursor)
    assert scene.purse.taken.count("dm_events") == 3


async def test_one_exhausted_budget_stops_no_other_source(scene: Scene) -> None:
    scene.purse.empty["dm_events"] = START + 900_000
    scene.world.post("citizen", "@MinistryX hello")
    scene.world.dm("citizen", "MinistryX", "hello")
    batches = await read(scene.bot())
    assert [m.audience for m in messages(batches)] == ["public"]
    assert batches[-1].until == 0
    scene.purse.empty.clear()
    later = await read(scene.bot(), batches[-1].cursor)
    assert [m.audience for m in messages(later)] == ["private"]


async def test_busy_is_said_with_the_earliest_end_where_nothing_can_be_read(scene: Scene) -> None:
    ends = {"mentions": 300_000, "timeline": 200_000, "dm_events": 900_000}
    scene.purse.empty |= {call: START + end for call, end in ends.items()}
    with pytest.raises(Busy) as busy:
        await read(scene.bot())
    assert busy.value.until == START + 200_000


async def test_xs_own_count_corrects_the_budget(scene: Scene) -> None:
    await read(scene.bot())
    assert scene.purse.corrected["mentions"] == (299, START + 900_000)


async def test_the_new_vocabulary_is_read_as_the_old(scene: Scene) -> None:
    root = scene.world.post("other", "root")
    first = scene.world.post("citizen", "@MinistryX one", in_reply_to=root.id)
    scene.world.edit(first.id, "@MinistryX two")
    scene.world.post("MinistryX", "We answer.", in_reply_to=first.id)
    read_by = []
    for vocabulary in ("tweet", "post"):
        scene.world.vocabulary = vocabulary
        bare = [
            msgspec.structs.replace(message, raw="")
            for message in messages(await read(scene.bot()))
        ]
        read_by.append(bare)
    assert read_by[0] == read_by[1]
    assert len(read_by[0]) == 4
