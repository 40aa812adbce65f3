"""That users write reviews, and when: an optional family."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from predictor.families.family import Counted, Extra, Floats
from predictor.families.reviews import HALF_LIFE_DAYS, NO_REVIEWS, Reviews, read_reviews
from predictor.features.feature import N_, Family
from storage.snapshot import Snapshot

REVIEWING = Family(
    "reviewing",
    N_("reviews written: {reviews}; the last one {review_age_days} days ago"),
    N_("no review written"),
)

FEATURES = (
    Extra("reviews", N_("number of reviews"), REVIEWING),
    Extra("review_age_days", N_("days since the last review"), REVIEWING),
    Extra(
        "decayed_reviews",
        N_("reviews, each counting half as much every {days} days"),
        REVIEWING,
        {"days": HALF_LIFE_DAYS},
    ),
)


class Writing(Counted):
    """How many reviews a user wrote and how long ago, whatever stands in them."""

    def read(self, snapshot: Snapshot, *, user_id: str | None = None) -> Reviews:
        """See `OptionalFamily`."""
        return read_reviews(snapshot, user_id)

    def lacks(self, material: Reviews) -> str | None:
        """See `OptionalFamily`."""
        return None if len(material) else NO_REVIEWS

    def columns(self, material: Reviews, known_before: int, user_ids: NDArray[np.object_]) -> Floats:
        """See `Fitted`."""
        known = material.known(known_before, user_ids)
        return np.column_stack([known.count(), known.newest_age_days(), known.total(known.weight)])


WRITING = Writing("writing", N_("when users write reviews"), FEATURES)
