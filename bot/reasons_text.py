"""A reason in the operator's words, with the user's own numbers in the form each is read in."""

from __future__ import annotations

import sqlite3
from string import Formatter
from typing import TYPE_CHECKING

from bot import formats
from bot.desk import Desk
from bot.i18n import _

if TYPE_CHECKING:
    from predictor.reasons import Reason


# Measured to the end of the day of the answer; a person counts from day to day.
AGES = frozenset(
    {"recency_days", "tenure_days", "review_age_days", "low_rating_age_days", "complaint_age_days"}
)


def reason_text(reason: Reason, desk: Desk, connection: sqlite3.Connection) -> str:
    """The sentence of a reason."""
    sentence = _(reason.text)
    # It names a few of the user's fifty numbers; putting all into words took half of an answer's time.
    named = {name for _literal, name, _spec, _conversion in Formatter().parse(sentence) if name}
    return sentence.format(**{name: _shown(name, reason.values[name], desk, connection) for name in named})


def _shown(name: str, value: float, desk: Desk, connection: sqlite3.Connection) -> str:
    if name in AGES:
        return formats.age(value)
    if name.endswith("_cents"):
        return desk.money(connection, value)
    if name.endswith("_mentions"):
        return _times(int(value))
    if name.endswith("_share"):
        return formats.percent(value)
    if name.endswith("_days") and value < 10:
        return formats.decimal(value)
    return formats.decimal(value) if name.endswith(("_per_order", "_stars")) else formats.count(value)


def _times(count: int) -> str:
    if count == 1:
        return _("once")
    return _("twice") if count == 2 else _("{count} times").format(count=formats.count(count))
