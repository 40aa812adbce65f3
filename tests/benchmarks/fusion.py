"""Whether what users write helps to say who leaves: on the demo shop, and on the same shop shuffled.

`python -m tests.benchmarks.fusion [--out FILE]` prints what the back-test says of each optional family, with
the reviews as they are and with texts or stars dealt out anew among them, then the aims. It ends with 1
where an aim is missed.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from predictor.backtest import backtest
from predictor.definition import Definition
from predictor.families import optional_families
from predictor.families.choice import Choice, Trial, choose
from predictor.labels import LabelledTables
from predictor.metrics import Gain
from predictor.training import calendar_of, prepare
from storage.database import Home, transaction
from storage.demo.shop import write_demo_shop
from storage.ingest import ImportOptions, import_file
from storage.snapshot import latest_snapshot

DEFINITION = Definition(60, 180)
SEEDS = (0, 1)


@dataclass(frozen=True)
class Case:
    """One state of the reviews, and what became of the families."""

    name: str
    choice: Choice

    def trial(self, family: str) -> Trial:
        return next(trial for trial in self.choice.trials if trial.family.name == family)


def shuffle(store: sqlite3.Connection, columns: Sequence[str], seed: int) -> None:
    """Deal these columns of the reviews out anew among all of them."""
    names = ", ".join(columns)
    keys = [row[0] for row in store.execute("SELECT review_key FROM reviews ORDER BY review_key")]
    rows = [tuple(row) for row in store.execute(f"SELECT {names} FROM reviews ORDER BY review_key")]
    order = np.random.default_rng(seed).permutation(len(rows))
    assign = ", ".join(f"{column} = ?" for column in columns)
    with transaction(store):
        store.executemany(
            f"UPDATE reviews SET {assign} WHERE review_key = ?",
            [(*rows[place], key) for place, key in zip(order.tolist(), keys, strict=True)],
        )


def measure(folder: Path) -> tuple[list[Case], float, float]:
    """The cases, and the CPU-seconds of reading the reviews and of trying the families once."""
    home = Home(folder / "home").create()
    files = write_demo_shop(folder)
    for table, file in (("users", files.users), ("lines", files.lines), ("reviews", files.reviews)):
        import_file(home, file, ImportOptions(table=table))
    with home.store() as store:
        snapshot = latest_snapshot(store)
        calendar = calendar_of(snapshot, DEFINITION)
        tested = backtest(calendar, LabelledTables(snapshot, DEFINITION))
        families = optional_families(store)
        started = time.process_time()
        prepare(families, snapshot, lambda step: None)
        read = time.process_time()

        def case(name: str) -> Case:
            print(f"{name} …", file=sys.stderr)
            return Case(name, choose(tested, calendar, LabelledTables(snapshot, DEFINITION), families))

        cases = [case("as written")]
        tried = time.process_time()
        originals = store.execute("SELECT text, rating, review_key FROM reviews").fetchall()
        for columns in (("text",), ("text", "rating")):
            for seed in SEEDS:
                with transaction(store):
                    store.executemany(
                        "UPDATE reviews SET text = ?, rating = ? WHERE review_key = ?", originals
                    )
                shuffle(store, columns, seed)
                cases.append(case(f"{' and '.join(columns)} shuffled ({seed})"))
        return cases, read - started, tried - read


def aims(cases: Sequence[Case]) -> list[tuple[str, bool]]:
    """What was promised, in words, and whether it holds."""
    first, *shuffled = cases
    found = [("as written, what users write enters", first.trial("text").enters)]
    for each in shuffled:
        found.append((f"{each.name}: what users write stays out", not each.trial("text").enters))
        if "rating" in each.name:
            found.append((f"{each.name}: the stars stay out", not each.trial("stars").enters))
    return found


def report(cases: Sequence[Case], read: float, tried: float) -> str:
    """All of it as Markdown."""
    level = cases[0].choice.trials[0].level
    lines = [
        "# Optional families on the demo shop",
        "",
        f"Gain of each family on top of those above it that entered, with {100 * level:.1f} % intervals over"
        f" users (95 % for all three together); {len(cases[0].choice.tested.days)} test dates,"
        f" {sum(len(day.churned) for day in cases[0].choice.tested.days):,} scored rows. Reading the"
        f" reviews took {read:.0f} CPU-seconds, trying the families {tried:.0f}.",
        "",
        "| reviews | family | | AUROC gain | log-loss gain |",
        "|---|---|---|---|---|",
    ]
    for case in cases:
        for trial in case.choice.trials:
            state = "**in**" if trial.enters else "out"
            gains = f"{_gain(trial.auroc)} | {_gain(trial.log_loss)}"
            lines.append(f"| {case.name} | {trial.family.name} | {state} | {gains} |")
    marks = [f"- {'reached' if reached else 'NOT reached'}: {text}" for text, reached in aims(cases)]
    return "\n".join([*lines, "", *marks]) + "\n"


def _gain(gain: Gain | None) -> str:
    return "–" if gain is None else f"{gain.mean:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the figures there, as Markdown")
    out: Path | None = parser.parse_args().out
    with TemporaryDirectory(prefix="opsbot-fusion-") as folder:
        cases, read, tried = measure(Path(folder))
    text = report(cases, read, tried)
    print(text, end="")
    if out is not None:
        out.write_text(text, encoding="utf-8")
    return 0 if all(reached for _, reached in aims(cases)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
