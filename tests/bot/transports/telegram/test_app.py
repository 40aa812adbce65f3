"""The real program: started from settings, once per home, by polling or webhook, and stopped cleanly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.settings import SettingError
from bot.transports.telegram import app
from bot.transports.telegram.app import TelegramBot
from tests.bot.conftest import Shop
from tests.bot.transports.telegram.conftest import ADMIN_ID, OPERATOR_ID, settings_for, started
from tests.bot.transports.webhook.receivers import receiver
from tests.bot_api import BotApi, Failure

ROOT = Path(__file__).parents[4]
RISK = "churn risk for user regular-9"


@contextmanager
def program(home: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`opsbot telegram` as a process of its own; killed if it is still there at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "--home", str(home), "telegram", *arguments],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def write_settings(home: Path, api: BotApi, *more: str) -> None:
    lines = (
        f"OPSBOT_TELEGRAM_TOKEN={api.token}",
        f"OPSBOT_TELEGRAM_API={api.root}",
        f"OPSBOT_ADMINS={ADMIN_ID}",
        f"OPSBOT_OPERATORS={OPERATOR_ID},7",
        *more,
    )
    (home / ".env").write_text("\n".join(lines), encoding="utf-8")


def test_it_starts_from_the_env_file_answers_and_stops_on_sigterm(bot_api: BotApi, own_shop: Shop) -> None:
    write_settings(own_shop.home.path, bot_api, "OPSBOT_LOG_LEVEL=DEBUG")
    operator = bot_api.person(OPERATOR_ID)
    with program(own_shop.home.path) as first:
        operator.says(RISK)
        assert "regular-9" in operator.private.next_message(timeout=60).text
        with program(own_shop.home.path) as second:
            assert second.wait(60) == 1
            assert second.stderr is not None
            assert second.stderr.read().endswith("is running already. Stop it first: one home, one bot.\n")
        bot_api.fail_next("sendMessage", Failure.too_many_requests(retry_after=1))
        operator.says("help")
        bot_api.wait_for(lambda: bool(bot_api.injected), about="the refused answer")
        first.send_signal(signal.SIGTERM)
        _out, log = first.communicate(timeout=60)
    assert first.returncode == 0
    assert "\nStopped.\n" in log
    assert "Ask in English or Chinese" in operator.private.next_message(timeout=1).text
    assert bot_api.token not in log
    assert "DEBUG" in log


def test_without_a_token_it_says_where_to_get_one(own_shop: Shop) -> None:
    with pytest.raises(SettingError, match="OPSBOT_TELEGRAM_TOKEN") as caught:
        TelegramBot(own_shop.desk)
    assert "@BotFather" in caught.value.next_step


def test_a_wrong_token_is_one_sentence(bot_api: BotApi, own_shop: Shop) -> None:
    write_settings(own_shop.home.path, bot_api, "OPSBOT_TELEGRAM_TOKEN=123:wrong")
    with program(own_shop.home.path) as process:
        assert process.wait(60) == 1
        assert process.stderr is not None
        assert "Telegram does not know the token in OPSBOT_TELEGRAM_TOKEN." in process.stderr.read()


def test_a_webhook_needs_its_secret(bot_api: BotApi, own_shop: Shop) -> None:
    own_shop.settings = settings_for(bot_api, webhook_url="https://shop.example/hook")
    with pytest.raises(SettingError, match="OPSBOT_WEBHOOK_SECRET"):
        TelegramBot(own_shop.desk)


def test_telegram_may_bring_the_messages_itself(bot_api: BotApi, shop: Shop) -> None:
    for telegram in started(bot_api, shop, **hook()):
        assert "regular-9" in telegram.ask(RISK).text
        assert not bot_api.calls_of("getUpdates")


@pytest.mark.parametrize("asked", [True, False])
def test_a_token_that_is_revoked_ends_a_bot_that_is_brought_its_messages(
    bot_api: BotApi, shop: Shop, monkeypatch: pytest.MonkeyPatch, asked: bool
) -> None:
    monkeypatch.setattr(app, "TOKEN_SECONDS", 600.0 if asked else 0.5)
    with receiver("slack") as others:
        settings = {**hook(), "notify_url": others.url, "notify_format": "slack"}
        with pytest.raises(SettingError, match="Telegram does not know the token") as caught:
            for telegram in started(bot_api, shop, **settings):
                bot_api.revoke_token()
                if asked:
                    telegram.operator.says("help")
                bot_api.wait_for(telegram.running.ended, timeout=60, about="the bot to end")
    assert "@BotFather" in caught.value.next_step
    (told,) = others.texts()
    assert "Alert: Telegram does not know the bot's token any more" in told


def hook() -> dict[str, str]:
    """The settings of a bot to which Telegram brings the messages, on a port that is free."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {
        "webhook_url": f"http://127.0.0.1:{port}/hook",
        "webhook_secret": "s3cret",
        "webhook_listen": f"127.0.0.1:{port}",
    }


def test_a_token_that_is_revoked_ends_the_program_and_says_why(bot_api: BotApi, own_shop: Shop) -> None:
    write_settings(own_shop.home.path, bot_api)
    operator = bot_api.person(OPERATOR_ID)
    with program(own_shop.home.path) as running:
        operator.says("help")
        operator.private.next_message(timeout=60)
        bot_api.revoke_token()
        _out, said = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "Telegram does not know the token in OPSBOT_TELEGRAM_TOKEN." in said
