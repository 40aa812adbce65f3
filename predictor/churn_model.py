"""The churn model: a weighted mean, in log-odds, of a regularised logistic model and small boosted trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import ThreadpoolController

from predictor.definition import Definition
from predictor.families import Fitted, family_named
from predictor.feature_table import FEATURE_NAMES, FeatureTable, feature_table
from storage.errors import ModelFileError
from storage.snapshot import Snapshot

Floats = NDArray[np.float64]

FORMAT = 1  # of the parts in a model file; raise it when they or their meaning change
ROWS_FOR_HALF_WEIGHT = 3_000

# On a machine that others share, OpenMP threads wait for each other by spinning: a fit of 5 CPU-seconds
# took 60. One thread is as fast in wall time at these sizes and gives the same numbers every time.
_threads = ThreadpoolController()


def compress(values: Floats) -> Floats:
    """Signed log(1 + |x|), elementwise: counts, days and cents become comparable for the linear half."""
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)), dtype=np.float64)


@dataclass(frozen=True)
class ChurnModel:
    """P(no order within the horizon) from a feature table with the columns it knows.

    Both halves are fitted on log-loss and averaged in log-odds: they err differently, every family
    alone ends on the same plateau, and a mean of log-odds splits into reasons that add up.
    `boosted_share` is the weight of the trees: they need rows before they earn it. `families` are the
    optional ones it was trained with, in the order of their columns behind the core ones.
    """

    logistic: Pipeline
    boosted: HistGradientBoostingClassifier
    boosted_share: float
    families: tuple[Fitted, ...] = ()

    @classmethod
    def fit(cls, values: Floats, churned: NDArray[np.int8], families: Sequence[Fitted] = ()) -> ChurnModel:
        """Fit on stacked cut-offs, (n_rows, n_features), and their outcomes, (n_rows,); both must occur."""
        logistic = Pipeline(
            [
                ("impute", SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)),
                ("scale", StandardScaler()),
                ("model", LogisticRegression(C=0.005, solver="newton-cholesky", max_iter=200)),
            ]
        )
        # Small, slow trees on a third of the features each: the settings that hold on every history
        # seen so far. Leaves shrink with the data, or a small shop would get no split at all.
        boosted = HistGradientBoostingClassifier(
            max_iter=200,
            learning_rate=0.03,
            max_leaf_nodes=6,
            max_features=0.3,
            min_samples_leaf=int(np.clip(len(churned) // 25, 5, 80)),
            l2_regularization=5.0,
            early_stopping=False,
            random_state=0,
        )
        # A column nobody has a value in (a 15th order in a young shop) cannot be binned; as a constant it
        # is never split on, whatever stands in it later.
        binned = np.where(np.isnan(values).all(axis=0), 0.0, values)
        with _threads.limit(limits=1):
            return cls(
                logistic.fit(compress(values), churned),
                boosted.fit(binned, churned),
                _share(len(churned)),
                tuple(families),
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the features it was trained on, in their order."""
        extra = (each.name for fitted in self.families for each in fitted.family.features)
        return (*FEATURE_NAMES, *extra)

    def table(
        self, snapshot: Snapshot, definition: Definition, *, user_id: str | None = None
    ) -> FeatureTable:
        """Its columns of every active user, or of `user_id` alone; see `feature_table`."""
        table = feature_table(snapshot, definition, user_id=user_id)
        for fitted in self.families if len(table) else ():
            material = fitted.family.read(snapshot, user_id=user_id)
            columns = fitted.columns(material, snapshot.known_before, table.user_ids)
            table = table.beside(tuple(each.name for each in fitted.family.features), columns)
        return table

    def log_odds(self, values: Floats) -> Floats:
        """(n_rows,) log-odds of no order within the horizon."""
        with _threads.limit(limits=1):
            linear = self.logistic.decision_function(compress(values))
            trees = self.boosted.decision_function(values)
        return np.asarray((1 - self.boosted_share) * linear + self.boosted_share * trees, dtype=np.float64)

    def probability(self, values: Floats) -> Floats:
        """(n_rows,) probability in [0, 1] of no order within the horizon."""
        if not len(values):
            return np.empty(0)
        return sigmoid(self.log_odds(values))

    def parts(self) -> dict[str, Any]:
        """What is kept in a model file."""
        return {
            "format": FORMAT,
            "feature_names": list(self.columns),
            "families": {fitted.family.name: fitted.parts() for fitted in self.families},
            "logistic": self.logistic,
            "boosted": self.boosted,
            "boosted_share": self.boosted_share,
        }

    @classmethod
    def from_parts(cls, parts: Mapping[str, Any]) -> ChurnModel:
        """The model from a file; raises ModelFileError where another version of opsbot made it."""
        other = ModelFileError(
            "This model was made by another version of opsbot.", next_step="Train again: opsbot train"
        )
        if parts.get("format") != FORMAT:
            raise other
        known = [(family_named(name), its_parts) for name, its_parts in parts.get("families", {}).items()]
        try:
            families = tuple(family.load(its_parts) for family, its_parts in known if family is not None)
            model = cls(parts["logistic"], parts["boosted"], parts["boosted_share"], families)
        except (KeyError, TypeError, ValueError) as error:  # what it is made of has changed since
            raise other from error
        if list(parts.get("feature_names", ())) != list(model.columns):
            raise other
        return model


def _share(rows: int) -> float:
    """Weight of the trees, from 0 with no rows to a half with many.

    On subsamples of 60 to 1,000 users of two public histories the linear half alone was better up to
    about 1,000 rows, the even mean from about 8,000 on.
    """
    return 0.5 * rows / (rows + ROWS_FOR_HALF_WEIGHT)


def sigmoid(log_odds: Floats) -> Floats:
    """1 / (1 + e^-x), elementwise."""
    return np.asarray(1 / (1 + np.exp(-log_odds)), dtype=np.float64)
