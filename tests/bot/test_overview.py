"""How the shop did: any period, beside the one before; who comes back; as sentences and pictures."""

from __future__ import annotations

from datetime import date

import pytest

from bot.charts import draw
from bot.periods import Period, before, compared_with, period_of, year_before
from bot.registry import commands
from bot.understanding import understand
from tests.bot.conftest import Shop

TODAY = date(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize(
    ("slug", "first", "last", "before_first", "before_last"),
    [
        ("today", "2026-11-24", "2026-11-24", "2026-11-23", "2026-11-23"),
        ("this_week", "2026-11-23", "2026-11-24", "2026-11-16", "2026-11-17"),
        ("last_week", "2026-11-16", "2026-11-22", "2026-11-09", "2026-11-15"),
        ("this_month", "2026-11-01", "2026-11-24", "2026-10-01", "2026-10-24"),
        ("last_month", "2026-10-01", "2026-10-31", "2026-09-01", "2026-09-30"),
        ("this_quarter", "2026-10-01", "2026-11-24", "2026-07-01", "2026-08-24"),
        ("last_year", "2025-01-01", "2025-12-31", "2024-01-01", "2024-12-31"),
        ("last_7_days", "2026-11-18", "2026-11-24", "2026-11-11", "2026-11-17"),
        ("month-10", "2026-10-01", "2026-10-31", "2026-09-01", "2026-09-30"),
        ("month-12", "2025-12-01", "2025-12-31", "2025-11-01", "2025-11-30"),
        ("2026-03", "2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28"),
        ("2025", "2025-01-01", "2025-12-31", "2024-01-01", "2024-12-31"),
        ("since_month-10", "2026-10-01", "2026-11-24", "2026-08-07", "2026-09-30"),
        ("since_last_week", "2026-11-16", "2026-11-24", "2026-11-07", "2026-11-15"),
        ("since_2026-q4", "2026-10-01", "2026-11-24", "2026-08-07", "2026-09-30"),
        ("3_months_ago", "2026-08-01", "2026-08-31", "2026-07-01", "2026-07-31"),
        ("2_weeks_ago", "2026-11-09", "2026-11-15", "2026-11-02", "2026-11-08"),
        ("10_days_ago", "2026-11-14", "2026-11-14", "2026-11-13", "2026-11-13"),
        ("1_years_ago", "2025-01-01", "2025-12-31", "2024-01-01", "2024-12-31"),
    ],
)
def test_periods_and_what_comes_before(
    slug: str, first: str, last: str, before_first: str, before_last: str
) -> None:
    period = period_of(slug, TODAY)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    earlier = before(period)
    assert (earlier.first.isoformat(), earlier.last.isoformat()) == (before_first, before_last)


def test_a_year_before_keeps_the_days_of_the_week_or_the_dates() -> None:
    assert year_before(period_of("last_week", TODAY)).first == date(2025, 11, 17)
    assert year_before(Period("2024-02", date(2024, 2, 1), date(2024, 2, 29))).last == date(2023, 2, 28)


def test_the_number_comes_first(shop: Shop) -> None:
    reply = shop.answer("how was 2024-01")
    orders = reply.facts["orders"]
    assert reply.title.startswith(f"Jan 1, 2024 to Jan 31, 2024: {orders:,} orders, ")
    assert reply.lines[0].startswith("Against Dec 1, 2023 to Dec 31, 2023: orders ")
    names = ("orders", "net_cents", "new_users", "returning_users", "flagged")
    assert {*names, *(f"previous_{name}" for name in names)} <= reply.facts.keys()


def test_the_months_of_a_year_add_up_to_it(shop: Shop) -> None:
    with shop.home.store() as connection:
        connection.execute("UPDATE lines SET user_id = user_id")
    year = shop.answer("how was 2023").facts
    months = [shop.answer(f"how was 2023-{month:02d}").facts for month in range(1, 13)]
    for name in ("orders", "net_cents", "new_users"):
        assert year[name] == sum(month[name] or 0 for month in months)  # type: ignore[misc]


def test_a_period_that_is_not_over_is_compared_with_as_many_days(shop: Shop) -> None:
    reply = shop.answer("how are we doing this month")
    assert reply.title.startswith("This month so far (Feb 1, 2024 to Feb 4, 2024): ")
    assert reply.lines[0].startswith("Against Jan 1, 2024 to Jan 4, 2024: ")


def test_a_period_beyond_the_data_says_so_and_offers_the_last_one(shop: Shop) -> None:
    reply = shop.days_later(60).answer("sales today")
    assert reply.title == "There are no orders yet for Apr 4, 2024: the latest is of Feb 4, 2024."
    (button,) = reply.buttons
    assert shop.answer(button.question).facts["orders"]


def test_it_needs_no_model(own_shop: Shop) -> None:
    with own_shop.home.store() as connection:
        connection.execute("DELETE FROM scores")
        connection.execute("DELETE FROM models")
    assert own_shop.answer("how was last month").facts["orders"]


def test_who_comes_back_by_month(shop: Shop) -> None:
    reply = shop.answer("retention by month")
    cohorts = reply.facts["cohorts"]
    assert isinstance(cohorts, list)
    assert all(0 <= share <= 1 for cohort in cohorts for share in cohort["shares"])
    assert [cohort["month"] for cohort in cohorts] == sorted(cohort["month"] for cohort in cohorts)


@pytest.mark.parametrize("question", ["how was last month", "retention by month", "how was 2023"])
def test_the_pictures_are_drawn(shop: Shop, question: str) -> None:
    chart = shop.answer(question).chart
    assert chart is not None
    assert draw(chart).startswith(b"\x89PNG")
    assert chart.alt


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Q2 2026 sales", "2026-04-01", "2026-06-30"),
        ("sales in q4", "2026-10-01", "2026-11-24"),
        ("2026年第二季度销售额", "2026-04-01", "2026-06-30"),
        ("how did we do from 1 May to 15 June", "2026-05-01", "2026-06-15"),
        ("2026年5月1日到6月15日销售额", "2026-05-01", "2026-06-15"),
        ("sales from December 20 to January 6", "2025-12-20", "2026-01-06"),
        ("sales on June 15", "2026-06-15", "2026-06-15"),
        ("2024-02-29 sales", "2024-02-29", "2024-02-29"),
    ],
)
def test_quarters_and_days_are_periods_too(text: str, first: str, last: str) -> None:
    found = understand(text, commands())
    assert found.command == "overview"
    period = period_of(str(found.args["period"]), TODAY)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("how are we doing this week compared to last year", "2025-11-24", "2025-11-25"),
        ("本月销售额同比", "2025-11-01", "2025-11-24"),
        ("compare this month with last month", "2026-10-01", "2026-10-24"),
        ("sales in May 2026 compared with May 2025", "2025-05-01", "2025-05-31"),
        ("本月销售额环比", "2026-10-01", "2026-10-24"),
    ],
)
def test_a_period_is_compared_with_what_was_said(text: str, first: str, last: str) -> None:
    args = understand(text, commands()).args
    other = compared_with(period_of(str(args["period"]), TODAY), str(args["compare"]), TODAY)
    assert (other.first.isoformat(), other.last.isoformat()) == (first, last)


def test_the_compared_period_is_the_previous_one_of_the_facts(shop: Shop) -> None:
    compared = shop.answer("sales in 2024-01 compared with 2023-10").facts
    alone = shop.answer("sales in 2023-10").facts
    assert compared["previous_orders"] == alone["orders"]
    assert compared["previous_net_cents"] == alone["net_cents"]


def test_who_is_flagged_counts_in_the_period_that_the_data_ends_in(shop: Shop) -> None:
    flagged = shop.answer("who is at risk").facts["flagged"]
    assert shop.days_later(90).answer("sales in 2024-02").facts["flagged"] == flagged
