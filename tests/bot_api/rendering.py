"""Messages, chats and members as the Bot API writes them in JSON."""

from __future__ import annotations

from tests.bot_api.chats import Chat, Message, StoredFile, User
from tests.bot_api.entities import with_found

ADMIN_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")

JSON = dict[str, object]


def chat_json(chat: Chat) -> JSON:
    """A Chat."""
    record: JSON = {"id": chat.id, "type": chat.type}
    if chat.person:
        record["first_name"] = chat.person.first_name
        if chat.person.username:
            record["username"] = chat.person.username
    if chat.title is not None:
        record["title"] = chat.title
    if chat.username:
        record["username"] = chat.username
    if chat.forum:
        record["is_forum"] = True
    return record


def full_chat_json(chat: Chat) -> JSON:
    """A ChatFullInfo."""
    gifts = dict.fromkeys(GIFTS, False)
    return chat_json(chat) | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def member_json(user: User, status: str) -> JSON:
    """A ChatMember of that status."""
    record: JSON = {"user": user.as_json(), "status": status}
    if status == "creator":
        record["is_anonymous"] = False
    elif status == "administrator":
        record |= dict.fromkeys(ADMIN_RIGHTS, False) | {"can_manage_chat": True}
    elif status == "kicked":
        record["until_date"] = 0
    return record


def message_json(message: Message, with_reply: bool = True) -> JSON:
    """A Message; what it replies to carries no further reply."""
    record: JSON = {
        "message_id": message.message_id,
        "date": message.date,
        "chat": chat_json(message.chat),
        **message.extra,
    }
    if message.sender is None:
        record["sender_chat"] = chat_json(message.chat)
    else:
        record["from"] = message.sender.as_json()
    if message.thread_id is not None:
        record |= {"message_thread_id": message.thread_id, "is_topic_message": True}
    answered = message.reply_to or _opening(message)
    if answered is not None and with_reply:
        record["reply_to_message"] = message_json(answered, with_reply=False)
    if message.edits:
        record["edit_date"] = message.date
    return record | _content_json(message)


def _opening(message: Message) -> Message | None:
    """What a message in a topic replies to where it replies to nothing: the message that began the topic."""
    topic = message.chat.topics.get(message.thread_id or 0)
    return topic.opening if topic and topic.opening is not message else None


def _content_json(message: Message) -> JSON:
    record: JSON = {}
    formatted = message.content.formatted
    if message.file is not None:
        record |= file_json(message.file)
    if formatted.text:
        names = ("caption", "caption_entities") if message.file else ("text", "entities")
        record[names[0]] = formatted.text
        if entities := with_found(formatted):
            record[names[1]] = [entity.as_json() for entity in entities]
    if keyboard := message.content.keyboard.as_json():
        record["reply_markup"] = keyboard
    if message.media_group_id:
        record["media_group_id"] = message.media_group_id
    return record


def file_json(file: StoredFile) -> JSON:
    """The field of a message that carries the file."""
    record = stored_json(file)
    if file.kind == "photo":
        return {"photo": [record | {"width": file.width, "height": file.height}]}
    if file.kind == "sticker":
        details: JSON = {"width": 512, "height": 512, "type": "regular", "emoji": "👍"}
        return {"sticker": record | details | {"is_animated": False, "is_video": False}}
    if file.kind == "voice":
        return {"voice": record | {"duration": 3, "mime_type": file.mime}}
    return {file.kind: record | {"file_name": file.name, "mime_type": file.mime}}


def stored_json(file: StoredFile) -> JSON:
    """What every kind of file has."""
    return {"file_id": file.file_id, "file_unique_id": "u" + file.file_id, "file_size": len(file.data)}


def accessible_json(message: Message) -> JSON:
    """A MaybeInaccessibleMessage: of a deleted message only its place is left."""
    if message.deleted:
        return {"message_id": message.message_id, "date": 0, "chat": chat_json(message.chat)}
    return message_json(message)
