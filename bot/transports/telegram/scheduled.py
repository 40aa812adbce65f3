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
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.assistant import Asked
from bot.command import Asker
from bot.i18n import _, using
from bot.incident import report
from bot.jobs import BusyError, Jobs
from bot.outbox import ClosedError, NotArrivedError, RefusedError, UnsureError
from bot.reply import Reply
from bot.transports.telegram.markup import MOST_CAPTION_CHARACTERS, MOST_CHARACTERS
from bot.transports.telegram.sender import CLOSED, Letter, Sender
from storage.ledger import Part
from storage.subscriptions import Subscription

# Where nothing had been sent yet when the connection failed.
_BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NIGHT = Asker("opsbot", "opsbot", "schedule")


class TelegramTarget:
    """Chats of Telegram, as a target of the outbox."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def parts(self, subscription: Subscription, reply: Reply) -> list[Part]:
        """The messages that a reply is made of."""
        return await self._sender.compose(Letter(reply, _asker(subscription), subscription.language))

    async def send(self, subscription: Subscription, part: Part, *, repeat: bool) -> None:
        """Send one message, once; tries again are the outbox's."""
        if repeat:
            part = _marked(part, subscription.language)
        try:
            await self._sender.post(part, _asker(subscription), silent=subscription.silent, tries=1)
        except ChatMigrated as error:
            await self._sender.moved(subscription.chat, str(error.new_chat_id))
            raise NotArrivedError(0) from error
        except Forbidden as error:
            raise ClosedError from error
        except BadRequest as error:
            if any(words in error.message.casefold() for words in CLOSED):
                raise ClosedError from error
            report("a scheduled message that Telegram refuses")
            raise RefusedError from error
        except RetryAfter as error:
            pause = error.retry_after
            raise NotArrivedError(
                pause if isinstance(pause, int | float) else pause.total_seconds()
            ) from error
        except NetworkError as error:
            if error.__cause__ is None or isinstance(error.__cause__, _BEFORE_SENDING):
                raise NotArrivedError from error  # Telegram said so, or was never reached
            raise UnsureError from error
        except (InvalidToken, TelegramError) as error:
            raise NotArrivedError from error


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
        return None if self._jobs.closed else {"problem": reply.title}


def _asker(subscription: Subscription) -> Asker:
    return Asker(
        subscription.operator, subscription.operator_name, "telegram", subscription.chat, subscription.thread
    )


def _marked(part: Part, language: str) -> Part:
    """The part with a word that it may be a repeat, as far as there is room for it."""
    with using(language):
        mark = _("Sent again: whether it arrived the first time is not known.")
    room = MOST_CHARACTERS if part.kind == "text" else MOST_CAPTION_CHARACTERS
    text = f"{mark}\n{part.text}".strip()
    return replace(part, text=text) if len(text) <= room else replace(part, text=f"↻ {part.text}"[:room])
