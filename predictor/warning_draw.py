"""The draw at flag time: which newly flagged user is listed, and which is held out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date
from typing import Literal

from predictor.draw import REST_DAYS, lot
from storage import warning_holdouts
from storage.holdouts import held_out, held_out_since
from storage.identities import user_of
from storage.moments import DAY_SECONDS, known_before
from storage.warning_holdouts import WarnedUser


def draw_warnings(
    connection: sqlite3.Connection, entered: Iterable[str], as_of: date, at: int, horizon_days: int
) -> None:
    """Draw those who became flagged on data up to `as_of`; nothing where nobody is to be held out.

    Everybody draws alone, by their id and the day, so that it does not matter with whom one is flagged.
    Drawn is who is not being measured already and was not held out lately; the others are listed and do not
    count. The window is the label window: no order in it is what the warning warned of.
    """
    setting = warning_holdouts.current(connection)
    if setting is None:
        return
    # The last second of the day: orders count that come after it.
    start = known_before(as_of) - 1
    measured = warning_holdouts.measured(connection, at=start)
    rested = held_out_since(connection, start - REST_DAYS * DAY_SECONDS) | held_out(
        connection, at=start, days=horizon_days
    )
    not_drawn = {user_of(connection, each) for each in measured | rested}

    def arm(user_id: str) -> Literal["listed", "holdout"]:
        return "holdout" if lot(setting.seed, f"{user_id} {as_of}") < setting.share else "listed"

    warning_holdouts.keep(
        connection,
        [
            WarnedUser(
                user_id,
                as_of,
                arm(user_id),
                setting.setting_id,
                at,
                start,
                start + horizon_days * DAY_SECONDS,
            )
            for user_id in sorted(set(entered) - not_drawn)
        ],
    )
