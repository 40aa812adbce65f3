"""The running bot on the nights when clocks change: the digest comes once on every local date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.desk import Desk
from bot.transports.telegram.app import TelegramBot
from storage import ledger, subscriptions
from storage.subscriptions import Subscription
from tests.bot.conftest import Shop
from tests.bot.transports.telegram.conftest import OPERATOR_ID, Running, settings_for
from tests.bot_api import BotApi

STEP = timedelta(minutes=30)
# More than one tick reads the clock.
READS = 14


@dataclass
class Clock:
    """The shop's clock, moved by hand; it counts how often it is read."""

    now: datetime
    reads: int = 0

    def __call__(self) -> datetime:
        self.reads += 1
        return self.now


@pytest.mark.parametrize(
    ("zone", "night", "at", "due"),
    [
        # The clock goes from 2:00 to 3:00; what is due at 2:30 comes when that would have been.
        ("Europe/Berlin", date(2024, 3, 31), "02:30", "2024-03-31T01:30"),
        ("America/New_York", date(2024, 3, 10), "02:30", "2024-03-10T07:30"),
        # It shows an hour twice; what is due in it comes the first time.
        ("Europe/Berlin", date(2024, 10, 27), "02:30", "2024-10-27T00:30"),
        ("America/New_York", date(2024, 11, 3), "01:30", "2024-11-03T05:30"),
    ],
)
def test_the_digest_comes_once_on_each_date(
    bot_api: BotApi, shop: Shop, zone: str, night: date, at: str, due: str
) -> None:
    there = ZoneInfo(zone)
    settings = settings_for(bot_api, admins="", timezone=zone, flag_at=0.5, daily_capacity=3)
    evening = datetime.combine(night - timedelta(days=1), time(23), there).astimezone(UTC)
    with shop.home.bot() as connection:
        ledger.note_night(connection, date(2030, 1, 1), 0, {})  # no work of the night in between
        subscriptions.subscribe(
            connection,
            Subscription("digest", at, "en", "1", "", int(evening.timestamp()) - 3600, chat=str(OPERATOR_ID)),
        )
    operator = bot_api.person(OPERATOR_ID, "Olga")
    operator.says("hello")
    clock = Clock(evening)
    running = Running(TelegramBot(Desk(shop.home, settings, clock), tick_seconds=0.05))
    try:
        bot_api.wait_for(lambda: bot_api.menu({"type": "all_group_chats"}), timeout=90, about="the bot")
        # Through the night, and then around that time in the next one.
        next_time = datetime.combine(night + timedelta(days=1), time.fromisoformat(at), there)
        moments = [evening + each * STEP for each in range(14)]
        moments += [next_time.astimezone(UTC) + each * STEP for each in range(-1, 4)]
        for clock.now in moments:
            read = clock.reads + READS
            bot_api.wait_for(
                lambda: clock.reads >= read and all_ended(shop),  # noqa: B023
                timeout=90,
                about="a tick",
            )
    finally:
        running.stop()
    with shop.home.bot() as connection:
        sent = connection.execute(
            "SELECT local_date, due_at, prepared_at, outcome FROM deliveries ORDER BY local_date"
        ).fetchall()
    assert [(row["local_date"], row["outcome"]) for row in sent] == [
        (night.isoformat(), "sent"),
        ((night + timedelta(days=1)).isoformat(), "sent"),
    ]
    assert datetime.fromtimestamp(sent[0]["due_at"], UTC).isoformat().startswith(due)
    assert all(0 <= row["prepared_at"] - row["due_at"] < STEP.total_seconds() for row in sent)
    digests = [
        text for each in operator.private.from_bot if "flagged in all" in (text := each.text or each.caption)
    ]
    assert len(digests) == 2


def all_ended(shop: Shop) -> bool:
    """Whether nothing is on its way."""
    with shop.home.bot() as connection:
        return not ledger.under_way(connection, 2**40)
