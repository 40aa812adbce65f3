"""Requests to Telegram: paced, and repeated where that helps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from aiolimiter import AsyncLimiter
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.ext import BaseRateLimiter

log = logging.getLogger(__name__)

MOST_TRIES = 10
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
# What Telegram grants: 30 messages a second over all, one a second in a chat, 20 a minute in a group;
# short bursts are let through.
OVERALL = (30, 1.0)
PER_CHAT = (20, 20.0)
PER_GROUP = (20, 60.0)

# Another try cannot change these.
_FINAL = (BadRequest, ChatMigrated, Forbidden)
_MESSAGES = ("send", "edit")
# What any bot may ask, if only its token is known.
PROOF = "getMe"


class Delivery(BaseRateLimiter[dict[str, Any]]):
    """Waits before a request for the pace Telegram grants, and after a failure before the next try.

    A request whose answer was lost may have been carried out; it is repeated all the same: a message twice
    is better than none. `doubted` is told when Telegram seems not to know the token; it also says so of a
    method that it does not know.
    """

    def __init__(self, doubted: Callable[[], object] = lambda: None) -> None:
        self._doubted = doubted
        self._overall = AsyncLimiter(*OVERALL)
        self._chats: dict[str, AsyncLimiter] = {}
        self._hurried = asyncio.Event()

    def hurry(self) -> None:
        """Wait for nothing any more: every request has one last try, at once."""
        self._hurried.set()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to clean up."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: dict[str, Any] | None,
    ) -> Any:
        """The result of `callback`; raises what a last try raised.

        `rate_limit_args` may hold `most_tries`, for what is not worth MOST_TRIES.
        """
        wait_seconds = FIRST_WAIT_SECONDS
        most_tries = (rate_limit_args or {}).get("most_tries", MOST_TRIES)
        for tried in range(1, most_tries + 1):
            last = tried == most_tries or self._hurried.is_set()
            await self._pace(endpoint, data)
            try:
                return await callback(*args, **kwargs)
            except InvalidToken:
                if endpoint != PROOF:
                    self._doubted()
                raise
            except _FINAL:
                raise
            except RetryAfter as error:
                if last:
                    raise
                pause = error.retry_after
                seconds = pause if isinstance(pause, int | float) else pause.total_seconds()
                log.info("%s has to wait %.1f s", endpoint, seconds)
                await self._wait(asyncio.sleep(seconds + 0.05))
            except NetworkError as error:
                if last:
                    raise
                log.warning(
                    "%s failed (%s); next try in %.1f s", endpoint, type(error).__name__, wait_seconds
                )
                await self._wait(asyncio.sleep(wait_seconds))
                wait_seconds = min(2 * wait_seconds, LONGEST_WAIT_SECONDS)
        raise AssertionError("the last try returns or raises")

    async def _pace(self, endpoint: str, data: dict[str, Any]) -> None:
        chat = data.get("chat_id")
        if chat is None or not endpoint.startswith(_MESSAGES):
            return
        key = str(chat)
        if key not in self._chats:
            self._chats[key] = AsyncLimiter(*(PER_GROUP if key.startswith("-") else PER_CHAT))
        for limiter in (self._chats[key], self._overall):
            await self._wait(limiter.acquire())

    async def _wait(self, waiting: Coroutine[Any, Any, None]) -> None:
        """Wait for that, but no longer than to the moment when there is hurry."""
        tasks = [asyncio.create_task(waiting), asyncio.create_task(self._hurried.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
