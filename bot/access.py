"""Who may ask, and where: the one place that every message and every button passes first."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.command import Role
from bot.desk import Desk
from storage import conversation, operators

WINDOW_SECONDS = 60.0


@dataclass(frozen=True)
class Place:
    """Where something was said: the chat's id, and whether it is a chat with one person."""

    chat: str
    private: bool


@dataclass(frozen=True)
class Admitted:
    """Somebody who may ask here; `name` is what colleagues call them, where that is known."""

    role: Role
    name: str


class Access:
    """Decides by user and chat; nothing of it depends on what was said."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def admit(self, operator: str, place: Place) -> Admitted | None:
        """The role of who asks there; None for a stranger, or in a group that is not on the list."""
        known = self.known(operator)
        return known if known and self._open(place) else None

    def known(self, operator: str) -> Admitted | None:
        """The role of somebody wherever they ask: that of the settings, or given by an admin's message."""
        settings = self._desk.settings
        with self._desk.home.bot() as connection:
            added = {each.operator: each.name for each in operators.every(connection)}
        name = added.get(operator, "")
        if operator in settings.admins:
            return Admitted("admin", name)
        if operator in settings.operators or operator in added:
            return Admitted("operator", name)
        return None

    def may_hear(self, place: Place) -> bool:
        """Whether what is sent by itself may go there: to who may ask, or to a group on the list."""
        return self.known(place.chat) is not None if place.private else self._open(place)

    def may_refuse(self, stranger: str) -> bool:
        """Whether to tell this stranger that the bot is private: once a day in the shop's zone."""
        today = self._desk.now().astimezone(self._desk.settings.zone).date()
        with self._desk.home.bot() as connection:
            return conversation.refuse_today(connection, stranger, today.isoformat())

    def _open(self, place: Place) -> bool:
        if place.private:
            return True
        allowed = self._desk.settings.chats
        if place.chat in allowed:
            return True
        with self._desk.home.bot() as connection:
            moved = conversation.moved_chats(connection)
        return any(moved.get(chat) == place.chat for chat in allowed)


class RateLimit:
    """At most so many questions of one operator within a minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._asked: dict[str, deque[float]] = {}

    def wait_seconds(self, operator: str) -> float:
        """0 where the operator may ask now, which counts as asked; else how long to wait."""
        now = self._clock()
        times = self._asked.setdefault(operator, deque())
        while times and times[0] <= now - WINDOW_SECONDS:
            times.popleft()
        if len(times) >= self._per_minute:
            return times[0] + WINDOW_SECONDS - now
        times.append(now)
        return 0.0
