"""A real Application talks to the server, polling and by webhook, many people at once."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaDocument, Update
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, RetryAfter
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from tests.bot_api import BotApi, Failure

SHOP = -1_001_000_000_001
SECRET = "a-secret"


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message is not None
    button = InlineKeyboardButton("Why", callback_data="why")
    await update.effective_message.reply_html(
        f"<b>{update.effective_message.text}</b>", reply_markup=InlineKeyboardMarkup([[button]])
    )


async def explain(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer("because")
    await update.callback_query.edit_message_text("done")


async def size_of(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message is not None and update.effective_message.document is not None
    file = await update.effective_message.document.get_file()
    data = bytes(await file.download_as_bytearray())
    await update.effective_message.reply_document(data, filename="back.csv", caption=str(len(data)))


def application(api: BotApi) -> Application[Any, Any, Any, Any, Any, Any]:
    built = (
        ApplicationBuilder()
        .token(api.token)
        .base_url(f"{api.root}/bot")
        .base_file_url(f"{api.root}/file/bot")
        .concurrent_updates(True)
        .build()
    )
    built.add_handler(CallbackQueryHandler(explain))
    built.add_handler(MessageHandler(filters.Document.ALL, size_of))
    built.add_handler(MessageHandler(filters.TEXT, echo))
    return built


@contextmanager
def running(api: BotApi, webhook_port: int | None = None) -> Iterator[None]:
    """The echo bot in a thread of its own, until the block ends."""
    ready = threading.Event()
    stop: list[Callable[[], object]] = []

    async def run() -> None:
        over, loop = asyncio.Event(), asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(over.set))
        async with application(api) as bot:
            assert bot.updater is not None
            await bot.start()
            if webhook_port is None:
                await bot.updater.start_polling()
            else:
                url = f"http://127.0.0.1:{webhook_port}/hook"
                await bot.updater.start_webhook(
                    "127.0.0.1", webhook_port, "hook", webhook_url=url, secret_token=SECRET
                )
            ready.set()
            await over.wait()
            await bot.updater.stop()
            await bot.stop()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        assert ready.wait(10)
        yield
    finally:
        stop[0]()
        thread.join()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@pytest.fixture(params=["polling", "webhook"])
def echoing(bot_api: BotApi, request: pytest.FixtureRequest) -> Iterator[BotApi]:
    with running(bot_api, None if request.param == "polling" else free_port()):
        yield bot_api


def test_an_application_answers_edits_and_handles_files(echoing: BotApi) -> None:
    ann = echoing.person(1001)
    ann.says("你好")
    message = ann.private.next_message()
    assert (message.text, message.html, message.labels) == ("你好", "<b>你好</b>", ["Why"])
    assert ann.presses(message, "Why").wait_for_answer().text == "because"
    echoing.wait_for(lambda: message.text == "done")
    ann.sends_document("订单.csv", b"x" * 1000)
    document = ann.private.next_message().document
    assert document is not None and (document.name, document.data) == ("back.csv", b"x" * 1000)


def test_many_people_are_answered(echoing: BotApi) -> None:
    people = [echoing.person(1000 + number) for number in range(20)]
    for number in range(5):
        for person in people:
            person.says(f"question {number}")
    echoing.wait_for(lambda: len(echoing.messages()) == 100)
    for person in people:
        assert {message.text for message in echoing.messages(person.private)} == {
            f"question {number}" for number in range(5)
        }
    echoing.wait_for(lambda: not echoing.unconfirmed)


def test_a_webhook_is_called_again_until_it_succeeds(bot_api: BotApi) -> None:
    port, ann = free_port(), bot_api.person(1001)
    with running(bot_api, port):
        ann.says("one")
        ann.private.next_message()
    # PTB leaves its webhook in place when it stops: what is said now waits for it.
    ann.says("two")
    with running(bot_api, port):
        assert ann.private.next_message().text == "two"
    assert len(bot_api.messages(ann.private)) == 2


def test_an_application_sees_the_errors_it_knows(bot_api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without it the library warns of its own RetryAfter, and a warning is an error here.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    ann, group = bot_api.person(1001), bot_api.group(-5)
    shop = bot_api.group(SHOP)
    moved = bot_api.upgrade_group(group)
    blocked = bot_api.person(1002)
    blocked.blocks_bot()
    bot_api.fail_next("sendMessage", Failure.too_many_requests(7), chat=shop)

    async def run() -> None:
        async with application(bot_api) as app, application(bot_api) as twin:
            bot = app.bot
            with pytest.raises(BadRequest, match="Can't parse entities: unsupported start tag"):
                await bot.send_message(ann.id, "<h1>a</h1>", parse_mode="HTML")
            with pytest.raises(ChatMigrated) as migrated:
                await bot.send_message(group.id, "a")
            assert migrated.value.new_chat_id == moved.id
            with pytest.raises(Forbidden, match="bot was blocked by the user"):
                await bot.send_message(blocked.id, "a")
            with pytest.raises(RetryAfter):
                await bot.send_message(shop.id, "a")
            polls = [asyncio.create_task(one.bot.get_updates(10**9, timeout=5)) for one in (app, twin)]
            done, waiting = await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED)
            assert [type(task.exception()) for task in done] == [Conflict]
            for task in waiting:
                task.cancel()
            chat = await bot.get_chat(ann.id)
            assert chat.first_name == "Ann"
            member = await bot.get_chat_member(shop.id, bot.id)
            assert member.status == "member"
            await bot.set_my_commands([("risk", "Risk of leaving")], language_code="en")
            sent = await bot.send_media_group(
                ann.id, [InputMediaDocument(b"x", filename=f"{name}.csv") for name in "ab"]
            )
            assert [one.document.file_name for one in sent if one.document] == ["a.csv", "b.csv"]
            await sent[0].set_reaction("👍")

    asyncio.run(run())
    assert bot_api.menu(language_code="en") == {"risk": "Risk of leaving"}
