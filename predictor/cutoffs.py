"""Which past days a model learns from and is tested on; no label window reaches past the test date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from predictor.definition import Definition

MOST_CUTOFFS = 8
FEWEST_CUTOFFS = 4  # with fewer of them whole, cut-offs with a shorter past are taken in
MOST_TEST_DATES = 5
SHORTEST_STEP_DAYS = 7


@dataclass(frozen=True)
class Calendar:
    """The past of one shop as of one day, cut into training cut-offs and test dates.

    `first_day` is the day of the first order. Cut-offs stand one horizon apart, or half a horizon
    where the past is short; test dates stand one horizon apart, so that their windows do not overlap.
    """

    as_of: date
    first_day: date
    definition: Definition

    @property
    def span_days(self) -> int:
        """Days with orders, the first and the last one included."""
        return (self.as_of - self.first_day).days + 1

    @property
    def needed_days(self) -> int:
        """A horizon to know habits from, one to learn the outcome of, and one to test it on."""
        return 3 * self.definition.horizon_days

    @property
    def step_days(self) -> int:
        """Days between two cut-offs."""
        horizon = self.definition.horizon_days
        roomy = self.span_days >= (MOST_CUTOFFS + MOST_TEST_DATES) * horizon
        return horizon if roomy else max(SHORTEST_STEP_DAYS, horizon // 2)

    def cutoffs(self, test_date: date) -> tuple[date, ...]:
        """Training cut-offs for a model used on `test_date`, newest first; each label window ends by then.

        Cut-offs before which less than `active_days` are known see shortened histories: they are
        used only where fewer than FEWEST_CUTOFFS whole ones exist. May be empty.
        """
        horizon = timedelta(days=self.definition.horizon_days)
        days = [test_date - horizon - timedelta(days=i * self.step_days) for i in range(MOST_CUTOFFS)]
        whole = [day for day in days if (day - self.first_day).days >= self.definition.active_days]
        if len(whole) >= FEWEST_CUTOFFS:
            return tuple(whole)
        return tuple(day for day in days if (day - self.first_day).days >= horizon.days - 1)[:FEWEST_CUTOFFS]

    def test_dates(self) -> tuple[date, ...]:
        """Days whose label window ended by as_of and that leave a cut-off to train on, newest first."""
        horizon = timedelta(days=self.definition.horizon_days)
        days = (self.as_of - horizon * (i + 1) for i in range(MOST_TEST_DATES))
        return tuple(day for day in days if self.cutoffs(day))
