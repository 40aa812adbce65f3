"""Which past days a model learns from and is tested on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictor.cutoffs import FEWEST_CUTOFFS, MOST_CUTOFFS, MOST_TEST_DATES, Calendar
from predictor.definition import Definition

AS_OF = date(2024, 6, 30)


def calendar(span_days: int, horizon_days: int = 30, active_days: int = 90) -> Calendar:
    first_day = AS_OF - timedelta(days=span_days - 1)
    return Calendar(AS_OF, first_day, Definition(horizon_days, active_days))


def ages(days: tuple[date, ...], until: date = AS_OF) -> list[int]:
    return [(until - day).days for day in days]


calendars = st.builds(
    calendar,
    span_days=st.integers(1, 1500),
    horizon_days=st.sampled_from([7, 14, 30, 60, 90, 180]),
    active_days=st.integers(1, 500),
)


@given(calendars)
def test_every_label_window_ends_by_the_day_the_model_is_used(calendar: Calendar) -> None:
    horizon = timedelta(days=calendar.definition.horizon_days)

    for used_on in (AS_OF, *calendar.test_dates()):
        assert all(cutoff + horizon <= used_on for cutoff in calendar.cutoffs(used_on))
    assert all(test_date + horizon <= AS_OF for test_date in calendar.test_dates())


@given(calendars)
def test_no_day_lies_before_the_shops_first(calendar: Calendar) -> None:
    for used_on in (AS_OF, *calendar.test_dates()):
        assert all(cutoff >= calendar.first_day for cutoff in calendar.cutoffs(used_on))


@given(calendars)
def test_days_come_newest_first_and_once(calendar: Calendar) -> None:
    for days in (calendar.cutoffs(AS_OF), calendar.test_dates()):
        assert list(days) == sorted(set(days), reverse=True)
    assert len(calendar.cutoffs(AS_OF)) <= MOST_CUTOFFS
    assert len(calendar.test_dates()) <= MOST_TEST_DATES


@given(calendars)
def test_what_is_said_to_be_needed_is_what_a_test_date_needs(calendar: Calendar) -> None:
    assert bool(calendar.test_dates()) == (calendar.span_days >= calendar.needed_days)


@given(calendars)
def test_more_past_takes_no_test_date_away(calendar: Calendar) -> None:
    longer = Calendar(AS_OF, calendar.first_day - timedelta(days=30), calendar.definition)

    assert set(calendar.test_dates()) <= set(longer.test_dates())


def test_a_long_past_has_eight_cutoffs_and_five_tests_one_horizon_apart() -> None:
    roomy = calendar(span_days=600)

    assert ages(roomy.cutoffs(AS_OF)) == [30, 60, 90, 120, 150, 180, 210, 240]
    assert ages(roomy.test_dates()) == [30, 60, 90, 120, 150]


@pytest.mark.parametrize(("span_days", "step_days"), [(13 * 30, 30), (13 * 30 - 1, 15)])
def test_cutoffs_of_a_short_past_stand_half_a_horizon_apart(span_days: int, step_days: int) -> None:
    assert calendar(span_days).step_days == step_days


def test_cutoffs_stand_at_least_a_week_apart() -> None:
    assert calendar(span_days=60, horizon_days=7).step_days == 7


@pytest.mark.parametrize(("span_days", "oldest"), [(211, 120), (210, 105)])
def test_cutoffs_with_a_whole_past_are_preferred(span_days: int, oldest: int) -> None:
    # The oldest has 90 days known before it in a past of 120 + 90 + 1 days.
    assert ages(calendar(span_days).cutoffs(AS_OF)) == list(range(30, oldest + 1, 15))


@pytest.mark.parametrize(
    ("span_days", "expected"),
    [(166, [30, 45, 60, 75]), (165, [30, 45, 60, 75]), (90, [30, 45, 60]), (60, [30]), (59, [])],
)
def test_cutoffs_with_a_shorter_past_fill_up_to_the_fewest(span_days: int, expected: list[int]) -> None:
    assert ages(calendar(span_days).cutoffs(AS_OF)) == expected
    assert len(expected) <= FEWEST_CUTOFFS


def test_the_first_and_the_last_day_are_counted() -> None:
    assert Calendar(AS_OF, AS_OF, Definition(7, 21)).span_days == 1


def test_three_horizons_are_needed() -> None:
    assert calendar(span_days=1).needed_days == 90
