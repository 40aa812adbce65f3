"""Which optional families enter the model: those that a back-test over several past dates needs.

The rule, for every family alike: fitted with it and without it on the same rows and tested on the same
users of at least FEWEST_DATES past dates, the gain in AUROC and the gain in log-loss both have to be
better than nothing beyond chance, by paired intervals from a bootstrap over users. Families are tried
one after the other, each on top of those that entered; because several are tried, each interval is
wider than 95 %, so that all of them together hold with 95 % (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from predictor import metrics
from predictor.backtest import BackTest, with_families
from predictor.cutoffs import Calendar
from predictor.families.family import OptionalFamily
from predictor.features.feature import N_
from predictor.labels import LabelledTables
from predictor.metrics import Gain

FEWEST_DATES = 3
LEVEL = 0.95  # of all intervals together
DRAWS = 1_000  # resamples: an interval of more than 95 % lies farther out in their tails


@dataclass(frozen=True)
class Trial:
    """What became of one family: `auroc` and `log_loss` are its gains, None where it was not tried.

    `why_not` is a translatable clause that says why it was not. `level` is that of the intervals. For
    log-loss a gain is negative.
    """

    family: OptionalFamily
    level: float
    auroc: Gain | None = None
    log_loss: Gain | None = None
    why_not: str | None = None

    @property
    def enters(self) -> bool:
        """The rule."""
        return (
            self.auroc is not None
            and self.log_loss is not None
            and self.auroc.low > 0
            and self.log_loss.high < 0
        )

    def summary(self) -> dict[str, Any]:
        """What a model card states of it, in JSON types."""
        return {
            "family": self.family.name,
            "title": self.family.title,
            "state": "in" if self.enters else "out" if self.auroc else "not tried",
            "why_not": self.why_not,
            "level": round(self.level, 4),
            "gain": {
                name: {"mean": round(gain.mean, 6), "low": round(gain.low, 6), "high": round(gain.high, 6)}
                for name, gain in (("auroc", self.auroc), ("log_loss", self.log_loss))
                if gain is not None
            },
            "columns": [each.name for each in self.family.features],
        }


@dataclass(frozen=True)
class Choice:
    """The trials in their order, and the back-test of the model with the families that entered."""

    trials: tuple[Trial, ...]
    tested: BackTest

    @property
    def families(self) -> tuple[OptionalFamily, ...]:
        """Those that entered."""
        return tuple(trial.family for trial in self.trials if trial.enters)

    def summary(self) -> list[dict[str, Any]]:
        """All trials in JSON types."""
        return [trial.summary() for trial in self.trials]


def choose(
    tested: BackTest, calendar: Calendar, tables: LabelledTables, optional: Sequence[OptionalFamily]
) -> Choice:
    """Try each family on the dates of `tested`, the back-test of the core features."""
    level = 1 - (1 - LEVEL) / max(1, len(optional))
    trials: list[Trial] = []
    chosen: tuple[OptionalFamily, ...] = ()
    for family in optional:
        why_not = family.lacks(tables.material(family))
        if why_not is None and len(tested.days) < FEWEST_DATES:
            why_not = N_("there are too few past dates to test it on")
        if why_not is not None:
            trials.append(Trial(family, level, why_not=why_not))
            continue
        with_it = with_families(tested, calendar, tables, (*chosen, family))
        trial = Trial(
            family,
            level,
            auroc=_gain(with_it, tested, metrics.auroc, level),
            log_loss=_gain(with_it, tested, metrics.log_loss, level),
        )
        trials.append(trial)
        if trial.enters:
            tested, chosen = with_it, (*chosen, family)
    return Choice(tuple(trials), tested)


def _gain(with_it: BackTest, without: BackTest, metric: metrics.Metric, level: float) -> Gain:
    return metrics.paired_gain(
        [day.churned for day in without.days],
        [day.probability for day in with_it.days],
        [day.probability for day in without.days],
        metric,
        [day.user_ids for day in without.days],
        draws=DRAWS,
        level=level,
    )
