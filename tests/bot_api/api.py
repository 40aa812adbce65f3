"""The Bot API server as a test holds it: its people and chats, what the bot did, and what goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Self

from tests.bot_api import people
from tests.bot_api.chats import WAIT_SECONDS, Chat, Message, Topic, User
from tests.bot_api.faults import Failure, Pace
from tests.bot_api.people import Person
from tests.bot_api.server import Server
from tests.bot_api.world import Call, World

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
BOT = User(123456789, "Opsbot", True, "opsbot_test_bot")
# Ids from here down are supergroups and channels.
SUPERGROUPS = -1_000_000_000_000


class BotApi:
    """A strict Bot API server on loopback, running between `with BotApi() as api:` and its end.

    By default bots do not read all that is said in groups (`privacy_mode`), nobody is refused for haste, and
    nothing fails.
    """

    def __init__(self, token: str = TOKEN, bot: User = BOT) -> None:
        self.token = token
        self.bot = bot
        self._world = World(token, bot)
        self._server = Server(self._world)
        self._founder = Person(self._world, 777000, "Telegram")

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    @property
    def root(self) -> str:
        """The address without `/bot`."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def privacy_mode(self) -> bool:
        """Whether the bot hears in groups only commands, its name and replies to it."""
        return self._world.privacy_mode

    @privacy_mode.setter
    def privacy_mode(self, on: bool) -> None:
        self._world.privacy_mode = on

    # People and chats

    def person(
        self,
        person_id: int,
        first_name: str = "Ann",
        language_code: str | None = "en",
        username: str | None = None,
        started: bool = True,
    ) -> Person:
        """Someone new; `started` says whether they wrote to the bot before, so that it may write to them."""
        person = Person(self._world, person_id, first_name, username, language_code, started)
        with self._world.lock:
            self._world.people[person_id] = person
            self._world.chats[person_id] = person.private
        return person

    def group(self, group_id: int, title: str = "Shop", forum: bool = False) -> Chat:
        """A group with the bot in it: a supergroup where the id begins with -100."""
        if group_id >= 0 or (forum and group_id > SUPERGROUPS):
            raise ValueError(f"{group_id} is no id of a {'forum' if forum else 'group'}")
        kind = "supergroup" if group_id <= SUPERGROUPS else "group"
        return self._add(Chat(self._world, group_id, kind, title, forum=forum))

    def channel(self, channel_id: int, title: str = "News", username: str | None = None) -> Chat:
        """A channel with the bot as administrator."""
        return self._add(
            Chat(self._world, channel_id, "channel", title, username, bot_status="administrator")
        )

    def topic(self, chat: Chat, thread_id: int, name: str) -> Topic:
        """A topic of a forum, there since before the bot came; the general one is none."""
        if not chat.forum or thread_id <= 1:
            raise ValueError(f"{chat.name} can have no topic {thread_id}")
        with self._world.lock:
            topic = Topic(thread_id, name, people.opening_of(chat, thread_id, name, self._founder.user))
            chat.topics[thread_id] = topic
        return topic

    def upgrade_group(self, group: Chat) -> Chat:
        """Make a basic group a supergroup, which it returns; the old id is refused from now on."""
        supergroup = self.group(SUPERGROUPS + group.id, group.title or "")
        people.upgrade(group, self._founder.user, supergroup)
        return supergroup

    def revoke_token(self) -> None:
        """Know the token no more, as when its owner asks @BotFather for another one."""
        self._world.token = "0:revoked"

    def kick_bot(self, chat: Chat) -> None:
        """Throw the bot out of a group."""
        self._world.bot_becomes(chat, "kicked", self._founder.user)

    def channel_post(self, chat: Chat, text: str) -> Message:
        """Write in the name of a channel."""
        return people.channel_post(chat, text)

    def raw_update(self, update: Mapping[str, object]) -> None:
        """Send the bot this, whatever it is; it gets an update_id where it has none."""
        with self._world.lock:
            self._world.updates.add_raw(dict(update))

    def _add(self, chat: Chat) -> Chat:
        with self._world.lock:
            self._world.chats[chat.id] = chat
        return chat

    # What the bot did

    @property
    def calls(self) -> list[Call]:
        """All finished requests, getUpdates included."""
        with self._world.lock:
            return list(self._world.calls)

    def calls_of(self, method: str, chat: Chat | None = None) -> list[Call]:
        """The finished requests of one method (to one chat)."""
        return [
            call
            for call in self.calls
            if call.method.lower() == method.lower() and (chat is None or call.chat_id == chat.id)
        ]

    def messages(self, chat: Chat | None = None) -> list[Message]:
        """What the bot wrote (to that chat) and did not delete."""
        with self._world.lock:
            chats = [chat] if chat else list(self._world.chats.values())
            return sorted((one for each in chats for one in each.from_bot), key=lambda one: one.at)

    def menu(self, scope: Mapping[str, object] | None = None, language_code: str = "") -> dict[str, str]:
        """Descriptions by command, as set for exactly this scope and language."""
        commands = self._world.menu(dict(scope or {}), language_code)
        return {str(one["command"]): str(one["description"]) for one in commands}

    @property
    def unconfirmed(self) -> Sequence[Mapping[str, object]]:
        """The updates that the bot has not confirmed yet."""
        with self._world.lock:
            return list(self._world.updates.pending)

    @property
    def polled(self) -> bool:
        """Whether the bot is waiting for updates."""
        return self._server.delivery.polling

    def wait_for(
        self, condition: Callable[[], object], timeout: float = WAIT_SECONDS, about: str = "the condition"
    ) -> None:
        """Return when the condition holds; NotSeenError with all conversations after `timeout` seconds."""
        self._world.wait_for(condition, timeout, about)

    def transcript(self, chat: Chat | None = None) -> str:
        """The conversation of a chat, or of all, as text."""
        chats = [chat] if chat else list(self._world.chats.values())
        return "\n\n".join(one.transcript() for one in chats if one.log or chat)

    # What goes wrong

    def pace(
        self, per_chat_per_second: int = 1, overall: int = 30, per_group_per_minute: int | None = None
    ) -> None:
        """Refuse with 429 whoever writes or edits faster."""
        self._server.pace = Pace(per_chat_per_second, overall, per_group_per_minute)

    def fail_next(self, method: str, failure: Failure, times: int = 1, chat: Chat | None = None) -> None:
        """Let the next requests of the method (to that chat) fail; "download" is the method of files."""
        with self._world.lock:
            self._server.faults.script(method, failure, times, chat.id if chat else None)

    def faults(
        self, seed: int = 1, rates: Mapping[str, float] | None = None, methods: Collection[str] | None = None
    ) -> None:
        """Let requests fail by chance from now on; without rates, no more.

        `rates` are chances by kind of failure; without `methods`, all that write, answer or delete may fail.
        """
        with self._world.lock:
            self._server.faults.mix(seed, rates or {}, methods)

    @property
    def injected(self) -> Counter[str]:
        """How many failures of each kind there were."""
        with self._world.lock:
            return Counter(self._server.faults.injected)

    @property
    def cut_after_acceptance(self) -> list[int]:
        """The ids of messages that arrived although the bot never heard so."""
        with self._world.lock:
            return list(self._server.cut_after_acceptance)
