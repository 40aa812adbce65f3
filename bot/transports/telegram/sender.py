"""Replies as messages: text, buttons, picture and files, sent to where the question came from."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, TypeVar

from telegram import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError
from telegram.ext import ExtBot

from bot.charts import available, draw
from bot.command import Asker, answered_to
from bot.desk import Desk
from bot.i18n import _, using
from bot.incident import report
from bot.list_file import as_csv
from bot.registry import commands
from bot.reply import MISSING_ARGUMENT, Button, Reply
from bot.transports.telegram.markup import MOST_CAPTION_CHARACTERS, message, utf16
from storage import conversation
from storage.conversation import StoredButton
from storage.ledger import Part
from storage.privacy import Pseudonyms, discreet

log = logging.getLogger(__name__)

BUTTONS_A_ROW = 2
# The longest text that a button copies; a longer one is copied from its block.
MOST_COPIED = 256
# Nobody is there to read an answer, or an apology for it.
CLOSED = ("chat not found", "rights to send", "write_forbidden", "topic_closed", "thread not found")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Letter:
    """A reply on its way: to whom, in which language, in answer to which message, about which upload."""

    reply: Reply
    asker: Asker
    language: str
    answers: int | None = None
    upload: Path | None = None


class Sender:
    """Sends letters; what cannot be delivered is logged and never raises into other work."""

    def __init__(self, bot: ExtBot[Any], desk: Desk) -> None:
        self._bot = bot
        self._desk = desk

    async def send(self, letter: Letter) -> Message | None:
        """All of a reply: its text with buttons, then the picture, then the files.

        Returns the message with the text; None where the chat is closed to us.
        """
        try:
            return await self._send(letter)
        except ChatMigrated as error:
            chat = str(error.new_chat_id)
            await self.moved(letter.asker.chat, chat)
            return await self.send(replace(letter, asker=replace(letter.asker, chat=chat), answers=None))
        except Forbidden as error:
            log.warning("an answer could not be delivered to chat %s: %s", letter.asker.chat, error.message)
            return None
        except BadRequest as error:
            if any(words in error.message.casefold() for words in CLOSED):
                log.warning("chat %s takes no answer: %s", letter.asker.chat, error.message)
                return None
            await self.apologise(letter.asker, letter.language, report("an answer that Telegram refuses"))
            return None
        except TelegramError:
            report("the delivery of an answer")  # no other message would get through
            return None

    async def apologise(self, asker: Asker, language: str, incident: str) -> None:
        """Tell who asked that something went wrong, with the id of the incident in the log."""
        with using(language):
            text = _("Something went wrong here (incident {incident}).").format(incident=incident)
        try:
            await self._bot.send_message(
                asker.chat, text, message_thread_id=int(asker.thread) if asker.thread else None
            )
        except TelegramError as error:
            log.warning("incident %s was not told: %s", incident, error.message)

    async def moved(self, old: str, new: str) -> None:
        """A group got another id."""
        log.warning("chat %s is now %s", old, new)
        await asyncio.to_thread(
            self._in_bot_db, lambda connection: conversation.move_chat(connection, old, new)
        )

    async def edit(self, sent: Message, text: str) -> None:
        """Another text in place of that of a progress message; where that fails, it stays as it is."""
        try:
            await self._bot.edit_message_text(
                text, sent.chat_id, sent.message_id, rate_limit_args={"most_tries": 1}
            )
        except TelegramError as error:
            log.info("a progress message was not edited: %s", error.message)

    async def compose(self, letter: Letter) -> list[Part]:
        """The messages that make up a reply: text with buttons, then the picture, then the files.

        The picture takes the text as its caption where that fits. Buttons are stored; from now on they may be
        pressed.
        """
        with using(letter.language):
            text = message(letter.reply)
            chart = None if letter.reply.failure or not available() else letter.reply.chart
            picture = await asyncio.to_thread(draw, chart) if chart else None
            alt = chart.alt[:MOST_CAPTION_CHARACTERS] if chart else ""
            rest = (
                as_csv(letter.reply.table.columns, letter.reply.table.rows)
                if letter.reply.table and text.rows_left
                else None
            )
            copies = _copies(letter.reply)
        buttons = await asyncio.to_thread(self._buttons, letter)
        name = f"{letter.reply.command}.png"
        if picture is not None and text.characters <= MOST_CAPTION_CHARACTERS:
            parts = [Part("photo", text.html, name, picture, buttons)]
        else:
            parts = [Part("text", text.html, buttons=buttons, copies=copies)]
            if picture is not None:
                parts.append(Part("photo", escape(alt, quote=False), name, picture))
        if rest is not None:
            parts.append(Part("document", name=f"{letter.reply.command}.csv", data=rest))
        for attachment in letter.reply.attachments:
            data = await asyncio.to_thread(Path(attachment.path).read_bytes)
            parts.append(Part("document", name=attachment.name, data=data))
        return parts

    async def post(
        self,
        part: Part,
        asker: Asker,
        answers: int | None = None,
        *,
        silent: bool = False,
        tries: int | None = None,
    ) -> Message:
        """Send one message to the chat; `tries` where not the usual number. Raises TelegramError."""
        common: dict[str, Any] = {
            "message_thread_id": int(asker.thread) if asker.thread else None,
            "disable_notification": silent,
        }
        if tries is not None:
            common["rate_limit_args"] = {"most_tries": tries}
        if part.kind == "document":
            return await self._bot.send_document(
                asker.chat,
                InputFile(part.data, filename=part.name),
                caption=part.text or None,
                parse_mode=ParseMode.HTML,
                **common,
            )
        common |= {
            "parse_mode": ParseMode.HTML,
            "reply_parameters": _answered(answers),
            "reply_markup": _keyboard(part),
        }
        if part.kind == "photo":
            photo = InputFile(part.data, filename=part.name)
            return await self._bot.send_photo(asker.chat, photo, caption=part.text, **common)
        return await self._bot.send_message(asker.chat, part.text, **common)

    async def _send(self, letter: Letter) -> Message:
        first: Message | None = None
        for part in await self.compose(letter):
            sent = await self.post(part, letter.asker, None if part.kind == "document" else letter.answers)
            if first is None:
                first = sent
                await asyncio.to_thread(self.remember, letter, sent.message_id)
        assert first is not None
        return first

    def _buttons(self, letter: Letter) -> tuple[tuple[str, str], ...]:
        """Labels and tokens: a button carries nothing else."""
        buttons = letter.reply.buttons
        if not buttons:
            return ()
        now = self._desk.moment()
        with self._desk.home.bot() as connection:
            return tuple(
                (button.label[:64], conversation.keep_button(connection, self._stored(button, letter), now))
                for button in buttons
            )

    def _stored(self, button: Button, letter: Letter) -> StoredButton:
        return StoredButton(
            chat=letter.asker.chat,
            operator=None if button.team else letter.asker.operator,
            role="admin" if button.confirms and _needs_admin(letter.reply.command) else "operator",
            question=button.question,
            language=letter.language,
            confirms=button.confirms,
            upload=str(letter.upload) if letter.upload and button.confirms else None,
        )

    def remember(self, letter: Letter, message_id: int) -> None:
        """Keep what a message is about, so that a reply to it may leave that out."""
        failure = letter.reply.failure
        if not letter.reply.command or (failure is not None and failure.kind != MISSING_ARGUMENT):
            return
        args = discreet(letter.reply.args, Pseudonyms(self._desk.home.path))
        with self._desk.home.bot() as connection:
            for chat, number in ((letter.asker.chat, message_id), (answered_to(letter.asker), 0)):
                conversation.keep_context(
                    connection,
                    chat=chat,
                    message_id=number,
                    command=letter.reply.command,
                    args=args,
                    now=self._desk.moment(),
                )

    def _in_bot_db(self, work: Callable[..., _T]) -> _T:
        with self._desk.home.bot() as connection:
            return work(connection)


def _needs_admin(name: str) -> bool:
    return any(command.name == name and command.role == "admin" for command in commands())


def _copies(reply: Reply) -> tuple[tuple[str, str], ...]:
    """Labels, and the texts that a press copies."""
    return tuple(
        (_("Copy {label}").format(label=each.label)[:64], each.text)
        for each in reply.passages
        if 0 < utf16(each.text) <= MOST_COPIED
    )


def _answered(answers: int | None) -> ReplyParameters | None:
    """In a group, which message this answers; it may have been deleted meanwhile."""
    return None if answers is None else ReplyParameters(answers, allow_sending_without_reply=True)


def _keyboard(part: Part) -> InlineKeyboardMarkup | None:
    keys = [InlineKeyboardButton(label, copy_text=CopyTextButton(text)) for label, text in part.copies]
    keys += [InlineKeyboardButton(label, callback_data=token) for label, token in part.buttons]
    return InlineKeyboardMarkup(_in_rows(keys)) if keys else None


def _in_rows(keys: Sequence[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    return [list(keys[start : start + BUTTONS_A_ROW]) for start in range(0, len(keys), BUTTONS_A_ROW)]
