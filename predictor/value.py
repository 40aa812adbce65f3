"""What users are worth: the model in use, its answer for one user, for everybody and for each segment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from predictor.value_examples import histories
from predictor.value_training import Valuer, fit_valuer
from storage import model_store
from storage.errors import NoModelError
from storage.model_store import ModelRecord
from storage.snapshot import Snapshot, as_now, data_through, latest_snapshot

TASK = "value"
VALUE_DAYS = 365


@dataclass(frozen=True)
class Value:
    """What one user is expected to order and to spend net of returns, and when the next order comes.

    The user's own money lies between `low_cents` and `high_cents` in `predictor.value_spread.SHARE` of cases.
    `next_days` are the days from the end of as_of by which a tenth, half and nine tenths of such users are
    back, of those who come back; None where that is not known.
    """

    user_id: str
    orders: float
    cents: float
    low_cents: float
    high_cents: float
    next_days: tuple[float, float, float] | None
    past_orders: int
    past_cents: int
    recency_days: float


@dataclass(frozen=True)
class UserWorth:
    """One of many: what a user is expected to order and to spend, as in `Value`, and what was so far."""

    user_id: str
    orders: float
    cents: float
    low_cents: float
    high_cents: float
    past_cents: int
    recency_days: float


@dataclass(frozen=True)
class GroupValue:
    """The sums over the users of a group, with 95 % intervals (low, high)."""

    key: str
    users: int
    orders: float
    orders_interval: tuple[float, float]
    cents: float
    cents_interval: tuple[float, float]


def train_valuer(
    connection: sqlite3.Connection, models: Path, *, as_of: date | None, active_days: int
) -> ModelRecord:
    """Fit as of a day (default: that of the latest order) and put it in use, unless a newer one is.

    Raises TooLittleHistoryError, or BGNBDNotFittedError where nobody ordered twice.
    """
    snapshot = latest_snapshot(connection) if as_of is None else Snapshot(connection, as_of)
    valuer, card = fit_valuer(snapshot)
    record = model_store.add_candidate(
        connection,
        models,
        task=TASK,
        parts=valuer.parts(),
        as_of=snapshot.as_of,
        horizon_days=VALUE_DAYS,
        active_days=active_days,
        card=card,
    )
    return model_store.promote_unless_older(connection, record)


def valuer_in_use(connection: sqlite3.Connection) -> ModelRecord:
    """The record of the model in use; raises NoModelError, or EmptyStoreError in an empty store."""
    record = model_store.promoted(connection, TASK)
    if record is None:
        data_through(connection)
        raise NoModelError(
            "There is no model of what users are worth here: none is trained yet, or the history is too"
            " short.",
            next_step="Train one: opsbot train (after importing older orders, where there are few).",
        )
    return record


def valuer_known_at(connection: sqlite3.Connection, as_of: date) -> ModelRecord:
    """The model with the greatest as_of up to that day, whatever its stage; raises NoModelError."""
    record = model_store.known_at(connection, TASK, as_of)
    if record is None:
        raise NoModelError(
            "No model of what users are worth was trained on what was known by {as_of}.",
            next_step="Train one first: opsbot train --as-of {as_of}",
            as_of=as_of,
        )
    return record


def value_of(
    connection: sqlite3.Connection, models: Path, user_id: str, as_of: date, days: int = VALUE_DAYS
) -> Value | None:
    """One user's value over so many days by the model in use; None for who never ordered or is excluded."""
    valuer = _loaded(valuer_in_use(connection), models)
    known = histories(as_now(connection, as_of), valuer.model.window_days, user_id=user_id)
    if not len(known):
        return None
    said = valuer.model.expected(known, days)
    in_window = valuer.model.expected(known, valuer.model.window_days)
    low, high = valuer.spread.interval(said.cents, in_window.cents)
    following = valuer.next_order.days(known)[:, 0].tolist() if valuer.next_order else None
    return Value(
        user_id=user_id,
        orders=float(said.orders[0]),
        cents=float(said.cents[0]),
        low_cents=float(low[0]),
        high_cents=float(high[0]),
        next_days=tuple(following) if following else None,
        past_orders=int(known.column("frequency")[0]),
        past_cents=int(known.column("monetary_cents")[0]),
        recency_days=float(known.column("recency_days")[0]),
    )


def tested_like(
    record: ModelRecord, connection: sqlite3.Connection, models: Path, user_id: str, as_of: date
) -> Mapping[str, Any] | None:
    """The range of the back-test in which a user lies by what is expected over the time tested."""
    over_window = value_of(connection, models, user_id, as_of, record.card["window_days"])
    if over_window is None:
        return None
    ranges = record.card["ranges"]
    found: Mapping[str, Any] = next(
        (each for each in ranges if over_window.cents <= each["to_cents"]), ranges[-1]
    )
    return found


def value_everybody(
    connection: sqlite3.Connection, models: Path, record: ModelRecord, as_of: date, *, now: bool = False
) -> Iterator[tuple[str, float, float]]:
    """(user_id, expected orders, expected cents) over VALUE_DAYS of all users active as of that day.

    With `now` merges and exclusions are those that hold now.
    """
    valuer = _loaded(record, models)
    snapshot = as_now(connection, as_of) if now else Snapshot(connection, as_of)
    known = histories(snapshot, valuer.model.window_days)
    said = valuer.model.expected(known, VALUE_DAYS)
    active = np.flatnonzero(known.column("recency_days") <= record.active_days)
    for place in active[np.lexsort((active, -said.cents[active]))]:
        yield str(known.table.user_ids[place]), float(said.orders[place]), float(said.cents[place])


def most_valuable(
    connection: sqlite3.Connection, models: Path, as_of: date, days: int = VALUE_DAYS
) -> list[UserWorth]:
    """All users with orders, lapsed ones too and excluded ones not, most money within so many days first."""
    valuer = _loaded(valuer_in_use(connection), models)
    known = histories(as_now(connection, as_of), valuer.model.window_days)
    said = valuer.model.expected(known, days)
    in_window = valuer.model.expected(known, valuer.model.window_days)
    low, high = valuer.spread.interval(said.cents, in_window.cents)
    past, recency = known.column("monetary_cents"), known.column("recency_days")
    user_ids = known.table.user_ids.tolist()
    return [
        UserWorth(
            user_id=str(user_ids[place]),
            orders=float(said.orders[place]),
            cents=float(said.cents[place]),
            low_cents=float(low[place]),
            high_cents=float(high[place]),
            past_cents=int(past[place]),
            recency_days=float(recency[place]),
        )
        for place in sorted(range(len(user_ids)), key=lambda place: (-said.cents[place], user_ids[place]))
    ]


def value_of_groups(
    connection: sqlite3.Connection, models: Path, as_of: date, days: int = VALUE_DAYS
) -> list[GroupValue]:
    """The users of each segment together, most money first; of those who have a segment, lapsed ones too."""
    valuer = _loaded(valuer_in_use(connection), models)
    known = histories(as_now(connection, as_of), valuer.model.window_days)
    said = valuer.model.expected(known, days)
    segment = dict(tuple(row) for row in connection.execute("SELECT user_id, segment FROM user_segments"))
    keys = np.array([segment.get(user_id, "") for user_id in known.table.user_ids.tolist()])
    found = []
    for key in sorted(set(keys.tolist()) - {""}):
        orders, cents = (float(each[keys == key].sum()) for each in (said.orders, said.cents))
        spread = valuer.spread
        found.append(
            GroupValue(
                key,
                int((keys == key).sum()),
                orders,
                spread.total(orders, orders=True),
                cents,
                spread.total(cents),
            )
        )
    return sorted(found, key=lambda each: -each.cents)


def _loaded(record: ModelRecord, models: Path) -> Valuer:
    """The model of that record, read once; the checksum in the key makes another file another entry."""
    key = (str(models / record.file_name), record.sha256)
    if key not in _in_memory:
        valuer = Valuer.from_parts(model_store.load_parts(record, models))
        _in_memory.clear()
        _in_memory[key] = valuer
    return _in_memory[key]


_in_memory: dict[tuple[str, str], Valuer] = {}
