"""A shop whose buyers have habits: what is bought is worth learning."""

from __future__ import annotations

from functools import cache

import numpy as np

from storage.moments import DAY_SECONDS, day_start
from tests.conftest import LAST_DAY, Line

ITEMS = 24


@cache
def shop_with_habits(users: int = 90, seed: int = 1) -> tuple[Line, ...]:
    """Half a year of buyers who mostly buy two items of their own, now and then one from its group of four.

    The last day has an order of user "steady", who buys i0 every ten days, always with i1.
    """
    random = np.random.default_rng(seed)
    end = day_start(LAST_DAY)
    lines = [
        Line(f"steady-{n}", "steady", end - 10 * n * DAY_SECONDS, item_id=item, category="group 0")
        for n in range(12)
        for item in ("i0", "i1")
    ]
    for user in range(users):
        own = random.integers(ITEMS, size=2)
        when = random.uniform(0, 20)
        while when < 180:
            basket = {int(item) for item in own if random.random() < 0.7}
            if random.random() < 0.4:
                basket.add(int(own[0] // 4 * 4 + random.integers(4)))
            lines += [
                Line(
                    f"{user}-{when:.3f}",
                    f"user-{user}",
                    end - int(when * DAY_SECONDS),
                    item_id=f"i{item}",
                    category=f"group {item // 4}",
                )
                for item in basket
            ]
            when += random.uniform(8, 25)
    return tuple(lines)
