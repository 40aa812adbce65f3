"""When something is due: a time of day in the shop's zone, or once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.subscriptions import EVERY_DAY, Subscription

# A digest that is older than this is not sent any more; the next one says what it would have said.
_LOOK_BACK_DAYS = 7


@dataclass(frozen=True)
class Due:
    """The local day that something is due on, and the moment (epoch seconds)."""

    local_date: date
    at: int


def latest_due(subscription: Subscription, zone: ZoneInfo, now: int) -> Due | None:
    """The last time up to `now` that the subscription is due since it was made or changed; None if never.

    A time that a clock change leaves out is due when the clock would have shown it; one that comes twice
    is due the first time.
    """
    if subscription.once_at is not None:
        if subscription.once_at > now:
            return None
        return Due(_local_date(subscription.once_at, zone), subscription.once_at)
    return latest_at(subscription.local_time, zone, now, subscription.weekdays, since=subscription.created_at)


def latest_at(
    local_time: str, zone: ZoneInfo, now: int, weekdays: tuple[int, ...] = EVERY_DAY, *, since: int = 0
) -> Due | None:
    """The last time up to `now` and after `since` that a clock in `zone` showed that time on such a day."""
    today = _local_date(now, zone)
    for day in (today - timedelta(days=back) for back in range(_LOOK_BACK_DAYS + 1)):
        at = int(datetime.combine(day, time.fromisoformat(local_time), zone).timestamp())
        if day.weekday() in weekdays and since < at <= now:
            return Due(day, at)
    return None


def next_at(local_time: str, zone: ZoneInfo, now: int, weekdays: tuple[int, ...] = EVERY_DAY) -> datetime:
    """The next time after `now` that a clock in `zone` shows that time on such a day."""
    today = _local_date(now, zone)
    moments = (
        datetime.combine(today + timedelta(days=ahead), time.fromisoformat(local_time), zone)
        for ahead in range(_LOOK_BACK_DAYS + 2)
    )
    return next(each for each in moments if each.timestamp() > now and each.weekday() in weekdays)


def _local_date(epoch_seconds: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(epoch_seconds, zone).date()
