"""What a command works with: the home, its settings, the moment it answers for, and common sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from bot import formats
from bot.command import Asker
from bot.i18n import _
from bot.reply import Provenance
from bot.settings import Settings
from storage import audit, operators
from storage.database import Home
from storage.snapshot import Snapshot, data_through, latest_snapshot

if TYPE_CHECKING:
    from predictor.families import OptionalFamily
    from storage.model_store import ModelRecord

STALE_AFTER_DAYS = 2


@dataclass(frozen=True)
class Running:
    """A long command at work beside the chat: its name, who asked for it, and what ends it.

    `stop` returns whether it came in time: False where the work was done already.
    """

    command: str
    asker: Asker
    stop: Callable[[], bool]


def _nothing_runs() -> Sequence[Running]:
    return ()


@dataclass(frozen=True)
class Desk:
    """One shop, ready to answer.

    `progress` hears what a long command is doing, a sentence at a time, and `no_return` that it is about to
    change what is stored, after which it cannot be cancelled; `running` says what is at work beside the
    chat, the oldest first: nothing, in the terminal.
    """

    home: Home
    settings: Settings
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    progress: Callable[[str], None] = lambda step: None
    no_return: Callable[[], None] = lambda: None
    running: Callable[[], Sequence[Running]] = _nothing_runs

    def families(self, connection: sqlite3.Connection) -> Sequence[OptionalFamily]:
        """The families of features that a training tries, with the encoder of the settings."""
        from predictor.families import optional_families

        return optional_families(connection, self.settings.encoder, self.settings.device)

    def note(self, asker: Asker, role: str, command: str, outcome: str) -> None:
        """An entry of the audit; `outcome` is `ok` or the kind of failure."""
        with self.home.bot() as connection:
            operators.remember_name(connection, asker.operator, asker.name)
            audit.record(
                connection,
                at=self.moment(),
                transport=asker.transport,
                operator=asker.operator,
                role=role,
                command=command,
                outcome=outcome,
            )

    @contextmanager
    def store(self) -> Iterator[sqlite3.Connection]:
        """A connection for one answer."""
        with self.home.store() as connection:
            yield connection

    def moment(self) -> int:
        """Now, in epoch seconds."""
        return int(self.now().timestamp())

    def as_of(self, connection: sqlite3.Connection) -> date:
        """The day that answers are for: that of the latest order; raises EmptyStoreError."""
        return data_through(connection)

    def snapshot(self, connection: sqlite3.Connection) -> Snapshot:
        """The shop as answers see it: orders as of that day, merges and exclusions as they stand now."""
        return latest_snapshot(connection)

    def local_moment(self, epoch_seconds: int) -> datetime:
        """A moment in the shop's own zone."""
        return datetime.fromtimestamp(epoch_seconds, self.settings.zone)

    def local_day(self, epoch_seconds: int) -> date:
        """The day that a moment lies on in the shop's own zone."""
        return self.local_moment(epoch_seconds).date()

    def money(self, connection: sqlite3.Connection, cents: float) -> str:
        """Cents as money in the store's currency."""
        return formats.money(cents, self.currency(connection))

    def currency(self, connection: sqlite3.Connection) -> str | None:
        """The code of the store's currency, or of the one set; None where neither is known."""
        stored: str | None = connection.execute("SELECT currency FROM shop").fetchone()[0]
        return stored or self.settings.currency

    def provenance(self, as_of: date, record: ModelRecord, *, data_through: date | None = None) -> Provenance:
        """Where a prediction comes from, with its definition in words; `data_through` defaults to as_of."""
        return Provenance(
            as_of=as_of.isoformat(),
            data_through=(data_through or as_of).isoformat(),
            model=record.version,
            horizon_days=record.horizon_days,
            definition=churn_definition(record),
        )

    def stale_line(self, as_of: date) -> tuple[str, ...]:
        """A warning where the latest order is more than two days old; otherwise nothing."""
        if not self.is_stale(as_of):
            return ()
        return (
            _("The latest order is {age} days old; import newer ones for an answer about today.").format(
                age=formats.count(self.age_days(as_of))
            ),
        )

    def is_stale(self, as_of: date) -> bool:
        """Whether answers as of that day say that the data is old."""
        return self.age_days(as_of) > STALE_AFTER_DAYS

    def age_days(self, as_of: date) -> int:
        """How many days ago that day is."""
        return (self.now().date() - as_of).days


def churn_definition(record: ModelRecord) -> str:
    """What the predicted thing is, in one sentence."""
    return _("no order within {horizon} days, of users who ordered in the last {active} days").format(
        horizon=record.horizon_days, active=record.active_days
    )
