"""Sentences find the topic they are about, in whatever language, and those of mere feeling find none."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.encoder import load_encoder
from predictor.themes import cluster
from predictor.topics import Vectors, centred, examples, topic_of, topics

# Not one of them is an example of a topic.
ABOUT = {
    "late": ("My order needed three weeks until it was here.", "快递走了半个月。"),
    "damaged": ("The vase was broken when I unpacked it.", "拆开一看杯子全碎了。"),
    "service": ("I wrote to support three times without an answer.", "给客服发消息没人回。"),
    "price": ("For this money it is far too expensive.", "这个价格太贵了。"),
    "refund": ("They will not give me my money back.", "申请退款一直不处理。"),
    "size": ("The shoes are two sizes too small.", "衣服尺码太小穿不上。"),
}
FEELINGS = ("I am really disappointed.", "Never again!", "太失望了。", "再也不会来了。")


@pytest.fixture(scope="module")
def example_vectors() -> Vectors:
    """The vectors of the examples, by the real model."""
    return load_encoder().encode(examples())


def topics_of(sentences: tuple[str, ...], example_vectors: Vectors) -> list[str]:
    seen = centred(load_encoder().encode(sentences), sentences, example_vectors)
    place, near = topic_of(seen, centred(example_vectors, examples(), example_vectors))
    assert np.isfinite(near).all()
    return [topics()[each].key if each >= 0 else "" for each in place.tolist()]


@pytest.mark.parametrize(("topic", "sentences"), ABOUT.items(), ids=ABOUT)
def test_a_complaint_finds_its_topic_in_both_languages(
    topic: str, sentences: tuple[str, ...], example_vectors: Vectors
) -> None:
    assert topics_of(sentences, example_vectors) == [topic] * len(sentences)


def test_mere_feeling_is_no_topic(example_vectors: Vectors) -> None:
    general = {topic.key for topic in topics() if topic.general}
    assert set(topics_of(FEELINGS, example_vectors)) <= general
    made = cluster(
        FEELINGS,
        load_encoder().encode(FEELINGS),
        np.full(len(FEELINGS), 5),
        example_vectors,
        complaints=True,
    )
    assert made.of.tolist() == [-1] * len(FEELINGS)


def test_what_no_topic_covers_is_a_theme_of_its_own(example_vectors: Vectors) -> None:
    odd = ("The manual is only in Finnish.", "The manual is only printed in Finnish.")
    said = (*odd, *ABOUT["late"])
    vectors = load_encoder().encode(said)
    made = cluster(said, vectors, np.full(len(said), 5), example_vectors, complaints=True)
    assert made.of[0] == made.of[1] >= 0
    assert made.topics[made.of[0]] is None
    late = made.topics[made.of[2]]
    assert late is not None
    assert late.key == "late"
    again = cluster(said, vectors, np.full(len(said), 5), example_vectors, complaints=True)
    assert (made.of == again.of).all()


def test_every_topic_has_a_name_in_each_language_and_examples_in_both() -> None:
    for topic in topics():
        assert topic.general or set(topic.names) == {"en", "zh"}
        assert len(topic.examples) >= 6
    assert len(set(examples())) == len(examples())
