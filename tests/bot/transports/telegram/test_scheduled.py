"""What is sent by itself: wanted by message, sent by the running bot, and whole after any kind of end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.desk import Desk
from bot.transports.telegram.app import TelegramBot
from bot.transports.telegram.scheduled import _marked
from storage import ledger, subscriptions
from storage.database import Home
from storage.ledger import Part
from storage.subscriptions import Subscription
from tests.bot.conftest import NOON, Shop
from tests.bot.transports.telegram.conftest import (
    OPERATOR_ID,
    Telegram,
    settings_for,
    started,
)
from tests.bot.transports.telegram.kill_run import send_due
from tests.bot_api import BotApi, Failure, Message

running = contextmanager(started)
MARK = "Sent again: whether it arrived the first time is not known."


@pytest.fixture(autouse=True)
def short_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TelegramBot.__init__, "__kwdefaults__", {"tick_seconds": 0.2})


@pytest.fixture
def morning(bot_api: BotApi, shop: Shop) -> Iterator[Telegram]:
    """The bot at a quarter to nine, with last night's work done."""
    at_nine = replace(shop, now=NOON.replace(hour=8, minute=45))
    with shop.home.bot() as connection:
        ledger.note_night(connection, NOON.date(), 0, {})
    with running(bot_api, at_nine) as telegram:
        yield telegram


def later(telegram: Telegram, **duration: int) -> None:
    """Let the shop's clock go on."""
    telegram.shop.now += timedelta(**duration)


def test_the_digest_comes_at_its_time(morning: Telegram) -> None:
    asked = morning.ask("send the digest every day at 9:00")
    assert asked.text.startswith("The digest comes here every day at 9:00, first on ")
    later(morning, minutes=15)
    digest = morning.operator.private.next_message(timeout=90)
    assert "lagged" in (digest.text or digest.caption)
    assert len(morning.operator.private.from_bot) == 2


def test_a_saved_question_is_asked_in_its_language(morning: Telegram) -> None:
    morning.ask("每天9点用户regular-0的流失风险")
    later(morning, minutes=15)
    answer = morning.operator.private.next_message(timeout=90)
    assert "用户regular-0" in (answer.text or answer.caption)


def test_a_group_gets_its_own_and_its_buttons_are_the_teams(morning: Telegram) -> None:
    morning.ask("@opsbot_test_bot send the digest every day at 9:00", chat=morning.group)
    later(morning, minutes=15)
    digest = morning.group.next_message(timeout=90)
    assert morning.operator.private.from_bot == []
    button = next(label for label in digest.labels if label.startswith("Who is at risk"))
    morning.admin.presses(digest, button)
    morning.api.wait_for(
        lambda: any("active users are at a risk" in _text(each) for each in morning.group.from_bot),
        about="the answer",
    )


def test_a_silent_digest_makes_no_sound(morning: Telegram) -> None:
    morning.ask("send the digest every day at 9:00")
    morning.ask("mute the digest")
    later(morning, minutes=15)
    morning.operator.private.next_message(timeout=90)
    calls = morning.api.calls_of("sendPhoto", morning.operator.private) or morning.api.calls_of(
        "sendMessage", morning.operator.private
    )
    assert str(calls[-1].parameters["disable_notification"]).lower() == "true"


def test_what_was_stopped_does_not_come(morning: Telegram) -> None:
    morning.ask("send the digest every day at 9:00")
    morning.ask("stop the digest")
    morning.ask("every day at 9:00 my id")
    later(morning, minutes=15)
    assert "Your id" in morning.operator.private.next_message(timeout=90).text
    assert len(morning.operator.private.from_bot) == 4


def test_a_bot_that_was_down_sends_it_once_when_it_is_back_and_says_that_it_is_late(
    bot_api: BotApi, shop: Shop
) -> None:
    with shop.home.bot() as connection:
        ledger.note_night(connection, NOON.date(), 0, {})
    with running(bot_api, replace(shop, now=NOON.replace(hour=8))) as telegram:
        telegram.ask("every day at 9:00 my id")
    with running(bot_api, shop) as telegram:
        answer = telegram.operator.private.next_message(timeout=90)
        assert "Late: this was due on Feb 4, 2024 at 09:00." in answer.text
    with running(bot_api, shop) as telegram:
        telegram.ask("help")
        assert len(telegram.operator.private.from_bot) == 1


def test_a_chat_that_blocked_the_bot_is_left_alone(morning: Telegram) -> None:
    morning.ask("every day at 9:00 my id")
    morning.operator.blocks_bot()
    later(morning, minutes=15)

    def ended() -> bool:
        with morning.shop.home.bot() as connection:
            return not subscriptions.active(connection)

    morning.api.wait_for(ended, about="the subscription to end")


@pytest.mark.parametrize(
    ("failure", "arrived"),
    [
        (Failure.too_many_requests(retry_after=1), [False]),
        (Failure.server_error(), [False]),
        (Failure.bad_gateway_html(), [True]),  # a gateway may have passed it on
        (Failure.cut_before(), [True]),
        (Failure.cut_after(), [False, True]),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_what_fails_on_the_way_comes_later_and_only_what_may_have_come_is_marked(
    morning: Telegram, failure: Failure, arrived: list[bool]
) -> None:
    morning.ask("every day at 9:00 my id")
    morning.api.fail_next("sendMessage", failure)
    later(morning, minutes=15)

    def tried() -> bool:
        with morning.shop.home.bot() as connection:
            return any(each.tries for each in ledger.under_way(connection, 2**40))

    morning.api.wait_for(tried, about="the first try")
    later(morning, minutes=1)
    chat = morning.operator.private
    morning.api.wait_for(lambda: len(chat.from_bot) == 1 + len(arrived), about="the answer")
    chat.skip()
    morning.ask("help")  # and nothing comes between
    assert [MARK in each.text for each in chat.from_bot[1:-1]] == arrived


def test_who_was_removed_gets_nothing_any_more(morning: Telegram) -> None:
    morning.ask("add operator 3003 as Sam", morning.admin)
    morning.ask("every day at 9:00 my id", morning.stranger)
    removal = morning.ask("remove operator 3003", morning.admin)
    morning.admin.presses(removal, "Yes")
    morning.admin.private.next_message(timeout=90)
    told = morning.stranger.private

    def said() -> bool:
        with morning.shop.home.bot() as connection:
            waiting = any(each.about == subscriptions.ACCESS for each in subscriptions.active(connection))
        return not waiting and any("took you off the list" in each.text for each in told.from_bot)

    morning.api.wait_for(said, timeout=90, about="the word that they were removed")
    before = len(told.from_bot)
    later(morning, minutes=15)

    def ended() -> bool:
        with morning.shop.home.bot() as connection:
            return not subscriptions.active(connection)

    morning.api.wait_for(ended, about="the subscription to end")
    assert len(morning.stranger.private.from_bot) == before


def test_who_is_let_in_or_out_is_told(morning: Telegram) -> None:
    chat = morning.stranger.private
    morning.ask("add operator 3003 as Sam", morning.admin)
    assert chat.next_message(timeout=90).text == "You may use this bot now: Ada let you in."
    removal = morning.ask("remove operator 3003", morning.admin)
    morning.admin.presses(removal, "Yes")
    assert chat.next_message(timeout=90).text.startswith("You may not use this bot any more: Ada ")


def test_all_of_a_kind_can_be_stopped(morning: Telegram) -> None:
    for question in ("my id", "help"):
        morning.ask(f"every day at 9:00 {question}")
    morning.ask("send the digest every day at 21:00")
    stopped = morning.ask("stop all saved questions")
    assert stopped.text == "Saved questions: 2 of them are not sent here any more."
    with morning.shop.home.bot() as connection:
        assert [each.kind for each in subscriptions.active(connection)] == ["digest"]


def test_a_repeat_without_room_for_the_word_has_it_before(morning: Telegram) -> None:
    caption = "x" * 1024
    first, second = _marked(Part("photo", caption, "a.png", b""), "en")
    assert (first.text, second.text) == (MARK, caption)
    (only,) = _marked(Part("text", "<b>short</b>"), "en")
    assert only.text == f"{MARK}\n<b>short</b>"


def test_the_work_of_the_night_is_done_in_the_background(bot_api: BotApi, own_shop: Shop) -> None:
    inbox = own_shop.home.create().inbox
    inbox.mkdir(exist_ok=True)
    file = inbox / "orders.csv"
    file.write_text("order_id,user_id,ordered_at,item_id\nN-1,regular-0,2024-01-05 10:00,i1\n")
    with running(bot_api, own_shop, nightly_at="00:00") as telegram:
        telegram.ask("send the digest every day at 12:01")
        done = inbox / "done" / "orders.csv"
        telegram.api.wait_for(done.exists, 90, "the file to be imported")
        telegram.ask("churn risk for user regular-0")
        telegram.shop.now += timedelta(minutes=2)
        digest = telegram.operator.private.next_message(timeout=90)
    assert "Imported last night: orders.csv." in _text(digest)


# -- killed ------------------------------------------------------------------------------------------------


@pytest.fixture
def due_home(bot_api: BotApi, shop_home: Home) -> Home:
    """A home with a digest of several parts that is due now."""
    now = datetime.now(UTC)
    due = now - timedelta(minutes=1)
    wanted = Subscription("digest", f"{due:%H:%M}", "en", str(OPERATOR_ID), "Olga", 0, chat=str(OPERATOR_ID))
    with shop_home.bot() as connection:
        subscriptions.subscribe(connection, wanted)
        ledger.note_night(connection, now.date(), 0, {})
        ledger.note_night(connection, (now + timedelta(days=1)).date(), 0, {})
    bot_api.person(OPERATOR_ID, "Olga").says("hello")
    return shop_home


def test_a_digest_survives_a_kill_at_every_point(bot_api: BotApi, due_home: Home) -> None:
    settings = settings_for(bot_api, flag_at=0.5, daily_capacity=3, admins="")  # nobody is told of old data
    chat = bot_api.person(OPERATOR_ID, "Olga").private
    with due_home.bot() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    untouched = (due_home.path / "bot.db").read_bytes()
    code, points = send_due(due_home.path, settings)
    whole = [_kind(message) for message in chat.from_bot]
    assert code == 0
    assert len(whole) == 2
    assert points >= 20
    for fatal in range(1, points + 1):
        for file in due_home.path.glob("bot.db*"):
            file.unlink()
        (due_home.path / "bot.db").write_bytes(untouched)
        before = len(chat.from_bot)
        assert send_due(due_home.path, settings, fatal)[0] == -9, fatal
        assert asyncio.run(TelegramBot(Desk(due_home, settings)).send_due()).left == 0
        sent = chat.from_bot[before:]
        unmarked = [_kind(message) for message in sent if MARK not in _text(message)]
        marked = [_kind(message) for message in sent if MARK in _text(message)]
        assert set(unmarked) | set(marked) == set(whole), fatal
        assert len(unmarked) == len(set(unmarked)), fatal
        assert len(marked) <= 1, fatal


def _kind(message: Message) -> str:
    return "document" if message.document else "photo" if message.photo else "text"


def _text(message: Message) -> str:
    return message.text or message.caption
