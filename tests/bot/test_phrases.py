"""Sentence patterns read and write, whatever is around their words, and nothing is overlooked."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.convertors import CONVERTORS
from bot.folding import fold, narrow
from bot.phrases import Phrase, Sentence, parse, phrase
from bot.registry import commands
from bot.words import WORDS

PATTERNS = tuple(pattern for command in commands() for pattern in command.phrases)


def read(pattern: str, text: str) -> dict[str, object] | None:
    match = Phrase(pattern).match(Sentence.of(text))
    return None if match is None else match.args


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("[what is the] churn risk", "churn risk"),
        ("[what is the] churn risk", "what is the churn risk"),
        ("churn (risk|score)", "Churn  SCORE"),
        ("at risk", "at-risk"),
        ("what's new", "whats new"),
        ("what's new", "what’s new"),
        ("流失 风险", "流失风险"),
        ("流失 风险", "流失 风险"),
        ("流失 风险", "流失風險"),
        ("用户 churn", "用户churn"),
        ("用户 churn", "用户 churn"),
        ("churn risk", "ｃｈｕｒｎ　ｒｉｓｋ"),
        ("<user> risk", "shopper risk"),
        ("<user> risk", "顾客risk"),
    ],
)
def test_says_it(pattern: str, text: str) -> None:
    assert read(pattern, text) == {}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("[what is the] churn risk", "what churn risk"),
        ("churn risk", "churnrisk"),
        ("churn risk", "churn risks"),
        ("churn risk", "no churn risk"),
        ("churn risk", "churn risk not"),
        ("churn risk", ""),
        ("会 流失", "不会流失"),
        ("会 流失", "会不流失"),
        ("top {n:count}", "top 0"),
        ("top {n:count}", "top -5"),
        ("top {n:count}", "top 1.5"),
        ("top {n:count} or {n:count}", "top 5 or 6"),
        ("over {share:percent}", "over 180%"),
        ("over {share:percent}", "over 80"),
        ("over {share:score}", "over 1"),
        ("over {sum:money}", "over 1.000"),
        ("over {sum:price}", "over 50"),
    ],
)
def test_does_not_say_it(pattern: str, text: str) -> None:
    assert read(pattern, text) is None


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("42", "42"),
        ("user 42", "42"),
        ("user42", "42"),
        ("User #42", "42"),
        ("the customer with id 42", "42"),
        ("client no. 42", "42"),
        ("用户42", "42"),
        ("42号客户", "42"),
        ("客户编号 42", "42"),
        ("id为42的用户", "42"),
        ("用户４２", "42"),
        ("用户 Ｃ－５５０２", "C-5502"),
        ("0042", "0042"),
        ("C-5502", "C-5502"),
        ("用户C-5502", "C-5502"),
        ("用户A", "用户A"),
        ("用戶A", "用戶A"),
        ("user 用户A", "用户A"),
        ("user A", "A"),
        ("用户A12", "A12"),
        ("anna.berg+shop@mail.example.com", "anna.berg+shop@mail.example.com"),
        ("a1b2c3d4-5e6f-7a8b-9c0d-1e2f3a4b5c6d", "a1b2c3d4-5e6f-7a8b-9c0d-1e2f3a4b5c6d"),
        ("user_7", "user_7"),
        ('customer "Anna Berg"', "Anna Berg"),
        ("客户“张三”", "张三"),
        ("+491701234567", "+491701234567"),
    ],
)
def test_reads_a_user(text: str, user: str) -> None:
    assert read("{user:who}", text) == {"user": user}


@pytest.mark.parametrize(
    "text",
    ["anna", "everyone", "customer loyalty", "0.8", "42, 43", "42 43", "Q4", "2024-05", "t**8", "42%", '""'],
)
def test_does_not_take_it_for_a_user(text: str) -> None:
    assert read("{user:who}", text) is None


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("count", "20", 20),
        ("count", "２０", 20),
        ("count", "1,000", 1000),
        ("count", "twenty", 20),
        ("count", "Twenty-Five", 25),
        ("count", "a dozen", 12),
        ("count", "二十", 20),
        ("count", "两", 2),
        ("count", "兩", 2),
        ("count", "一百二十", 120),
        ("percent", "80%", 0.8),
        ("percent", "80 %", 0.8),
        ("percent", "80 percent", 0.8),
        ("percent", "0.8", 0.8),
        ("percent", "7%", 0.07),
        ("percent", "12,5%", 0.125),
        ("percent", "八成", 0.8),
        ("percent", "八成五", 0.85),
        ("percent", "百分之八十", 0.8),
        ("percent", "百分之80", 0.8),
        ("percent", "half", 0.5),
        ("percent", "100%", 1.0),
        ("percent", "eighty percent", 0.8),
        ("period", "since March", "since_month-03"),
        ("period", "since the beginning of Q2", "since_quarter-q2"),
        ("period", "三月以来", "since_month-03"),
        ("period", "自三月以来", "since_month-03"),
        ("period", "从3月到现在", "since_month-03"),
        ("period", "三个月前", "3_months_ago"),
        ("period", "2 weeks ago", "2_weeks_ago"),
        ("period", "the second quarter", "quarter-q2"),
        ("period", "上周", "last_week"),
        ("score", "80", 0.8),
        ("money", "50", 5000),
        ("money", "€50", 5000),
        ("money", "50 €", 5000),
        ("money", "$1,000.50", 100050),
        ("count", "twenty-one", 21),
        ("count", "one", 1),
        ("count", "one hundred", 100),
        ("money", "12,5 euros", 1250),
        ("money", "1.5k", 150000),
        ("money", "五百元", 50000),
        ("money", "2万", 2000000),
        ("money", "￥300", 30000),
        ("price", "50块", 5000),
    ],
)
def test_reads_a_number(kind: str, text: str, value: object) -> None:
    assert read(f"{{n:{kind}}}", text) == {"n": value}


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("14 days", 14),
        ("14d", 14),
        ("1 day", 1),
        ("two weeks", 14),
        ("a fortnight", 14),
        ("a week", 7),
        ("another month", 30),
        ("a year", 365),
        ("3 wks", 21),
        ("twenty-one days", 21),
        ("七天", 7),
        ("７天", 7),
        ("两周", 14),
        ("两个星期", 14),
        ("一个礼拜", 7),
        ("半个月", 15),
        ("三个月", 90),
        ("半年", 182),
    ],
)
def test_reads_how_long(text: str, days: int) -> None:
    assert read("{n:days}", text) == {"n": days}


@pytest.mark.parametrize("text", ["0 days", "14", "1.5 days", "days", "14 dayz", "3月", "零天", "a daily"])
def test_does_not_take_it_for_how_long(text: str) -> None:
    assert read("{n:days}", text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mei", "Mei"),
        ("mei", "mei"),
        ("Anna Berg", "Anna Berg"),
        ("Dr. Anna M. Berg", "Dr. Anna M. Berg"),
        ("小美", "小美"),
        ("Jean-Luc O'Neil", "Jean-Luc O'Neil"),
        ('"Mei and Bo"', "Mei and Bo"),
        ("（小美）", "小美"),
        ("Müller", "Müller"),
    ],
)
def test_reads_a_name(text: str, name: str) -> None:
    assert read("as {n:name}", f"as {text}") == {"n": name}


@pytest.mark.parametrize(
    "text",
    ["Mei and Bo", "admin", "an admin", "654321", "Mei please", "Mei tomorrow", "小美和小明", '""', "x" * 41],
)
def test_does_not_take_it_for_a_name(text: str) -> None:
    assert read("as {n:name}", f"as {text}") is None


@pytest.mark.parametrize("text", ["12.5", "-5", "12%", "1,234", "12a", "@mei", "123456*", "9" * 21])
def test_does_not_take_it_for_an_operators_id(text: str) -> None:
    assert read("{n:operator_id}", text) is None


@pytest.mark.parametrize("kind", CONVERTORS)
@pytest.mark.parametrize("chinese", [False, True])
def test_writes_what_it_reads(kind: str, chinese: bool) -> None:
    values: dict[str, list[object]] = {
        "who": ["42", "C-5502", "用户A", "anna", "张 三", "anna@example.com"],
        "count": [1, 20, 1000],
        "percent": [0.8, 0.07, 0.125, 0.0, 1.0],
        "score": [0.8],
        "money": [5000, 1250],
        "price": [5000],
        "days": [1, 7, 14, 365],
        "this_long": [7, 30, 365],
        "code": ["TP-001", "85123A", "22423"],
        "operator_id": ["123456", "7"],
        "operator": ["123456", "Mei", "anna", "小美", "the boss"],
        "name": ["Mei", "mei", "Anna Berg", "小美", "O'Neil", "A & B", "admin"],
        "capitalised": ["Mei", "Anna Berg", "小美", "mei"],
        "clock": ["09:00", "00:00", "21:30"],
        "weekdays": [["mon"], ["mon", "thu"], ["sat", "sun"], ["mon", "tue", "wed", "thu", "fri"]],
        "rest": ["who is at risk", "top 20"],
        "when": ["Friday", "tomorrow at 9:00", "in 3 days", "下周一", "10月14日下午3点"],
        "period": [
            "today",
            "this_week",
            "last_quarter",
            "last_7_days",
            "2026-10",
            "2025",
            "2026-q2",
            "06-15",
            "05-01..06-15",
            "since_month-03",
            "since_last_week",
            "since_2026-q2",
            "3_months_ago",
            "1_days_ago",
            "2_weeks_ago",
        ],
        "compared": ["previous", "last_year", "last_month", "2025-10"],
        "product": ["22423", "TP-001", "gooseneck kettle"],
        "sought": ["退款", "late delivery", "碎"],
        "findable": ["order 4711", "订单4711", "138…1234", "Anna Berg"],
        "kind": ["digest", "question", "reminder", "alert"],
        "goal": ["promo", "winback", "upsell", "vip", "new"],
        "other_goal": ["party", "高兴"],
        "channel": ["email", "sms", "chat"],
        "file_preset": ["klaviyo", "mailchimp", "meta", "sms", "wecom"],
        "file_format": ["xlsx", "csv"],
        "any_consent": ["any"],
        "discount": [0.1, 0.125],
        "size": [0, 200],
        "unit_cost": [200.0, 3.5, 10.0],
        "unit_price": [200.0, 3.5],
        "odds": [0.2, 0.125, 0.5],
        "kept_of_several": [0.2, 0.5],
        "offer_code": ["SPRING10", "X-MAS_5"],
        "offer_said": ["10 % off until 31 March"],
        "segment": [
            "Champions",
            "Big orders, seldom",
            "冠军客户",
            "Active: few orders, large orders",
            "a or b",
        ],
        "known_group": ["champions", "高价值"],
        "campaign": ["spring-2", "13", "spring", "promo-2026-03-14", "春季 大促", "Spring Sale", "report"],
        "numbered": ["spring-2", "13", "spring"],
        "only_new": [True],
        "topic": ["know", "act", "offer", "campaigns", "measure", "data"],
        "category": ["coffee", "Green tea", "咖啡", "Coffee / 咖啡", "risk"],
    }
    for value in values[kind]:
        text = CONVERTORS[kind].write(value, chinese)
        if kind == "price" and not chinese:
            text += " €"
        assert read(f"{{n:{kind}}}", text) == {"n": value}


def test_writes_a_sentence_with_what_was_said_only() -> None:
    pattern = Phrase("[the] [top {n:count}] (customers|users) [with risk above {share:percent}]")
    assert pattern.write({}) == "customers"
    assert pattern.write({"n": 20}) == "top 20 customers"
    assert pattern.write({"n": 20, "share": 0.8}) == "top 20 customers with risk above 80%"
    assert pattern.write({"user": "42"}) is None
    assert Phrase("{user:who} 的流失风险").write({}) is None


@pytest.mark.parametrize("pattern", ["[a", "a]", "(a|)", "<nobody>", "{n:nothing}", "()", ""])
def test_a_pattern_out_of_form_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError):
        parse(pattern)


def test_all_words_of_all_patterns_are_folded() -> None:
    texts = [*WORDS.values(), *PATTERNS]
    for text in texts:
        for word in re.findall(r"[^\s\[\](){}|<>]+", re.sub(r"\{.*?\}", "", text)):
            assert word == fold(word)


def test_all_patterns_are_well_formed() -> None:
    for pattern in PATTERNS:
        assert phrase(pattern).gist or phrase(pattern).slots


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(narrow(text)) == len(text)


@settings(deadline=None)
@given(st.from_regex(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,3}[0-9]{2}", fullmatch=True))
def test_an_id_comes_back_exactly(user: str) -> None:
    assert read("risk of {user:who}", f"Risk of user {user}") == {"user": user}
    assert read("{user:who} 的风险", f"用户 {user} 的風險") == {"user": user}


def test_nothing_heavy_is_imported() -> None:
    heavy = ["opencc", "cn2an", "rapidfuzz", "pandas", "numpy", "sklearn", "storage", "predictor"]
    code = "import sys, bot.understanding, bot.registry; bot.registry.commands()"
    code += f"; print([module for module in {heavy} if module in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_text_takes_long() -> None:
    started = time.process_time()
    for pattern in PATTERNS:
        phrase(pattern).match(Sentence.of("top at risk customers " * 12 + "不"))
        phrase(pattern).match(Sentence.of("流失的客户" * 50))
    assert time.process_time() - started < 5
