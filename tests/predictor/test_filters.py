"""A filter keeps exactly those meant, lapsed users among them; categories go by any of their names."""

from __future__ import annotations

import sqlite3

import pytest

from predictor.filters import (
    HIGH_VALUE,
    Condition,
    Goods,
    Group,
    UserFilter,
    categories_named,
    condition,
    fitting,
    items_named,
)
from predictor.segments import refresh_segments
from storage.moments import DAY_SECONDS, day_start
from storage.snapshot import latest_snapshot
from tests.conftest import LAST_DAY, Line, write

END = day_start(LAST_DAY)
COFFEE, GREEN, BLACK, POTS = "Coffee / 咖啡", "Green tea / 绿茶", "Black tea / 红茶", "Teapots / 茶壶"


@pytest.fixture
def shop(store: sqlite3.Connection) -> sqlite3.Connection:
    write(
        store,
        [
            Line("1", "both", END, 5000, category=COFFEE),
            Line("2", "both", END - 5 * DAY_SECONDS, 1000, category=GREEN),
            Line("3", "coffee", END, 3000, category=COFFEE, item_id="bean"),
            Line("4", "gone", END - 800 * DAY_SECONDS, 9000, category=COFFEE),
            Line("5", "tea", END, 2000, category=BLACK),
            Line("6", "pots", END, 1500, category=POTS),
            Line("7", "cancelled", END, 1500, category=COFFEE, status="cancelled"),
            Line("8", "cancelled", END, 1500, category=POTS, item_id="pot"),
            Line("9", "tester", END, 100, category="Nothing", kind="test"),
        ],
    )
    refresh_segments(store)
    return store


def chosen(store: sqlite3.Connection, wanted: UserFilter) -> set[str]:
    found = condition(latest_snapshot(store), wanted)
    rows = store.execute(f"SELECT user_id FROM user_segments WHERE {found.sql}", found.parameters)
    return {row[0] for row in rows}


def goods(*categories: str) -> Goods:
    return Goods("said", categories)


def test_who_bought_two_things_and_who_of_a_few_did(shop: sqlite3.Connection) -> None:
    both = UserFilter(bought=goods(COFFEE), also_bought=goods(GREEN))
    assert chosen(shop, both) == {"both"}
    coffee = UserFilter(bought=goods(COFFEE))
    assert fitting(latest_snapshot(shop), coffee, ["both", "tea", "stranger"]) == {"both"}


def test_no_filter_keeps_everybody(shop: sqlite3.Connection) -> None:
    assert not UserFilter()
    assert condition(latest_snapshot(shop), UserFilter()) == Condition()
    assert len(chosen(shop, UserFilter())) == 6


def test_who_bought_one_thing_and_not_another(shop: sqlite3.Connection) -> None:
    coffee = UserFilter(bought=goods(COFFEE))
    assert chosen(shop, coffee) == {"both", "coffee", "gone"}
    assert chosen(shop, UserFilter(bought=goods(COFFEE), not_bought=goods(GREEN, BLACK))) == {
        "coffee",
        "gone",
    }
    assert chosen(shop, UserFilter(not_bought=goods(COFFEE, POTS))) == {"tea"}


def test_by_value_and_by_segment(shop: sqlite3.Connection) -> None:
    assert chosen(shop, UserFilter(min_value=3000)) == {"both", "coffee", "gone"}
    assert chosen(shop, UserFilter(min_value=3000, segment=Group("segment", "lapsed"))) == {"gone"}
    assert chosen(shop, UserFilter(segment=Group("value", HIGH_VALUE))) == {"both", "gone"}
    rfm = {row[0] for row in shop.execute("SELECT rfm FROM user_segments")}
    assert set().union(*(chosen(shop, UserFilter(segment=Group("rfm", key))) for key in rfm)) == chosen(
        shop, UserFilter()
    )


def test_by_item_even_on_one_connection_again(shop: sqlite3.Connection) -> None:
    assert chosen(shop, UserFilter(bought=Goods("bean", items=("bean",)))) == {"coffee"}
    assert chosen(shop, UserFilter(bought=Goods("pot", items=("pot",)))) == {"cancelled"}
    assert "coffee" not in chosen(shop, UserFilter(not_bought=Goods("bean", items=("bean",))))


def test_what_was_cancelled_was_not_bought(shop: sqlite3.Connection) -> None:
    assert "cancelled" not in chosen(shop, UserFilter(bought=goods(COFFEE)))
    assert categories_named(shop, "Nothing") == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("coffee", [COFFEE]),
        ("COFFEE", [COFFEE]),
        ("咖啡", [COFFEE]),
        ("Coffee / 咖啡", [COFFEE]),
        ("tea", [BLACK, GREEN]),
        ("teas", [BLACK, GREEN]),
        ("茶", [BLACK, GREEN]),
        ("green tea", [GREEN]),
        ("teapot", [POTS]),
        ("green", [GREEN]),
        ("壶", [POTS]),
        ("shampoo", []),
        ("", []),
        ("%", []),
    ],
)
def test_a_category_is_known_by_its_name_in_either_language_or_by_its_last_word(
    shop: sqlite3.Connection, said: str, meant: list[str]
) -> None:
    assert categories_named(shop, said) == meant


def test_an_item_is_known_by_id_or_name(shop: sqlite3.Connection) -> None:
    shop.execute("INSERT INTO items (item_id, name, import_id) VALUES ('bean', 'House blend / 拼配豆', 1)")
    assert [items_named(shop, said) for said in ("bean", "house blend", "拼配豆", "x")] == [["bean"]] * 3 + [
        []
    ]
