"""The file of an audience: for people, or as another tool imports it."""

from __future__ import annotations

import sqlite3

from bot.desk import Desk
from bot.i18n import _
from bot.list_file import list_file
from bot.reply import Attachment
from bot.segment_wishes import Wishes
from predictor.audience import Audience
from predictor.promo_features import PROMO_FEATURES

KIND = "audience"
_STORED = frozenset({"user_id", "score", "goal", "as_of"})
# What helps people to look through a list.
_FEATURES = ("recency_days", "frequency", "monetary_cents", "mean_order_cents")


def audience_file(
    desk: Desk, connection: sqlite3.Connection, found: Audience, wishes: Wishes, number: int
) -> tuple[Attachment, tuple[str, ...]]:
    """The whole list in the home's exports, and what is to be said about it."""
    as_of = desk.as_of(connection).isoformat()
    stem = f"audience-{number}-{found.goal}"
    scored = list(zip(found.user_ids, found.score.tolist(), strict=True))
    if wishes.preset is None:
        places = [PROMO_FEATURES.index(name) for name in _FEATURES]
        rows = [
            (user_id, score, *(None if value != value else round(value, 1) for value in values))
            for (user_id, score), values in zip(scored, found.values[:, places].tolist(), strict=True)
        ]
        return list_file(desk, stem, ("user_id", "score", *_FEATURES), rows, kind=KIND, form=wishes.form), ()
    preset = wishes.preset
    columns = preset.present(_STORED)
    rows_as_wanted = [
        [
            column.value({"user_id": user_id, "score": score, "goal": found.goal, "as_of": as_of})
            for column in columns
        ]
        for user_id, score in scored
    ]
    form = wishes.form if wishes.form == "xlsx" else preset.form
    attachment = list_file(
        desk,
        f"{stem}-{preset.name}",
        [column.header for column in columns],
        rows_as_wanted,
        kind=KIND,
        form=form,
    )
    return attachment, _missing_line(preset.title, preset.missing(_STORED))


def _missing_line(title: str, missing: list[str]) -> tuple[str, ...]:
    if not missing:
        return ()
    return (
        _(
            "The file for {tool} is without {columns}, for names, e-mails and phone numbers are not kept here:"
            " join it to your own list by the user's id."
        ).format(tool=title, columns=", ".join(missing)),
    )
