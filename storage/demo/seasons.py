"""When the demo shop is busy: the pace of every day, by how a group of users follows the seasons."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from storage.demo import truths

REGULAR, GIFT, STEADY = range(3)  # rhythms


def day_pace() -> NDArray[np.float64]:
    """(DAYS,) the season alone, without weekdays; 1 is an ordinary day."""
    pace = np.empty(truths.DAYS)
    for number in range(truths.DAYS):
        day = truths.FIRST_DAY + timedelta(days=number)
        pace[number] = truths.MONTH_PACE[day.month - 1]
        if day.month == 11 and 9 <= day.day <= 12:
            pace[number] *= truths.SINGLES_DAY_PACE
        if day.month == 12 and day.day >= 23:
            pace[number] *= truths.AFTER_CHRISTMAS_PACE
    return pace


def new_year_days() -> NDArray[np.bool_]:
    """(DAYS,) whether tea is given for the Chinese New Year."""
    marked = np.zeros(truths.DAYS, dtype=bool)
    for day in truths.NEW_YEAR_DAYS:
        last = truths.day_number(day)
        marked[last - truths.NEW_YEAR_LEAD_DAYS : last] = True
    return marked


def pace_by_rhythm() -> NDArray[np.float64]:
    """(3 rhythms, 2 languages, DAYS) how fast a user's clock runs on each day; language 1 is Chinese."""
    season = day_pace()
    weekdays = np.array(
        [truths.WEEKDAY_PACE[(truths.FIRST_DAY.weekday() + n) % 7] for n in range(truths.DAYS)]
    )
    pace = np.ones((3, 2, truths.DAYS))
    for rhythm, follows in ((REGULAR, truths.REGULAR_FOLLOWS_SEASON), (GIFT, truths.GIFT_FOLLOWS_SEASON)):
        pace[rhythm] = season**follows * weekdays
        pace[rhythm, 1] *= np.where(new_year_days(), truths.NEW_YEAR_PACE, 1.0)
    return pace


def join_weights() -> NDArray[np.float64]:
    """(DAYS,) the share of all new users that joins on each day."""
    daily = np.linspace(1.0, truths.GROWTH, truths.DAYS) * pace_by_rhythm()[REGULAR, 0]
    opening = np.exp(-np.arange(truths.DAYS) / truths.OPENING_DAYS)
    share = truths.OPENING_SHARE
    return np.asarray(share * opening / opening.sum() + (1 - share) * daily / daily.sum())


def late_days() -> NDArray[np.bool_]:
    """(DAYS,) whether the parcels of a day are in danger of coming late."""
    marked = np.zeros(truths.DAYS, dtype=bool)
    for first, last in truths.LATE_WEEKS:
        marked[truths.day_number(first) : truths.day_number(last) + 1] = True
    return marked


def clock_seconds(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """`count` times of day, in seconds after midnight."""
    weights = np.array(truths.HOUR_WEIGHTS, dtype=float)
    hours = rng.choice(24, count, p=weights / weights.sum())
    return np.asarray(hours * 3600 + rng.integers(0, 3600, count))
