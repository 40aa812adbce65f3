"""How well it is said what users are worth, beside BG/NBD + Gamma-Gamma of `lifetimes`, on held-out time.

`python -m tests.benchmarks.value [--out FILE]` trains as of one day on CDNOW, Complete Journey and the demo
shop, and looks at what users then ordered and spent. Differences are paired, with 95 % intervals from a
bootstrap over users. It ends with 1 where an aim is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from lifetimes import BetaGeoFitter, GammaGammaFitter
from numpy.typing import NDArray

from predictor.value_examples import Examples, Histories, examples
from predictor.value_training import fit_valuer, spearman
from storage.database import Home
from storage.demo.shop import write_demo_shop
from storage.ingest import ImportOptions, import_file
from storage.snapshot import Snapshot
from tests.benchmarks.order_histories import CDNOW, COMPLETE_JOURNEY

Floats = NDArray[np.float64]
DRAWS = 300


@dataclass(frozen=True)
class Said:
    """What a model said of each user: orders and cents, (n_users,) each."""

    orders: Floats
    cents: Floats


def peer(known: Histories, now: Histories, days: int) -> Said:
    """BG/NBD + Gamma-Gamma as the documentation of `lifetimes` fits them: spend of repeat buyers only."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        unit = 7.0  # in weeks: in days its optimiser often gives up
        repeats, span, age = (np.asarray(each, dtype=np.float64) for each in known.bg_nbd)
        counts = BetaGeoFitter(penalizer_coef=0.001)
        counts.fit(repeats, span / unit, age / unit)
        spend = np.maximum(known.net_per_order / 100, 0.01)
        again = (repeats > 0) & (known.net_per_order > 0)
        money = GammaGammaFitter(penalizer_coef=0.001)
        money.fit(repeats[again], spend[again])
        repeats, span, age = now.bg_nbd
        orders = counts.conditional_expected_number_of_purchases_up_to_time(
            days / unit, repeats, span / unit, age / unit
        )
        mean = money.conditional_expected_average_profit(repeats, np.maximum(now.net_per_order / 100, 0.01))
    orders, mean = np.nan_to_num(np.asarray(orders)), np.nan_to_num(np.asarray(mean))
    orders = orders * now.orders_per_day  # it counts days with orders, as ours does
    return Said(orders, 100 * orders * mean)


def difference(own: Floats, theirs: Floats, came: Floats, measure: str) -> tuple[float, float, float]:
    """Ours minus theirs with its 95 % interval, over users drawn again."""
    random = np.random.default_rng(0)

    def gap(rows: NDArray[np.int64]) -> float:
        if measure == "MAE":
            return float(np.abs(came - own)[rows].mean() - np.abs(came - theirs)[rows].mean())
        return spearman(came[rows], own[rows]) - spearman(came[rows], theirs[rows])

    everybody = np.arange(len(came))
    drawn = [gap(random.integers(len(came), size=len(came))) for _ in range(DRAWS)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return gap(everybody), float(low), float(high)


def measure(name: str, home: Home, as_of: date, days: int) -> tuple[str, list[tuple[str, bool]]]:
    """The table of one shop, and its aims with whether they were reached."""
    with home.store() as connection:
        snapshot = Snapshot(connection, as_of)
        started = time.process_time()
        valuer, card = fit_valuer(snapshot)
        seconds = time.process_time() - started
        held: Examples = examples(snapshot, as_of, days)
    known = held.histories
    expected = valuer.model.expected(known, days)
    low, high = valuer.spread.interval(
        expected.cents, valuer.model.expected(known, valuer.model.window_days).cents
    )
    own, theirs = Said(expected.orders, expected.cents), peer(known, known, days)
    inside = float(((held.cents >= low) & (held.cents <= high)).mean())
    lines = [
        f"## {name}: {len(known):,} users as of {as_of}, the {days} days after",
        "",
        f"Learned on windows of {card['window_days']} days in {seconds:.1f} CPU-seconds. Of the users"
        f" {inside:.1%} lay within their 80 % interval.",
        "",
        "| | opsbot | BG/NBD + Gamma-Gamma | difference |",
        "| --- | --- | --- | --- |",
    ]
    aims = []
    for what, mine, other, came in (
        ("orders", own.orders, theirs.orders, held.orders),
        ("cents", own.cents, theirs.cents, held.cents),
    ):
        for kind in ("MAE", "Spearman"):
            gap, gap_low, gap_high = difference(mine, other, came, kind)
            pair = (
                [float(np.abs(came - each).mean()) for each in (mine, other)]
                if kind == "MAE"
                else [spearman(came, each) for each in (mine, other)]
            )
            lines.append(
                f"| {what}, {kind} | {pair[0]:.4g} | {pair[1]:.4g} | {gap:+.4g}"
                f" [{gap_low:+.4g}, {gap_high:+.4g}] |"
            )
            better = -gap if kind == "MAE" else gap
            bound = -gap_low if kind == "MAE" else gap_high
            # On CDNOW not worse: the interval reaches 0. Elsewhere better.
            reached = bound >= 0 if name == CDNOW.name else better > 0
            wanted = "not worse" if name == CDNOW.name else "better"
            aims.append((f"{name}: {what}, {kind} {wanted}", reached))
        lines.append(
            f"| {what}, sum over what came | {mine.sum() / came.sum():.3f}"
            f" | {other.sum() / came.sum():.3f} | |"
        )
    return "\n".join(lines), aims


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the tables there, as Markdown")
    out: Path | None = parser.parse_args().out
    parts, reached = [], []
    for history, as_of, days in (
        (CDNOW, date(1997, 9, 30), 273),
        (COMPLETE_JOURNEY, date(2017, 6, 30), 184),
    ):
        print(f"measuring on {history.name} …", file=sys.stderr)
        with TemporaryDirectory(prefix="opsbot-value-") as folder:
            home = Home(Path(folder) / "home").create()
            options = ImportOptions(table="lines", columns=history.columns)
            import_file(home, history.write(Path(folder)), options)
            text, aims = measure(history.name, home, as_of, days)
        parts.append(text)
        reached += aims
    with TemporaryDirectory(prefix="opsbot-value-") as folder:
        home = Home(Path(folder) / "home").create()
        files = write_demo_shop(Path(folder) / "files")
        import_file(home, files.users, ImportOptions(table="users"))
        import_file(home, files.lines, ImportOptions(table="lines"))
        text, aims = measure("Demo shop", home, date(2025, 12, 31), 181)
    parts.append(text)
    marks = [f"- {'reached' if ok else 'NOT reached'}: {aim}" for aim, ok in [*reached, *aims]]
    whole = "\n\n".join([*parts, "\n".join(marks)]) + "\n"
    print(whole, end="")
    if out is not None:
        out.write_text(whole, encoding="utf-8")
    return 0 if all(ok for _, ok in [*reached, *aims]) else 1


if __name__ == "__main__":
    raise SystemExit(main())
