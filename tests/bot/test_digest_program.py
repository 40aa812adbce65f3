"""`opsbot digest`: what is due from the command line, and a look at it that changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from filelock import FileLock

from bot.scheduled_reply import scheduled_reply
from storage import ledger, subscriptions
from storage.database import Home
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


def test_without_a_token_or_an_address_the_night_is_done_and_what_to_set_is_said(program: Program) -> None:
    inbox = program.home / "inbox"
    inbox.mkdir(exist_ok=True)
    (inbox / "items.csv").write_text("item_id,name,price\nnew,new cup,4.50\n")
    said = program("digest", code=1).stderr

    assert "Nothing was sent, for there is nowhere to send it; the work of the night is done." in said
    assert "Set OPSBOT_TELEGRAM_TOKEN for a bot, or OPSBOT_NOTIFY_URL for a group's webhook." in said
    assert [path.name for path in (inbox / "done").glob("items*.csv")]
    with Home(program.home).bot() as connection:
        night = ledger.last_night(connection)
    assert night is not None and "items.csv" in str(night)


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
