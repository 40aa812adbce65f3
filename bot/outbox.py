"""Sends what is due, through the ledger: nothing is lost, nothing is sent twice without saying so."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.alert_roads import alert_roads
from bot.command import Asker
from bot.concerns import concerns
from bot.desk import Desk
from bot.due import Due, latest_at, latest_due
from bot.incident import report
from bot.problems import Problem, incident_of, problem_of
from bot.reply import Reply
from bot.scheduled_reply import Scheduled, scheduled_reply
from storage import alerts, ledger, subscriptions
from storage.alerts import Concern
from storage.errors import OpsbotError
from storage.ledger import Delivery, Part
from storage.review_search import anything_new
from storage.subscriptions import Subscription

log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 10
LONGEST_WAIT_SECONDS = 600

# The work of a night; returns what it came to, or None where it has to be done again.
Night = Callable[[], Awaitable[Mapping[str, object] | None]]


class NotArrivedError(Exception):
    """A part certainly did not arrive; another try may help, after so many seconds where that is known."""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__()
        self.seconds = seconds


class UnsureError(Exception):
    """Nobody knows whether a part arrived: it was sent, and the answer was lost."""


class RefusedError(Exception):
    """The target does not take this, now or later."""


class ClosedError(RefusedError):
    """The chat takes nothing from us any more."""


class UnlistedError(ClosedError):
    """Whoever is there may not get anything any more: an admin, or a setting, wanted it so."""


class Target(Protocol):
    """Where parts go: a chat service."""

    async def parts(self, subscription: Subscription, reply: Reply) -> list[Part]:
        """What a reply is made of there."""

    async def send(self, subscription: Subscription, part: Part, *, repeat: bool) -> None:
        """Send a part; it says of itself where it may be a repeat. Raises the errors of this module."""


@dataclass(frozen=True)
class Sent:
    """How many deliveries are done with, and how many are still to be sent."""

    sent: int
    left: int


class Outbox:
    """What is due in one home, and what has to be told at once.

    One at a time: the program holds the lock of the bot.
    """

    def __init__(
        self, desk: Desk, targets: Mapping[str, Target], night: Night, *, also: Sequence[Concern] = ()
    ) -> None:
        self._desk = desk
        self._targets = targets
        self._night = night
        # What only the program itself knows, and is to be told beside what is looked up.
        self._also = also
        self._night_at_work: asyncio.Task[None] | None = None

    async def send_due(self) -> Sent:
        """Send what is due now and go on with what is under way."""
        now = self._desk.moment()
        night_is_over = await self._see_to_the_night(now)
        await asyncio.to_thread(self._raise_alerts, now)
        await asyncio.to_thread(self._open_due, now)
        sent = left = 0
        for delivery, subscription in await asyncio.to_thread(self._under_way, now):
            if subscription.kind == "digest" and not night_is_over:
                left += 1  # it waits for the newest scores
                continue
            try:
                done = await self._deliver(delivery, subscription)
                sent, left = sent + done, left + (not done)
            except Exception:
                report(f"delivery {delivery.delivery_id}")
                await asyncio.to_thread(self._try_later, delivery, None, None)
                left += 1
        return Sent(sent, left)

    async def send_all_due(self) -> Sent:
        """The same, and once more when the work of the night is done, which nobody has to wait for."""
        first = await self.send_due()
        await self.finish_the_night()
        if not first.left:
            return first
        rest = await self.send_due()
        return Sent(first.sent + rest.sent, rest.left)

    async def finish_the_night(self) -> None:
        """Wait for the work of the night, where it is under way."""
        if self._night_at_work is not None:
            await self._night_at_work

    # -- the night ---------------------------------------------------------------------------------------

    async def _see_to_the_night(self, now: int) -> bool:
        """Start the work of the last night where it was not done and is needed; whether it is over."""
        due = latest_at(self._desk.settings.nightly_at, self._desk.settings.zone, now)
        if due is None or await asyncio.to_thread(self._night_is_over, due):
            return True
        if self._night_at_work is None or self._night_at_work.done():
            self._night_at_work = asyncio.create_task(self._work_of_the_night())
            await asyncio.sleep(0)
        return False

    def _night_is_over(self, due: Due) -> bool:
        with self._desk.home.bot() as connection:
            last = ledger.last_night(connection)
            digests = any(each.kind == "digest" for each in subscriptions.active(connection))
        if last is not None and last[0] >= due.local_date:
            return True
        inbox = self._desk.home.inbox
        if digests or (inbox.is_dir() and any(each.is_file() for each in inbox.iterdir())):
            return False
        with self._desk.store() as store:
            return not anything_new(store)

    async def _work_of_the_night(self) -> None:
        due = latest_at(
            self._desk.settings.nightly_at, self._desk.settings.zone, started := self._desk.moment()
        )
        assert due is not None
        try:
            said = await self._night()
        except Exception:
            said = {"problems": [incident_of(report("the work of the night"))]}
        if said is not None:
            with self._desk.home.bot() as connection:
                ledger.note_night(connection, due.local_date, started, said)

    # -- alerts ------------------------------------------------------------------------------------------

    def _raise_alerts(self, now: int) -> None:
        """Subscribe those who are to be told of what is new; that this fails keeps nothing else back."""
        try:
            found = [*concerns(self._desk), *self._also]
            with self._desk.home.bot() as connection:
                roads = tuple(alert_roads(self._desk, connection, self._targets))
                for concern in alerts.tell(connection, found, roads, now):
                    log.warning("alert: %s %s", concern.kind, concern.subject)
        except Exception:
            report("looking for what is wrong")

    # -- deliveries --------------------------------------------------------------------------------------

    def _open_due(self, now: int) -> None:
        with self._desk.home.bot() as connection:
            for each in subscriptions.active(connection):
                due = latest_due(each, self._desk.settings.zone, now)
                if due is not None and each.target in self._targets:
                    ledger.open_delivery(connection, each.subscription_id, due.local_date, due.at)

    def _under_way(self, now: int) -> list[tuple[Delivery, Subscription]]:
        with self._desk.home.bot() as connection:
            found = [
                (each, subscriptions.find(connection, each.subscription_id))
                for each in ledger.under_way(connection, now)
            ]
        return [(each, subscription) for each, subscription in found if subscription.target in self._targets]

    async def _deliver(self, delivery: Delivery, subscription: Subscription) -> bool:
        """Send what is left of a delivery; whether all of it has arrived, or never will."""
        target = self._targets[subscription.target]
        if not delivery.prepared:
            scheduled = await asyncio.to_thread(scheduled_reply, self._desk, subscription, delivery)
            parts = await target.parts(subscription, scheduled.reply)
            await asyncio.to_thread(self._prepare, delivery, parts, scheduled)
        for pending in await asyncio.to_thread(self._pending, delivery):
            await asyncio.to_thread(self._mark, delivery, pending.place, "sending")
            try:
                await target.send(subscription, pending.part, repeat=pending.unsure)
            except NotArrivedError as error:
                if not pending.unsure:
                    await asyncio.to_thread(self._mark, delivery, pending.place, "ready")
                await asyncio.to_thread(self._try_later, delivery, error.seconds, _problem(error))
                return False
            except UnsureError as error:
                await asyncio.to_thread(self._try_later, delivery, None, _problem(error))
                return False
            except RefusedError as error:
                await asyncio.to_thread(self._refused, delivery, subscription, error)
                return True
            await asyncio.to_thread(self._mark, delivery, pending.place, "sent")
        await asyncio.to_thread(self._sent, delivery, subscription)
        return True

    def _prepare(self, delivery: Delivery, parts: list[Part], scheduled: Scheduled) -> None:
        with self._desk.home.bot() as connection:
            ledger.prepare(connection, delivery.delivery_id, parts, self._desk.moment(), scheduled.flags_seen)

    def _pending(self, delivery: Delivery) -> list[ledger.PendingPart]:
        with self._desk.home.bot() as connection:
            return list(ledger.pending(connection, delivery.delivery_id))

    def _mark(self, delivery: Delivery, place: int, state: ledger.PartState) -> None:
        with self._desk.home.bot() as connection:
            ledger.mark(connection, delivery.delivery_id, place, state)

    def _try_later(self, delivery: Delivery, seconds: float | None, problem: Problem | None) -> None:
        wait = min(FIRST_WAIT_SECONDS * 2 ** min(delivery.tries, 10), LONGEST_WAIT_SECONDS)
        at = self._desk.moment() + round(wait if seconds is None else seconds)
        with self._desk.home.bot() as connection:
            ledger.try_later(connection, delivery.delivery_id, at, problem)

    def _sent(self, delivery: Delivery, subscription: Subscription) -> None:
        now = self._desk.moment()
        with self._desk.home.bot() as connection:
            ledger.end(connection, delivery.delivery_id, "sent", now)
            if subscription.once_at is not None:
                subscriptions.end(connection, [subscription.subscription_id], now)
        self._note(subscription, "ok")

    def _refused(self, delivery: Delivery, subscription: Subscription, error: RefusedError) -> None:
        now = self._desk.moment()
        closed = isinstance(error, ClosedError)
        outcome: ledger.Outcome = "skipped" if isinstance(error, UnlistedError) else "refused"
        with self._desk.home.bot() as connection:
            ledger.end(connection, delivery.delivery_id, outcome, now, _problem(error))
            if closed or subscription.once_at is not None:
                subscriptions.end(connection, [subscription.subscription_id], now)
        log.warning(
            "subscription %s of chat %s was refused%s",
            subscription.subscription_id,
            subscription.chat,
            " and has ended" if closed else "",
        )
        self._note(subscription, "chat_closed" if closed else "refused")

    def _note(self, subscription: Subscription, outcome: str) -> None:
        asker = Asker(subscription.operator, subscription.operator_name, "schedule", subscription.chat)
        kind = subscriptions.ALERT if subscription.about == subscriptions.ALERT else subscription.kind
        self._desk.note(asker, "operator", kind, outcome)


def _problem(error: Exception) -> Problem | None:
    """Why something did not arrive, where the target said it in words."""
    return problem_of(error.__cause__) if isinstance(error.__cause__, OpsbotError) else None
