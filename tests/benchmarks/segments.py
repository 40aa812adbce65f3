"""How repeatable the segments are, on two public order histories and the demo shop.

`python -m tests.benchmarks.segments` prints a table: how many segments were chosen, how well they are found
again in bootstrap resamples (adjusted Rand index, active and lapsed users apart), and how many users stand a
week apart where they stood: by the same model, and by one fitted anew on the earlier week. RFM groups stand
beside it, for they move from week to week as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from predictor.clusters import Clusters, adjusted_rand
from predictor.definition import Definition, choose_definition
from predictor.rfm import rfm_groups
from predictor.segment_model import WEEK, fit_segments
from predictor.segment_traits import Traits, traits_of
from storage.database import Home
from storage.demo.shop import write_demo_shop
from storage.ingest import ImportOptions, import_file
from storage.snapshot import latest_snapshot
from tests.benchmarks.order_histories import ORDER_HISTORIES, OrderHistory

HEADINGS = ("history", "users", "k", "active", "lapsed", "week", "week, refitted", "week, RFM", "CPU s")
Keys = NDArray[np.object_]


def main() -> None:
    rows: list[tuple[str, ...]] = [HEADINGS]
    with TemporaryDirectory() as folder:
        for history in ORDER_HISTORIES:
            definition = Definition(history.horizon_days, history.active_days)
            rows.append(row(history.name, Path(folder), importer(history), definition))
        rows.append(row("demo shop", Path(folder), import_demo, None))
    widths = [max(len(each[column]) for each in rows) for column in range(len(HEADINGS))]
    for each in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(each, widths, strict=True)).rstrip())


def row(
    name: str, folder: Path, fill: Callable[[Home, Path], None], definition: Definition | None
) -> tuple[str, ...]:
    home = Home(folder / name.replace(" ", "-")).create()
    fill(home, folder)
    with home.store() as connection:
        snapshot = latest_snapshot(connection)
        definition = definition or choose_definition(
            snapshot, horizon_days=None, active_days=None, current=None
        )
        started = time.process_time()
        model = fit_segments(snapshot, definition, None)
        seconds = time.process_time() - started
        earlier = snapshot.at(snapshot.as_of - WEEK)
        refitted = fit_segments(earlier, definition, model)
        now, then = traits_of(snapshot, definition), traits_of(earlier, definition)
    return (
        name,
        f"{len(now):,}",
        str(len(model.segments)),
        of_resamples(model.clusters.get("active")),
        of_resamples(model.clusters.get("lapsed")),
        agreement(now, model.assign(now), then, model.assign(then)),
        agreement(now, model.assign(now), then, refitted.assign(then)),
        agreement(now, rfm(now), then, rfm(then)),
        f"{seconds:.1f}",
    )


def of_resamples(found: Clusters | None) -> str:
    """k and the adjusted Rand index of the resamples."""
    return f"{len(found)}: {found.chosen.mean:.3f}" if found and found.chosen else "–"


def agreement(now: Traits, here: Keys, then: Traits, there: Keys) -> str:
    """The adjusted Rand index over those who had ordered at both times."""
    _both, at, before = np.intersect1d(now.table.user_ids, then.table.user_ids, return_indices=True)
    numbers = [np.unique(keys.astype(str), return_inverse=True)[1] for keys in (here[at], there[before])]
    return f"{adjusted_rand(*numbers):.3f}"


def rfm(traits: Traits) -> Keys:
    return rfm_groups(
        *(traits.table.column(name) for name in ("recency_days", "frequency", "monetary_cents"))
    )


def importer(history: OrderHistory) -> Callable[[Home, Path], None]:
    def fill(home: Home, folder: Path) -> None:
        import_file(home, history.write(folder), ImportOptions(table="lines", columns=history.columns))

    return fill


def import_demo(home: Home, folder: Path) -> None:
    files = write_demo_shop(folder)
    for table, file in (("items", files.items), ("users", files.users), ("lines", files.lines)):
        import_file(home, file, ImportOptions(table=table))


if __name__ == "__main__":
    main()
