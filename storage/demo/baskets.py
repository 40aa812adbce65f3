"""What lies in the baskets of the demo shop: items by taste, favourites, pairs, quantities and prices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from storage.demo import truths
from storage.demo.catalogue import CATEGORIES, COFFEE, GIFT_SETS, TEA, Item
from storage.demo.people import People
from storage.demo.rhythm import GUEST, Ints, Orders
from storage.demo.seasons import GIFT, new_year_days

Floats = NDArray[np.float64]
SHELF = 20  # items of a category; the variants of a product stand side by side, four of each
VARIANTS = 4
MOST_EXTRA_LINES = 8


@dataclass(frozen=True)
class Lines:
    """One entry per order line, by order; `subject` has one per order: the item a review speaks of."""

    order: Ints  # entry in Orders
    item: Ints  # place in the stock
    quantity: Ints
    unit_cents: Ints
    discount_cents: Ints
    subject: Ints

    def __len__(self) -> int:
        return len(self.order)


class _Shelves:
    """Draws items that are on sale on the day."""

    def __init__(self, items: list[Item], rng: np.random.Generator) -> None:
        self.rng = rng
        self.sold_from = np.array([item.on_sale_from for item in items])
        self.sold_until = np.array([item.on_sale_until for item in items])
        products = np.repeat((5.0, 4.0, 2.5, 1.5, 1.0), VARIANTS)
        sizes = np.tile((1.6, 2.0, 1.0, 0.5), SHELF // VARIANTS)
        self.popularity = np.cumsum(products * sizes / (products * sizes).sum())

    def item_of(self, category: Ints) -> Ints:
        place = np.searchsorted(self.popularity, self.rng.random(len(category)), side="right")
        return np.asarray(category * SHELF + np.minimum(place, SHELF - 1))

    def on_sale(self, item: Ints, day: Ints) -> Ints:
        """`item`, or the first size of the same product, which is always in stock."""
        there = (self.sold_from[item] <= day) & (day < self.sold_until[item])
        return np.where(there, item, item - item % SHELF % VARIANTS)


def fill_baskets(people: People, orders: Orders, items: list[Item], rng: np.random.Generator) -> Lines:
    """The lines of all orders."""
    shelves = _Shelves(items, rng)
    # Guests have a taste too, and stand last: entry -1 is theirs.
    taste = _tastes(people, rng)
    favourites = _favourites(taste, shelves, rng)
    subscriber = np.append(people.subscribes, False)[orders.user]
    extra = np.minimum(rng.geometric(1 - truths.EXTRA_LINE, len(orders)) - 1, MOST_EXTRA_LINES)
    extra[subscriber] = 1
    order = np.repeat(np.arange(len(orders)), 1 + extra)
    user, day = orders.user[order], orders.day[order]

    category = _categories(people, user, day, taste, rng)
    liked = (rng.random(len(order)) < truths.BUYS_FAVOURITE) & (user != GUEST)
    nth = rng.integers(0, truths.FAVOURITES, len(order))
    first = np.append(True, order[1:] != order[:-1])
    nth[subscriber[order]] = np.where(first, 0, 1)[subscriber[order]]
    item = np.where(liked | subscriber[order], favourites[user, nth], shelves.item_of(category))
    item[first] = _in_trouble(item[first], orders.theme, items, shelves, rng)
    item = shelves.on_sale(item, day)
    subject = item[first]
    order, item = _with_companions(order, item, items, rng)
    order, item, subject = _with_samples(order, item, subject, orders, items, rng)
    # The same item twice in a basket is one line.
    _, keep = np.unique(order * len(items) + item, return_index=True)
    order, item = order[keep], item[keep]
    quantity = _quantities(people, orders.user[order], item, rng)
    unit_cents, discount_cents = _prices(people, orders, items, order, item, quantity, rng)
    return Lines(order, item, quantity, unit_cents, discount_cents, subject)


def _tastes(people: People, rng: np.random.Generator) -> Floats:
    """(users + 1, 12) what share of the lines each user takes from each category; guests last."""
    consumable = np.array([category.consumable for category in CATEGORIES])
    leaning = np.where(consumable, 2.0, 0.8)[None, :].repeat(len(people) + 1, axis=0)
    gift_buyers = np.append(people.rhythm == GIFT, True)
    leaning[gift_buyers] = np.where(consumable, 0.8, 1.2)
    chinese = np.append(people.reads_chinese, False)
    leaning[:, TEA] *= np.where(chinese, 1.5, 1.0)[:, None]
    leaning[chinese, COFFEE] *= 0.5
    taste = rng.gamma(0.5, leaning)
    taste[-1] = leaning[-1]
    return np.asarray(taste / taste.sum(axis=1, keepdims=True))


def _favourites(taste: Floats, shelves: _Shelves, rng: np.random.Generator) -> Ints:
    """(users + 1, FAVOURITES) the items that each user comes back to."""
    category = np.stack([_pick(taste, rng) for _ in range(truths.FAVOURITES)], axis=1)
    return shelves.item_of(category.ravel()).reshape(category.shape)


def _pick(weights: Floats, rng: np.random.Generator) -> Ints:
    """One column per row, by the weights of the row."""
    reach = np.cumsum(weights, axis=1)
    draw = rng.random(len(weights)) * reach[:, -1]
    return np.asarray((draw[:, None] >= reach).sum(axis=1).clip(max=weights.shape[1] - 1))


def _categories(people: People, user: Ints, day: Ints, taste: Floats, rng: np.random.Generator) -> Ints:
    months = np.array([(truths.FIRST_DAY + timedelta(days=n)).month for n in range(truths.DAYS)])
    chinese = np.append(people.reads_chinese, False)[user]
    season = (months[day] >= 11) | (chinese & new_year_days()[day])
    weights = taste[user]
    weights[:, GIFT_SETS] *= np.where(season, truths.GIFT_SETS_IN_SEASON, 1.0)
    return _pick(weights, rng)


def _in_trouble(
    item: Ints, theme: Ints, items: list[Item], shelves: _Shelves, rng: np.random.Generator
) -> Ints:
    """The first item of every order, so that what went wrong can go wrong with it."""
    item = item.copy()
    leaking = [n for n, each in enumerate(items) if each.english == truths.LEAKING_PRODUCT]
    item[theme == truths.LEAKING] = rng.choice(leaking, (theme == truths.LEAKING).sum())
    shelf = item // SHELF
    for trouble, suited in (
        (truths.DAMAGED, [n for n, each in enumerate(CATEGORIES) if each.fragile]),
        (truths.STALE, [n for n, each in enumerate(CATEGORIES) if each.consumable]),
    ):
        wanting = (theme == trouble) & ~np.isin(shelf, suited)
        item[wanting] = shelves.item_of(rng.choice(suited, wanting.sum()))
    return item


def _with_companions(
    order: Ints, item: Ints, items: list[Item], rng: np.random.Generator
) -> tuple[Ints, Ints]:
    orders, added = [order], [item]
    for one, other, chance in truths.BOUGHT_TOGETHER:
        brings = np.isin(item, [n for n, each in enumerate(items) if each.english == one])
        brings &= rng.random(len(item)) < chance
        first_size = next(n for n, each in enumerate(items) if each.english == other)
        orders.append(order[brings])
        added.append(np.full(brings.sum(), first_size))
    return np.concatenate(orders), np.concatenate(added)


def _with_samples(
    order: Ints, item: Ints, subject: Ints, orders: Orders, items: list[Item], rng: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """A free sample in some parcels; some parcels hold nothing else."""
    draw = rng.random(len(orders))
    first_sample = len(items) - 2
    sample = first_sample + rng.integers(0, 2, len(orders))
    only = (draw < truths.SAMPLE_ONLY) & (orders.theme == truths.FINE)
    gets = np.flatnonzero(only | (draw < truths.SAMPLE_IN_ORDER))
    kept = ~only[order]
    return (
        np.concatenate([order[kept], gets]),
        np.concatenate([item[kept], sample[gets]]),
        np.where(only, sample, subject),
    )


def _quantities(people: People, user: Ints, item: Ints, rng: np.random.Generator) -> Ints:
    cups = next(n for n, category in enumerate(CATEGORIES) if category.code == "CU")
    consumable = np.array([category.consumable for category in CATEGORIES] + [False])[item // SHELF]
    quantity = np.ones(len(item), dtype=np.int64)
    more = rng.random(len(item))
    quantity[consumable] += (more[consumable] < 0.22).astype(int) + (more[consumable] < 0.07)
    in_sets = item // SHELF == cups
    quantity[in_sets] = rng.choice([1, 2, 4, 6], in_sets.sum(), p=[0.35, 0.35, 0.2, 0.1])
    quantity[np.append(people.subscribes, False)[user]] = 1
    wholesale = np.append(people.kind == truths.KINDS.index("wholesale"), False)[user]
    quantity[wholesale] *= rng.integers(5, 21, wholesale.sum())
    quantity[item >= len(CATEGORIES) * SHELF] = 1
    return quantity


def _prices(
    people: People,
    orders: Orders,
    items: list[Item],
    order: Ints,
    item: Ints,
    quantity: Ints,
    rng: np.random.Generator,
) -> tuple[Ints, Ints]:
    """Unit price and money off the line, both in cents."""
    old = np.array([each.old_cents for each in items])[item]
    new = np.array([each.new_cents for each in items])[item]
    unit = np.where(orders.day[order] < truths.day_number(truths.PRICE_RISE_DAY), old, new)
    chance = np.where(people.price_sensitive, truths.COUPON_SENSITIVE, truths.COUPON_OTHERS)
    has_coupon = rng.random(len(orders)) < np.append(chance, truths.COUPON_OTHERS)[orders.user]
    rate = np.where(has_coupon, rng.choice(truths.COUPON_RATES, len(orders)), 0.0)
    for kind, off in (("wholesale", truths.WHOLESALE_DISCOUNT), ("staff", truths.STAFF_DISCOUNT)):
        rate[np.append(people.kind == truths.KINDS.index(kind), False)[orders.user]] = off
    return unit, np.rint(unit * quantity * rate[order]).astype(np.int64)
