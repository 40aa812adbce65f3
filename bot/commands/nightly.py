"""The work of a night, now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

PHRASES = (
    "run the nightly work",
    "执行夜间任务",
    "(run|do|start|start off|trigger) [the] (nightly|night's) (work|run|job|jobs|import|tasks) [now]",
    "nightly [run|work]|import the inbox|(empty|read|process|check) the inbox",
    "(执行|运行|启动|跑|跑一下) [一下] (夜间|每晚|晚间) [的] (任务|工作|作业|导入)|导入收件箱 [的文件]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What came in, and who is flagged."""
    from bot.nightly_reply import nightly_by_hand, nightly_reply

    # What the scheduler asks for, it writes down itself.
    return nightly_reply(desk) if question.asker.transport == "schedule" else nightly_by_hand(desk)


COMMAND = Command(
    name="nightly",
    summary=N_("Import the inbox and score everybody, as every night"),
    phrases=PHRASES,
    examples={
        "en": ("run the nightly work", "import the inbox"),
        "zh": ("执行夜间任务", "导入收件箱"),
    },
    answer=answer,
    role="admin",
    confirm=N_("Import what lies in the inbox and score everybody?"),
    long=True,
    topic="shop",
    rare=True,
)
