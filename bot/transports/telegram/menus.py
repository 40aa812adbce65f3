"""The command menu beside the text field, in English and Chinese, for each kind of chat."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import BadRequest, TelegramError

from bot.command import Role
from bot.i18n import _, using
from bot.registry import commands
from bot.settings import Settings

log = logging.getLogger(__name__)

# Telegram takes no language for "any other"; that menu is the English one.
LANGUAGES = (("en", None), ("zh", "zh"))
_LONGEST_DESCRIPTION = 256


async def set_menus(bot: Bot, settings: Settings) -> None:
    """Tell Telegram which commands to offer where: cosmetic, for every command is checked when it comes."""
    scopes: list[tuple[BotCommandScope, Role]] = [
        (BotCommandScopeAllPrivateChats(), "operator"),
        (BotCommandScopeAllGroupChats(), "operator"),
        *((BotCommandScopeChat(int(admin)), "admin") for admin in sorted(settings.admins)),
    ]
    for language, code in LANGUAGES:
        for scope, role in scopes:
            with using(language):
                entries = list(_entries(role))
            try:
                await bot.set_my_commands(entries, scope=scope, language_code=code)
            except BadRequest:
                continue  # an admin who never wrote to the bot has no chat yet
            except TelegramError as error:
                log.warning("a command menu was not set: %s", error.message)


def _entries(role: Role) -> Iterable[BotCommand]:
    for command in commands():
        if command.role in ("operator", role):
            yield BotCommand(command.name, _(command.summary)[:_LONGEST_DESCRIPTION])
