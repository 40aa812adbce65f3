"""From which probability on a user is flagged, as it was set or derived from costs, and what it found before.

Contacting a user who would leave with probability p costs c for sure and brings v, what a kept user is
worth, with probability p · s, s being the share of such users whom a contact keeps. It pays where
p · s · v > c, which is from p = c / (s · v) on: the threshold of a cost-sensitive decision (Elkan 2001,
"The foundations of cost-sensitive learning"), for probabilities that are calibrated.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage import flag_events, flag_settings
from storage.model_store import ModelRecord

Floats = NDArray[np.float64]

LEAVE_MARGIN = 0.10  # a flagged user stays flagged until the probability is this far below the threshold
BINS = 200  # of the back-test's scores in a model card


def set_threshold(connection: sqlite3.Connection, flag_at: float | None) -> float | None:
    """What was set: `flag_at`, as the environment has it, else what an admin said; None where neither is."""
    if flag_at is not None:
        return flag_at
    setting = flag_settings.current(connection)
    return setting.rule.flag_at if setting else None


def flag_threshold(connection: sqlite3.Connection, record: ModelRecord, flag_at: float | None) -> float:
    """The probability from which a user is flagged: as set, or as the model's own back-test gave it."""
    found = set_threshold(connection, flag_at)
    return default_threshold(record) if found is None else found


def default_threshold(record: ModelRecord) -> float:
    """What flags the top tenth in the model's back-test; of an older card, what it flagged by."""
    return float(record.card.get("flag_at_default", record.card["flag_at"]))


def is_flagged(probability: float, was_flagged: bool, threshold: float) -> bool:
    """Whether a user is flagged: at the threshold or above, or flagged before and not yet far below it."""
    return probability >= threshold or (was_flagged and probability >= leave_below(threshold))


def kept_flags(connection: sqlite3.Connection, flagged: Set[str], threshold: float) -> Set[str]:
    """Whose flags may be kept below a threshold that somebody has just moved: who had them by no lower one.

    A flag is kept against the noise of scores, not against what an admin says: raised by 80 %, it does not
    outlive the way back to 90 %.
    """
    return flagged - flag_events.raised_below(connection, threshold)


def leave_below(threshold: float) -> float:
    """The probability below which a flag is lost: LEAVE_MARGIN less, of low thresholds half of them."""
    return threshold - min(LEAVE_MARGIN, threshold / 2)


def cost_threshold(cost_cents: float, value_cents: float, success: float) -> float:
    """The probability from which a contact brings more than it costs; 1 or more where it never does."""
    return cost_cents / (success * value_cents)


@dataclass(frozen=True)
class FoundAbove:
    """Of the users scored at a threshold or above in the back-test, how many placed no order."""

    users: int
    churned: int
    all_churned: int

    @property
    def precision(self) -> float | None:
        """The share of those flagged who placed no order; None where nobody was flagged."""
        return self.churned / self.users if self.users else None

    @property
    def recall(self) -> float | None:
        """The share of those who placed no order that was flagged; None where all ordered."""
        return self.churned / self.all_churned if self.all_churned else None


def score_counts(probability: Floats, churned: NDArray[np.int8]) -> dict[str, list[int]]:
    """For a model card: how many users were scored in each of BINS ranges, and how many placed no order."""
    bins = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
    return {
        "users": np.bincount(bins, minlength=BINS).tolist(),
        "churned": np.bincount(bins, weights=churned, minlength=BINS).astype(np.int64).tolist(),
    }


def recall_at(card: Mapping[str, Any], threshold: float) -> float | None:
    """The share of those who placed no order that a threshold flagged in the back-test; None if unknown."""
    if threshold == card["flag_at"]:
        known: float | None = card["metrics"]["recall"]
        return known
    found = found_above(card, threshold)
    return found.recall if found else None


def found_above(card: Mapping[str, Any], threshold: float) -> FoundAbove | None:
    """What the back-test says of a threshold; None for a card of an older version.

    Of the range that the threshold lies in the part above it counts.
    """
    counts = card.get("score_counts")
    if counts is None:
        return None
    above = np.clip(np.arange(1, BINS + 1) - threshold * BINS, 0, 1)
    users, churned = (float(above @ np.array(counts[name])) for name in ("users", "churned"))
    return FoundAbove(round(users), round(churned), int(sum(counts["churned"])))
