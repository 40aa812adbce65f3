"""What a message to one user may say because it is true: last purchase, what to offer, which offer."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from predictor.languages import language_code, usual_language
from predictor.recommendations import recommendations
from predictor.segments import segment_of
from storage import model_store, offers
from storage.identities import ids_of
from storage.masking import mask
from storage.offers import Offer
from storage.snapshot import KNOWN_REVIEWS, Snapshot

LONGEST_NAME = 60
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# A name that is more than one: a link, markup, somebody's address. No customer is to read that.
_NO_NAME = re.compile(r"://|www\.|@|[\[\]{}<>|\\*`\n\r]|\*\*\*")
_REVIEWS_READ = 20
_RECOMMENDED = 10
# What tells the sizes of one thing from each other: 250 g, 100克, 12 x 330 ml, size 42, XL.
_SIZE = re.compile(
    r"(?:\d+\s*[x×]\s*)?\d+(?:[.,]\d+)?\s*(?:"
    r"(?:kg|mg|g|ml|cl|l|oz|lbs?|mm|cm|m|pcs|pieces|packs?|stück)(?![^\W\d_])"
    r"|千克|公斤|毫升|厘米|克|斤|升|片|包|袋|支|件|盒|码)装?"
    r"|\b(?:size|gr[öo](?:ß|ss)e)\s+\w+|(?<=[\s,(/-])(?:xxs|xs|s|m|l|xl|xxl)\b"
    r"|\b(?:extra[\s-]+)?(?:small|medium|large|big|mini|klein|mittel|gro(?:ß|ss))(?:e[nrsm]?)?(?![\w-]*[^\W\d_])"
    r"|(?:特|超|加|迷)?[大中小]\s*[号码](?:装|款)?|均码|迷你(?:装|款)?|[大中小](?:包装|瓶装|袋装|盒装|罐装|装)"
)
# Offers that ended longer ago than this are not spoken of any more.
ENDED_LATELY_DAYS = 14

# The dearest first of what the last order holds and the user kept.
_LAST_ORDER = """
SELECT l.item_id, COALESCE(i.name, l.item_name) AS name, l.ordered_at, l.status, l.category,
    EXISTS (
        SELECT 1 FROM known_lines r
        WHERE r.bought = 0 AND r.item_id = l.item_id AND r.ordered_at >= l.ordered_at
    ) AS sent_back
FROM known_lines l LEFT JOIN items i ON i.item_id = l.item_id
WHERE l.bought = 1 AND l.order_id = (
    SELECT order_id FROM orders ORDER BY ordered_at DESC, order_id DESC LIMIT 1
)
ORDER BY l.total_cents DESC, l.item_id
"""
_CATEGORIES = " SELECT DISTINCT category FROM known_lines WHERE bought = 1 AND category IS NOT NULL"
_REVIEW_TEXTS = " SELECT text FROM known_reviews ORDER BY written_at DESC LIMIT :most"

LanguageFrom = Literal["user", "reviews", "shop"]


@dataclass(frozen=True)
class Item:
    """Something a message may name; `at` is when it was bought (epoch seconds), None where it is offered."""

    item_id: str
    name: str
    at: int | None = None


@dataclass(frozen=True)
class ChosenOffer:
    """The offer for a user on a day, and those that are not used: they ended lately, or begin later."""

    offer: Offer | None
    ended: Sequence[Offer]
    later: Sequence[Offer]


def named_in(name: str | None, language: str) -> str | None:
    """What a thing is called in that language, where it is called something that may stand in a message.

    Of "Green tea / 绿茶" that is the half in the language's letters.
    """
    plain = " ".join((name or "").split())
    halves = [half.strip() for half in re.split(r"\s/\s", plain)]
    if len(halves) == 2 and bool(_CHINESE.search(halves[0])) != bool(_CHINESE.search(halves[1])):
        plain = next(half for half in halves if bool(_CHINESE.search(half)) == (language == "zh"))
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable() or _NO_NAME.search(plain):
        return None
    return plain if mask(plain) == plain else None


def without_size(name: str) -> str:
    """A name as it is for all sizes and weights of the thing; of "Green tea, 250 g" green tea."""
    return " ".join(re.sub(r"[\W_]+", " ", _SIZE.sub(" ", name.casefold())).split())


def user_language(snapshot: Snapshot, user_id: str) -> tuple[str, LanguageFrom] | None:
    """The language to write to a user in, and who says so: the shop's users, or the user's own reviews."""
    for each in (user_id, *ids_of(snapshot.connection, user_id)):
        row = snapshot.connection.execute("SELECT language FROM users WHERE user_id = ?", (each,)).fetchone()
        if row and row[0] and (code := language_code(row[0])):
            return code, "user"
    texts = snapshot.query(_REVIEW_TEXTS, {"most": _REVIEWS_READ}, user_id=user_id, known=KNOWN_REVIEWS)
    written = usual_language(row[0] for row in texts)
    return (written, "reviews") if written else None


def last_purchase(snapshot: Snapshot, user_id: str, language: str) -> Item | None:
    """An item of the user's last order that they kept and that has a name; None where there is none.

    An older order is never taken in its place: it would not be the last.
    """
    for row in snapshot.query(_LAST_ORDER, user_id=user_id):
        name = named_in(row["name"], language)
        if name and not row["sent_back"] and row["status"] != "refunded":
            return Item(row["item_id"], name, row["ordered_at"])
    return None


def recommended_item(
    connection: sqlite3.Connection,
    models: Path,
    user_id: str,
    as_of: date,
    language: str,
    *,
    besides: Item | None = None,
) -> Item | None:
    """The best item to offer, no size of `besides` in its place; None without one or a recommender."""
    if model_store.promoted(connection, "recommend") is None:
        return None
    for each in recommendations(connection, models, user_id, as_of, _RECOMMENDED):
        name = named_in(each.name, language)
        if not name or name == each.item_id:
            continue
        if besides is None or (
            each.item_id != besides.item_id and without_size(name) != without_size(besides.name)
        ):
            return Item(each.item_id, name)
    return None


def chosen_offer(snapshot: Snapshot, user_id: str, today: date) -> ChosenOffer:
    """The offer to name on that day of the shop: rather one for this user alone, then the one ending first.

    One for a segment is for who is in it; one for a category for who bought from it.
    """
    known = offers.every(snapshot.connection)
    groups = segment_of(snapshot.connection, user_id)
    mine = {f"{scheme}:{key}" for scheme, key in zip(("segment", "rfm"), groups or (), strict=False)}
    bought = {row[0] for row in snapshot.query(_CATEGORIES, user_id=user_id)}
    fitting = [
        offer
        for offer in known
        if offer.holds_on(today)
        and (offer.segment is None or offer.segment in mine)
        and (offer.category is None or offer.category in bought)
    ]
    fitting.sort(key=lambda offer: (offer.segment is None, offer.category is None, offer.valid_until))
    return ChosenOffer(
        offer=fitting[0] if fitting else None,
        ended=[offer for offer in known if 0 < (today - offer.valid_until).days <= ENDED_LATELY_DAYS],
        later=[offer for offer in known if offer.valid_from > today],
    )
