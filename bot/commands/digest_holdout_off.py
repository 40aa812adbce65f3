"""Holding nobody out of the digest any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply


PHRASES = (
    "digest holdout off",
    "关闭日报对照",
    "[digest|warning|warnings] holdout off",
    "(stop|end|turn off|switch off|disable|remove|cancel) [the] [digest|warning|warnings] holdout",
    "(turn|switch) [the] [digest|warning|warnings] holdout off",
    "(stop|quit) (holding out|withholding|holding back) [newly] [flagged] [<users>]",
    "(关闭|停止|取消|结束|关掉|停掉|不要) [日报|预警] [的] [预留] [的] (对照组|对照)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Who is listed again."""
    from bot.digest_holdout_reply import digest_holdout_off_reply

    return digest_holdout_off_reply(question, desk)


COMMAND = Command(
    name="digest_holdout_off",
    summary=N_("Hold nobody out of the digest any more"),
    phrases=PHRASES,
    examples={
        "en": (
            "digest holdout off",
            "stop the holdout",
        ),
        "zh": (
            "关闭日报对照",
            "停止预留对照",
        ),
    },
    answer=answer,
    role="admin",
    confirm=N_(
        "Stop holding newly flagged users out? Who is held out now is listed again, and what is still being"
        " measured of them no longer counts."
    ),
    topic="worklist",
    rare=True,
)
