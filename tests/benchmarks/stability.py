"""Whether what operators see holds still: flags from night to night, and reasons from training to training.

`python -m tests.benchmarks.stability [--out FILE]` prints both tables. Flags: everybody of the demo shop
is scored on each of 61 nights by one model, and flags are raised and kept by several margins; raised again
is who was flagged, lost the flag while still active, and has it back within 30 days. Reasons: two models of
one shop, the second trained 30 days later, explain the same users.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.stats import spearmanr

from predictor.churn_model import ChurnModel
from predictor.definition import Definition
from predictor.feature_table import feature_table
from predictor.flag_threshold import leave_below
from predictor.labels import LabelledTables
from predictor.reasons import Explainer
from predictor.stack import fit, stacked
from predictor.training import calendar_of
from storage.database import Home
from storage.demo.shop import write_demo_shop
from storage.ingest import ImportOptions, import_file
from storage.snapshot import Snapshot, data_through
from tests.benchmarks.order_histories import CDNOW

NIGHTS = 60
AGAIN_DAYS = 30
LATER_DAYS = 30
EXPLAINED = 400
DEMO = Definition(60, 180)
THRESHOLDS = (0.1, 0.25, 0.5, 0.8, 0.93)
MARGINS: Mapping[str, Callable[[float], float]] = {
    "none": lambda threshold: threshold,
    "0.02": lambda threshold: threshold - 0.02,
    "0.05": lambda threshold: threshold - 0.05,
    "a tenth of it": lambda threshold: 0.9 * threshold,
    "opsbot": leave_below,
}
Night = tuple[date, Mapping[str, float]]


def flaps(nights: Sequence[Night], enter: float, leave: float) -> tuple[int, int]:
    """How many flags were raised after the first night, and how many of them again."""
    flagged = {user for user, p in nights[0][1].items() if p >= enter}
    lost: dict[str, date] = {}
    raised = again = 0
    for day, scores in nights[1:]:
        now = {user for user, p in scores.items() if p >= enter or (user in flagged and p >= leave)}
        raised += len(now - flagged)
        again += sum(user in lost and (day - lost[user]).days <= AGAIN_DAYS for user in now - flagged)
        lost |= {user: day for user in flagged - now if user in scores}
        flagged = now
    return raised, again


def trained(snapshot: Snapshot, definition: Definition) -> ChurnModel:
    """A model of the core features of what was known then."""
    calendar = calendar_of(snapshot, definition)
    return fit(stacked(calendar, LabelledTables(snapshot, definition), snapshot.as_of))


def reasons_row(name: str, store: sqlite3.Connection, as_of: date, definition: Definition) -> str:
    """How alike the reasons of two trainings are."""
    now = Snapshot(store, as_of)
    models = [trained(Snapshot(store, as_of - timedelta(days=back)), definition) for back in (LATER_DAYS, 0)]
    values = feature_table(now, definition).values
    some = values[np.linspace(0, len(values) - 1, min(EXPLAINED, len(values))).astype(int)]
    effects = []
    for explainer in map(Explainer, models):
        by_family = [{each.family: each.effect for each in explainer.reasons(row)} for row in some]
        effects.append(np.array([[row[family] for family in sorted(row)] for row in by_family]))
    alike = [spearmanr(first, second).statistic for first, second in zip(*effects, strict=True)]
    strongest = [np.abs(each).argmax(axis=1) for each in effects]
    in_three = [
        len(set(a[:3].tolist()) & set(b[:3].tolist()))
        for a, b in zip(*(np.argsort(-np.abs(each), axis=1) for each in effects), strict=True)
    ]
    scores = spearmanr(*(model.probability(values) for model in models)).statistic
    return (
        f"| {name} | {len(some)} | {np.mean(alike):.3f} | {np.quantile(alike, 0.1):.3f}"
        f" | {np.mean(strongest[0] == strongest[1]):.0%} | {np.mean(in_three):.2f} | {scores:.3f} |"
    )


def tables() -> str:
    """Both, as Markdown."""
    with TemporaryDirectory() as folder:
        demo = Home(Path(folder) / "demo").create()
        import_file(demo, write_demo_shop(Path(folder)).lines, ImportOptions(table="lines"))
        cdnow = Home(Path(folder) / "cdnow").create()
        import_file(
            cdnow,
            CDNOW.write(Path(folder)),
            ImportOptions(table="lines", columns=CDNOW.columns),
        )
        with demo.store() as store, cdnow.store() as other:
            last = data_through(store)
            rows = [
                reasons_row("demo shop", store, last, DEMO),
                reasons_row(
                    "CDNOW", other, data_through(other), Definition(CDNOW.horizon_days, CDNOW.active_days)
                ),
            ]
            model = trained(Snapshot(store, last), DEMO)
            nights: list[Night] = []
            for back in range(NIGHTS, -1, -1):
                day = last - timedelta(days=back)
                table = feature_table(Snapshot(store, day), DEMO)
                probability = model.probability(table.values)
                nights.append((day, dict(zip(table.user_ids.tolist(), probability.tolist(), strict=True))))
    lines = ["| threshold | " + " | ".join(MARGINS) + " |", "|---" * (len(MARGINS) + 1) + "|"]
    for threshold in THRESHOLDS:
        cells = []
        for leave in MARGINS.values():
            raised, again = flaps(nights, threshold, leave(threshold))
            cells.append(f"{again} of {raised} ({again / max(1, raised):.0%})")
        lines.append(f"| {threshold} | " + " | ".join(cells) + " |")
    return "\n".join(
        [
            "Flags raised again, by the margin below the threshold at which they are lost:",
            "",
            *lines,
            "",
            f"Reasons of models trained {LATER_DAYS} days apart:",
            "",
            "| shop | users | rank correlation of a user's reasons | worst tenth of users below"
            " | same strongest reason | of three shown the same | rank correlation of scores |",
            "|---|---|---|---|---|---|---|",
            *rows,
        ]
    )


def main() -> int:
    """Print both tables, and write them where told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    text = tables()
    print(text)
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
