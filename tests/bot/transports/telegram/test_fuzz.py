"""Whatever comes over Telegram, the bot goes on: no traceback, no word too many, nothing personal kept."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager

import pytest

from bot.registry import commands
from tests.bot.conftest import Shop
from tests.bot.transports.telegram.conftest import started
from tests.bot.transports.telegram.fuzz_run import OPERATOR_IDS, fuzz_run, settings
from tests.bot_api import BotApi

running = contextmanager(started)

# What stands in the audit beside the names of commands.
NAMES = {command.name for command in commands()} | {"unknown", "button", "refused"}


def test_hostile_updates_leave_no_trace_but_answers(
    bot_api: BotApi, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    with running(bot_api, shop, **settings()) as telegram:
        run = fuzz_run(bot_api, shop.home, 300, telegram.running.stop)
    problems = [record for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info]
    assert [record.getMessage() for record in problems] == []
    assert run.answers_afterwards == len(OPERATOR_IDS)
    assert run.unconfirmed == 0
    assert run.presses > 0
    assert run.unanswered_presses == []
    assert max(run.heard.values()) == 1

    entries = shop.audited()
    assert {entry["role"] for entry in entries} == {"admin", "operator", "stranger"}
    for entry in entries:
        assert set(entry) == {"audit_id", "at", "transport", "operator", "role", "command", "outcome"}
        assert entry["transport"] == "telegram"
        assert re.fullmatch(r"-?\d+", str(entry["operator"]))
        assert entry["command"] in NAMES
        assert re.fullmatch(r"[a-z_]{2,20}", str(entry["outcome"]))
    assert bot_api.token not in caplog.text
