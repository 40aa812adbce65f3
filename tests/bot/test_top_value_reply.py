"""Who is expected to spend most, as a list and a file."""

from __future__ import annotations

import csv
from pathlib import Path

from storage.database import transaction
from storage.identity_changes import exclude
from storage.moments import day_start
from tests.bot.conftest import Shop
from tests.conftest import LAST_DAY


def test_the_list_is_that_of_single_answers_most_money_first(valued: Shop) -> None:
    reply = valued.answer("top 5 most valuable users over 90 days")
    assert reply.table is not None
    users = [row[0] for row in reply.table.rows]
    money = [row[1] for row in reply.table.rows]
    assert len(users) == 5 and money == sorted(money, key=lambda cents: -int(str(cents)))
    for user, expected, low, high in (row[:4] for row in reply.table.rows[:2]):
        single = valued.answer(f"lifetime value of user {user} over 90 days").facts
        assert (expected, low, high) == (
            single["expected_cents"],
            single["low_cents"],
            single["high_cents"],
        )
    assert reply.facts["days"] == 90
    assert valued.answer(reply.buttons[0].question).facts["user_id"] == users[0]


def test_the_file_holds_everybody(valued: Shop) -> None:
    reply = valued.answer("最有价值的3个用户")
    (file,) = reply.attachments
    rows = list(csv.DictReader(Path(file.path).read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == reply.facts["users"]
    assert sum(int(row["expected_cents"]) for row in rows) - int(str(reply.facts["expected_cents"])) in range(
        -len(rows), len(rows)
    )


def test_a_filter_narrows_it_and_who_is_excluded_is_not_on_it(valued: Shop) -> None:
    every = valued.answer("most valuable users")
    assert every.table is not None
    first = str(every.table.rows[0][0])
    with valued.home.store() as connection, transaction(connection):
        exclude(connection, first, "staff", day_start(LAST_DAY))
    without = valued.answer("most valuable users")
    assert without.table is not None
    assert first not in [row[0] for row in without.table.rows]
    some = valued.answer("most valuable users who bought other")
    assert int(str(some.facts["users"])) < int(str(without.facts["users"]))
    assert any(line.startswith("Only users who: bought") for line in some.lines)


def test_words_of_other_lists_stay_theirs(valued: Shop) -> None:
    for text, command in (
        ("best customers", "segment"),
        ("高价值用户", "segment"),
        ("high value customers", "segment_users"),
        ("各分群的价值", "value_segments"),
        ("value of our segments", "value_segments"),
        ("lifetime value of user 007", "value"),
    ):
        assert valued.ask(text).command == command


def test_too_far_or_empty_is_said(valued: Shop, empty_shop: Shop) -> None:
    failure = valued.ask("most valuable users over 20 years").failure
    assert failure is not None and failure.kind == "too_far"
    failure = empty_shop.ask("最有价值的用户").failure
    assert failure is not None and failure.kind == "empty_store"
