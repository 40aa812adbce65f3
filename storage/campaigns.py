"""The draws of our own campaigns as they are kept: written once, never changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from storage.database import transaction
from storage.moments import DAY_SECONDS

Arm = Literal["contact", "holdout", "exempt"]


@dataclass(frozen=True)
class Drawn:
    """One user of a campaign: `exempt` is who gets the message and is not measured."""

    user_id: str
    arm: Arm
    stratum: int
    position: int
    score: float


@dataclass(frozen=True)
class Campaign:
    """A campaign of our own; times are epoch seconds, `detectable` is a difference of order rates.

    Its window is (launched_at, closes_at]; the horizon is the one in force when it was started.
    """

    campaign_id: str
    goal: str
    audience_id: int
    as_of: date
    seed: int
    holdout_share: float
    horizon_days: int
    launched_at: int
    expected_rate: float
    detectable: float
    started_by: str

    @property
    def closes_at(self) -> int:
        """The last second of the window."""
        return self.launched_at + self.horizon_days * DAY_SECONDS


def keep(connection: sqlite3.Connection, campaign: Campaign, users: Iterable[Drawn]) -> None:
    """Write a draw down; raises sqlite3.IntegrityError where the campaign, or one of its audience, exists."""
    with transaction(connection):
        connection.executemany(
            "INSERT INTO campaign_users (campaign_id, user_id, arm, stratum, position, score)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            ((campaign.campaign_id, *vars(each).values()) for each in users),
        )
        row = {**vars(campaign), "as_of": campaign.as_of.isoformat()}
        connection.execute(
            f"INSERT INTO campaigns ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})", row
        )


def every(connection: sqlite3.Connection) -> Sequence[Campaign]:
    """All campaigns of our own, the newest first."""
    rows = connection.execute("SELECT * FROM campaigns ORDER BY launched_at DESC, campaign_id")
    return [_campaign(row) for row in rows]


def named(connection: sqlite3.Connection, campaign_id: str) -> Campaign | None:
    """The campaign of that id, if it is one of our own."""
    row = connection.execute("SELECT * FROM campaigns WHERE campaign_id = ?", (campaign_id,)).fetchone()
    return _campaign(row) if row else None


def of_audience(connection: sqlite3.Connection, audience_id: int) -> Campaign | None:
    """The campaign that was drawn from an audience, if one was."""
    row = connection.execute("SELECT * FROM campaigns WHERE audience_id = ?", (audience_id,)).fetchone()
    return _campaign(row) if row else None


def drawn(connection: sqlite3.Connection, campaign_id: str) -> Sequence[Drawn]:
    """The users of a campaign of our own, in the order of their audience."""
    rows = connection.execute(
        "SELECT user_id, arm, stratum, position, score FROM campaign_users"
        " WHERE campaign_id = ? ORDER BY position",
        (campaign_id,),
    )
    return [Drawn(*row) for row in rows]


def free_id(connection: sqlite3.Connection, goal: str, day: date) -> str:
    """An id that no campaign has yet, such as promo-2026-03-14, or promo-2026-03-14-2."""
    first = f"{goal}-{day.isoformat()}"
    taken = {
        row[0]
        for row in connection.execute(
            "SELECT campaign_id FROM campaigns UNION SELECT DISTINCT campaign_id FROM contacts"
        )
    }
    names = (first if number == 1 else f"{first}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _campaign(row: sqlite3.Row) -> Campaign:
    return Campaign(**{**dict(row), "as_of": date.fromisoformat(row["as_of"])})
