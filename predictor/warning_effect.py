"""What the warnings are worth: newly flagged users who were listed beside those who were held out, pooled.

The pool grows week by week, and whoever looks at it every week would sooner or later see an effect by chance.
So a verdict is due only where the pool reaches a size that was planned: one that can show a difference of 15,
10 or 5 points. Each of these looks is at the first so many users, and keeps a third of the 5 % of errors.

Where the share was changed, users before and after are compared apart and only the differences are pooled:
added up, an arm that had more of its users in a good season would look better by the season alone.
"""

from __future__ import annotations

import math
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist

from predictor.campaign_results import Verdict
from predictor.expected_rate import expected_rate
from predictor.flag_changes import flagged_users
from predictor.mean_difference import money_interval
from predictor.outcomes import ArmResult, arm_result, outcomes_of
from predictor.rate_difference import Z95, newcombe, pooled, users_needed
from storage import warning_holdouts
from storage.identities import ids_of
from storage.model_store import ModelRecord
from storage.moments import DAY_SECONDS, day_of
from storage.warning_holdouts import WarnedUser, WarningHoldout

POINTS = (0.15, 0.10, 0.05)
Z_LOOK = NormalDist().inv_cdf(1 - 0.025 / len(POINTS))
# Below this difference in who was contacted the worth of a contact cannot be told.
_LEAST_CONTACTED = 0.1

_Unit = tuple[WarnedUser, tuple[bool, int]]
_Arms = tuple[Sequence[_Unit], Sequence[_Unit]]  # the listed and the held out


@dataclass(frozen=True)
class Milestone:
    """A difference that the pool can show once `users` are drawn and over; `day` is when, None if unknown."""

    points: float
    users: int
    day: date | None


@dataclass(frozen=True)
class WarningEffect:
    """The pool: how many are drawn, and of those whose window is over what both arms did.

    `effect` is the order rate of the listed less that of the held out, `cents` the same of net money per
    user, each with its 95 % interval and None without both arms. Where the share was changed (`settings`
    counts the shares under which both arms can be compared) the rates and contacted shares of both arms are
    means over the settings with the weights of the effect, and there is no money. `per_contact` is the
    effect per contacted user: as if being listed worked through contacts alone. `verdict` is the one of the
    last look that was due, at a difference of `looked_at`; both are None before the first.
    """

    drawn: int
    drawn_out: int
    listed: ArmResult
    holdout: ArmResult
    settings: int
    listed_rate: float | None
    holdout_rate: float | None
    listed_contacted: float | None
    holdout_contacted: float | None
    effect: float | None
    low: float | None
    high: float | None
    cents: float | None
    cents_low: float | None
    cents_high: float | None
    per_contact: float | None
    per_contact_low: float | None
    per_contact_high: float | None
    verdict: Verdict | None
    looked_at: float | None
    milestones: Sequence[Milestone]


def warning_effect(
    connection: sqlite3.Connection,
    contacts: Mapping[str, Sequence[int]],
    *,
    now: int,
    drawn: Sequence[float] = (),
) -> WarningEffect:
    """What is known at `now` (epoch seconds); `contacts` are the times at which ids were contacted.

    `drawn` is how many a draw takes in its first week, its second, …, empty where that is unknown. Raises
    EmptyStoreError.
    """
    users = warning_holdouts.drawn(connection)
    with outcomes_of(connection, {each.user_id for each in users}, now) as outcomes:
        by_window: dict[tuple[int, int], list[WarnedUser]] = defaultdict(list)
        for each in users:
            if each.closes_at <= outcomes.known_until:
                by_window[each.from_at, each.closes_at].append(each)
        over: list[_Unit] = [
            unit
            for window, some in by_window.items()
            for unit in zip(some, outcomes.between(*window, (each.user_id for each in some)), strict=True)
        ]
    first = warning_holdouts.first(connection)
    # By what was set first, and not by what has come about since: a plan that is not moved by results.
    sizes = pool_sizes(first.expected_rate, first.share) if first else []
    ahead = milestones(
        sizes,
        [each.closes_at for each in users],
        drawn=drawn[min(_weeks_since(first, now), len(drawn) - 1) :] if drawn else (),
        horizon_days=first.horizon_days if first else 0,
        today=day_of(now),
    )
    return _effect(connection, contacts, users, over, sizes, ahead)


def _weeks_since(setting: WarningHoldout | None, now: int) -> int:
    return max(0, now - setting.set_at) // (7 * DAY_SECONDS) if setting else 0


def pool_sizes(rate: float, share: float) -> list[tuple[float, int]]:
    """For each of POINTS how many users it takes to show it, `share` of them held out."""
    return [(points, users_needed(points, rate, share, Z_LOOK)) for points in POINTS]


def look(over: Sequence[_Unit], sizes: Sequence[tuple[float, int]]) -> tuple[Verdict | None, float | None]:
    """The verdict that is due, and at which of POINTS; the first that shows something stands.

    `over` are the users whose window is over, in the order in which it ended.
    """
    verdict: Verdict | None = None
    looked_at = None
    for points, size in sizes:
        if len(over) < size or verdict in ("worked", "harmed"):
            break
        _, low, high = _difference(_by_setting(over[:size]), Z_LOOK)
        verdict, looked_at = ("worked" if low > 0 else "harmed" if high < 0 else "not_shown"), points
    return verdict, looked_at


def rate_of_flagged(connection: sqlite3.Connection, record: ModelRecord, as_of: date) -> float:
    """The share of flagged users that orders within the horizon if nothing is done."""
    return expected_rate(connection, as_of, record.horizon_days, sorted(flagged_users(connection)))


def _effect(
    connection: sqlite3.Connection,
    contacts: Mapping[str, Sequence[int]],
    users: Sequence[WarnedUser],
    over: Sequence[_Unit],
    sizes: Sequence[tuple[float, int]],
    ahead: Sequence[Milestone],
) -> WarningEffect:
    listed, held = _arms(over)
    by_setting = _by_setting(over)
    listed_rate, holdout_rate = _shares(by_setting, lambda units: _result(units).rate)
    listed_contacted, holdout_contacted = _shares(
        by_setting, lambda units: _contacted([each for each, _ in units], contacts, connection)
    )
    effect = low = high = cents = cents_low = cents_high = None
    per_contact = per_contact_low = per_contact_high = None
    if listed_rate is not None and holdout_rate is not None:
        effect, low, high = _difference(by_setting)
        if len(by_setting) == 1:
            cents, cents_low, cents_high = (
                None if math.isnan(each) else each
                for each in money_interval(*(_result(units).cents for units in by_setting[0]))
            )
        more = (listed_contacted or 0) - (holdout_contacted or 0)
        if more >= _LEAST_CONTACTED:
            per_contact, per_contact_low, per_contact_high = (_share(x / more) for x in (effect, low, high))
    verdict, looked_at = look(over, sizes)
    return WarningEffect(
        len(users),
        sum(each.arm == "holdout" for each in users),
        _result(listed),
        _result(held),
        len(by_setting),
        listed_rate,
        holdout_rate,
        listed_contacted,
        holdout_contacted,
        effect,
        low,
        high,
        cents,
        cents_low,
        cents_high,
        per_contact,
        per_contact_low,
        per_contact_high,
        verdict,
        looked_at,
        ahead,
    )


def _difference(by_setting: Sequence[_Arms], z: float = Z95) -> tuple[float, float, float]:
    """The difference with its interval: several settings are pooled; NaN without both arms."""
    listed, holdout = ([_result(arms[which]) for arms in by_setting] for which in (0, 1))
    counts = (
        [each.ordered for each in listed],
        [each.users for each in listed],
        [each.ordered for each in holdout],
        [each.users for each in holdout],
    )
    if len(by_setting) > 1:
        return pooled(*counts, z)
    (low,), (high,) = newcombe(*counts, z)
    return (listed[0].rate or 0.0) - (holdout[0].rate or 0.0), float(low), float(high)


def _shares(
    by_setting: Sequence[_Arms], share: Callable[[Sequence[_Unit]], float | None]
) -> tuple[float | None, float | None]:
    """A share of either arm, over settings its mean by the weights of `pooled`; None without users."""
    if len(by_setting) == 1:
        return share(by_setting[0][0]), share(by_setting[0][1])
    weights = [len(listed) * len(held) / (len(listed) + len(held)) for listed, held in by_setting]
    listed_share, held_share = (
        sum(weight * (share(arms[which]) or 0.0) for weight, arms in zip(weights, by_setting, strict=True))
        / sum(weights)
        for which in (0, 1)
    )
    return listed_share, held_share


def _by_setting(units: Sequence[_Unit]) -> list[_Arms]:
    """Both arms under each setting that has both; where none has, all units as one."""
    found: dict[int, list[_Unit]] = defaultdict(list)
    for unit in units:
        found[unit[0].setting_id].append(unit)
    return [arms for arms in map(_arms, found.values()) if all(arms)] or [_arms(units)]


def _arms(units: Sequence[_Unit]) -> _Arms:
    listed, held = ([unit for unit in units if unit[0].arm == arm] for arm in ("listed", "holdout"))
    return listed, held


def _result(units: Sequence[_Unit]) -> ArmResult:
    return arm_result([outcome for _, outcome in units])


def _contacted(
    users: Sequence[WarnedUser], contacts: Mapping[str, Sequence[int]], connection: sqlite3.Connection
) -> float | None:
    """The share of users who were contacted within their window; None without users."""
    if not users:
        return None
    reached = sum(
        any(
            each.from_at < at <= each.closes_at
            for user_id in (ids_of(connection, each.user_id) or (each.user_id,))
            for at in contacts.get(user_id, ())
        )
        for each in users
    )
    return reached / len(users)


def milestones(
    sizes: Sequence[tuple[float, int]],
    closes: Sequence[int],
    *,
    drawn: Sequence[float],
    horizon_days: int,
    today: date,
) -> list[Milestone]:
    """When the pool can show each difference.

    `closes` are the ends of the windows of those drawn so far, `drawn` how many are drawn in the next week,
    the one after, …; as many as in the last one from there on.
    """
    found = []
    for points, size in sizes:
        day = None
        if len(closes) >= size:
            day = day_of(closes[size - 1])
        else:
            days = _days_until(size - len(closes), drawn)
            if days is not None:
                day = today + timedelta(days=days + horizon_days)
        found.append(Milestone(points, size, day))
    return found


def _days_until(users: float, drawn: Sequence[float]) -> int | None:
    """How many days it takes to draw so many; None where it never comes to that."""
    for week, number in enumerate(drawn):
        if number >= users:
            return math.ceil(7 * (week + users / number))
        users -= number
    return math.ceil(7 * (len(drawn) + users / drawn[-1])) if drawn and drawn[-1] > 0 else None


def _share(value: float) -> float:
    return max(-1.0, min(1.0, value))
