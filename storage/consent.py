"""Who agreed to be written to through a channel, and of whom that is not known."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.identities import user_of

CHANNELS = ("email", "sms", "chat")


@dataclass(frozen=True)
class Consent:
    """The ids of who agreed and of who refused; of everybody else nothing is known."""

    given: frozenset[str]
    refused: frozenset[str]

    @property
    def known(self) -> bool:
        """Whether the shop keeps consent for this channel at all."""
        return bool(self.given or self.refused)


def consents(connection: sqlite3.Connection) -> Mapping[str, Consent]:
    """What is known for each of CHANNELS; somebody with several ids who refused under one has refused."""
    given: dict[str, set[str]] = {channel: set() for channel in CHANNELS}
    refused: dict[str, set[str]] = {channel: set() for channel in CHANNELS}
    columns = ", ".join(f"consent_{channel}" for channel in CHANNELS)
    for user_id, *said in connection.execute(f"SELECT user_id, {columns} FROM users"):
        for channel, agreed in zip(CHANNELS, said, strict=True):
            if agreed is not None:
                (given if agreed else refused)[channel].add(user_of(connection, user_id))
    return {
        channel: Consent(frozenset(given[channel] - refused[channel]), frozenset(refused[channel]))
        for channel in CHANNELS
    }


def consent_of(connection: sqlite3.Connection, user_ids: Sequence[str]) -> Mapping[str, bool | None]:
    """What one user, under all of these ids, said to each of CHANNELS: who refused under one has refused.

    None where nothing is known.
    """
    columns = ", ".join(f"MIN(consent_{channel})" for channel in CHANNELS)
    row = connection.execute(
        f"SELECT {columns} FROM users WHERE user_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(user_ids)),),
    ).fetchone()
    return {
        channel: None if said is None else bool(said) for channel, said in zip(CHANNELS, row, strict=True)
    }
