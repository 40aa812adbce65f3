"""Updates → answers: the gate first, then the assistant, then the letter back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from telegram import CallbackQuery, Document, Message, Update
from telegram.error import TelegramError
from telegram.ext import Application, CallbackContext

from bot.access import Access, Admitted, Place
from bot.assistant import Asked, Assistant, sentences
from bot.command import About, Asker, answered_to
from bot.desk import Desk
from bot.folding import is_chinese
from bot.i18n import _, using
from bot.incident import report
from bot.jobs import BusyError, Job, Jobs
from bot.reply import Failure, Reply
from bot.transports.telegram import uploads
from bot.transports.telegram.buttons import press
from bot.transports.telegram.door import Door
from bot.transports.telegram.incoming import Incoming, incoming, without_text
from bot.transports.telegram.sender import Letter, Sender
from bot.transports.telegram.work import Work
from storage import conversation
from storage.errors import OpsbotError

Context = CallbackContext[Any, Any, Any, Any]
App = Application[Any, Any, Any, Any, Any, Any]


@dataclass(frozen=True)
class Chats:
    """The handlers of updates; everything they need is put together in `app`."""

    desk: Desk
    assistant: Assistant
    access: Access
    door: Door
    jobs: Jobs
    sender: Sender
    work: Work

    async def on_message(self, update: Update, context: Context) -> None:
        """A message: refused, limited, or answered."""
        said = incoming(update, context.bot.id, context.bot.username)
        if said is None or not said.addressed:
            return
        admitted = await asyncio.to_thread(self.access.admit, said.operator, said.place)
        asker = Asker(
            operator=said.operator,
            name=(admitted.name if admitted else "") or said.first_name,
            transport="telegram",
            chat=said.place.chat,
            thread=said.thread,
        )
        letter = Letter(
            reply=Reply(title=""),
            asker=asker,
            language=self.assistant.language(_speech(said.text) or _tongue(update)),
            answers=None if said.place.private else said.message.message_id,
        )
        if admitted is None:
            await self.door.refuse(letter, said.place)
        elif await self.door.within_limit(letter):
            await self._answer(said, admitted, letter, context.application)

    async def on_button(self, update: Update, context: Context) -> None:
        """A pressed button: its token leads to the question, checked against who pressed it and where."""
        query = update.callback_query
        if query is None:
            return
        if query.message is None:
            await _acknowledge(query)
            return
        place = Place(str(query.message.chat.id), query.message.chat.id == query.from_user.id)
        operator = str(query.from_user.id)
        admitted = await asyncio.to_thread(self.access.admit, operator, place)
        pressed = await asyncio.to_thread(press, self.desk, query.data or "", operator, place, admitted)
        if isinstance(pressed, str) or admitted is None:
            asker = Asker(operator, transport="telegram", chat=place.chat)
            with using(self.assistant.language(_tongue(update))):
                notice = await self.door.notice(asker, place, admitted, str(pressed))
            await _acknowledge(query, notice)
            return
        await _acknowledge(query)
        thread = (
            str(query.message.message_thread_id)
            if isinstance(query.message, Message) and query.message.is_topic_message
            else ""
        )
        asker = Asker(operator, admitted.name or query.from_user.first_name, "telegram", place.chat, thread)
        letter = Letter(reply=Reply(title=""), asker=asker, language=pressed.language)
        asked = Asked(
            pressed.question,
            admitted.role,
            confirmed=pressed.confirms,
            asker=asker,
            language=pressed.language,
            upload=Path(pressed.upload) if pressed.upload else None,
        )
        allowed = await self.door.within_limit(letter)
        if not (allowed and await self._ask(asked, letter, context.application)) and pressed.confirms:
            await asyncio.to_thread(self._free, query.data or "")

    async def on_migration(self, update: Update, context: Context) -> None:
        """A group became a supergroup: it goes on under its new id."""
        message = update.message
        if message is not None and message.migrate_to_chat_id:
            await self.sender.moved(str(message.chat.id), str(message.migrate_to_chat_id))

    async def on_error(self, update: object, context: Context) -> None:
        """What nobody foresaw while an update was handled: details to the log, an id to the operator."""
        try:
            if context.error is not None:
                raise context.error
        except Exception:
            incident = report("telegram")
        if not isinstance(update, Update) or update.effective_chat is None or update.effective_user is None:
            return
        chat, user = update.effective_chat.id, update.effective_user
        place = Place(str(chat), chat == user.id)
        if await asyncio.to_thread(self.access.admit, str(user.id), place):
            asker = Asker(str(user.id), user.first_name, "telegram", place.chat)
            await self.sender.apologise(asker, self.assistant.language(_tongue(update)), incident)

    # -- answers -----------------------------------------------------------------------------------------

    async def _answer(self, said: Incoming, admitted: Admitted, letter: Letter, application: App) -> None:
        asked = Asked(said.text, admitted.role, asker=letter.asker, language=letter.language)
        if said.message.document is not None:
            await self._take_file(said.message.document, asked, letter, application)
        elif without_text(said.message):
            await self._say(letter, lambda: Reply(_("I can only read text so far; please type it.")))
        else:
            about = await asyncio.to_thread(self._about, said, letter.asker)
            await self._ask(replace(asked, about=about), letter, application)

    async def _take_file(self, document: Document, asked: Asked, letter: Letter, application: App) -> None:
        """A file is imported by admins, once they have seen what it was taken for."""
        if asked.role != "admin":
            await self._say(
                letter,
                lambda: _failed(
                    "not_allowed", _("Only an admin may import files."), _("Ask one to send it.")
                ),
            )
            return
        try:
            upload = await uploads.fetch(document, self.desk)
        except OpsbotError as error:
            await self._say(letter, partial(_refused, error))
            return
        await self._ask(replace(asked, text="import", upload=upload), letter, application)

    async def _follow(self, job: Job, letter: Letter) -> None:
        try:
            await self.work.run(letter, job)
        except Exception:
            await self.sender.apologise(letter.asker, letter.language, report("long work"))
        if letter.upload is not None:
            await asyncio.to_thread(uploads.forget, letter.upload)

    async def _say(self, letter: Letter, reply: Callable[[], Reply]) -> None:
        """Send a reply that is made in the letter's language."""
        with using(letter.language):
            made = reply()
        await self.sender.send(replace(letter, reply=made))

    def _about(self, said: Incoming, asker: Asker) -> About | None:
        """The answer replied to, whoever asked for it, or the last one that this operator got here."""
        with self.desk.home.bot() as connection:
            if said.refers_to is not None:
                found = conversation.find_context(connection, said.place.chat, said.refers_to)
            else:
                found = conversation.last_context(
                    connection, answered_to(asker), self.desk.moment(), conversation.FOLLOW_UP_SECONDS
                )
        return About(*found) if found else None

    def _free(self, token: str) -> None:
        with self.desk.home.bot() as connection:
            conversation.free_button(connection, token)

    async def _ask(self, asked: Asked, letter: Letter, application: App) -> bool:
        """Answer, or start the work that will; returns whether that was possible."""
        letter = replace(letter, upload=asked.upload)
        command = await asyncio.to_thread(self.assistant.long_work, asked)
        if command is not None:
            try:
                job = await asyncio.to_thread(self.jobs.start, command, asked)
            except BusyError as error:
                await self._say(letter, partial(_refused, error))
                await asyncio.to_thread(self.jobs.note, command, asked, _refused(error))
                return False
            application.create_task(self._follow(job, letter), name="opsbot-work")
            return True
        reply = await asyncio.to_thread(self.assistant.ask, asked)
        await self.sender.send(replace(letter, reply=reply))
        return True


async def _acknowledge(query: CallbackQuery, notice: str | None = None) -> None:
    try:
        await query.answer(notice, show_alert=notice is not None)
    except TelegramError:
        return  # too old to be acknowledged, or out of reach; what it asks is done all the same


def _refused(error: OpsbotError) -> Reply:
    return _failed(error.kind, *sentences(error))


def _failed(kind: str, message: str, next_step: str) -> Reply:
    return Reply(title=message, failure=Failure(kind, message, next_step))


def _speech(text: str) -> str:
    """A text, where it says in which language to answer: a slash command, a number or a picture does not."""
    said = re.sub(r"^/\w+", "", text)
    return said if (not text.startswith("/") and any(map(str.isalpha, said))) or is_chinese(said) else ""


def _tongue(update: Update) -> str:
    """A text in the language of who wrote, for what has no text itself."""
    user = update.effective_user
    return "中" if user is not None and (user.language_code or "").startswith("zh") else ""
