"""Ending what is sent at a time of day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_DIGEST = (
    "[sending] [me|us] [the|a|my|our|all|these] [daily|morning] (digest|digests|report|reports|briefing)"
)
_STOP = "stop|end|cancel|quit|no more|no|turn off|switch off|disable|unsubscribe [me|us] [from]|remove|delete"
_停 = "停止|取消|停|停掉|关闭|关掉|不要|不用|别|退订|别再|不要再|不用再|不再"
_日报 = "日报|早报|晨报|简报|每日简报|每日摘要|摘要"
_订阅 = "订阅|定时|推送|定时消息"

PHRASES = (
    "stop (subscription {number:count}|the digest)",
    "停止 (订阅 {number:count}|日报)",
    f"({_STOP}) ({_DIGEST}) [here|now|please|anymore|any more]",
    f"({_STOP}) [sending] [me|us] all [of] [the|my|our|these] {{kind:kind}} [here|now|please]",
    f"({_STOP}) [the] (subscription|question|schedule|message|reminder) [number|no] {{number:count}}",
    "unsubscribe [me|us] [from everything|here]|unsubscribe {number:count}",
    f"({_停}) [再] [给我|给我们] [发|发送|推送] [每天的|每日] [的] ({_日报}) [了|推送|的推送]",
    f"({_停}) (所有|全部) [我的] [的] {{kind:kind}} [了]"
    f"|(把|将) (所有|全部) [我的] [的] {{kind:kind}} ({_停}) [掉|了]",
    f"({_停}) [第] [{{number:count}}] [号|个|条] [的] ({_订阅}) [{{number:count}}] [了]",
    f"({_停}) (第 {{number:count}} [号|个|条] [的] 定时问题|定时问题 {{number:count}}) [了]",
    f"(把|将) [第] {{number:count}} [号|个|条] [的] ({_订阅}) ({_停}) [掉|了]",
    f"(把|将) ({_日报}) ({_停}) [掉|了]|退订",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What is not sent any more."""
    from bot.alert_reply import alerts_chosen
    from bot.subscription_replies import unsubscribed

    if question.args.get("kind") == "alert":
        return alerts_chosen(question, desk, "off")

    return unsubscribed(question, desk)


COMMAND = Command(
    name="unsubscribe",
    summary=N_("Stop the digest, or a saved question"),
    phrases=PHRASES,
    examples={
        "en": ("stop the digest", "stop subscription 3"),
        "zh": ("停止日报", "取消订阅3"),
    },
    answer=answer,
    topic="team",
    rare=True,
)
