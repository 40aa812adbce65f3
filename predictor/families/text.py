"""What users write in their reviews: an optional family, made of embeddings that the store keeps.

Reviews are read sentence by sentence. The many dimensions of a vector are reduced to two, each by a
projection that is fitted on what was known at the training cut-offs: the tone (`predictor.tone`), by which
words complain; and the drift, fitted on what users had written at each cut-off and on whether they then
ordered. As the drift learns from outcomes, the training rows of a user get one that was fitted without that
user; otherwise the model would trust it too much. What a complaint is about is a topic of `predictor.topics`,
which knows nothing of the shop: no later review changes what an earlier one is about.

Reviews are embedded before a training and before the nightly scores, with personal data masked. In a live
answer what is not embedded yet counts as not written: no answer waits for a language model.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from predictor import topics
from predictor.embeddings import embed, stored_vectors
from predictor.encoder import EncoderKey
from predictor.families.family import Cutoff, Extra, Floats, OptionalFamily
from predictor.families.mentions import PLACES, RECENT_DAYS, Mentioned, mention_features
from predictor.families.reviews import HALF_LIFE_DAYS, NO_REVIEWS, Reviews, read_reviews
from predictor.features.feature import N_
from predictor.said import sayings
from predictor.tone import COMPLAINS_FROM, Tone, fit_tone, of_reviews
from predictor.yardsticks import EXAMPLES, YARDSTICKS
from storage.snapshot import Snapshot

if TYPE_CHECKING:
    from predictor.encoder import Encoder

DRIFT_PENALTY = 1.0
FOLDS = 5

WORDS = Mentioned(
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
    *mention_features(WORDS),
    Extra("drift", N_("how far from ordering again users stood who wrote such words"), WORDS),
)


_threads = ThreadpoolController()


@dataclass(frozen=True)
class ReadReviews:
    """Reviews whose sentences are all embedded.

    `vectors` are those of the different sentences, (n_texts, n_dims) float32, and `topic` is the place in
    `topics.topics()` of what each is about, -1 where of nothing. `review` and `text` say of each sentence
    written, (n_sentences,), which review it stands in and which text it is. `anchors` are the vectors of
    `tone.ANCHORS`.
    """

    reviews: Reviews
    vectors: NDArray[np.float32]
    topic: NDArray[np.int64]
    review: NDArray[np.int64]
    text: NDArray[np.int64]
    anchors: NDArray[np.float32]

    @classmethod
    def none(cls, reviews: Reviews) -> ReadReviews:
        """Nothing is read of them."""
        nothing, no_vectors = np.empty(0, dtype=np.int64), np.empty((0, 1), dtype=np.float32)
        without = reviews.only(np.zeros(len(reviews), dtype=np.bool_))
        return cls(without, no_vectors, nothing, nothing, nothing, no_vectors)

    @classmethod
    def stored(cls, connection: sqlite3.Connection, key: EncoderKey, reviews: Reviews) -> ReadReviews:
        """Those of which the store has every sentence; nothing is loaded."""
        said = sayings(reviews.texts)
        every = sorted({text for each in said for text in each})
        there, vectors = stored_vectors(connection, key, [*YARDSTICKS, *every])
        if not every or not there[: len(YARDSTICKS)].all():
            return cls.none(reviews)
        measured, vectors = np.split(vectors, [len(YARDSTICKS)])
        examples, anchors = np.split(measured, [EXAMPLES])
        kept = [text for text, known in zip(every, there[len(YARDSTICKS) :].tolist(), strict=True) if known]
        row = {text: number for number, text in enumerate(kept)}
        whole = np.array([bool(texts) and all(text in row for text in texts) for texts in said])
        pairs = [
            (number, row[text])
            for number, texts in enumerate(each for each, read in zip(said, whole, strict=True) if read)
            for text in texts
        ]
        review, text = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        seen = topics.centred(vectors, kept, examples)
        topic, _near = topics.topic_of(seen, topics.centred(examples, topics.examples(), examples))
        return cls(reviews.only(whole), vectors, topic, review, text, anchors)

    def known_before(self, moment: int) -> NDArray[np.int64]:
        """The sentences, as places in `text`, of reviews written before a moment, the oldest first."""
        written = self.reviews.written_at[self.review]
        order = np.argsort(written, kind="stable")
        return np.asarray(order[written[order] < moment], dtype=np.int64)


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
        if self.key is None or not len(reviews):
            return ReadReviews.none(reviews)
        return ReadReviews.stored(snapshot.connection, self.key, reviews)

    def prepare(self, snapshot: Snapshot, progress: Callable[[int, int], None]) -> bool:
        """See `OptionalFamily`: embeds the sentences that are not embedded yet."""
        if self.encoder is None:
            return False
        done: list[int] = []

        def heard(so_far: int, total: int) -> None:
            done.append(so_far)
            progress(so_far, total)

        said = sayings(read_reviews(snapshot).texts)
        texts = sorted({text for each in said for text in each} | set(YARDSTICKS))
        embed(snapshot.connection, self.encoder, texts, progress=heard)
        return bool(done)

    def lacks(self, material: ReadReviews) -> str | None:
        """See `OptionalFamily`."""
        return self.why_not or (None if len(material.reviews) else NO_REVIEWS)

    def fit(self, material: ReadReviews, cutoffs: Sequence[Cutoff]) -> tuple[FittedText, list[Floats]]:
        """See `OptionalFamily`."""
        # Sums of products differ in their last digit with the number of threads, and trees split by it.
        with _threads.limit(limits=1):
            return self._fit(material, cutoffs)

    def _fit(self, material: ReadReviews, cutoffs: Sequence[Cutoff]) -> tuple[FittedText, list[Floats]]:
        known = material.known_before(cutoffs[-1].known_before)
        vectors = material.vectors[material.text[known]]
        tone = fit_tone(vectors, material.reviews.rating[material.review[known]].tolist(), material.anchors)
        scale = _Scale.of(vectors)
        means = [scale(_mean_vectors(material, each.known_before, each.user_ids)) for each in cutoffs]
        written = np.concatenate(means)
        churned = np.concatenate([each.churned for each in cutoffs])
        fold = np.concatenate([_folds(each.user_ids) for each in cutoffs])
        there = ~np.isnan(written).any(axis=1)
        drift = _drift(written[there], churned[there])
        fitted = FittedText(self, tone, scale.middle, drift / scale.spread)
        without = np.full(len(written), np.nan)
        for number in range(FOLDS):
            others, own = there & (fold != number), there & (fold == number)
            without[own] = written[own] @ _drift(written[others], churned[others])
        ends = np.cumsum([len(each) for each in means])[:-1]
        columns = [
            np.column_stack([*fitted.complaints(material, each.known_before, each.user_ids), own])
            for each, own in zip(cutoffs, np.split(without, ends), strict=True)
        ]
        return fitted, columns

    def load(self, parts: Mapping[str, Any]) -> FittedText:
        """See `OptionalFamily`."""
        direction, middle, drift = (np.asarray(parts[name]) for name in ("tone", "middle", "drift"))
        tone = Tone(direction, float(parts["intercept"]), int(parts["rated"]))
        return FittedText(Text(EncoderKey(**parts["encoder"])), tone, middle, drift)


@dataclass(frozen=True)
class FittedText:
    """The tone and the drift, a direction, (n_dims,), seen from `middle`."""

    family: Text
    tone: Tone
    middle: Floats
    drift: Floats

    def columns(self, material: ReadReviews, known_before: int, user_ids: NDArray[np.object_]) -> Floats:
        """See `Fitted`."""
        written = _mean_vectors(material, known_before, user_ids)
        drift = _along(self.drift, written - self.middle)
        return np.column_stack([*self.complaints(material, known_before, user_ids), drift])

    def complaints(
        self, material: ReadReviews, known_before: int, user_ids: NDArray[np.object_]
    ) -> list[Floats]:
        """The columns that follow from the tone and the topics, (n_users,) each."""
        known = material.reviews.known(known_before, user_ids)
        if not len(material.reviews):
            tone = np.empty(0)
            about = np.empty((0, len(PLACES)), dtype=np.bool_)
        else:
            log_odds = self.tone.log_odds(material.vectors)[material.text]
            tone = of_reviews(log_odds, material.review, len(material.reviews))
            about = _about(material, log_odds >= 0)[known.which]
            tone = tone[known.which]
        complains = tone >= COMPLAINS_FROM
        complaints = known.only(complains)
        recent = known.age_days <= RECENT_DAYS
        found = [
            known.mean(tone),
            complaints.newest_age_days(),
            known.only(complains & recent).count(),
            known.total(tone * known.weight),
        ]
        for topic in range(len(PLACES)):
            found.append(known.only(complains & about[:, topic] & recent).count())
        return found

    def parts(self) -> dict[str, Any]:
        """See `Fitted`."""
        assert self.family.key is not None
        return {
            "encoder": asdict(self.family.key),
            "tone": self.tone.direction,
            "intercept": self.tone.intercept,
            "rated": self.tone.rated,
            "middle": self.middle,
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


def _about(material: ReadReviews, negative: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n_reviews, n_topics) whether a review has a complaining sentence about each topic of PLACES."""
    found = np.zeros((len(material.reviews), len(topics.topics()) + 1), dtype=np.bool_)
    found[material.review[negative], material.topic[material.text[negative]]] = True  # of none: the last
    return found[:, PLACES]


def _mean_vectors(material: ReadReviews, known_before: int, user_ids: NDArray[np.object_]) -> Floats:
    """(n_users, n_dims) mean of what each had written, newer reviews counting more; NaN without any.

    A review is the mean of its sentences.
    """
    known = material.reviews.known(known_before, user_ids)
    sentences = np.bincount(material.review, minlength=len(material.reviews))
    weight, user = np.zeros(len(material.reviews)), np.full(len(material.reviews), -1, dtype=np.int64)
    weight[known.which], user[known.which] = known.weight / sentences[known.which], known.row
    which = np.flatnonzero(user[material.review] >= 0)
    review = material.review[which]
    sums = np.zeros((known.users, material.vectors.shape[1]))
    np.add.at(sums, user[review], material.vectors[material.text[which]] * weight[review][:, None])
    total = known.total(known.weight)[:, None]
    return np.divide(sums, total, out=np.full_like(sums, np.nan), where=total > 0)


def _along(direction: Floats, vectors: Floats) -> Floats:
    """(n_rows,) how far each vector lies along a direction, summed as in `Tone.log_odds`."""
    return np.asarray((vectors * direction).sum(axis=1), dtype=np.float64)


def _folds(user_ids: NDArray[np.object_]) -> NDArray[np.int64]:
    """(n_users,) the fold of each user: the same in every cut-off, and for good."""
    return np.array([crc32(user_id.encode()) % FOLDS for user_id in user_ids.tolist()], dtype=np.int64)


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
