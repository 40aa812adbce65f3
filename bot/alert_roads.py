"""Where alerts go: admins' own chats, chats that said so, and webhooks."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator

from bot.desk import Desk
from storage import alerts, conversation, subscriptions
from storage.alerts import Choice
from storage.subscriptions import Subscription


def alert_roads(
    desk: Desk, connection: sqlite3.Connection, targets: Collection[str]
) -> Iterator[Subscription]:
    """What a message of alerts is subscribed as, once for each place that gets them, of these targets."""
    settings = desk.settings
    if "telegram" in targets:
        wishes = {(each.chat, each.thread): each for each in alerts.wishes(connection)}
        places = dict.fromkeys([*((admin, "") for admin in settings.admins), *wishes])
        for chat, thread in places:
            wish = wishes.get((chat, thread))
            if wish is None or wish.choice != "off":
                said_in = wish.language if wish else conversation.language_of_chat(connection, chat)
                language = settings.language if settings.language != "auto" else said_in or "en"
                silent = wish is not None and wish.choice == "silent"
                yield _road(desk, language, "telegram", chat, thread, silent)
    if "webhook" in targets:
        for each in subscriptions.active(connection):
            if each.target == "webhook" and each.kind == "digest":
                yield _road(desk, each.language, "webhook", each.chat)


def choice_in(desk: Desk, chat: str, thread: str) -> Choice:
    """What a chat or topic gets of alerts: as it said, and where it did not, an admin's chat gets them."""
    with desk.home.bot() as connection:
        for each in alerts.wishes(connection):
            if (each.chat, each.thread) == (chat, thread):
                return each.choice
    return "on" if chat in desk.settings.admins and not thread else "off"


def _road(
    desk: Desk,
    language: str,
    target: subscriptions.Target,
    chat: str,
    thread: str = "",
    silent: bool = False,
) -> Subscription:
    now = desk.moment()
    return Subscription(
        kind="question",
        local_time=f"{desk.local_moment(now):%H:%M}",
        language=language,
        # In a private chat the chat's id is the person's.
        operator=chat if target == "telegram" and not chat.startswith("-") else "opsbot",
        operator_name="",
        created_at=now,
        target=target,
        chat=chat,
        thread=thread,
        about=subscriptions.ALERT,
        once_at=now,
        silent=silent,
    )
