"""What an update is: who says what, where, in reply to what. Everything else of it is left out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import Message, MessageEntity, Update
from telegram.constants import ChatType

from bot.access import Place

_COMMAND = re.compile(r"/\w+(?:@(?P<name>\w+))?")
_WITHOUT_TEXT = (
    "voice",
    "video_note",
    "audio",
    "sticker",
    "photo",
    "video",
    "animation",
    "location",
    "contact",
)


@dataclass(frozen=True)
class Incoming:
    """A message from a person, as far as it matters here.

    `addressed` says whether it is meant for the bot: in a private chat everything is, in a group a command,
    a mention or a reply to the bot. `refers_to` is the message of ours that it replies to.
    """

    message: Message
    operator: str
    first_name: str
    place: Place
    thread: str
    text: str
    addressed: bool
    refers_to: int | None


def incoming(update: Update, bot_id: int, bot_name: str) -> Incoming | None:
    """The message of an update; None for what no person says to the bot: edits, channels, joins."""
    message = update.message
    if message is None or message.from_user is None or message.from_user.is_bot or message.sender_chat:
        return None
    private = message.chat.type == ChatType.PRIVATE
    if private and message.chat.id != message.from_user.id:
        return None
    refers_to = message.reply_to_message
    to_us = refers_to is not None and refers_to.from_user is not None and refers_to.from_user.id == bot_id
    text = (message.text or message.caption or "").replace("\x00", "")
    return Incoming(
        message=message,
        operator=str(message.from_user.id),
        first_name=message.from_user.first_name,
        place=Place(str(message.chat.id), private),
        thread=_thread(message),
        text=_without_mention(text, bot_name),
        addressed=_for_us(message, text, bot_name, private=private, to_us=to_us),
        refers_to=refers_to.message_id if refers_to is not None and to_us else None,
    )


def without_text(message: Message) -> str | None:
    """The kind of a message that nobody can read here: a voice message, a sticker, a photo."""
    return next((kind for kind in _WITHOUT_TEXT if getattr(message, kind)), None)


def _thread(message: Message) -> str:
    return str(message.message_thread_id) if message.is_topic_message and message.message_thread_id else ""


def _for_us(message: Message, text: str, bot_name: str, *, private: bool, to_us: bool) -> bool:
    command = _COMMAND.match(text)
    if command and command["name"] and command["name"].casefold() != bot_name.casefold():
        return False  # another bot's
    return private or to_us or command is not None or _mentions(message, text, bot_name)


def _mentions(message: Message, text: str, bot_name: str) -> bool:
    entities = {
        **message.parse_entities([MessageEntity.MENTION]),
        **message.parse_caption_entities([MessageEntity.MENTION]),
    }
    return any(mention.casefold() == f"@{bot_name}".casefold() for mention in entities.values())


def _without_mention(text: str, bot_name: str) -> str:
    return re.sub(rf"@{re.escape(bot_name)}\b", "", text, flags=re.IGNORECASE).strip()
