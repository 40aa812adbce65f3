"""What users are worth: learned from the past alone, right in sum, and kept like other models."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import numpy as np
import pytest

from predictor.bg_nbd import BGNBD
from predictor.errors import TooLittleHistoryError
from predictor.next_order import NextOrder
from predictor.segments import refresh_segments
from predictor.value import (
    TASK,
    train_valuer,
    value_everybody,
    value_of,
    value_of_groups,
    valuer_in_use,
    valuer_known_at,
)
from predictor.value_examples import examples
from predictor.value_training import fit_valuer
from storage import model_store
from storage.database import Home
from storage.errors import NoModelError
from storage.moments import DAY_SECONDS, day_start
from storage.snapshot import Snapshot
from tests.conftest import LAST_DAY, Line, TrainedHome, small_shop, write

EARLIER = LAST_DAY - timedelta(days=90)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("value") / "home").create()
    end = day_start(LAST_DAY)
    with home.store() as connection:
        write(connection, small_shop())
        write(
            connection,
            [
                Line("one", "one-order", end - 20 * DAY_SECONDS, 5000),
                Line("back", "sent-back", end - 20 * DAY_SECONDS, 5000),
                Line("back-r", "sent-back", end - 10 * DAY_SECONDS, -5000, quantity=-1.0),
                *(Line(f"m{n}", "machine", end - n * 1500, 700) for n in range(20_000)),
            ],
        )
        train_valuer(connection, home.models, as_of=None, active_days=90)
    return home


def test_expected_orders_are_those_of_simulated_users() -> None:
    model, days, random = BGNBD(0.8, 20.0, 0.9, 3.0), 100.0, np.random.default_rng(0)
    users = 40_000
    pace = random.gamma(model.r, 1 / model.alpha, users)
    stops = random.beta(model.a, model.b, users)
    came = np.zeros(users)
    when, alive = random.exponential(1 / pace), np.ones(users, dtype=bool)
    while (alive := alive & (when < days)).any():
        came[alive] += 1
        alive &= random.random(users) > stops
        when = when + random.exponential(1 / pace)
    said = model.expected_orders(0, 0, 0, days)
    assert float(said) == pytest.approx(came.mean(), abs=4 * came.std() / np.sqrt(users))


def test_later_rows_change_nothing_as_of_an_earlier_day(store: sqlite3.Connection, home: Home) -> None:
    lines = small_shop()
    write(store, [line for line in lines if line.ordered_at < day_start(EARLIER) + DAY_SECONDS])
    record = train_valuer(store, home.models, as_of=EARLIER, active_days=90)
    before = list(value_everybody(store, home.models, record, EARLIER))
    write(store, [line for line in lines if line.ordered_at >= day_start(EARLIER) + DAY_SECONDS])
    assert before
    assert list(value_everybody(store, home.models, valuer_known_at(store, EARLIER), EARLIER)) == before
    again = train_valuer(store, home.models, as_of=EARLIER, active_days=90)
    assert again.version != record.version
    assert list(value_everybody(store, home.models, again, EARLIER)) == before


def test_what_is_said_holds_on_time_held_out(kept: Home) -> None:
    with kept.store() as connection:
        valuer, _card = fit_valuer(Snapshot(connection, EARLIER))
        held = examples(Snapshot(connection, EARLIER), EARLIER, 90)
    said = valuer.model.expected(held.histories, 90)
    low, high = valuer.spread.interval(said.cents, said.cents)
    assert ((held.cents >= low) & (held.cents <= high)).mean() > 0.7
    others = held.histories.table.user_ids != "machine"
    assert 0.7 < said.orders[others].sum() / held.orders[others].sum() < 1.4
    assert valuer.next_order is not None
    assert isinstance(valuer.next_order, NextOrder)
    days = valuer.next_order.days(held.histories)
    assert np.all(days[0] <= days[1])
    assert np.all(days[1] <= days[2])


def test_odd_users_have_values(kept: Home) -> None:
    with kept.store() as connection:
        one, returned, machine = (
            value_of(connection, kept.models, user, LAST_DAY)
            for user in ("one-order", "sent-back", "machine")
        )
        assert value_of(connection, kept.models, "nobody", LAST_DAY) is None
    assert one is not None
    assert returned is not None
    assert machine is not None
    assert 0 <= one.low_cents < one.cents < one.high_cents
    assert 0 <= returned.cents < one.cents
    assert machine.orders > 1_000
    assert np.isfinite(machine.high_cents)


def test_a_longer_time_is_worth_more(kept: Home) -> None:
    with kept.store() as connection:
        month, year = (value_of(connection, kept.models, "one-order", LAST_DAY, days) for days in (30, 365))
    assert month is not None
    assert year is not None
    assert month.cents < year.cents


def test_twenty_days_of_orders_are_too_few(home: Home, store: sqlite3.Connection) -> None:
    write(
        store, [Line(f"{n}", f"u{n % 90}", day_start(LAST_DAY) - (n % 20) * DAY_SECONDS) for n in range(180)]
    )
    with pytest.raises(TooLittleHistoryError, match="worth"):
        train_valuer(store, home.models, as_of=None, active_days=90)
    with pytest.raises(NoModelError):
        valuer_in_use(store)
    assert model_store.promoted(store, TASK) is None


def test_the_segments_together_are_everybody(kept: Home) -> None:
    with kept.store() as connection:
        refresh_segments(connection, horizon_days=30, active_days=90)
        groups = value_of_groups(connection, kept.models, LAST_DAY)
        users = connection.execute("SELECT COUNT(*) FROM user_segments").fetchone()[0]
    assert sum(each.users for each in groups) == users
    assert all(each.cents_interval[0] <= each.cents <= each.cents_interval[1] for each in groups)


def test_churn_models_alone_give_no_values(kept_trained_home: TrainedHome) -> None:
    with kept_trained_home.home.store() as connection, pytest.raises(NoModelError):
        valuer_in_use(connection)
