"""Going back to the model before the one in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_MODEL = "[the|our|your|this|that] [churn|current|prediction|new|latest|promoted] model"
_PREVIOUS = (
    "[the|our|your|that] (previous|last|old|older|earlier|prior|former|retired|preceding) [churn|prediction]"
    " (model|model version|version of the model)|the model (before|from before|before this|before this one"
    "|we had before|that was used before|before that)"
)
_BACK = (
    "roll back to|rollback to|go back to|revert to|return to|switch back to|change back to|fall back to"
    "|restore|bring back|reinstate|use|put back|reactivate|re activate|get back"
)
_上一个 = (
    "上一个|前一个|上一版|前一版|之前|以前|先前|原来|旧|上个|上一版本|上次|上一次|老|前面|此前|上一代|原先"
)
_回 = "回滚到|回退到|退回到|退回|恢复到|恢复|回到|换回|用回|切回|切换回|改回|还原到|还原|撤回到|重新启用|启用"

PHRASES = (
    "roll back the model",
    "回滚模型",
    "rollback|roll back",
    f"(roll back|rollback|revert|undo|withdraw) {_MODEL}",
    f"(roll|put|switch|change|bring) {_MODEL} back",
    f"(model rollback|rollback of {_MODEL}|[do|start|make] a [model] rollback)",
    f"({_BACK}) ({_PREVIOUS}) [again|instead]",
    f"({_BACK}) [the] previous version of {_MODEL}",
    f"(undo|revert) [the|our] [last|latest] (model promotion|promotion of {_MODEL}|model change|"
    "model switch)",
    # 回滚
    "回滚|模型 (回滚|回退)|(回滚|回退|撤回|还原|退回) [一下|这个|当前|流失|预测] [的] 模型 [一下]",
    f"[把] [流失|预测] [的] [模型] ({_回}) ({_上一个}) [一个|那个] [版本] [的] [流失|预测] [的] "
    "(模型|模型版本|版本的模型)",
    f"[把|将] [流失|预测] 模型 ({_回}) ({_上一个}) [一个|那个] [的] [版本|版]",
    f"[还是|继续|重新] (用|使用) ({_上一个}) [的|那个] [流失|预测] [的] 模型",
    "(把|将) [流失|预测] 模型 (回滚|回退|退回去|还原|换回来|换回去) [一下|一版|一个版本]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Which model is in use now, how good it is, and how many it flags."""
    from bot.rollback_reply import rollback_reply

    return rollback_reply(desk)


COMMAND = Command(
    name="rollback",
    summary=N_("Go back to the previous model"),
    phrases=PHRASES,
    examples={
        "en": ("roll back the model", "go back to the previous model"),
        "zh": ("回滚模型", "恢复上一个模型"),
    },
    answer=answer,
    role="admin",
    confirm=N_("Go back to the model that was in use before this one?"),
    long=True,
    topic="model",
    rare=True,
)
