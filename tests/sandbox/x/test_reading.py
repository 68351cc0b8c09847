"""Reading X through tweepy: timelines, look-ups, search and direct messages."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from tweepy import BadRequest

from sandbox.x.records import Post
from sandbox.x.shapes import iso
from tests.sandbox.x.conftest import START, Scene

POST_FIELDS = [
    *("author_id", "conversation_id", "created_at", "edit_controls", "entities"),
    *("in_reply_to_user_id", "lang", "referenced_tweets"),
]
EXPANSIONS = ["author_id", "referenced_tweets.id", "referenced_tweets.id.author_id"]


def ministry(scene: Scene) -> str:
    return scene.world.user("MinistryX").id


async def test_who_am_i(scene: Scene) -> None:
    me = (await scene.x.get_me(user_fields=["verified_type", "created_at"])).data
    assert (me.username, me.verified_type) == ("MinistryX", "government")


async def test_a_mention_comes_with_its_author_time_and_links(scene: Scene) -> None:
    scene.world.post("citizen", "@MinistryX help https://example.org/a & b")
    answer = await scene.x.get_users_mentions(
        ministry(scene), tweet_fields=POST_FIELDS, expansions=EXPANSIONS, user_auth=True
    )
    (post,) = answer.data
    assert post.text.startswith("@MinistryX help https://t.co/")
    assert post.text.endswith("&amp; b")
    assert post.entities["urls"][0]["expanded_url"] == "https://example.org/a"
    assert post.entities["mentions"][0]["id"] == ministry(scene)
    assert post.created_at == dt.datetime.fromtimestamp(START / 1000, dt.UTC)
    assert answer.includes["users"][0].username == "citizen"
    assert answer.meta == {"result_count": 1, "newest_id": str(post.id), "oldest_id": str(post.id)}


async def test_only_the_fields_asked_for_are_answered(scene: Scene) -> None:
    scene.world.post("citizen", "@MinistryX help")
    await scene.x.get_users_mentions(ministry(scene), user_auth=True)
    assert scene.wire.heard[-1].body["data"][0].keys() == {"id", "text", "edit_history_tweet_ids"}


async def test_an_empty_timeline_has_a_count_and_no_data(scene: Scene) -> None:
    await scene.x.get_users_mentions(ministry(scene), user_auth=True)
    assert scene.wire.heard[-1].body == {"meta": {"result_count": 0}}


async def test_an_answer_to_ours_is_a_mention_though_it_names_nobody(scene: Scene) -> None:
    ours = scene.world.post("MinistryX", "Travel advice")
    reply = scene.world.post("citizen", "thanks!", in_reply_to=ours.id)
    scene.world.post("MinistryX", "more", in_reply_to=ours.id)
    answer = await scene.x.get_users_mentions(ministry(scene), user_auth=True)
    assert [str(post.id) for post in answer.data] == [reply.id]


async def test_pages_and_since_id_together_show_everything_once(scene: Scene) -> None:
    posts = [scene.world.post("citizen", f"@MinistryX {n}") for n in range(12)]
    seen: list[str] = []
    token = None
    while True:
        answer = await scene.x.get_users_mentions(
            ministry(scene),
            since_id=posts[0].id,
            max_results=5,
            pagination_token=token,
            user_auth=True,
        )
        seen += [str(post.id) for post in answer.data]
        token = answer.meta.get("next_token")
        if token is None:
            break
    assert seen == [post.id for post in reversed(posts[1:])]


async def test_start_and_end_time_cut_a_timeline(scene: Scene) -> None:
    for minute in range(4):
        scene.world.post("MinistryX", f"minute {minute}")
        scene.clock.forward(60)
    at = dt.datetime.fromtimestamp(START / 1000, dt.UTC)
    answer = await scene.x.get_users_tweets(
        ministry(scene),
        start_time=at + dt.timedelta(minutes=1),
        end_time=at + dt.timedelta(minutes=3),
        user_auth=True,
    )
    assert [post.text for post in answer.data] == ["minute 2", "minute 1"]


async def test_replies_can_be_left_out_of_a_timeline(scene: Scene) -> None:
    root = scene.world.post("MinistryX", "root")
    scene.world.post("MinistryX", "more", in_reply_to=root.id)
    answer = await scene.x.get_users_tweets(ministry(scene), exclude=["replies"], user_auth=True)
    assert [post.text for post in answer.data] == ["root"]


async def test_a_lagging_timeline_shows_posts_late_and_a_look_up_at_once(scene: Scene) -> None:
    scene.world.lag(30)
    post = scene.world.post("MinistryX", "late")
    empty = await scene.x.get_users_tweets(ministry(scene), user_auth=True)
    known = await scene.x.get_tweet(post.id, user_auth=True)
    scene.clock.forward(31)
    later = await scene.x.get_users_tweets(ministry(scene), user_auth=True)
    assert empty.data is None
    assert known.data.text == "late"
    assert [found.text for found in later.data] == ["late"]


async def test_a_missing_parent_is_an_error_beside_the_post(scene: Scene) -> None:
    missing = "1245403438755852288"
    post = scene.world.post("citizen", "an answer", in_reply_to=missing)
    answer = await scene.x.get_tweet(
        post.id, tweet_fields=POST_FIELDS, expansions=EXPANSIONS, user_auth=True
    )
    assert [(ref.type, str(ref.id)) for ref in answer.data.referenced_tweets] == [
        ("replied_to", missing)
    ]
    assert answer.errors[0]["resource_id"] == missing
    assert "tweets" not in answer.includes


async def test_a_look_up_tells_found_from_missing_and_protected(scene: Scene) -> None:
    scene.world.join("shy", "Shy", protected=True)
    found = scene.world.post("citizen", "here")
    gone = scene.world.post("citizen", "gone")
    scene.world.delete(gone.id)
    hidden = scene.world.post("shy", "hidden")
    answer = await scene.x.get_tweets([found.id, gone.id, hidden.id], user_auth=True)
    assert [post.text for post in answer.data] == ["here"]
    assert [(e["resource_id"], e["title"]) for e in answer.errors] == [
        (gone.id, "Not Found Error"),
        (hidden.id, "Authorization Error"),
    ]


async def test_an_edited_post_shows_its_chain_and_the_old_version_leaves_timelines(
    scene: Scene,
) -> None:
    old = scene.world.post("citizen", "@MinistryX hepl")
    new = scene.world.edit(old.id, "@MinistryX help")
    answer = await scene.x.get_users_mentions(ministry(scene), user_auth=True)
    assert [post.edit_history_tweet_ids for post in answer.data] == [[int(old.id), int(new.id)]]
    assert (await scene.x.get_tweet(old.id, user_auth=True)).data.text == "@MinistryX hepl"


async def test_search_finds_a_conversation_and_forgets_after_seven_days(scene: Scene) -> None:
    root = scene.world.post("citizen", "@MinistryX help")
    reply = scene.world.post("other", "same here", in_reply_to=root.id)
    scene.world.post("other", "unrelated")

    async def found(query: str) -> list[str]:
        answer = await scene.x.search_recent_tweets(query, user_auth=True)
        return [str(post.id) for post in answer.data or []]

    assert await found(f"conversation_id:{root.id}") == [reply.id, root.id]
    assert await found(f"conversation_id:{root.id} -from:citizen") == [reply.id]
    assert await found("to:citizen is:reply") == [reply.id]
    assert await found('@MinistryX "HELP"') == [root.id]
    scene.clock.forward(7 * 24 * 3600 + 1)
    assert await found(f"conversation_id:{root.id}") == []


async def test_people_are_found_by_id_and_handle_and_say_whether_they_take_messages(
    scene: Scene,
) -> None:
    scene.world.join("closed", "Closed", receives_dm=False, mark="parody")
    scene.world.join("bad", "Bad")
    scene.world.suspend("bad")
    one = await scene.x.get_user(
        username="Closed", user_fields=["receives_your_dm", "parody"], user_auth=True
    )
    ids = [scene.world.user(handle).id for handle in ("citizen", "bad")]
    many = await scene.x.get_users(ids=[*ids, "17"], user_auth=True)
    assert one.data.data["receives_your_dm"] is False
    assert one.data.data["parody"] is True
    assert [user.username for user in many.data] == ["citizen"]
    assert [error["title"] for error in many.errors] == ["Forbidden", "Not Found Error"]
    nobody = await scene.x.get_user(username="nobody", user_auth=True)
    assert (nobody.data, nobody.errors[0]["parameter"]) == (None, "username")


async def test_direct_messages_of_thirty_days_are_paged_newest_first(scene: Scene) -> None:
    day = 24 * 3600 * 1000
    for age in (31, 29, 2, 1):
        scene.world.dm("citizen", "MinistryX", f"{age} days ago", at=START - age * day)
    scene.world.dm("other", "MinistryX", "another")
    scene.world.dm("citizen", "MinistryX", "sealed", encrypted=True)
    scene.world.dm("citizen", "other", "not for us")
    fields = ["sender_id", "created_at", "dm_conversation_id"]
    first = await scene.x.get_direct_message_events(
        dm_event_fields=fields, expansions=["sender_id"], max_results=2, user_auth=True
    )
    rest = await scene.x.get_direct_message_events(
        pagination_token=first.meta["next_token"], user_auth=True
    )
    citizen = await scene.x.get_direct_message_events(
        participant_id=scene.world.user("citizen").id, user_auth=True
    )
    assert [event.text for event in first.data] == ["another", "1 days ago"]
    assert {user.username for user in first.includes["users"]} == {"other", "citizen"}
    assert [event.text for event in rest.data] == ["2 days ago", "29 days ago"]
    assert [e.text for e in citizen.data] == ["1 days ago", "2 days ago", "29 days ago"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"max_results": 4}, "[4] is not between 5 and 100"),
        ({"max_results": 101}, "[101] is not between 5 and 100"),
        ({"since_id": "yesterday"}, "`since_id` query parameter value [yesterday]"),
        ({"start_time": "yesterday"}, "`start_time` query parameter value [yesterday]"),
        ({"pagination_token": "no"}, "`pagination_token` query parameter value [no]"),
        ({"tweet_fields": ["mood"]}, "`tweet.fields` query parameter value [mood]"),
        ({"expansions": ["everything"]}, "`expansions` query parameter value [everything]"),
    ],
)
async def test_a_wrong_parameter_is_refused_by_name(
    scene: Scene, wrong: dict[str, object], message: str
) -> None:
    with pytest.raises(BadRequest, match=re.escape(message)):
        await scene.x.get_users_mentions(ministry(scene), user_auth=True, **wrong)


async def test_an_unknown_parameter_is_refused(scene: Scene) -> None:
    with pytest.raises(BadRequest, match=re.escape("The query parameter [colour] is not one of")):
        await scene.x.request("GET", "/2/users/me", params={"colour": "red"}, user_auth=True)


async def test_the_present_vocabulary_renames_edits_references_and_counts(scene: Scene) -> None:
    root = scene.world.post("citizen", "@MinistryX help")
    reply: Post = scene.world.post("MinistryX", "Yes", in_reply_to=root.id)
    params = {
        "post.fields": "public_metrics,created_at",
        "expansions": "referenced_posts,author_id",
        "user.fields": "public_metrics",
    }
    await scene.x.request("GET", f"/2/tweets/{reply.id}", params=params, user_auth=True)
    body = scene.wire.heard[-1].body
    assert body["data"]["edit_history_post_ids"] == [reply.id]
    assert body["data"]["referenced_posts"] == [{"type": "replied_to", "id": root.id}]
    assert body["data"]["public_metrics"]["repost_count"] == 0
    assert body["data"]["created_at"] == iso(START)
    assert body["includes"]["posts"][0]["public_metrics"]["reply_count"] == 1
    assert body["includes"]["users"][0]["public_metrics"]["post_count"] == 1
    assert not any("tweet" in key for key in body["data"])
