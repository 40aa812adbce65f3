"""Whether users look as they did in training: the population stability index of each feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# "Significant shift" after Siddiqi, Credit Risk Scorecards (2006); up to 0.1 nothing changed.
SHIFTED = 0.25
FEWEST = 100  # users, below which the index is mostly noise
_BINS = 10
_LEAST = 1e-4  # a share of zero would be infinitely far from any other


def edges(names: Sequence[str], values: Floats) -> dict[str, dict[str, list[float]]]:
    """For a model card: of each column of `values` (n_users, n_features) the deciles, and what lies between.

    The users are those active on the day the model was trained for, not the rows it learned from: they reach
    years back, and in a young shop everybody has been a buyer for longer since.

    `edges` are the distinct deciles of the known values; `shares` those of all rows at or below the first,
    between two, above the last, and at the end of the unknown.
    """
    found = {}
    for name, column in zip(names, values.T, strict=True):
        known = column[~np.isnan(column)]
        cuts = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS)) if known.size else np.empty(0)
        found[name] = {"edges": cuts.tolist(), "shares": _shares(column, cuts).round(6).tolist()}
    return found


def shifted(
    trained: Mapping[str, Mapping[str, Sequence[float]]], names: Sequence[str], values: Floats
) -> dict[str, float]:
    """The index of those features that moved by SHIFTED or more, the largest first; nothing for few users.

    The population stability index is the sum over bins of (now − then) · ln(now / then).
    """
    if len(values) < FEWEST:
        return {}
    found = {
        name: _index(np.asarray(then["shares"]), _shares(column, np.asarray(then["edges"])))
        for name, column in zip(names, values.T, strict=True)
        if (then := trained.get(name)) is not None
    }
    moved = {name: round(index, 6) for name, index in found.items() if index >= SHIFTED}
    return dict(sorted(moved.items(), key=lambda pair: -pair[1]))


def _shares(column: Floats, cuts: Floats) -> Floats:
    """(len(cuts) + 2,) the last of them of unknown values."""
    unknown = np.isnan(column)
    places = np.searchsorted(cuts, column[~unknown], side="left")
    counts = np.append(np.bincount(places, minlength=len(cuts) + 1), unknown.sum())
    return counts / max(1, len(column))


def _index(then: Floats, now: Floats) -> float:
    then, now = np.maximum(then, _LEAST), np.maximum(now, _LEAST)
    return float(((now - then) * np.log(now / then)).sum())
