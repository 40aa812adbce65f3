"""Buttons, replies that take a message as context, and what is not text."""

from __future__ import annotations

import pytest

from storage import conversation
from tests.bot.transports.telegram.conftest import STRANGER_ID, Telegram

RISK = "churn risk for user regular-9"


def test_a_button_asks_its_question(telegram: Telegram) -> None:
    answer = telegram.ask(RISK)
    query = telegram.operator.presses(answer, "Why?")
    assert query.wait_for_answer().text == ""
    assert "average user" in telegram.operator.private.next_message().text


def test_buttons_carry_tokens_that_say_nothing(telegram: Telegram) -> None:
    answer = telegram.ask(RISK)
    data = [button.data or "" for row in answer.keyboard for button in row]
    assert len(set(data)) == len(data) >= 2
    assert all(len(each) == 16 and "regular" not in each for each in data)


@pytest.mark.parametrize("data", ["", "x" * 64, "risk 42", "admin:train", "'; DROP TABLE buttons; --"])
def test_a_forged_button_does_nothing(telegram: Telegram, data: str) -> None:
    answer = telegram.ask(RISK)
    query = telegram.operator.presses_data(answer, data)
    told = query.wait_for_answer()
    assert told.is_alert and told.text == "This button is not known here; ask again."
    assert telegram.shop.audited()[-1]["command"] == "button"


def test_a_button_of_another_chat_is_not_known_here(telegram: Telegram) -> None:
    elsewhere = telegram.ask("/risk regular-9", chat=telegram.group)
    token = elsewhere.keyboard[0][0].data or ""
    here = telegram.ask(RISK)
    told = telegram.operator.presses_data(here, token).wait_for_answer()
    assert told.text == "This button is not known here; ask again."


def test_a_personal_button_is_for_who_asked_and_a_team_button_for_everyone(telegram: Telegram) -> None:
    answer = telegram.ask("/risk regular-9", chat=telegram.group)
    told = telegram.admin.presses(answer, "Why?").wait_for_answer()
    assert told.is_alert and told.text == "This button is for somebody else; ask yourself."
    assert telegram.admin.presses(answer, "Take").wait_for_answer().text == ""
    assert "Ada" in telegram.group.next_message().text


def test_a_stranger_may_press_nothing(telegram: Telegram) -> None:
    answer = telegram.ask("/risk regular-9", chat=telegram.group)
    assert str(STRANGER_ID) in telegram.stranger.presses(answer, "Take").wait_for_answer().text
    assert telegram.stranger.presses(answer, "Take").wait_for_answer().text == ""


def test_an_old_button_says_so(telegram: Telegram) -> None:
    answer = telegram.ask(RISK)
    with telegram.shop.home.bot() as connection:
        connection.execute("UPDATE buttons SET expires_at = 0")
    told = telegram.operator.presses(answer, "Why?").wait_for_answer()
    assert told.text == "This button is too old; ask again."


def test_a_confirming_button_works_once(telegram: Telegram) -> None:
    sure = telegram.ask("roll back the model", telegram.admin)
    assert sure.labels == ["Yes"]
    telegram.admin.presses(sure, "Yes").wait_for_answer()
    assert telegram.admin.private.next_message().text.startswith("Started.")
    assert "no earlier model" in telegram.admin.private.next_message(timeout=120).text
    assert telegram.admin.presses(sure, "Yes").wait_for_answer().text == "This was done already."


def test_an_admin_who_is_none_any_more_cannot_confirm(telegram: Telegram) -> None:
    sure = telegram.ask("roll back the model", telegram.admin)
    with telegram.shop.home.bot() as connection:
        connection.execute("UPDATE buttons SET operator = NULL")
    token = sure.keyboard[0][0].data or ""
    other = telegram.ask("help", telegram.operator)
    with telegram.shop.home.bot() as connection:
        connection.execute("UPDATE buttons SET chat = ?", (str(telegram.operator.private.id),))
    told = telegram.operator.presses_data(other, token).wait_for_answer()
    assert told.text == "You may not use this button."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("why?", "average user"),
        ("profile", "regular-9: 19 orders"),
        ("他的流失风险", "用户regular-9"),
        ("/explain", "average user"),
    ],
)
def test_a_reply_to_a_message_is_about_its_user(telegram: Telegram, text: str, said: str) -> None:
    answer = telegram.ask(RISK)
    telegram.operator.says(text, reply_to=answer)
    after = telegram.operator.private.next_message()
    assert said in (after.text or after.caption)


def test_a_reply_of_somebody_else_takes_the_same_context(telegram: Telegram) -> None:
    answer = telegram.ask("/risk regular-9", chat=telegram.group)
    telegram.admin.says("why", chat=telegram.group, reply_to=answer)
    assert "average user" in telegram.group.next_message().text


def test_what_is_kept_of_a_question_tells_nobody_how_to_reach_somebody(telegram: Telegram) -> None:
    telegram.ask("search reviews 13517846209")
    telegram.ask("recommend for +49 171 9472683")
    with telegram.shop.home.bot() as connection:
        kept = [row["args"] for row in connection.execute("SELECT args FROM contexts")]
    assert '{"text": "***"}' in kept
    assert not any("9472683" in each or "135178" in each for each in kept)


def test_old_buttons_and_contexts_are_forgotten(telegram: Telegram) -> None:
    telegram.ask(RISK)
    with telegram.shop.home.bot() as connection:
        conversation.forget_old(connection, int(telegram.shop.now.timestamp()))
        assert connection.execute("SELECT COUNT(*) FROM buttons").fetchone()[0]
        later = int(telegram.shop.now.timestamp()) + 40 * 86_400
        conversation.forget_old(connection, later)
        for table in ("buttons", "contexts"):
            assert not connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]


def test_voice_stickers_and_photos_get_one_friendly_line(telegram: Telegram) -> None:
    for send in (
        telegram.operator.sends_voice,
        telegram.operator.sends_sticker,
        telegram.operator.sends_photo,
    ):
        send()
        assert telegram.operator.private.next_message().text.startswith("I can only read text so far")


def test_a_list_longer_than_a_screen_goes_as_a_file_with_its_first_rows(telegram: Telegram) -> None:
    answer = telegram.ask("top 60 customers with a churn risk above 1%")
    assert answer.photo and "… and 50 more in the file." in answer.caption
    document = telegram.operator.private.next_message().document
    assert document is not None
    assert document.name == "at_risk.csv"
    lines = document.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "user_id,probability,recency_days,monetary_cents,reason"
    assert len(lines) == 61


def test_menus_are_set_for_each_scope_in_both_languages(telegram: Telegram) -> None:
    telegram.ask("help")
    english = telegram.api.menu({"type": "all_private_chats"})
    chinese = telegram.api.menu({"type": "all_private_chats"}, "zh")
    assert english.keys() == chinese.keys() >= {"risk", "at_risk", "help"}
    assert "train" not in english
    assert english["risk"] == "How likely a user is to leave"
    assert chinese["risk"] != english["risk"]
    assert "train" in telegram.api.menu({"type": "chat", "chat_id": telegram.admin.private.id})


def test_in_a_private_chat_the_last_answer_is_the_context(telegram: Telegram) -> None:
    telegram.ask(RISK)
    assert "average user" in (telegram.ask("why?").text or "")
    assert telegram.ask("snooze 3 days").text == (
        "User regular-9 is snoozed until Feb 7.\nTaken as: snooze user regular-9 for 3 days"
    )
    telegram.ask("help")
    assert "regular-9" not in (telegram.ask("why?").text or "regular-9")


@pytest.mark.parametrize("answer", ["regular-9", "user regular-9", "用户regular-9"])
def test_an_id_alone_answers_which_user(telegram: Telegram, answer: str) -> None:
    assert telegram.ask("/risk").text.startswith("Which user?")
    assert "regular-9" in telegram.ask(answer).text.splitlines()[0]


@pytest.mark.parametrize("text", ["/help", "/risk regular-9", "？", "/at_risk"])
def test_what_is_in_no_language_is_answered_in_that_of_the_phone(telegram: Telegram, text: str) -> None:
    chinese = telegram.api.person(2002, "Mei", language_code="zh-hans")
    answer = telegram.ask(text, chinese)
    assert any("\u4e00" <= character <= "\u9fff" for character in answer.text or answer.caption)


def test_in_a_group_a_follow_up_is_about_the_last_answer_to_the_same_operator(telegram: Telegram) -> None:
    telegram.ask("/risk regular-9", chat=telegram.group)
    telegram.ask("/risk regular-8", telegram.admin, chat=telegram.group)
    answer = telegram.ask("/explain", chat=telegram.group)
    assert "regular-9" in answer.text and "Taken as: why is user regular-9 at risk" in answer.text


def test_a_follow_up_comes_within_a_quarter_of_an_hour(telegram: Telegram) -> None:
    telegram.ask(RISK)
    # What an answer was about is kept just after it was sent.
    telegram.api.wait_for(lambda: _aged(telegram), about="the context to be kept")
    assert "Which user?" in telegram.ask("why?").text


def _aged(telegram: Telegram) -> bool:
    """Make what was kept a quarter of an hour older; whether all of it is kept yet."""
    with telegram.shop.home.bot() as connection:
        if connection.execute("SELECT COUNT(*) FROM contexts").fetchone()[0] < 2:
            return False
        connection.execute("UPDATE contexts SET at = at - ?", (conversation.FOLLOW_UP_SECONDS + 1,))
        return True
