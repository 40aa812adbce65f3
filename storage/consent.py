"""Who agreed to be written to through a channel, and of whom that is not known."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
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
