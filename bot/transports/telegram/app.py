"""The running bot: put together from the settings, started, and stopped without losing an answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

from telegram import Update
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, CallbackQueryHandler, Defaults, MessageHandler, filters

from bot.access import Access, RateLimit
from bot.assistant import Assistant
from bot.concerns import token_refused
from bot.desk import Desk
from bot.jobs import Jobs
from bot.outbox import Outbox, Sent
from bot.reading_reply import warm_up_beside
from bot.settings import SettingError
from bot.transports.telegram.chats import Chats
from bot.transports.telegram.delivery import Delivery
from bot.transports.telegram.door import Door
from bot.transports.telegram.menus import set_menus
from bot.transports.telegram.order import InOrder
from bot.transports.telegram.polling import PollRequest
from bot.transports.telegram.scheduled import NightlyJob, TelegramTarget
from bot.transports.telegram.sender import Sender
from bot.transports.telegram.uploads import forget_old as forget_uploads
from bot.transports.telegram.work import Work
from bot.transports.webhook.scheduled import WebhookTarget
from storage import conversation
from storage.errors import OpsbotError

log = logging.getLogger(__name__)

# PTB gives durations as timedelta only where this is set, and warns of the old way otherwise.
os.environ.setdefault("PTB_TIMEDELTA", "1")

UPDATES = [Update.MESSAGE, Update.CALLBACK_QUERY]
POLL_SECONDS = 20
# How long one answer of Telegram is waited for.
ANSWER_SECONDS = 20.0
# When the bot stops: how long answers may take to go out, and how long a poll under way to end.
STOP_SECONDS = 20.0
LAST_POLL_SECONDS = 3.0
THREADS = 6
# How often it is looked for what is due.
TICK_SECONDS = 15.0
# How often it is asked whether the token still holds, where Telegram brings the messages.
TOKEN_SECONDS = 300.0
# How long the other chats may take to be told that it does not.
LAST_WORDS_SECONDS = 30.0


class UnknownTokenError(SettingError):
    """Telegram does not know the token, or does not any more."""


class TelegramBot:
    """One bot for one home. `run` serves until `stop` is set; `send_due` only sends what is due by now."""

    def __init__(self, desk: Desk, *, tick_seconds: float = TICK_SECONDS) -> None:
        settings = desk.settings
        if settings.telegram_token is None:
            raise SettingError(
                "The setting {name} is missing.",
                next_step="Get a token from @BotFather and put it into .env.",
                name="OPSBOT_TELEGRAM_TOKEN",
            )
        if settings.webhook_url and settings.webhook_secret is None:
            raise SettingError(
                "A webhook needs the setting {name}.",
                next_step="Put any long random word there; Telegram then proves itself with it.",
                name="OPSBOT_WEBHOOK_SECRET",
            )
        self._settings = settings
        self._tick_seconds = tick_seconds
        self._jobs = Jobs(desk)
        self._desk = replace(desk, running=self._jobs.at_work)
        self._delivery = Delivery(self._doubt_the_token)
        self._token_refused = asyncio.Event()
        self._application = self._build()

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set; then what was asked is answered and work in the background is ended."""
        loop = asyncio.get_running_loop()
        threads = ThreadPoolExecutor(THREADS, thread_name_prefix="opsbot")
        loop.set_default_executor(threads)
        # Whoever closes a database last has to tidy it up: with these open, that is no answer's work.
        with self._desk.home.bot(), self._desk.home.store():
            try:
                await self._serve(stop)
            except UnknownTokenError:
                await self._tell_the_others()
                raise

    async def send_due(self) -> Sent:
        """Do the work of the night and send what is due, once."""
        try:
            await self._connect()
            return await self._outbox.send_all_due()
        except UnknownTokenError:
            await self._tell_the_others()
            raise
        finally:
            self._jobs.close()
            await self._application.shutdown()

    async def _serve(self, stop: asyncio.Event) -> None:
        stopping = asyncio.create_task(stop.wait())
        starting = asyncio.create_task(self._start())
        refused = asyncio.create_task(self._token_refused.wait())
        try:
            await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                await starting
                await asyncio.wait({refused, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if refused.done():  # the token was revoked while the bot ran
                    raise _unknown_token()
        finally:
            for task in (starting, stopping, refused):
                task.cancel()
            await asyncio.gather(starting, stopping, refused, return_exceptions=True)
            await self._end()

    async def _tell_the_others(self) -> None:
        """Webhooks are told that the bot has gone; nobody on Telegram can be."""
        self._jobs.close()
        last = Outbox(
            self._desk,
            {"webhook": WebhookTarget(self._desk)},
            NightlyJob(self._jobs),
            also=(token_refused(),),
        )
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(last.send_all_due(), LAST_WORDS_SECONDS)

    def _doubt_the_token(self) -> None:
        self._application.create_task(self._check_token(None), name="opsbot-token")

    async def _check_token(self, _context: object) -> None:
        try:
            await self._application.bot.get_me()
        except InvalidToken:
            self._token_refused.set()
        except TelegramError as error:
            log.info("the token was not checked: %s", type(error).__name__)

    async def _start(self) -> None:
        application = self._application
        await self._connect()
        await application.start()
        await asyncio.to_thread(self._forget_old)
        await self._listen()
        application.create_task(asyncio.to_thread(self._warm_up), name="opsbot-warm-up")
        self._keep_time()
        await set_menus(application.bot, self._settings)
        log.info("listening as @%s", application.bot.username)

    async def _end(self) -> None:
        """Answers in flight go out; those that cannot within STOP_SECONDS are given up."""
        application, updater = self._application, self._application.updater
        self._jobs.close()
        hurry = asyncio.get_running_loop().call_later(STOP_SECONDS, self._delivery.hurry)
        try:
            if updater is not None and updater.running:
                # Between two polls that fail the updater sleeps, for long.
                await asyncio.wait_for(updater.stop(), LAST_POLL_SECONDS)
        except (TimeoutError, TelegramError) as error:
            log.warning("the last poll failed (%s); some messages may be answered again", error)
        if application.running:
            await application.stop()  # waits for the answers in flight
        hurry.cancel()
        await application.shutdown()
        await application.bot.shutdown()  # where it did not come to be initialised

    def _build(self) -> Application:  # type: ignore[type-arg]
        settings = self._settings
        assert settings.telegram_token is not None
        root = settings.telegram_api.rstrip("/")
        builder = (
            Application.builder()
            .token(settings.telegram_token.get_secret_value())
            .base_url(f"{root}/bot")
            .base_file_url(f"{root}/file/bot")
            .rate_limiter(self._delivery)
            .concurrent_updates(InOrder())
            .defaults(Defaults(tzinfo=settings.zone))
            .connection_pool_size(8)
            .pool_timeout(60)
            .read_timeout(ANSWER_SECONDS)
            .media_write_timeout(60)
            .get_updates_request(
                PollRequest(
                    1,
                    read_timeout=POLL_SECONDS + 10,
                    proxy=settings.telegram_proxy,
                    refused=self._token_refused.set,
                )
            )
        )
        if settings.telegram_proxy:
            builder = builder.proxy(settings.telegram_proxy)
        application = builder.build()
        sender = Sender(application.bot, self._desk)
        access = Access(self._desk)
        chats = Chats(
            desk=self._desk,
            assistant=Assistant(self._desk),
            access=access,
            door=Door(self._desk, access, RateLimit(settings.questions_per_minute), sender),
            jobs=self._jobs,
            sender=sender,
            work=Work(self._jobs, sender),
        )
        # Edited messages are left out: an edit of an old "train" must not train again.
        new = filters.UpdateType.MESSAGE
        application.add_handler(MessageHandler(new & filters.StatusUpdate.MIGRATE, chats.on_migration))
        application.add_handler(MessageHandler(new & ~filters.StatusUpdate.ALL, chats.on_message))
        application.add_handler(CallbackQueryHandler(chats.on_button))
        application.add_error_handler(chats.on_error)
        self._outbox = Outbox(
            self._desk,
            {"telegram": TelegramTarget(sender, access), "webhook": WebhookTarget(self._desk)},
            NightlyJob(self._jobs),
        )
        return application

    async def _connect(self) -> None:
        while True:
            try:
                return await self._application.initialize()
            except InvalidToken as error:
                raise _unknown_token() from error
            except BadRequest:
                raise
            except (NetworkError, RetryAfter) as error:
                log.warning("Telegram cannot be reached (%s); trying on", type(error).__name__)

    async def _listen(self) -> None:
        settings, updater = self._settings, self._application.updater
        assert updater is not None
        if settings.webhook_url is None:
            await updater.start_polling(
                timeout=POLL_SECONDS,
                allowed_updates=UPDATES,
                bootstrap_retries=-1,
                error_callback=_polling_failed,
            )
            return
        assert settings.webhook_secret is not None
        host, port = settings.webhook_listen.rsplit(":", 1)
        await updater.start_webhook(
            listen=host,
            port=int(port),
            url_path=urlsplit(settings.webhook_url).path.lstrip("/"),
            webhook_url=settings.webhook_url,
            secret_token=settings.webhook_secret.get_secret_value(),
            allowed_updates=UPDATES,
            bootstrap_retries=-1,
        )

    def _keep_time(self) -> None:
        """Look every few seconds for what is due: what a missed tick would have sent, the next one sends."""
        assert self._application.job_queue is not None
        options = {"id": "outbox", "max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        self._application.job_queue.run_repeating(
            self._tick, interval=self._tick_seconds, first=0.1, job_kwargs=options
        )
        if self._settings.webhook_url is not None:
            self._application.job_queue.run_repeating(
                self._check_token, TOKEN_SECONDS, job_kwargs={**options, "id": "token"}
            )

    async def _tick(self, _context: object) -> None:
        await self._outbox.send_due()

    def _warm_up(self) -> None:
        from predictor.scoring import warm_up

        with self._desk.store() as connection:
            try:
                warm_up(connection, self._desk.home.models)
            except OpsbotError as error:
                log.warning("the model is not ready: %s", error)
        # Behind the model, which the first answers need.
        warm_up_beside(self._desk)

    def _forget_old(self) -> None:
        with self._desk.home.bot() as connection:
            conversation.forget_old(connection, self._desk.moment())
        forget_uploads(self._desk)


def _unknown_token() -> UnknownTokenError:
    return UnknownTokenError(
        "Telegram does not know the token in {name}.",
        next_step="Copy it again from @BotFather.",
        name="OPSBOT_TELEGRAM_TOKEN",
    )


def _polling_failed(error: TelegramError) -> None:
    """Telegram cannot be reached just now; it is asked again, ever more slowly."""
    log.warning("asking Telegram for messages failed: %s", type(error).__name__)
