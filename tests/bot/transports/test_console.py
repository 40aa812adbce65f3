"""A whole conversation in the terminal, typed by a script."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from bot.command import Role
from bot.transports.console import PROMPT, Console
from tests.bot.conftest import Shop


class Typist:
    """Types the given lines one by one, then ends the input; keeps prompts and what was written."""

    def __init__(self, lines: Iterable[str], end: type[BaseException] = EOFError) -> None:
        self._lines = iter(lines)
        self._end = end
        self.prompts: list[str] = []
        self.written: list[str] = []

    def read(self, prompt: str) -> str:
        self.prompts.append(prompt)
        for line in self._lines:
            return line
        raise self._end


def converse(shop: Shop, *lines: str, role: Role = "operator", end: type[BaseException] = EOFError) -> Typist:
    typist = Typist(lines, end)
    Console(shop.assistant, role, read=typist.read, write=typist.written.append).run()
    return typist


def audited(shop: Shop) -> list[tuple[object, object]]:
    return [(row["command"], row["outcome"]) for row in shop.audited()]


def test_a_question_is_answered_with_its_buttons_numbered(shop: Shop) -> None:
    typist = converse(shop, "churn risk for user 007", "exit")
    assert typist.prompts == [PROMPT, PROMPT]
    answer, *buttons = typist.written
    assert "user 007" in answer.splitlines()[0]
    assert "model 1" in answer
    assert buttons == [
        "  [1] Why?",
        "  [2] Profile",
        "  [3] Take",
        "  [4] Contacted",
        "  [5] Snooze 14 days",
    ]


def test_a_number_presses_that_button(shop: Shop) -> None:
    typist = converse(shop, "churn risk for user 007", "2", "exit")
    assert audited(shop) == [("risk", "ok"), ("profile", "ok")]
    assert typist.written[6].startswith("User 007: 12 orders")
    assert typist.written[7:] == ["  [1] Risk"]


def test_buttons_are_those_of_the_last_reply(shop: Shop) -> None:
    converse(shop, "churn risk for user 007", "2", "1", "1", "exit")
    assert [command for command, _ in audited(shop)] == ["risk", "profile", "risk", "explain"]


@pytest.mark.parametrize("number", ["0", "6", "99", "²"])
def test_a_number_without_a_button_is_a_text_like_any_other(shop: Shop, number: str) -> None:
    converse(shop, "churn risk for user 007", number)
    assert [command for command, _ in audited(shop)] == ["risk", "unknown"]


def test_a_number_before_any_reply_presses_nothing(shop: Shop) -> None:
    converse(shop, "1")
    assert audited(shop) == [("unknown", "unknown")]


def test_what_is_not_understood_offers_choices_as_buttons(shop: Shop) -> None:
    typist = converse(shop, "chrun rsik user 007", "1")
    assert "  [1] churn risk for user 007" in typist.written
    assert audited(shop) == [("unknown", "unknown"), ("risk", "ok")]


def test_a_failure_is_shown_with_its_next_step(shop: Shop) -> None:
    typist = converse(shop, "churn risk for user 999999")
    assert typist.written[0].startswith("There is no user 999999. ")
    assert "ask who is at risk" in typist.written[0]


@pytest.mark.parametrize("answer", ["n", "", "no", "x", "1"])
def test_without_a_yes_nothing_is_done(shop: Shop, answer: str) -> None:
    typist = converse(shop, "train the model", answer, "exit", role="admin")
    assert typist.prompts[1].endswith("? [y/N] ")
    assert typist.written == ["Nothing was done."]
    assert audited(shop) == [("train", "needs_confirmation")]


def test_another_question_instead_of_a_yes_is_answered_and_nothing_done(shop: Shop) -> None:
    typist = converse(shop, "train the model", "churn risk for user 007", role="admin")
    assert typist.written[0] == "Nothing was done."
    assert "user 007" in typist.written[1].splitlines()[0]
    assert audited(shop) == [("train", "needs_confirmation"), ("risk", "ok")]


def test_what_an_act_would_do_is_told_before_the_question(shop: Shop) -> None:
    typist = converse(shop, "flag at 60 %", "n", "exit", role="admin")
    assert typist.prompts[1] == "Flag users from 60 % on? [y/N] "
    assert typist.written[0].startswith("It would flag")
    assert typist.written[-1] == "Nothing was done."


@pytest.mark.parametrize(("text", "answer"), [("train the model", " Y "), ("训练模型", "是")])
def test_a_yes_runs_it(empty_shop: Shop, text: str, answer: str) -> None:
    typist = converse(empty_shop, text, answer, role="admin")
    assert typist.written[0].startswith(("There are no orders", "这里还没有", "还没有"))
    assert audited(empty_shop) == [("train", "needs_confirmation"), ("train", "empty_store")]


def test_the_chinese_ask_and_answer_in_chinese(shop: Shop) -> None:
    typist = converse(shop, "训练模型", "n", "用户007的流失风险", role="admin")
    assert not typist.prompts[1].isascii()
    assert not typist.written[0].isascii()
    assert "风险" in typist.written[1]


def test_an_operator_is_refused_without_a_question(shop: Shop) -> None:
    typist = converse(shop, "train the model")
    assert typist.prompts == [PROMPT, PROMPT]
    assert audited(shop) == [("train", "not_allowed")]


@pytest.mark.parametrize("word", ["exit", "QUIT", " bye ", "q", "退出", "再见"])
def test_a_word_of_leaving_leaves(shop: Shop, word: str) -> None:
    typist = converse(shop, word, "help")
    assert typist.prompts == [PROMPT]
    assert typist.written == []
    assert shop.audited() == []


def test_an_empty_line_is_no_question(shop: Shop) -> None:
    typist = converse(shop, "", "   ", "exit")
    assert len(typist.prompts) == 3
    assert shop.audited() == []


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_the_end_of_the_input_leaves_on_a_new_line(shop: Shop, end: type[BaseException]) -> None:
    typist = converse(shop, "help", end=end)
    assert typist.written[-1] == ""
    assert audited(shop) == [("help", "ok")]


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_the_end_of_the_input_is_no_yes(shop: Shop, end: type[BaseException]) -> None:
    typist = converse(shop, "train the model", role="admin", end=end)
    assert typist.written[-1] == ""
    assert audited(shop) == [("train", "needs_confirmation")]


def test_a_question_that_names_no_user_is_about_the_last_one(shop: Shop) -> None:
    typist = converse(
        shop, "churn risk for user regular-9", "why?", "他的流失风险", "who is at risk", "profile"
    )
    assert audited(shop) == [(name, "ok") for name in ("risk", "explain", "risk", "at_risk")] + [
        ("unknown", "unknown")
    ]
    assert any("average user" in text for text in typist.written)
