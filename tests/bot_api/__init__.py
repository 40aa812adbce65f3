"""A strict Bot API server on loopback for the tests, with people who write to the bot."""

from tests.bot_api.api import BotApi
from tests.bot_api.chats import Chat, Message, Topic
from tests.bot_api.errors import NotSeenError
from tests.bot_api.faults import Failure
from tests.bot_api.people import CallbackQuery, Person

__all__ = ["BotApi", "CallbackQuery", "Chat", "Failure", "Message", "NotSeenError", "Person", "Topic"]
