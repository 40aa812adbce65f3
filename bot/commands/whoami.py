"""Who asks, by the ids that settings and other operators name them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_, _

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_SHOW = "show|what is|what's|what are|see|print|give|tell|get|display"
_ID = "id|ids|user id|telegram id|chat service id|number id|operator id|role|telegram user id|account id"
_CHAT = "chat|group|channel|topic|thread|conversation|room"
_CHAT_ID = f"[this|the|our|your] ({_CHAT}) ['s] (id|ids)|(id|ids) of [this|the|our] ({_CHAT})"
_我的 = "我|我的|本人|本人的|自己的|我自己的"
_号 = "[telegram|电报|用户|聊天|操作员|账号|账户] (id|编号|身份|角色|权限|id号)"
_群 = "这个群|本群|群|该群|群聊|这个群聊|本群聊|聊天|这个聊天|话题|这个话题|群组|这个群组|本群组|会话"

PHRASES = (
    "who am i",
    "我是谁",
    "whoami|id|my id|who i am",
    f"[{_SHOW}] [me] my [own] ({_ID}) [please|here]",
    f"[{_SHOW}] [me] [the|my id and] ({_CHAT_ID})",
    "(what|which) (id|ids) (do|have) i (have|got|use)|(what|which) role do i have",
    "(which|what) (id|ids) (does|has) this (chat|group|topic) [have]",
    "am i [an|a] (admin|operator|administrator) [here]",
    "as whom am i known|do you know who i am|do you know me",
    # 我的ID
    f"[查看|显示|看|查] [一下] ({_我的}) ({_号}) [是] [什么|多少|啥|哪个]",
    f"[查看|显示|看|查] [一下] ({_群}) [的] (id|编号|群号|群id|id号) [是] [什么|多少|啥]",
    "我 (是|是不是|算不算|算) (管理员|操作员|admin) [吗]|我 有 什么 权限|我 的 权限 [是什么|"
    "有哪些]|我 是 什么 (角色|身份)",
    "你 (知道|认识|知不知道|认不认识) 我 [是谁]",
    "whoami 我是谁|查看 我的 id",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The asker's id, name and role, and the ids of chat and topic, as far as there are any."""
    from bot.reply import Reply
    from bot.team import ROLES

    asker = question.asker
    role = _(ROLES[question.role])
    facts = {
        "operator": asker.operator,
        "name": asker.name,
        "role": question.role,
        "transport": asker.transport,
        "chat": asker.chat,
        "thread": asker.thread,
    }
    if not asker.chat:
        title = _("You ask in the terminal. Your role: {role}.").format(role=role)
    elif asker.name:
        title = _("You are {name}. Your role: {role}. Your id: {operator}.").format(
            name=asker.name, role=role, operator=asker.operator
        )
    else:
        title = _("Your role: {role}. Your id: {operator}.").format(role=role, operator=asker.operator)
    lines = []
    if asker.chat:
        lines.append(_("This chat's id: {chat}.").format(chat=asker.chat))
    if asker.thread:
        lines.append(_("This topic's id: {thread}.").format(thread=asker.thread))
    return Reply(title=title, lines=lines, facts={name: value for name, value in facts.items() if value})


COMMAND = Command(
    name="whoami",
    summary=N_("Your id, your role and this chat's id"),
    phrases=PHRASES,
    examples={
        "en": ("who am i", "my id"),
        "zh": ("我是谁", "我的ID"),
    },
    answer=answer,
    topic="team",
    rare=True,
)
