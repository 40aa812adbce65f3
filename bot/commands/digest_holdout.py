"""Holding a part of the newly flagged out of the digest, to measure the warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply


_FLAGGED = "[of] [the|all] [newly|new] (flagged|warned) [<users>]"

PHRASES = (
    "holdout {share:score}",
    "日报预留 {share:score} 对照",
    "[set|use|start|with] [a|the] [digest|warning|warnings] holdout [of|to|at|=] {share:score}",
    f"(hold out|hold back|withhold|keep back) {{share:score}} {_FLAGGED} [from the digest]",
    "{share:percent} [digest] holdout",
    "[日报|预警|新预警] [里|中] (预留|留出|留|保留|设置|设) {share:score} [的] [新预警] [<users>]"
    " [作为|做|作|为|当] (对照|对照组|不通知|不提醒)",
    "(对照组|对照|对照比例) [比例] [设为|设成|改为|改成|为] {share:score}",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What it costs and what it will show; once confirmed, that it holds."""
    from bot.digest_holdout_reply import digest_holdout_reply

    return digest_holdout_reply(question, desk)


COMMAND = Command(
    name="digest_holdout",
    summary=N_("Hold a part of the newly flagged out of the digest, to measure the warnings"),
    phrases=PHRASES,
    examples={
        "en": (
            "holdout 20%",
            "digest holdout 20%",
        ),
        "zh": (
            "预留20%对照",
            "日报预留20%对照",
        ),
    },
    answer=answer,
    role="admin",
    topic="worklist",
    rare=True,
)
