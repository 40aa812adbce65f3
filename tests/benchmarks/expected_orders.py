"""How often the interval of expected orders and revenue holds what came, on past days of the demo shop.

`python -m tests.benchmarks.expected_orders` prints the table; there is no aim.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from predictor.audience import Size, audience, learned
from predictor.definition import Definition
from predictor.goals import GOALS
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


def held(then: Snapshot, later: Snapshot, goal: str) -> tuple[bool, bool]:
    """Whether the intervals as of `then` hold the orders, and the money, that came until `later`."""
    known = learned(then, Definition(HORIZON_DAYS, 3 * HORIZON_DAYS))
    chosen = audience(known, GOALS[goal], Size(), {})
    came = {row[0]: (row[1], row[2]) for row in later.query(_CAME, {"window_start": then.known_before})}
    orders, cents = (sum(came.get(user_id, (0, 0))[which] for user_id in chosen.user_ids) for which in (0, 1))
    return (
        chosen.orders.low <= orders <= chosen.orders.high,
        chosen.cents.low <= cents <= chosen.cents.high,
    )


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
                goal: [held(latest.at(day), latest.at(day + horizon), goal) for day in days]
                for goal in CHOSEN
            }
    print("| goal | orders held | revenue held |\n|---|---|---|")
    for goal, each in [*found.items(), ("all", [one for every in found.values() for one in every])]:
        orders, cents = (sum(one[which] for one in each) for which in (0, 1))
        print(f"| {goal} | {orders} of {len(each)} | {cents} of {len(each)} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
