"""The bot is told to stop while it has work: what was asked is answered, and nothing of it stays behind."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.settings import PREFIX
from bot.transports.telegram import app
from storage import alerts
from storage.alerts import Wish
from tests.bot.conftest import Shop
from tests.bot.transports.telegram.conftest import ADMIN_ID, OPERATOR_ID, Telegram
from tests.bot_api import BotApi, Failure, Person

QUESTION = "churn risk for user regular-0"
ABOUT = "user regular-0 places no order"


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """No thread and no process outlives the bot."""
    yield
    assert [thread.name for thread in threading.enumerate() if "opsbot" in thread.name] == []
    assert multiprocessing.active_children() == []


def test_an_answer_that_has_to_wait_still_goes_out(telegram: Telegram) -> None:
    chat = telegram.operator.private
    telegram.api.fail_next("sendMessage", Failure.too_many_requests(retry_after=1))
    telegram.operator.says(QUESTION)
    telegram.api.wait_for(lambda: telegram.api.injected.total(), about="the first try")
    telegram.running.stop()
    assert ABOUT in chat.next_message(timeout=0).text


def test_all_that_was_asked_is_answered_before_the_end(telegram: Telegram) -> None:
    telegram.ask(QUESTION)
    for number in range(0, 30, 3):
        telegram.operator.says(f"churn risk for user regular-{number}")
    telegram.api.wait_for(lambda: not telegram.api.unconfirmed, about="the questions to be fetched")
    telegram.running.stop()
    texts = [message.text for message in telegram.operator.private.from_bot]
    assert [
        text for number in range(0, 30, 3) for text in texts[1:] if f"user regular-{number} " in text
    ] == texts[1:]
    assert len(texts) == 11


def test_a_pause_without_end_does_not_hold_up_the_stop(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(app, "STOP_SECONDS", 0.5)
    telegram.api.fail_next("sendMessage", Failure.too_many_requests(retry_after=3600), times=2)
    telegram.operator.says(QUESTION)
    telegram.api.wait_for(lambda: telegram.api.injected.total(), about="the first try")
    telegram.running.stop()
    # One last try was made, and that it failed is on record.
    assert telegram.api.injected["too_many_requests"] == 2
    assert "incident" in caplog.text


def test_a_server_that_is_away_does_not_hold_up_the_stop(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "LAST_POLL_SECONDS", 0.2)
    telegram.api.wait_for(lambda: telegram.api.polled, about="a poll")
    telegram.api.fail_next("getUpdates", Failure.too_many_requests(retry_after=3600))
    telegram.ask(QUESTION)
    telegram.api.wait_for(lambda: telegram.api.injected.total(), about="the poll that is refused")
    telegram.running.stop()


def test_training_ends_and_who_asked_is_told(own_telegram: Telegram) -> None:
    api, admin = own_telegram.api, own_telegram.admin
    admin.presses(own_telegram.ask("train", admin), "Yes")
    assert "Started" in admin.private.next_message(timeout=30).text
    own_telegram.running.stop()
    assert "Cancelled" in admin.private.next_message(timeout=0).text
    assert api.calls_of("sendMessage")[-1].outcome == "ok"


def test_training_asked_for_at_the_last_moment_is_not_started(own_telegram: Telegram) -> None:
    api, admin = own_telegram.api, own_telegram.admin
    question = own_telegram.ask("train", admin)
    api.fail_next("answerCallbackQuery", Failure.too_many_requests(retry_after=1))
    admin.presses(question, "Yes")
    api.wait_for(lambda: api.injected.total(), about="the pressed button")
    own_telegram.running.stop()
    assert "is just being stopped" in admin.private.next_message(timeout=0).text


# -- as a process ------------------------------------------------------------------------------------


@contextmanager
def bot_process(api: BotApi, home: Path, log: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """`opsbot telegram`, listening, with all its warnings as errors; killed at the end if it still runs."""
    given = {
        "TELEGRAM_TOKEN": api.token,
        "TELEGRAM_API": api.root,
        "ADMINS": str(ADMIN_ID),
        "OPERATORS": str(OPERATOR_ID),
        "LOG_LEVEL": "DEBUG",
        **settings,
    }
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **{PREFIX + name: given[name] for name in given}}
    command = [sys.executable, "-W", "error", "-m", "bot.cli", "--home", str(home), "telegram"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stderr=output, stdout=output, env=environment, start_new_session=True
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def ended(process: subprocess.Popen[bytes]) -> int:
    """The exit code after SIGTERM; no other process of its session is left."""
    process.send_signal(signal.SIGTERM)
    code = process.wait(60)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return code
        time.sleep(0.05)
    raise AssertionError("a process of the bot is still there")


def people(api: BotApi) -> tuple[Person, Person]:
    return api.person(ADMIN_ID, "Ada"), api.person(OPERATOR_ID, "Olga")


def test_a_process_answers_what_it_was_asked_and_ends_its_training(
    bot_api: BotApi, own_shop: Shop, tmp_path: Path
) -> None:
    admin, operator = people(bot_api)
    log = tmp_path / "log"
    with own_shop.home.bot() as connection:  # the data is of 2024, as this process would tell at once
        alerts.wish(connection, Wish(str(ADMIN_ID), "", "off", "en"))
    with bot_process(bot_api, own_shop.home.path, log) as process:
        admin.says("train")
        admin.presses(admin.private.next_message(timeout=60), "Yes")
        assert "Started" in admin.private.next_message(timeout=30).text
        bot_api.fail_next("sendMessage", Failure.too_many_requests(), chat=operator.private)
        operator.says(QUESTION)
        bot_api.wait_for(lambda: bot_api.injected.total(), timeout=30, about="the first try")
        assert ended(process) == 0
    assert "regular-0" in operator.private.next_message(timeout=0).text
    assert "Cancelled" in admin.private.next_message(timeout=0).text
    said = log.read_text()
    assert "\nStopped.\n" in said
    assert bot_api.token not in said and "Warning" not in said and "Traceback" not in said
    assert "regular-0" not in said and "Olga" not in said


def test_a_process_that_cannot_reach_telegram_stops_all_the_same(bot_api: BotApi, tmp_path: Path) -> None:
    log = tmp_path / "log"
    bot_api.fail_next("getMe", Failure.server_error(), times=100)
    with bot_process(bot_api, tmp_path / "home", log) as process:
        bot_api.wait_for(lambda: bot_api.injected.total() >= 2, timeout=60, about="tries to reach Telegram")
        assert ended(process) == 0
    said = log.read_text()
    assert "\nStopped.\n" in said
    assert bot_api.token not in said and "Warning" not in said and "Traceback" not in said


def test_the_log_of_an_incident_has_its_traceback_and_no_token(
    bot_api: BotApi, own_shop: Shop, tmp_path: Path
) -> None:
    _, operator = people(bot_api)
    log = tmp_path / "log"
    with own_shop.home.store() as connection:
        connection.execute("DROP TABLE models")
    with bot_process(bot_api, own_shop.home.path, log) as process:
        operator.says(QUESTION)
        told = operator.private.next_message(timeout=60).text
        assert ended(process) == 0
    found = re.search(r"incident ([0-9a-f]{8})", told)
    said = log.read_text()
    assert found and f"incident {found[1]}" in said
    assert "no such table: models" in said
    assert bot_api.token not in said
