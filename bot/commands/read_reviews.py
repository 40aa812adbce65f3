"""Reading the reviews that are new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

PHRASES = (
    "read the reviews",
    "阅读评论",
    "read [all] [the|our|new|all the] [new] reviews [now]",
    "(阅读|读取|读) [一下] [全部|所有|新] [的] (评论|评价)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """How much was read."""
    from bot.reading_reply import read_reply

    return read_reply(desk)


COMMAND = Command(
    name="read_reviews",
    summary=N_("Read the reviews that are new, as every night"),
    phrases=PHRASES,
    examples={"en": ("read the reviews",), "zh": ("阅读评论",)},
    answer=answer,
    role="admin",
    confirm=N_("Read the reviews that are new? It takes a minute for some thousand sentences."),
    long=True,
    topic="shop",
    rare=True,
)
