"""What the users of the demo shop write: praise now and then, and complaints before they leave."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from storage.demo import phrases_en, phrases_zh, truths
from storage.demo.aftermath import END, Outcome, times
from storage.demo.baskets import Lines
from storage.demo.catalogue import CATEGORIES, COFFEE, Item
from storage.demo.people import People
from storage.demo.rhythm import GUEST, Ints, Orders
from storage.demo.seasons import clock_seconds

REVIEW_FIELDS = ("review_id", "user_id", "written_at", "text", "rating", "item_id")
PRAISE_AFTER_DAYS = (3, 14)
DRAWS = 8  # random numbers that one text takes
PRAISE_RATINGS = (5, 5, 5, 4, 4)
COMPLAINT_RATINGS = (1, 1, 1, 2, 2)
LUKEWARM_RATING = 3
SAMPLES_SHELF = len(CATEGORIES)


@dataclass(frozen=True)
class _Written:
    """One entry per review, by time."""

    order: Ints
    at: Ints


def review_rows(
    people: People,
    orders: Orders,
    lines: Lines,
    outcome: Outcome,
    items: list[Item],
    rng: np.random.Generator,
) -> list[tuple[str, ...]]:
    """The rows of reviews.csv by time, fields as in `REVIEW_FIELDS`."""
    written = _who_writes(people, orders, outcome, rng)
    count = len(written.order)
    draws = rng.integers(0, 1 << 30, (count, DRAWS)).tolist()
    moods = rng.random((count, 3)).tolist()
    written_at = times(written.at)
    rows: list[tuple[str, ...]] = []
    for n, order in enumerate(written.order.tolist()):
        user = int(orders.user[order])
        item = items[lines.subject[order]]
        theme = truths.THEMES[orders.theme[order]]
        words = phrases_zh if people.reads_chinese[user] else phrases_en
        text, rating = _review(words, theme, item, draws[n], moods[n])
        rows.append((f"V{n + 1:05d}", str(user + 1), written_at[n], text, str(rating), item.item_id))
    return rows


def _who_writes(people: People, orders: Orders, outcome: Outcome, rng: np.random.Generator) -> _Written:
    count = len(orders)
    complains = orders.complained_on < truths.DAYS
    first, last = PRAISE_AFTER_DAYS
    praises = (orders.theme == truths.FINE) & outcome.delivered & (orders.user != GUEST)
    praises &= (rng.random(count) < truths.PRAISE) & (
        np.append(people.kind, 0)[orders.user] != truths.KINDS.index("test")
    )
    day = np.where(complains, orders.complained_on, orders.day + rng.integers(first, last + 1, count))
    at = truths.FIRST_SECOND + day * truths.DAY_SECONDS + clock_seconds(count, rng)
    order = np.flatnonzero((complains | praises) & (at < END))
    order = order[np.argsort(at[order], kind="stable")]
    return _Written(order, at[order])


def _review(
    words: ModuleType, theme: str, item: Item, draws: list[int], moods: list[float]
) -> tuple[str, int]:
    """The text and the stars."""
    if theme != "fine":
        parts = (words.COMPLAINT_OPENINGS, words.COMPLAINTS[theme], words.COMPLAINT_CLOSINGS)
        rating = COMPLAINT_RATINGS[draws[7] % len(COMPLAINT_RATINGS)]
    elif moods[0] < truths.LUKEWARM:
        parts = ((), words.LUKEWARM, words.PRAISE_CLOSINGS if moods[1] < 0.5 else ())
        rating = LUKEWARM_RATING
    elif moods[0] > 1 - truths.SHORT_REVIEW:
        parts = ((), words.SHORT_PRAISE, ())
        rating = max(PRAISE_RATINGS)
    else:
        parts = (words.PRAISE_OPENINGS, words.PRAISES[_sort(item)], words.PRAISE_CLOSINGS)
        rating = PRAISE_RATINGS[draws[7] % len(PRAISE_RATINGS)]
    chinese = words is phrases_zh
    said = [part[draw % len(part)] for part, draw in zip(parts, draws, strict=False) if part]
    who = words.PEOPLE[draws[3] % len(words.PEOPLE)]
    text = (
        ("" if chinese else " ")
        .join(said)
        .format(
            item=item.chinese if chinese else item.english,
            # Who complains has waited longer than who is glad.
            days=3 + draws[4] % 12 if rating < LUKEWARM_RATING else 2 + draws[4] % 3,
            people=who,
            people_start=who[0].upper() + who[1:],
            use=words.USES[draws[5] % len(words.USES)],
        )
    )
    return text, 6 - rating if moods[2] < truths.RATING_SLIPS else rating


def _sort(item: Item) -> str:
    if item.category == COFFEE:
        return "coffee"
    if item.category == SAMPLES_SHELF:
        return "coffee" if item.english.startswith("Coffee") else "tea"
    return "tea" if CATEGORIES[item.category].consumable else "ware"
