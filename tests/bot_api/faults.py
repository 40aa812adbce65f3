"""Failures on demand, failures by chance, and the pace that a server allows."""

from __future__ import annotations

import math
import random
import time
from collections import Counter, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

KINDS = frozenset(
    {"too_many_requests", "server_error", "bad_gateway_html", "cut_before", "cut_after", "hang"}
)


@dataclass(frozen=True)
class Failure:
    """What goes wrong with one request."""

    kind: str
    seconds: float = 1

    @classmethod
    def too_many_requests(cls, retry_after: int = 1) -> Failure:
        """Refused with 429 and so many seconds to wait."""
        return cls("too_many_requests", retry_after)

    @classmethod
    def server_error(cls) -> Failure:
        """Refused with 500."""
        return cls("server_error")

    @classmethod
    def bad_gateway_html(cls) -> Failure:
        """Refused with 502 and a page of HTML, as a proxy in between does."""
        return cls("bad_gateway_html")

    @classmethod
    def cut_before(cls) -> Failure:
        """The connection ends before the request is carried out."""
        return cls("cut_before")

    @classmethod
    def cut_after(cls) -> Failure:
        """The request is carried out; the connection ends before the answer."""
        return cls("cut_after")

    @classmethod
    def hang(cls, seconds: float) -> Failure:
        """The request is carried out and answered so much later, even if nobody waits for it any more."""
        return cls("hang", seconds)


def writes(method: str) -> bool:
    """Whether the method, in lower case, puts something into a chat."""
    return method.startswith(("send", "edit")) and method != "sendchataction"


def _faulty_by_default(method: str) -> bool:
    return writes(method) or method in {"deletemessage", "answercallbackquery", "setmessagereaction"}


@dataclass
class Faults:
    """Which request fails, and how; `injected` counts the failures by kind."""

    injected: Counter[str] = field(default_factory=Counter)
    _scripted: dict[str, deque[tuple[Failure, int | None]]] = field(default_factory=dict)
    _rates: Mapping[str, float] = field(default_factory=dict)
    _methods: frozenset[str] | None = None
    _random: random.Random = field(default_factory=random.Random)

    def script(self, method: str, failure: Failure, times: int, chat_id: int | None) -> None:
        """Let the next requests of the method (to that chat) fail so."""
        waiting = self._scripted.setdefault(method.lower(), deque())
        waiting.extend([(failure, chat_id)] * times)

    def mix(self, seed: int, rates: Mapping[str, float], methods: Collection[str] | None) -> None:
        """Let every request fail with these chances; methods None: those that write into chats."""
        if not set(rates) <= KINDS:
            raise ValueError(f"no such failures: {sorted(set(rates) - KINDS)}")
        self._random = random.Random(seed)
        self._rates = dict(rates)
        self._methods = None if methods is None else frozenset(method.lower() for method in methods)

    def draw(self, method: str, chat_id: int | None) -> Failure | None:
        """The failure of this request, or None."""
        failure = self._next_scripted(method, chat_id) or self._by_chance(method)
        if failure is not None:
            self.injected[failure.kind] += 1
        return failure

    def _next_scripted(self, method: str, chat_id: int | None) -> Failure | None:
        waiting = self._scripted.get(method, deque())
        for place, (failure, wanted) in enumerate(waiting):
            if wanted is None or wanted == chat_id:
                del waiting[place]
                return failure
        return None

    def _by_chance(self, method: str) -> Failure | None:
        chosen = _faulty_by_default(method) if self._methods is None else method in self._methods
        if not (self._rates and chosen):
            return None
        drawn = self._random.random()
        for kind, rate in self._rates.items():
            if drawn < rate:
                return Failure(kind)
            drawn -= rate
        return None


@dataclass
class Pace:
    """How much may be written: to one chat and overall in any one second, to a group in a minute."""

    per_chat_per_second: int
    overall: int
    per_group_per_minute: int | None = None
    _written: dict[int | None, deque[float]] = field(default_factory=dict)

    def pause(self, chat_id: int) -> int:
        """Whole seconds to wait before writing to this chat; 0 means now, and then it counts as written."""
        now = time.monotonic()
        rules = [(chat_id, 1.0, self.per_chat_per_second), (None, 1.0, self.overall)]
        if chat_id < 0 and self.per_group_per_minute is not None:
            rules.append((chat_id, 60.0, self.per_group_per_minute))
        wait = max(self._wait(key, window, allowed, now) for key, window, allowed in rules)
        if wait > 0:
            return math.ceil(wait)
        for key in (chat_id, None):
            self._written.setdefault(key, deque(maxlen=1000)).append(now)
        return 0

    def _wait(self, key: int | None, window: float, allowed: int, now: float) -> float:
        recent = [moment for moment in self._written.get(key, ()) if moment > now - window]
        return recent[-allowed] + window - now if len(recent) >= allowed else 0.0
