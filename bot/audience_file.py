"""The file of an audience: for people, or as another tool imports it."""

from __future__ import annotations

from datetime import date

from bot.desk import Desk
from bot.list_file import list_file
from bot.preset_file import missing_line, preset_rows
from bot.reply import Attachment
from bot.segment_wishes import Wishes
from predictor.audience import Audience
from predictor.promo_features import PROMO_FEATURES

KIND = "audience"
# What helps people to look through a list.
_FEATURES = ("recency_days", "frequency", "monetary_cents", "mean_order_cents")


def audience_file(
    desk: Desk, found: Audience, wishes: Wishes, number: int, as_of: date
) -> tuple[Attachment, tuple[str, ...]]:
    """The whole list in the home's exports, and what is to be said about it."""
    stem = f"audience-{number}-{found.goal}"
    scored = list(zip(found.user_ids, found.score.tolist(), strict=True))
    if wishes.preset is None:
        places = [PROMO_FEATURES.index(name) for name in _FEATURES]
        rows = [
            (user_id, score, *(None if value != value else round(value, 1) for value in values))
            for (user_id, score), values in zip(scored, found.values[:, places].tolist(), strict=True)
        ]
        return list_file(desk, stem, ("user_id", "score", *_FEATURES), rows, kind=KIND, form=wishes.form), ()
    users = [
        {"user_id": user_id, "score": score, "goal": found.goal, "as_of": as_of.isoformat()}
        for user_id, score in scored
    ]
    preset = wishes.preset
    columns, cells = preset_rows(preset, users)
    name = f"{stem}-{preset.name}"
    return list_file(desk, name, columns, cells, kind=KIND, form=preset.form), missing_line(preset, users)
