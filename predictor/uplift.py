"""Whom a message moves: T-, S- and X-learner on campaigns with both arms, and which of them, if any, tells.

Künzel, Sekhon, Bickel and Yu (2019), Metalearners for estimating heterogeneous treatment effects, PNAS 116.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from predictor.outcome_models import Model, number_model, probability_model
from predictor.qini import Qini, Randomised, effect, places, qini, qini_gain

Floats = NDArray[np.float64]

BLOCKS = 6
# Of each arm; with fewer, differences between users drown in chance.
FEWEST_IN_ARM = 100
FEWEST_ORDERS = 20

Learner = Callable[[Floats, Randomised], Model]


@dataclass(frozen=True)
class Comparison:
    """The learners on users they were not fitted on, `data`, with the `score` of the best.

    `qinis` by learner, with intervals wide enough for picking the best of them; `response` is that of the
    ranking by response, and `gain` the chosen learner's over it. `chosen` is None where no learner finds
    out whom a message moves. `effect` is that on everybody.
    """

    qinis: Mapping[str, Qini]
    response: Qini
    gain: Qini | None
    chosen: str | None
    effect: Qini
    campaigns: int
    users: int
    data: Randomised
    score: Floats

    def effect_on_best(self, share: float) -> Qini:
        """The mean effect on that share of users, the best by the chosen learner's held-out scores."""
        return effect(self.data, places(self.score, self.data.campaign) <= max(share, 1 / len(self.data)))


def t_learner(values: Floats, data: Randomised) -> Model:
    """Two models, one of each arm; the effect is their difference."""
    treated = probability_model(values[data.contacted], data.outcome[data.contacted])
    held_out = probability_model(values[~data.contacted], data.outcome[~data.contacted])
    return lambda rows: treated(rows) - held_out(rows)


def s_learner(values: Floats, data: Randomised) -> Model:
    """One model with the arm among its features, and every feature once more for who was contacted."""
    model = probability_model(_with_arm(values, data.contacted.astype(np.float64)), data.outcome)

    def difference(rows: Floats) -> Floats:
        return model(_with_arm(rows, np.ones(len(rows)))) - model(_with_arm(rows, np.zeros(len(rows))))

    return difference


def x_learner(values: Floats, data: Randomised) -> Model:
    """Each outcome against what the other arm's model expects, learned for each arm and averaged."""
    arm = data.contacted
    treated = probability_model(values[arm], data.outcome[arm])
    held_out = probability_model(values[~arm], data.outcome[~arm])
    on_treated = number_model(values[arm], data.outcome[arm] - held_out(values[arm]))
    on_held_out = number_model(values[~arm], treated(values[~arm]) - data.outcome[~arm])
    share = float(arm.mean())
    return lambda rows: share * on_held_out(rows) + (1 - share) * on_treated(rows)


LEARNERS: Mapping[str, Learner] = {"T": t_learner, "S": s_learner, "X": x_learner}


def enough(data: Randomised) -> bool:
    """Whether both arms have users and orders enough to look for differences between users."""
    arms = (data.outcome[data.contacted], data.outcome[~data.contacted])
    return all(len(arm) >= FEWEST_IN_ARM for arm in arms) and data.outcome.sum() >= FEWEST_ORDERS


def compare(values: Floats, data: Randomised, response: Callable[[NDArray[np.bool_]], Model]) -> Comparison:
    """Every learner on users it had not seen; `enough` has to hold.

    Where there are at least three campaigns, each is foretold from those before it; otherwise the users
    come in BLOCKS, each foretold from the blocks before it. Never the other way round as well: what happened
    by chance in two campaigns would count twice, and be claimed for an effect far too often. `response`
    gives the model of responses that was fitted on those rows.
    """
    block = _blocks(data)
    scores = {name: np.zeros(len(data)) for name in (*LEARNERS, "response")}
    for each in np.unique(block)[1:]:
        before, now = block < each, block == each
        fitted = {name: learner(values[before], _rows(data, before)) for name, learner in LEARNERS.items()}
        fitted["response"] = response(before)
        for name, model in fitted.items():
            scores[name][now] = model(values[now])
    tested = block > block.min()
    # Scores of one model are compared among themselves only.
    strata = np.unique(data.campaign * BLOCKS + block, return_inverse=True)[1]
    unseen = _rows(replace(data, campaign=strata), tested)
    seen_scores = {name: score[tested] for name, score in scores.items()}
    qinis = {name: qini(unseen, seen_scores[name], comparisons=len(LEARNERS)) for name in LEARNERS}
    best = max(qinis, key=lambda name: qinis[name].value)
    chosen = best if qinis[best].low > 0 else None
    return Comparison(
        qinis=qinis,
        response=qini(unseen, seen_scores["response"]),
        gain=qini_gain(unseen, seen_scores[best], seen_scores["response"]) if chosen else None,
        chosen=chosen,
        effect=effect(data),
        campaigns=len(np.unique(data.campaign)),
        users=len(np.unique(data.user)),
        data=unseen,
        score=seen_scores[best],
    )


def _blocks(data: Randomised) -> NDArray[np.int64]:
    """(n_rows,) what is foretold together, in order: of campaigns the oldest has the greatest number."""
    campaigns = np.unique(-data.campaign)
    if len(campaigns) >= 3:
        order = np.searchsorted(campaigns, -data.campaign)
        return np.asarray(order * min(BLOCKS, len(campaigns)) // len(campaigns))
    return np.random.default_rng(0).integers(BLOCKS, size=int(data.user.max()) + 1)[data.user]


def _rows(data: Randomised, chosen: NDArray[np.bool_]) -> Randomised:
    return Randomised(data.campaign[chosen], data.user[chosen], data.contacted[chosen], data.outcome[chosen])


def _with_arm(values: Floats, arm: Floats) -> Floats:
    """The features, the arm, and the features once more where the arm is 1."""
    return np.hstack([values, arm[:, None], np.where(arm[:, None] > 0, values, 0.0)])
