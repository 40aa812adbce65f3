"""Operators added by message: who is in, since when, and who comes back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from storage import operators
from storage.database import Home
from storage.operators import Operator


@pytest.fixture
def bot(home: Home) -> Iterator[sqlite3.Connection]:
    with home.bot() as connection:
        yield connection


def test_who_is_added_is_in(bot: sqlite3.Connection) -> None:
    operators.add(bot, "7", "Mei", by="1", at=100)
    operators.add(bot, "8", "", by="1", at=50)
    assert operators.every(bot) == [Operator("8", "", "1", 50), Operator("7", "Mei", "1", 100)]


def test_who_is_removed_is_not_in(bot: sqlite3.Connection) -> None:
    operators.add(bot, "7", "Mei", by="1", at=100)
    assert operators.remove(bot, "7", at=200)
    assert operators.every(bot) == []


def test_nobody_is_removed_twice_or_without_having_been_in(bot: sqlite3.Connection) -> None:
    operators.add(bot, "7", "Mei", by="1", at=100)
    operators.remove(bot, "7", at=200)
    assert not operators.remove(bot, "7", at=300)
    assert not operators.remove(bot, "8", at=300)
    assert bot.execute("SELECT removed_at FROM operators").fetchall()[0][0] == 200


def test_who_comes_back_comes_back_now_under_the_known_name(bot: sqlite3.Connection) -> None:
    operators.add(bot, "7", "Mei", by="1", at=100)
    operators.remove(bot, "7", at=200)
    assert operators.add(bot, "7", "", by="2", at=300).name == "Mei"
    assert operators.every(bot) == [Operator("7", "Mei", "2", 300)]


def test_who_is_in_gets_another_name_and_stays_in_since_then(bot: sqlite3.Connection) -> None:
    operators.add(bot, "7", "Mei", by="1", at=100)
    operators.add(bot, "7", "Mei Lin", by="2", at=300)
    assert operators.every(bot) == [Operator("7", "Mei Lin", "1", 100)]
