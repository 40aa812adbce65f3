"""The server, and a client that says what it is told and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.bot_api import BotApi
from tests.bot_api.fixtures import bot_api as bot_api


@dataclass(frozen=True)
class Raw:
    """Requests as any program may make them; values that are no text go as JSON."""

    api: BotApi
    client: httpx.Client

    def call(
        self,
        method: str,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        **parameters: object,
    ) -> dict[str, Any]:
        """The whole answer; its error_code is the status of the response."""
        data = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()
        }
        url = f"{self.api.root}/bot{self.api.token}/{method}"
        response = self.client.post(url, data=data, files=files)
        answer: dict[str, Any] = response.json()
        assert answer.get("error_code", 200) == response.status_code
        assert answer["ok"] == (response.status_code == 200)
        return answer

    def result(self, method: str, **parameters: Any) -> Any:
        """What the method gives; an assertion fails where it is refused."""
        answer = self.call(method, **parameters)
        assert answer["ok"], answer
        return answer["result"]

    def refusal(self, method: str, **parameters: Any) -> str:
        """The description of the error; an assertion fails where there is none."""
        answer = self.call(method, **parameters)
        assert not answer["ok"], answer
        return str(answer["description"])


@pytest.fixture
def raw(bot_api: BotApi) -> Iterator[Raw]:
    with httpx.Client(timeout=60) as client:
        yield Raw(bot_api, client)
