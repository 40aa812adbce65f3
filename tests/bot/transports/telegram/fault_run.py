"""Many operators ask at once while requests of the bot fail by chance: what is answered, in which order."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tests.bot_api import BotApi, Chat, NotSeenError, Person

# Of 100 requests: 10 are refused with 429, 5 with 500, 2 by a proxy in between; of 6 the connection is cut.
RATES = {
    "too_many_requests": 0.10,
    "server_error": 0.05,
    "bad_gateway_html": 0.02,
    "cut_before": 0.03,
    "cut_after": 0.03,
}
OPERATORS = 20
FIRST_OPERATOR_ID = 5_000
KINDS = ("regular", "irregular", "leaving")
USERS = 400


@dataclass(frozen=True)
class Conversation:
    """What one operator asked about, and about whom each message of the bot was, with its id."""

    asked: Sequence[str]
    answered: Sequence[tuple[int, str]]


@dataclass(frozen=True)
class FaultRun:
    """A run that is over; `arrived_unheard` are the messages whose arrival the bot could not know of."""

    conversations: Sequence[Conversation]
    arrived_unheard: frozenset[int]
    injected: Counter[str]
    seconds: float

    @property
    def questions(self) -> int:
        return sum(len(one.asked) for one in self.conversations)

    @property
    def answers(self) -> int:
        return sum(len(one.answered) for one in self.conversations)

    @property
    def unanswered(self) -> int:
        return sum(len(set(one.asked) - {user for _, user in one.answered}) for one in self.conversations)

    @property
    def answered_twice(self) -> int:
        """Answers that were sent again although the bot had heard that they arrived."""
        heard = [
            Counter(user for message_id, user in one.answered if message_id not in self.arrived_unheard)
            for one in self.conversations
        ]
        return sum(times - 1 for users in heard for times in users.values() if times > 1)

    @property
    def out_of_order(self) -> int:
        """Chats where an answer came before that to an earlier question."""
        return sum(_in_turn(one) != list(one.asked) for one in self.conversations)


def _in_turn(conversation: Conversation) -> list[str]:
    """Whom the answers were about, one after the other; an answer sent again at once counts as one."""
    users = [user for _, user in conversation.answered]
    return [user for place, user in enumerate(users) if place == 0 or users[place - 1] != user]


def operator_ids() -> list[int]:
    """The ids of who asks; they have to be operators of the bot."""
    return list(range(FIRST_OPERATOR_ID, FIRST_OPERATOR_ID + OPERATORS))


def fault_run(
    api: BotApi, questions: int, stop: Callable[[], None], seed: int = 1, timeout: float = 240
) -> FaultRun:
    """Let the operators ask so many questions, all at once, about users of the small shop.

    The bot is stopped before its answers are looked at, so that none comes later.
    """
    people = [api.person(person_id, f"Operator {person_id}") for person_id in operator_ids()]
    each = questions // len(people)
    asked = {
        person.id: [_user(place * each + number) for number in range(each)]
        for place, person in enumerate(people)
    }
    api.faults(seed, RATES)
    started = time.monotonic()
    for number in range(each):
        for person in people:
            person.says(f"churn risk for user {asked[person.id][number]}")
    with suppress(NotSeenError):  # what is missing stands in the result
        api.wait_for(
            lambda: all(_all_heard(api, person, asked[person.id]) for person in people),
            timeout,
            about="an answer to every question",
        )
    seconds = time.monotonic() - started
    api.faults()
    stop()
    return FaultRun(
        [Conversation(asked[person.id], _answers(person.private)) for person in people],
        frozenset(api.cut_after_acceptance),
        api.injected,
        seconds,
    )


def _user(number: int) -> str:
    number %= USERS
    return f"{KINDS[number % 3]}-{number}"


def _all_heard(api: BotApi, person: Person, asked: Sequence[str]) -> bool:
    """Whether the bot knows of every answer that it arrived, so that nothing more is to come."""
    unheard = set(api.cut_after_acceptance)
    heard = {user for message_id, user in _answers(person.private) if message_id not in unheard}
    return heard >= set(asked)


def _answers(chat: Chat) -> list[tuple[int, str]]:
    """The messages of the bot with the user that each is about; other words stand for themselves."""
    return [(message.message_id, _about(message.text or message.caption)) for message in chat.from_bot]


def _about(text: str) -> str:
    found = re.search(r"\b[Uu]ser ((?:regular|irregular|leaving)-\d+)\b", text)
    return found.group(1) if found else text
