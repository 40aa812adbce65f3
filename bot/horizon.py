"""How long it is waited for an order: what is measured for so many days, where nothing else was said."""

from __future__ import annotations

import sqlite3

from bot.desk import Desk
from storage.errors import OpsbotError
from storage.model_store import CHURN, promoted
from storage.snapshot import latest_snapshot

# Where neither a setting, a model nor the shop's own orders say more.
USUAL_HORIZON_DAYS = 30


def horizon_days(desk: Desk, connection: sqlite3.Connection) -> int:
    """As set, else that of the model in use, else what the gaps between the shop's orders suggest."""
    if desk.settings.horizon_days is not None:
        return desk.settings.horizon_days
    record = promoted(connection, CHURN)
    if record is not None:
        return record.horizon_days
    from predictor.definition import horizon_from_gaps

    try:
        return horizon_from_gaps(latest_snapshot(connection))
    except OpsbotError:
        return USUAL_HORIZON_DAYS
