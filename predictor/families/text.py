"""What users write in their reviews: an optional family, made of embeddings that the store keeps.

The many dimensions of a vector are reduced to two, each by a projection that is fitted on what was known at
the training cut-offs: the tone, fitted on the reviews that came with stars, is the probability that such
words come with 1 or 2 of them; the drift, fitted on what users had written at each cut-off and on whether
they then ordered, works without stars too. As the drift learns from outcomes, the training rows of a user
get one that was fitted without that user; otherwise the model would trust it too much.

Reviews are embedded before a training and before the nightly scores, with personal data masked. In a live
answer what is not embedded yet counts as not written: no answer waits for a language model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from predictor.embeddings import embed, stored_vectors
from predictor.encoder import EncoderKey
from predictor.families.family import Cutoff, Extra, Floats, OptionalFamily
from predictor.families.reviews import HALF_LIFE_DAYS, NO_REVIEWS, Reviews, read_reviews
from predictor.families.stars import NEGATIVE_UP_TO
from predictor.features.feature import N_, Family
from storage.masking import mask
from storage.snapshot import Snapshot

if TYPE_CHECKING:
    from predictor.encoder import Encoder

POSITIVE_FROM = 4.0  # stars of five
FEWEST_RATED = 20  # reviews of low and of high stars each, before a tone can be learnt from them
COMPLAINT_FROM = 0.5  # of the tone
RECENT_DAYS = 60
TONE_C = 0.01
DRIFT_PENALTY = 1.0
FOLDS = 5

WORDS = Family(
    "words",
    N_("complained in a review {complaint_age_days} days ago"),
    N_("no complaint in the reviews read"),
)

FEATURES = (
    Extra(
        "tone", N_("how likely it is that such words come with 1 or 2 stars, newer ones counting more"), WORDS
    ),
    Extra("complaint_age_days", N_("days since the last review that reads like a complaint"), WORDS),
    Extra(
        "recent_complaints",
        N_("reviews of the last {days} days that read like complaints"),
        WORDS,
        {"days": RECENT_DAYS},
    ),
    Extra(
        "decayed_complaints",
        N_("the tone of all reviews together, each counting half as much every {days} days"),
        WORDS,
        {"days": HALF_LIFE_DAYS},
    ),
    Extra("drift", N_("how far from ordering again users stood who wrote such words"), WORDS),
)


@dataclass(frozen=True)
class ReadReviews:
    """Reviews that are embedded, and their vectors: (n_reviews, n_dims) float32."""

    reviews: Reviews
    vectors: NDArray[np.float32]


@dataclass(frozen=True)
class Text:
    """The words of users, as the encoder of that key reads them.

    `encoder` embeds new reviews; without one, what the store has is used. `why_not` is a translatable
    clause that says why there is neither.
    """

    key: EncoderKey | None
    encoder: Encoder | None = field(default=None, compare=False)
    why_not: str | None = None

    name: str = "text"
    title: str = N_("what they write in them")
    features: tuple[Extra, ...] = FEATURES

    def read(self, snapshot: Snapshot, *, user_id: str | None = None) -> ReadReviews:
        """See `OptionalFamily`."""
        reviews = read_reviews(snapshot, user_id)
        if self.key is None:
            return ReadReviews(reviews.only(np.zeros(len(reviews), bool)), np.empty((0, 1), np.float32))
        there, vectors = stored_vectors(snapshot.connection, self.key, _masked(reviews))
        return ReadReviews(reviews.only(there), vectors)

    def prepare(self, snapshot: Snapshot, progress: Callable[[int, int], None]) -> bool:
        """See `OptionalFamily`: embeds the reviews that are not embedded yet."""
        if self.encoder is None:
            return False
        done: list[int] = []

        def heard(so_far: int, total: int) -> None:
            done.append(so_far)
            progress(so_far, total)

        embed(snapshot.connection, self.encoder, _masked(read_reviews(snapshot)), progress=heard)
        return bool(done)

    def lacks(self, material: ReadReviews) -> str | None:
        """See `OptionalFamily`."""
        return self.why_not or (None if len(material.reviews) else NO_REVIEWS)

    def fit(self, material: ReadReviews, cutoffs: Sequence[Cutoff]) -> tuple[FittedText, list[Floats]]:
        """See `OptionalFamily`."""
        known = material.reviews.written_at < cutoffs[-1].known_before
        scale = _Scale.of(material.vectors[known])
        tone, intercept = _tone(scale(material.vectors[known]), material.reviews.rating[known])
        means = [scale(_mean_vectors(material, each.known_before, each.user_ids)) for each in cutoffs]
        written = np.concatenate(means)
        churned = np.concatenate([each.churned for each in cutoffs])
        fold = np.concatenate([_folds(each.user_ids) for each in cutoffs])
        there = ~np.isnan(written).any(axis=1)
        drift = _drift(written[there], churned[there])
        fitted = FittedText(self, scale.middle, tone / scale.spread, intercept, drift / scale.spread)
        without = np.full(len(written), np.nan)
        for number in range(FOLDS):
            others, own = there & (fold != number), there & (fold == number)
            without[own] = written[own] @ _drift(written[others], churned[others])
        ends = np.cumsum([len(each) for each in means])[:-1]
        columns = [
            np.column_stack([*fitted.tones(material, each.known_before, each.user_ids), own])
            for each, own in zip(cutoffs, np.split(without, ends), strict=True)
        ]
        return fitted, columns

    def load(self, parts: Mapping[str, Any]) -> FittedText:
        """See `OptionalFamily`."""
        middle, tone, drift = (np.asarray(parts[name]) for name in ("middle", "tone", "drift"))
        return FittedText(
            Text(EncoderKey(**parts["encoder"])), middle, tone, float(parts["intercept"]), drift
        )


@dataclass(frozen=True)
class FittedText:
    """Two directions, (n_dims,) each, seen from `middle`; `tone` is NaN where too few reviews had stars."""

    family: Text
    middle: Floats
    tone: Floats
    intercept: float
    drift: Floats

    def columns(self, material: ReadReviews, known_before: int, user_ids: NDArray[np.object_]) -> Floats:
        """See `Fitted`."""
        written = _mean_vectors(material, known_before, user_ids)
        drift = _along(self.drift, written - self.middle)
        return np.column_stack([*self.tones(material, known_before, user_ids), drift])

    def tones(self, material: ReadReviews, known_before: int, user_ids: NDArray[np.object_]) -> list[Floats]:
        """The columns that follow from the tone, (n_users,) each."""
        known = material.reviews.known(known_before, user_ids)
        if np.isnan(self.tone).any():
            return [np.full(known.users, np.nan)] * 4
        log_odds = _along(self.tone, material.vectors[known.which] - self.middle) + self.intercept
        tone = 1 / (1 + np.exp(-log_odds))
        complaints = known.only(tone >= COMPLAINT_FROM)
        return [
            known.mean(tone),
            complaints.newest_age_days(),
            complaints.only(complaints.age_days <= RECENT_DAYS).count(),
            known.total(tone * known.weight),
        ]

    def parts(self) -> dict[str, Any]:
        """See `Fitted`."""
        assert self.family.key is not None
        return {
            "encoder": asdict(self.family.key),
            "middle": self.middle,
            "tone": self.tone,
            "intercept": self.intercept,
            "drift": self.drift,
        }


@dataclass(frozen=True)
class _Scale:
    """Vectors of length 1 lie close together; around their mean and at unit spread a penalty means the same
    for every encoder.
    """

    middle: Floats
    spread: float

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> _Scale:
        if not len(vectors):
            return cls(np.zeros(vectors.shape[1]), 1.0)
        return cls(vectors.mean(axis=0, dtype=np.float64), float(vectors.std(axis=0).mean()) or 1.0)

    def __call__(self, vectors: NDArray[Any]) -> Floats:
        return np.asarray((vectors - self.middle) / self.spread, dtype=np.float64)


def _masked(reviews: Reviews) -> list[str]:
    """What is embedded: the texts without the personal data that stands in them."""
    return [mask(text) for text in reviews.texts]


def _mean_vectors(material: ReadReviews, known_before: int, user_ids: NDArray[np.object_]) -> Floats:
    """(n_users, n_dims) mean of what each had written, newer reviews counting more; NaN without any."""
    known = material.reviews.known(known_before, user_ids)
    weight = known.weight
    sums = np.zeros((known.users, material.vectors.shape[1]))
    np.add.at(sums, known.row, material.vectors[known.which] * weight[:, None])
    total = known.total(weight)[:, None]
    return np.divide(sums, total, out=np.full_like(sums, np.nan), where=total > 0)


def _along(direction: Floats, vectors: Floats) -> Floats:
    """(n_rows,) how far each vector lies along a direction, to the last bit whatever other rows there are.

    A product of matrices adds up in an order that depends on the number of rows. A tree may split at the very
    value of a user, who would then be on one side live and on the other in the scores of everybody.
    """
    return np.asarray((vectors * direction).sum(axis=1), dtype=np.float64)


def _folds(user_ids: NDArray[np.object_]) -> NDArray[np.int64]:
    """(n_users,) the fold of each user: the same in every cut-off, and for good."""
    return np.array([crc32(user_id.encode()) % FOLDS for user_id in user_ids.tolist()], dtype=np.int64)


def _tone(vectors: Floats, rating: Floats) -> tuple[Floats, float]:
    """Direction and intercept of a regularised logistic regression of low stars on scaled vectors."""
    from sklearn.linear_model import LogisticRegression

    low, high = rating <= NEGATIVE_UP_TO, rating >= POSITIVE_FROM
    if min(low.sum(), high.sum()) < FEWEST_RATED:
        return np.full(vectors.shape[1], np.nan), 0.0
    rated = low | high
    model = LogisticRegression(C=TONE_C, solver="newton-cholesky", max_iter=100)
    model.fit(vectors[rated], low[rated])
    return np.asarray(model.coef_[0], dtype=np.float64), float(model.intercept_[0])


def _drift(written: Floats, churned: NDArray[np.int8]) -> Floats:
    """The direction of a ridge regression of outcomes on scaled vectors.

    The penalty is that of as many rows again: a user stands in several cut-offs, and is one user.
    """
    if not len(written):
        return np.zeros(written.shape[1])
    centred = written - written.mean(axis=0)
    penalty = DRIFT_PENALTY * len(written) * np.eye(written.shape[1])
    direction = np.linalg.solve(centred.T @ centred + penalty, centred.T @ (churned - churned.mean()))
    return np.asarray(direction, dtype=np.float64)


def _keeps_the_contract(family: Text) -> OptionalFamily:
    return family
