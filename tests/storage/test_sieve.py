"""What goes straight into the store ends there just as what is staged and merged."""

from __future__ import annotations

import random

import pytest

from storage import sorted_rows
from storage.ingest import ImportResult
from tests.storage.imports import Desk, counts

HEADER = "order_id,user_id,ordered_at,item_id,quantity,unit_price,status,kind,category\n"
OTHER = "Z,z,2023-01-01,zz,1,1,paid,normal,c\n"


def row(chance: random.Random, number: int) -> str:
    """A line: some repeat one before, some are nobody's, returns, tests, unpaid, or bad."""
    user = chance.choice(["", *(f"u{n}" for n in range(20))])
    status = chance.choice(["paid", "paid", "unpaid", "refunded", "cancelled", "lost"])
    quantity = chance.choice(["1", "2", "-1", "", "x"])
    day = f"2024-0{1 + number % 4}-{1 + number % 28:02d}"
    kind = chance.choice(["normal", "normal", "test"])
    category = chance.choice(["tea", ""])
    return f"A{number // 3},{user},{day},i{chance.randrange(4)},{quantity},1.50,{status},{kind},{category}\n"


def stored(desk: Desk) -> list[tuple[object, ...]]:
    """All lines but the one that stands beside the file's, and the time of the latest order."""
    columns = (
        "user_id, order_id, item_id, line, ordered_at, quantity, unit_price_cents, total_cents, status, kind,"
        " category, anonymous_reason"
    )
    lines = desk.rows(f"SELECT {columns} FROM lines WHERE order_id <> 'Z' ORDER BY 1, 2, 3, 4")
    return [*lines, *desk.rows("SELECT last_ordered_at FROM shop")]


def said(result: ImportResult) -> tuple[object, ...]:
    """The counts and the warnings."""
    return (*counts(result), result.anonymous, result.warnings)


@pytest.fixture(params=[50, 100_000], ids=["on disk", "in memory"])
def rows_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_rows, "_ROWS", request.param)
    monkeypatch.setattr(sorted_rows, "_PIECE", 10)


@pytest.mark.usefixtures("rows_at_once")
@pytest.mark.parametrize("seed", range(3))
def test_both_ways_end_in_the_same_lines(
    desk: Desk, other_desk: Desk, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    first = [row(chance, number) for number in range(600)]
    later = [row(chance, number) if chance.random() < 0.2 else old for number, old in enumerate(first)]
    later += [row(chance, number) for number in range(600, 700)]
    straight = [said(desk.take(HEADER + "".join(lines))) for lines in (first, first, later, first)]
    monkeypatch.setattr("storage.ingest.sieve_for", lambda *_: None)
    staged = [said(other_desk.take(HEADER + "".join(lines))) for lines in (first, first, later, first)]
    assert straight == staged
    assert stored(desk) == stored(other_desk)
    statuses = "SELECT user_id, order_id, item_id, line, status FROM status_changes ORDER BY 1, 2, 3, 4, 5"
    assert desk.rows(statuses) == other_desk.rows(statuses)
    assert desk.rows("PRAGMA integrity_check") == [("ok",)]


def test_a_new_file_beside_stored_lines_is_staged(desk: Desk) -> None:
    desk.take(HEADER + OTHER)
    assert counts(desk.take(HEADER + "A,u,2024-01-05,i,1,1,paid,normal,c\n")) == (1, 1, 0, 0, 0)
    assert desk.rows("SELECT order_id FROM lines ORDER BY 1") == [("A",), ("Z",)]


def test_a_line_that_moved_to_another_user_is_updated(desk: Desk) -> None:
    line = "A,u,2024-01-05,i,1,1,paid,normal,c\n"
    desk.take(HEADER + line)
    assert counts(desk.take(HEADER + line.replace(",u,", ",v,"))) == (1, 0, 1, 0, 0)
    assert desk.rows("SELECT user_id FROM lines") == [("v",)]


def test_the_index_is_there_after_a_large_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.merge._MANY", 1)
    desk.take(HEADER + OTHER + OTHER.replace("Z", "Y") + OTHER)
    assert desk.rows("SELECT name FROM sqlite_master WHERE name = 'lines_key'") == [("lines_key",)]
    assert desk.rows("SELECT order_id, line FROM lines ORDER BY 1, 2") == [("Y", 1), ("Z", 1), ("Z", 2)]
