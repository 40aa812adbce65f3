"""The methods that are answered at once; the waiting ones are in delivery."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.bot_api import files, sending, settings
from tests.bot_api.parameters import Parameters
from tests.bot_api.world import World

Method = Callable[[World, Parameters], object]

# Names are not case-sensitive.
METHODS: Mapping[str, Method] = {
    name.lower(): method
    for name, method in {
        "getMe": settings.get_me,
        "logOut": settings.log_out_or_close,
        "close": settings.log_out_or_close,
        "setMyCommands": settings.set_my_commands,
        "getMyCommands": settings.get_my_commands,
        "deleteMyCommands": settings.delete_my_commands,
        "getChat": settings.get_chat,
        "getChatMember": settings.get_chat_member,
        "leaveChat": settings.leave_chat,
        "sendMessage": sending.send_message,
        "editMessageText": sending.edit_message_text,
        "editMessageCaption": sending.edit_message_caption,
        "editMessageReplyMarkup": sending.edit_message_reply_markup,
        "deleteMessage": sending.delete_message,
        "answerCallbackQuery": sending.answer_callback_query,
        "sendChatAction": sending.send_chat_action,
        "setMessageReaction": sending.set_message_reaction,
        "sendDocument": files.send_document,
        "sendPhoto": files.send_photo,
        "sendMediaGroup": files.send_media_group,
        "getFile": files.get_file,
    }.items()
}
