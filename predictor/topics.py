"""What reviews of shops are about: topics, each given by example sentences in several languages."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from predictor.said import is_chinese

Vectors = NDArray[np.float32]

# A sentence is about a topic when it is at least this near to two of its examples, in cosine, and nearer
# than to those of any other. Of 114 wordings in which the demo's users say what went wrong, 97 get their
# topic, 10 none and 7 another; of 78 that only say how they feel, 18 are taken for a topic. The examples
# were changed while looking at that shop: on 380 real sentences labelled by hand (`make bench-topics`) half
# of what is said to be about a topic is, and half of what is about one is found; 0.2 is the best there, too.
NEAR = 0.2
_EXAMPLES_COMPARED = 2


@dataclass(frozen=True)
class Topic:
    """A topic and what it is called by language. A `general` one says how somebody feels, not about what."""

    key: str
    names: dict[str, str]
    examples: tuple[str, ...]
    general: bool


@cache
def topics() -> tuple[Topic, ...]:
    """All of them, as `topics.toml` has them."""
    text = (files("predictor") / "topics.toml").read_text(encoding="utf-8")
    return tuple(
        Topic(
            key,
            {language: said[language] for language in ("en", "zh") if language in said},
            tuple(said["examples"]),
            bool(said.get("general")),
        )
        for key, said in tomllib.loads(text).items()
    )


def examples() -> tuple[str, ...]:
    """The example sentences of all topics, in their order."""
    return tuple(example for topic in topics() for example in topic.examples)


def centred(vectors: Vectors, sentences: Sequence[str], example_vectors: Vectors) -> Vectors:
    """The vectors seen from the middle of the examples in the same language, of length 1 again.

    An encoder sets languages apart more than meanings; so seen, a sentence is nearest to what means the same.
    """
    chinese = np.array([is_chinese(sentence) for sentence in sentences], dtype=np.bool_)
    of_examples = np.array([is_chinese(example) for example in examples()])
    seen = vectors.astype(np.float32, copy=True)
    for own, middle in (
        (chinese, example_vectors[of_examples].mean(axis=0)),
        (~chinese, example_vectors[~of_examples].mean(axis=0)),
    ):
        seen[own] -= middle
    return np.asarray(seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def topic_of(
    seen: Vectors, examples_seen: Vectors, at_least: float = NEAR
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The place in `topics()` of what each sentence is about, and how near it is; −1 where near to none.

    Both are as `centred` gives them; near is `at_least`.
    """
    nearness = seen @ examples_seen.T
    of_topics, start = [], 0
    for topic in topics():
        own = nearness[:, start : start + len(topic.examples)]
        of_topics.append(np.sort(own, axis=1)[:, -_EXAMPLES_COMPARED:].mean(axis=1))
        start += len(topic.examples)
    scores = np.column_stack(of_topics)
    near = scores.max(axis=1)
    return np.where(near >= at_least, scores.argmax(axis=1), -1).astype(np.int64), near
