"""The fixture that gives a test its own Bot API server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bot_api.api import BotApi


@pytest.fixture
def bot_api() -> Iterator[BotApi]:
    """A running server with nobody on it yet."""
    with BotApi() as api:
        yield api
