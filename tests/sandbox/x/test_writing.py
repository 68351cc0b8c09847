"""Writing to X through tweepy: what it takes, what it refuses, and in which words."""

from __future__ import annotations

import re

import pytest
from tweepy import BadRequest, Forbidden, NotFound, TooManyRequests, Unauthorized

from sandbox.x.limits import DAY, LIMITS, Limit
from sandbox.x.records import Tokens
from tests.sandbox.x.conftest import Scene

SEND = "POST /2/dm_conversations/with/:participant_id/messages"


def self_serve(scene: Scene) -> None:
    scene.world.register(
        "app", scene.app.consumer_key, scene.app.consumer_secret, tier="self_serve"
    )


async def test_a_reply_and_a_quote_stand_where_they_belong(scene: Scene) -> None:
    root = scene.world.post("citizen", "@MinistryX help")
    sent = await scene.x.create_tweet(
        text="Yes ^AJ", in_reply_to_tweet_id=root.id, quote_tweet_id=root.id
    )
    (post,) = scene.world.posts_by("MinistryX")
    assert sent.data == {"id": post.id, "text": "Yes ^AJ", "edit_history_tweet_ids": [post.id]}
    assert (post.in_reply_to, post.quotes, post.conversation_id) == (root.id, root.id, root.id)


async def test_the_same_text_twice_is_refused_without_the_first_id(scene: Scene) -> None:
    sent = await scene.x.create_tweet(text="Travel advice ^AJ")
    with pytest.raises(Forbidden, match="duplicate content") as refused:
        await scene.x.create_tweet(text="Travel advice ^AJ")
    assert sent.data["id"] not in str(scene.wire.heard[-1].body)
    assert refused.value.api_codes == []
    assert len(scene.world.posts_by("MinistryX")) == 1


async def test_the_same_answer_to_another_person_is_no_duplicate(scene: Scene) -> None:
    for handle in ("citizen", "other"):
        root = scene.world.post(handle, "@MinistryX help")
        await scene.x.create_tweet(text="Call us ^AJ", in_reply_to_tweet_id=root.id)
    assert len(scene.world.posts_by("MinistryX")) == 2


async def test_a_deleted_text_may_be_posted_again(scene: Scene) -> None:
    sent = await scene.x.create_tweet(text="Travel advice ^AJ")
    assert (await scene.x.delete_tweet(sent.data["id"])).data == {"deleted": True}
    await scene.x.create_tweet(text="Travel advice ^AJ")
    assert len(scene.world.posts_by("MinistryX")) == 1


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("a" * 280, True),
        ("a" * 281, False),
        ("字" * 140, True),
        ("字" * 141, False),
        ("a" * 256 + " https://example.org/" + "b" * 100, True),
        ("a" * 257 + " https://example.org/b", False),
        ("", False),
    ],
)
async def test_length_is_weighted(scene: Scene, text: str, taken: bool) -> None:
    if taken:
        await scene.x.create_tweet(text=text)
    else:
        with pytest.raises(BadRequest):
            await scene.x.create_tweet(text=text)
    assert len(scene.world.posts_by("MinistryX")) == taken


async def test_a_self_serve_app_answers_only_who_engaged_the_account(scene: Scene) -> None:
    self_serve(scene)
    ours = scene.world.post("MinistryX", "Travel advice")
    allowed = [
        scene.world.post("citizen", "@MinistryX help"),
        scene.world.post("citizen", "look", quotes=ours.id),
        scene.world.post("citizen", "thanks", in_reply_to=ours.id),
        ours,
    ]
    for number, post in enumerate(allowed):
        await scene.x.create_tweet(text=f"Answer {number}", in_reply_to_tweet_id=post.id)
    stranger = scene.world.post("other", "Where is the embassy?")
    beside = scene.world.post("other", "me too", in_reply_to=allowed[0].id)
    for post in (stranger, beside):
        with pytest.raises(Forbidden, match="you have not been mentioned or otherwise engaged"):
            await scene.x.create_tweet(text="We can help", in_reply_to_tweet_id=post.id)


async def test_an_enterprise_app_answers_anybody(scene: Scene) -> None:
    stranger = scene.world.post("other", "Where is the embassy?")
    await scene.x.create_tweet(text="We can help", in_reply_to_tweet_id=stranger.id)
    assert len(scene.world.thread(stranger.id)) == 2


async def test_a_reply_to_what_is_gone_is_refused(scene: Scene) -> None:
    post = scene.world.post("citizen", "@MinistryX help")
    scene.world.delete(post.id)
    with pytest.raises(Forbidden, match="deleted or not visible to you"):
        await scene.x.create_tweet(text="Yes", in_reply_to_tweet_id=post.id)


@pytest.mark.parametrize(
    "body", [{"text": 5}, {"text": "a", "reply": "b"}, {"text": "a", "quote_tweet_id": 5}, [], "a"]
)
async def test_a_body_of_the_wrong_shape_is_refused(scene: Scene, body: object) -> None:
    with pytest.raises(BadRequest):
        await scene.x.request("POST", "/2/tweets", params={}, json=body, user_auth=True)


async def test_only_ones_own_posts_can_be_deleted(scene: Scene) -> None:
    post = scene.world.post("citizen", "mine")
    with pytest.raises(Forbidden, match="not authorized to delete"):
        await scene.x.delete_tweet(post.id)
    with pytest.raises(NotFound):
        await scene.x.delete_tweet("17")


async def test_a_direct_message_arrives_unless_the_person_takes_none(scene: Scene) -> None:
    citizen = scene.world.user("citizen")
    sent = await scene.x.create_direct_message(participant_id=citizen.id, text="Hello")
    (message,) = scene.world.dms_between("citizen", "MinistryX")
    assert sent.data == {
        "dm_event_id": message.id,
        "dm_conversation_id": message.conversation_id,
    }
    scene.world.accept_dms("citizen", receives_dm=False)
    refusal = "You do not have permission to DM one or more participants."
    with pytest.raises(Forbidden, match=re.escape(refusal)):
        await scene.x.create_direct_message(participant_id=citizen.id, text="Again")
    with pytest.raises(BadRequest):
        await scene.x.create_direct_message(participant_id=17, text="Nobody")


@pytest.mark.parametrize(
    "wrong", ["consumer_key", "consumer_secret", "access_token", "access_token_secret"]
)
async def test_a_wrong_key_secret_or_token_is_unauthorized(scene: Scene, wrong: str) -> None:
    with pytest.raises(Unauthorized):
        await scene.client(scene.tokens, **{wrong: "wrong"}).get_me()


async def test_a_query_that_was_not_signed_is_unauthorized(scene: Scene) -> None:
    await scene.x.get_me(user_fields=["created_at"])
    signed = scene.wire.last_headers
    async with scene.wire.session.get(scene.host / "2/users/me", headers=signed) as answer:
        assert answer.status == 401


async def test_no_credentials_or_an_app_token_are_unauthorized(scene: Scene) -> None:
    for headers in ({}, {"Authorization": "Bearer something"}):
        async with scene.wire.session.get(scene.host / "2/users/me", headers=headers) as answer:
            assert answer.status == 401


async def test_a_revoked_account_gets_401_and_a_new_grant_works(scene: Scene) -> None:
    scene.world.revoke("MinistryX")
    with pytest.raises(Unauthorized):
        await scene.x.get_me()
    await scene.client(scene.world.grant(scene.app, "MinistryX")).get_me()


async def test_credentials_written_elsewhere_can_be_granted(scene: Scene) -> None:
    scene.world.grant_as(scene.app, "other", Tokens("token", "secret"))
    me = await scene.client(Tokens("token", "secret")).get_me()
    assert me.data.username == "other"


async def test_a_suspended_account_may_do_nothing(scene: Scene) -> None:
    scene.world.suspend("MinistryX")
    with pytest.raises(Forbidden, match="Your account is suspended"):
        await scene.x.create_tweet(text="Hello")


async def test_limits_are_per_user_and_window_and_told_in_headers(scene: Scene) -> None:
    for left in range(14, -1, -1):
        await scene.x.get_direct_message_events(user_auth=True)
        assert scene.wire.heard[-1].headers["x-rate-limit-remaining"] == str(left)
    with pytest.raises(TooManyRequests) as limited:
        await scene.x.get_direct_message_events(user_auth=True)
    assert limited.value.reset_time == scene.clock() // 1000 + 900
    other = scene.client(scene.world.grant(scene.app, "other"))
    await other.get_direct_message_events(user_auth=True)
    scene.clock.forward(900)
    await scene.x.get_direct_message_events(user_auth=True)


async def test_private_messages_have_a_daily_limit_too(scene: Scene) -> None:
    citizen = scene.world.user("citizen").id
    scene.meter.limits[SEND] = (Limit(15), Limit(2, DAY))
    for number in range(2):
        await scene.x.create_direct_message(participant_id=citizen, text=f"message {number}")
    scene.clock.forward(900)
    with pytest.raises(TooManyRequests):
        await scene.x.create_direct_message(participant_id=citizen, text="one more")
    headers = scene.wire.heard[-1].headers
    assert headers["x-rate-limit-remaining"] == "15"
    assert headers["x-user-limit-24hour-remaining"] == "0"
    assert int(headers["x-user-limit-24hour-reset"]) == scene.clock() // 1000 - 900 + DAY
    scene.clock.forward(DAY)
    await scene.x.create_direct_message(participant_id=citizen, text="one more")
    assert len(scene.world.dms_between("citizen", "MinistryX")) == 3


def test_the_limits_are_the_published_ones() -> None:
    published = {
        "GET /2/users/me": [(75, 900)],
        "GET /2/users/:id/mentions": [(300, 900)],
        "GET /2/dm_events": [(15, 900)],
        "POST /2/tweets": [(100, 900)],
        SEND: [(15, 900), (1440, 86_400)],
    }
    for name, limits in published.items():
        assert [(one.calls, one.seconds) for one in LIMITS[name]] == limits
