"""Slips are mended with words that patterns know; ids, names and what is spelt well stay as they are."""

from __future__ import annotations

import pytest

from bot.phrases import Sentence
from bot.registry import commands
from bot.spelling import respelt
from bot.understanding import understand

COMMANDS = commands()
PATTERNS = tuple(pattern for command in COMMANDS for pattern in command.phrases)


def spellings(text: str) -> list[str]:
    return list(respelt(Sentence.of(text), PATTERNS))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("chrun risk for user 42", "churn risk for user 42"),
        ("why is custmer C-1001 leavig", "why is customer C-1001 leaving"),
        ("salse last mnth", "sales last month"),
        ("churnrisk 42", "churn risk 42"),
        ("用护42的流失风显", "用护42的流失风险"),
        ("昭回人群", "召回人群"),
        ("曰报", "日报"),
    ],
)
def test_a_slip_is_mended(text: str, meant: str) -> None:
    assert meant in spellings(text)


@pytest.mark.parametrize(
    "text", ["churn risk for user 42", "user qx_77", "C-1001", "用户42的流失风险", "hello", ""]
)
def test_what_has_no_slip_stays(text: str) -> None:
    assert all("42" in each for each in spellings(text) if "42" in text)
    assert text not in spellings(text)


def test_ids_and_numbers_are_never_touched() -> None:
    for text in ("chrun rsik usr_42 C-l001", "top 15 custmers abve 60%"):
        for each in spellings(text):
            assert [word for word in each.split() if any(map(str.isdigit, word))] == [
                word for word in text.split() if any(map(str.isdigit, word))
            ]


@pytest.mark.parametrize(
    ("text", "command", "args"),
    [
        ("everyone ovver 80 percnt risk", "at_risk", {"min_risk": 0.8}),
        ("hi, could you snooze clietn 318 for 7 dasy", "snooze", {"user": "318", "days": 7}),
        ("近30天销售饿", "overview", {"period": "last_30_days"}),
        ("麻烦给用护7写一条短信", "draft", {"user": "7", "channel": "sms"}),
    ],
)
def test_what_was_meant_is_offered_first_and_not_done(
    text: str, command: str, args: dict[str, object]
) -> None:
    found = understand(text, COMMANDS)
    assert (found.command, found.source) == ("unknown", "suggestion")
    assert (found.suggestions[0].command, dict(found.suggestions[0].args)) == (command, args)


@pytest.mark.parametrize(
    "text", ["don't tke user 42", "I have not caled 42", "别跟近用户42", "do not contcat 42"]
)
def test_what_is_refused_is_not_offered(text: str) -> None:
    offered = {each.command for each in understand(text, COMMANDS).suggestions}
    assert not offered & {"take", "contacted", "snooze", "train"}
