"""What a user and a segment are worth, asked by message, and the scores of everybody as a file."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest

from bot.registry import commands
from bot.training_reply import run_training
from bot.understanding import understand
from storage.database import Home
from storage.identity_changes import exclude
from tests.bot.conftest import LAPSED, NEW, ONE_ORDER, Program, Shop
from tests.conftest import Line, write


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("what is user 42 worth", {"user": "42"}),
        ("ltv 42", {"user": "42"}),
        ("lifetime value of user 42 over 6 months", {"user": "42", "days": 180}),
        ("when will user 42 order again", {"user": "42"}),
        ("用户42值多少钱", {"user": "42"}),
        ("用户42未来90天的价值", {"user": "42", "days": 90}),
        ("用户42下次什么时候下单", {"user": "42"}),
    ],
)
def test_it_is_asked_in_many_ways(text: str, args: dict[str, object]) -> None:
    found = understand(text, commands())
    assert (found.command, found.args, found.source) == ("value", args, "pattern")


def test_a_value_has_its_interval_its_date_and_its_track_record(valued: Shop) -> None:
    reply = valued.answer("lifetime value of user 007")
    facts = reply.facts
    assert facts["user_id"] == "007"
    assert facts["days"] == 365
    assert 0 <= facts["low_cents"] <= facts["expected_cents"] <= facts["high_cents"]  # type: ignore[operator]
    assert facts["next_order_from"] <= facts["next_order_on"] <= facts["next_order_until"]  # type: ignore[operator]
    assert any("in the back-test" in line for line in reply.lines)
    assert any(line.startswith("Carried on") for line in reply.lines)
    assert valued.answer("用户007未来30天的价值").title.startswith("预计用户007在30天内")


def test_who_is_new_lapsed_or_ordered_once_is_told_so(valued: Shop) -> None:
    new = valued.answer(f"ltv {NEW}")
    assert new.facts["expected_cents"] is None
    assert "has not ordered yet" in new.title
    assert any(line.startswith("Lapsed") for line in valued.answer(f"ltv {LAPSED}").lines)
    assert any(line.startswith("One order") for line in valued.answer(f"ltv {ONE_ORDER}").lines)


def test_what_cannot_be_answered_is_refused_in_words(valued: Shop, shop: Shop) -> None:
    far = valued.ask("ltv 007 over 20 years").failure
    assert far is not None
    assert far.kind == "too_far"
    unknown = valued.ask("ltv 404").failure
    assert unknown is not None
    assert unknown.kind == "unknown_user"
    without = shop.ask("ltv 007").failure
    assert without is not None
    assert without.kind == "no_model"


def test_who_is_excluded_has_no_value_and_is_said_to_be(valued: Shop) -> None:
    with valued.home.store() as connection:
        exclude(connection, "007", "staff", int(valued.now.timestamp()))
    reply = valued.answer("ltv 007")
    assert reply.title == "User 007 is excluded, so there is no value."
    assert reply.facts["expected_cents"] is None
    assert "Excluded since" in reply.lines[0]


def test_segments_have_values(valued: Shop) -> None:
    reply = valued.answer("各分群的价值")
    assert reply.command == "value_segments"
    assert reply.table is not None
    assert reply.table.columns[:4] == ("segment", "users", "expected_orders", "expected_cents")


def test_scores_are_of_active_users_and_do_not_change_with_later_orders(
    kept_valued_home: Home, tmp_path: Path
) -> None:
    shutil.copytree(kept_valued_home.path, tmp_path / "scored")
    home = Home(tmp_path / "scored")
    program = Program(home.path)
    before = program("score", "--task", "value", "--as-of", "2024-02-04").stdout
    table = list(csv.DictReader(io.StringIO(before)))
    assert list(table[0]) == ["user_id", "expected_orders", "expected_cents"]
    ids = {row["user_id"] for row in table}
    assert 'a"b,c' in ids
    assert LAPSED not in ids
    with home.store() as connection:
        write(connection, [Line("later", "007", 1_707_400_000, 10_000_000)])
    assert program("score", "--task", "value", "--as-of", "2024-02-04").stdout == before


def test_a_training_learns_values_too(own_shop: Shop) -> None:
    report = run_training(own_shop.desk, horizon_days=30, active_days=90)
    assert report.valuer is not None
    assert report.valuer.as_of == report.trained.record.as_of
