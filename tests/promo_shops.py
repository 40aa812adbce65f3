"""Made-up shops with campaigns drawn by lot, in which it is known whom a message moves."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from storage.database import transaction
from storage.moments import DAY_SECONDS, day_start
from tests.conftest import Line, write

START = date(2024, 1, 1)
FIRST_CAMPAIGN_DAY = 150
CAMPAIGN_EVERY = 40
HORIZON_DAYS = 30
HOUR = 3600


@dataclass(frozen=True)
class Sent:
    """A row of `contacts`."""

    campaign_id: str
    user_id: str
    sent_at: int
    arm: str | None = "contact"
    responded_at: int | None = None
    channel: str | None = None


@dataclass(frozen=True)
class PromoShop:
    """Lines and contacts, the last day, and for each user by how much a message raises P(order)."""

    lines: tuple[Line, ...]
    contacts: tuple[Sent, ...]
    last_day: date
    effect: dict[str, float]


def write_contacts(connection: sqlite3.Connection, contacts: Iterable[Sent]) -> None:
    """Add contacts to the store as one import does."""
    with transaction(connection):
        import_id = connection.execute(
            "INSERT INTO imports VALUES (NULL, 'contacts', 'contacts.csv', 0, 1, 1, 0, 0, 0, 0)"
        ).lastrowid
        connection.executemany(
            "INSERT INTO contacts (user_id, campaign_id, occurrence, sent_at, arm, channel, responded_at,"
            " import_id) VALUES (?, ?, 1, ?, ?, ?, ?, ?)",
            [
                (
                    each.user_id,
                    each.campaign_id,
                    each.sent_at,
                    each.arm,
                    each.channel,
                    each.responded_at,
                    import_id,
                )
                for each in contacts
            ],
        )


def write_shop(connection: sqlite3.Connection, shop: PromoShop) -> None:
    """All of it into the store."""
    write(connection, shop.lines)
    write_contacts(connection, shop.contacts)


def promo_shop(
    users: int, campaigns: int, *, effect: float, randomised: bool = True, seed: int = 0
) -> PromoShop:
    """Frequent buyers, who order with or without a message, and rare ones, whom it moves by `effect`.

    Everybody is in every campaign, half of them held out where it is `randomised`. A response is an order in
    the window of who was contacted.
    """
    random = np.random.default_rng(seed)
    days = FIRST_CAMPAIGN_DAY + CAMPAIGN_EVERY * campaigns
    frequent = random.random(users) < 0.5
    gap = np.where(frequent, random.uniform(20, 35, users), random.uniform(90, 150, users))
    names = [f"{'frequent' if often else 'rare'}-{number}" for number, often in enumerate(frequent)]
    lines, contacts = [], []
    orders: list[list[float]] = []
    for number in range(users):
        when = list(np.cumsum(random.exponential(gap[number], 1 + int(3 * days / gap[number]))))
        orders.append([day for day in when if day < days])
    for campaign in range(campaigns):
        day = FIRST_CAMPAIGN_DAY + CAMPAIGN_EVERY * campaign
        arm = random.random(users) < 0.5 if randomised else np.ones(users, dtype=bool)
        moved = (random.random(users) < effect) & ~frequent & arm
        for number, name in enumerate(names):
            sent_at = _at(day) + 9 * HOUR
            if moved[number]:
                orders[number].append(day + random.uniform(1, HORIZON_DAYS - 1))
            within = [each for each in orders[number] if day + 0.4 < each <= day + HORIZON_DAYS]
            responded_at = _at(min(within)) if arm[number] and within else None
            contacts.append(
                Sent(f"c{campaign}", name, sent_at, "contact" if arm[number] else "holdout", responded_at)
                if randomised
                else Sent(f"c{campaign}", name, sent_at, None, responded_at)
            )
    for number, name in enumerate(names):
        lines += [
            Line(f"{name}-{place}", name, _at(day), int(random.integers(1000, 6000)))
            for place, day in enumerate(sorted(orders[number]))
        ]
    return PromoShop(
        tuple(lines),
        tuple(contacts),
        START + timedelta(days=days),
        {name: 0.0 if often else effect for name, often in zip(names, frequent, strict=True)},
    )


def _at(day: float) -> int:
    return day_start(START) + int(day * DAY_SECONDS)
