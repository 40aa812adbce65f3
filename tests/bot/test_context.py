"""What leaves something out is read with the answer it is about, and what does something never is."""

from __future__ import annotations

import pytest

from bot.command import About
from bot.context import understand_about
from bot.registry import commands
from tests.bot.conftest import Shop
from tests.bot.transports.test_console import converse

COMMANDS = commands()


def after(command: str, args: dict[str, object], text: str) -> tuple[str, dict[str, object], str]:
    found = understand_about(text, About(command, args), COMMANDS)
    return found.command, dict(found.args), found.source


@pytest.mark.parametrize(
    ("text", "command", "user"),
    [
        ("and 43?", "risk", "43"),
        ("And customer C-1001?", "risk", "C-1001"),
        ("what about 43", "risk", "43"),
        ("how about user 43 then", "risk", "43"),
        ("那43呢", "risk", "43"),
        ("那客户43呢？", "risk", "43"),
        ("43呢", "risk", "43"),
        ("换成43", "risk", "43"),
        ("why?", "explain", "42"),
        ("why", "explain", "42"),
        ("为什么", "explain", "42"),
        ("what should we offer them", "recommend", "42"),
        ("what can we sell her", "recommend", "42"),
        ("该给他们推荐什么", "recommend", "42"),
        ("给他推荐什么", "recommend", "42"),
        ("他的资料", "profile", "42"),
        ("take him", "take", "42"),
    ],
)
def test_is_about_the_user_of_the_last_answer_or_another(text: str, command: str, user: str) -> None:
    assert after("risk", {"user": "42"}, text) == (command, {"user": user}, "context")


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("and last month?", "last_month"),
        ("what about Q2", "quarter-q2"),
        ("那上周呢", "last_week"),
        ("三月以来呢", "since_month-03"),
    ],
)
def test_asks_the_same_of_another_period(text: str, period: str) -> None:
    assert after("overview", {"period": "this_week"}, text) == ("overview", {"period": period}, "context")


@pytest.mark.parametrize(
    ("command", "args"),
    [("take", {"user": "42"}), ("contacted", {"user": "42"}), ("train", {}), ("snooze", {"user": "42"})],
)
def test_what_did_something_is_not_done_to_another_user(command: str, args: dict[str, object]) -> None:
    assert after(command, args, "and 43?")[0] == "unknown"


@pytest.mark.parametrize("text", ["and the weather?", "那天气呢", "and so on", "and 43 and 44?"])
def test_what_is_no_user_is_not_taken_for_one(text: str) -> None:
    assert after("risk", {"user": "42"}, text)[0] == "unknown"


def test_the_reply_says_what_it_was_taken_for(shop: Shop) -> None:
    typist = converse(shop, "churn risk for user 007", "and regular-9?", "why?", "那007呢", "exit")
    shown = "\n".join(typist.written)
    assert "\nTaken as: churn risk for user regular-9\n" in shown
    assert "\nTaken as: why is user regular-9 at risk\n" in shown
    assert "\n按此理解：为什么007会流失\n" in shown or "\n按此理解：为什么用户007会流失\n" in shown


def test_a_conversation_is_over_after_a_quarter_of_an_hour(shop: Shop) -> None:
    from datetime import timedelta

    from bot.transports.console import Console

    written: list[str] = []
    lines = iter(["churn risk for user 007", "why?", "exit"])

    def read(_prompt: str) -> str:
        line = next(lines)
        if line == "why?":
            shop.now += timedelta(minutes=16)
        return line

    Console(shop.assistant, "operator", read=read, write=written.append).run()
    assert "Which user?" in "\n".join(written)
