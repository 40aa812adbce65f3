"""What became of users who were flagged: taken, contacted, ordered, still open."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.desk import Desk
from predictor.training import TASK
from storage import worklist
from storage.flag_events import Flagged
from storage.identities import ids_of, user_of
from storage.moments import DAY_SECONDS, known_before
from storage.worklist import Act


@dataclass(frozen=True)
class Outcome:
    """One user who was flagged, and what happened after that; None for what did not.

    `ordered_at` is the last order in epoch seconds; `flagged` says whether they are still flagged.
    """

    user_id: str
    since: Flagged
    taken: Act | None
    contacted: Act | None
    ordered_at: int | None
    flagged: bool

    @property
    def open(self) -> bool:
        """Flagged, and nobody did anything and nothing came of itself."""
        return self.flagged and not (self.taken or self.contacted or self.ordered_at)


def outcomes(
    desk: Desk, connection: sqlite3.Connection, flagged: Sequence[Flagged], as_of: date
) -> list[Outcome]:
    """What became of each, as known on the data of `as_of`; of several ids of one user, of the last."""
    latest = {user_of(connection, each.user_id): each for each in flagged}
    scored = _scored(connection, known_before(as_of))
    ids = {user_id: ids_of(connection, user_id) for user_id in latest}
    with desk.home.bot() as bot:
        standings = worklist.standings(
            bot, sorted({each for several in ids.values() for each in several}), at=desk.moment()
        )
    found = []
    for user_id, since in latest.items():
        acts = [standings[each] for each in ids[user_id]]
        ordered_at, is_flagged = scored.get(user_id, (None, False))
        found.append(
            Outcome(
                user_id,
                since,
                _after(since.at, [each.taken for each in acts]),
                _after(since.at, [each.contacted for each in acts]),
                ordered_at if ordered_at is not None and ordered_at >= known_before(since.as_of) else None,
                is_flagged,
            )
        )
    return found


def takers(found: Sequence[Outcome]) -> list[tuple[Act, int]]:
    """Who took how many, who took most first."""
    acts = {each.taken.operator: each.taken for each in found if each.taken}
    counted = Counter(each.taken.operator for each in found if each.taken)
    return [(acts[operator], number) for operator, number in counted.most_common()]


def _scored(connection: sqlite3.Connection, end: int) -> dict[str, tuple[int, bool]]:
    """When each active user ordered last, and whether they are flagged, as the kept scores have it."""
    rows = connection.execute("SELECT user_id, recency_days, flagged FROM scores WHERE task = ?", (TASK,))
    return {row[0]: (end - round(row[1] * DAY_SECONDS), bool(row[2])) for row in rows}


def _after(at: int, acts: Sequence[Act | None]) -> Act | None:
    """The newest act from that moment on."""
    return max((act for act in acts if act and act.at >= at), key=lambda act: act.at, default=None)
