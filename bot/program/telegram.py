"""`opsbot telegram`: the bot, until it is told to stop."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bot.program.output import desk_of

if TYPE_CHECKING:
    from bot.desk import Desk


@click.command()
@click.pass_context
def telegram(ctx: click.Context) -> None:
    """Answer on Telegram, with the token and the operators of .env, until SIGTERM or Ctrl-C."""
    import asyncio

    desk = desk_of(ctx)
    with sole_bot(desk, "Stop it first: one home, one bot."):
        asyncio.run(serve(desk))


@contextmanager
def sole_bot(desk: Desk, instead: str) -> Iterator[None]:
    """Be the one program that speaks for the bot; raises where another does, or where Telegram is missing.

    `instead` is what to do when another one runs.
    """
    from filelock import FileLock, Timeout

    from storage.errors import OpsbotError

    if importlib.util.find_spec("telegram") is None:
        raise OpsbotError(
            "This installation has no Telegram.",
            next_step="Install it: pip install --constraint constraints.txt '.[telegram]'",
        )
    lock = FileLock(desk.home.create().path / "telegram.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise OpsbotError(
            "The bot of {home} is running already.", next_step=instead, home=desk.home.path
        ) from None
    try:
        yield
    finally:
        lock.release()


async def serve(desk: Desk) -> None:
    """Run the bot until a signal says to stop."""
    import asyncio
    import signal

    from bot.transports.telegram.app import TelegramBot

    hide_token(desk)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    click.echo("The bot is starting; Ctrl-C stops it.", err=True)
    await TelegramBot(desk).run(stop)
    click.echo("Stopped.", err=True)


def hide_token(desk: Desk) -> None:
    """No log line names the token, whoever writes it, tracebacks included."""
    token = desk.settings.telegram_token
    secrets = [token.get_secret_value()] if token else []
    if desk.settings.webhook_secret:
        secrets.append(desk.settings.webhook_secret.get_secret_value())
    for handler in logging.getLogger().handlers:
        handler.setFormatter(Discreet(handler.formatter, secrets))
    # This one writes all that is said at DEBUG …
    library = logging.getLogger("telegram")
    library.setLevel(max(logging.INFO, library.getEffectiveLevel()))
    # … and these write every lock, and every request with its address.
    for name in ("filelock", "httpcore", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)


class Discreet(logging.Formatter):
    """Formats as another formatter does, without the secrets."""

    def __init__(self, formatter: logging.Formatter | None, secrets: list[str]) -> None:
        super().__init__()
        self._formatter = formatter or logging.Formatter()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line, with `***` in place of every secret."""
        line = self._formatter.format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line
