"""From which risk on users are flagged, who said so, and what that found in the back-test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_THRESHOLD = "[the|our|my|current] [current] (flag|flagging|warning|alert) (threshold|line|level|limit)"

PHRASES = (
    "what is the flag threshold",
    "预警线是多少",
    f"[what is|what's|show|show me|check] {_THRESHOLD}",
    f"(who|when|how) (set|was|is) {_THRESHOLD} [set]",
    "(when|from which risk [on]|at which risk|at what risk|from what risk) (is|are) [a|the] <users> flagged",
    "[现在|目前|当前] [的] (预警线|预警阈值|预警门槛|预警标准) [是|为|在]"
    " [多少|什么|几|哪里|怎么定的|谁定的]",
    "(多高|多大|多少) 的 (风险|概率) [会|才|才会|就] 预警",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The threshold, where it comes from, and what it found."""
    from bot.threshold_reply import threshold_reply

    return threshold_reply(desk)


COMMAND = Command(
    name="threshold",
    summary=N_("From which risk on users are flagged, and what that found in the back-test"),
    phrases=PHRASES,
    examples={
        "en": ("what is the flag threshold", "who set the flag threshold"),
        "zh": ("预警线是多少", "多高的风险会预警"),
    },
    answer=answer,
    topic="model",
    rare=True,
)
