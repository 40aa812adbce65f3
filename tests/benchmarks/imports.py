"""How fast files are imported, beside two ways of sqlite-utils: `python -m tests.benchmarks.imports`.

Every measurement runs in a process of its own, after its modules are loaded and its empty table is there;
of several rounds the one with the least CPU time counts, as the machine is shared.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

SIZES = (200_000, 2_000_000)
ROUNDS = 3
_ITEMS = 3_000
_COLUMNS = ("order_id", "user_id", "ordered_at", "item_id", "quantity", "unit_price", "status", "category")
_KEY = ("order_id", "item_id")
_NAMES = {"opsbot": "opsbot import", "ignore": "insert_all(ignore=True)", "upsert": "upsert_all"}
_AIMS = {"ignore": 10, "upsert": 3}


def write_lines(path: Path, rows: int, seed: int = 0) -> Path:
    """Two years of order lines: one to four different items an order, a user for twenty lines."""
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 5, rows)
    order = np.repeat(np.arange(rows), sizes)[:rows]
    orders = int(order[-1]) + 1
    users = random.integers(0, max(rows // 20, 10), orders)
    first = int(datetime(2022, 1, 1, tzinfo=UTC).timestamp())
    times = np.sort(random.integers(first, first + 2 * 365 * 86_400, orders))
    written = [datetime.fromtimestamp(int(time), UTC).strftime("%Y-%m-%d %H:%M:%S") for time in times]
    place = np.arange(rows) - np.searchsorted(order, order)
    items = (random.integers(0, _ITEMS, orders)[order] + place * 7) % _ITEMS
    prices = random.integers(99, 20_000, _ITEMS)
    quantities = random.choice([1, 1, 1, 2, 3], rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for number, item, quantity in zip(order.tolist(), items.tolist(), quantities.tolist(), strict=True):
            price = f"{prices[item] // 100}.{prices[item] % 100:02d}"
            user = f"C-{users[number]}"
            writer.writerow(
                (
                    100_000 + number,
                    user,
                    written[number],
                    f"SKU-{item:04d}",
                    quantity,
                    price,
                    "paid",
                    f"cat{item % 12}",
                )
            )
    return path


def import_with_opsbot(file: Path, folder: Path) -> Callable[[], int]:
    from storage.database import Home
    from storage.ingest import ImportOptions, import_file

    home = Home(folder / "home").create()
    with home.store():
        pass
    return lambda: import_file(home, file, ImportOptions(table="lines")).read


def import_with_sqlite_utils(file: Path, folder: Path, *, ignore: bool) -> Callable[[], int]:
    from sqlite_utils import Database

    database = Database(folder / "lines.db")
    database.enable_wal()
    numbers: dict[str, type] = {"quantity": float, "unit_price": float}
    table = database.table("lines")
    table.create({name: numbers.get(name, str) for name in _COLUMNS}, pk=_KEY)

    def rows() -> Iterator[dict[str, str]]:
        with file.open(encoding="utf-8", newline="") as opened:
            yield from csv.DictReader(opened)

    def run() -> int:
        if ignore:
            table.insert_all(rows(), pk=_KEY, ignore=True)
        else:
            table.upsert_all(rows(), pk=_KEY)
        return int(table.count)

    return run


def peak_kilobytes() -> int:
    """The most memory that this process held; what ru_maxrss says counts its parent's before exec."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure(method: str, file: Path) -> dict[str, float]:
    """CPU-seconds of a first and a second import of the same file, and peak MB, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        if method == "opsbot":
            run = import_with_opsbot(file, Path(folder))
        else:
            run = import_with_sqlite_utils(file, Path(folder), ignore=method == "ignore")
        found: dict[str, float] = {}
        for name in ("first", "again"):
            started = time.process_time()
            found["rows"] = run()
            found[name] = time.process_time() - started
        found["peak_mb"] = peak_kilobytes() / 1024
        return found


@dataclass(frozen=True)
class Measured:
    """The best of several rounds: rows per CPU-second, and peak memory in MB."""

    first: float
    again: float
    peak_mb: float


def in_processes(file: Path, rows: int, rounds: int) -> dict[str, Measured]:
    """Every method in turn, `rounds` times, each in a process of its own."""
    found: dict[str, list[dict[str, float]]] = {method: [] for method in _NAMES}
    for _ in range(rounds):
        for method in _NAMES:
            command = [sys.executable, "-m", "tests.benchmarks.imports", "--measure", method, str(file)]
            answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found[method].append(json.loads(answer))
            if found[method][-1]["rows"] != rows:
                raise SystemExit(f"{method} brought in {found[method][-1]['rows']:.0f} of {rows} rows")
    return {
        method: Measured(
            rows / min(each["first"] for each in results),
            rows / min(each["again"] for each in results),
            max(each["peak_mb"] for each in results),
        )
        for method, results in found.items()
    }


def report(rows: int, found: dict[str, Measured]) -> str:
    """One table in Markdown, and whether the aims are reached."""
    lines = [
        f"{rows:,} lines",
        "",
        "| | lines per CPU-second | the same file again | peak MB | opsbot is faster by |",
        "|---|---|---|---|---|",
    ]
    own = found["opsbot"]
    for method, each in found.items():
        ratio = (
            ""
            if method == "opsbot"
            else f"{own.first / each.first:.1f} × (again {own.again / each.again:.1f} ×)"
        )
        lines.append(
            f"| {_NAMES[method]} | {each.first:,.0f} | {each.again:,.0f} | {each.peak_mb:.0f} | {ratio} |"
        )
    lines.append("")
    for method, aim in _AIMS.items():
        reached = "reached" if own.first >= aim * found[method].first else "NOT reached"
        lines.append(f"Aim: {aim} × {_NAMES[method]}: {reached}.")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", nargs=2, metavar=("METHOD", "FILE"), help="one method, in this process")
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(measure(chosen.measure[0], Path(chosen.measure[1]))))
        return
    for rows in chosen.rows:
        with tempfile.TemporaryDirectory() as folder:
            file = write_lines(Path(folder) / "lines.csv", rows)
            print(report(rows, in_processes(file, rows, chosen.rounds)), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
