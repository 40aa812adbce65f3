"""When something is due: by the shop's clock, once a day, also on the nights when clocks change."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.due import Due, latest_at, latest_due, next_at
from storage.subscriptions import Subscription

BERLIN, NEW_YORK, SHANGHAI = map(ZoneInfo, ("Europe/Berlin", "America/New_York", "Asia/Shanghai"))


def epoch(zone: ZoneInfo, *when: int) -> int:
    return int(datetime(*when, tzinfo=zone).timestamp())  # type: ignore[arg-type,misc]


def wanted(local_time: str, **others: object) -> Subscription:
    return Subscription("digest", local_time, "en", "1", "", 0, **others)  # type: ignore[arg-type]


def test_is_due_from_its_minute_on() -> None:
    nine = epoch(SHANGHAI, 2026, 11, 24, 9)
    assert latest_due(wanted("09:00"), SHANGHAI, nine) == Due(date(2026, 11, 24), nine)
    before = latest_due(wanted("09:00"), SHANGHAI, nine - 1)
    assert before == Due(date(2026, 11, 23), nine - 86_400)


def test_only_on_its_days() -> None:
    tuesday = epoch(BERLIN, 2026, 11, 24, 12)
    due = latest_due(wanted("09:00", weekdays=(0,)), BERLIN, tuesday)
    assert due is not None
    assert due.local_date == date(2026, 11, 23)
    assert next_at("09:00", BERLIN, tuesday, (0,)).date() == date(2026, 11, 30)


def test_not_for_a_time_before_it_was_wanted() -> None:
    nine = epoch(BERLIN, 2026, 11, 24, 9)
    assert latest_at("09:00", BERLIN, nine + 1800, since=nine + 900) is None


def test_a_reminder_is_due_once() -> None:
    once = wanted("09:00", once_at=1_000_000)
    assert latest_due(once, BERLIN, 999_999) is None
    assert latest_due(once, BERLIN, 9_999_999) == latest_due(once, BERLIN, 1_000_000)


@pytest.mark.parametrize(
    ("zone", "spring", "autumn"),
    [
        (BERLIN, (date(2026, 3, 29), "02:30"), (date(2026, 10, 25), "02:30")),
        (NEW_YORK, (date(2026, 3, 8), "02:30"), (date(2026, 11, 1), "01:30")),
    ],
    ids=["Berlin", "New York"],
)
def test_is_due_once_on_the_nights_when_clocks_change(
    zone: ZoneInfo, spring: tuple[date, str], autumn: tuple[date, str]
) -> None:
    for day, local_time in (spring, autumn):
        start = int(datetime.combine(day - timedelta(days=1), datetime.min.time(), zone).timestamp())
        # Every minute of three days, one of which has 23 or 25 hours.
        seen = {latest_due(wanted(local_time), zone, at) for at in range(start, start + 3 * 86_400, 60)}
        days = [due.local_date for due in seen if due and due.local_date == day]
        assert days == [day]


@given(
    st.sampled_from([BERLIN, NEW_YORK, SHANGHAI]),
    st.integers(1_700_000_000, 1_900_000_000),
    st.times().map(lambda time: f"{time:%H:%M}"),
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
)
def test_the_next_time_becomes_the_last_one(
    zone: ZoneInfo, now: int, local_time: str, days: tuple[int, ...]
) -> None:
    following = next_at(local_time, zone, now, days)
    at = int(following.timestamp())
    assert at > now
    assert latest_at(local_time, zone, at, days) == Due(following.date(), at)
