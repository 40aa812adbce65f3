"""What operators type is understood exactly, or not acted on at all."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.command import Command
from bot.folding import is_chinese
from bot.phrases import Sentence, phrase
from bot.registry import commands
from bot.understanding import Understanding, understand

COMMANDS = commands()
HERE = Path(__file__).parent
SAMPLES: dict[str, object] = {
    "who": "C-5502",
    "count": 20,
    "percent": 0.8,
    "score": 0.8,
    "odds": 0.2,
    "kept_of_several": 0.2,
    "money": 5000,
    "price": 5000,
    "days": 14,
    "this_long": 30,
    "code": "TP-001",
    "operator_id": "123456",
    "operator": "123456",
    "name": "Mei",
    "capitalised": "Mei",
    "clock": "09:00",
    "weekdays": ["mon", "thu"],
    "rest": "who is at risk",
    "kind": "digest",
    "period": "last_month",
    "compared": "last_year",
    "product": "TP-001",
    "sought": "refund",
    "findable": "order 4711",
    "when": "tomorrow at 9:00",
    "only_new": True,
    "segment": "Champions",
    "known_group": "champions",
    "category": "coffee",
    "topic": "campaigns",
    "goal": "promo",
    "other_goal": "party",
    "channel": "email",
    "file_preset": "klaviyo",
    "file_format": "xlsx",
    "any_consent": "any",
    "discount": 0.1,
    "size": 200,
    "unit_cost": 200,
    "unit_price": 200,
    "campaign": "spring-2",
    "numbered": "spring-2",
    "offer_code": "SPRING10",
    "offer_said": "10 % off until 31 March",
}


def understood(text: str) -> tuple[str, dict[str, object]]:
    found = understand(text, COMMANDS)
    return found.command, dict(found.args)


def sentences() -> Iterator[tuple[str, str, dict[str, object]]]:
    command, args = "", "{}"
    for line in (HERE / "sentences.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            command, args = line.removeprefix("## ").split(" ", 1)
        elif line and not line.startswith("# "):
            yield line, command, json.loads(args)


def out_of_scope() -> list[str]:
    lines = (HERE / "out_of_scope.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("# ")]


@pytest.mark.parametrize(("text", "command", "args"), [*sentences()])
def test_is_understood(text: str, command: str, args: dict[str, object]) -> None:
    assert understood(text) == (command, args)


@pytest.mark.parametrize("text", out_of_scope())
def test_is_not_acted_on(text: str) -> None:
    found = understand(text, COMMANDS)
    assert (found.command, found.args) == ("unknown", {})
    assert found.source in ("suggestion", "none")


@pytest.mark.parametrize(
    "text",
    [
        "churn risk for user 42",
        "will user 42 churn",
        "why is user 42 at risk",
        "tell me about user 42",
        "who is at risk",
        "train the model",
        "用户42的流失风险",
        "用户42会流失吗",
        "快要流失的客户",
        "重新训练模型",
    ],
)
@pytest.mark.parametrize(
    "changed",
    [
        "don't {}",
        "do not {}",
        "不要{}",
        "别{}",
        "{} except user 43",
        "{} and 43",
        "{} last year",
        "{}以外",
        "if {}",
    ],
)
def test_what_is_left_over_keeps_it_from_acting(text: str, changed: str) -> None:
    assert understood(changed.format(text))[0] == "unknown"


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "  {}  ",
        "{}?",
        "{}。",
        "please {}",
        "Hello, {}",
        "hi! can you please {}",
        "{} please",
        "{}, thanks!",
        "{} 🙏",
        "@OurBot {}",
        "请{}",
        "你好，{}",
        "{}，谢谢",
    ],
)
@pytest.mark.parametrize("text", ["churn risk for C-5502", "C-5502的流失风险"])
def test_courtesies_make_no_difference(around: str, text: str) -> None:
    assert understood(around.format(text)) == ("risk", {"user": "C-5502"})


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_examples_mean_their_own_command_only(command: Command) -> None:
    for text in (text for texts in command.examples.values() for text in texts):
        assert understood(text)[0] == command.name
        for other in COMMANDS:
            if other is not command:
                assert not any(phrase(pattern).match(Sentence.of(text)) for pattern in other.phrases)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_phrase_means_its_own_command(command: Command) -> None:
    for pattern in command.phrases:
        args = {name: SAMPLES[kind] for name, kind in phrase(pattern).slots.items()}
        written = phrase(pattern).write(args)
        assert written is not None
        assert understood(written)[0] == command.name, written


# -- suggestions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "command", "args"),
    [
        ("chrun rsik user 42", "risk", {"user": "42"}),
        ("chrun rsik of C-5502", "risk", {"user": "C-5502"}),
        ("用户42的流失风显", "risk", {"user": "42"}),
        ("churn risk for user 42 last month", "risk", {"user": "42"}),
        ("risk 42 and 43", "risk", {"user": "43"}),
        ("why is usr C-5502 at rsk", "explain", {"user": "C-5502"}),
        ("whats the profle of user 0042", "profile", {"user": "0042"}),
        ("top 20 custmers at rsik", "at_risk", {"limit": 20}),
        ("custmers with a churn rsk above 80%", "at_risk", {"min_risk": 0.8}),
        ("trian the modl", "train", {}),
        ("模型效果入何", "model", {}),
        ("hlep", "help", {}),
    ],
)
def test_what_looks_similar_is_suggested(text: str, command: str, args: dict[str, object]) -> None:
    found = understand(text, COMMANDS)
    assert (found.command, found.args, found.source) == ("unknown", {}, "suggestion")
    assert (command, args) in [(each.command, each.args) for each in found.suggestions]


@pytest.mark.parametrize(
    "text",
    [
        "what is the weather in Berlin",
        "hello",
        "你好",
        "今天天气怎么样",
        "42",
        "C-5502",
        "user 42",
        "用户42",
        "",
        "😀",
        "مرحبا",
        "send 50 euros to Anna",
        "best sellers",
        "帮我写一首诗",
    ],
)
def test_what_is_unrelated_gets_no_suggestion(text: str) -> None:
    assert understand(text, COMMANDS) == Understanding("unknown", {}, 0.0, "none")


@pytest.mark.parametrize("text", [*out_of_scope(), "chrun rsik 42 and 43 and 44 and 45", "流失风显 用户42"])
def test_a_suggestion_is_a_sentence_that_says_it(text: str) -> None:
    found = understand(text, COMMANDS)
    assert len(found.suggestions) <= 3
    for suggestion in found.suggestions:
        assert understood(suggestion.label) == (suggestion.command, dict(suggestion.args))
        assert is_chinese(suggestion.label) == is_chinese(text)


def test_a_no_to_training_is_not_answered_with_an_offer_to_train() -> None:
    for text in ("don't train the model", "不要训练模型"):
        assert all(each.command != "train" for each in understand(text, COMMANDS).suggestions)


# -- anything at all -----------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.text() | st.text(alphabet="risk用户42流失 /%.-@\x00\u200f😀'\"前top0"))
def test_no_text_raises(text: str) -> None:
    found = understand(text, COMMANDS)
    assert found.as_json().keys() == {"command", "args", "confidence", "source", "suggestions"}
    json.dumps(found.as_json())


@settings(deadline=None)
@example("NR00")
@given(st.from_regex(r"[A-Z]{0,3}-?[0-9]{2,12}[a-z]?(-[A-Za-z0-9]{2,6}){0,2}", fullmatch=True))
def test_ids_come_back_exactly(user: str) -> None:
    if re.fullmatch(r"\d{4}-\d\d.*|\d+[a-z]|-.*", user):
        return
    for text in (
        f"churn risk for user {user}",
        f"Will customer {user} churn?",
        f"用户{user}的流失风险",
        f"/risk {user}",
    ):
        assert understood(text) == ("risk", {"user": user})


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "risk 42 " * 12_500,
        "\x00" * 100_000,
        "流失" * 50_000,
        "🙂" * 100_000,
        " " * 100_000,
        "[" * 300,
        "((" * 150,
    ],
)
def test_long_texts_are_looked_at_briefly(text: str) -> None:
    started = time.process_time()
    assert understood(text) == ("unknown", {})
    assert time.process_time() - started < 1


def test_control_characters_and_directions_are_looked_through() -> None:
    assert understood("risk\x0042") == ("risk", {"user": "42"})
    assert understood("\u200frisk 42\u200e") == ("risk", {"user": "42"})


def test_as_json_is_what_parse_prints() -> None:
    assert understand("用户42的流失风险", COMMANDS).as_json() == {
        "command": "risk",
        "args": {"user": "42"},
        "confidence": 1.0,
        "source": "pattern",
        "suggestions": [],
    }
    assert understand("trian the modl", COMMANDS).as_json()["suggestions"] == [
        {"command": "train", "args": {}, "label": "train the model"},
        {"command": "model", "args": {}, "label": "how good is the model"},
    ]


def test_commands_are_found_by_file_and_sorted() -> None:
    names = [command.name for command in COMMANDS]
    assert names == sorted(names)
    assert {"at_risk", "explain", "help", "model", "profile", "risk", "train"} <= set(names)


def test_a_pattern_is_answered_quickly() -> None:
    texts = [text for text, _, _ in sentences()][::20]
    for text in texts:
        understand(text, COMMANDS)
    started = time.process_time()
    for text in texts:
        understand(text, COMMANDS)
    # 1 ms each on a quiet machine.
    assert (time.process_time() - started) / len(texts) < 0.02
