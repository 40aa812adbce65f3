"""Where a bot may write, and the methods with which it writes, edits and deletes text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram.constants import ChatAction, ReactionEmoji

from tests.bot_api import keyboards, limits
from tests.bot_api.chats import Chat, Content, Message
from tests.bot_api.entities import Formatted, utf16_length
from tests.bot_api.errors import RefusedError, bad_request, forbidden
from tests.bot_api.keyboards import Keyboard
from tests.bot_api.parameters import Parameters
from tests.bot_api.people import Answer
from tests.bot_api.rendering import JSON, message_json
from tests.bot_api.world import World, shown

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
USERNAME = re.compile(r"@\w+")


@dataclass(frozen=True)
class Destination:
    """Where a message goes."""

    chat: Chat
    thread_id: int | None
    reply_to: Message | None


def chat_of(world: World, parameters: Parameters) -> Chat:
    """The chat that a request names; RefusedError where the bot cannot reach it."""
    named = parameters.text("chat_id")
    if not named:
        raise bad_request("chat_id is empty")
    chat = _found(world, named)
    if chat is None or (chat.person and not chat.person.started):
        raise bad_request("chat not found")
    if chat.migrated_to:
        raise RefusedError(
            400,
            "group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": chat.migrated_to.id},
        )
    _check_welcome(chat)
    return chat


def _found(world: World, named: str) -> Chat | None:
    if USERNAME.fullmatch(named):
        # A person's name is no address for a bot.
        names = {f"@{chat.username}": chat for chat in world.chats.values() if chat.username}
        return names.get(named)
    try:
        return world.chats.get(int(named))
    except ValueError:
        return None


def _check_welcome(chat: Chat) -> None:
    if chat.person and chat.person.deactivated:
        raise forbidden("user is deactivated")
    if chat.bot_status == "kicked":
        raise forbidden(
            "bot was blocked by the user" if chat.person else f"bot was kicked from the {chat.kind}"
        )
    if chat.bot_status == "left":
        raise forbidden(f"bot is not a member of the {chat.kind}")


def destination(world: World, parameters: Parameters) -> Destination:
    """Chat, topic and message to reply to; RefusedError where one of them does not exist."""
    chat = chat_of(world, parameters)
    if not chat.bot_may_write:
        raise bad_request("not enough rights to send text messages to the chat")
    thread_id = parameters.integer("message_thread_id")
    topic = world.topic(chat, thread_id)
    if thread_id and topic is None:
        # The general topic too is no thread: its id 1 is refused.
        raise bad_request("message thread not found")
    if topic is not None and topic.closed:
        raise bad_request("TOPIC_CLOSED")
    return Destination(chat, topic.id if topic else None, _answered(world, chat, parameters))


def _answered(world: World, chat: Chat, parameters: Parameters) -> Message | None:
    record = parameters.record("reply_parameters") or {}
    number = record.get("message_id", parameters.integer("reply_to_message_id"))
    if not number:
        return None
    place = _found(world, str(record["chat_id"])) if "chat_id" in record else chat
    message = place.history.get(number) if place and isinstance(number, int) else None
    if message is not None and not message.deleted:
        return message
    if record.get("allow_sending_without_reply") or parameters.flag("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def send_message(world: World, parameters: Parameters) -> JSON:
    """sendMessage."""
    place = destination(world, parameters)
    content = Content(limits.message_text(parameters), parameters.text("text"), keyboards.read(parameters))
    message = world.post(
        place.chat,
        world.bot,
        content,
        thread_id=place.thread_id,
        reply_to=place.reply_to,
        silent=parameters.flag("disable_notification"),
    )
    return message_json(message)


def own_message(world: World, parameters: Parameters, purpose: str) -> Message:
    """The bot's message that a request names, or RefusedError saying that there is none to edit or delete."""
    message = any_message(world, parameters, purpose)
    if message.sender != world.bot:
        raise bad_request("message can't be edited")
    return message


def any_message(world: World, parameters: Parameters, purpose: str) -> Message:
    """The message that a request names, whoever wrote it."""
    chat = chat_of(world, parameters)
    number = parameters.integer("message_id")
    if not number:
        raise bad_request("message identifier is not specified")
    message = chat.history.get(number)
    if message is None or message.deleted:
        raise bad_request(f"message to {purpose} not found")
    return message


def _edited(world: World, message: Message, formatted: Formatted, source: str, keyboard: Keyboard) -> JSON:
    now = message.content
    if (now.formatted, now.keyboard) == (formatted, keyboard):
        raise bad_request(NOT_MODIFIED)
    if keyboard.other is not None:
        raise bad_request("inline keyboard expected")
    message.edit(Content(formatted, source, keyboard))
    message.chat.note(f"BOT edits #{message.message_id}: {shown(message)}")
    world.changed()
    return message_json(message)


def edit_message_text(world: World, parameters: Parameters) -> JSON:
    """editMessageText."""
    message = own_message(world, parameters, "edit")
    if message.file is not None:
        raise bad_request("there is no text in the message to edit")
    formatted = limits.message_text(parameters)
    return _edited(world, message, formatted, parameters.text("text"), keyboards.read(parameters))


def edit_message_caption(world: World, parameters: Parameters) -> JSON:
    """editMessageCaption."""
    message = own_message(world, parameters, "edit")
    if message.file is None:
        raise bad_request("there is no caption in the message to edit")
    formatted = limits.caption(parameters)
    return _edited(world, message, formatted, parameters.text("caption"), keyboards.read(parameters))


def edit_message_reply_markup(world: World, parameters: Parameters) -> JSON:
    """editMessageReplyMarkup."""
    message = own_message(world, parameters, "edit")
    now = message.content
    return _edited(world, message, now.formatted, now.source, keyboards.read(parameters))


def delete_message(world: World, parameters: Parameters) -> bool:
    """deleteMessage."""
    message = any_message(world, parameters, "delete")
    chat = message.chat
    if message.sender != world.bot and chat.type != "private" and chat.bot_status != "administrator":
        raise bad_request("message can't be deleted")
    message.deleted = True
    chat.note(f"BOT deletes #{message.message_id}")
    world.changed()
    return True


def answer_callback_query(world: World, parameters: Parameters) -> bool:
    """answerCallbackQuery; a query can be answered once."""
    query = world.queries.get(parameters.text("callback_query_id"))
    if query is None or query.too_old or query.answer is not None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = parameters.text("text")
    if utf16_length(text) > limits.CALLBACK_ANSWER_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answer = Answer(text, parameters.flag("show_alert"), parameters.text("url"))
    if text:
        query.message.chat.note(f"BOT to {query.person.first_name}, over the button: {text}")
    world.changed()
    return True


def send_chat_action(world: World, parameters: Parameters) -> bool:
    """sendChatAction."""
    destination(world, parameters)
    if parameters.text("action") not in set(ChatAction):
        raise bad_request("wrong parameter action in request")
    return True


def set_message_reaction(world: World, parameters: Parameters) -> bool:
    """setMessageReaction: a bot may give one emoji of the list."""
    message = any_message(world, parameters, "react")
    reactions = parameters.records("reaction")
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    emoji = tuple(str(one.get("emoji")) for one in reactions)
    if not set(emoji) <= set(ReactionEmoji):
        raise bad_request("REACTION_INVALID")
    message.reactions = emoji
    message.chat.note(f"BOT reacts to #{message.message_id}: {' '.join(emoji) or 'nothing'}")
    world.changed()
    return True
