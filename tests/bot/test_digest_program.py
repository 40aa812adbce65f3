"""`opsbot digest`: what is due from the command line, and a look at it that changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from filelock import FileLock

from bot.scheduled_reply import scheduled_reply
from storage import ledger, subscriptions
from storage.subscriptions import Subscription
from tests.bot.conftest import Program, Shop


def contents(home: Path) -> dict[str, str]:
    """Every table of both databases, as text."""
    import sqlite3

    found = {}
    for name in ("store.db", "bot.db"):
        with sqlite3.connect(home / name) as connection:
            text = "\n".join(connection.iterdump())
        found[name] = hashlib.sha256(text.encode()).hexdigest()
    return found


def test_a_dry_run_shows_it_and_changes_nothing(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program("ask", "who am i")  # the databases are up to date
    monkeypatch.setenv("OPSBOT_FLAG_AT", "0.5")  # other flags than those that are kept
    before, files = contents(program.home), sorted(program.home.rglob("*.csv"))
    value = program.json("digest", "--dry-run")
    assert value["command"] == "digest"
    assert value["facts"]["flagged"] > 10
    assert contents(program.home) == before
    assert sorted(program.home.rglob("*.csv")) == files


def test_without_a_token_or_an_address_it_says_what_is_missing(program: Program) -> None:
    assert "OPSBOT_TELEGRAM_TOKEN is missing" in program("digest", code=1).stderr


def test_beside_the_running_bot_it_leaves_the_work_to_it(program: Program) -> None:
    with FileLock(program.home / "telegram.lock"):
        assert "It sends what is due by itself." in program("digest", code=1).stderr


def test_on_mondays_the_digest_has_last_weeks_funnel(shop: Shop) -> None:
    wanted = Subscription("digest", "09:00", "en", "1", "", 0, chat="5")
    with shop.home.bot() as connection:
        stored = subscriptions.subscribe(connection, wanted)
        ledger.open_delivery(connection, stored.subscription_id, shop.now.date(), int(shop.now.timestamp()))
        (delivery,) = ledger.under_way(connection, 2**40)
    said = {
        days: any(
            "Last week: Flagged" in line for line in scheduled_reply(later.desk, stored, delivery).reply.lines
        )
        for days, later in ((days, shop.days_later(days)) for days in range(7))
    }
    # The shop's last day is a Sunday.
    assert [days for days, there in said.items() if there] == [1]
