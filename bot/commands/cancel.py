"""Ending what runs beside the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_STOP = "cancel|stop|abort|end|interrupt|terminate|kill|halt|quit|break off|call off"
_RUN = (
    "training|retraining|training run|training job|model training|training of the model|scoring"
    "|job|run|task|import|process|computation|calculation|running job|running task|current job|current task"
    "|running command"
)
_停 = "取消|停止|中止|终止|停下|停掉|中断|结束|叫停|停"
_任务 = (
    "训练|重新训练|模型训练|模型的训练|训练任务|任务|运行|当前任务|正在运行的任务|正在进行的任务|导入|"
    "作业|计算|正在进行的训练|训练模型|重新训练模型"
)

PHRASES = (
    "cancel the training",
    "取消训练",
    f"({_STOP}) [the|this|that|my|our] [current|ongoing|running|long] ({_RUN}) [run|job|now]",
    f"({_STOP}) [the] (training|retraining) (of|for) <model>",
    "cancel|abort|cancel (it|that|this)|abort (it|that|this)",
    f"({_STOP}) (what is|what's|whatever is) [currently] running|({_STOP}) (running|the running) "
    "(jobs|tasks|commands)",
    "(cancel|stop) (retraining|training) [the|our] [model]",
    # 取消
    f"({_停}) [一下|掉|当前|正在|这个|本次|这次|我的] [的] ({_任务}) [任务|过程] [吧|了]",
    f"(把|将) [当前|正在|这个|本次|这次] [的] ({_任务}) ({_停}) [掉|了|吧|一下]",
    "取消|中止|终止|取消 (掉|它|这个)|停止运行|中止运行",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What was ended; or that nothing runs, or who may end it."""
    from bot.cancel_reply import cancel_reply

    return cancel_reply(question, desk)


COMMAND = Command(
    name="cancel",
    summary=N_("End the training or import that is running"),
    phrases=PHRASES,
    examples={
        "en": ("cancel the training", "cancel"),
        "zh": ("取消训练", "取消"),
    },
    answer=answer,
    topic="team",
    rare=True,
)
