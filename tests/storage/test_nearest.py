"""The ids nearest to one that does not exist."""

from __future__ import annotations

import sqlite3

import pytest

from storage.moments import day_start
from storage.nearest import Ids, nearest, order_ids, user_ids
from tests.conftest import LAST_DAY, Line, write

USERS = ("C-00042", "C-05502", "W7", "Berg", "用户A", "20240017")


@pytest.fixture
def ids(store: sqlite3.Connection) -> Ids:
    """The ids of a shop with several kinds of them."""
    write(store, [Line(f"SO-{n}", user, day_start(LAST_DAY), 100) for n, user in enumerate(USERS, start=101)])
    return user_ids(store)


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("42", "C-00042"),
        ("c-00042", "C-00042"),
        ("C-5502", "C-05502"),
        ("5502", "C-05502"),
        ("w7", "W7"),
        ("berg", "Berg"),
        ("20240071", "20240017"),  # two keys in the wrong order
        ("2024017", "20240017"),  # one too few
        ("202400177", "20240017"),  # one too many
        ("20240018", "20240017"),
        ("202400", "20240017"),
        ("用户", "用户A"),
    ],
)
def test_what_was_meant_comes_first(ids: Ids, named: str, meant: str) -> None:
    assert nearest(named, ids)[0] == meant


@pytest.mark.parametrize("named", ["", " ", "99999", "李", "x" * 5000, "%", "' OR 1=1 --"])
def test_what_is_like_none_has_no_neighbours(ids: Ids, named: str) -> None:
    assert nearest(named, ids) == ()


def test_an_order_number_has_neighbours_too_and_no_more_than_asked_for(
    ids: Ids, store: sqlite3.Connection
) -> None:
    assert nearest("SO-011", order_ids(store)) == ("SO-101",)  # two keys in the wrong order
    assert nearest("SO-10", order_ids(store), most=2) == ("SO-101", "SO-102")


def test_every_look_goes_down_an_index(store: sqlite3.Connection) -> None:
    looks: list[str] = []
    store.set_trace_callback(looks.append)
    nearest("C-1", user_ids(store))
    nearest("SO-1", order_ids(store))
    store.set_trace_callback(None)
    plans = [row[3] for look in set(looks) for row in store.execute(f"EXPLAIN QUERY PLAN {look}")]
    assert plans
    assert not [plan for plan in plans if plan.startswith("SCAN") and not plan.startswith("SCAN j ")]
