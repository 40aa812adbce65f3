"""How good the predictions are on two public order histories.

`python -m tests.benchmarks.quality [--out FILE]` prints a table per history, opsbot beside the baselines
on the same users and dates, then the aims. It ends with 1 where an aim is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from predictor import metrics
from predictor.backtest import BackTest, backtest
from predictor.definition import Definition
from predictor.labels import LabelledTables
from predictor.metrics import Gain
from predictor.training import calendar_of, train
from storage.database import Home
from storage.ingest import ImportOptions, import_file
from storage.snapshot import Snapshot, data_through
from tests.benchmarks.order_histories import CDNOW, COMPLETE_JOURNEY, ORDER_HISTORIES, OrderHistory

Floats = NDArray[np.float64]

AUROC_AIMS = {COMPLETE_JOURNEY.name: 0.835, CDNOW.name: 0.715}
ECE_AIM = 0.045
RIVAL = "logistic_rfm"
TRAIN_SECONDS_AIM = 90  # CPU-seconds of one training
TRAIN_LINES = 500_000  # … on a shop of that many order lines


@dataclass(frozen=True)
class Figures:
    """Means over the test dates."""

    auroc: float
    average_precision: float
    top_decile_lift: float
    brier: float
    ece: float
    ece_floor: float


@dataclass(frozen=True)
class Row:
    """A model in the table, and opsbot's paired gains over it (None for opsbot itself)."""

    model: str
    figures: Figures
    auroc_gain: Gain | None = None
    average_precision_gain: Gain | None = None


@dataclass(frozen=True)
class Result:
    """What was measured on one history; `rows` has opsbot first."""

    history: OrderHistory
    lines: int
    users: int
    churned_share: float
    rows: tuple[Row, ...]
    train_cpu_seconds: float

    def row(self, model: str) -> Row:
        return next(row for row in self.rows if row.model == model)


@dataclass(frozen=True)
class Aim:
    """Something the project promised, and whether it holds."""

    text: str
    reached: bool


def measure(history: OrderHistory, folder: Path) -> Result:
    """Import a history into a new home, back-test on its dates, and train once with the clock running."""
    home = Home(folder / "home").create()
    imported = import_file(home, history.write(folder), ImportOptions(table="lines", columns=history.columns))
    if imported.rejected:
        raise SystemExit(f"{history.name}: {imported.rejected} of {imported.read} lines were rejected")
    definition = Definition(history.horizon_days, history.active_days)
    with home.store() as connection:
        shop = Snapshot(connection, data_through(connection))
        tested = backtest(calendar_of(shop, definition), LabelledTables(shop, definition), history.test_dates)
        started = time.process_time()
        train(
            connection,
            home.models,
            horizon_days=definition.horizon_days,
            active_days=definition.active_days,
        )
        train_cpu_seconds = time.process_time() - started
    if len(tested.days) != len(history.test_dates):
        raise SystemExit(f"{history.name}: only {len(tested.days)} of its test dates could be tested")
    churned = np.concatenate([day.churned for day in tested.days])
    return Result(
        history, imported.read, len(churned), float(churned.mean()), _rows(tested), train_cpu_seconds
    )


def _rows(tested: BackTest) -> tuple[Row, ...]:
    own = [day.probability for day in tested.days]
    rows = [Row("opsbot", _figures(tested, own))]
    for name in tested.days[0].baselines:
        theirs = [day.baselines[name] for day in tested.days]
        rows.append(
            Row(
                name,
                _figures(tested, theirs),
                _gain(tested, own, theirs, metrics.auroc),
                _gain(tested, own, theirs, metrics.average_precision),
            )
        )
    return tuple(rows)


def _figures(tested: BackTest, by_date: Sequence[Floats]) -> Figures:
    dated = [(day.churned, p) for day, p in zip(tested.days, by_date, strict=True)]
    return Figures(
        auroc=float(np.mean([metrics.auroc(y, p) for y, p in dated])),
        average_precision=float(np.mean([metrics.average_precision(y, p) for y, p in dated])),
        top_decile_lift=float(np.mean([metrics.top_decile_lift(y, p) for y, p in dated])),
        brier=float(np.mean([metrics.brier(y, p) for y, p in dated])),
        ece=float(np.mean([metrics.ece(y, p) for y, p in dated])),
        ece_floor=float(np.mean([metrics.ece_noise_floor(p) for _, p in dated])),
    )


def _gain(tested: BackTest, own: Sequence[Floats], theirs: Sequence[Floats], metric: metrics.Metric) -> Gain:
    return metrics.paired_gain(
        [day.churned for day in tested.days], own, theirs, metric, [day.user_ids for day in tested.days]
    )


def aims(results: Sequence[Result]) -> list[Aim]:
    """Every aim, in words, with what was measured."""
    found = []
    for result in results:
        name, figures = result.history.name, result.rows[0].figures
        aim = AUROC_AIMS[name]
        found.append(Aim(f"{name}: AUROC {figures.auroc:.4f} >= {aim}", figures.auroc >= aim))
        found.append(Aim(f"{name}: ECE {figures.ece:.4f} <= {ECE_AIM}", figures.ece <= ECE_AIM))
        gain = result.row(RIVAL).auroc_gain
        assert gain is not None
        if name == COMPLETE_JOURNEY.name:
            found.append(Aim(f"{name}: AUROC gain over {RIVAL} {_gain_text(gain)} is above 0", gain.low > 0))
            seconds = result.train_cpu_seconds * TRAIN_LINES / result.lines
            text = (
                f"training takes {seconds:.1f} <= {TRAIN_SECONDS_AIM} CPU-seconds per {TRAIN_LINES:,} lines"
            )
            found.append(Aim(f"{name}: {text}", seconds <= TRAIN_SECONDS_AIM))
        else:
            found.append(
                Aim(f"{name}: AUROC gain over {RIVAL} {_gain_text(gain)} is not below 0", gain.high >= 0)
            )
    return found


def report(results: Sequence[Result], reached: Sequence[Aim]) -> str:
    """All of it as Markdown, which a terminal shows as well."""
    parts = ["# Prediction quality on public order histories"]
    for result in results:
        parts += [_about(result), _table(result)]
    marks = [f"- {'reached' if aim.reached else 'NOT reached'}: {aim.text}" for aim in reached]
    return "\n\n".join([*parts, "## Aims", "\n".join(marks)]) + "\n"


def _about(result: Result) -> str:
    history = result.history
    return (
        f"## {history.name}\n\n"
        f"{result.lines:,} lines; no order within {history.horizon_days} days, active {history.active_days};"
        f" means over {len(history.test_dates)} test dates from {history.test_dates[0]} to"
        f" {history.test_dates[-1]}, {result.users:,} scored rows, {result.churned_share:.1%} churned;"
        f" gains are opsbot's, paired, with 95 % intervals over users."
        f" One training: {result.train_cpu_seconds:.1f} CPU-seconds."
    )


def _table(result: Result) -> str:
    names = [field.name for field in fields(Figures)]
    header = ["model", *names, "auroc gain", "average_precision gain"]
    rows = [
        [
            row.model,
            *(f"{getattr(row.figures, name):.4f}" for name in names),
            _gain_text(row.auroc_gain),
            _gain_text(row.average_precision_gain),
        ]
        for row in result.rows
    ]
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |" for line in lines
    )


def _gain_text(gain: Gain | None) -> str:
    return "" if gain is None else f"{gain.mean:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the figures there, as Markdown")
    out: Path | None = parser.parse_args().out
    results = []
    for history in ORDER_HISTORIES:
        print(f"measuring on {history.name} …", file=sys.stderr)
        with TemporaryDirectory(prefix="opsbot-quality-") as folder:
            results.append(measure(history, Path(folder)))
    reached = aims(results)
    text = report(results, reached)
    print(text, end="")
    if out is not None:
        out.write_text(text, encoding="utf-8")
    return 0 if all(aim.reached for aim in reached) else 1


if __name__ == "__main__":
    raise SystemExit(main())
