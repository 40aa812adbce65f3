"""Who comes back, by month of the first order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

PHRASES = (
    "retention by month",
    "按月留存",
    "[<list>] [<the>] [monthly|user|customer|repeat] (retention|cohorts|cohort analysis) [by month|table]",
    "(how many|what share of) [new] <users> come back|who comes back",
    "[<列出>] [按月|每月|月度] [的] [<users>] [的] (留存|留存率|同期群|队列|复购) [情况|表|分析]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """A table and a picture."""
    from bot.overview_reply import cohorts_reply

    return cohorts_reply(question, desk)


COMMAND = Command(
    name="cohorts",
    summary=N_("Who comes back, by month of the first order"),
    phrases=PHRASES,
    examples={
        "en": ("retention by month", "cohorts"),
        "zh": ("按月留存", "每月留存率"),
    },
    answer=answer,
    topic="shop",
    rare=True,
)
