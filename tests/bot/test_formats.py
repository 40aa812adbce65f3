"""Numbers, money and days as a person reads them in either language."""

from __future__ import annotations

from datetime import date

import pytest

from bot import formats
from bot.i18n import using


@pytest.mark.parametrize(
    ("share", "english", "chinese"),
    [
        (0.742, "74 %", "74%"),
        (0.0, "0 %", "0%"),
        (1.0, "100 %", "100%"),
        (0.006, "1 %", "1%"),
        (0.004, "<1 %", "<1%"),
        (0.996, ">99 %", ">99%"),
        (0.994, "99 %", "99%"),
        (12.5, "1,250 %", "1,250%"),
    ],
)
def test_a_share_is_shown_in_percent(share: float, english: str, chinese: str) -> None:
    assert formats.percent(share) == english
    with using("zh"):
        assert formats.percent(share) == chinese


def test_a_share_has_as_many_places_as_asked_for() -> None:
    assert formats.percent(0.7423, places=1) == "74.2 %"
    assert formats.percent(0.8, places=1) == "80 %"
    assert formats.percent(0.0004, places=1) == "<0.1 %"
    assert formats.percent(0.9999, places=1) == ">99.9 %"


@pytest.mark.parametrize(
    ("days", "shown"), [(0, "on the same day"), (1, "yesterday"), (1023, "1,023 days ago")]
)
def test_how_long_ago_is_said_in_days(days: int, shown: str) -> None:
    assert formats.days_ago(days) == shown


@pytest.mark.parametrize(("difference", "shown"), [(0.12, "+12"), (-0.034, "-3"), (0.0, "+0"), (1.0, "+100")])
def test_points_carry_their_sign(difference: float, shown: str) -> None:
    assert formats.points(difference) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(7.0, "7"), (7.25, "7.2"), (7.66, "7.7"), (1234.56, "1,234.6"), (0.04, "0")]
)
def test_a_decimal_has_one_place_at_most(value: float, shown: str) -> None:
    assert formats.decimal(value) == shown


def test_a_decimal_has_as_many_places_as_asked_for() -> None:
    assert formats.decimal(3.14159, places=3) == "3.142"


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (12_345.4, "12,345"), (999.6, "1,000"), (-1234, "-1,234")]
)
def test_a_count_is_whole_with_separators(value: float, shown: str) -> None:
    assert formats.count(value) == shown


def test_money_is_in_the_shops_currency() -> None:
    assert formats.money(123_456, "EUR") == "€1,234.56"
    assert formats.money(-50, "EUR") == "-€0.50"
    with using("zh"):
        assert formats.money(123_456, "CNY") == "¥1,234.56"


def test_money_without_a_currency_is_a_plain_amount() -> None:
    assert formats.money(123_456, None) == "1,234.56"
    assert formats.money(5, None) == "0.05"


def test_a_currency_without_cents_shows_none() -> None:
    assert formats.money(150_000, "JPY") == "¥1,500"


def test_a_day_is_written_as_the_language_does() -> None:
    assert formats.day(date(2024, 2, 4)) == "Feb 4, 2024"
    with using("zh"):
        assert formats.day(date(2024, 2, 4)) == "2024年2月4日"


@pytest.mark.parametrize(
    ("cents", "currency", "english", "chinese"),
    [
        (0, "EUR", "€0", "€0"),
        (250, "EUR", "€2.5", "€2.5"),
        (125_000_000, "EUR", "€1.25M", "€125万"),
        (-5_000, "EUR", "-€50", "-€50"),
        (250_000, None, "2.5K", "2500"),
    ],
)
def test_money_beside_an_axis_is_short(cents: int, currency: str | None, english: str, chinese: str) -> None:
    assert formats.short_money(cents, currency) == english
    with using("zh"):
        assert formats.short_money(cents, currency) == chinese


def test_a_count_beside_an_axis_is_short() -> None:
    assert [formats.short_count(value) for value in (0, 40, 1_500, 1_250_000)] == ["0", "40", "1.5K", "1.25M"]


def test_parts_of_a_day_have_their_forms() -> None:
    shown = [form(date(2024, 3, 5)) for form in (formats.day_of_month, formats.month, formats.year)]
    assert shown == ["Mar 5", "Mar 2024", "2024"]
    with using("zh"):
        shown = [form(date(2024, 3, 5)) for form in (formats.day_of_month, formats.month, formats.year)]
    assert shown == ["3月5日", "2024年3月", "2024年"]
