"""The tone of a review: by its stars, otherwise by a classifier of the shop's own rated reviews.

The classifier reads sentences: each has log-odds of coming with low stars, and a review has the mean of its
sentences. Where a shop has too few rated reviews, the nearest of a few plain sentences of blame and praise
decides. The answers about reviews and the features of the churn model read with the same classifier; features
take its word even where there are stars, which are a family of their own and have to earn their place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Floats = NDArray[np.float64]

NEGATIVE_UP_TO = 2.0  # stars of five
POSITIVE_FROM = 4.0
COMPLAINS_FROM = 0.5  # the probability from which words complain
FEWEST_RATED = 40  # sentences of reviews with low and with high stars each
MOST_RATED = 5_000  # the newest; more teach nothing new
REGULARISATION = 0.01
_SUREST = 14.0  # log-odds: one sentence never outweighs a review

# For a shop without stars. Nothing here speaks of a product, so that any shop's reviews lie near.
BLAME = (
    "I am very disappointed and want my money back.",
    "It arrived late and broken, and nobody answers.",
    "Bad quality, it does not work, a waste of money.",
    "This was the worst order I ever made.",
    "非常失望，要求退款。",
    "收到就是坏的，客服也不理人。",
    "质量太差了，根本不能用，浪费钱。",
    "最差的一次购物，以后不会再买了。",
)
PRAISE = (
    "I am very happy with it and will order again.",
    "It arrived quickly and well packed.",
    "Great quality, it works perfectly, good value.",
    "This was a wonderful present, thank you.",
    "非常满意，以后还会再买。",
    "物流很快，包装很好。",
    "质量很好，用起来很方便，性价比高。",
    "很喜欢，送人也合适，谢谢。",
)
ANCHORS = BLAME + PRAISE


@dataclass(frozen=True)
class Tone:
    """A direction, (n_dims,), and an intercept: log-odds that such words come with low stars.

    `rated` is how many sentences of rated reviews it was learnt from; 0 where the plain sentences decided.
    """

    direction: Floats
    intercept: float
    rated: int

    def log_odds(self, vectors: Vectors) -> Floats:
        """(n_sentences,) log-odds that each comes with low stars, whatever other rows there are.

        A product of matrices adds up in an order that depends on the number of rows. A tree may split at the
        very value of a user, who would then be on one side live and on the other in the scores of everybody.
        """
        return np.asarray((vectors * self.direction).sum(axis=1) + self.intercept, dtype=np.float64)

    def negative(self, vectors: Vectors) -> Floats:
        """(n_sentences,) the probability that each complains."""
        return probability(self.log_odds(vectors))


def probability(log_odds: Floats) -> Floats:
    """1 / (1 + e^-x), elementwise."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -_SUREST, _SUREST))), dtype=np.float64)


def of_reviews(log_odds: Floats, review: NDArray[np.int64], reviews: int) -> Floats:
    """(reviews,) the probability that each review complains; 0 where it has no sentence.

    `log_odds` are those of sentences, (n_sentences,), and `review` is the place of the review of each.
    """
    sure = np.clip(log_odds, -_SUREST, _SUREST)
    count = np.bincount(review, minlength=reviews)
    total = np.bincount(review, weights=sure, minlength=reviews)
    return np.where(count > 0, probability(total / np.maximum(count, 1)), 0.0)


def fit_tone(vectors: Vectors, ratings: Sequence[float | None], anchors: Vectors) -> Tone:
    """The tone as learnt from the sentences of reviews, (n_sentences, n_dims), the oldest first.

    `ratings` are the stars of the review of each; `anchors` the vectors of `ANCHORS`, in that order.
    """
    stars = np.array([np.nan if each is None else each for each in ratings], dtype=np.float64)
    low, high = stars <= NEGATIVE_UP_TO, stars >= POSITIVE_FROM
    if min(low.sum(), high.sum()) < FEWEST_RATED:
        blame, praise = anchors[: len(BLAME)], anchors[len(BLAME) :]
        direction = blame.mean(axis=0, dtype=np.float64) - praise.mean(axis=0, dtype=np.float64)
        middle = anchors.mean(axis=0, dtype=np.float64)
        scale = 10 / max(float(np.linalg.norm(direction)), 1e-9)
        return Tone(direction * scale, -float(middle @ direction) * scale, 0)
    from sklearn.linear_model import LogisticRegression

    rated = np.flatnonzero(low | high)[-MOST_RATED:]
    middle = vectors[rated].mean(axis=0, dtype=np.float64)
    spread = float(vectors[rated].std(axis=0).mean()) or 1.0
    model = LogisticRegression(
        C=REGULARISATION, solver="newton-cholesky", max_iter=100, class_weight="balanced"
    )
    model.fit((vectors[rated] - middle) / spread, low[rated])
    direction = np.asarray(model.coef_[0], dtype=np.float64) / spread
    return Tone(direction, float(model.intercept_[0]) - float(middle @ direction), len(rated))


def complains(rating: float | None, words: float) -> bool:
    """Whether a review complains: its stars decide, and only without any the probability by its words."""
    return rating <= NEGATIVE_UP_TO if rating is not None else words >= COMPLAINS_FROM
