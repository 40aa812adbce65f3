"""Letting somebody use the bot no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_REMOVE = "remove|delete|drop|kick|kick out|ban|block|expel|disable|revoke|take out|deactivate|throw out"
_OPERATOR = (
    "[the] (operator|team member|colleague|teammate) [with] [the] [telegram] [id|user id] [number|"
    "called|named]"
)
_删 = "删除|移除|删掉|去掉|移出|踢出|取消|撤销|停用|禁用|解除|剔除|开除|踢掉|去除|删|拿掉"
_操作员 = "(操作员|运营人员|操作人员|团队成员|成员|同事) [的] [id|编号|账号] [为|是|号]"
_权限 = "[的] [操作员|使用|访问|机器人] [的] (权限|资格|身份|访问)"

PHRASES = (
    "remove operator {operator:operator}",
    "移除操作员 {operator:operator}",
    f"({_REMOVE}) {_OPERATOR} {{operator:operator}}",
    f"({_REMOVE}) {{operator:operator}} (from|as) [the|our|an|a] (operators|team|operator list|"
    "operator|list of operators)",
    "(revoke|remove|withdraw|take away|cancel) [the|all] access (of|for|from) [operator] {operator:operator}",
    "(revoke|remove|withdraw|take away|cancel) [operator] {operator:operator} ['s] (access|rights|"
    "permissions)",
    "{operator:operator_id} (is|should be) no longer an operator|{operator:operator_id} must not "
    "use (the|this) bot [any more|anymore]",
    "(don't|do not|no longer) let {operator:operator_id} use (the|this) bot [any more|anymore]",
    "remove [an|the] operator",
    # 移除
    f"({_删}) {_操作员} {{operator:operator}} [{_权限}]",
    f"({_删}) {{operator:operator_id}} [的] (操作员|{_权限})",
    f"(把|将) {_操作员} {{operator:operator}} [从] [团队|操作员列表|操作员名单|操作员|名单] [里|"
    f"中|里面] ({_删}) [吧|了]",
    "(把|将) {operator:operator} 从 [我们的] (团队|操作员列表|操作员名单|操作员) [里|中|里面] "
    f"({_删}) [吧|了]",
    "(不再让|不要让|别让|不让|禁止) [操作员] {operator:operator_id} [再] (使用|用|访问) [这个|本] "
    "机器人 [了]",
    "(移除|删除|删掉) 操作员",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Who may use the bot no more; or where the settings still let them in."""
    from bot.team_reply import remove_operator_reply

    return remove_operator_reply(question, desk)


COMMAND = Command(
    name="remove_operator",
    summary=N_("Let somebody use this bot no more"),
    phrases=PHRASES,
    examples={
        "en": ("remove operator 123456", "remove operator Mei"),
        "zh": ("移除操作员123456", "移除操作员小美"),
    },
    answer=answer,
    role="admin",
    confirm=N_("Let operator {operator} use the bot no more?"),
    topic="team",
    rare=True,
)
