"""The real bot, running against the Bot API server of the tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.settings import Settings
from bot.transports.telegram.app import TelegramBot
from tests.bot.conftest import Shop
from tests.bot_api import BotApi, Chat, Message, Person
from tests.bot_api.fixtures import bot_api as bot_api

ADMIN_ID, OPERATOR_ID, STRANGER_ID, GROUP_ID = 1001, 2002, 3003, -1_000_000_004_004


class Running:
    """A bot in a thread of its own, until `stop`."""

    def __init__(self, bot: TelegramBot) -> None:
        self._bot = bot
        self._stop = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._serve, name="bot")
        self._thread.start()

    def stop(self) -> None:
        """Tell it to stop, and wait until it has."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)
        assert not self._thread.is_alive()
        if self.failure is not None:
            raise self.failure

    def ended(self) -> bool:
        """Whether it has stopped."""
        return not self._thread.is_alive()

    def _serve(self) -> None:
        try:
            self._loop.run_until_complete(self._bot.run(self._stop))
        except Exception as error:
            self.failure = error
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()


@dataclass
class Telegram:
    """The shop's bot on the server, with an admin, an operator and a stranger who all wrote to it before."""

    api: BotApi
    shop: Shop
    running: Running
    admin: Person
    operator: Person
    stranger: Person
    group: Chat

    def ask(self, text: str, person: Person | None = None, chat: Chat | None = None) -> Message:
        """Say something, and wait for the next message of the bot there."""
        person = person or self.operator
        chat = chat or person.private
        person.says(text, chat=chat)
        return chat.next_message(timeout=90)


def settings_for(api: BotApi, **others: Any) -> Settings:
    """The settings of a bot on that server."""
    given: dict[str, Any] = {
        "telegram_token": api.token,
        "telegram_api": api.root,
        "admins": str(ADMIN_ID),
        "operators": str(OPERATOR_ID),
        "chats": str(GROUP_ID),
        "questions_per_minute": 1000,
        **others,
    }
    return Settings(**given)


@pytest.fixture
def telegram(bot_api: BotApi, shop: Shop) -> Iterator[Telegram]:
    """The bot over the small trained shop; do not train it."""
    yield from started(bot_api, shop)


@pytest.fixture
def own_telegram(bot_api: BotApi, own_shop: Shop) -> Iterator[Telegram]:
    """The same over a home to train and import in."""
    yield from started(bot_api, own_shop)


def started(api: BotApi, shop: Shop, **settings: Any) -> Iterator[Telegram]:
    """The bot, stopped when the test is over."""
    shop = replace(shop, settings=settings_for(api, **settings))
    admin, operator = api.person(ADMIN_ID, "Ada"), api.person(OPERATOR_ID, "Olga")
    stranger = api.person(STRANGER_ID, "Sam")
    group = api.group(GROUP_ID, "Team")
    running = Running(TelegramBot(shop.desk))
    try:
        api.wait_for(lambda: api.menu({"type": "all_group_chats"}), timeout=90, about="the bot to start")
        yield Telegram(api, shop, running, admin, operator, stranger, group)
    finally:
        running.stop()
