"""Training the model anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_MODEL = "the|a|our|your|this|my|me"
_KIND = "new|fresh|churn|current|prediction|risk|predictive"
_训练 = "训练|重新训练|重训|再训练|再次训练|重新训|更新|刷新|重建|重新建立|重新学习|再训|重新跑|重新生成|升级"
_一下 = "一下|下|一次|一遍|一回|一把"

PHRASES = (
    "train the model",
    f"(train|retrain|re train) [{_MODEL}] [{_KIND}] model [<again>] [<data>]",
    f"[重新] 训练 [{_一下}] [新] [的] [流失|预测|流失预测] 模型",
    "(train|retrain|re train) [<again>] [<data>]",
    f"(update|refresh|rebuild|renew|redo|recompute|recalculate) [{_MODEL}] [{_KIND}] model "
    "[<again>] [<data>]",
    "(start|run|begin|launch|kick off|do|redo|trigger|repeat) [a|the|another] [new] [model] "
    "(training|retraining|training run|retrain) [run] [<again>] [<data>]",
    f"have [{_MODEL}] [{_KIND}] model (retrained|trained again)",
    "(make|build|fit|create) a [new|fresh] model [<data>]",
    "model (training|retraining)",
    "(train|retrain) it [<again>] [<data>]",
    (
        f"[把|将|对] [<数据>] [<模型>] [再|重新] [进行] ({_训练}) [{_一下}] [新] [的] [流失|预测"
        f"|流失预测] [模型] [{_一下}]"
    ).replace("<模型>", "(这个|当前|现有|流失|预测|流失预测) [的] 模型|模型"),
    "(开始|启动|进行|执行|跑|运行|触发|做) [一次|一下|新一轮|重新] [模型] (训练|重训|重新训练) "
    "[模型] [任务|流程]",
    "retrain 模型|train 模型",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Train on everything known, and say what became of it."""
    from bot.training_reply import run_training, trained_reply

    return trained_reply(run_training(desk), desk)


COMMAND = Command(
    name="train",
    summary=N_("Train the model anew"),
    phrases=PHRASES,
    examples={
        "en": ("train the model", "retrain the model again"),
        "zh": ("训练模型", "重新训练模型"),
    },
    answer=answer,
    topic="model",
    role="admin",
    confirm=N_("Train the model on everything known today?"),
    long=True,
)
