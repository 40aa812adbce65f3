"""Who should get a message: everybody ranked by what past campaigns taught, and what taught it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from predictor.definition import Definition
from predictor.examples import Examples, examples
from predictor.launches import past_contacts
from predictor.metrics import auroc
from predictor.orders import OrderModel, order_model
from predictor.outcome_models import Model, probability_model
from predictor.promo_features import PromoTable, promo_table
from predictor.uplift import LEARNERS, Comparison, compare, enough
from storage.snapshot import Snapshot

Floats = NDArray[np.float64]
Method = Literal["uplift", "response", "value"]

FEWEST_RESPONSES = 20
_FEWEST_IN_CAMPAIGN = 5  # responses, for its AUROC to say anything
_FOLDS = 5


@dataclass(frozen=True)
class Ranking:
    """Everybody who may be written to, beside a score: a higher one is better.

    `score` is (n_users,): by `method` the orders that the message is expected to add, the probability of
    a response, or the expected money of orders in cents. `comparison` is None without campaigns with both
    arms. `auroc` is the mean within held-out campaigns, None where it cannot be told. `campaigns` and
    `contacts` are those learned from.
    """

    table: PromoTable
    score: Floats
    method: Method
    by_response: bool
    campaigns: int
    contacts: int
    responses: int
    auroc: float | None
    comparison: Comparison | None


def rank(
    snapshot: Snapshot, horizon_days: int, orders: Callable[[], OrderModel], also: Sequence[str] = ()
) -> Ranking:
    """Everybody who ever ordered, and the users of `also`, by the best that past campaigns allow.

    Uplift where campaigns with both arms show whom a message moves; else the probability of a response, where
    responses are known; else the probability of an order times the user's mean order value, by the model that
    `orders` gives.
    """
    past = past_contacts(snapshot)
    known = examples(snapshot, past, horizon_days)
    table = promo_table(snapshot, horizon_days, past, also)
    comparison = _compared(known)
    responses = int(known.outcome[known.contacted].sum())
    rest = int(known.contacted.sum()) - responses
    method: Method = "value"
    held_out_auroc = None
    if comparison is not None and comparison.chosen:
        method = "uplift"
        model = LEARNERS[comparison.chosen](known.values[known.randomised], known.draws())
        score = model(table.values)
    elif min(responses, rest) >= FEWEST_RESPONSES:
        method = "response"
        rows = known.contacted
        score = probability_model(known.values[rows], known.outcome[rows])(table.values)
        held_out_auroc = _auroc_within(known)
    else:
        score = orders().expected_value(table.values)
    return Ranking(
        table=table,
        score=score,
        method=method,
        by_response=known.by_response,
        campaigns=len(np.unique(known.campaign)),
        contacts=int(known.contacted.sum()),
        responses=responses,
        auroc=held_out_auroc,
        comparison=comparison,
    )


def promo_scores(snapshot: Snapshot, definition: Definition) -> tuple[Ranking, list[tuple[str, float]]]:
    """The ranking, and the (user_id, score) pairs of active users. Raises TooLittleHistoryError."""
    ranking = rank(snapshot, definition.horizon_days, lambda: order_model(snapshot, definition))
    with np.errstate(invalid="ignore"):
        active = ranking.table.column("recency_days") <= definition.active_days
    pairs = zip(ranking.table.some(active).user_ids, ranking.score[active].tolist(), strict=True)
    return ranking, list(pairs)


def _compared(known: Examples) -> Comparison | None:
    data = known.draws()
    if not known.randomised.any() or not enough(data):
        return None
    values = known.values[known.randomised]
    outcome = known.outcome[known.randomised]

    def response(rows: NDArray[np.bool_]) -> Model:
        learned = rows & data.contacted
        return probability_model(values[learned], outcome[learned])

    return compare(values, data, response)


def _auroc_within(known: Examples) -> float | None:
    """The mean AUROC within campaigns that the model was not fitted on; None with fewer than two of them."""
    rows = known.contacted
    values, outcome, campaign = known.values[rows], known.outcome[rows], known.campaign[rows]
    found = []
    folds = campaign % _FOLDS
    for fold in np.unique(folds):
        out = folds == fold
        if not outcome[~out].any():
            continue
        score = probability_model(values[~out], outcome[~out])(values[out])
        for each in np.unique(campaign[out]):
            within = campaign[out] == each
            if min(outcome[out][within].sum(), (~outcome[out][within]).sum()) >= _FEWEST_IN_CAMPAIGN:
                found.append(auroc(outcome[out][within].astype(int), score[within]))
    return float(np.mean(found)) if len(found) >= 2 else None
