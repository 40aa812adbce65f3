"""Links between items: EASE and cosine against their plain formulas, and no cost without bound."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from predictor import item_links
from predictor.item_links import EASE_RIDGE, MOST_ITEMS_OF_A_USER, bought, cosine_neighbours, ease_weights
from predictor.purchases import Purchases


def of_matrix(dense: NDArray[np.float32]) -> Purchases:
    """One order for each user with what the row holds."""
    user, item = np.nonzero(dense)
    return Purchases(
        user_ids=tuple(f"u{row}" for row in range(dense.shape[0])),
        item_ids=tuple(f"i{column}" for column in range(dense.shape[1])),
        user=user.astype(np.int32),
        item=item.astype(np.int32),
        order=user.astype(np.int32),
        age_days=np.zeros(len(user), dtype=np.float32),
    )


@pytest.fixture
def dense() -> NDArray[np.float32]:
    """(200, 12) of ones, items with a lower number more often."""
    random = np.random.default_rng(0)
    return (random.random((200, 12)) < np.linspace(0.6, 0.1, 12)).astype(np.float32)


def test_ease_is_the_closed_form_of_its_paper(dense: NDArray[np.float32]) -> None:
    buyers = dense.sum(axis=0).astype(np.int64)
    inverse = np.linalg.inv(dense.T.astype(np.float64) @ dense + EASE_RIDGE * np.eye(12))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)

    found = ease_weights(bought(of_matrix(dense)), buyers).toarray()

    assert found == pytest.approx(expected, abs=1e-6)


def test_ease_keeps_to_the_most_bought_items(
    dense: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item_links, "EASE_ITEMS", 5)
    buyers = dense.sum(axis=0).astype(np.int64)
    found = ease_weights(bought(of_matrix(dense)), buyers).toarray()
    most = set(np.argsort(-buyers, kind="stable")[:5].tolist())
    assert set(np.nonzero(found)[0].tolist()) == most
    assert set(np.nonzero(found)[1].tolist()) == most


def test_cosine_is_that_of_the_sets_of_buyers(dense: NDArray[np.float32]) -> None:
    length = np.linalg.norm(dense, axis=0)
    expected = dense.T @ dense / np.outer(length, length)
    expected[dense.T @ dense < 2] = 0
    np.fill_diagonal(expected, 0)

    found = cosine_neighbours(bought(of_matrix(dense)), dense.sum(axis=0).astype(np.int64)).toarray()

    assert found == pytest.approx(expected, abs=1e-6)


def test_two_items_of_a_single_buyer_are_no_neighbours() -> None:
    dense = np.array([[1, 1, 0], [1, 0, 1], [1, 0, 1]], dtype=np.float32)
    found = cosine_neighbours(bought(of_matrix(dense)), np.array([3, 1, 2])).toarray()
    assert found[0, 1] == 0
    assert found[0, 2] > 0


def test_of_a_buyer_of_everything_the_latest_items_count() -> None:
    n_items = MOST_ITEMS_OF_A_USER + 50
    everything = of_matrix(np.ones((1, n_items), dtype=np.float32))
    # From the oldest on: the first fifty are the oldest.
    everything = Purchases(
        everything.user_ids,
        everything.item_ids,
        everything.user,
        everything.item,
        everything.item,
        np.arange(n_items, 0, -1, dtype=np.float32),
    )
    kept = bought(everything).toarray()[0]
    assert kept[:50].sum() == 0
    assert kept[50:].sum() == MOST_ITEMS_OF_A_USER
