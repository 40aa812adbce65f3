"""Rows come back sorted and whole, whether they were kept in memory or on disk."""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from storage import sorted_rows
from storage.columns import Column, distinct
from storage.sorted_rows import NUMBER, PLACE, SortedRows
from storage.values import Bad


def _column(cells: Sequence[Hashable]) -> Column[object]:
    found = distinct(cells)
    return Column(found.values, found.codes)


@pytest.mark.parametrize("rows_at_once", [7, 1_000, 100_000])
def test_all_rows_come_back_by_their_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    monkeypatch.setattr(sorted_rows, "_ROWS", rows_at_once)
    monkeypatch.setattr(sorted_rows, "_PIECE", 5)
    monkeypatch.setattr(sorted_rows, "_BLOCK", 64)
    chance = random.Random(0)
    users = [
        chance.choice(["", "a", "ä", "用户", "🦊", "Z", *(f"u{n}" for n in range(50))]) for _ in range(2_000)
    ]
    sizes: list[int | None] = [chance.choice([None, 1, 2**40]) for _ in users]
    rows = SortedRows(tmp_path, "user_id", {"user_id": pa.string(), "size": pa.int64()})
    for first in range(0, len(users), 100):
        part = slice(first, first + 100)
        places = np.arange(first, first + 100, dtype=np.uint32)
        columns: list[Column[object]] = [_column(users[part]), _column(sizes[part])]
        rows.add(range(first, first + 100), places, columns, [])
    blocks = list(rows.blocks())
    rows.close()
    assert rows.count == len(users)
    found = pa.concat_tables(blocks).to_pylist()
    keys = [row["user_id"] for row in found]
    assert keys == sorted(users)
    assert sorted((row[NUMBER], row[PLACE], row["user_id"], row["size"]) for row in found) == [
        (number, number, user, size) for number, (user, size) in enumerate(zip(users, sizes, strict=True))
    ]
    assert list(tmp_path.iterdir()) == []


def test_bad_rows_are_left_out(tmp_path: Path) -> None:
    rows = SortedRows(tmp_path, "user_id", {"user_id": pa.string()})
    rows.add([4, 5, 6], np.zeros(3, dtype=np.uint32), [_column(["b", Bad("none"), "a"])], [1])
    assert [block["user_id"].to_pylist() for block in rows.blocks()] == [["a", "b"]]


def test_no_rows_are_no_blocks(tmp_path: Path) -> None:
    assert list(SortedRows(tmp_path, "user_id", {"user_id": pa.string()}).blocks()) == []
