"""The order of answers: chats beside each other, the messages of one chat one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

MOST_AT_ONCE = 256


class InOrder(BaseUpdateProcessor):
    """Handles updates of different chats at once, and those of one chat as they came."""

    def __init__(self) -> None:
        super().__init__(MOST_AT_ONCE)
        # The last update of each chat that is being handled; the next one waits for it.
        self._last: dict[int, asyncio.Task[Any] | asyncio.Future[Any]] = {}

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the chat's turn, then handle the update."""
        chat = update.effective_chat.id if isinstance(update, Update) and update.effective_chat else 0
        before = self._last.get(chat)
        done = asyncio.get_running_loop().create_future()
        self._last[chat] = done
        try:
            if before is not None:
                await asyncio.wait({before})
            await coroutine
        finally:
            done.set_result(None)
            if self._last.get(chat) is done:
                del self._last[chat]

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to clean up."""
