"""The flagged users nobody looks after, and those who were taken and not contacted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_CASES = "cases|users|customers|flags|alerts"

PHRASES = (
    "open cases",
    "未处理的客户",
    f"[<list>] [<the>] (open|untaken|unassigned|unclaimed|pending|outstanding|unhandled) ({_CASES})",
    "who has not been (taken|contacted|handled) [yet]|(who|which users) (is|are) still open",
    "(which|what) [flagged|at risk] (users|customers|cases|clients) (has|have|did) (nobody|no one"
    "|no-one) [yet] "
    "(taken|take|contacted|contact|looked after)",
    "(who|which users|which customers) (is|are) (not|still not) [yet] (taken|contacted|looked after) [yet]",
    "what is (still|left) [to do|open]|who does nobody (have|look after)",
    "[<列出>] [还有|还|有] [哪些|谁] (没|没有|未|还没|尚未) [人] (处理|跟进|认领|联系) [的] [<users>]",
    "[<列出>] (未处理|待处理|未认领|待跟进|未跟进) [的] [<users>|案例|预警]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """How many are open, and who they are."""
    from bot.cases_reply import open_cases_reply

    return open_cases_reply(question, desk)


COMMAND = Command(
    name="open_cases",
    summary=N_("Flagged users whom nobody took, or took and did not contact"),
    phrases=PHRASES,
    examples={
        "en": ("open cases", "who has not been contacted yet"),
        "zh": ("未处理的客户", "还有谁没人跟进"),
    },
    answer=answer,
    topic="worklist",
)
