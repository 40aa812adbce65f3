"""Learning what users are worth, and testing it on the last window that has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from predictor.errors import TooLittleHistoryError
from predictor.next_order import NextOrder
from predictor.value_examples import Examples, examples, histories
from predictor.value_model import ValueModel, fit_value
from predictor.value_spread import Spread, fit_spread, ranges_of
from storage.moments import day_of
from storage.snapshot import Snapshot, sampled

Floats = NDArray[np.float64]

MOST_USERS = 10_000
SHORTEST_WINDOW, LONGEST_WINDOW = 14, 365
FEWEST_USERS = 50
MOST_CUTOFFS = 3
# Of the trees. On three histories half was best or next to it, all and nothing were each bad on one; a
# single past window is too little to choose by.
WEIGHT = 0.5


@dataclass(frozen=True)
class Valuer:
    """The model with the spread of what comes around it, and when users order next (None: not known)."""

    model: ValueModel
    spread: Spread
    next_order: NextOrder | None

    def parts(self) -> dict[str, Any]:
        """What is kept in a model file."""
        return {
            **self.model.parts(),
            "spread": self.spread.parts(),
            "next_order": None if self.next_order is None else vars(self.next_order),
        }

    @classmethod
    def from_parts(cls, parts: Mapping[str, Any]) -> Valuer:
        """From a file; raises ModelFileError where another version of opsbot made it."""
        kept = parts["next_order"]
        return cls(
            ValueModel.from_parts(parts),
            Spread.from_parts(parts["spread"]),
            None if kept is None else NextOrder(kept["mean"], kept["spread"], tuple(kept["ranks"])),
        )


def fit_valuer(snapshot: Snapshot) -> tuple[Valuer, dict[str, Any]]:
    """The valuer as of the snapshot, and its card; raises TooLittleHistoryError."""
    shop = sampled(snapshot, MOST_USERS)
    first = shop.query(" SELECT MIN(ordered_at) FROM orders").fetchone()[0]
    span = 0 if first is None else (shop.as_of - day_of(first)).days + 1
    window = min(span // 3, LONGEST_WINDOW)
    if window < SHORTEST_WINDOW:
        raise _too_little(span)
    past = [examples(shop, day, window) for day in _cutoffs(shop.as_of, span, window)]
    tested, earlier = past[0], [each for each in past if (past[0].as_of - each.as_of).days >= window]
    earlier = [each for each in earlier if len(each.histories) >= FEWEST_USERS]
    if len(tested.histories) < FEWEST_USERS:
        raise _too_little(span)
    trial = fit_value(tested.histories, earlier, window, WEIGHT)
    learned = [each for each in past if len(each.histories) >= FEWEST_USERS]
    model = fit_value(histories(shop, window), learned, window, WEIGHT)
    said = trial.expected(tested.histories, window)
    ratios = [_ratio(each) for each in learned]
    spread = fit_spread(said.cents, tested.cents, said.orders, tested.orders, ratios)
    next_order = NextOrder.of(tested)
    card = {
        "window_days": window,
        "history_days": span,
        "first_day": day_of(first).isoformat(),
        "tested_from": tested.as_of.isoformat(),
        "weight": trial.weight,
        **_tested(tested, said.orders, said.cents, ratios),
        "next_order_coverage": _next_coverage(earlier, tested),
    }
    return Valuer(model, spread, next_order), card


def _cutoffs(as_of: date, span: int, window: int) -> list[date]:
    """Days whose windows have ended, half a window apart, with half a window or more before them."""
    starts = [window + number * max(window // 2, 1) for number in range(MOST_CUTOFFS + 1)]
    return [as_of - timedelta(days=back) for back in starts if span - back >= window // 2]


def _ratio(each: Examples) -> float:
    """Orders that came over those that BG/NBD of that day said."""
    days = each.histories.fitted.expected_orders(*each.histories.bg_nbd, each.window_days)
    return float(each.orders.sum() / (days * each.histories.orders_per_day).sum())


def spearman(a: Floats, b: Floats) -> float:
    """Rank correlation, ties sharing their mean rank; 0 where one side is all the same."""
    ranks = rankdata(a), rankdata(b)
    if min(map(np.ptp, ranks)) == 0:
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def _tested(tested: Examples, orders: Floats, cents: Floats, ratios: Sequence[float]) -> dict[str, Any]:
    """The back-test's figures, in JSON types."""
    return {
        "users_tested": len(cents),
        "orders_mae": round(float(np.abs(tested.orders - orders).mean()), 4),
        "orders_spearman": round(spearman(tested.orders, orders), 4),
        "cents_mae": round(float(np.abs(tested.cents - cents).mean()), 2),
        "cents_spearman": round(spearman(tested.cents, cents), 4),
        "orders_predicted": round(float(orders.sum()), 1),
        "orders_actual": int(tested.orders.sum()),
        "cents_predicted": round(float(cents.sum())),
        "cents_actual": round(float(tested.cents.sum())),
        "interval_coverage": _coverage(tested, orders, cents, ratios),
        "ranges": [
            {
                "from_cents": round(float(cents[places].min())),
                "to_cents": round(float(cents[places].max())),
                "users": len(places),
                "predicted_cents": round(float(cents[places].mean())),
                "actual_cents": round(float(tested.cents[places].mean())),
            }
            for places in ranges_of(cents)
        ],
    }


def _coverage(tested: Examples, orders: Floats, cents: Floats, ratios: Sequence[float]) -> float:
    """The share of users within intervals that were learned from the other half of the users."""
    within = np.zeros(len(cents), dtype=bool)
    half = np.arange(len(cents)) % 2 == 0
    for learned, judged in ((half, ~half), (~half, half)):
        spread = fit_spread(
            cents[learned], tested.cents[learned], orders[learned], tested.orders[learned], ratios
        )
        low, high = spread.interval(cents[judged], cents[judged])
        within[judged] = (tested.cents[judged] >= low) & (tested.cents[judged] <= high)
    return round(float(within.mean()), 4)


def _next_coverage(earlier: Sequence[Examples], tested: Examples) -> float | None:
    """The share of users who came back whose day lay in the spread, as an earlier window had taught it."""
    then = NextOrder.of(earlier[0]) if earlier else None
    came = ~np.isnan(tested.next_days)
    if then is None or not came.any():
        return None
    rank = then.rank(tested)[came]
    return round(float(((rank >= then.ranks[0]) & (rank <= then.ranks[2])).mean()), 4)


def _too_little(span: int) -> TooLittleHistoryError:
    return TooLittleHistoryError(
        "Too little history to say what users are worth: there are {span_days} days of orders; needed are"
        " {needed_days} days and {needed_users} users.",
        next_step="Import older orders: opsbot import orders.csv",
        span_days=span,
        needed_days=3 * SHORTEST_WINDOW,
        needed_users=FEWEST_USERS,
    )
