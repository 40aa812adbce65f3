"""Thresholds that admins set: the last that was not taken back holds."""

from __future__ import annotations

import sqlite3

import pytest

from storage import flag_settings
from storage.flag_settings import FlagRule

PLAIN = FlagRule(0.8)
ECONOMICS = FlagRule(0.25, "economics", cost_cents=200.0, value_cents=4000, success=0.2)
CAPACITY = FlagRule(0.9, "capacity", per_day=30)


def holds(store: sqlite3.Connection) -> FlagRule | None:
    setting = flag_settings.current(store)
    return setting.rule if setting else None


def test_nothing_holds_before_something_is_set(store: sqlite3.Connection) -> None:
    assert holds(store) is None
    assert flag_settings.last_change(store) is None
    assert flag_settings.undo(store, at=1, by="7") is None


def test_what_was_set_last_holds_with_its_author_and_time(store: sqlite3.Connection) -> None:
    for at, rule in enumerate((PLAIN, ECONOMICS, CAPACITY), start=10):
        flag_settings.keep(store, rule, at=at, by=f"operator {at}")
        setting = flag_settings.current(store)
        assert setting is not None
        assert (setting.rule, setting.set_at, setting.set_by) == (rule, at, f"operator {at}")
    assert flag_settings.last_change(store) == 12


def test_taken_back_the_one_before_holds_again(store: sqlite3.Connection) -> None:
    flag_settings.keep(store, PLAIN, at=10, by="7")
    flag_settings.keep(store, ECONOMICS, at=11, by="8")

    taken = flag_settings.undo(store, at=12, by="9")

    assert taken is not None
    assert (taken.rule, holds(store)) == (ECONOMICS, PLAIN)
    flag_settings.keep(store, CAPACITY, at=13, by="7")
    flag_settings.undo(store, at=14, by="7")
    assert holds(store) == PLAIN
    flag_settings.undo(store, at=15, by="7")
    assert holds(store) is None
    assert flag_settings.last_change(store) == 15
    assert store.execute("SELECT COUNT(*) FROM flag_settings").fetchone()[0] == 3


@pytest.mark.parametrize("rule", [FlagRule(0.0), FlagRule(1.0), FlagRule(0.5, success=1.5)])
def test_what_is_no_threshold_is_refused(store: sqlite3.Connection, rule: FlagRule) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        flag_settings.keep(store, rule, at=1, by="7")
