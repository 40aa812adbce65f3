"""What a service is: a reply made into one request, and its answer read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property

from bot.reply import Reply
from bot.transports.webhook.errors import NotDeliveredError

LONGEST_REASON = 200


@dataclass(frozen=True)
class Outgoing:
    """A reply on its way: `at` is the time of this try (UTC), `made_at` that of the first.

    `repeated` says that an earlier try may have arrived.
    """

    reply: Reply
    delivery_id: str
    made_at: datetime
    at: datetime
    repeated: bool = False


@dataclass(frozen=True)
class Request:
    """One POST; the address and the headers may hold secrets."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back: `said` is the text without anything secret."""

    status: int
    said: str
    retry_after: float | None = None

    @property
    def ok(self) -> bool:
        """Whether HTTP says that all is well; several services say otherwise in the text."""
        return 200 <= self.status < 300

    @cached_property
    def fields(self) -> Mapping[str, object]:
        """The JSON object that was answered; empty where it was none."""
        try:
            value = json.loads(self.said)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def code(self, *names: str) -> int | None:
        """The service's own code, under the first of these names that is there; 0 means accepted."""
        codes = (self.fields.get(name) for name in names)
        return next((code for code in codes if isinstance(code, int)), None)

    def reason(self, *names: str) -> str:
        """The service's own words, short."""
        words = (self.fields.get(name) for name in names)
        return next((word for word in words if isinstance(word, str)), "")[:LONGEST_REASON]


@dataclass(frozen=True)
class Service:
    """A service; `addresses` are the hosts and beginnings of paths that it is known by.

    `request` makes the request out of a message, the address and the signing secret; `judge` gives what is
    wrong with an answer, None where the message was accepted; it is also told what to call the receiver.
    """

    name: str
    addresses: tuple[tuple[str, str], ...]
    signs: bool
    request: Callable[[Outgoing, str, str | None], Request]
    judge: Callable[[Answer, str], NotDeliveredError | None]


def encoded(value: object) -> bytes:
    """JSON in UTF-8; raises ValueError for NaN."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=str).encode("utf-8", "replace")


def seconds_asked(header: str | None, now: datetime) -> float | None:
    """What Retry-After asks to wait: seconds or a date; None where it says neither."""
    if header is None:
        return None
    try:
        return max(0.0, float(int(header)))
    except ValueError:
        pass
    try:
        then = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, ((then if then.tzinfo else then.replace(tzinfo=UTC)) - now).total_seconds())
