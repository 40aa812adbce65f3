"""A home in a temporary folder, ways to write order lines straight into it, and a small shop."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from predictor.training import Trained, train
from storage.database import Home, transaction
from storage.moments import DAY_SECONDS, day_start
from storage.snapshot import latest_order_at


def at(text: str) -> int:
    """Epoch seconds of an ISO day, or day and time, in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@dataclass(frozen=True)
class Line:
    """An order line as the store keeps it; `changes` are later statuses with the time each took effect."""

    order_id: str
    user_id: str
    ordered_at: int
    total_cents: int | None = 1000
    quantity: float = 1.0
    status: str = "paid"
    kind: str = "normal"
    item_id: str = "item"
    line: int = 1
    category: str | None = None
    changes: tuple[tuple[int, str], ...] = ()


_COLUMNS = tuple(field.name for field in fields(Line) if field.name != "changes")


def write(connection: sqlite3.Connection, lines: Iterable[Line]) -> None:
    """Add lines to the store as one import does."""
    with transaction(connection):
        import_id = connection.execute(
            "INSERT INTO imports VALUES (NULL, 'lines', 'lines.csv', 0, 1, 1, 0, 0, 0, 0)"
        ).lastrowid
        for one in lines:
            row = {
                **{name: getattr(one, name) for name in _COLUMNS},
                "anonymous_reason": None if one.user_id else "no user_id",
                "import_id": import_id,
            }
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(f"INSERT INTO lines ({', '.join(row)}) VALUES ({marks})", row)
            for status_at, status in one.changes:
                connection.execute(
                    "INSERT INTO status_changes VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (one.user_id, one.order_id, one.item_id, one.line, status_at, status, import_id),
                )
        connection.execute("UPDATE shop SET last_ordered_at = ?", (latest_order_at(connection),))


FIRST_DAY = date(2023, 1, 1)
LAST_DAY = date(2024, 2, 4)
SHOP_HORIZON = 30


@cache
def small_shop(users: int = 400, seed: int = 0) -> tuple[Line, ...]:
    """400 days of regular, irregular and leaving buyers, some returns and refunds among their orders.

    The last day has an order, so that `data_through` is LAST_DAY.
    """
    random = np.random.default_rng(seed)
    days = (LAST_DAY - FIRST_DAY).days + 1
    lines = [Line("last", "regular-last", day_start(LAST_DAY) + 3600)]
    for number in range(users):
        kind = ("regular", "irregular", "leaving")[number % 3]
        pace = random.uniform(8, 40)
        when = random.uniform(0, days * 0.7)
        until = random.uniform(60, days) if kind == "leaving" else days
        while when < min(until, days):
            lines += _order(f"{number}-{len(lines)}", f"{kind}-{number}", when, random)
            when += (
                random.exponential(pace) if kind == "irregular" else max(0.1, random.normal(pace, pace / 6))
            )
    return tuple(lines)


def _order(order_id: str, user_id: str, day: float, random: np.random.Generator) -> list[Line]:
    ordered_at = day_start(FIRST_DAY) + int(day * DAY_SECONDS)
    first = Line(
        order_id, user_id, ordered_at, int(random.integers(500, 9000)), category=str(random.integers(3))
    )
    fate = random.random()
    if fate < 0.05:
        return [replace(first, changes=((ordered_at + 3 * DAY_SECONDS, "refunded"),))]
    if fate < 0.08:
        return [replace(first, changes=((ordered_at + 2 * DAY_SECONDS, "cancelled"),))]
    if fate < 0.12:
        back = replace(first, order_id="R" + order_id, quantity=-1, total_cents=-(first.total_cents or 0))
        return [first, replace(back, ordered_at=ordered_at + 5 * DAY_SECONDS)]
    if fate < 0.4:
        return [first, replace(first, item_id="other", quantity=2, category="other")]
    return [first]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path / "home").create()


@pytest.fixture
def store(home: Home) -> Iterator[sqlite3.Connection]:
    """The empty store of `home`."""
    with home.store() as connection:
        yield connection


@pytest.fixture(scope="session")
def reused_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """One store for the many examples of a property test; each begins with `rewrite`."""
    with Home(tmp_path_factory.mktemp("reused") / "home").store() as connection:
        yield connection


def rewrite(connection: sqlite3.Connection, lines: Iterable[Line]) -> None:
    """Put these lines in the place of all that the store held, who is who included."""
    for table in ("lines", "reviews", "user_merges", "merged_users", "user_exclusions", "imports"):
        connection.execute(f"DELETE FROM {table}")
    write(connection, lines)


def lines_of_a_shop(days: int) -> st.SearchStrategy[list[Line]]:
    """Order lines of users a, b and c from FIRST_DAY on, of every status and kind, with later statuses."""
    times = st.integers(0, days * DAY_SECONDS).map(lambda second: day_start(FIRST_DAY) + second)
    statuses = st.sampled_from(
        ("paid", "paid", "invoiced", "unpaid", "cancelled", "refunded", "partly_refunded")
    )
    line = st.builds(
        Line,
        order_id=st.sampled_from("12345678"),
        user_id=st.sampled_from("abc"),
        ordered_at=times,
        total_cents=st.none() | st.integers(-500, 5000),
        quantity=st.sampled_from((1.0, 1.0, 2.0, 0.5, 0.0, -1.0)),
        status=statuses,
        kind=st.sampled_from(("normal", "normal", "subscription", "test")),
        category=st.none() | st.sampled_from(("tea", "cups")),
        changes=st.lists(st.tuples(times, statuses), max_size=2, unique_by=lambda change: change[0]).map(
            tuple
        ),
    )
    # The number of a line makes its key unique.
    return st.lists(line, max_size=25).map(
        lambda drawn: [replace(one, line=number) for number, one in enumerate(drawn)]
    )


@dataclass(frozen=True)
class TrainedHome:
    """A home with the small shop and one model of it, trained as of LAST_DAY."""

    home: Home
    trained: Trained


@pytest.fixture(scope="session")
def kept_trained_home(tmp_path_factory: pytest.TempPathFactory) -> TrainedHome:
    """Trained once for all tests: only read it, or take `trained_home`."""
    home = Home(tmp_path_factory.mktemp("trained") / "home").create()
    with home.store() as connection:
        write(connection, small_shop())
        return TrainedHome(home, train(connection, home.models, horizon_days=SHOP_HORIZON))


@pytest.fixture
def trained_home(kept_trained_home: TrainedHome, tmp_path: Path) -> TrainedHome:
    """A copy of the trained home, to do with as a test likes."""
    shutil.copytree(kept_trained_home.home.path, tmp_path / "trained")
    return TrainedHome(Home(tmp_path / "trained"), kept_trained_home.trained)


@pytest.fixture
def trained_store(trained_home: TrainedHome) -> Iterator[sqlite3.Connection]:
    """A connection to the copy of the trained home."""
    with trained_home.home.store() as connection:
        yield connection
