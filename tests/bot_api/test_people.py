"""What people do reaches the bot as the real server would tell it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot_api import BotApi, NotSeenError
from tests.bot_api.conftest import Raw
from tests.bot_api.entities import found_in, part

SHOP = -1_001_000_000_001
BUTTONS = {
    "inline_keyboard": [
        [{"text": "Why", "callback_data": "t1"}, {"text": "Draft", "callback_data": "t2"}],
        [{"text": "Shop", "url": "https://shop.example/"}],
    ]
}


def updates(raw: Raw, kind: str = "message") -> list[dict[str, Any]]:
    return [update[kind] for update in raw.result("getUpdates") if kind in update]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/risk 42", [("bot_command", "/risk")]),
        ("😀 /risk@Opsbot_Test_Bot 42", [("bot_command", "/risk@Opsbot_Test_Bot")]),
        ("a/risk /风险 /risk/42", []),
        ("@ann and x@y.example", [("mention", "@ann"), ("email", "x@y.example")]),
        ("see https://shop.example/a?b=/c.", [("url", "https://shop.example/a?b=/c")]),
        ("#churn #1", [("hashtag", "#churn")]),
    ],
)
def test_commands_mentions_and_links_are_found(text: str, found: list[tuple[str, str]]) -> None:
    assert [(one.type, part(text, one)) for one in found_in(text)] == found


def test_a_text_comes_with_its_author_chat_and_entities(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001, "Ann", language_code="zh", username="ann_shop")
    ann.says("/risk 42")
    (message,) = updates(raw)
    assert message["from"] == {
        "id": 1001,
        "first_name": "Ann",
        "is_bot": False,
        "username": "ann_shop",
        "language_code": "zh",
    }
    assert message["chat"]["type"] == "private"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 5}]


def test_a_bot_in_privacy_mode_hears_only_what_is_meant_for_it(bot_api: BotApi, raw: Raw) -> None:
    ann, group = bot_api.person(1001), bot_api.group(SHOP)
    sent = raw.result("sendMessage", chat_id=SHOP, text="digest")
    for text in ("just talking", "/risk@other_bot 1", "/risk 2", "/risk@opsbot_test_bot 3"):
        ann.says(text, chat=group)
    ann.says("hey @opsbot_test_bot 4", chat=group)
    ann.says("an answer 5", chat=group, reply_to=group.history[sent["message_id"]])
    assert [message["text"][-1] for message in updates(raw)] == ["2", "3", "4", "5"]
    assert group.transcript().count("not delivered") == 2
    bot_api.privacy_mode = False
    ann.says("just talking", chat=group)
    assert updates(raw)[-1]["text"] == "just talking"


def test_a_message_in_a_topic_replies_to_its_opening(bot_api: BotApi, raw: Raw) -> None:
    ann, forum = bot_api.person(1001), bot_api.group(SHOP, forum=True)
    topic = bot_api.topic(forum, 2, "Churn")
    ids = [ann.says("/risk", chat=forum, thread=topic).message_id for _ in range(3)]
    (first, *_) = updates(raw)
    assert first["message_thread_id"] == 2
    assert first["reply_to_message"]["forum_topic_created"]["name"] == "Churn"
    assert len(set(ids)) == 3 and 2 not in ids
    ann.says("/risk", chat=forum)
    assert "message_thread_id" not in updates(raw)[-1]
    with pytest.raises(ValueError, match="no topic 9"):
        ann.says("/risk", chat=forum, thread=9)


def test_message_ids_of_supergroups_begin_anew(bot_api: BotApi) -> None:
    ann, group = bot_api.person(1001), bot_api.group(SHOP)
    assert ann.says("a").message_id == ann.says("a", chat=group).message_id == 1
    assert ann.says("a", chat=bot_api.group(-5)).message_id == ann.says("b").message_id - 1


def test_pressing_a_button(bot_api: BotApi, raw: Raw) -> None:
    ann, bob = bot_api.person(1001), bot_api.person(1002, "Bob")
    raw.result("sendMessage", chat_id=1001, text="User 42", reply_markup=BUTTONS)
    message = ann.private.next_message()
    ann.presses(message, "Draft")
    ann.presses(message, 0)
    bob.presses_data(message, "forged")
    pressed = [(query["from"]["id"], query["data"]) for query in updates(raw, "callback_query")]
    assert pressed == [(1001, "t2"), (1001, "t1"), (1002, "forged")]
    with pytest.raises(AssertionError, match="no button 'Explain' among"):
        ann.presses(message, "Explain")
    with pytest.raises(ValueError, match="sends nothing"):
        ann.presses(message, "Shop")


def test_a_button_of_a_message_that_is_gone_shows_no_more_of_it(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    sent = raw.result("sendMessage", chat_id=1001, text="User 42", reply_markup=BUTTONS)
    message = ann.private.next_message()
    raw.result("deleteMessage", chat_id=1001, message_id=sent["message_id"])
    ann.presses_data(message, "t1")
    (query,) = updates(raw, "callback_query")
    assert query["message"]["date"] == 0 and "text" not in query["message"]
    assert bot_api.messages() == []


def test_files_stickers_voices_and_forwards(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    ann.sends_document("订单.csv", b"a,b\n", caption="orders", mime="text/csv")
    ann.sends_photo(caption="shelf")
    ann.sends_sticker()
    ann.sends_voice()
    raw.result("sendMessage", chat_id=1001, text="<b>x</b>", parse_mode="HTML")
    ann.forwards(ann.private.next_message())
    document, photo, sticker, voice, forward = updates(raw)
    assert document["document"]["file_name"] == "订单.csv" and document["caption"] == "orders"
    assert photo["photo"][0]["width"] == 32 and "text" not in photo
    assert "sticker" in sticker and "voice" in voice
    assert forward["forward_origin"]["sender_user"]["is_bot"] and forward["text"] == "x"


def test_blocking_and_channels_and_raw_updates(bot_api: BotApi, raw: Raw) -> None:
    ann, channel = bot_api.person(1001), bot_api.channel(SHOP, "News", username="shop_news")
    ann.blocks_bot()
    bot_api.channel_post(channel, "sale")
    bot_api.raw_update({"message": {"nonsense": []}})
    bot_api.raw_update({"update_id": "x"})
    member, post, nonsense, broken = raw.result("getUpdates")
    assert member["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert post["channel_post"]["sender_chat"]["title"] == "News"
    assert nonsense["message"] == {"nonsense": []} and broken["update_id"] == "x"
    with pytest.raises(ValueError, match="has blocked the bot"):
        ann.says("hello?")
    assert raw.result("sendMessage", chat_id="@shop_news", text="x")["chat"]["id"] == SHOP


def test_waiting_in_vain_shows_the_conversation(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001, "Ann")
    ann.says("churn risk\nfor user 42")
    raw.result("sendMessage", chat_id=1001, text="low", reply_markup=BUTTONS)
    message = ann.private.next_message()
    raw.result("editMessageText", chat_id=1001, message_id=message.message_id, text="high")
    with pytest.raises(NotSeenError) as caught:
        ann.private.next_message(timeout=0.01)
    shown = str(caught.value)
    for line in (
        "not seen: a message of the bot to Ann",
        "Ann #1: churn risk",
        "BOT #2: low",
        "[Why] [Draft]",
    ):
        assert line in shown
    assert "BOT edits #2: high" in shown
    assert bot_api.transcript() == ann.private.transcript()
    with pytest.raises(NotSeenError, match="not seen: a miracle"):
        bot_api.wait_for(lambda: False, timeout=0.01, about="a miracle")


def test_next_message_gives_each_message_once(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    for text in "abcd":
        raw.result("sendMessage", chat_id=1001, text=text)
    assert [ann.private.next_message().text for _ in range(2)] == ["a", "b"]
    ann.private.skip()
    with pytest.raises(NotSeenError):
        ann.private.next_message(timeout=0)
    assert [message.text for message in bot_api.messages(ann.private)] == list("abcd")
