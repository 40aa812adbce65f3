"""Requests of a plain client: ways to ask, chats, edits, updates, menus, files."""

from __future__ import annotations

import threading
import time
from typing import Any

import httpx
import pytest

from tests.bot_api import BotApi
from tests.bot_api.conftest import Raw

SHOP = -1_001_000_000_001


def test_parameters_come_in_the_address_as_a_form_as_json_and_in_parts(bot_api: BotApi, raw: Raw) -> None:
    bot_api.person(1001)
    url = f"{bot_api.root}/bot{bot_api.token}/SENDmessage"
    said = {"chat_id": "1001", "text": "你好"}
    responses = [
        raw.client.get(url, params=said),
        raw.client.post(url, data=said),
        raw.client.post(url, json={"chat_id": 1001, "text": "你好", "reply_markup": None}),
        raw.client.post(url, data=said, files={"unused": b"x"}),
    ]
    assert [response.json()["result"]["text"] for response in responses] == ["你好"] * 4


def test_the_token_and_the_method_have_to_be_known(bot_api: BotApi, raw: Raw) -> None:
    assert raw.call("getNothing") == {"ok": False, "error_code": 404, "description": "Not Found"}
    wrong = raw.client.get(f"{bot_api.root}/bot1:x/getMe")
    assert (wrong.status_code, wrong.json()["description"]) == (401, "Unauthorized")
    nowhere = raw.client.get(f"{bot_api.root}/anything")
    assert (nowhere.status_code, nowhere.json()["description"]) == (404, "Not Found")
    assert raw.result("getMe")["username"] == bot_api.bot.username


@pytest.mark.parametrize("data", [b"text=%ff", b"chat_id=1001&text=a&reply_markup={"])
def test_what_cannot_be_read_is_refused(bot_api: BotApi, raw: Raw, data: bytes) -> None:
    bot_api.person(1001)
    url = f"{bot_api.root}/bot{bot_api.token}/sendMessage"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert raw.client.post(url, content=data, headers=headers).status_code == 400


def test_a_message_goes_only_where_the_bot_may_write(bot_api: BotApi, raw: Raw) -> None:
    stranger, ann = bot_api.person(1, started=False), bot_api.person(2)
    group, shop = bot_api.group(-5), bot_api.group(SHOP)
    quiet = bot_api.group(SHOP - 1)
    quiet.bot_may_write = False

    def answer(chat_id: object) -> str:
        return str(raw.call("sendMessage", chat_id=chat_id, text="x").get("description", "sent"))

    assert answer("") == "Bad Request: chat_id is empty"
    assert answer(99) == answer(stranger.id) == answer("@nobody") == "Bad Request: chat not found"
    assert answer(ann.id) == answer(group.id) == answer(shop.id) == "sent"
    assert answer(quiet.id).startswith("Bad Request: not enough rights")
    ann.blocks_bot()
    bot_api.kick_bot(group)
    raw.result("leaveChat", chat_id=shop.id)
    assert answer(ann.id) == "Forbidden: bot was blocked by the user"
    assert answer(group.id) == "Forbidden: bot was kicked from the group chat"
    assert answer(shop.id) == "Forbidden: bot is not a member of the supergroup chat"
    ann.unblocks_bot()
    stranger.says("/start")
    assert answer(ann.id) == answer(stranger.id) == "sent"
    ann.deactivated = True
    assert answer(ann.id) == "Forbidden: user is deactivated"


def test_a_group_that_was_upgraded_says_where_it_is_now(bot_api: BotApi, raw: Raw) -> None:
    group = bot_api.group(-5, "Shop")
    supergroup = bot_api.upgrade_group(group)
    assert raw.call("sendMessage", chat_id=group.id, text="x") == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": supergroup.id},
    }
    assert raw.result("sendMessage", chat_id=supergroup.id, text="x")["chat"]["type"] == "supergroup"
    told = [update["message"] for update in raw.result("getUpdates")]
    assert [one.get("migrate_to_chat_id") for one in told] == [supergroup.id, None]
    assert [one.get("migrate_from_chat_id") for one in told] == [None, group.id]


def test_topics(bot_api: BotApi, raw: Raw) -> None:
    forum = bot_api.group(SHOP, forum=True)
    topic = bot_api.topic(forum, 7, "Churn")
    sent = raw.result("sendMessage", chat_id=forum.id, message_thread_id=7, text="x")
    assert sent["message_thread_id"] == 7 and sent["is_topic_message"]
    # The general topic is written to without a thread, and refused with its id.
    for unknown in (1, 8):
        refusal = raw.refusal("sendMessage", chat_id=forum.id, message_thread_id=unknown, text="x")
        assert refusal == "Bad Request: message thread not found"
    assert "message_thread_id" not in raw.result("sendMessage", chat_id=forum.id, text="x")
    topic.closed = True
    closed = raw.refusal("sendMessage", chat_id=forum.id, message_thread_id=7, text="x")
    assert closed == "Bad Request: TOPIC_CLOSED"
    assert forum.next_message(thread=topic).message_id == sent["message_id"]


def test_replies(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    question = ann.says("risk?")

    def reply(**parameters: object) -> dict[str, Any]:
        return raw.call("sendMessage", chat_id=ann.id, text="x", reply_parameters=parameters)

    assert reply(message_id=question.message_id)["result"]["reply_to_message"]["text"] == "risk?"
    raw.result("deleteMessage", chat_id=ann.id, message_id=question.message_id)
    gone = reply(message_id=question.message_id)
    assert gone["description"] == "Bad Request: message to be replied not found"
    anyway = reply(message_id=question.message_id, allow_sending_without_reply=True)
    assert "reply_to_message" not in anyway["result"]


def test_edits(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    buttons = {"inline_keyboard": [[{"text": "Why", "callback_data": "t1"}]]}
    raw.result("sendMessage", chat_id=ann.id, text="<b>a</b>", parse_mode="HTML", reply_markup=buttons)
    message = ann.private.next_message()
    place = {"chat_id": ann.id, "message_id": message.message_id}
    same = raw.refusal("editMessageText", text=" <b>a</b> ", parse_mode="HTML", reply_markup=buttons, **place)
    assert same.startswith("Bad Request: message is not modified: specified new message content and reply")
    # Without its markup it is another message, and without its buttons too.
    raw.result("editMessageText", text="a", reply_markup=buttons, **place)
    raw.result("editMessageText", text="a", **place)
    assert message.keyboard == ()
    raw.result("editMessageReplyMarkup", reply_markup=buttons, **place)
    assert message.labels == ["Why"] and len(message.edits) == 3
    assert message.edits[0].before.source == "<b>a</b>"
    no_caption = raw.refusal("editMessageCaption", caption="b", **place)
    assert no_caption == "Bad Request: there is no caption in the message to edit"


def test_only_an_own_message_that_is_there_can_be_edited(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    question = ann.says("x")
    edit = {"chat_id": ann.id, "text": "y"}
    foreign = raw.refusal("editMessageText", message_id=question.message_id, **edit)
    assert foreign == "Bad Request: message can't be edited"
    assert raw.refusal("editMessageText", message_id=99, **edit) == "Bad Request: message to edit not found"
    assert (
        raw.refusal("deleteMessage", chat_id=ann.id, message_id=99)
        == "Bad Request: message to delete not found"
    )
    nothing = raw.refusal("editMessageText", **edit)
    assert nothing == "Bad Request: message identifier is not specified"


def test_captions_and_documents_are_edited_as_such(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    files = {"document": ("a.csv", b"a,b", "text/csv")}
    raw.result("sendDocument", chat_id=ann.id, files=files, caption="<i>list</i>", parse_mode="HTML")
    message = ann.private.next_message()
    assert message.document and (message.document.name, message.document.data) == ("a.csv", b"a,b")
    assert (message.text, message.caption, message.html) == ("", "list", "<i>list</i>")
    place = {"chat_id": ann.id, "message_id": message.message_id}
    assert "there is no text" in raw.refusal("editMessageText", text="x", **place)
    raw.result("editMessageCaption", caption="done", **place)
    assert message.caption == "done"
    again = raw.result("sendDocument", chat_id=ann.id, document=message.document.file_id)
    assert again["document"]["file_name"] == "a.csv"
    assert "wrong remote file" in raw.refusal("sendDocument", chat_id=ann.id, document="nothing")


def test_a_query_is_answered_once_and_in_time(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    buttons = {"inline_keyboard": [[{"text": "Why", "callback_data": "t1"}]]}
    raw.result("sendMessage", chat_id=ann.id, text="a", reply_markup=buttons)
    message = ann.private.next_message()
    query, late = ann.presses(message, "Why"), ann.presses(message, 0)
    late.expire()
    (first, second) = [update["callback_query"] for update in raw.result("getUpdates")]
    assert (first["data"], first["message"]["message_id"]) == ("t1", message.message_id)
    too_long = raw.refusal("answerCallbackQuery", callback_query_id=first["id"], text="x" * 201)
    assert too_long == "Bad Request: MESSAGE_TOO_LONG"
    raw.result("answerCallbackQuery", callback_query_id=first["id"], text="x" * 200, show_alert=True)
    assert query.wait_for_answer().is_alert
    for query_id in (first["id"], second["id"], "77"):
        refusal = raw.refusal("answerCallbackQuery", callback_query_id=query_id)
        assert refusal.startswith("Bad Request: query is too old and response timeout expired")


def test_updates_come_again_until_an_offset_passes_them(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    for text in "abc":
        ann.says(text)

    def texts(**parameters: object) -> list[str]:
        return [update["message"]["text"] for update in raw.result("getUpdates", **parameters)]

    assert texts() == texts() == ["a", "b", "c"]
    assert texts(limit=2) == ["a", "b"]
    second = raw.result("getUpdates")[1]["update_id"]
    assert texts(offset=second) == ["b", "c"]
    assert texts() == ["b", "c"]
    assert texts(offset=-1) == ["c"]
    assert texts(offset=second + 2) == [] == list(bot_api.unconfirmed)


def test_a_poll_waits_for_what_comes(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    timer = threading.Timer(0.1, ann.says, ["late"])
    timer.start()
    (update,) = raw.result("getUpdates", timeout=30)
    timer.join()
    assert update["message"]["text"] == "late"
    assert raw.result("getUpdates", timeout=1, offset=update["update_id"] + 1) == []


def test_only_the_kinds_asked_for_are_delivered(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    raw.result("getUpdates", allowed_updates=["message"])
    message = ann.says("a")
    ann.edits(message, "b")
    assert [set(update) - {"update_id"} for update in raw.result("getUpdates")] == [{"message"}]
    raw.result("getUpdates", allowed_updates=[])
    ann.edits(message, "c")
    assert raw.result("getUpdates")[-1]["edited_message"]["text"] == "c"


def test_two_polls_at_once_are_a_conflict(bot_api: BotApi, raw: Raw) -> None:
    answers: list[dict[str, Any]] = []
    first = threading.Thread(target=lambda: answers.append(raw.call("getUpdates", timeout=30)))
    first.start()
    bot_api.wait_for(lambda: bot_api.polled)
    assert raw.result("getUpdates") == []
    first.join()
    assert answers == [
        {
            "ok": False,
            "error_code": 409,
            "description": "Conflict: terminated by other getUpdates request; "
            "make sure that only one bot instance is running",
        }
    ]


def test_a_poll_whose_bot_went_away_is_forgotten(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    with pytest.raises(httpx.ReadTimeout):
        raw.client.get(f"{bot_api.root}/bot{bot_api.token}/getUpdates?timeout=30", timeout=0.1)
    bot_api.wait_for(lambda: bot_api.calls_of("getUpdates"))
    ann.says("still there")
    assert raw.result("getUpdates")[0]["message"]["text"] == "still there"


def test_no_polling_beside_a_webhook(bot_api: BotApi, raw: Raw) -> None:
    assert raw.result("getWebhookInfo")["url"] == ""
    insecure = raw.refusal("setWebhook", url="http://shop.example/hook")
    assert insecure == "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
    bad_secret = raw.refusal("setWebhook", url="https://shop.example/hook", secret_token="ä")
    assert bad_secret == "Bad Request: secret token contains unallowed characters"
    raw.result("setWebhook", url="http://127.0.0.1:9/", secret_token="s", allowed_updates=["message"])
    bot_api.person(1001).says("x")
    assert raw.refusal("getUpdates").startswith("Conflict: can't use getUpdates method while webhook")
    bot_api.wait_for(lambda: "last_error_message" in raw.result("getWebhookInfo"))
    info = raw.result("getWebhookInfo")
    assert (info["pending_update_count"], info["allowed_updates"]) == (1, ["message"])
    raw.result("deleteWebhook", drop_pending_updates=True)
    assert raw.result("getUpdates") == []


def test_menus_are_kept_by_scope_and_language(bot_api: BotApi, raw: Raw) -> None:
    bot_api.person(1001)
    scope = {"type": "chat", "chat_id": 1001}
    raw.result("setMyCommands", commands=[{"command": "risk", "description": "Risk"}])
    raw.result(
        "setMyCommands",
        commands=[{"command": "risk", "description": "风险"}],
        scope=scope,
        language_code="zh",
    )
    assert bot_api.menu() == {"risk": "Risk"}
    assert bot_api.menu(scope, "zh") == {"risk": "风险"}
    assert raw.result("getMyCommands", scope=scope) == []
    raw.result("deleteMyCommands")
    assert bot_api.menu() == {}
    assert (
        raw.refusal("getMyCommands", language_code="zh-CN") == "Bad Request: invalid language code specified"
    )
    elsewhere = raw.refusal("setMyCommands", commands=[], scope={"type": "chat", "chat_id": 5})
    assert elsewhere == "Bad Request: chat not found"


def test_chats_members_actions_and_reactions(bot_api: BotApi, raw: Raw) -> None:
    ann, bob = bot_api.person(1001), bot_api.person(1002, "Bob")
    group = bot_api.group(SHOP, "Shop")
    ann.joins(group, "administrator")
    assert raw.result("getChat", chat_id=group.id)["title"] == "Shop"
    status = {one: raw.result("getChatMember", chat_id=SHOP, user_id=one)["status"] for one in (1001, 1002)}
    assert status == {1001: "administrator", bob.id: "left"}
    raw.result("sendChatAction", chat_id=ann.id, action="typing")
    assert "wrong parameter action" in raw.refusal("sendChatAction", chat_id=ann.id, action="thinking")
    message = ann.says("thanks")
    place = {"chat_id": ann.id, "message_id": message.message_id}
    raw.result("setMessageReaction", reaction=[{"type": "emoji", "emoji": "👍"}], **place)
    assert message.reactions == ("👍",)
    unknown = raw.refusal("setMessageReaction", reaction=[{"type": "emoji", "emoji": "✅"}], **place)
    assert unknown == "Bad Request: REACTION_INVALID"
    assert raw.result("logOut") is True and raw.result("close") is True


def test_it_starts_fast_and_stops_while_it_is_waited_on() -> None:
    threads = threading.active_count()
    started = time.monotonic()
    for _ in range(20):
        with BotApi() as api, httpx.Client() as client:
            client.get(f"{api.root}/bot{api.token}/getMe")
            with pytest.raises(httpx.ReadTimeout):
                client.get(f"{api.root}/bot{api.token}/getUpdates?timeout=50", timeout=0.01)
    # Generous by far: it is there to notice a stop that waits for a poll to end.
    assert time.monotonic() - started < 20
    assert threading.active_count() == threads
