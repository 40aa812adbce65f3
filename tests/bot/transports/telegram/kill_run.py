"""Sends what is due in a process of its own, which kills itself at one of the points on the way."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bot.desk import Desk
from bot.settings import Settings
from storage import ledger
from storage.database import Home

WRITES = ("open_delivery", "prepare", "mark", "try_later", "end", "last_sent")
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [__name__, "bot.transports.telegram.app", "bot.charts.drawing", "predictor.scoring", "bot.digest_reply"]
)


class Points:
    """Counts the points passed, and ends the process at the one of that number; 0 for none."""

    def __init__(self, fatal: int) -> None:
        self.passed = 0
        self._fatal = fatal

    def __call__(self) -> None:
        self.passed += 1
        if self.passed == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with a point before and one after it."""

        def wrapped(*arguments: Any, **options: Any) -> Any:
            self()
            result = function(*arguments, **options)
            self()
            return result

        return wrapped

    def around_requests(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same for a request."""

        async def wrapped(*arguments: Any, **options: Any) -> Any:
            self()
            result = await function(*arguments, **options)
            self()
            return result

        return wrapped


def send_due(home: Path, settings: Settings, fatal: int = 0) -> tuple[int | None, int]:
    """The exit code of a process that sends what is due, and the points it passed if it came to its end."""
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_send_due, args=(theirs, home, settings, fatal))
    process.start()
    theirs.close()
    process.join(120)
    try:
        return process.exitcode, ours.recv() if process.exitcode == 0 else 0
    finally:
        ours.close()
        process.close()


def _send_due(pipe: Connection, home: Path, settings: Settings, fatal: int) -> None:
    from telegram.request import HTTPXRequest

    from bot.transports.telegram.app import TelegramBot

    points = Points(fatal)
    for name in WRITES:
        setattr(ledger, name, points.around(getattr(ledger, name)))
    HTTPXRequest.do_request = points.around_requests(HTTPXRequest.do_request)  # type: ignore[method-assign]
    sent = asyncio.run(TelegramBot(Desk(Home(home), settings)).send_due())
    assert sent.left == 0
    pipe.send(points.passed)
