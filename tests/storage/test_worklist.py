"""The worklist: of each act the newest counts, and a snooze ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from storage import worklist
from storage.database import Home
from storage.worklist import Act, Standing

MEI, BO = Act("7", "Mei", 100), Act("8", "Bo", 200)


@pytest.fixture
def bot(home: Home) -> Iterator[sqlite3.Connection]:
    with home.bot() as connection:
        yield connection


def test_nobody_did_anything_about_most_users(bot: sqlite3.Connection) -> None:
    assert worklist.standing(bot, "42", at=0) == Standing()


def test_the_newest_act_of_each_kind_counts(bot: sqlite3.Connection) -> None:
    worklist.record(bot, "42", "take", BO)
    worklist.record(bot, "42", "take", MEI)  # by order of writing: clocks differ
    worklist.record(bot, "42", "contacted", BO)
    assert worklist.standing(bot, "42", at=300) == Standing(taken=MEI, contacted=BO)


def test_a_snooze_ends_at_its_moment(bot: sqlite3.Connection) -> None:
    asleep = Act("7", "Mei", 100, until=1000)
    worklist.record(bot, "42", "snooze", asleep)
    assert worklist.standing(bot, "42", at=999) == Standing(snoozed=asleep)
    assert worklist.standing(bot, "42", at=1000) == Standing()
    assert worklist.snoozed(bot, at=999) == {"42"}
    assert worklist.snoozed(bot, at=1000) == set()


def test_a_later_snooze_takes_the_place_of_a_longer_one(bot: sqlite3.Connection) -> None:
    worklist.record(bot, "42", "snooze", Act("7", "Mei", 100, until=9000))
    worklist.record(bot, "42", "snooze", Act("8", "Bo", 200, until=1000))
    assert worklist.snoozed(bot, at=5000) == set()
    assert worklist.standing(bot, "42", at=5000) == Standing()


def test_many_users_are_looked_up_at_once(bot: sqlite3.Connection) -> None:
    odd = 'a"b,c'
    worklist.record(bot, "007", "take", MEI)
    worklist.record(bot, odd, "contacted", BO)
    worklist.record(bot, "7", "take", BO)
    assert worklist.standings(bot, ["007", odd, "用户A"], at=300) == {
        "007": Standing(taken=MEI),
        odd: Standing(contacted=BO),
        "用户A": Standing(),
    }
    assert worklist.standings(bot, [], at=300) == {}
