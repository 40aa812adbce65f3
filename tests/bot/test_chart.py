"""What a chart holds: counts by band, days of silence, the sentence in its place, and where it is filled."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import pytest

from bot.chart import OrderTimeline, Reliability, ReliabilityBin, RiskDistribution
from bot.chart_data import order_timeline, reliability_of, risk_distribution
from bot.i18n import using
from predictor.scoring import HIGH_FROM, MEDIUM_FROM
from storage.moments import DAY_SECONDS, day_start
from storage.snapshot import Snapshot
from tests.bot.conftest import NEW, ODD_IDS, Shop
from tests.conftest import LAST_DAY, Line, at, write

DAY = date(2024, 6, 30)
BANDS = ("low", "medium", "high")


def timeline(*days_before: int) -> OrderTimeline:
    return OrderTimeline(
        "42", [(DAY - timedelta(days), 1000) for days in days_before], [], DAY, "EUR", usual_gap_days=None
    )


def test_a_band_holds_its_lower_limit() -> None:
    chart = RiskDistribution((0.0, MEDIUM_FROM, MEDIUM_FROM, HIGH_FROM, 1.0, 1.0), None, 0)
    assert [chart.in_band(name) for name in BANDS] == [1, 2, 3]


def test_the_silence_is_what_lies_between_the_last_order_and_the_day_of_knowledge() -> None:
    assert timeline(90, 61).silence_days == 61
    assert timeline(0).silence_days == timeline().silence_days == 0


@pytest.mark.parametrize(
    ("chart", "english", "chinese"),
    [
        (
            RiskDistribution((0.1, 0.5, 0.9, 0.95), 0.9, 2),
            "Risk of the 4 active users: low for 1, medium for 1, high for 2; flagged: 2.",
            "4名活跃用户的流失风险：低风险1名，中风险1名，高风险2名，已预警2名。",
        ),
        (
            timeline(90, 61),
            "Orders of user 42 over time: 2 since Apr 1, 2024, the last on Apr 30, 2024 (61 days ago).",
            "用户42的下单时间线：2024年4月1日至今共2单，最近一单2024年4月30日（61天前）。",
        ),
        (
            timeline(1),
            "The one order of user 42, on Jun 29, 2024 (yesterday).",
            "用户42的下单时间线：只下过1单，2024年6月29日（昨天）。",
        ),
        (timeline(), "User 42 has not ordered yet.", "用户42还没有下过单。"),
        (
            Reliability([ReliabilityBin(0.2, 0.3, 10, 0.1, 0.5), ReliabilityBin(0.8, 0.8, 30, 0.7, 0.9)]),
            "Predicted risk beside what happened, over 40 scores in the back-test:"
            " 2.5 points apart on average.",
            "预测流失概率与实际流失比例对照（回测共40次评分）：平均相差2.5个百分点。",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_sentence_says_what_the_picture_shows(chart: RiskDistribution, english: str, chinese: str) -> None:
    assert chart.alt == english
    with using("zh"):
        assert chart.alt == chinese


# -- filled ----------------------------------------------------------------------------------------------


def test_a_timeline_has_what_was_paid_and_at_its_own_day_what_came_back(store: sqlite3.Connection) -> None:
    write(
        store,
        [
            Line("o1", "42", at("2024-03-01T10:00:00"), 5000),
            Line("o1", "42", at("2024-03-01T10:00:00"), 2000, line=2),
            Line("r1", "42", at("2024-03-09"), -1500, quantity=-1),
            Line("o2", "42", at("2024-03-21T10:00:00"), 3000, changes=((at("2024-04-02"), "refunded"),)),
            Line("o3", "42", at("2024-03-31T10:00:00"), 0),
            Line("o4", "42", at("2024-04-01"), 800, status="cancelled"),
            Line("other", "43", at("2024-03-05"), 700),
            Line("late", "42", at("2024-05-01"), 700),
        ],
    )
    known = order_timeline(Snapshot(store, date(2024, 4, 10)), "42", "EUR")
    assert known == OrderTimeline(
        user="42",
        orders=((date(2024, 3, 1), 7000), (date(2024, 3, 21), 3000), (date(2024, 3, 31), 0)),
        returns=((date(2024, 3, 9), 1500), (date(2024, 4, 2), 3000)),
        as_of=date(2024, 4, 10),
        currency="EUR",
        usual_gap_days=15.0,
    )
    before_the_refund = order_timeline(Snapshot(store, date(2024, 4, 1)), "42", "EUR")
    assert before_the_refund is not None
    assert before_the_refund.returns == ((date(2024, 3, 9), 1500),)


def test_who_only_returned_or_never_ordered_has_no_timeline(store: sqlite3.Connection) -> None:
    write(store, [Line("r", "42", at("2024-03-01"), -500, quantity=-1)])
    assert order_timeline(Snapshot(store, date(2024, 4, 1)), "42", None) is None
    assert order_timeline(Snapshot(store, date(2024, 4, 1)), "nobody", None) is None


def test_reliability_comes_from_the_card_without_its_empty_ranges() -> None:
    card = {
        "reliability": [
            {"from": 0.0, "to": 0.1, "users": 0, "churned": 0, "mean_probability": None},
            {"from": 0.1, "to": 0.2, "users": 100, "churned": 20, "mean_probability": 0.16},
        ]
    }
    chart = reliability_of(card)
    assert chart is not None
    (only,) = chart.bins
    assert (only.mean_predicted, only.observed, only.users) == (0.16, 0.2, 100)
    assert 0.12 < only.low < 0.2 < only.high < 0.3


def test_a_card_without_mean_probabilities_gives_no_reliability() -> None:
    assert reliability_of({"reliability": [{"from": 0.1, "to": 0.2, "users": 9, "churned": 2}]}) is None


def test_a_store_without_scores_has_no_distribution(store: sqlite3.Connection) -> None:
    assert risk_distribution(store, 0.5) is None


# -- with the replies ------------------------------------------------------------------------------------


def test_the_users_at_risk_come_with_the_distribution_of_all_active_ones(shop: Shop) -> None:
    reply = shop.answer("who is at risk")
    assert isinstance(reply.chart, RiskDistribution)
    assert len(reply.chart.probabilities) == reply.facts["scored"]
    assert reply.chart.flagged == reply.facts["flagged"]
    assert reply.chart.flag_at == shop.answer("how good is the model").facts["flag_at"]
    set_by_hand = shop.with_settings(flag_at=0.42).answer("who is at risk").chart
    assert isinstance(set_by_hand, RiskDistribution)
    assert set_by_hand.flag_at == 0.42


@pytest.mark.parametrize("user", ODD_IDS[:2])
def test_a_profile_comes_with_the_timeline_of_its_orders(shop: Shop, user: str) -> None:
    with shop.home.store() as connection:
        end = day_start(LAST_DAY)
        write(connection, [Line("back", user, end - DAY_SECONDS, -700, quantity=-1)])
    reply = shop.answer(f"tell me about user {user}")
    chart = reply.chart
    assert isinstance(chart, OrderTimeline)
    assert chart.user == user
    assert len(chart.orders) == reply.facts["frequency"] == 12
    assert sum(cents for _day, cents in chart.orders) - 700 == reply.facts["monetary_cents"]
    assert chart.returns == ((LAST_DAY - timedelta(days=1), 700),)
    assert chart.usual_gap_days == pytest.approx(7)


def test_who_has_not_ordered_has_no_picture(shop: Shop) -> None:
    assert shop.answer(f"tell me about user {NEW}").chart is None


def test_the_model_comes_with_its_reliability(shop: Shop) -> None:
    reply = shop.answer("how good is the model")
    assert isinstance(reply.chart, Reliability)
    for one in reply.chart.bins:
        assert 0 <= one.low <= one.observed <= one.high <= 1
        assert 0 < one.mean_predicted < 1


def test_the_chart_is_no_part_of_the_json(shop: Shop) -> None:
    assert "chart" not in shop.answer("who is at risk").as_json("")
