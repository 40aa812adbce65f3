"""The audit of what the program is told to change, whether it was done or refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.desk import Desk


@contextmanager
def audited(desk: Desk, command: str) -> Iterator[None]:
    """Note that `command` was done within the block, or the kind of failure that ended it."""
    from bot.command import Asker
    from storage import audit
    from storage.errors import OpsbotError

    outcome = "incident"
    try:
        yield
        outcome = "ok"
    except OpsbotError as error:
        outcome = error.kind
        raise
    finally:
        with desk.home.bot() as connection:
            audit.record(
                connection,
                at=desk.moment(),
                transport="program",
                operator=Asker.operator,
                role="admin",  # whoever can write the home may do all of it
                command=command,
                outcome=outcome,
            )
