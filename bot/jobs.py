"""Long work in a process of its own, one at a time, so that everybody else is answered meanwhile."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

from bot import formats
from bot.assistant import Asked, Assistant
from bot.desk import Desk, Running
from bot.i18n import N_, _, language, using
from bot.incident import log
from bot.reply import Failure, Reply
from bot.settings import Settings
from storage.database import Home
from storage.errors import OpsbotError

STOP_SECONDS = 10.0
NICENESS = 19  # the least: who waits for an answer comes first
STARTING = N_("starting")
# Said by the work when it is about to change what is stored.
_NO_RETURN = "no return"


class BusyError(OpsbotError):
    """Other long work is under way."""

    kind = "busy"


@dataclass
class Job:
    """One piece of long work: who asked for what and when, and what it says it is doing."""

    command: str
    asked: Asked
    started_at: datetime
    process: BaseProcess
    pipe: Connection
    step: str = STARTING
    cancelled: bool = field(default=False)
    past_return: bool = field(default=False)


class Jobs:
    """Starts, follows and stops the work of one running bot. Safe to use from several threads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._job: Job | None = None
        self._closed = False

    def start(self, command: str, asked: Asked) -> Job:
        """Start answering `asked` in a process of its own; raises BusyError where other work is under way."""
        with self._lock:
            if self._closed:
                raise BusyError(
                    "The bot is just being stopped; nothing was started.",
                    next_step="Ask again when it is back.",
                )
            if self._job is not None:
                raise self._busy(self._job)
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(
                target=_answer,
                args=(theirs, self._desk.home.path, self._desk.settings, asked),
                name="opsbot-work",
                daemon=True,
            )
            process.start()
            theirs.close()
            self._job = Job(command, asked, self._desk.now(), process, ours)
            return self._job

    def follow(self, job: Job, on_step: Callable[[str], None]) -> Reply:
        """Wait for the answer; `on_step` hears what is being done, as sentences to translate. Blocks."""
        reply = None
        try:
            while reply is None:
                said = job.pipe.recv()
                if isinstance(said, Reply):
                    reply = said
                elif said == _NO_RETURN:
                    job.past_return = True
                else:
                    job.step = said
                    on_step(said)
        except (EOFError, OSError):
            pass  # it ended without an answer
        finally:
            _end(job.process)
            job.pipe.close()
            with self._lock:
                self._job = None
        if reply is not None:
            return reply
        with using(job.asked.language or language()):
            reply = _without_answer(job)
        self.note(job.command, job.asked, reply)
        return reply

    def note(self, command: str, asked: Asked, reply: Reply) -> None:
        """The audit's entry for work that never came to write its own."""
        outcome = reply.failure.kind if reply.failure else "ok"
        self._desk.note(asked.asker, asked.role, command, outcome)

    def at_work(self) -> Sequence[Running]:
        """What is under way, for who wants to cancel it."""
        job = self._job
        return (Running(job.command, job.asked.asker, self.stop),) if job else ()

    def stop(self) -> bool:
        """End what is under way; who follows it gets a reply that says so. False where too late."""
        job = self._job
        if job is None or job.past_return or not job.process.is_alive():
            return False
        job.cancelled = True
        job.process.terminate()
        return True

    @property
    def closed(self) -> bool:
        """Whether nothing is started any more."""
        return self._closed

    def close(self) -> None:
        """End what is under way, and start nothing any more."""
        with self._lock:
            self._closed = True
        self.stop()

    def _busy(self, job: Job) -> BusyError:
        return BusyError(
            "{name} started “{text}” {seconds} s ago ({step}); only one such thing runs at a time.",
            next_step="Ask again when it is done, or say “cancel”.",
            name=_name(job),
            text=job.asked.text,
            seconds=formats.count((self._desk.now() - job.started_at).total_seconds()),
            step=_(job.step),
        )


def _name(job: Job) -> str:
    return job.asked.asker.name or job.asked.asker.operator


def _without_answer(job: Job) -> Reply:
    if job.cancelled:
        message = _("Cancelled: nothing was changed.")
        return Reply(title=message, failure=Failure("cancelled", message, _("Ask again when you want it.")))
    log.error("long work ended with exit code %s", job.process.exitcode)
    message = _("The work stopped before it was done, and nothing was changed.")
    return Reply(title=message, failure=Failure("incident", message, _("Ask again; the log may say why.")))


def _end(process: BaseProcess) -> None:
    process.join(STOP_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()


def _answer(pipe: Connection, home: Path, settings: Settings, asked: Asked) -> None:
    """The work itself, in its own process; a termination leaves through every `finally`."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the bot's to handle
    with contextlib.suppress(OSError):
        os.nice(NICENESS)

    def no_return() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        pipe.send(_NO_RETURN)

    desk = Desk(home=Home(home), settings=settings, progress=pipe.send, no_return=no_return)
    reply = Assistant(desk).ask(asked)
    pipe.send(replace(reply, facts=dict(reply.facts), args=dict(reply.args)))
    pipe.close()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(1)
