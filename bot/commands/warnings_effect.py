"""What the warnings are worth: newly flagged users who were listed beside those held out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply


_WARNINGS = "[the|our|your] (warnings|warning|alerts|digest|flags)"
_预警 = "[流失|这些|日报|我们的] (预警|提醒|日报)"

PHRASES = (
    "what are the warnings worth",
    "预警有用吗",
    f"(do|does|did) {_WARNINGS} (work|help|pay off|(make|have) (a|any|an) (difference|effect))",
    f"(what|how much) (are|is) {_WARNINGS} (worth|doing)|(are|is) {_WARNINGS} (worth it|effective|useful)",
    f"(effect|result|results|value) of {_WARNINGS}",
    "[digest|warning|warnings] holdout [status|report|result|results]",
    f"{_预警} [到底|究竟] (有用|有效|有没有用|有没有效|有效果|值不值|管用) [吗]",
    f"{_预警} [的] (效果|价值|作用|成效) [如何|怎么样|多大|有多大]",
    "[日报|预警] (对照组|对照) [情况|状态|结果|进展|怎么样]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What is measured so far, or when it will be."""
    from bot.warnings_effect_reply import warnings_effect_reply

    return warnings_effect_reply(question, desk)


COMMAND = Command(
    name="warnings_effect",
    summary=N_("What the warnings are worth, measured"),
    phrases=PHRASES,
    examples={
        "en": (
            "what are the warnings worth",
            "digest holdout",
        ),
        "zh": (
            "预警有用吗",
            "预警对照组情况",
        ),
    },
    answer=answer,
    topic="worklist",
    rare=True,
)
