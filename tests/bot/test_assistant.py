"""From a text to a reply: who may ask what, what is said where nothing fits, and what is noted of it."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import NoReturn

import pytest

from bot import assistant as assistant_module
from bot.assistant import sentences
from bot.command import Command, Question
from bot.desk import Desk
from bot.i18n import language, language_of, using
from bot.registry import commands
from bot.reply import Reply
from bot.understanding import understand
from storage.errors import OpsbotError
from tests.bot.conftest import Shop

SECRET = "anna.berg@example.com"


def with_command(monkeypatch: pytest.MonkeyPatch, command: Command) -> None:
    """Let `command` stand in for the one of its name."""
    others = [one for one in commands() if one.name != command.name]
    monkeypatch.setattr(assistant_module, "commands", lambda: (*others, command))


def help_that(answer: object) -> Command:
    found = next(command for command in commands() if command.name == "help")
    return replace(found, answer=answer)  # type: ignore[arg-type]


def test_a_question_is_answered_and_its_arguments_are_said(shop: Shop) -> None:
    reply = shop.ask("top 3 customers with a churn risk above 60%")
    assert reply.failure is None
    assert reply.command == "at_risk"
    assert reply.as_json("")["args"] == {"limit": 3, "min_risk": 0.6}


# -- access --------------------------------------------------------------------------------------------


def test_an_operator_may_not_train(shop: Shop) -> None:
    reply = shop.ask("train the model", confirmed=True)
    assert reply.failure is not None
    assert reply.failure.kind == "not_allowed"
    assert reply.command == "train"
    assert "admin" in reply.failure.message
    assert "--as admin" in reply.failure.next_step
    assert shop.steps == []


def test_an_admin_is_asked_to_confirm_before_anything_runs(shop: Shop) -> None:
    reply = shop.ask("train the model", "admin")
    assert reply.failure is not None
    assert reply.failure.kind == "needs_confirmation"
    assert reply.title.endswith("?")
    assert [button.question for button in reply.buttons] == ["train the model"]
    assert "--yes" in reply.failure.next_step
    assert shop.steps == []


def test_what_is_to_be_confirmed_names_whom_it_is_about(shop: Shop) -> None:
    assert shop.ask("remove operator {x}", "admin").command == "unknown"
    assert shop.ask("移除操作员小美", "admin").title == "确定不再允许操作员小美使用本机器人吗？"
    assert shop.ask("/remove_operator", "admin").title == "Let operator … use the bot no more?"


def test_what_is_confirmed_runs_and_says_how_far_it_is(own_shop: Shop) -> None:
    reply = own_shop.ask("train the model", "admin", confirmed=True)
    assert reply.failure is None
    assert reply.facts["version"] == 2
    assert own_shop.steps[:2] == ["testing on past dates", "training"]


def test_what_needs_no_confirmation_asks_for_none(shop: Shop) -> None:
    asked = [command.name for command in commands() if command.confirm]
    assert asked == [
        *("digest_holdout_off", "nightly", "read_reviews", "refit_segments", "remove_operator"),
        *("rollback", "train", "undo_threshold"),
    ]


# -- not understood ------------------------------------------------------------------------------------


def test_what_nothing_fits_is_unknown_and_names_what_can_be_asked(shop: Shop) -> None:
    reply = shop.ask("what is the weather in Paris")
    assert (reply.command, reply.args) == ("unknown", {})
    assert reply.failure is not None
    assert reply.failure.kind == "unknown"
    assert reply.buttons
    for button in reply.buttons:
        assert button.question in reply.failure.next_step


def test_training_is_offered_to_admins_only(shop: Shop) -> None:
    def offered(role: str) -> list[str]:
        reply = shop.ask("what is the weather in Paris", "admin" if role == "admin" else "operator")
        return [button.question for button in reply.buttons]

    assert "train the model" in offered("admin")
    assert "train the model" not in offered("operator")


def test_what_resembles_a_command_is_suggested_and_not_run(shop: Shop) -> None:
    reply = shop.ask("chrun rsik user 42")
    assert reply.command == "unknown"
    assert reply.failure is not None
    assert reply.buttons[0].question == "churn risk for user 42"
    assert "churn risk for user 42" in reply.failure.next_step
    assert "probability" not in reply.facts


@pytest.mark.parametrize("text", ["", "   ", "?!", "x" * 5000])
def test_no_text_is_too_odd_to_answer(shop: Shop, text: str) -> None:
    assert shop.ask(text).title


# -- failures as sentences -----------------------------------------------------------------------------


def test_a_failure_is_a_sentence_and_a_next_step_in_the_reply(shop: Shop) -> None:
    reply = shop.ask("churn risk for user 999999")
    assert reply.failure is not None
    assert (reply.failure.kind, reply.command, reply.args) == ("unknown_user", "risk", {"user": "999999"})
    assert "999999" in reply.failure.message
    assert reply.failure.next_step.endswith(".")
    assert reply.as_json("")["ok"] is False
    assert reply.as_json("")["error"] == {
        "kind": "unknown_user",
        "message": reply.failure.message,
        "next_step": reply.failure.next_step,
    }


@pytest.mark.parametrize("text", ["/risk", "/explain", "/profile", "/take", "/contacted", "/snooze"])
def test_a_command_without_its_user_asks_which(shop: Shop, text: str) -> None:
    reply = shop.ask(text)
    assert reply.failure is not None
    assert reply.failure.kind == "missing_argument"
    named = reply.failure.next_step.removeprefix("Name one: ")
    understood = understand(named, commands())
    assert (understood.command, understood.args) == (text[1:], {"user": "42"})


def test_braces_in_what_an_operator_writes_stay_as_they_are() -> None:
    error = OpsbotError("There is no user {user}.", next_step="Ask for {user} again.", user="{0} {x}")
    assert sentences(error) == ("There is no user {0} {x}.", "Ask for {0} {x} again.")


def test_an_incident_shows_its_number_and_the_log_has_the_rest(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_question: Question, _desk: Desk) -> NoReturn:
        raise RuntimeError("the inside of it")

    with_command(monkeypatch, help_that(broken))
    with caplog.at_level(logging.ERROR):
        reply = shop.ask("help")
    assert reply.failure is not None
    assert reply.failure.kind == "incident"
    number = re.search(r"incident ([0-9a-f]{8})", reply.failure.message)
    assert number is not None
    assert "the inside of it" not in reply.failure.message + reply.failure.next_step
    assert number[1] in caplog.text
    assert "RuntimeError: the inside of it" in caplog.text
    assert "Traceback" in caplog.text
    assert [row["outcome"] for row in shop.audited()] == ["incident"]


# -- language ------------------------------------------------------------------------------------------


def example(reply: Reply) -> str:
    return reply.buttons[0].question


def test_the_reply_is_in_the_language_of_the_text(shop: Shop) -> None:
    assert example(shop.answer("help")).isascii()
    assert not example(shop.answer("帮助")).isascii()
    assert "risk" in shop.answer("churn risk for user 007").title
    assert "风险" in shop.answer("用户007的流失风险").title


def test_a_failure_is_in_the_language_of_the_text(shop: Shop) -> None:
    for text, expected in (
        ("churn risk for user 999999", "en"),
        ("用户999999的流失风险", "zh"),
        ("今天天气", "zh"),
    ):
        failure = shop.ask(text).failure
        assert failure is not None
        assert language_of(failure.message) == language_of(failure.next_step) == expected


@pytest.mark.parametrize(("text", "set_to"), [("help", "zh"), ("帮助", "en")])
def test_a_set_language_wins_over_that_of_the_text(shop: Shop, text: str, set_to: str) -> None:
    reply = shop.with_settings(language=set_to).answer(text)
    assert example(reply).isascii() is (set_to == "en")


def test_the_command_hears_which_language_it_is_asked_in(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Question] = []

    def hears(question: Question, _desk: Desk) -> Reply:
        heard.append(question)
        return Reply(title="")

    with_command(monkeypatch, help_that(hears))
    shop.ask("帮助", "admin")
    shop.ask("help")
    assert [(one.language, one.role, one.text) for one in heard] == [
        ("zh", "admin", "帮助"),
        ("en", "operator", "help"),
    ]


def test_the_language_of_the_caller_is_left_as_it_was(shop: Shop) -> None:
    with using("zh"):
        shop.answer("help")
        assert language() == "zh"


# -- audit ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "role", "command", "outcome"),
    [
        ("help", "operator", "help", "ok"),
        ("churn risk for user 007", "operator", "risk", "ok"),
        (f"churn risk for user {SECRET}", "operator", "risk", "unknown_user"),
        (f"what does {SECRET} think of the weather", "operator", "unknown", "unknown"),
        ("train the model", "operator", "train", "not_allowed"),
        ("train the model", "admin", "train", "needs_confirmation"),
    ],
)
def test_a_question_leaves_one_audit_row_without_its_text(
    shop: Shop, text: str, role: str, command: str, outcome: str
) -> None:
    shop.ask(text, "admin" if role == "admin" else "operator")
    (row,) = shop.audited()
    assert row.pop("audit_id") == 1
    assert row == {
        "at": int(shop.now.timestamp()),
        "transport": "terminal",
        "operator": "local",
        "role": role,
        "command": command,
        "outcome": outcome,
    }


def test_the_audit_keeps_no_personal_word_anywhere(shop: Shop) -> None:
    shop.ask(f"churn risk for user {SECRET}")
    files = list(shop.home.path.glob("bot.db*"))
    assert files
    assert not any(SECRET.encode() in path.read_bytes() for path in files)


def test_each_question_adds_its_row(shop: Shop) -> None:
    for text in ("help", "帮助", "hello there"):
        shop.ask(text)
    assert [row["command"] for row in shop.audited()] == ["help", "help", "unknown"]
