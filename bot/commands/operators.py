"""Who may use the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_WHO = (
    "operators|admins|administrators|operators and admins|admins and operators|team|team members|"
    "operator list"
)
_SHOW = "show|list|see|name|print|list all|show all|view|display|get"
_USE = "use|ask|talk to|message|access|write to|query|chat with"
_BOT = "this bot|the bot|you|opsbot|this|this assistant|the assistant"
_操作员 = "操作员|管理员|操作员和管理员|管理员和操作员|运营人员|操作人员|团队成员"

PHRASES = (
    "who are the operators",
    "有哪些操作员",
    f"[{_SHOW}] [me] [the|all|all the|our|your] ({_WHO})",
    f"[{_SHOW}] [me] [a|the] list of [the|all|all the|our] ({_WHO})",
    f"who are [the|our|your|all|all the] ({_WHO})|who is (an|the) (operator|admin)|who is [in|on] the team",
    f"who [all] (may|can|could|is allowed to|are allowed to|is able to|has the right to) ({_USE}) ({_BOT})",
    f"who [all] (has|have|got) access [to] [{_BOT}]|who uses ({_BOT})",
    f"(which|what) (operators|admins|people) (are there|do we have|have access|can use ({_BOT})|"
    f"may use ({_BOT}))",
    f"how many ({_WHO}) (are there|do we have)|(operator|access|admin) list",
    # 操作员
    f"[所有|全部|我们|我们的|查看|列出|显示] [的] [所有|全部] ({_操作员}) [的] [名单|列表|清单] "
    "[有哪些|都有谁|有谁|是谁|都是谁]",
    f"(有哪些|都有哪些|有什么|列出|看看) ({_操作员})|谁 (是|都是) ({_操作员})|哪些人 (是|"
    f"是我们的) ({_操作员})",
    "(谁|哪些人|哪个人|什么人) (可以|能|能够|有权|有权限|都可以|都能|被允许) (使用|用|访问|问|"
    "操作) (这个机器人|机器人|你|opsbot|这个助手|本机器人|它)",
    "(谁|哪些人) [都] 有 [使用] [机器人|这个机器人|你] [的] [访问|使用] 权限",
    "我们 (有|有多少|有哪些|有几个) [名|个|位] (操作员|管理员)|有 (多少|几) [名|个|位] (操作员|管理员)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Those of the settings and those added by message, with role and name."""
    from bot.team_reply import operators_reply

    return operators_reply(desk)


COMMAND = Command(
    name="operators",
    summary=N_("Who may use this bot"),
    phrases=PHRASES,
    examples={
        "en": ("who are the operators", "who may use this bot?"),
        "zh": ("有哪些操作员", "谁可以用这个机器人"),
    },
    answer=answer,
    role="admin",
    topic="team",
    rare=True,
)
