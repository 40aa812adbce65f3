"""`opsbot telegram`: the bot, until it is told to stop."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bot.program.discretion import hide_secrets
from bot.program.output import desk_of

if TYPE_CHECKING:
    from bot.desk import Desk


@click.command()
@click.pass_context
def telegram(ctx: click.Context) -> None:
    """Answer on Telegram, with the token and the operators of .env, until SIGTERM or Ctrl-C."""
    import asyncio

    from storage.errors import OpsbotError

    if importlib.util.find_spec("telegram") is None:
        raise OpsbotError(
            "This installation has no Telegram.",
            next_step="Install it: pip install --constraint constraints.txt '.[telegram]'",
        )
    desk = desk_of(ctx)
    with sole_bot(desk, "Stop it first: one home, one bot."):
        asyncio.run(serve(desk))


@contextmanager
def sole_bot(desk: Desk, instead: str) -> Iterator[None]:
    """Be the one program that speaks for the bot; raises where another does: `instead` is what to do then."""
    from filelock import FileLock, Timeout

    from storage.errors import OpsbotError

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

    hide_secrets(desk.settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    click.echo("The bot is starting; Ctrl-C stops it.", err=True)
    await TelegramBot(desk).run(stop)
    click.echo("Stopped.", err=True)
