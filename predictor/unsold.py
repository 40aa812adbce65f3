"""Items that hardly anybody bought yet, for whom buys or praises what reads like them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictor.catalogue import Catalogue, centred, text_of
from predictor.embeddings import embed
from predictor.encoder import Encoder
from predictor.errors import EncoderError
from predictor.purchases import Purchases
from storage.snapshot import KNOWN_REVIEWS, Snapshot

# Cosine about the shop's mean text from which on two items are alike; set without measurement.
ALIKE_FROM = 0.35
MOST_READ = 500  # of the items listed last: an answer must not wait for a whole catalogue to be read
MOST_OF_A_USER = 20
_FADES_DAYS = 180.0
_PRAISE_FROM = 4.0  # stars

_LISTED = """
SELECT item_id, name, category FROM items
WHERE name IS NOT NULL AND COALESCE(available, 1) <> 0 ORDER BY import_id DESC, item_id
"""
_PRAISED = "SELECT DISTINCT item_id FROM known_reviews WHERE rating >= :praise AND item_id IS NOT NULL"


@dataclass(frozen=True)
class Alike:
    """An item hardly anybody bought, and the place in the catalogue of the user's own item it reads like."""

    item_id: str
    name: str
    own_item: int
    praised: bool
    cosine: float


def alike(
    snapshot: Snapshot, catalogue: Catalogue, encoder: Encoder, bought: Purchases, user_id: str, most: int
) -> list[Alike]:
    """At most `most` such items for one user, the most alike first; none where texts cannot be read.

    `bought` are all purchases of the user. Items that cannot be had are left out.
    """
    known = set(catalogue.item_ids) | set(bought.item_ids)
    rows = [row for row in snapshot.connection.execute(_LISTED) if row["item_id"] not in known][:MOST_READ]
    praised = {
        row[0]
        for row in snapshot.query(_PRAISED, {"praise": _PRAISE_FROM}, user_id=user_id, known=KNOWN_REVIEWS)
    }
    mine = bought.known(catalogue.item_ids)
    weight = np.bincount(mine.item, weights=np.exp(-mine.age_days / _FADES_DAYS))
    own = [int(place) for place in np.argsort(-weight, kind="stable")[:MOST_OF_A_USER] if weight[place] > 0]
    own += [place for place, each in enumerate(catalogue.item_ids) if each in praised and place not in own]
    if not rows or not own or not most:
        return []
    try:
        read = embed(
            snapshot.connection, encoder, [text_of(row["name"], row["category"] or "") for row in rows]
        )
    except EncoderError:
        return []
    if read.shape[1] != catalogue.texts.shape[1]:
        return []
    cosine = centred(read, catalogue.text_mean) @ catalogue.texts[own].astype(np.float32).T
    nearest = cosine.argmax(axis=1)
    best = cosine.max(axis=1)
    return [
        Alike(
            rows[row]["item_id"],
            rows[row]["name"],
            own[nearest[row]],
            catalogue.item_ids[own[nearest[row]]] in praised,
            float(best[row]),
        )
        for row in np.argsort(-best, kind="stable")[:most]
        if best[row] >= ALIKE_FROM
    ]
