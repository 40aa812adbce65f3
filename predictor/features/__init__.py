"""The features of a user, one file per kind; `FEATURES` is all of them in the order of the table."""

from __future__ import annotations

from predictor.features import money, timing, volume
from predictor.features.feature import Family, Feature

__all__ = ["EXTRA_FEATURES", "FEATURES", "Family", "Feature"]

FEATURES: tuple[Feature, ...] = (*timing.FEATURES, *volume.FEATURES, *money.FEATURES)

# What describes users without being learned from.
EXTRA_FEATURES: tuple[Feature, ...] = money.EXTRA_FEATURES
