"""What campaigns did: order rates and net money of both arms, the differences, and a verdict if one is due.

Intention to treat: everybody stays in the arm they were drawn into, whatever became of them or reached them.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from predictor.mean_difference import money_interval
from predictor.outcomes import ArmResult, Outcomes, arm_result, outcomes_of
from predictor.rate_difference import detectable, newcombe, pooled
from storage import campaigns
from storage.moments import DAY_SECONDS

Verdict = Literal["worked", "harmed", "not_shown"]
Withheld = Literal["open", "behind", "no_holdout", "no_contact", "too_small", "before_orders"]

# A campaign that could only have shown more than this gets no verdict.
LARGEST_DETECTABLE = 0.20

_ARMS_OF_OURS = "SELECT campaign_id, user_id, arm FROM campaign_users WHERE arm IN ('contact', 'holdout')"
# Of somebody whom a file names in both arms, having been held out counts: then the message was the mistake.
_ARMS_OF_FILES = """
SELECT campaign_id, user_id, MAX(COALESCE(arm, 'contact')) FROM contacts
WHERE campaign_id NOT IN (SELECT campaign_id FROM campaigns) GROUP BY campaign_id, user_id
"""
_LAUNCHES = """
SELECT campaign_id, MIN(sent_at) FROM contacts
WHERE campaign_id NOT IN (SELECT campaign_id FROM campaigns) GROUP BY campaign_id
"""
# What was sent to whom since the draw, whichever arm a file calls it.
_SENT = """
SELECT c.campaign_id,
    COUNT(DISTINCT CASE WHEN d.arm = 'contact' THEN c.user_id END),
    COUNT(DISTINCT CASE WHEN d.arm = 'holdout' THEN c.user_id END)
FROM contacts c JOIN campaign_users d ON d.campaign_id = c.campaign_id AND d.user_id = c.user_id
WHERE COALESCE(c.arm, 'contact') = 'contact'
GROUP BY c.campaign_id
"""


@dataclass(frozen=True)
class Result:
    """One campaign. Times are epoch seconds; the window is (launched_at, closes_at].

    `effect` is the order rate of the contact arm less that of the holdout, from `low` to `high` at 95 %
    (Newcombe); the cents are the same of net money per user (permutation). All are None without
    both arms. `power` is the smallest difference that is shown with 80 % power. `verdict` is None as long as
    there is none, and `withheld` says why. `ours` is a campaign that the bot drew; of such, `sent` counts the
    messages that a file says were sent to the contact arm, and `spoiled` those to the holdout. `known_until`
    is how far the orders reach.
    """

    campaign_id: str
    launched_at: int
    closes_at: int
    horizon_days: int
    ours: bool
    contact: ArmResult
    holdout: ArmResult
    effect: float | None
    low: float | None
    high: float | None
    cents: float | None
    cents_low: float | None
    cents_high: float | None
    power: float | None
    verdict: Verdict | None
    withheld: Withheld | None
    sent: int
    spoiled: int
    known_until: int


@dataclass(frozen=True)
class Total:
    """The effect over several campaigns that are over, by Mantel and Haenszel, and its 95 % interval."""

    campaigns: int
    users: int
    effect: float
    low: float
    high: float


@dataclass(frozen=True)
class _Started:
    campaign_id: str
    launched_at: int
    horizon_days: int
    expected_rate: float | None
    ours: bool


def launched(connection: sqlite3.Connection, now: int) -> list[str]:
    """The ids of all campaigns that are launched by `now` (epoch seconds), the newest first."""
    found = [(each.launched_at, each.campaign_id) for each in _started(connection, 0)]
    return [name for at, name in sorted(found, key=lambda one: (-one[0], one[1])) if at <= now]


def campaign_results(
    connection: sqlite3.Connection, *, now: int, horizon_days: int, campaign_id: str | None = None
) -> list[Result]:
    """All campaigns that are launched by `now` (epoch seconds), the newest first, on orders as known then.

    With a `campaign_id` that one alone, and none where it is unknown.
    Campaigns that were imported are measured for `horizon_days`, our own for the horizon they were started
    with. Needs no model; raises EmptyStoreError where there are campaigns and no order.
    """
    started = [
        each
        for each in _started(connection, horizon_days)
        if each.launched_at <= now and campaign_id in (None, each.campaign_id)
    ]
    if not started:
        return []
    arms = _arms(connection)
    sent = {row[0]: (row[1], row[2]) for row in connection.execute(_SENT)}
    everybody = {user_id for each in started for user_id in arms[each.campaign_id]}
    with outcomes_of(connection, everybody, now) as outcomes:
        found = [_result(each, arms[each.campaign_id], outcomes, sent) for each in started]
    return sorted(found, key=lambda result: (-result.launched_at, result.campaign_id))


def running_total(results: Iterable[Result]) -> Total | None:
    """The effect over the campaigns that are over and had both arms; None with fewer than two."""
    over = [
        each
        for each in results
        if each.contact.users and each.holdout.users and each.withheld in (None, "too_small")
    ]
    if len(over) < 2:
        return None
    effect, low, high = pooled(
        [each.contact.ordered for each in over],
        [each.contact.users for each in over],
        [each.holdout.ordered for each in over],
        [each.holdout.users for each in over],
    )
    users = sum(each.contact.users + each.holdout.users for each in over)
    return Total(len(over), users, effect, low, high)


def verdict_of(low: float, high: float) -> Verdict:
    """What a 95 % interval of the effect says."""
    return "worked" if low > 0 else "harmed" if high < 0 else "not_shown"


def _started(connection: sqlite3.Connection, horizon_days: int) -> list[_Started]:
    ours = [
        _Started(each.campaign_id, each.launched_at, each.horizon_days, each.expected_rate, True)
        for each in campaigns.every(connection)
    ]
    files = [_Started(row[0], row[1], horizon_days, None, False) for row in connection.execute(_LAUNCHES)]
    return ours + files


def _arms(connection: sqlite3.Connection) -> Mapping[str, Mapping[str, str]]:
    """The arm of each user of each campaign."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for query in (_ARMS_OF_OURS, _ARMS_OF_FILES):
        for campaign_id, user_id, arm in connection.execute(query):
            found[campaign_id][user_id] = arm
    return found


def _result(
    started: _Started, arms: Mapping[str, str], outcomes: Outcomes, sent: Mapping[str, tuple[int, int]]
) -> Result:
    closes_at = started.launched_at + started.horizon_days * DAY_SECONDS
    contact, holdout = (
        arm_result(
            outcomes.between(
                started.launched_at, closes_at, (user_id for user_id, its in arms.items() if its == arm)
            )
        )
        for arm in ("contact", "holdout")
    )
    effect = low = high = cents = cents_low = cents_high = power = None
    if contact.rate is not None and holdout.rate is not None:
        effect = contact.rate - holdout.rate
        low, high = map(float, newcombe(contact.ordered, contact.users, holdout.ordered, holdout.users))
        cents, cents_low, cents_high = map(_known, money_interval(contact.cents, holdout.cents))
        elapsed = (outcomes.known_until - started.launched_at) / (closes_at - started.launched_at)
        power = _power(contact, holdout, started.expected_rate, min(1.0, max(0.1, elapsed)))
    withheld = _withheld(contact, holdout, power, started.launched_at, closes_at, outcomes)
    return Result(
        started.campaign_id,
        started.launched_at,
        closes_at,
        started.horizon_days,
        started.ours,
        contact,
        holdout,
        effect,
        low,
        high,
        cents,
        cents_low,
        cents_high,
        power,
        verdict_of(low, high) if withheld is None and low is not None and high is not None else None,
        withheld,
        *sent.get(started.campaign_id, (0, 0)),
        outcomes.known_until,
    )


def _power(contact: ArmResult, holdout: ArmResult, expected: float | None, elapsed: float) -> float:
    """By the rate that was seen in both arms once the window is over, before by the one that is expected."""
    rate = (contact.ordered + holdout.ordered + 1) / (contact.users + holdout.users + 2)
    if elapsed < 1:
        rate = min(0.5, rate / elapsed) if expected is None else expected
    return float(detectable(contact.users, holdout.users, rate))


def _withheld(
    contact: ArmResult,
    holdout: ArmResult,
    power: float | None,
    launched_at: int,
    closes_at: int,
    outcomes: Outcomes,
) -> Withheld | None:
    if not holdout.users:
        return "no_holdout"
    if not contact.users:
        return "no_contact"
    if outcomes.first_order is None or launched_at < outcomes.first_order:
        return "before_orders"
    if closes_at > outcomes.now:
        return "open"
    if closes_at > outcomes.known_until:
        return "behind"
    return "too_small" if power is None or power > LARGEST_DETECTABLE else None


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
