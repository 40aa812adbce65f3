"""What becomes of the orders of the demo shop: paid, cancelled, refunded, sent back, sent again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.demo import truths
from storage.demo.baskets import SHELF, Lines
from storage.demo.catalogue import CATEGORIES, CATEGORY_NAMES, Item
from storage.demo.people import People
from storage.demo.rhythm import GUEST, NEVER, Ints, Orders

STATUSES = ("paid", "cancelled", "unpaid", "refunded", "partly_refunded", "invoiced")
PAID, CANCELLED, UNPAID, REFUNDED, PARTLY_REFUNDED, INVOICED = range(len(STATUSES))
END = truths.FIRST_SECOND + truths.DAYS * truths.DAY_SECONDS
HOUR = 3600
NEVER_SECOND = 0

LINE_FIELDS = (
    "order_id", "line", "user_id", "ordered_at", "item_id", "quantity", "unit_price", "discount", "currency",
    "status", "status_at", "kind", "item_name", "category",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """How each order ended, and when; NEVER_SECOND where the status is the one it began with."""

    status: Ints
    at: Ints

    @property
    def delivered(self) -> NDArray[np.bool_]:
        """Whether there was something to write a review of."""
        return np.asarray((self.status != CANCELLED) & (self.status != UNPAID))


def settle(people: People, orders: Orders, rng: np.random.Generator) -> Outcome:
    """The status of every order by the end of the two years."""
    count = len(orders)
    trouble = orders.theme != truths.FINE
    settled = trouble | (orders.user == truths.STAR_USER - 1)
    draw, wait = rng.random(count), rng.random(count)
    status = np.zeros(count, dtype=np.int64)
    at = np.full(count, NEVER_SECOND)
    reach = 0.0
    for outcome, rate, first_hour, last_hour in (
        (CANCELLED, truths.CANCELLED, 1, 40),
        (UNPAID, truths.UNPAID, 0, 0),
        (REFUNDED, truths.REFUNDED, 72, 480),
        (PARTLY_REFUNDED, truths.PARTLY_REFUNDED, 72, 480),
    ):
        here = (draw >= reach) & (draw < reach + rate) & ~settled
        status[here] = outcome
        at[here] = (orders.at + ((first_hour + wait * (last_hour - first_hour)) * HOUR).astype(np.int64))[
            here
        ]
        reach += rate
    # Money back for a complaint comes after the complaint.
    sorry = trouble & (orders.complained_on < truths.DAYS) & (draw < truths.REFUNDED_IN_TROUBLE)
    status[sorry] = REFUNDED
    written = truths.FIRST_SECOND + (orders.complained_on + 1) * truths.DAY_SECONDS
    at[sorry] = (written + (wait * 5 * truths.DAY_SECONDS).astype(np.int64))[sorry]
    # What has not happened yet is not in the export.
    later = at >= END
    status[later], at[later] = PAID, NEVER_SECOND
    wholesale = np.append(people.kind == truths.KINDS.index("wholesale"), False)[orders.user]
    status[wholesale & (status == PAID) & (rng.random(count) < truths.INVOICED)] = INVOICED
    return Outcome(status, at)


@dataclass(frozen=True)
class _Rows:
    """Columns of lines.csv before they become text."""

    prefix: NDArray[np.str_]  # of the order id
    order: Ints
    line: Ints
    at: Ints
    item: Ints
    quantity: Ints
    unit_cents: Ints
    discount_cents: Ints
    status: Ints
    status_at: Ints
    kind: NDArray[np.str_]


def line_rows(
    people: People,
    orders: Orders,
    lines: Lines,
    outcome: Outcome,
    items: list[Item],
    rng: np.random.Generator,
) -> list[tuple[str, ...]]:
    """The rows of lines.csv by time, fields as in `LINE_FIELDS`."""
    sold = _sold(people, orders, lines, outcome)
    parts = (sold, _returned(sold, outcome, orders, rng), _sent_again(orders, lines, rng))
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in _Rows.__dataclass_fields__]
    rows = _Rows(*columns)
    by_time = np.lexsort((rows.line, rows.order, rows.at))
    user_ids = np.append(np.arange(1, len(people) + 1).astype(str), "")[orders.user[rows.order]]
    ordered_at, status_at = times(rows.at), times(rows.status_at)
    written: list[tuple[str, ...]] = []
    for n in by_time.tolist():
        item = items[rows.item[n]]
        written.append(
            (
                f"{rows.prefix[n]}{100_001 + rows.order[n]}",
                str(rows.line[n]),
                str(user_ids[n]),
                ordered_at[n],
                item.item_id,
                str(rows.quantity[n]),
                money(int(rows.unit_cents[n])),
                money(int(rows.discount_cents[n])),
                "EUR",
                STATUSES[rows.status[n]],
                status_at[n] if rows.status_at[n] != NEVER_SECOND else "",
                str(rows.kind[n]),
                item.name,
                CATEGORY_NAMES[item.category],
            )
        )
    return written


def times(seconds: Ints) -> list[str]:
    """Epoch seconds as `2026-06-30T18:04:11Z`."""
    return [f"{text}Z" for text in np.datetime_as_string(seconds.astype("datetime64[s]")).tolist()]


def money(cents: int) -> str:
    """Cents as `12.90`."""
    return f"{cents // 100}.{cents % 100:02d}"


def _sold(people: People, orders: Orders, lines: Lines, outcome: Outcome) -> _Rows:
    starts = np.searchsorted(lines.order, lines.order)
    number = np.arange(len(lines)) - starts + 1
    # A part of the money back is the money of one line.
    part_only = (outcome.status[lines.order] == PARTLY_REFUNDED) & (number > 1)
    kinds = np.where(people.subscribes, "subscription", "normal")
    kinds[people.kind == truths.KINDS.index("test")] = "test"
    return _Rows(
        prefix=np.full(len(lines), "T"),
        order=lines.order,
        line=number,
        at=orders.at[lines.order],
        item=lines.item,
        quantity=lines.quantity,
        unit_cents=lines.unit_cents,
        discount_cents=lines.discount_cents,
        status=np.where(part_only, PAID, outcome.status[lines.order]),
        status_at=np.where(part_only, NEVER_SECOND, outcome.at[lines.order]),
        kind=np.append(kinds, "normal")[orders.user[lines.order]],
    )


def _returned(sold: _Rows, outcome: Outcome, orders: Orders, rng: np.random.Generator) -> _Rows:
    """Negative lines at their own time: half in the old order, half under an order id of their own."""
    consumable = np.array([category.consumable for category in CATEGORIES] + [True])[sold.item // SHELF]
    rate = np.where(consumable, truths.RETURNED_CONSUMABLE, truths.RETURNED_WARE)
    kept = (outcome.status[sold.order] == PAID) & (sold.kind == "normal") & (orders.user[sold.order] != GUEST)
    at = sold.at + rng.integers(4 * truths.DAY_SECONDS, 25 * truths.DAY_SECONDS, len(sold.at))
    n = np.flatnonzero(kept & (sold.unit_cents > 0) & (rng.random(len(at)) < rate) & (at < END))
    lines_of = np.bincount(sold.order)
    paid = sold.unit_cents[n] * sold.quantity[n] - sold.discount_cents[n]
    return _Rows(
        prefix=np.where(rng.random(len(n)) < 0.5, "T", "R"),
        order=sold.order[n],
        line=lines_of[sold.order[n]] + sold.line[n],
        at=at[n],
        item=sold.item[n],
        quantity=-sold.quantity[n],
        # What was paid for it comes back, so the money off is in the price and not in `discount`.
        unit_cents=np.rint(paid / sold.quantity[n]).astype(np.int64),
        discount_cents=np.zeros(len(n), dtype=np.int64),
        status=np.full(len(n), PAID),
        status_at=np.full(len(n), NEVER_SECOND),
        kind=sold.kind[n],
    )


def _sent_again(orders: Orders, lines: Lines, rng: np.random.Generator) -> _Rows:
    """A free replacement for some broken things, as an order of its own."""
    quiet = (orders.theme == truths.DAMAGED) & (orders.complained_on == NEVER) & (orders.user != GUEST)
    at = orders.at + rng.integers(2 * truths.DAY_SECONDS, 6 * truths.DAY_SECONDS, len(orders))
    n = np.flatnonzero(quiet & (rng.random(len(orders)) < truths.REPLACED) & (at < END))
    ones = np.ones(len(n), dtype=np.int64)
    nothing = np.zeros(len(n), dtype=np.int64)
    return _Rows(
        prefix=np.full(len(n), "P"),
        order=n,
        line=ones,
        at=at[n],
        item=lines.subject[n],
        quantity=ones,
        unit_cents=nothing,
        discount_cents=nothing,
        status=np.full(len(n), PAID),
        status_at=np.full(len(n), NEVER_SECOND),
        kind=np.full(len(n), "replacement"),
    )
