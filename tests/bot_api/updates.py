"""The queue of updates: kept until an offset passes them, filtered by what the bot asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count

# What a bot has to ask for by name.
_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
FIRST_UPDATE_ID = 700_001


class UpdateQueue:
    """Updates that the bot has not confirmed, oldest first; guarded by the lock of the world."""

    def __init__(self) -> None:
        self.pending: list[dict[str, object]] = []
        self.allowed: frozenset[str] | None = None
        # Called after an update was added, from whichever thread added it.
        self.added: Callable[[], None] = lambda: None
        self._ids = count(FIRST_UPDATE_ID)

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Deliver only these kinds from now on; none named means the default, None changes nothing."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def add(self, kind: str, payload: dict[str, object]) -> None:
        """Queue an update of this kind, if the bot wants it."""
        if kind in self.allowed if self.allowed else kind not in _ON_REQUEST:
            self.add_raw({kind: payload})

    def add_raw(self, update: dict[str, object]) -> None:
        """Queue an update as it is; it gets an update_id where it brings none."""
        self.pending.append({"update_id": next(self._ids)} | update)
        self.added()

    def confirm(self, offset: int) -> None:
        """Forget what came before the offset; a negative one keeps only so many of the newest."""
        if offset < 0:
            self.pending[:] = self.pending[offset:]
        else:
            self.pending[:] = [one for one in self.pending if _id(one) >= offset]

    def forget(self, update: dict[str, object]) -> None:
        """Take out one update that was delivered."""
        self.pending[:] = [one for one in self.pending if one is not update]


def _id(update: dict[str, object]) -> int:
    number = update["update_id"]
    # A test may send an update with a broken id: no offset ever passes that one, nor loses it.
    return number if isinstance(number, int) else FIRST_UPDATE_ID
