"""Hostile updates by the hundred, from operators and strangers: what the bot made of them."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from storage.database import Home
from tests.bot.transports.telegram.hostile import Crowd, hostile_update
from tests.bot_api import BotApi, NotSeenError

OPERATOR_IDS = tuple(range(6_000, 6_020))
STRANGER_IDS = tuple(range(7_000, 7_010))
GROUP_IDS = tuple(-1_000_000_008_000 - number for number in range(8))
FOREIGN_GROUP_ID = -1_000_000_009_000
ADMIN_ID = 6_999


@dataclass(frozen=True)
class FuzzRun:
    """A run that is over; `heard` counts, by stranger, what the bot said to each."""

    updates: int
    answers: int
    seconds: float
    heard: Counter[int]
    presses: int
    unanswered_presses: Sequence[str]
    unconfirmed: int
    answers_afterwards: int


def settings() -> dict[str, str]:
    """The settings of a bot for the run."""
    return {
        "admins": str(ADMIN_ID),
        "operators": ",".join(map(str, OPERATOR_IDS)),
        "chats": ",".join(map(str, GROUP_IDS)),
    }


def fuzz_run(
    api: BotApi, home: Home, updates: int, stop: Callable[[], None], seed: int = 1, timeout: float = 240
) -> FuzzRun:
    """Let so many hostile updates come, ask a question afterwards, and stop the bot."""
    api.privacy_mode = False
    crowd = Crowd(
        api,
        random.Random(seed),
        api.person(ADMIN_ID, "Root"),
        [api.person(one, f"Op {one}", language_code=("en", "zh-hans")[one % 2]) for one in OPERATOR_IDS],
        [api.person(one, f"<b>{one}</b>") for one in STRANGER_IDS],
        [api.group(one, f"Floor {one}") for one in GROUP_IDS],
        api.group(FOREIGN_GROUP_ID, "Elsewhere"),
    )
    crowd.admin.sends_document("orders.csv", b"order_id,user_id\n<b>,{x}\n")
    started = time.monotonic()
    for number in range(updates):
        hostile_update(crowd)
        if number % 20 == 0:
            # Buttons can only be forged under messages that came.
            with suppress(NotSeenError):
                api.wait_for(lambda: not api.unconfirmed, 5, about="the updates to be fetched")
        if number % 100 == 0:
            _age_buttons(home)
    afterwards = sum(_answered(crowd, place, timeout) for place in range(len(crowd.operators)))
    seconds = time.monotonic() - started
    stop()
    answers = api.messages()
    return FuzzRun(
        updates=updates,
        answers=len(answers),
        seconds=seconds,
        heard=_heard(crowd),
        presses=len(crowd.pressed),
        unanswered_presses=[
            f"{query.person.first_name}: {query.data!r}" for query in crowd.pressed if query.answer is None
        ],
        unconfirmed=len(api.unconfirmed),
        answers_afterwards=afterwards,
    )


def _age_buttons(home: Home) -> None:
    """Every second button was made long ago."""
    with home.bot() as connection:
        connection.execute("UPDATE buttons SET expires_at = 1 WHERE unicode(token) % 2 = 0")


def _answered(crowd: Crowd, place: int, timeout: float) -> bool:
    """Whether this operator's question, after all that, is answered."""
    chat = crowd.operators[place].private
    user = f"regular-{3 * place}"
    crowd.operators[place].says(f"churn risk for user {user}")
    try:
        crowd.api.wait_for(
            lambda: any(f"user {user} " in one.text.casefold() for one in chat.from_bot[-1:]),
            timeout,
            about="an answer afterwards",
        )
    except NotSeenError:
        return False
    return True


def _heard(crowd: Crowd) -> Counter[int]:
    """How often the bot wrote to a stranger, or refused one over a button."""
    heard = Counter({person.id: len(person.private.from_bot) for person in crowd.strangers})
    heard.update(
        query.person.id
        for query in crowd.pressed
        if query.person.id in STRANGER_IDS and query.answer is not None and query.answer.text
    )
    return heard
