"""Chats, the messages in them, and a test's view of what the bot wrote there."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.bot_api.entities import Entity, Formatted
from tests.bot_api.keyboards import Button, Keyboard

if TYPE_CHECKING:
    from tests.bot_api.people import Person
    from tests.bot_api.world import World

WAIT_SECONDS = 10.0


@dataclass(frozen=True)
class User:
    """Who writes, as the Bot API shows them."""

    id: int
    first_name: str
    is_bot: bool = False
    username: str | None = None
    language_code: str | None = None

    def as_json(self) -> dict[str, object]:
        """A User of the Bot API."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class StoredFile:
    """A file that was sent: `kind` is the field that a message carries it in."""

    file_id: str
    kind: str
    name: str | None
    data: bytes = field(repr=False)
    mime: str
    path: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Content:
    """What can be seen of a message at one moment; an edit puts another one in its place."""

    formatted: Formatted = field(default_factory=Formatted)
    source: str = ""
    keyboard: Keyboard = field(default_factory=Keyboard)


@dataclass(frozen=True)
class Edit:
    """What a message said before it was edited at `at` (monotonic seconds)."""

    at: float
    before: Content


@dataclass(eq=False)
class Message:
    """A message; it is live: an edit or deletion shows in it at once."""

    message_id: int
    chat: Chat
    sender: User | None
    content: Content
    thread_id: int | None = None
    reply_to: Message | None = None
    file: StoredFile | None = None
    silent: bool = False
    media_group_id: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    at: float = field(default_factory=time.monotonic)
    date: int = field(default_factory=lambda: int(time.time()))
    edits: list[Edit] = field(default_factory=list)
    reactions: tuple[str, ...] = ()
    deleted: bool = False

    @property
    def chat_id(self) -> int:
        """The chat's id."""
        return self.chat.id

    @property
    def text(self) -> str:
        """The plain text; "" for a file, whose words are its caption."""
        return "" if self.file else self.content.formatted.text

    @property
    def caption(self) -> str:
        """The plain caption of a file."""
        return self.content.formatted.text if self.file else ""

    @property
    def html(self) -> str:
        """The text or caption as it was sent, with its markup."""
        return self.content.source

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The formatting of the text or caption, without what a server finds by itself."""
        return self.content.formatted.entities

    @property
    def keyboard(self) -> tuple[tuple[Button, ...], ...]:
        """The rows of inline buttons."""
        return self.content.keyboard.rows

    @property
    def labels(self) -> list[str]:
        """The labels of all inline buttons, row by row."""
        return [button.label for button in self.content.keyboard.buttons]

    @property
    def document(self) -> StoredFile | None:
        """The document, if it carries one."""
        return self.file if self.file and self.file.kind == "document" else None

    @property
    def photo(self) -> StoredFile | None:
        """The photo, if it carries one."""
        return self.file if self.file and self.file.kind == "photo" else None

    def edit(self, content: Content) -> None:
        """Put other content in its place."""
        self.edits.append(Edit(time.monotonic(), self.content))
        self.content = content


@dataclass(eq=False)
class Topic:
    """A topic of a forum; `id` is its message_thread_id."""

    id: int
    name: str
    opening: Message
    closed: bool = False


@dataclass(eq=False)
class Chat:
    """A private chat, group, supergroup or channel, with all messages in it."""

    world: World = field(repr=False)
    id: int
    type: str
    title: str | None = None
    username: str | None = None
    forum: bool = False
    person: Person | None = field(default=None, repr=False)
    topics: dict[int, Topic] = field(default_factory=dict, repr=False)
    members: dict[int, str] = field(default_factory=dict)
    history: dict[int, Message] = field(default_factory=dict, repr=False)
    log: list[str] = field(default_factory=list, repr=False)
    bot_status: str = "member"
    bot_may_write: bool = True
    migrated_to: Chat | None = None
    _seen: set[int] = field(default_factory=set, repr=False)

    @property
    def name(self) -> str:
        """What a transcript calls it."""
        return self.title or (self.person.first_name if self.person else str(self.id))

    @property
    def kind(self) -> str:
        """Its type in the words of the server's errors."""
        return f"{self.type} chat"

    @property
    def from_bot(self) -> list[Message]:
        """The bot's messages that were not deleted, oldest first."""
        bot_id = self.world.bot.id
        with self.world.lock:
            return [
                message
                for message in self.history.values()
                if message.sender and message.sender.id == bot_id and not message.deleted
            ]

    def next_message(self, timeout: float = WAIT_SECONDS, thread: Topic | int | None = None) -> Message:
        """The bot's next message here (in that topic) that no earlier call returned.

        Waits up to `timeout` seconds, then raises NotSeenError, which shows the conversation.
        """
        thread_id = thread.id if isinstance(thread, Topic) else thread
        found: list[Message] = []

        def arrived() -> bool:
            found[:] = [
                message
                for message in self.from_bot
                if message.message_id not in self._seen and thread_id in {None, message.thread_id}
            ]
            return bool(found)

        self.world.wait_for(arrived, timeout, about=f"a message of the bot to {self.name}", chat=self)
        self._seen.add(found[0].message_id)
        return found[0]

    def skip(self) -> None:
        """Let `next_message` begin after what the bot wrote until now."""
        self._seen.update(message.message_id for message in self.from_bot)

    def transcript(self) -> str:
        """The conversation as text, a line for everything that happened."""
        with self.world.lock:
            return "\n".join([f"--- {self.name} ({self.type}, {self.id}) ---", *self.log])

    def note(self, line: str) -> None:
        """Add a line to the transcript."""
        moment = time.time()
        clock = time.strftime("%H:%M:%S", time.localtime(moment)) + f".{int(moment % 1 * 1000):03d}"
        self.log.append(f"{clock} " + line.replace("\n", "\n" + " " * 15))
