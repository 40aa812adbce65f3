"""The tone of a review: by its stars, otherwise by a classifier of the shop's own rated reviews.

Where a shop has too few rated reviews, the nearest of a few plain sentences of blame and praise decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

NEGATIVE_UP_TO = 2.0  # stars of five
POSITIVE_FROM = 4.0
FEWEST_RATED = 40  # of low and of high stars each
MOST_RATED = 5_000  # the newest; more teach nothing new
REGULARISATION = 1.0

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

    `rated` is how many rated reviews it was learnt from; 0 where the plain sentences decided.
    """

    direction: NDArray[np.float64]
    intercept: float
    rated: int

    def negative(self, vectors: Vectors) -> NDArray[np.float64]:
        """(n_texts,) the probability that each text complains."""
        return np.asarray(1 / (1 + np.exp(-(vectors @ self.direction + self.intercept))), dtype=np.float64)


def fit_tone(vectors: Vectors, ratings: Sequence[float | None], anchors: Vectors) -> Tone:
    """The tone as learnt from reviews, (n_reviews, n_dims), the oldest first, known at some moment.

    `anchors` are the vectors of `ANCHORS`, in that order.
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
        C=REGULARISATION / 100, solver="newton-cholesky", max_iter=100, class_weight="balanced"
    )
    model.fit((vectors[rated] - middle) / spread, low[rated])
    direction = np.asarray(model.coef_[0], dtype=np.float64) / spread
    return Tone(direction, float(model.intercept_[0]) - float(middle @ direction), len(rated))


def complains(rating: float | None, probability: float) -> bool:
    """Whether a review complains: its stars decide, and only without any its words."""
    return rating <= NEGATIVE_UP_TO if rating is not None else probability >= 0.5
