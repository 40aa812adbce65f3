"""How often the interval of expected orders and revenue holds what came, on past days of the demo shop.

`python -m tests.benchmarks.expected_orders` prints the table; there is no aim.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from predictor.audience import Size, audience, learned
from predictor.definition import Definition
from predictor.goals import GOALS
from predictor.orders import Total
from storage.database import Home
from storage.demo.shop import write_demo_shop
from storage.ingest import ImportOptions, import_file
from storage.snapshot import Snapshot, latest_snapshot

HORIZON_DAYS = 30
DATES = 12
CHOSEN = ("promo", "winback", "vip")

_CAME = """
SELECT user_id, COUNT(*), COALESCE(SUM(total_cents), 0) FROM orders
WHERE ordered_at >= :window_start GROUP BY user_id
"""


@dataclass(frozen=True)
class Seen:
    """What came over what was expected, and the interval over it."""

    came: float
    low: float
    high: float

    @property
    def held(self) -> bool:
        """Whether the interval holds what came."""
        return self.low <= self.came <= self.high


def seen(then: Snapshot, later: Snapshot, goal: str) -> tuple[Seen, Seen]:
    """The intervals as of `then` for the orders, and the money, beside what came until `later`."""
    known = learned(then, Definition(HORIZON_DAYS, 3 * HORIZON_DAYS))
    chosen = audience(known, GOALS[goal], Size(), {})
    came = {row[0]: (row[1], row[2]) for row in later.query(_CAME, {"window_start": then.known_before})}
    orders, cents = (sum(came.get(user_id, (0, 0))[which] for user_id in chosen.user_ids) for which in (0, 1))
    return (
        _over(orders, chosen.orders),
        _over(cents, chosen.cents),
    )


def _over(came: float, expected: Total) -> Seen:
    return Seen(came / expected.value, expected.low / expected.value, expected.high / expected.value)


def main() -> int:
    with TemporaryDirectory(prefix="opsbot-expected-") as folder:
        home = Home(Path(folder) / "home").create()
        files = write_demo_shop(Path(folder))
        for table, file in (("items", files.items), ("users", files.users), ("lines", files.lines)):
            import_file(home, file, ImportOptions(table=table))
        with home.store() as connection:
            latest = latest_snapshot(connection)
            horizon = timedelta(days=HORIZON_DAYS)
            days = [latest.as_of - horizon * (number + 1) for number in range(DATES)]
            found = {
                goal: [seen(latest.at(day), latest.at(day + horizon), goal) for day in days]
                for goal in CHOSEN
            }
    print("| goal | orders held | median interval | revenue held | median interval |\n|---|---|---|---|---|")
    for goal, each in [*found.items(), ("all", [one for every in found.values() for one in every])]:
        cells = []
        for which in (0, 1):
            ones = [one[which] for one in each]
            low, high = (median(getattr(one, end) for one in ones) - 1 for end in ("low", "high"))
            cells.append(f"{sum(one.held for one in ones)} of {len(ones)} | {low:+.0%} to {high:+.0%}")
        print(f"| {goal} | {' | '.join(cells)} |")
    print("\nWhat came over what was expected, the latest day first (not held: *):")
    for goal, days_of in found.items():
        for which, name in enumerate(("orders", "revenue")):
            print(goal, name, *(f"{one[which].came:.2f}{'' if one[which].held else '*'}" for one in days_of))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
