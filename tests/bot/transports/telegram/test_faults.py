"""Requests of the bot fail in every way there is; nobody's question is lost."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import Any

import pytest

from bot.transports.telegram import app, sender
from tests.bot.conftest import Shop
from tests.bot.transports.telegram.conftest import ADMIN_ID, Telegram, started
from tests.bot.transports.telegram.fault_run import fault_run, operator_ids
from tests.bot_api import BotApi, Failure

running = contextmanager(started)

QUESTION = "churn risk for user regular-0"
ABOUT = "user regular-0 places no order"
BASIC_GROUP_ID = -5_005


def replies(telegram: Telegram) -> list[str]:
    """What the operator has been answered."""
    return [message.text or message.caption for message in telegram.operator.private.from_bot]


def fail(*_: Any) -> Any:
    raise ZeroDivisionError("nobody thought of this")


def test_every_question_of_twenty_operators_is_answered_once_and_in_order(
    bot_api: BotApi, shop: Shop
) -> None:
    operators = ",".join(map(str, operator_ids()))
    with running(bot_api, shop, operators=operators) as telegram:
        run = fault_run(bot_api, 100, telegram.running.stop)
    assert run.questions == 100
    assert (run.unanswered, run.answered_twice, run.out_of_order) == (0, 0, 0)
    assert run.injected.total() >= 10


def test_a_pause_that_telegram_asks_for_is_kept(telegram: Telegram) -> None:
    telegram.api.fail_next("sendMessage", Failure.too_many_requests(retry_after=2))
    assert ABOUT in telegram.ask(QUESTION).text
    first, second = telegram.api.calls_of("sendMessage", telegram.operator.private)
    assert first.outcome == "too_many_requests"
    assert second.at - first.at >= 2


@pytest.mark.parametrize(
    "failure",
    [Failure.server_error(), Failure.bad_gateway_html(), Failure.cut_before(), Failure.hang(0.5)],
    ids=lambda failure: failure.kind,
)
def test_an_answer_that_was_not_accepted_is_sent_again(telegram: Telegram, failure: Failure) -> None:
    telegram.api.fail_next("sendMessage", failure, times=2)
    assert ABOUT in telegram.ask(QUESTION).text
    assert "165 days" in telegram.ask("churn risk for user leaving-14").text
    telegram.running.stop()
    assert len(replies(telegram)) == 2


def test_an_answer_whose_acceptance_was_lost_comes_twice_rather_than_never(telegram: Telegram) -> None:
    telegram.api.fail_next("sendMessage", Failure.cut_after())
    first = telegram.ask(QUESTION)
    assert telegram.operator.private.next_message(timeout=30).text == first.text
    assert telegram.api.cut_after_acceptance == [first.message_id]


def test_a_server_that_hangs_is_not_waited_for(
    bot_api: BotApi, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "ANSWER_SECONDS", 0.5, raising=False)
    with running(bot_api, shop) as telegram:
        bot_api.fail_next("sendMessage", Failure.hang(3))
        assert ABOUT in telegram.ask(QUESTION).text
        chat = telegram.operator.private
        bot_api.wait_for(lambda: len(bot_api.calls_of("sendMessage", chat)) == 2, about="both tries to end")
        first, second = bot_api.calls_of("sendMessage", chat)
    assert {first.outcome, second.outcome} == {"hang", "ok"}


def test_a_picture_and_its_caption_survive_a_cut_connection(telegram: Telegram) -> None:
    telegram.api.fail_next("sendPhoto", Failure.cut_before())
    answer = telegram.ask("profile of user regular-0")
    assert answer.photo is not None
    assert answer.photo.data.startswith(b"\x89PNG")


def test_who_blocks_the_bot_misses_answers_and_disturbs_nobody(
    telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    api, operator = telegram.api, telegram.operator
    api.fail_next("sendMessage", Failure.too_many_requests(), chat=operator.private)
    operator.says(QUESTION)
    api.wait_for(lambda: api.injected["too_many_requests"], about="the first try")
    operator.blocks_bot()
    assert ABOUT in telegram.ask(QUESTION, telegram.admin).text
    api.wait_for(lambda: "blocked by the user" in caplog.text, about="the refusal in the log")
    operator.unblocks_bot()
    assert "165 days" in telegram.ask("churn risk for user leaving-14").text


def test_a_group_that_becomes_a_supergroup_is_answered_there_and_stays_allowed(
    bot_api: BotApi, shop: Shop
) -> None:
    group = bot_api.group(BASIC_GROUP_ID, "Floor")
    with running(bot_api, shop, chats=str(BASIC_GROUP_ID)) as telegram:
        bot_api.fail_next("sendMessage", Failure.too_many_requests(), chat=group)
        telegram.operator.says("/risk regular-0", chat=group)
        bot_api.wait_for(lambda: bot_api.injected["too_many_requests"], about="the first try")
        supergroup = bot_api.upgrade_group(group)
        assert ABOUT in supergroup.next_message(timeout=30).text
        assert "165 days" in telegram.ask("/risk leaving-14", chat=supergroup).text
        answer = telegram.ask("/risk regular-0", chat=supergroup)
        telegram.operator.presses(answer, "Why?").wait_for_answer()
        assert "regular-0" in supergroup.next_message(timeout=30).text
    with running(bot_api, shop, chats=str(BASIC_GROUP_ID)) as telegram:
        assert ABOUT in telegram.ask("/risk regular-0", chat=supergroup).text
    assert group.from_bot == []


def test_messages_wait_while_telegram_cannot_be_reached(telegram: Telegram) -> None:
    api = telegram.api
    api.wait_for(lambda: api.polled, about="a poll")
    api.fail_next("getUpdates", Failure.server_error())
    api.fail_next("getUpdates", Failure.cut_before())
    # The poll that is under way hears of the first question; those after it fail.
    assert ABOUT in telegram.ask(QUESTION).text
    api.wait_for(lambda: api.injected.total() == 2, timeout=30, about="two polls that fail")
    assert "165 days" in telegram.ask("churn risk for user leaving-14").text


def test_an_unforeseen_failure_of_a_command_is_told_as_an_incident(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.risk_reply.risk_reply", fail)
    told = telegram.ask(QUESTION).text
    found = re.search(r"\(incident ([0-9a-f]{8})\)", told)
    assert found and "ZeroDivisionError" not in told
    assert f"incident {found[1]}" in caplog.text
    assert "ZeroDivisionError: nobody thought of this" in caplog.text
    assert telegram.api.token not in caplog.text


def test_an_unforeseen_failure_on_the_way_of_an_answer_is_told_too(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sender, "message", fail)
    told = telegram.ask(QUESTION).text
    found = re.search(r"\(incident ([0-9a-f]{8})\)", told)
    assert found and f"incident {found[1]}" in caplog.text
    assert "ZeroDivisionError: nobody thought of this" in caplog.text
    monkeypatch.undo()
    assert ABOUT in telegram.ask(QUESTION).text


def test_a_stranger_hears_of_no_incident(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sender, "message", fail)
    telegram.stranger.says("hello")
    telegram.api.wait_for(lambda: "incident" in caplog.text, timeout=30, about="the incident in the log")
    telegram.running.stop()
    assert telegram.stranger.private.from_bot == []


def test_a_button_is_answered_however_often_that_fails(telegram: Telegram) -> None:
    answer = telegram.ask(QUESTION)
    telegram.api.fail_next("answerCallbackQuery", Failure.server_error())
    telegram.api.fail_next("answerCallbackQuery", Failure.cut_after())
    pressed = telegram.operator.presses(answer, "Why?")
    pressed.wait_for_answer(timeout=30)
    assert "regular-0" in telegram.operator.private.next_message(timeout=30).text


def test_a_button_whose_time_has_passed_is_answered_all_the_same(telegram: Telegram) -> None:
    answer = telegram.ask(QUESTION)
    telegram.api.fail_next("answerCallbackQuery", Failure.too_many_requests())
    pressed = telegram.operator.presses(answer, "Why?")
    pressed.expire()
    assert "regular-0" in telegram.operator.private.next_message(timeout=30).text


def test_the_result_of_long_work_arrives_although_its_progress_could_not_be_shown(
    own_telegram: Telegram,
) -> None:
    api, admin = own_telegram.api, own_telegram.admin
    question = own_telegram.ask("train", admin)
    api.fail_next("editMessageText", Failure.bad_gateway_html(), times=30)
    api.fail_next("sendMessage", Failure.server_error(), chat=admin.private)
    admin.presses(question, "Yes").wait_for_answer()
    assert "Started" in admin.private.next_message(timeout=30).text
    api.wait_for(lambda: api.calls_of("editMessageText"), timeout=60, about="an edit that fails")
    result = admin.private.next_message(timeout=120)
    assert "model" in (result.text or result.caption).casefold()
    assert admin.id == ADMIN_ID
