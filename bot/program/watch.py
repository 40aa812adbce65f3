"""`opsbot import --watch`: files are imported as they come into the inbox, until a signal says to stop."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from types import FrameType

    from bot.desk import Desk

POLL_SECONDS = 3.0


def watch(desk: Desk, *, poll_seconds: float = POLL_SECONDS) -> None:
    """Import what comes into the inbox, a line on standard output for each file, until SIGTERM or Ctrl-C.

    A signal during an import takes it back; the file stays for the next time. Raises StoreError where the
    inbox is watched already.
    """
    from bot.inbox_reply import inbox_line, inbox_text
    from storage.inbox import Inbox, sole_watcher

    with sole_watcher(desk.home):
        inbox = Inbox(
            desk.home,
            timezone=desk.settings.timezone,
            currency=desk.settings.currency,
            describe=inbox_text,
        )
        before = {number: signal.signal(number, _stop) for number in (signal.SIGINT, signal.SIGTERM)}
        told: set[str] = set()
        click.echo(f"Watching {desk.home.inbox}; Ctrl-C stops it.", err=True)
        try:
            while True:
                said = set()
                for report in inbox.import_ready(desk.now):
                    line = inbox_line(report)
                    if report.error is not None and report.path.parent == desk.home.inbox:
                        said.add(line)  # it is tried again, and told once
                    if line not in told:
                        click.echo(line)
                told = said
                time.sleep(poll_seconds)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
