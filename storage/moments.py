"""The moment of knowledge: UTC days, and the epoch seconds that bound what was known on them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

DAY_SECONDS = 86_400


def known_before(as_of: date) -> int:
    """Epoch seconds of `as_of` + 1 day, 00:00 UTC: what has a time below it was known as of that day."""
    return day_start(as_of + timedelta(days=1))


def day_start(day: date) -> int:
    """Epoch seconds of 00:00 UTC on `day`."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def day_of(epoch_seconds: int) -> date:
    """The UTC day that `epoch_seconds` lies on."""
    return datetime.fromtimestamp(epoch_seconds, UTC).date()
