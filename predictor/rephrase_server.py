"""A rephrasing model behind an OpenAI-compatible server: a chat completion with an end to waiting."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from predictor.rephrasing import RephraseError

_MOST_BYTES = 200_000
_MOST_TOKENS = 400


@dataclass(frozen=True)
class ServerRephraser:
    """The model of that name at a server's address, such as http://127.0.0.1:11434/v1."""

    url: str
    name: str
    key: str = field(default="", repr=False)

    def answer(self, instruction: str, text: str, seconds: float) -> str:
        """See `Rephraser`."""
        body = self._asked(
            {
                "model": self.name,
                "messages": [
                    {"role": "system", "content": instruction},
                    {"role": "user", "content": text},
                ],
                "temperature": 0.3,
                "max_tokens": _MOST_TOKENS,
            },
            seconds,
        )
        try:
            content = json.loads(body)["choices"][0]["message"]["content"]
        except (ValueError, LookupError, TypeError, RecursionError):
            content = None
        if not isinstance(content, str) or not content.strip():
            raise RephraseError(
                "The rephrasing model {model} gave an answer without a text.", model=self.name
            )
        return content

    def _asked(self, question: dict[str, Any], seconds: float) -> bytes:
        import httpx

        until = time.monotonic() + seconds
        address = self.url.rstrip("/").removesuffix("/chat/completions") + "/chat/completions"
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        found = bytearray()
        try:
            with (
                httpx.Client(timeout=seconds, follow_redirects=False, headers=headers) as client,
                client.stream("POST", address, json=question) as response,
            ):
                if response.status_code != 200:
                    raise RephraseError(
                        "The rephrasing model {model} refused: status {status}.",
                        model=self.name,
                        status=response.status_code,
                    )
                for piece in response.iter_bytes():
                    found += piece
                    if len(found) > _MOST_BYTES or time.monotonic() > until:
                        raise self._silent()
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError) as error:
            raise self._silent() from error
        return bytes(found)

    def _silent(self) -> RephraseError:
        return RephraseError("The rephrasing model {model} did not answer in time.", model=self.name)
