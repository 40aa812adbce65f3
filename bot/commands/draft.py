"""Drafting a message to one user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_WRITE = "draft|write|compose|prepare|formulate|word|make|create|suggest"
_WHY = "win-back|win back|winback|reactivation|re-engagement|retention|follow up|friendly|short|personal"
_MESSAGE = "message|messages|msg|note to send|draft|drafts|letter|reminder message"
_BY = "by|via|as|over|through"
_写 = "写|起草|拟|草拟|编写|编辑|编|准备|撰写"
_量 = "一条|一封|一个|一份|条|封|个|份|几条|一段"
_召回 = "召回|挽回|唤醒|回访|关怀|营销|老客召回|流失召回"
_消息 = "消息|信息|文案|话术|草稿|话|内容|问候|文字"

PHRASES = (
    "draft a win-back message for {user:who}",
    "给 {user:who} 写一条召回消息",
    "draft a win-back {channel:channel} for {user:who}",
    "给 {user:who} 写一条召回 {channel:channel}",
    f"({_WRITE}) [me|us] [a|an|the|some] [{_WHY}] [{{channel:channel}}] [{_MESSAGE}] (for|to) {{user:who}} "
    f"[({_BY}) {{channel:channel}}]",
    f"({_WRITE}) {{user:who}} [a|an|the] [{_WHY}] ({{channel:channel}} [{_MESSAGE}]|{_MESSAGE})",
    "(draft|write|compose) [something] (for|to) {user:who}|draft {user:who}",
    f"[a|an|the] [{_WHY}] ({{channel:channel}} [{_MESSAGE}]|{_MESSAGE}) (for|to) {{user:who}}",
    "what (should|could|can|shall|do) (i|we) write [to] {user:who} [(by|via) {channel:channel}]",
    # 起草
    f"[给|为|帮] {{user:who}} ({_写}) [{_量}] [{_召回}] [的] ({{channel:channel}} [{_消息}]|{_消息})",
    f"({_写}) [{_量}] [给|发给] {{user:who}} 的 [{_召回}] ({{channel:channel}} [{_消息}]|{_消息})",
    f"({_写}) [{_量}] [{_召回}] ({{channel:channel}} [{_消息}]|{_消息}) (给|发给) {{user:who}}",
    f"{{user:who}} 的 (({_召回}) ({{channel:channel}} [{_消息}]|{_消息})"
    f"|{{channel:channel}} ({_消息})|文案|话术) [怎么写]",
    "(给|对) {user:who} [该|应该|可以] (写什么|写点什么|怎么写)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Two or three drafts for each channel, to be copied; nothing is sent."""
    from bot.draft_reply import draft_reply

    return draft_reply(question, desk)


COMMAND = Command(
    name="draft",
    summary=N_("Draft a message to a user"),
    phrases=PHRASES,
    examples={
        "en": ("draft a win-back message for user 42", "write an sms to user 42"),
        "zh": ("给用户42写一条召回短信", "给用户42起草邮件"),
    },
    answer=answer,
    topic="users",
)
