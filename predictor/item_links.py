"""Which items go to the same buyers: cosine neighbours, and EASE weights among the most bought.

EASE is the closed-form item–item regression of Steck 2019, "Embarrassingly Shallow Autoencoders for
Sparse Data": with P = (XᵀX + λI)⁻¹, the weight of item i for item j is −P_ij / P_jj; none for itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array
from threadpoolctl import ThreadpoolController

from predictor.purchases import Purchases

NEIGHBOURS = 40
EASE_ITEMS = 2_500  # a dense inverse: 25 MB and a few CPU-seconds at this size, and both grow fast
EASE_WEIGHTS = 100  # kept for each item: the others add noise and megabytes
EASE_RIDGE = 300.0
# A wholesaler who bought everything says little about any two items, and costs the square of their number.
MOST_ITEMS_OF_A_USER = 200
_BLOCK = 250  # of a dense row of pairs each: memory follows it

_threads = ThreadpoolController()


def bought(purchases: Purchases) -> csr_array:
    """(n_users, n_items) of ones: who bought what; of each user the latest MOST_ITEMS_OF_A_USER items."""
    n_users, n_items = len(purchases.user_ids), len(purchases.item_ids)
    pairs, latest = np.unique(
        purchases.user.astype(np.int64)[::-1] * n_items + purchases.item[::-1], return_index=True
    )
    user, item = np.divmod(pairs, n_items) if n_items else (pairs, pairs)
    # `latest` counts from the newest row of a user: the first so many of each user are the latest bought.
    newest_first = np.lexsort((latest, user))
    start = np.searchsorted(user[newest_first], np.arange(n_users))
    place = np.arange(len(user)) - start[user[newest_first]]
    kept = newest_first[place < MOST_ITEMS_OF_A_USER]
    ones = np.ones(len(kept), dtype=np.float32)
    return csr_array((ones, (user[kept], item[kept])), shape=(n_users, n_items))


def cosine_neighbours(who_bought: csr_array, buyers: NDArray[np.int64]) -> csr_array:
    """(n_items, n_items) cosine of the sets of buyers, the NEIGHBOURS highest of each item (a row).

    A pair that a single user bought is a coincidence and left out.
    """
    columns = csc_array(who_bought)
    length = np.sqrt(np.maximum(buyers, 1)).astype(np.float32)
    blocks = []
    for start in range(0, who_bought.shape[1], _BLOCK):
        block = csr_array(columns[:, start : start + _BLOCK].T @ who_bought)
        rows = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
        both = block.data.copy()
        block.data = both / (length[start + rows] * length[block.indices])
        block.data[(both < 2) | (block.indices == start + rows)] = 0
        blocks.append(_highest(block, NEIGHBOURS))
    return _stacked(blocks, who_bought.shape[1])


def ease_weights(who_bought: csr_array, buyers: NDArray[np.int64], ridge: float = EASE_RIDGE) -> csr_array:
    """(n_items, n_items) EASE weights from an item (a row) to others, among the EASE_ITEMS most bought."""
    n_items = who_bought.shape[1]
    chosen = np.sort(np.argsort(-buyers, kind="stable")[:EASE_ITEMS])
    part = csr_array(csc_array(who_bought)[:, chosen])
    gram = (part.T @ part).toarray().astype(np.float64)
    gram[np.diag_indices_from(gram)] += ridge
    with _threads.limit(limits=1):
        inverse = np.linalg.inv(gram) if len(chosen) else gram
    del gram
    inverse /= -np.diag(inverse).copy()
    weights = inverse
    np.fill_diagonal(weights, 0.0)
    # The strongest into each item: a column of the regression.
    strongest = np.concatenate(
        [
            np.argsort(-np.abs(weights[:, start : start + _BLOCK]), axis=0, kind="stable")[:EASE_WEIGHTS]
            for start in range(0, max(len(chosen), 1), _BLOCK)
        ],
        axis=1,
    )
    to = np.broadcast_to(np.arange(len(chosen)), strongest.shape)
    values = np.take_along_axis(weights, strongest, axis=0).astype(np.float32)
    return csr_array(
        (values.ravel(), (chosen[strongest.ravel()], chosen[to.ravel()])), shape=(n_items, n_items)
    )


def _highest(block: csr_array, most: int) -> csr_array:
    """The `most` highest positive values of each row."""
    rows = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
    order = np.lexsort((block.indices, -block.data, rows))
    place = np.arange(len(order)) - block.indptr[rows[order]]
    kept = order[(place < most) & (block.data[order] > 0)]
    return csr_array((block.data[kept], (rows[kept], block.indices[kept])), shape=block.shape)


def _stacked(blocks: list[csr_array], n_items: int) -> csr_array:
    from scipy.sparse import vstack

    return csr_array(vstack(blocks)) if blocks else csr_array((n_items, n_items), dtype=np.float32)
