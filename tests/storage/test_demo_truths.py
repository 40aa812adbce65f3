"""Every truth of `truths.py`, found again in the demo shop's files."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from storage.demo import truths
from storage.demo.shop import write_demo_shop

Row = dict[str, str]
DAY = timedelta(days=1)


@dataclass
class Shop:
    lines: list[Row]
    items: dict[str, Row]
    users: dict[str, Row]
    reviews: list[Row]
    # Times of the orders of each user (DESIGN 3), and whether a coupon was used.
    orders: dict[str, list[tuple[datetime, bool]]] = field(default_factory=dict)

    def future(self, user_id: str, after: datetime, days: int) -> bool:
        return any(after <= at < after + days * DAY for at, _ in self.orders[user_id])

    def past(self, user_id: str, before: datetime) -> list[tuple[datetime, bool]]:
        return [order for order in self.orders.get(user_id, []) if order[0] < before]


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    files = write_demo_shop(tmp_path_factory.mktemp("shop"))
    found = Shop(
        read(files.lines),
        {row["item_id"]: row for row in read(files.items)},
        {row["user_id"]: row for row in read(files.users)},
        read(files.reviews),
    )
    first: dict[tuple[str, str], tuple[datetime, bool]] = {}
    for row in found.lines:
        bought = int(row["quantity"]) > 0 and row["status"] not in ("cancelled", "unpaid")
        if row["user_id"] and bought and row["kind"] != "test":
            key = row["user_id"], row["order_id"]
            at, coupon = first.get(key, (moment(row["ordered_at"]), False))
            first[key] = min(at, moment(row["ordered_at"])), coupon or row["discount"] != "0.00"
    for (user_id, _), order in first.items():
        found.orders.setdefault(user_id, []).append(order)
    for orders in found.orders.values():
        orders.sort()
    return found


def active(shop: Shop, as_of: datetime, days: int) -> Iterator[tuple[str, list[tuple[datetime, bool]]]]:
    for user_id in shop.orders:
        past = shop.past(user_id, as_of)
        if past and past[-1][0] >= as_of - days * DAY:
            yield user_id, past


def test_more_than_half_order_once(shop: Shop) -> None:
    assert 0.55 <= np.mean([len(orders) == 1 for orders in shop.orders.values()]) <= 0.60


def test_the_gaps_ask_for_a_horizon_of_60_days(shop: Shop) -> None:
    gaps = [(b - a) / DAY for orders in shop.orders.values() for (a, _), (b, _) in pairwise(orders)]
    assert 31 < np.percentile(gaps, 75) <= 60


def test_the_year_the_week_and_the_day_have_their_peaks(shop: Shop) -> None:
    times = [at for orders in shop.orders.values() for at, _ in orders]
    days = Counter(at.date() for at in times)

    def a_day(first: date, last: date) -> float:
        return float(np.mean([days[first + n * DAY] for n in range((last - first).days + 1)]))

    ordinary = a_day(date(2025, 9, 1), date(2025, 9, 30))
    assert a_day(date(2025, 11, 1), date(2025, 12, 20)) > 1.3 * ordinary
    assert a_day(date(2025, 11, 9), date(2025, 11, 12)) > 1.4 * a_day(date(2025, 11, 14), date(2025, 11, 30))
    assert a_day(date(2025, 7, 1), date(2025, 8, 31)) < 0.9 * ordinary
    weekdays, hours = Counter(at.weekday() for at in times), Counter(at.hour for at in times)
    assert weekdays[6] > 1.1 * weekdays[2]
    assert hours[20] > 5 * hours[3]


def test_tea_is_given_for_the_chinese_new_year(shop: Shop) -> None:
    new_year = midnight(truths.NEW_YEAR_DAYS[1])
    bought = Counter[tuple[bool, str, str]]()
    for row in shop.lines:
        at = moment(row["ordered_at"])
        if row["user_id"] and new_year - 21 * DAY <= at < new_year + 63 * DAY:
            language = shop.users[row["user_id"]]["language"]
            bought[at < new_year, "all", language] += 1
            bought[at < new_year, "gifts", language] += row["category"].startswith("Gift sets")

    def ratio(part: str, language: str) -> float:
        """A day in the three weeks before to a day in the nine after."""
        return 3 * bought[True, part, language] / bought[False, part, language]

    # Users who read Chinese buy more of everything then, and gift sets above all.
    assert ratio("all", "zh") > 1.25 * ratio("all", "en")
    assert ratio("gifts", "zh") > 1.8 * ratio("gifts", "en")
    assert ratio("gifts", "zh") > 1.3 * ratio("all", "zh")


def test_the_price_rise_drives_coupon_users_away(shop: Shop) -> None:
    # What was sold, not what was sent back: a return carries what was paid after the coupon.
    sales = [row for row in shop.lines if row["item_id"] == "GT-002" and int(row["quantity"]) > 0]
    rise = truths.PRICE_RISE_DAY.isoformat()
    (before,) = {float(row["unit_price"]) for row in sales if row["ordered_at"] < rise}
    (after,) = {float(row["unit_price"]) for row in sales if row["ordered_at"] >= rise}
    assert after / before == pytest.approx(1 + truths.PRICE_RISE, abs=0.01)

    def excess(as_of: date) -> float:
        """How much more often coupon users place no order within 60 days than users of like history."""
        strata: dict[tuple[bool, bool], dict[bool, list[bool]]] = defaultdict(lambda: {True: [], False: []})
        for user_id, past in active(shop, midnight(as_of), 60):
            if len(past) >= 3:
                key = midnight(as_of) - past[-1][0] > 20 * DAY, len(past) > 8
                coupons = float(np.mean([coupon for _, coupon in past])) > 0.4
                strata[key][coupons].append(not shop.future(user_id, midnight(as_of), 60))
        sizes = [len(each[True]) for each in strata.values()]
        gains = [np.mean(each[True]) - np.mean(each[False]) for each in strata.values()]
        return float(np.average(gains, weights=sizes))

    assert excess(truths.PRICE_RISE_DAY) > 0.12
    assert abs(excess(date(2026, 3, 15))) < 0.10  # long after, both are alike


def test_users_complain_before_they_leave(shop: Shop) -> None:
    left: dict[bool, list[bool]] = {True: [], False: []}
    for row in shop.reviews:
        at = moment(row["written_at"])
        past = shop.past(row["user_id"], at)
        if len(past) >= 3 and at < midnight(truths.LAST_DAY) - 60 * DAY:
            left[int(row["rating"]) <= 2].append(not shop.future(row["user_id"], at, 60))
    assert len(left[True]) > 200
    assert np.mean(left[True]) > 3 * np.mean(left[False])


def test_late_weeks_bring_complaints(shop: Shop) -> None:
    def share(first: date, last: date) -> float:
        since, until = (midnight(day).isoformat() for day in (first, last))
        stars = [int(row["rating"]) for row in shop.reviews if since <= row["written_at"] < until]
        return float(np.mean([star <= 2 for star in stars]))

    for first, last in truths.LATE_WEEKS:
        assert share(first + 6 * DAY, last + 9 * DAY) > 2 * share(first - 21 * DAY, first)


def test_one_kettle_leaks_since_the_bad_batch(shop: Shop) -> None:
    leaks = [row for row in shop.reviews if re.search("leak|puddle|漏水|滴水", row["text"])]
    assert len(leaks) > 8
    assert all(row["written_at"] >= truths.LEAKING_SINCE.isoformat() for row in leaks)
    assert {shop.items[row["item_id"]]["name"].split(" / ")[1][:3] for row in leaks} == {"细口壶"}


def test_some_things_are_bought_together(shop: Shop) -> None:
    baskets = defaultdict(set)
    for row in shop.lines:
        baskets[row["order_id"]].add(row["item_name"])

    def has(basket: set[str], product: str) -> bool:
        return any(name.startswith(product) for name in basket)

    for one, other, chance in truths.BOUGHT_TOGETHER:
        with_one = [basket for basket in baskets.values() if has(basket, one)]
        confidence = float(np.mean([has(basket, other) for basket in with_one]))
        assert confidence > 0.9 * chance
        assert confidence > 3 * np.mean([has(basket, other) for basket in baskets.values()])


def test_user_42_was_regular_and_has_stopped(shop: Shop) -> None:
    times = [at for at, _ in shop.orders["42"]]
    gaps = [(b - a) / DAY for a, b in pairwise(times)]
    quiet = (midnight(truths.LAST_DAY + DAY) - times[-1]) / DAY
    assert len(times) > 30
    assert max(gaps) < quiet < 60 and quiet > 2 * np.mean(gaps)
    last = [row for row in shop.reviews if row["user_id"] == "42"][-1]
    assert int(last["rating"]) <= 2 and moment(last["written_at"]) > times[-1]


@pytest.mark.parametrize("as_of", [date(2025, 11, 1), date(2026, 2, 1), date(2026, 4, 30)])
def test_leaving_can_be_foreseen_but_not_too_well(shop: Shop, as_of: date) -> None:
    def table(day: datetime) -> tuple[list[list[float]], list[bool]]:
        x, y = [], []
        for user_id, past in active(shop, day, 180):
            recency = (day - past[-1][0]) / DAY
            gap = (past[-1][0] - past[0][0]) / DAY / (len(past) - 1) if len(past) > 1 else 60.0
            x.append([recency, np.log1p(recency), np.log(len(past)), gap])
            y.append(not shop.future(user_id, day, 60))
        return x, y

    past_x, past_y = table(midnight(as_of) - 60 * DAY)
    x, y = table(midnight(as_of))
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(past_x, past_y)
    assert 0.35 < np.mean(y) < 0.75
    assert 0.75 < roc_auc_score(y, model.predict_proba(x)[:, 1]) < 0.86
