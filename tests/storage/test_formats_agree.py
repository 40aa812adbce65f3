"""Whatever is in a file: the counts add up, a second import changes nothing, and all formats say the same."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.database import transaction
from tests.storage.imports import TABLES, Desk, contents, counts
from tests.storage.workbooks import xlsx

Rows = Sequence[Mapping[str, Any]]

SOME = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


# -- the formats ---------------------------------------------------------------------------------------


def as_csv(path: Path, rows: Rows, separator: str = ",", encoding: str = "utf-8") -> Path:
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=separator)
    writer.writerow(rows[0])
    writer.writerows([_text(row[name]) for name in rows[0]] for row in rows)
    path.write_bytes(sink.getvalue().encode(encoding))
    return path


def as_json_lines(path: Path, rows: Rows) -> Path:
    # A missing key and a null are the same.
    lines = [{name: cell for name, cell in row.items() if cell is not None} for row in rows]
    lines[0] = dict(rows[0])
    path.write_text("".join(json.dumps(line, default=_text) + "\n" for line in lines), encoding="utf-8")
    return path


def as_parquet(path: Path, rows: Rows) -> Path:
    pq.write_table(pa.table({name: [row[name] for row in rows] for name in rows[0]}), path)
    return path


def as_workbook(path: Path, rows: Rows) -> Path:
    lines = [[row[name] for name in rows[0]] for row in rows]
    numbers = [[float(cell) if isinstance(cell, Decimal) else cell for cell in line] for line in lines]
    return xlsx(path, {"Sheet": [tuple(rows[0]), *numbers]})


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)


def all_formats(folder: Path, rows: Rows) -> Iterator[Path]:
    """The same rows in every format."""
    yield as_csv(folder / "commas.csv", rows)
    yield as_csv(folder / "semicolons.csv", rows, ";", "utf-16")
    yield as_csv(folder / "tabs.csv", rows, "\t", "utf-8-sig")
    yield as_json_lines(folder / "lines.jsonl", rows)
    yield as_parquet(folder / "rows.parquet", rows)
    yield as_workbook(folder / "rows.xlsx", rows)


# -- the rows ------------------------------------------------------------------------------------------

LETTERS = st.text(alphabet="ab1 用户é🦊\"',;{}|\n", min_size=1, max_size=5).map(lambda text: f"x{text}z")
IDS = (
    st.sampled_from(["1", "2", "007", "42.0", "C-5502", "用户A", "t**8", "1.23E+17", "ann@example.org"])
    | LETTERS
)
SOMETIMES = st.sampled_from(["", "", None])
MOMENTS = st.sampled_from(
    [
        "2024-01-05",
        "2024-01-05 10:05",
        "2024-05-31T23:59:59Z",
        "05.01.2024",
        "2024年1月5日",
        "31/01/2024",
        "1704449100",
        "45296.5",
        "2999-01-01",
        "1970-01-01",
        "soon",
    ]
)
NUMBERS = st.sampled_from(["1", "2", "-1", "1.50", "1,50", "1.234,50", "€ 3", "NaN", "inf", "1e15", "x"])
FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "lines": {
        "order_id": st.sampled_from(["A1", "A2", "A3"]) | IDS,
        "user_id": IDS | SOMETIMES,
        "ordered_at": MOMENTS | SOMETIMES,
        "item_id": IDS,
        "quantity": NUMBERS | SOMETIMES,
        "total": NUMBERS | SOMETIMES,
        "status": st.sampled_from(["paid", "refunded", "待付款", "lost"]) | SOMETIMES,
        "status_at": MOMENTS | SOMETIMES,
        "item_name": LETTERS | SOMETIMES,
    },
    "items": {"item_id": IDS, "name": LETTERS | SOMETIMES, "price": NUMBERS | SOMETIMES},
    "users": {
        "user_id": IDS,
        "joined_at": MOMENTS | SOMETIMES,
        "consent_email": st.sampled_from(["yes", "否", "x"]),
    },
    "reviews": {
        "review_id": st.sampled_from(["R1", "R2", "R3"]) | SOMETIMES,
        "user_id": IDS,
        "written_at": MOMENTS,
        "text": LETTERS | SOMETIMES,
        "rating": NUMBERS | SOMETIMES,
        "item_id": IDS | SOMETIMES,
    },
    "events": {
        "user_id": IDS,
        "event": st.sampled_from(["view", "cart", ""]) | LETTERS,
        "at": MOMENTS,
        "item_id": IDS | SOMETIMES,
    },
    "contacts": {
        "campaign_id": st.sampled_from(["C1", "C2"]),
        "user_id": IDS,
        "sent_at": MOMENTS,
        "arm": st.sampled_from(["contact", "control", "left"]) | SOMETIMES,
        "responded_at": MOMENTS | SOMETIMES,
    },
}
FILES = st.sampled_from(sorted(FIELDS)).flatmap(
    lambda table: st.tuples(
        st.just(table), st.lists(st.fixed_dictionaries(FIELDS[table]), min_size=1, max_size=8)
    )
)

# What spreadsheets and data frames hold: numbers and times that are no text.
GOOD_LINES = st.lists(
    st.fixed_dictionaries(
        {
            "order_id": st.sampled_from(["A1", "A2", "A3"]),
            "user_id": st.integers(1, 10**14),
            "ordered_at": st.integers(0, 10**8).map(lambda s: datetime(2021, 1, 1) + timedelta(seconds=s)),
            "item_id": st.sampled_from(["茶杯", "pot", "7"]),
            "quantity": st.integers(-3, 9),
            "unit_price": st.integers(0, 10**6).map(lambda cents: Decimal(cents) / 100),
            "discount": st.none() | st.integers(0, 100).map(Decimal),
        }
    ),
    min_size=1,
    max_size=12,
)


# -- the tests -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reused(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One home for all examples: `emptied` before each import."""
    return Desk(tmp_path_factory.mktemp("formats"))


def emptied(desk: Desk) -> Desk:
    with desk.home.store() as connection, transaction(connection):
        for table in (*TABLES, "imports"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute("UPDATE shop SET currency = NULL, last_ordered_at = NULL")
    shutil.rmtree(desk.home.exports)
    desk.home.create()
    return desk


@SOME
@given(FILES)
def test_any_rows_give_the_same_in_every_format(reused: Desk, file: tuple[str, Rows]) -> None:
    table, rows = file
    found = []
    for path in all_formats(reused.folder, rows):
        result = emptied(reused).take_file(path, table=table, date_format="DD/MM/YYYY")
        first, before = counts(result), contents(reused.home)
        again = reused.take_file(path, table=table, date_format="DD/MM/YYYY")
        assert (again.read, again.added, again.updated) == (result.read, 0, 0)
        assert contents(reused.home) == before
        found.append((path.name, first, result.anonymous, before))
    assert first[0] == len(rows)
    for other in found[1:]:
        assert other[1:] == found[0][1:], (found[0][0], other[0])


@SOME
@given(GOOD_LINES)
def test_numbers_and_times_give_what_their_text_gives(reused: Desk, rows: Rows) -> None:
    found = []
    for path in all_formats(reused.folder, rows):
        result = emptied(reused).take_file(path, timezone="Europe/Berlin")
        assert counts(result) == (len(rows), len(rows), 0, 0, 0)
        assert reused.take_file(path, timezone="Europe/Berlin").unchanged == len(rows)
        found.append(contents(reused.home))
    assert all(other == found[0] for other in found[1:])


@SOME
@given(FILES, st.data())
def test_a_corrected_file_gives_what_it_says(
    reused: Desk, file: tuple[str, Rows], data: st.DataObject
) -> None:
    """A second file with the same keys leaves the store as if it had come first, but for its history."""
    table, rows = file
    changeable = {"items": ("name", "price"), "users": ("joined_at",), "reviews": ("text", "rating")}.get(
        table
    )
    if changeable is None:
        return
    strategy = {name: FIELDS[table][name] for name in changeable}
    corrected = [{**row, **data.draw(st.fixed_dictionaries(strategy))} for row in rows]
    emptied(reused).take_file(
        as_csv(reused.folder / "first.csv", rows), table=table, date_format="DD/MM/YYYY"
    )
    rejected = reused.take_file(
        as_csv(reused.folder / "second.csv", corrected), table=table, date_format="DD/MM/YYYY"
    ).rejected
    after = contents(reused.home)[table]
    emptied(reused).take_file(reused.folder / "second.csv", table=table, date_format="DD/MM/YYYY")
    alone = contents(reused.home)[table]
    assert set(alone) <= set(after)
    assert len(after) - len(alone) <= rejected
