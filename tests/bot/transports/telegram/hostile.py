"""Messages and updates as nobody would wish for them, the same ones for the same seed."""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bot_api import BotApi, CallbackQuery, Chat, Message, Person

ANONYMOUS_ADMIN = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
TEXTS = (
    "",
    " ",
    "\x00",
    "churn risk for user \x00regular-0",
    "\u202eredro on secalp 0-raluger resu\u202c",
    "\u200f\u200e\u2066" * 50,
    "👩‍👩‍👧‍👦🏳️‍🌈" * 40,
    "e" + "\u0301" * 500,
    "half a character \ud83d",
    "\udc00churn risk for user \udc00",
    "<b>churn</b> <script>alert(1)</script>",
    "churn risk for user <b>&amp;</b>",
    "</pre><a href='tg://user?id=1'>&lt;",
    "{} {0} {user} {user.__class__} {incident}",
    "churn risk for user {operator}",
    "%s %n %(user)s %",
    "why is {question.asker} at risk",
    "'; DROP TABLE audit; --",
    'churn risk for user "; DELETE FROM operators',
    "profile of user ../../../etc/passwd",
    "&" * 4096,
    "churn risk for user " + "&" * 4000,
    "churn risk for user " + "9" * 4000,
    "用户" * 2000,
    "用户" + "的" * 500 + "流失风险",
    "a " * 2000,
    "who is at risk " * 200,
    "(" * 2000,
    "churn risk for user ９９９９",
    "churn risk for user −1e309",
    "risk of user ٤٢",
    "show users over 99999999999999999999999999 %",
    "top 999999999999999999999 at risk",
    "/",
    "//",
    "/risk",
    "/risk@OtherBot 42",
    "/risk@opsbot_test_bot",
    "/risk@opsbot_test_bot regular-0",
    "/" + "x" * 200,
    "/risk\n\n\n42",
    "@opsbot_test_bot",
    "@opsbot_test_bot @opsbot_test_bot help",
    "train",
    "roll back",
    "import",
    "cancel",
    "add operator 3003 as <b>Mallory</b>",
    "remove operator 1001",
    "/whoami",
    "\n\n\n",
    "\u2028\u2029\ufeff\u00ad",
    "help",
    "为什么",
    "churn risk for user regular-0",
    "will user 用户A leave",
    "¿" * 300,
    "http://127.0.0.1/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe",
)
LONG = "churn risk for user regular-0 " * 3000
FILES = (
    ("empty.csv", b""),
    ("../../outside.csv", b"order_id,user_id,ordered_at,item_id\n1,2,2024-01-01,3\n"),
    ("..", b"\x00" * 100),
    ("nul.csv", b"order_id,user_id\x00,ordered_at,item_id\n1,2,3,4\n"),
    ("x" * 240 + ".csv", b"a,b,c\n"),
    ("orders.xlsx", b"PK\x03\x04 no workbook"),
    ("<b>&{name}.csv", b"order_id;user_id\n\xff\xfe;\n"),
    ("orders.csv", b"order_id,user_id,ordered_at,item_id\n" + b"<b>,{x},yesterday,&\n" * 50),
    ("orders.parquet", b"PAR1"),
)
SERVICE: tuple[dict[str, Any], ...] = (
    {"new_chat_members": [{"id": 9, "is_bot": False, "first_name": "<b>"}]},
    {"left_chat_member": {"id": 9, "is_bot": False, "first_name": "{x}"}},
    {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}},
    {"new_chat_title": "&" * 128},
    {"group_chat_created": True},
    {"delete_chat_photo": True},
    {"message_auto_delete_timer_changed": {"message_auto_delete_time": 60}},
    {"video_chat_started": {}},
    {"forum_topic_closed": {}},
    {"boost_added": {"boost_count": 1}},
    {"dice": {"emoji": "🎲", "value": 3}},
    {"location": {"latitude": 90.0, "longitude": 180.0}},
    {"contact": {"phone_number": "+1", "first_name": "\u202eA"}},
    {"poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 0}},
    {"something_new": {"nobody": ["knows", None, {}]}},
)
WRONG: tuple[Any, ...] = (None, "", "x", -1, 0, 2**63, 1.5, True, [], [[]], {}, {"id": None}, "\x00")


@dataclass
class Crowd:
    """Who plays; `pressed` collects the buttons they press."""

    api: BotApi
    random: random.Random
    admin: Person
    operators: Sequence[Person]
    strangers: Sequence[Person]
    groups: Sequence[Chat]
    foreign_group: Chat
    pressed: list[CallbackQuery] = field(default_factory=list)

    def anyone(self) -> Person:
        return self.random.choice([*self.operators, *self.strangers])

    def somewhere(self, person: Person) -> Chat:
        """Mostly the private chat: in groups a bot may write little."""
        place = self.random.random()
        if place < 0.9:
            return person.private
        return self.foreign_group if place > 0.97 else self.random.choice(self.groups)


def hostile_update(crowd: Crowd) -> None:
    """Let somebody do something."""
    crowd.random.choice(ACTS)(crowd)


def _says(crowd: Crowd) -> None:
    person = crowd.anyone()
    person.says(crowd.random.choice(TEXTS), chat=crowd.somewhere(person))


def _says_much(crowd: Crowd) -> None:
    crowd.anyone().says(LONG)


def _mixes(crowd: Crowd) -> None:
    words = [word for text in crowd.random.sample(TEXTS, 3) for word in text.split()[:20]]
    crowd.random.shuffle(words)
    crowd.anyone().says(" ".join(words)[:4096])


def _replies(crowd: Crowd) -> None:
    person = crowd.anyone()
    chat = crowd.somewhere(person)
    messages = list(chat.history.values())
    person.says(crowd.random.choice(TEXTS), chat=chat, reply_to=_one(crowd, messages))


def _edits(crowd: Crowd) -> None:
    person = crowd.anyone()
    person.edits(person.says("help"), crowd.random.choice(TEXTS))


def _forwards(crowd: Crowd) -> None:
    person = crowd.anyone()
    messages = [message for message in person.private.history.values() if message.sender is not None]
    if message := _one(crowd, messages):
        person.forwards(message)


def _sends_no_text(crowd: Crowd) -> None:
    person = crowd.anyone()
    send: Callable[..., Message] = crowd.random.choice(
        (person.sends_sticker, person.sends_voice, person.sends_photo)
    )
    send(chat=crowd.somewhere(person))


def _sends_a_file(crowd: Crowd) -> None:
    person = crowd.admin if crowd.random.random() < 0.2 else crowd.anyone()
    name, data = crowd.random.choice(FILES)
    person.sends_document(name, data, crowd.random.choice(TEXTS)[:1024])


def _forges_a_button(crowd: Crowd) -> None:
    person = crowd.anyone()
    messages = [message for chat in (person.private, *crowd.groups) for message in chat.from_bot]
    if message := _one(crowd, messages):
        data = crowd.random.choice(("", "x" * 64, "&" * 5000, "\x00", "{token}", "'--", "\ud800", "确认"))
        crowd.pressed.append(person.presses_data(message, data))


def _steals_a_button(crowd: Crowd) -> None:
    """Presses, under a message of the own chat, a button of another."""
    person = crowd.anyone()
    tokens = [
        button.data
        for chat in [*(one.private for one in crowd.operators), *crowd.groups]
        for message in chat.from_bot
        for row in message.keyboard
        for button in row
        if button.data
    ]
    own = person.private.from_bot
    if tokens and own:
        crowd.pressed.append(person.presses_data(crowd.random.choice(own), crowd.random.choice(tokens)))


def _raw(crowd: Crowd) -> None:
    """An update of another kind, or a message that no person says."""
    person = crowd.anyone()
    message = _message(crowd, person)
    channel = {"id": -1_000_000_099_999, "type": "channel", "title": "<b>News</b>"}
    crowd.api.raw_update(
        crowd.random.choice(
            (
                {"edited_message": message | {"edit_date": int(time.time())}},
                {"channel_post": {**message, "chat": channel, "sender_chat": channel}},
                {"edited_channel_post": {**message, "chat": channel, "edit_date": 1}},
                {"message": {**message, "from": ANONYMOUS_ADMIN, "sender_chat": message["chat"]}},
                {"message": {**message, "sender_chat": channel}},
                {"message": {**message, "via_bot": ANONYMOUS_ADMIN}},
                {"message": message | crowd.random.choice(SERVICE)},
                {"message": {key: value for key, value in message.items() if key != "text"}},
                {"inline_query": {"id": "1", "from": message["from"], "query": "x", "offset": ""}},
                {"my_chat_member": {"chat": message["chat"], "from": message["from"], "date": 1}},
                {"poll": {}},
                {"something_new": message},
                {},
            )
        )
    )


def _malformed(crowd: Crowd) -> None:
    """A message or a pressed button with one part missing, or of another type."""
    person = crowd.anyone()
    message = _message(crowd, person)
    update: dict[str, Any] = {"message": message}
    if crowd.random.random() < 0.3:
        update = {
            "callback_query": {
                "id": "1",
                "from": message["from"],
                "message": message,
                "chat_instance": "1",
                "data": "x",
            }
        }
    update = copy.deepcopy(update)
    place, name = crowd.random.choice(list(_parts(update)))
    if crowd.random.random() < 0.3:
        del place[name]
    else:
        place[name] = copy.deepcopy(crowd.random.choice(WRONG))
    crowd.api.raw_update(update)


def _message(crowd: Crowd, person: Person) -> dict[str, Any]:
    number = crowd.random.randrange(10**6, 10**7)
    user = {"id": person.id, "is_bot": False, "first_name": person.first_name, "language_code": "zh-hans"}
    chat = {"id": person.id, "type": "private", "first_name": person.first_name}
    return {
        "message_id": number,
        "date": int(time.time()),
        "chat": chat,
        "from": user,
        "text": crowd.random.choice(TEXTS) or "x",
        "entities": [{"type": "bold", "offset": 0, "length": 9999}],
        "reply_to_message": {
            "message_id": number - 1,
            "date": 1,
            "chat": chat,
            "from": crowd.api.bot.as_json(),
            "text": "gone",
        },
    }


def _parts(value: Any) -> Any:
    """Every part of a nested dict or list, as the container and the key in it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield value, name
        yield from _parts(inner)


def _one(crowd: Crowd, messages: Sequence[Message]) -> Message | None:
    return crowd.random.choice(messages) if messages else None


ACTS: tuple[Callable[[Crowd], None], ...] = (
    *[_says] * 6,
    _says_much,
    _mixes,
    _mixes,
    *[_replies] * 2,
    _edits,
    _forwards,
    _sends_no_text,
    _sends_a_file,
    *[_forges_a_button] * 2,
    *[_steals_a_button] * 2,
    *[_raw] * 3,
    *[_malformed] * 4,
)
