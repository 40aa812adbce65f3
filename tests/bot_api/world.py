"""Everything the server knows: chats, people, messages, files, queries and commands, behind one lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from tests.bot_api.chats import Chat, Content, Message, StoredFile, Topic, User
from tests.bot_api.entities import found_in, part
from tests.bot_api.errors import NotSeenError
from tests.bot_api.rendering import JSON, chat_json, member_json, message_json
from tests.bot_api.updates import UpdateQueue

if TYPE_CHECKING:
    from tests.bot_api.people import CallbackQuery, Person

FOLDERS = {"document": "documents", "photo": "photos", "sticker": "stickers", "voice": "voice"}
# Conditions that look beyond the server are tried again this often.
LOOK_AGAIN_SECONDS = 0.05


@dataclass(frozen=True)
class Call:
    """One request of the bot.

    `at` is monotonic seconds at its arrival; `outcome` is "ok", the number of the error as text, or the kind
    of an injected failure.
    """

    method: str
    chat_id: int | None
    at: float
    outcome: str
    parameters: Mapping[str, str] = field(repr=False)


class World:
    """The state; every change of it holds `lock` and ends with `changed`."""

    def __init__(self, token: str, bot: User) -> None:
        self.token = token
        self.bot = bot
        self.lock = threading.RLock()
        self.chats: dict[int, Chat] = {}
        self.people: dict[int, Person] = {}
        self.files: dict[str, StoredFile] = {}
        self.queries: dict[str, CallbackQuery] = {}
        self.commands: dict[tuple[str, str], list[Mapping[str, object]]] = {}
        self.calls: list[Call] = []
        self.updates = UpdateQueue()
        self.privacy_mode = True
        self._condition = threading.Condition(self.lock)
        self._changes = 0
        self._ids = count(1)
        # Private chats and basic groups share one row of message ids; every supergroup has its own.
        self._shared_ids = count(1)
        self._own_ids: dict[int, count[int]] = {}

    def changed(self) -> None:
        """Wake those who wait."""
        with self.lock:
            self._changes += 1
            self._condition.notify_all()

    def wait_for(
        self, condition: Callable[[], object], timeout: float, about: str, chat: Chat | None = None
    ) -> None:
        """Return when the condition holds; NotSeenError with the conversation after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            seen = self._changes
            if condition():
                return
            left = deadline - time.monotonic()
            if left <= 0:
                break
            with self.lock:
                if self._changes == seen:
                    self._condition.wait(min(left, LOOK_AGAIN_SECONDS))
        shown = [chat] if chat else [one for one in self.chats.values() if one.log]
        raise NotSeenError("\n".join([f"not seen: {about}", *(one.transcript() for one in shown)]))

    def new_id(self) -> str:
        """An identifier that nothing else has."""
        return str(next(self._ids))

    def topic(self, chat: Chat, thread_id: int | None) -> Topic | None:
        """The topic of the chat with that thread id."""
        return None if thread_id is None else chat.topics.get(thread_id)

    def post(
        self,
        chat: Chat,
        sender: User | None,
        content: Content,
        *,
        thread_id: int | None = None,
        reply_to: Message | None = None,
        file: StoredFile | None = None,
        silent: bool = False,
        media_group_id: str | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> Message:
        """Put a message into the chat."""
        with self.lock:
            message = Message(
                self._next_message_id(chat),
                chat,
                sender,
                content,
                thread_id,
                reply_to,
                file,
                silent,
                media_group_id,
                extra or {},
            )
            chat.history[message.message_id] = message
            chat.note(f"{_name(message)} #{message.message_id}{_place(message)}: {shown(message)}")
            self.changed()
        return message

    def hear(self, message: Message, kind: str = "message") -> None:
        """Tell the bot of a message of someone else, unless its privacy mode keeps it from it."""
        with self.lock:
            if self._reads(message):
                self.updates.add(kind, message_json(message))
            else:
                message.chat.note("    (not delivered to the bot: privacy mode, or it is not a member)")

    def store(
        self, kind: str, name: str | None, data: bytes, mime: str, size: tuple[int, int] = (0, 0)
    ) -> StoredFile:
        """Keep a file; photos, stickers and voice messages lose their names."""
        with self.lock:
            number = self.new_id()
            ending = "" if not name or "." not in name else "." + name.rpartition(".")[2]
            path = f"{FOLDERS.get(kind, 'files')}/file_{number}{ending}"
            kept_name = name if kind == "document" else None
            file = StoredFile(f"{kind}-{number}", kind, kept_name, data, mime, path, *size)
            self.files[file.file_id] = file
        return file

    def bot_becomes(self, chat: Chat, status: str, by: User) -> None:
        """Change the bot's place in a chat and tell it."""
        with self.lock:
            before, chat.bot_status = chat.bot_status, status
            chat.note(f"the bot is now: {status}")
            self.updates.add(
                "my_chat_member",
                {
                    "chat": chat_json(chat),
                    "from": by.as_json(),
                    "date": int(time.time()),
                    "old_chat_member": member_json(self.bot, before),
                    "new_chat_member": member_json(self.bot, status),
                },
            )
            self.changed()

    def menu(self, scope: JSON, language_code: str = "") -> Sequence[Mapping[str, object]]:
        """The commands set for exactly this scope and language."""
        return self.commands.get((scope_key(scope), language_code), [])

    def _next_message_id(self, chat: Chat) -> int:
        if chat.type in {"private", "group"}:
            return next(self._shared_ids)
        ids = self._own_ids.setdefault(chat.id, count(1))
        # The messages that opened its topics have theirs already.
        return next(number for number in ids if number not in chat.history)

    def _reads(self, message: Message) -> bool:
        chat = message.chat
        if chat.bot_status in {"kicked", "left"}:
            return False
        if chat.type in {"private", "channel"} or not self.privacy_mode or chat.bot_status == "administrator":
            return True
        answered = message.reply_to.sender if message.reply_to else None
        return bool(message.extra) or answered == self.bot or self._named_in(message)

    def _named_in(self, message: Message) -> bool:
        text = message.content.formatted.text
        ours = f"@{self.bot.username}".lower()
        for entity in found_in(text):
            marked = part(text, entity).lower()
            if entity.type == "mention" and marked == ours:
                return True
            if entity.type == "bot_command" and ("@" not in marked or marked.endswith(ours)):
                return True
        return False


def scope_key(scope: Mapping[str, object] | None) -> str:
    """One text for a BotCommandScope; the default scope where there is none."""
    scope = scope or {"type": "default"}
    return ":".join(str(scope[name]) for name in ("type", "chat_id", "user_id") if name in scope)


def shown(message: Message) -> str:
    """A message as a transcript shows it: words, file, buttons."""
    lines = [message.content.formatted.text] if message.content.formatted.text else []
    if message.file:
        lines.insert(0, f"<{message.file.kind} {message.file.name or ''} {len(message.file.data)} bytes>")
    lines += [
        "    " + " ".join(f"[{button.label}]" for button in row) for row in message.content.keyboard.rows
    ]
    return "\n".join(lines) or f"<{', '.join(message.extra)}>"


def _name(message: Message) -> str:
    if message.sender is None:
        return message.chat.name
    return "BOT" if message.sender.is_bot else message.sender.first_name


def _place(message: Message) -> str:
    thread = f" in topic {message.thread_id}" if message.thread_id else ""
    return thread + (f" (to #{message.reply_to.message_id})" if message.reply_to else "")
