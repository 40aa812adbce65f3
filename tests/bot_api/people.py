"""People who write to the bot, press its buttons and send it files."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from PIL import Image

from tests.bot_api.chats import WAIT_SECONDS, Chat, Content, Message, StoredFile, Topic, User
from tests.bot_api.entities import Formatted
from tests.bot_api.keyboards import Button
from tests.bot_api.rendering import accessible_json, message_json
from tests.bot_api.world import World


@dataclass(frozen=True)
class Answer:
    """What the bot says over a pressed button."""

    text: str
    is_alert: bool
    url: str


@dataclass(eq=False)
class CallbackQuery:
    """A pressed button."""

    world: World = field(repr=False)
    id: str
    person: Person
    message: Message
    data: str
    answer: Answer | None = None
    too_old: bool = False

    def wait_for_answer(self, timeout: float = WAIT_SECONDS) -> Answer:
        """What the bot answers; NotSeenError where it does not within `timeout` seconds."""
        about = f"an answer to the button {self.data!r}"
        self.world.wait_for(lambda: self.answer, timeout, about, self.message.chat)
        assert self.answer is not None
        return self.answer

    def expire(self) -> None:
        """Let so much time pass that it cannot be answered any more."""
        self.too_old = True


@dataclass(eq=False)
class Person:
    """Someone with a Telegram account; chats are their private one unless one is given."""

    world: World = field(repr=False)
    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None
    started: bool = True
    deactivated: bool = False
    private: Chat = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.private = Chat(self.world, self.id, "private", person=self)

    @property
    def user(self) -> User:
        """The account as the Bot API shows it."""
        return User(self.id, self.first_name, False, self.username, self.language_code)

    def says(
        self,
        text: str,
        chat: Chat | None = None,
        thread: Topic | int | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """Write a text; in a forum `thread` is the topic, and none is the general one."""
        return self._send(chat, Content(Formatted(text), text), thread, reply_to)

    def edits(self, message: Message, text: str) -> None:
        """Change the words of an own message."""
        with self.world.lock:
            message.edit(replace(message.content, formatted=Formatted(text), source=text))
            message.chat.note(f"{self.first_name} edits #{message.message_id}: {text}")
            self.world.hear(message, "edited_message")

    def presses(self, message: Message, button: str | int) -> CallbackQuery:
        """Press the button of that label, or of that place counted from 0 row by row."""
        chosen = _button(message, button)
        if message.deleted or chosen.data is None:
            raise ValueError(f"pressing {button!r} sends nothing: the message is gone, or it is a link")
        message.chat.note(f"{self.first_name} presses [{chosen.label}] of #{message.message_id}")
        return self._press(message, chosen.data)

    def presses_data(self, message: Message, data: str) -> CallbackQuery:
        """Send this callback data as if a button of the message had it; the message may be gone."""
        message.chat.note(f"{self.first_name} forges a button of #{message.message_id}: {data!r}")
        return self._press(message, data)

    def sends_document(
        self,
        name: str,
        data: bytes,
        caption: str = "",
        mime: str = "application/octet-stream",
        chat: Chat | None = None,
        thread: Topic | int | None = None,
    ) -> Message:
        """Send a file."""
        file = self.world.store("document", name, data, mime)
        return self._send(chat, Content(Formatted(caption), caption), thread, file=file)

    def sends_photo(self, data: bytes | None = None, caption: str = "", chat: Chat | None = None) -> Message:
        """Send a picture; without data, a small grey one."""
        if data is None:
            grey = io.BytesIO()
            Image.new("L", (32, 32), 128).save(grey, "JPEG")
            data = grey.getvalue()
        with Image.open(io.BytesIO(data)) as image:
            file = self.world.store("photo", "photo.jpg", data, "image/jpeg", image.size)
        return self._send(chat, Content(Formatted(caption), caption), file=file)

    def sends_sticker(self, chat: Chat | None = None) -> Message:
        """Send a sticker."""
        return self._send(chat, file=self.world.store("sticker", "sticker.webp", b"RIFF", "image/webp"))

    def sends_voice(self, chat: Chat | None = None) -> Message:
        """Send a voice message of three seconds."""
        return self._send(chat, file=self.world.store("voice", "voice.ogg", b"OggS", "audio/ogg"))

    def forwards(self, message: Message, chat: Chat | None = None) -> Message:
        """Forward a message; a bot's loses nothing but its author."""
        if message.sender is None:
            raise ValueError("only messages of people and bots can be forwarded")
        origin = {"type": "user", "date": message.date, "sender_user": message.sender.as_json()}
        return self._send(chat, message.content, file=message.file, extra={"forward_origin": origin})

    def blocks_bot(self) -> None:
        """Stop the bot from writing to the private chat."""
        self.world.bot_becomes(self.private, "kicked", self.user)

    def unblocks_bot(self) -> None:
        """Let the bot write again."""
        self.world.bot_becomes(self.private, "member", self.user)

    def joins(self, chat: Chat, status: str = "member") -> None:
        """Be in a group with that status (creator, administrator, member …); the bot is not told."""
        chat.members[self.id] = status

    def _send(
        self,
        chat: Chat | None,
        content: Content | None = None,
        thread: Topic | int | None = None,
        reply_to: Message | None = None,
        file: StoredFile | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> Message:
        chat = chat or self.private
        thread_id = thread.id if isinstance(thread, Topic) else thread
        if thread_id is not None and thread_id not in chat.topics:
            raise ValueError(f"{chat.name} has no topic {thread_id}")
        if chat is self.private and chat.bot_status == "kicked":
            raise ValueError(f"{self.first_name} has blocked the bot and cannot write to it")
        with self.world.lock:
            if chat is self.private:
                self.started = True
            chat.members.setdefault(self.id, "member")
            message = self.world.post(
                chat,
                self.user,
                content or Content(),
                thread_id=thread_id,
                reply_to=reply_to,
                file=file,
                extra=extra,
            )
            self.world.hear(message)
        return message

    def _press(self, message: Message, data: str) -> CallbackQuery:
        with self.world.lock:
            query = CallbackQuery(self.world, self.world.new_id(), self, message, data)
            self.world.queries[query.id] = query
            self.world.updates.add(
                "callback_query",
                {
                    "id": query.id,
                    "from": self.user.as_json(),
                    "message": accessible_json(message),
                    "chat_instance": str(message.chat.id),
                    "data": data,
                },
            )
        return query


def channel_post(chat: Chat, text: str) -> Message:
    """Write in the name of a channel."""
    message = chat.world.post(chat, None, Content(Formatted(text), text))
    chat.world.hear(message, "channel_post")
    return message


def upgrade(group: Chat, by: User, supergroup: Chat) -> None:
    """Move a basic group into the supergroup; the bot is told in both."""
    world = group.world
    with world.lock:
        supergroup.members = dict(group.members)
        supergroup.bot_status = group.bot_status
        left = world.post(group, by, Content(), extra={"migrate_to_chat_id": supergroup.id})
        world.hear(left)
        arrived = world.post(supergroup, by, Content(), extra={"migrate_from_chat_id": group.id})
        world.hear(arrived)
        group.migrated_to = supergroup


def opening_of(chat: Chat, thread_id: int, name: str, by: User) -> Message:
    """The service message that began a topic; its id is the thread's."""
    extra = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
    message = Message(thread_id, chat, by, Content(), thread_id, extra=extra, date=int(time.time()))
    chat.history.setdefault(thread_id, message)
    return message


def _button(message: Message, wanted: str | int) -> Button:
    buttons = message.content.keyboard.buttons
    if isinstance(wanted, int):
        return buttons[wanted]
    fitting = [button for button in buttons if button.label == wanted]
    if not fitting:
        raise AssertionError(f"no button {wanted!r} among {message.labels} of {message_json(message)}")
    return fitting[0]
