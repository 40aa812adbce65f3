"""The methods about the bot itself, its menus of commands, and the chats it is in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.bot_api import limits
from tests.bot_api.errors import bad_request
from tests.bot_api.parameters import Parameters
from tests.bot_api.rendering import JSON, full_chat_json, member_json
from tests.bot_api.sending import chat_of
from tests.bot_api.world import World, scope_key

LANGUAGE_CODE = re.compile(r"[a-z]{2}|")
# What each scope of a menu has to name.
SCOPES = {
    "default": set[str](),
    "all_private_chats": set[str](),
    "all_group_chats": set[str](),
    "all_chat_administrators": set[str](),
    "chat": {"chat_id"},
    "chat_administrators": {"chat_id"},
    "chat_member": {"chat_id", "user_id"},
}


def get_me(world: World, parameters: Parameters) -> JSON:
    """getMe."""
    return world.bot.as_json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy_mode,
        "supports_inline_queries": False,
    }


def set_my_commands(world: World, parameters: Parameters) -> bool:
    """setMyCommands."""
    commands = parameters.records("commands")
    limits.check_commands(commands)
    world.commands[_menu_key(world, parameters)] = commands
    world.changed()
    return True


def get_my_commands(world: World, parameters: Parameters) -> list[Mapping[str, object]]:
    """getMyCommands: of exactly this scope and language."""
    return world.commands.get(_menu_key(world, parameters), [])


def delete_my_commands(world: World, parameters: Parameters) -> bool:
    """deleteMyCommands."""
    world.commands.pop(_menu_key(world, parameters), None)
    world.changed()
    return True


def _menu_key(world: World, parameters: Parameters) -> tuple[str, str]:
    language_code = parameters.text("language_code")
    if not LANGUAGE_CODE.fullmatch(language_code):
        raise bad_request("invalid language code specified")
    scope = parameters.record("scope") or {"type": "default"}
    needed = SCOPES.get(str(scope.get("type")))
    if needed is None:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if not needed <= set(scope):
        raise bad_request("can't parse BotCommandScope: identifiers are missing")
    if "chat_id" in needed:
        chat_of(world, Parameters({"chat_id": str(scope["chat_id"])}))
    return scope_key(scope), language_code


def get_chat(world: World, parameters: Parameters) -> JSON:
    """getChat."""
    return full_chat_json(chat_of(world, parameters))


def get_chat_member(world: World, parameters: Parameters) -> JSON:
    """getChatMember: "left" for a person who is known but not in the chat."""
    chat = chat_of(world, parameters)
    user_id = parameters.integer("user_id")
    if user_id == world.bot.id:
        return member_json(world.bot, chat.bot_status)
    person = world.people.get(user_id or 0)
    if person is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    if chat.person is not None:
        return member_json(person.user, "member")
    return member_json(person.user, chat.members.get(person.id, "left"))


def leave_chat(world: World, parameters: Parameters) -> bool:
    """leaveChat."""
    chat = chat_of(world, parameters)
    if chat.person is not None:
        raise bad_request("chat member status can't be changed in private chats")
    world.bot_becomes(chat, "left", world.bot)
    return True


def log_out_or_close(world: World, parameters: Parameters) -> bool:
    """logOut and close."""
    return True
