"""Whether the share of users that will place no order can be forecast well enough to correct the scores with.

`python -m tests.benchmarks.base_rate` back-tests the model on many dates of two public histories and of the
demo shop, moves every date's scores by a forecast of the base rate (a shift of the log-odds that all users
share), and prints the Brier score and the calibration error of each forecast beside those of the scores as
they are, of a perfect forecast, and of chance alone. A forecast for a date knows only windows that had ended
by then, and is halved: a shift that is not sure should be small.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from predictor import metrics
from predictor.backtest import TestedDay, backtest
from predictor.churn_model import sigmoid
from predictor.definition import Definition
from predictor.labels import LabelledTables
from predictor.training import calendar_of
from storage.database import Home
from storage.demo.shop import write_demo_shop
from storage.ingest import ImportOptions, import_file
from storage.moments import DAY_SECONDS, known_before
from storage.snapshot import Snapshot, latest_snapshot
from tests.benchmarks.order_histories import ORDER_HISTORIES, OrderHistory

Floats = NDArray[np.float64]
Importer = Callable[[Home, Path], None]

DATES = 14
HALF = 0.5
FEWEST_ACTIVE = 20


@dataclass(frozen=True)
class Shop:
    """A shop, its definition of churn, and the days between two test dates."""

    name: str
    load: Importer
    definition: Definition
    step_days: int


@dataclass(frozen=True)
class Known:
    """What is known on a test date: base rates by day, and by which shift earlier dates were off."""

    day: date
    horizon_days: int
    rates: Mapping[date, float]
    missed: Mapping[date, float]

    def last_miss(self) -> float:
        """What the newest date that is over was off by."""
        return self.missed[max(self.missed)] if self.missed else 0.0

    def mean_miss(self) -> float:
        """The mean of the newest three."""
        return float(np.mean([self.missed[day] for day in sorted(self.missed)[-3:]])) if self.missed else 0.0

    def level(self) -> float:
        """The last month that is over, beside the eight horizons that a model learned from."""
        return self._between(28) - self._between(8 * self.horizon_days) if self.rates else 0.0

    def season(self) -> float:
        """This time a year ago beside the eight horizons before it; 0 in the first year."""
        then = [rate for day, rate in self.rates.items() if abs((day - self.day).days + 365) <= 7]
        before = [
            rate
            for day, rate in self.rates.items()
            if 365 + self.horizon_days <= (self.day - day).days <= 365 + 8 * self.horizon_days
        ]
        return _mean_log_odds(then) - _mean_log_odds(before) if then and len(before) >= 4 else 0.0

    def _between(self, days: int) -> float:
        newest = max(self.rates)
        return _mean_log_odds([rate for day, rate in self.rates.items() if (newest - day).days < days])


FORECASTS: Mapping[str, Callable[[Known], float]] = {
    "as the last date that is over was off": Known.last_miss,
    "as the last three were off, on average": Known.mean_miss,
    "the level of the last month": Known.level,
    "the season of a year ago": Known.season,
}


def shops() -> list[Shop]:
    """The two public histories, and the demo shop with two years and built-in seasons."""

    def demo(home: Home, folder: Path) -> None:
        files = write_demo_shop(folder)
        for table, file in (("users", files.users), ("lines", files.lines)):
            import_file(home, file, ImportOptions(table=table))

    def public(history: OrderHistory) -> Shop:
        def load(home: Home, folder: Path) -> None:
            import_file(home, history.write(folder), ImportOptions(table="lines", columns=history.columns))

        definition = Definition(history.horizon_days, history.active_days)
        return Shop(history.name, load, definition, max(14, history.horizon_days // 2))

    return [*map(public, ORDER_HISTORIES), Shop("Demo shop", demo, Definition(60, 180), 30)]


def measure(shop: Shop, folder: Path) -> list[tuple[str, float, float]]:
    """For each way its Brier score and calibration error, means over the test dates."""
    home = Home(folder / "home").create()
    shop.load(home, folder)
    horizon = shop.definition.horizon_days
    with home.store() as connection:
        now = latest_snapshot(connection)
        dates = [now.as_of - timedelta(days=horizon + shop.step_days * i) for i in range(DATES)]
        calendar = calendar_of(now, shop.definition)
        days = backtest(calendar, LabelledTables(now, shop.definition), dates).days
        rates = base_rates(now, shop.definition)
    missed = {day.as_of: shift_to(day.probability, float(day.churned.mean())) for day in days}
    ways: dict[str, list[tuple[float, float]]] = {}
    for day in days:
        end = day.as_of - timedelta(days=horizon)
        known = Known(
            day.as_of,
            horizon,
            {at: rate for at, rate in rates.items() if at <= end},
            {at: shift for at, shift in missed.items() if at <= end},
        )
        shifts = {"scores as they are": 0.0}
        shifts |= {name: HALF * forecast(known) for name, forecast in FORECASTS.items()}
        shifts["the base rate known beforehand"] = missed[day.as_of]
        for name, shift in shifts.items():
            moved = sigmoid(_log_odds(day.probability) + shift)
            ways.setdefault(name, []).append(
                (metrics.brier(day.churned, moved), metrics.ece(day.churned, moved))
            )
    rows = [
        (name, float(np.mean([brier for brier, _ in figures])), float(np.mean([ece for _, ece in figures])))
        for name, figures in ways.items()
    ]
    return [*rows, ("chance alone", float("nan"), _floor(days))]


def base_rates(now: Snapshot, definition: Definition) -> dict[date, float]:
    """By day, one a week, the share of active users that placed no order within the horizon."""
    rows = now.query(" SELECT user_id, ordered_at FROM orders ORDER BY user_id, ordered_at").fetchall()
    users = np.array([row["user_id"] for row in rows], dtype=object)
    at = np.array([row["ordered_at"] for row in rows], dtype=np.float64)
    following = np.append(np.where(users[1:] == users[:-1], at[1:], np.inf), np.inf)
    found = {}
    day = now.as_of - timedelta(days=definition.horizon_days)
    while (end := known_before(day)) > at.min() + definition.active_days / 2 * DAY_SECONDS:
        active = (at < end) & (following >= end) & (end - at <= definition.active_days * DAY_SECONDS)
        if active.sum() >= FEWEST_ACTIVE:
            over = end + definition.horizon_days * DAY_SECONDS
            found[day] = float((following[active] >= over).mean())
        day -= timedelta(days=7)
    return found


def shift_to(probability: Floats, rate: float) -> float:
    """What has to be added to the log-odds for their mean probability to be `rate`; by bisection."""
    low, high, odds = -5.0, 5.0, _log_odds(probability)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if sigmoid(odds + middle).mean() < rate else (low, middle)
    return (low + high) / 2


def _mean_log_odds(rates: Sequence[float]) -> float:
    return float(_log_odds(np.array([np.mean(rates)]))[0])


def _log_odds(p: Floats) -> Floats:
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)), dtype=np.float64)


def _floor(days: Sequence[TestedDay]) -> float:
    return float(np.mean([metrics.ece_noise_floor(day.probability) for day in days]))


def main() -> None:
    """Print a table per shop."""
    for shop in shops():
        print(f"{shop.name} …", file=sys.stderr)
        with TemporaryDirectory() as folder:
            rows = measure(shop, Path(folder))
        print(f"\n{shop.name}\n\n| forecast | Brier | ECE |\n|---|---|---|")
        for name, brier, ece in rows:
            print(f"| {name} | {'–' if np.isnan(brier) else f'{brier:.4f}'} | {ece:.4f} |")


if __name__ == "__main__":
    main()
