"""Letting somebody use the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_ADD = "add|let in|invite|allow|authorise|authorize|register|enroll|enrol|whitelist|admit|approve|enable"
_AN_OPERATOR = "[a|an|the|new|a new|another|one more|as|as a|as an] (operator|team member|colleague|teammate)"
_OPERATOR = f"{_AN_OPERATOR} [with] [the] [telegram] [id|user id] [number] [is]"
_AS = "as|named|called|by the name of|with the name|whose name is|name is|name|under the name|alias"
_加 = "添加|增加|新增|加|加入|加上|邀请|授权|允许|批准|开通|登记|注册|增添|录入"
_操作员 = (
    "[一个|一名|一位] [新] [的] (操作员|运营人员|操作人员|团队成员|同事|成员) [的] [id|编号|账号] [为|是|号]"
)
_叫 = "叫|名叫|叫做|姓名|名字叫|名字是|名字|名为|姓名为|称为|昵称|备注|备注为|称呼|就叫|姓名是"

PHRASES = (
    "add operator {operator:operator_id} [as {name:name}]",
    "添加操作员 {operator:operator_id} [叫 {name:name}]",
    f"({_ADD}) {_OPERATOR} {{operator:operator_id}} [[and|,] ({_AS}) {{name:name}}]",
    f"({_ADD}) {_OPERATOR} {{operator:operator_id}} {{name:capitalised}}",
    f"({_ADD}) {{operator:operator_id}} (as|to be|to become) [a|an|the] [new] operator [[and|,] "
    f"({_AS}) {{name:name}}]",
    f"({_ADD}) {{name:name}} (as|to be) [a|an|the] [new] operator [with] [the] [telegram] [id|"
    "user id] {operator:operator_id}",
    f"({_ADD}) {{operator:operator_id}} [({_AS}) {{name:name}}] to [the|our] (operators|team|operator list)",
    f"({_ADD}) {{name:name}} {{operator:operator_id}} (to [the|our] (operators|team)|as [a|an] operator)",
    f"({_ADD}) {_OPERATOR} {{name:capitalised}} [with|with the] [telegram] [id|user id] "
    "{operator:operator_id}",
    f"({_ADD}) {{operator:operator_id}} as [a|an|the] [new] operator {{name:capitalised}}",
    "(make|let) {operator:operator_id} [be|become] an operator [(called|named) {name:name}]",
    "(allow|let) {operator:operator_id} [to] use (the|this) bot [as {name:name}]",
    "(give|grant) {operator:operator_id} access [to (the|this) bot] [as {name:name}]",
    "new operator {operator:operator_id} [(as|named|called) {name:name}]|new operator "
    "{operator:operator_id} {name:capitalised}",
    # Without an id, which the bot asks for.
    f"add {_AN_OPERATOR} [{{name:capitalised}}]",
    # 添加
    f"({_加}) {_操作员} {{operator:operator_id}} [({_叫}) {{name:name}}]",
    f"({_加}) {_操作员} {{operator:operator_id}} {{name:capitalised}}",
    f"({_加}) {_操作员} {{name:capitalised}} [的] [id|编号|账号] [为|是] {{operator:operator_id}}",
    f"[把|将|让] {{operator:operator_id}} [({_叫}) {{name:name}}] (加|添加|加入|设|设置|提升|升级|"
    "成) [到|为|成|进|入] "
    f"[我们的] (操作员列表|操作员名单|操作员|团队) [[并|,] ({_叫}) {{name:name}}]",
    "(让|允许|授权) {operator:operator_id} (使用|用|访问) [这个|本] 机器人 [叫 {name:name}]",
    "给 {operator:operator_id} (开|开通|加|加上|授予) [操作员|使用|访问|机器人] [的] 权限 [叫 {name:name}]",
    "(添加|新增|增加|加) [一个|一名|一位] [新] [的] 操作员 [{name:capitalised}]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Who may use the bot now."""
    from bot.team_reply import add_operator_reply

    return add_operator_reply(question, desk)


COMMAND = Command(
    name="add_operator",
    summary=N_("Let somebody use this bot"),
    phrases=PHRASES,
    examples={
        "en": ("add operator 123456 as Mei", "add 123456 to the operators"),
        "zh": ("添加操作员123456叫小美", "把123456加为操作员"),
    },
    answer=answer,
    role="admin",
    topic="team",
    rare=True,
)
