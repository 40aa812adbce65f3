"""How good a model is for those who ordered once, in words: most users of most shops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import formats
from bot.i18n import _

_MANY = 0.1  # of all scores: from here on one-time buyers are told apart in the answer


def one_time_lines(card: Mapping[str, Any]) -> list[str]:
    """How one-time buyers are told apart, where they are many; nothing for a card that does not know."""
    groups = {each["group"]: each for each in card.get("groups", ())}
    one = groups.get("one_order")
    if one is None or one["users"] < _MANY * card["users"] or one["auroc"]["mean"] is None:
        return []
    return [
        _(
            "Among those who ordered once ({share} of the scores): AUROC {auroc}, {left} placed no order;"
            " {expected} were expected."
        ).format(
            share=formats.percent(one["users"] / card["users"]),
            auroc=f"{one['auroc']['mean']:.3f}",
            left=formats.percent(one["churned"] / one["users"]),
            expected=formats.percent(one["mean_probability"]),
        )
    ]
