"""Long work asked for in a chat: one progress message, edited now and then, and the result to who asked."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from telegram import Message

from bot.i18n import _, using
from bot.jobs import Job, Jobs
from bot.reply import Reply
from bot.transports.telegram.sender import Letter, Sender

EDIT_SECONDS = 3.0
STILL_AT_WORK_SECONDS = 15.0


class Progress:
    """The newest thing that work in another thread says it is doing."""

    def __init__(self) -> None:
        self.step = ""
        self.edited_at = self._started = time.monotonic()

    @property
    def seconds(self) -> int:
        """How long the work has been going on."""
        return round(time.monotonic() - self._started)

    def say(self, step: str) -> None:
        """Take note; called from the thread that follows the work."""
        self.step = step


class Work:
    """Long work in the background of the chats."""

    def __init__(self, jobs: Jobs, sender: Sender, edit_seconds: float = EDIT_SECONDS) -> None:
        self._jobs = jobs
        self._sender = sender
        self._edit_seconds = edit_seconds

    async def run(self, letter: Letter, job: Job) -> None:
        """Follow a job to its end and send the result, both as answers to the letter's message."""
        progress = Progress()
        # Followed before anything is sent: a job that nobody follows would never make room for the next.
        following = asyncio.create_task(asyncio.to_thread(self._jobs.follow, job, progress.say))
        with using(letter.language):
            started = Reply(title=_("Started. The result comes here; “cancel” stops it."))
        sent = await self._sender.send(replace(letter, reply=started))
        if sent is not None:
            await self._show(following, progress, sent, letter.language)
        await self._sender.send(replace(letter, reply=await following))
        if sent is not None:
            await self._close(sent, progress, letter.language)

    async def _show(
        self, following: asyncio.Task[Reply], progress: Progress, sent: Message, language: str
    ) -> None:
        """Edit the progress message while the work goes on: at every step, and now and then in a long one."""
        shown = ""
        while not following.done():
            await asyncio.wait({following}, timeout=self._edit_seconds)
            stale = time.monotonic() - progress.edited_at >= STILL_AT_WORK_SECONDS
            if following.done() or not progress.step or (progress.step == shown and not stale):
                continue
            shown = progress.step
            with using(language):
                text = _("{step} … ({seconds} s so far)").format(step=_(shown), seconds=progress.seconds)
            progress.edited_at = time.monotonic()
            await self._sender.edit(sent, text)

    async def _close(self, sent: Message, progress: Progress, language: str) -> None:
        """The progress message says at last that the work has ended."""
        with using(language):
            text = _("Ended after {seconds} s.").format(seconds=progress.seconds)
        await asyncio.sleep(max(0.0, progress.edited_at + self._edit_seconds - time.monotonic()))
        await self._sender.edit(sent, text)
