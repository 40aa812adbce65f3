"""The stars that users give: an optional family."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from predictor.families.family import Counted, Extra, Floats
from predictor.families.reviews import HALF_LIFE_DAYS, NO_REVIEWS, Reviews, read_reviews
from predictor.features.feature import N_, Family
from predictor.tone import NEGATIVE_UP_TO
from storage.snapshot import Snapshot

RECENT_DAYS = 60

RATINGS = Family(
    "stars",
    N_("gave 1 or 2 stars {low_rating_age_days} days ago"),
    N_("gave no stars"),
    otherwise=(N_("gave {mean_stars} stars on average"),),
)

FEATURES = (
    Extra("low_rating_age_days", N_("days since a rating of 1 or 2 stars"), RATINGS),
    Extra(
        "recent_low_ratings",
        N_("ratings of 1 or 2 stars in the last {days} days"),
        RATINGS,
        {"days": RECENT_DAYS},
    ),
    Extra(
        "decayed_low_ratings",
        N_("ratings of 1 or 2 stars, each counting half as much every {days} days"),
        RATINGS,
        {"days": HALF_LIFE_DAYS},
    ),
    Extra("mean_stars", N_("mean stars, newer ones counting more"), RATINGS),
    Extra("stars_trend", N_("stars of the newest rating against the mean of those before it"), RATINGS),
)


class Stars(Counted):
    """Low ratings and how long ago they were given, the mean, and where it is going."""

    def read(self, snapshot: Snapshot, *, user_id: str | None = None) -> Reviews:
        """See `OptionalFamily`."""
        return read_reviews(snapshot, user_id)

    def lacks(self, material: Reviews) -> str | None:
        """See `OptionalFamily`."""
        if not len(material):
            return NO_REVIEWS
        return None if np.isfinite(material.rating).any() else N_("no review has a rating")

    def columns(self, material: Reviews, known_before: int, user_ids: NDArray[np.object_]) -> Floats:
        """See `Fitted`."""
        known = material.known(known_before, user_ids)
        known = known.only(np.isfinite(material.rating[known.which]))
        stars = material.rating[known.which]
        low = known.only(stars <= NEGATIVE_UP_TO)
        newest, count = known.newest(stars), known.count()
        # Without the newest one; a user with a single rating has no trend.
        before = np.divide(
            known.total(stars) - newest, count - 1, out=np.full(len(count), np.nan), where=count > 1
        )
        return np.column_stack(
            [
                low.newest_age_days(),
                low.only(low.age_days <= RECENT_DAYS).count(),
                low.total(low.weight),
                known.mean(stars),
                newest - before,
            ]
        )


STARS = Stars("stars", N_("the stars they give"), FEATURES)
