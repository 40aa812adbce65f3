"""Sending the digest, or the answer to a question, at a time of day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_DIGEST = "[the|a|my|our] [daily|morning] (digest|report|briefing)"
_日报 = "日报|早报|晨报|简报|每日简报|每日摘要|摘要"
_SEND = "send|give|show|tell|post|deliver|push|email|message"
_DAILY = "every (day|morning|evening)|each (day|morning)|daily"
_EVERY = f"({_DAILY}|(every|each|on) {{weekdays:weekdays}}|{{weekdays:weekdays}})"
_WHEN = f"(({_EVERY}) [at|@|,] {{time:clock}}|at {{time:clock}} ({_EVERY}))"
_每 = "(每天|每日|天天|[每|每个|每逢] {weekdays:weekdays})"
_发 = "[给|向] [我|我们|本群|群里] (发|发送|推送|来|看|报)|发|发送|推送|给我|给我们"

PHRASES = (
    "send ({question:rest}|the digest) every ({weekdays:weekdays}|day) at {time:clock}",
    "每 ({weekdays:weekdays}|天) {time:clock} 发 ({question:rest}|日报)",
    f"({_SEND}) [me|us|here] ({_DIGEST}) [{_EVERY}] [at|@] {{time:clock}}",
    f"({_SEND}) [me|us|here] ({_DIGEST}) at {{time:clock}} [{_EVERY}]",
    f"[{_EVERY}] [at|@] {{time:clock}} [({_SEND}) [me|us|here]] ({_DIGEST})",
    f"({_DIGEST}) ({_WHEN}|at {{time:clock}})|subscribe [me|us] [to {_DIGEST}] [{_EVERY}] at {{time:clock}}",
    f"({_SEND}) [me|us|here] ({_DIGEST}) ({_DAILY})|subscribe [me|us] [to {_DIGEST}]|subscribe",
    f"{_WHEN} [({_SEND}) [me|us]] {{question:rest}}",
    f"[({_SEND}) [me|us]] {{question:rest}} {_WHEN}",
    f"[{_每}] [的] {{time:clock}} [{_发}] [一次|一份] ({_日报})",
    f"({_发}) ({_日报}) [{_每}] {{time:clock}}|订阅 ({_日报}) [{_每}] [{{time:clock}}]",
    f"({_日报}) [{_每}] {{time:clock}} [{_发}]",
    f"{_每} [的] {{time:clock}} [{_发}] {{question:rest}}",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What is sent from now on, and when first."""
    from bot.subscription_replies import subscribed

    return subscribed(question, desk)


COMMAND = Command(
    name="subscribe",
    summary=N_("Send the digest, or any answer, at a time of day"),
    phrases=PHRASES,
    examples={
        "en": ("send the digest every day at 9:00", "every Monday 8:30 top 20 at risk"),
        "zh": ("每天9点发日报", "每周一8:30前20个高风险客户"),
    },
    answer=answer,
    topic="team",
)
