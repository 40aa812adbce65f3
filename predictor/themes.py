"""Themes: what many sentences of reviews say alike, found by meaning across languages, counted, compared.

A complaint is first held against the topics that shops know (`predictor.topics`), which have a name in every
language. What is near none of them is clustered by average linkage, which needs neither a number of clusters
nor chance: the same reviews give the same themes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.rate_difference import newcombe
from predictor.topics import Topic, centred, examples, topic_of, topics

Vectors = NDArray[np.float32]

MOST_CLUSTERED = 2_500  # different sentences; the most frequent ones, the others join the nearest cluster
PRAISE = "praise"  # the topic of mere praise: no theme among complaints
FEWEST = 3  # reviews that make a theme
LINKAGE = 0.85  # cosine distance up to which two groups are one theme
JOINS = 0.25  # cosine to the middle of a theme from which a further sentence joins it


@dataclass(frozen=True)
class Clusters:
    """Sentences by theme: `of` says which one each belongs to, (n_sentences,), -1 where to none.

    `near` is how near it lies to the middle of its theme, (n_sentences,) cosines. `topics` has the topic that
    each theme is, None where it is a cluster of its own.
    """

    of: NDArray[np.int64]
    near: NDArray[np.float64]
    topics: tuple[Topic | None, ...]


def cluster(
    sentences: Sequence[str],
    vectors: Vectors,
    weight: NDArray[np.int64],
    example_vectors: Vectors,
    *,
    complaints: bool,
) -> Clusters:
    """Themes among different sentences, (n_sentences, n_dims); `weight` is how many reviews say each.

    `example_vectors` are those of `topics.examples()`. Complaints are sorted into the topics that shops know;
    what is near none of them, and all praise, is clustered. Sentences of mere feeling belong to no theme.
    """
    if not len(sentences):
        return Clusters(np.empty(0, dtype=np.int64), np.empty(0), ())
    seen = centred(vectors, sentences, example_vectors)
    topic, nearness = topic_of(seen, centred(example_vectors, examples(), example_vectors))
    general = np.array([each.general for each in topics()])
    praise = np.array([each.key == PRAISE for each in topics()])
    feeling = (topic >= 0) & general[topic] & ~(praise[topic] & (not complaints))
    known = (topic >= 0) & ~feeling if complaints else np.zeros(len(sentences), dtype=np.bool_)
    of = np.full(len(sentences), -1, dtype=np.int64)
    present = np.unique(topic[known])
    of[known] = np.searchsorted(present, topic[known])
    found: list[Topic | None] = [topics()[place] for place in present.tolist()]
    loose = np.flatnonzero(~known & ~feeling)
    labels, near = _clustered(seen[loose], weight[loose])
    near_of = np.where(known, nearness, 0.0).astype(np.float64)
    near_of[loose] = near
    of[loose] = np.where(labels >= 0, labels + len(found), -1)
    return Clusters(of, near_of, (*found, *([None] * (int(labels.max(initial=-1)) + 1))))


def _clustered(seen: Vectors, weight: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The cluster of each sentence, the heaviest numbered 0, -1 for none, and the cosine to its middle."""
    of = np.full(len(seen), -1, dtype=np.int64)
    chosen = np.sort(np.lexsort((np.arange(len(seen)), -weight))[:MOST_CLUSTERED])
    if len(chosen) < 2:
        return of, np.zeros(len(seen))
    labels = _linked(seen[chosen])
    number = int(labels.max()) + 1
    middles = np.zeros((number, seen.shape[1]))
    np.add.at(middles, labels, seen[chosen] * np.sqrt(weight[chosen])[:, None])
    middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-9)
    cosines = seen @ middles.T
    of[chosen] = labels
    rest = np.flatnonzero(of < 0)
    joins = rest[cosines[rest].max(axis=1) >= JOINS] if len(rest) else rest
    of[joins] = cosines[joins].argmax(axis=1)
    said = np.bincount(of[of >= 0], weights=weight[of >= 0], minlength=number)
    order = np.lexsort((np.arange(number), -said))
    order = order[said[order] >= FEWEST]
    renamed = np.full(number + 1, -1, dtype=np.int64)
    renamed[order] = np.arange(len(order))
    return renamed[of], np.where(of >= 0, cosines[np.arange(len(of)), np.maximum(of, 0)], 0.0)


def _linked(vectors: Vectors) -> NDArray[np.int64]:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    tree = linkage(pdist(vectors.astype(np.float64), "cosine"), "average")
    return np.asarray(fcluster(tree, LINKAGE, "distance"), dtype=np.int64) - 1


@dataclass(frozen=True)
class Change:
    """The difference of two shares with its interval; `real` where noise alone would hardly give it."""

    difference: float
    low: float
    high: float

    @property
    def real(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def change(now: int, of_now: int, then: int, of_then: int, *, looked_at: int) -> Change | None:
    """The share now/of_now less then/of_then, with Newcombe's interval (1998, method 10); None without any.

    Of `looked_at` themes, one in twenty answers may hold one false alarm: 95 % by Bonferroni.
    """
    from scipy.stats import norm

    if not of_now or not of_then:
        return None
    z = float(norm.ppf(1 - 0.025 / max(1, looked_at)))
    low, high = newcombe(now, of_now, then, of_then, z)
    return Change(now / of_now - then / of_then, float(low), float(high))
