"""The two years of the demo shop, day by day: who orders, for whom it goes wrong, who leaves.

Each user has a clock that runs at the pace of the season and orders when it reaches the next gap.
So the gaps keep their shape, and the seasons are in the data all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from storage.demo import truths
from storage.demo.people import People
from storage.demo.seasons import clock_seconds, join_weights, late_days, pace_by_rhythm

Ints = NDArray[np.int64]
NEVER = 10**6
GUEST = -1


@dataclass(frozen=True)
class Orders:
    """One entry per order, by time."""

    user: Ints  # entry in People, or GUEST
    day: Ints
    at: Ints  # epoch seconds
    theme: Ints  # what went wrong, index into truths.THEMES
    complained_on: Ints  # day of the review, NEVER without one

    def __len__(self) -> int:
        return len(self.user)


@dataclass
class _Lives:
    """Where every user stands in the day loop."""

    people: People
    rng: np.random.Generator
    clock: NDArray[np.float64] = field(init=False)
    due: NDArray[np.float64] = field(init=False)
    ordered: Ints = field(init=False)
    leaves_on: Ints = field(init=False)
    complained: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        users = len(self.people)
        self.clock = np.zeros(users)
        self.due = np.zeros(users)
        self.ordered = np.zeros(users, dtype=np.int64)
        self.leaves_on = np.full(users, NEVER)
        self.complained = np.zeros(users, dtype=bool)

    def gaps(self, who: Ints) -> NDArray[np.float64]:
        shape = self.people.shape[who]
        gaps = self.rng.gamma(shape, self.people.mean_gap[who] / shape)
        gaps[(self.ordered[who] == 1) & self.people.may_rest[who]] *= truths.SECOND_ORDER_WAIT
        rests = (self.rng.random(len(who)) < truths.TAKES_A_BREAK) & self.people.may_rest[who]
        return np.asarray(gaps + rests * self.rng.exponential(truths.BREAK_DAYS, len(who)))

    def who_orders(self, day: int, pace: NDArray[np.float64]) -> Ints:
        customer = self.ordered > 0
        here = customer & (self.leaves_on > day)
        self.clock[here] += pace[here]
        gone = customer & ~here & ~self.complained
        back = gone & (self.rng.random(len(self.people)) < truths.COMES_BACK_A_DAY)
        self.leaves_on[back] = NEVER
        first = (self.people.join_day == day) & self.people.orders
        return np.flatnonzero(first | back | (here & (self.clock >= self.due)))

    def what_went_wrong(self, who: Ints, day: int, late_day: bool) -> Ints:
        late = truths.LATE_THEN if late_day else truths.LATE_OTHERWISE
        leaking = truths.LEAKING_RATE if day >= truths.day_number(truths.LEAKING_SINCE) else 0.0
        rates = (late, truths.DAMAGED_RATE, truths.WRONG_ITEM_RATE, truths.STALE_RATE, leaking)
        # The themes lie side by side on [0, 1): where the draw falls
        # says which it is, and beyond them all is well.
        theme = np.searchsorted(np.cumsum(rates), self.rng.random(len(who)), side="right") + 1
        theme[theme > len(rates)] = truths.FINE
        theme[self.people.kind[who] == truths.KINDS.index("test")] = truths.FINE
        star_late = day >= truths.day_number(truths.STAR_LATE_SINCE)
        theme[who == truths.STAR_USER - 1] = truths.LATE if star_late else truths.FINE
        return np.asarray(theme, dtype=np.int64)

    def order(self, who: Ints, day: int, theme: Ints) -> Ints:
        """Move the clocks of those who ordered on; the days of their complaints."""
        self.clock[who] = 0.0
        self.ordered[who] += 1
        self.due[who] = self.gaps(who)
        first, last = truths.COMPLAINT_AFTER_DAYS
        draws = self.rng.random((3, len(who)))
        is_star = who == truths.STAR_USER - 1
        complains = (theme != truths.FINE) & ((draws[0] < truths.COMPLAINS) | is_star)
        review_day = np.where(complains, day + self.rng.integers(first, last + 1, len(who)), NEVER)
        once = (self.ordered[who] == 1) & self.people.tries_once[who]
        tires = once | (draws[1] < self.people.leaves[who])
        chance = np.where(complains, truths.LEAVES_AFTER_COMPLAINT, truths.LEAVES_AFTER_SILENT_TROUBLE)
        flees = (theme != truths.FINE) & ((draws[2] < chance) | is_star)
        # Whoever complains writes first and leaves then.
        leaving = np.where(tires, day, np.where(flees, np.where(complains, review_day, day), NEVER))
        self.leaves_on[who] = np.minimum(self.leaves_on[who], leaving)
        self.complained[who] |= complains & (tires | flees)
        return review_day

    def raise_prices(self, day: int) -> tuple[Ints, Ints]:
        """Some price-sensitive users will go; those of them who say why, and on which day they do."""
        users = len(self.people)
        here = (self.ordered > 0) & (self.leaves_on > day) & self.people.price_sensitive
        goes = here & (self.rng.random(users) < truths.LEAVES_AT_PRICE_RISE)
        wait = 3 + self.rng.exponential(truths.PRICE_RISE_LEAVING_DAYS, users).astype(np.int64)
        self.leaves_on[goes] = np.minimum(self.leaves_on[goes], day + wait[goes])
        says = np.flatnonzero(goes & (self.rng.random(users) < truths.SAYS_THE_PRICE_IS_WHY))
        self.complained[says] = True
        return says, day + wait[says]


def live(people: People, rng: np.random.Generator) -> Orders:
    """All orders of the two years, those of guests included."""
    lives = _Lives(people, rng)
    pace = pace_by_rhythm()
    language = people.reads_chinese.astype(np.int64)
    late = late_days()
    rise = truths.day_number(truths.PRICE_RISE_DAY)
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    says, says_on = np.empty(0, np.int64), np.empty(0, np.int64)
    for day in range(truths.DAYS):
        if day == rise:
            says, says_on = lives.raise_prices(day)
        who = lives.who_orders(day, pace[people.rhythm, language, day])
        theme = lives.what_went_wrong(who, day, bool(late[day]))
        parts.append((who, np.full(len(who), day), theme, lives.order(who, day, theme)))
    user, days, theme, complained_on = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    _blame_the_price(user, days, theme, complained_on, says, says_on)
    return _with_guests(user, days, theme, complained_on, rng)


def _blame_the_price(
    user: Ints, day: Ints, theme: Ints, complained_on: Ints, says: Ints, says_on: Ints
) -> None:
    """Hang each complaint about the price on the last order before it, if that had no trouble of its own."""
    for who, on in zip(says.tolist(), says_on.tolist(), strict=True):
        last = np.flatnonzero((user == who) & (day <= on))[-1]
        if theme[last] == truths.FINE:
            theme[last], complained_on[last] = truths.PRICE, on


def _with_guests(user: Ints, day: Ints, theme: Ints, complained_on: Ints, rng: np.random.Generator) -> Orders:
    guests = round(len(user) * truths.GUEST_SHARE)
    user = np.concatenate([user, np.full(guests, GUEST)])
    day = np.concatenate([day, rng.choice(truths.DAYS, guests, p=join_weights())])
    theme = np.concatenate([theme, np.full(guests, truths.FINE)])
    complained_on = np.concatenate([complained_on, np.full(guests, NEVER)])
    at = truths.FIRST_SECOND + day * truths.DAY_SECONDS + clock_seconds(len(day), rng)
    by_time = np.lexsort((user, at))
    return Orders(user[by_time], day[by_time], at[by_time], theme[by_time], complained_on[by_time])
