"""Who shops at the demo shop: what the files say of a user, and the traits that the files do not say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.demo import truths
from storage.demo.names import (
    CHINESE_FAMILY,
    CHINESE_FIRST,
    DRAMA_NUMBERS,
    EUROPEAN_FAMILY,
    EUROPEAN_FIRST,
)
from storage.demo.seasons import GIFT, REGULAR, STEADY, join_weights

PHONE_MISSING, EMAIL_MISSING = 0.15, 0.03
CONSENTS = (0.68, 0.24, 0.20)  # e-mail, SMS, chat


@dataclass(frozen=True)
class People:
    """One entry per user, in the order in which they joined: user "1" is entry 0."""

    join_day: NDArray[np.int64]
    kind: NDArray[np.int64]  # index into truths.KINDS
    chinese_name: NDArray[np.bool_]
    reads_chinese: NDArray[np.bool_]
    orders: NDArray[np.bool_]  # False: registered, and no more
    rhythm: NDArray[np.int64]  # how the user follows the seasons: REGULAR, GIFT or STEADY
    shape: NDArray[np.float64]  # of the gamma gaps; 1 is memoryless
    mean_gap: NDArray[np.float64]  # days
    subscribes: NDArray[np.bool_]
    tries_once: NDArray[np.bool_]
    leaves: NDArray[np.float64]  # chance after every order
    price_sensitive: NDArray[np.bool_]
    may_rest: NDArray[np.bool_]  # takes a break now and then

    def __len__(self) -> int:
        return len(self.join_day)


def draw_people(users: int, rng: np.random.Generator) -> People:
    """`users` people with their hidden traits."""
    join_day = np.sort(rng.choice(truths.DAYS, users, p=join_weights()))
    kind = rng.choice(len(truths.KINDS), users, p=truths.KIND_SHARES)
    chinese_name = rng.random(users) < truths.CHINESE_NAMES
    reads_chinese = chinese_name & (rng.random(users) >= truths.SPEAKS_ENGLISH_WITH_CHINESE_NAME)
    regular = rng.random(users) < truths.REGULAR_SHARE
    subscribes = regular & (kind == 0) & (rng.random(users) < truths.SUBSCRIBES)
    median = np.where(regular, truths.REGULAR_GAP, truths.GIFT_GAP)
    spread = np.where(regular, truths.REGULAR_SPREAD, truths.GIFT_SPREAD)
    mean_gap = median * np.exp(spread * rng.standard_normal(users))
    mean_gap[subscribes] = truths.SUBSCRIPTION_GAP
    mean_gap[kind == 1] = truths.WHOLESALE_GAP
    shape = np.where(regular, truths.REGULAR_SHAPE, 1.0)
    shape[subscribes] = 400.0  # the same day of the month, but for weekends
    tries_once = (rng.random(users) < truths.LEAVES_AFTER_FIRST) & (kind == 0) & ~subscribes
    # A beta with this mean: most stay for long, some are always half gone.
    leaves = rng.beta(0.8, 0.8 * (1 / truths.LEAVES_AFTER_ORDER - 1), users)
    orders = rng.random(users) >= truths.NEVER_ORDERS
    price_sensitive = (rng.random(users) < truths.PRICE_SENSITIVE) & (kind == 0) & ~subscribes
    rhythm = np.where(subscribes, STEADY, np.where(regular, REGULAR, GIFT))
    may_rest = (kind != 1) & ~subscribes

    star = truths.STAR_USER - 1
    if star < users:
        kind[star], orders[star], rhythm[star] = 0, True, REGULAR
        subscribes[star] = tries_once[star] = price_sensitive[star] = may_rest[star] = False
        shape[star], mean_gap[star], leaves[star] = truths.STAR_SHAPE, truths.STAR_GAP, 0.0
    return People(
        join_day, kind, chinese_name, reads_chinese, orders, rhythm, shape, mean_gap, subscribes, tries_once,
        leaves, price_sensitive, may_rest,
    )  # fmt: skip


USER_FIELDS = (
    "user_id", "name", "email", "phone", "joined_at", "language",
    "consent_email", "consent_sms", "consent_chat", "kind",
)  # fmt: skip


def user_rows(people: People, joined_at: list[str], rng: np.random.Generator) -> list[tuple[str, ...]]:
    """The rows of users.csv, fields as in `USER_FIELDS`."""
    users = len(people)
    picks = rng.random((users, 2))
    missing = rng.random((users, 2))
    consents = (rng.random((users, 3)) < CONSENTS).astype(int).astype(str).tolist()
    # Every number once: the i-th user gets the i-th of a shuffled list.
    phones = rng.permutation(max(len(DRAMA_NUMBERS) * 1000, users))
    rows = []
    for i in range(users):
        name, handle = _name(bool(people.chinese_name[i]), picks[i, 0], picks[i, 1])
        number = int(phones[i])
        prefix = DRAMA_NUMBERS[number // 1000 % len(DRAMA_NUMBERS)]
        rows.append(
            (
                str(i + 1),
                name,
                "" if missing[i, 0] < EMAIL_MISSING else f"{handle}.{i + 1}@example.com",
                "" if missing[i, 1] < PHONE_MISSING else f"{prefix}{number % 1000:03d}",
                joined_at[i],
                "zh" if people.reads_chinese[i] else "en",
                *consents[i],
                truths.KINDS[people.kind[i]],
            )
        )
    return rows


def _name(chinese: bool, first_pick: float, family_pick: float) -> tuple[str, str]:
    """A name as written, and the part before the @."""
    if chinese:
        first, first_handle = CHINESE_FIRST[int(first_pick * len(CHINESE_FIRST))]
        family, family_handle = CHINESE_FAMILY[int(family_pick * len(CHINESE_FAMILY))]
        return family + first, f"{family_handle}.{first_handle}"
    given = EUROPEAN_FIRST[int(first_pick * len(EUROPEAN_FIRST))]
    surname = EUROPEAN_FAMILY[int(family_pick * len(EUROPEAN_FAMILY))]
    return f"{given} {surname}", f"{given}.{surname}".lower()
