"""The digest, now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_DIGEST = (
    "digest|daily digest|morning digest|morning report|daily report|briefing|morning briefing|daily briefing"
)
_日报 = "日报|早报|晨报|简报|每日简报|每日摘要|摘要|每日报告|今日简报"

PHRASES = (
    "digest now",
    "日报",
    f"[<list>] [send|give] [me|us] [the|my|our|a|today's|this morning's] ({_DIGEST}) [now|again|right now]",
    "(what's|what is) (new|up) [today|this morning]|what's new",
    "(anything|something) new [today|this morning|for me|for us]|any news [today]|news|the news",
    "[who is|who's|who are] newly flagged [users] [today]",
    "what [do i have|should i|should we|do we have] to do today",
    f"[<列出>] [发|发送|来|给我] [一下|一份|给我|看看] [今天|今日|今早] [的] ({_日报}) [吧]",
    f"(现在|马上|立即|立刻) [给我|给我们] (发|发送|推送) [一份|一下] ({_日报})",
    "今天 (有什么|有哪些) 新 [的] [预警|情况]|今天 [要|该] (做|干) (什么|啥)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What is new since this chat's last digest."""
    from bot.digest_reply import digest
    from bot.subscription_replies import seen_in

    return digest(desk, seen_in(question.asker, desk)).reply


COMMAND = Command(
    name="digest",
    summary=N_("Who is newly flagged, and what became of earlier ones"),
    phrases=PHRASES,
    examples={
        "en": ("digest now", "what's new today"),
        "zh": ("日报", "今天有什么新的预警"),
    },
    answer=answer,
    topic="worklist",
)
