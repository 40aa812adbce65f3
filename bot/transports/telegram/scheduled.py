"""What is sent to Telegram by itself, and the work of the night beside the chats."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.access import Access, Place
from bot.assistant import Asked
from bot.command import Asker
from bot.i18n import _, using
from bot.incident import report
from bot.jobs import BusyError, Jobs
from bot.outbox import ClosedError, NotArrivedError, RefusedError, UnlistedError, UnsureError
from bot.problems import said_so
from bot.reply import Reply
from bot.transports.telegram.markup import MOST_CAPTION_CHARACTERS, MOST_CHARACTERS
from bot.transports.telegram.sender import CLOSED, Letter, Sender
from storage.ledger import Part
from storage.subscriptions import ACCESS, Subscription

# Where nothing had been sent yet when the connection failed.
_BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NIGHT = Asker("opsbot", "opsbot", "schedule")


class TelegramTarget:
    """Chats of Telegram, as a target of the outbox."""

    def __init__(self, sender: Sender, access: Access) -> None:
        self._sender = sender
        self._access = access

    async def parts(self, subscription: Subscription, reply: Reply) -> list[Part]:
        """The messages that a reply is made of."""
        return await self._sender.compose(Letter(reply, _asker(subscription), subscription.language))

    async def send(self, subscription: Subscription, part: Part, *, repeat: bool) -> None:
        """Send one message, once; tries again are the outbox's.

        A chat of somebody who was removed since, or that was taken off the list, is closed: they only hear
        that.
        """
        place = Place(subscription.chat, private=not subscription.chat.startswith("-"))
        goodbye = subscription.about == ACCESS
        if not goodbye and not await asyncio.to_thread(self._access.may_hear, place):
            raise UnlistedError
        try:
            for each in _marked(part, subscription.language) if repeat else (part,):
                await self._sender.post(each, _asker(subscription), silent=subscription.silent, tries=1)
        except ChatMigrated as error:
            await self._sender.moved(subscription.chat, str(error.new_chat_id))
            raise NotArrivedError(0) from error
        except TelegramError as error:
            raise _meaning(error) from error


class NightlyJob:
    """The work of the night as a job of its own process, like any long work."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def __call__(self) -> Mapping[str, object] | None:
        """What it came to; None where it could not be done now, because of other work or a stop."""
        asked = Asked("run the nightly work", "admin", confirmed=True, asker=_NIGHT, language="en")
        try:
            job = await asyncio.to_thread(self._jobs.start, "nightly", asked)
        except BusyError:
            return None
        reply = await asyncio.to_thread(self._jobs.follow, job, lambda _step: None)
        if reply.failure is None:
            return reply.facts
        return None if self._jobs.closed else {"problems": [said_so(reply.title)]}


def _meaning(error: TelegramError) -> Exception:
    """What a failure means to the outbox."""
    if isinstance(error, Forbidden):
        return ClosedError()
    if isinstance(error, BadRequest):
        if any(words in error.message.casefold() for words in CLOSED):
            return ClosedError()
        report("a scheduled message that Telegram refuses")
        return RefusedError()
    if isinstance(error, RetryAfter):
        pause = error.retry_after
        return NotArrivedError(pause if isinstance(pause, int | float) else pause.total_seconds())
    lost = isinstance(error, NetworkError) and error.__cause__ is not None
    # Without a cause Telegram said so itself; with one of these it was never reached.
    return UnsureError() if lost and not isinstance(error.__cause__, _BEFORE_SENDING) else NotArrivedError()


def _asker(subscription: Subscription) -> Asker:
    return Asker(
        subscription.operator, subscription.operator_name, "telegram", subscription.chat, subscription.thread
    )


def _marked(part: Part, language: str) -> tuple[Part, ...]:
    """The part with a word that it may be a repeat; before it, where there is no room in it."""
    with using(language):
        mark = _("Sent again: whether it arrived the first time is not known.")
    room = MOST_CHARACTERS if part.kind == "text" else MOST_CAPTION_CHARACTERS
    text = f"{mark}\n{part.text}".strip()
    return (replace(part, text=text),) if len(text) <= room else (Part("text", mark), part)
