"""Long work: beside the chats, one at a time, with progress, to be cancelled, and ended with the bot."""

from __future__ import annotations

import csv
import io
import itertools
import multiprocessing
import re

from tests.bot.transports.telegram.conftest import Telegram
from tests.bot_api import Message

RISK = "churn risk for user regular-9"
LONG = 120.0


def start_training(telegram: Telegram) -> Message:
    """Train by message; returns the progress message."""
    sure = telegram.ask("train the model", telegram.admin)
    telegram.admin.presses(sure, "Yes").wait_for_answer()
    return telegram.admin.private.next_message(timeout=90)


def versions(telegram: Telegram) -> list[tuple[int, str]]:
    with telegram.shop.home.store() as connection:
        query = "SELECT version, stage FROM models WHERE task = 'churn' ORDER BY version"
        return [tuple(row) for row in connection.execute(query)]


def outcomes(telegram: Telegram) -> list[tuple[object, object]]:
    return [(row["command"], row["outcome"]) for row in telegram.shop.audited()]


def test_training_by_message_ends_with_the_numbers_and_the_flags(own_telegram: Telegram) -> None:
    telegram = own_telegram
    progress = start_training(telegram)
    assert progress.text.startswith("Started.")
    # The bot answers everybody meanwhile.
    assert "regular-9" in telegram.ask(RISK).text
    result = telegram.admin.private.next_message(timeout=LONG)
    assert result.text.startswith("Model 2 is trained")
    assert re.search(r"AUROC \d\.\d{3} against \d\.\d{3} of model 1, Brier \d\.\d{3} against", result.text)
    assert "Flagged now:" in result.text or "In use it would flag" in result.text
    assert progress.edits, "the progress message was never edited"
    times = [edit.at for edit in progress.edits]
    assert all(later - earlier >= 2.9 for earlier, later in itertools.pairwise(times))
    assert [version for version, _stage in versions(telegram)] == [1, 2]
    if "entered: 0, left: 0" not in result.text and "entering: 0, leaving: 0" not in result.text:
        document = telegram.admin.private.next_message().document
        assert document is not None
        rows = list(csv.DictReader(io.StringIO(document.data.decode("utf-8-sig"))))
        assert {row["change"] for row in rows} <= {"entered", "left"}


def test_one_training_at_a_time_and_cancel(own_telegram: Telegram) -> None:
    telegram = own_telegram
    start_training(telegram)
    sure = telegram.ask("train the model", telegram.admin)
    telegram.admin.presses(sure, "Yes").wait_for_answer()
    busy = telegram.admin.private.next_message()
    assert busy.text.startswith("Ada started “train the model”")
    telegram.admin.says("cancel")
    said = [telegram.admin.private.next_message(timeout=90).text for _ in range(2)]
    assert any(text.startswith("Cancelled: nothing was changed.") for text in said)
    assert versions(telegram) == [(1, "promoted")]
    assert telegram.ask("cancel", telegram.admin).text == "Nothing is running."
    assert ("train", "busy") in outcomes(telegram) and ("train", "cancelled") in outcomes(telegram)
    # What could not be started then may be started now.
    telegram.admin.presses(sure, "Yes").wait_for_answer()
    assert telegram.admin.private.next_message(timeout=90).text.startswith("Started.")


def test_the_bot_stops_while_it_trains(own_telegram: Telegram) -> None:
    telegram = own_telegram
    start_training(telegram)
    telegram.running.stop()
    assert "Cancelled: nothing was changed." in telegram.admin.private.next_message().text
    assert not multiprocessing.active_children()
    assert versions(telegram) == [(1, "promoted")]
    with telegram.shop.home.store() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_answers_in_flight_go_out_when_the_bot_stops(telegram: Telegram) -> None:
    telegram.ask("help")
    with telegram.shop.home.store() as connection:
        users = [
            row[0]
            for row in connection.execute(
                "SELECT DISTINCT user_id FROM lines WHERE user_id LIKE 'regular-%' LIMIT 10"
            )
        ]
    for user in users:
        telegram.operator.says(f"churn risk for user {user}")
    telegram.api.wait_for(lambda: not telegram.api.unconfirmed, about="the questions to be fetched")
    telegram.running.stop()
    answers = [telegram.operator.private.next_message(timeout=1).text for _ in range(10)]
    for user, text in zip(users, answers, strict=True):
        assert f"user {user} " in text.casefold()
