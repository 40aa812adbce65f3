"""What to offer whom: the recommender in use, its answer for one user with reasons, and for everybody."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from predictor.catalogue import Catalogue
from predictor.embeddings import embed
from predictor.encoder import Encoder
from predictor.errors import EncoderError
from predictor.features.feature import N_
from predictor.purchases import Purchases, purchase_batches, purchases
from predictor.recommender import WINDOW_DAYS, Ranked, Recommender, fit_recommender
from predictor.unsold import alike
from storage import model_store
from storage.errors import NoModelError
from storage.model_store import ModelRecord
from storage.snapshot import Snapshot, as_now, data_through, latest_snapshot

TASK = "recommend"
_USERS_AT_ONCE = 250
# One place in so many goes to an item that hardly anybody bought yet, where one reads like what a user buys.
PLACES_FOR_ONE_UNSOLD = 5
# A purchase is due when about as much time has gone by as usually does; what is long overdue may be over.
DUE_FROM, DUE_UNTIL = 0.75, 2.0
DUE = N_("buys it every {gap_days} days, due now")


@dataclass(frozen=True)
class Recommendation:
    """An item to offer a user, and why: a translatable template with the user's own figures for it.

    `score` is the chance that the user buys it within the window; None for who never bought anything: then it
    is what most users buy first.
    """

    item_id: str
    name: str
    score: float | None
    reason: str
    values: dict[str, object] = field(default_factory=dict)


def train_recommender(
    connection: sqlite3.Connection,
    models: Path,
    *,
    as_of: date | None,
    active_days: int,
    encoder: Encoder | None = None,
) -> ModelRecord:
    """Fit as of a day (default: that of the latest order) and put it in use, unless a newer one is.

    Names and categories of items are read where there is an encoder. Raises TooLittleHistoryError.
    """
    snapshot = latest_snapshot(connection) if as_of is None else Snapshot(connection, as_of)
    key = _readable(encoder)
    recommender, card = fit_recommender(
        snapshot, partial(embed, connection, encoder) if encoder and key else None
    )
    card["texts"] = key if card["texts"] else None
    record = model_store.add_candidate(
        connection,
        models,
        task=TASK,
        parts=recommender.parts(),
        as_of=snapshot.as_of,
        horizon_days=card["window_days"],
        active_days=active_days,
        card=card,
    )
    return model_store.promote_unless_older(connection, record)


def recommender_in_use(connection: sqlite3.Connection) -> ModelRecord:
    """The record of the recommender in use; raises NoModelError, or EmptyStoreError in an empty store."""
    record = model_store.promoted(connection, TASK)
    if record is None:
        data_through(connection)
        raise NoModelError(
            "There is no model for recommendations here: none is trained yet, or too little was bought in"
            " the last {days} days.",
            next_step="Train one: opsbot train (after importing more orders, where there were few).",
            days=WINDOW_DAYS,
        )
    return record


def recommender_known_at(connection: sqlite3.Connection, as_of: date) -> ModelRecord:
    """The recommender with the greatest as_of up to that day, whatever its stage; raises NoModelError."""
    record = model_store.known_at(connection, TASK, as_of)
    if record is None:
        raise NoModelError(
            "No model for recommendations was trained on what was known by {as_of}.",
            next_step="Train one first: opsbot train --as-of {as_of}",
            as_of=as_of,
        )
    return record


def recommendations(
    connection: sqlite3.Connection,
    models: Path,
    user_id: str,
    as_of: date,
    most: int,
    *,
    only_new: bool = False,
    encoder: Encoder | None = None,
) -> list[Recommendation]:
    """The `most` best items for one user, each with its reason; what cannot be had is left out.

    With an encoder the last places may go to items that hardly anybody bought yet.
    """
    record = recommender_in_use(connection)
    recommender = _loaded(record, models)
    bought = purchases(as_now(connection, as_of), user_id=user_id)
    left_out = unavailable(connection)
    known = bought.known(recommender.catalogue.item_ids)
    if not len(known):
        return _favourites(connection, recommender, most, left_out)
    unsold: list[Recommendation] = []
    if encoder is not None and record.card.get("texts") == (_readable(encoder) or ""):
        unsold = _unsold(connection, recommender.catalogue, encoder, bought, user_id, as_of, most)
    ranked = recommender.ranked(bought, most - len(unsold), only_new=only_new, left_out=left_out)
    why = _Why(connection, recommender, known, ranked)
    return [
        Recommendation(
            recommender.catalogue.item_ids[item],
            _name(connection, recommender.catalogue, item),
            float(ranked.score[row]),
            *why.reason(row),
        )
        for row, item in enumerate(ranked.item.tolist())
    ] + unsold


def _readable(encoder: Encoder | None) -> str | None:
    """What vectors of that encoder depend on; None where its weights are not there."""
    try:
        return str(encoder.key) if encoder else None
    except EncoderError:
        return None


def _unsold(
    connection: sqlite3.Connection,
    catalogue: Catalogue,
    encoder: Encoder,
    bought: Purchases,
    user_id: str,
    as_of: date,
    most: int,
) -> list[Recommendation]:
    """Items hardly anybody bought, for a part of the places; nothing says how likely they are bought."""
    found = alike(
        as_now(connection, as_of), catalogue, encoder, bought, user_id, most // PLACES_FOR_ONE_UNSOLD
    )
    return [
        Recommendation(
            each.item_id,
            each.name,
            None,
            N_("new or hardly bought so far; like {item}, which they praised")
            if each.praised
            else N_("new or hardly bought so far; like {item}, which they buy"),
            {"item": _name(connection, catalogue, each.own_item)},
        )
        for each in found
    ]


def recommend_everybody(
    connection: sqlite3.Connection,
    models: Path,
    record: ModelRecord,
    as_of: date,
    most: int,
    *,
    now: bool = False,
) -> Iterator[tuple[str, int, str, float]]:
    """(user_id, rank, item_id, score) of the `most` best items of all users active as of that day.

    With `now` merges and exclusions are those that hold now, and what is not available now is left out.
    """
    recommender = _loaded(record, models)
    snapshot = as_now(connection, as_of) if now else Snapshot(connection, as_of)
    left_out = unavailable(connection) if now else frozenset[str]()
    for batch in purchase_batches(snapshot, users=_USERS_AT_ONCE):
        ranked = recommender.ranked(batch, most, left_out=left_out)
        recency = np.full(len(batch.user_ids), np.inf)
        np.minimum.at(recency, batch.user, batch.age_days)
        for row in np.flatnonzero(recency[ranked.user] <= record.active_days):
            yield (
                batch.user_ids[ranked.user[row]],
                int(ranked.rank[row]),
                recommender.catalogue.item_ids[ranked.item[row]],
                float(ranked.score[row]),
            )


def unavailable(connection: sqlite3.Connection) -> frozenset[str]:
    """The ids of items that the shop says cannot be had now."""
    return frozenset(row[0] for row in connection.execute("SELECT item_id FROM items WHERE available = 0"))


def _name(connection: sqlite3.Connection, catalogue: Catalogue, place: int) -> str:
    """What an item is called: by the shop's list of items, else by its order lines, else its id."""
    item_id = catalogue.item_ids[place]
    row = connection.execute("SELECT name FROM items WHERE item_id = ?", (item_id,)).fetchone()
    return (row and row[0]) or catalogue.names[place] or item_id


def _favourites(
    connection: sqlite3.Connection, recommender: Recommender, most: int, left_out: frozenset[str]
) -> list[Recommendation]:
    """What new users buy first, for somebody who has not bought anything yet."""
    catalogue = recommender.catalogue
    order = np.argsort(-catalogue.first_buyers, kind="stable")
    offered = [place for place in order if catalogue.item_ids[place] not in left_out][:most]
    return [
        Recommendation(
            item_id=catalogue.item_ids[place],
            name=_name(connection, catalogue, place),
            score=None,
            reason=N_("in the first order of {users} users"),
            values={"users": int(catalogue.first_buyers[place])},
        )
        for place in offered
    ]


class _Why:
    """The reasons of one user's recommendations."""

    def __init__(
        self, connection: sqlite3.Connection, recommender: Recommender, known: Purchases, ranked: Ranked
    ) -> None:
        self._connection = connection
        self._catalogue = recommender.catalogue
        self._own = np.unique(known.item)
        self._ranked = ranked
        self._columns = {
            name: ranked.column(name) for name in ("own_orders", "own_gap_days", "own_last_days", "own_due")
        }

    def reason(self, row: int) -> tuple[str, dict[str, object]]:
        """Template and values: the user's own rhythm first, then what goes with what they bought."""
        orders, gap, last, due = (float(column[row]) for column in self._columns.values())
        if orders >= 2 and DUE_FROM <= due <= DUE_UNTIL:
            return DUE, {"gap_days": gap}
        if orders >= 2:
            return N_("bought {orders} times, last {last_days} days ago"), {
                "orders": orders,
                "last_days": last,
            }
        if orders == 1:
            return N_("bought once, {last_days} days ago"), {"last_days": last}
        item = int(self._ranked.item[row])
        link = self._catalogue.cosine[[item], :].toarray()[0][self._own]
        if len(link) and link.max() > 0:
            other = int(self._own[int(link.argmax())])
            return N_("often bought with {item}"), {"item": _name(self._connection, self._catalogue, other)}
        recent = int(self._catalogue.recent_buyers[item])
        return N_("bought by {users} users in the last 30 days"), {"users": recent}


_in_memory: dict[tuple[str, str], Recommender] = {}


def _loaded(record: ModelRecord, models: Path) -> Recommender:
    """The recommender of that record, read once; the checksum in the key makes another file another entry."""
    key = (str(models / record.file_name), record.sha256)
    if key not in _in_memory:
        recommender = Recommender.from_parts(model_store.load_parts(record, models))
        _in_memory.clear()
        _in_memory[key] = recommender
    return _in_memory[key]
