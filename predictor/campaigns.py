"""Campaigns with a holdout: what one will be able to show, and the draw that starts it.

    audience_id = storage.audiences.keep(connection, "promo", as_of, now, [(user_id, score), …])
    plan = plan_campaign(connection, audience_id, now=now, horizon_days=60)
    campaign = start_campaign(connection, plan, now=now, campaign_id="promo-2026-03-14", operator="42")

An audience is drawn from once. Whatever is asked in between (another share, somebody left out) makes another
plan; nothing is kept before `start_campaign`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from predictor import draw
from predictor.expected_rate import expected_rate
from predictor.rate_difference import detectable
from storage import audiences, campaigns
from storage.audiences import Audience
from storage.campaigns import Campaign, Drawn
from storage.errors import OpsbotError
from storage.holdouts import held_out, held_out_since
from storage.identities import user_of
from storage.moments import DAY_SECONDS

SMALLEST_SHARE = 0.05
# A holdout is proposed that shows this difference, as far as the audience and the limit allow.
AIM = 0.05
# Fewer users than this show nothing, whatever happens.
FEWEST_USERS = 20
_SHARES = tuple(step / 20 for step in range(2, 11))


class CampaignError(OpsbotError):
    """A campaign cannot be started like that."""

    kind = "campaign"


@dataclass(frozen=True)
class Plan:
    """What a campaign would be. Drawn by lot are `users`, ordered by score; `holdout` of them are held out.

    `exempt` get the message without a draw, for they were held out lately; `left_out` by hand and `running`,
    held out by something that is still measured, get none. `detectable` is the smallest difference of order
    rates that is shown with 80 % power where `expected_rate` is the rate of who is held out.
    """

    audience: Audience
    users: Sequence[tuple[str, float]]
    holdout: int
    exempt: Sequence[tuple[str, float]]
    left_out: int
    running: int
    horizon_days: int
    expected_rate: float
    detectable: float

    @property
    def contact(self) -> int:
        """How many of those drawn get the message."""
        return len(self.users) - self.holdout

    @property
    def share(self) -> float:
        """The share of those drawn that is held out."""
        return self.holdout / len(self.users)


def plan_campaign(
    connection: sqlite3.Connection,
    audience_id: int | None = None,
    *,
    now: int,
    horizon_days: int,
    share: float | None = None,
    limit: float = 0.5,
) -> Plan:
    """The plan for an audience, by default the newest, at `now` (epoch seconds); keeps nothing.

    Without a `share` one is proposed: the smallest that shows AIM, at most `limit`. Raises NoAudienceError,
    and CampaignError where the audience was drawn from, is old or too small, or the share cannot be.
    """
    audience = audiences.audience(connection, audience_id)
    _check_audience(connection, audience, now)
    if share is not None:
        _check_share(share, limit)
    sorted_out = _sort_out(connection, audience, now, horizon_days)
    users = sorted_out.users
    if len(users) < FEWEST_USERS:
        raise CampaignError(
            "Only {count} users can be drawn from, and fewer than {fewest} show nothing.",
            next_step="Make a larger audience, or write to these without a campaign.",
            count=len(users),
            fewest=FEWEST_USERS,
        )
    rate = audience.expected_rate
    if rate is None:
        rate = expected_rate(connection, audience.as_of, horizon_days, [user_id for user_id, _ in users])
    chosen = proposed_share(len(users), rate, limit) if share is None else share
    held = min(max(round(chosen * len(users)), 1), len(users) - 1)
    return replace(
        sorted_out,
        holdout=held,
        expected_rate=rate,
        detectable=float(detectable(len(users) - held, held, rate)),
    )


def start_campaign(
    connection: sqlite3.Connection,
    plan: Plan,
    *,
    now: int,
    campaign_id: str,
    operator: str,
    seed: int | None = None,
) -> Campaign:
    """Draw, and keep the draw for good; launched for both arms at `now`.

    Without a `seed` one is drawn, too. Raises CampaignError where somebody else started it meanwhile.
    """
    seed = draw.new_seed() if seed is None else seed
    held = draw.drawn([user_id for user_id, _ in plan.users], plan.holdout, seed)
    users = [
        Drawn(user_id, "holdout" if out else "contact", place // draw.STRATUM + 1, place + 1, score)
        for place, ((user_id, score), out) in enumerate(zip(plan.users, held, strict=True))
    ]
    users += [
        Drawn(user_id, "exempt", 0, place, score)
        for place, (user_id, score) in enumerate(plan.exempt, len(users) + 1)
    ]
    campaign = Campaign(
        campaign_id=campaign_id,
        goal=plan.audience.goal,
        audience_id=plan.audience.audience_id,
        as_of=plan.audience.as_of,
        seed=seed,
        holdout_share=plan.share,
        horizon_days=plan.horizon_days,
        launched_at=now,
        expected_rate=plan.expected_rate,
        detectable=plan.detectable,
        started_by=operator,
    )
    try:
        campaigns.keep(connection, campaign, users)
    except sqlite3.IntegrityError as error:
        _check_audience(connection, plan.audience, now)
        raise CampaignError(
            "There is a campaign {campaign} already.",
            next_step="Ask again: it gets another name.",
            campaign=campaign_id,
        ) from error
    return campaign


def proposed_share(users: int, rate: float, limit: float) -> float:
    """The smallest share held out that shows AIM where the order rate is `rate`, and never above `limit`.

    Where none does, the one that shows most without holding out more than it helps: from there to the limit
    less than a tenth would be won.
    """
    shares = [share for share in _SHARES if share <= limit] or [limit]
    shown = [float(detectable(users * (1 - share), users * share, rate)) for share in shares]
    enough = [share for share, least in zip(shares, shown, strict=True) if least <= AIM]
    if enough:
        return enough[0]
    best = min(shown)
    return next(share for share, least in zip(shares, shown, strict=True) if least <= 1.1 * best)


def _check_audience(connection: sqlite3.Connection, audience: Audience, now: int) -> None:
    if not audience.users:
        raise CampaignError(
            "Audience {number} is empty.",
            next_step="Make another: segment for promo",
            number=audience.audience_id,
        )
    begun = campaigns.of_audience(connection, audience.audience_id)
    if begun is not None:
        raise CampaignError(
            "Audience {number} was drawn from already, for the campaign {campaign}; a draw is never changed.",
            next_step="Its files: files of campaign {campaign}. Or make another audience: segment for promo",
            number=audience.audience_id,
            campaign=begun.campaign_id,
        )
    if now - audience.made_at > audiences.KEPT_DAYS * DAY_SECONDS:
        raise CampaignError(
            "Audience {number} is more than {days} days old.",
            next_step="Make it anew: segment for promo",
            number=audience.audience_id,
            days=audiences.KEPT_DAYS,
        )


def _check_share(share: float, limit: float) -> None:
    if share <= 0:
        raise CampaignError(
            "With nobody held out there is nothing to compare with, and no effect can be measured.",
            next_step="Hold out {fewest:.0%} to {limit:.0%}, or write to the audience without a campaign.",
            fewest=SMALLEST_SHARE,
            limit=limit,
        )
    if not SMALLEST_SHARE <= share <= limit:
        raise CampaignError(
            "{share:.0%} cannot be held out: at least {fewest:.0%}, and at most {limit:.0%}, are.",
            next_step="Name a share between, or none for the one that is proposed; an admin sets the limit"
            " (OPSBOT_HOLDOUT_LIMIT).",
            share=share,
            fewest=SMALLEST_SHARE,
            limit=limit,
        )


def _sort_out(connection: sqlite3.Connection, audience: Audience, now: int, horizon_days: int) -> Plan:
    """The audience with everybody in their place; the figures are filled in by who knows the share."""
    running = _users(connection, held_out(connection, at=now, days=horizon_days))
    rested = _users(connection, held_out_since(connection, now - draw.REST_DAYS * DAY_SECONDS))
    by_hand = {user_of(connection, each.user_id) for each in audience.users if each.left_out}
    users: dict[str, float] = {}
    exempt: dict[str, float] = {}
    still: set[str] = set()
    for each in audience.users:
        # Two ids that were merged since are one user.
        user_id = user_of(connection, each.user_id)
        if user_id in by_hand:
            continue
        if user_id in running:
            still.add(user_id)
        else:
            (exempt if user_id in rested else users).setdefault(user_id, each.score)
    ordered = sorted(users.items(), key=lambda user: -user[1])
    return Plan(audience, ordered, 0, list(exempt.items()), len(by_hand), len(still), horizon_days, 0.0, 1.0)


def _users(connection: sqlite3.Connection, user_ids: frozenset[str]) -> frozenset[str]:
    return frozenset(user_of(connection, user_id) for user_id in user_ids)
