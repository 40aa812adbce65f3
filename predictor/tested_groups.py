"""The back-test by kinds of users: whether it ranks, and keeps its word, among one-time buyers as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from predictor import metrics

if TYPE_CHECKING:
    from predictor.backtest import TestedDay

Mask = NDArray[np.bool_]

TENURES = ("one_order", "two_to_four", "five_or_more")
VALUES = ("lowest_third", "middle_third", "highest_third")


def groups(days: Sequence[TestedDay], *, draws: int = 200) -> list[dict[str, Any]]:
    """The figures of each group of users, in JSON types; unknown ones are None, empty groups are left out.

    Groups are by orders placed before the test date (`tenure`) and by net money spent before it (`value`,
    thirds of that date's users). Users and churned are counted over all dates; `auroc` is the mean over
    dates with its 95 % interval from a bootstrap over users, the other figures are over all rows together.
    """
    return [
        {"by": by, "group": name, **figures}
        for by, names, of in (("tenure", TENURES, _by_tenure), ("value", VALUES, _by_value))
        for number, name in enumerate(names)
        if (figures := _figures(days, [of(day) == number for day in days], draws)) is not None
    ]


def _by_tenure(day: TestedDay) -> NDArray[np.intp]:
    return np.searchsorted([2, 5], day.orders, side="right")


def _by_value(day: TestedDay) -> NDArray[np.intp]:
    """0, 1, 2 by rank; users who spent the same are in the same third."""
    thirds = np.quantile(day.monetary_cents, (1 / 3, 2 / 3)) if len(day.monetary_cents) else [0.0, 0.0]
    return np.searchsorted(thirds, day.monetary_cents, side="left")


def _figures(days: Sequence[TestedDay], masks: Sequence[Mask], draws: int) -> dict[str, Any] | None:
    churned = [day.churned[mask] for day, mask in zip(days, masks, strict=True)]
    given = [day.probability[mask] for day, mask in zip(days, masks, strict=True)]
    users = [np.asarray(day.user_ids)[mask] for day, mask in zip(days, masks, strict=True)]
    y, p = np.concatenate(churned), np.concatenate(given)
    if not len(y):
        return None
    ranking = metrics.estimated(churned, given, metrics.auroc, users, draws=draws)
    return {
        "users": len(y),
        "churned": int(y.sum()),
        "mean_probability": round(float(p.mean()), 6),
        "auroc": metrics.known(vars(ranking)),
        **metrics.known(
            {"brier": metrics.brier(y, p), "ece": metrics.ece(y, p), "ece_floor": metrics.ece_noise_floor(p)}
        ),
    }
