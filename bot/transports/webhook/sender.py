"""Sends a reply to a target, again where that helps, within a bounded time."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import httpx

from bot.reply import Reply
from bot.transports.webhook.errors import NotDeliveredError, RefusedError
from bot.transports.webhook.service import Answer, Outgoing, seconds_asked
from bot.transports.webhook.targets import Target

log = logging.getLogger(__name__)

_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "User-Agent": "opsbot",
    # What is answered is short; unpacking could make it endless.
    "Accept-Encoding": "identity",
}
_LONGEST_ANSWER = 64 * 1024


@dataclass(frozen=True)
class Patience:
    """How long and how often to try; seconds. Whoever sends tries again later, so not too long."""

    most_tries: int = 4
    first_wait: float = 1.0
    longest_wait: float = 15.0
    one_try: float = 20.0
    altogether: float = 60.0


class Webhook:
    """One target. Its address and secret never reach a log or a sentence."""

    def __init__(
        self,
        target: Target,
        *,
        patience: Patience | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.target = target
        self._patience = patience or Patience()
        self._now = now
        # These write every request with its address.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)

    async def send(self, reply: Reply, *, delivery_id: str, repeated: bool = False) -> None:
        """Return when the message was accepted; it is written in the language in use.

        `delivery_id` is the same for the same message, whenever it is sent. `repeated` says that an earlier
        try may have arrived: the message says so, as does one that is sent again in here after a lost answer
        (not the JSON, whose receiver knows it by its id). Raises RefusedError where no other try will help,
        and NotDeliveredError where a later one may.
        """
        made_at, lost = self._now(), repeated
        until = time.monotonic() + self._patience.altogether
        async with self._client() as client:
            for tried in count(1):
                try:
                    await self._try(client, Outgoing(reply, delivery_id, made_at, self._now(), lost))
                    return
                except NotDeliveredError as error:
                    lost = error.maybe_accepted = error.maybe_accepted or lost
                    pause = self._pause(tried, error)
                    late = time.monotonic() + pause > until
                    if error.final or tried == self._patience.most_tries or late:
                        raise
                    log.info("%s Next try in %.1f s.", error, pause)
                await asyncio.sleep(pause)

    def _client(self) -> httpx.AsyncClient:
        limits = httpx.Timeout(self._patience.one_try, connect=self._patience.one_try / 2)
        return httpx.AsyncClient(timeout=limits, headers=_HEADERS, follow_redirects=False)

    def _pause(self, tried: int, error: NotDeliveredError) -> float:
        """Seconds until the next try: as asked, else longer each time; never the same for two senders."""
        jitter = random.uniform(0.5, 1.0)  # noqa: S311
        doubled: float = self._patience.first_wait * 2 ** (tried - 1)
        if error.retry_after is not None:
            return error.retry_after + jitter * self._patience.first_wait
        return jitter * min(doubled, self._patience.longest_wait)

    async def _try(self, client: httpx.AsyncClient, message: Outgoing) -> None:
        answer = await self._answer(client, message)
        error = self.target.service.judge(answer, self.target.receiver)
        if error is not None:
            raise error

    async def _answer(self, client: httpx.AsyncClient, message: Outgoing) -> Answer:
        request = self.target.service.request(message, self.target.url, self.target.secret)
        try:
            async with (
                asyncio.timeout(self._patience.one_try),
                client.stream("POST", request.url, content=request.body, headers=request.headers) as response,
            ):
                said = await _beginning(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.PoolTimeout) as error:
            raise _out_of_reach(error, self.target.receiver) from None
        except (httpx.RequestError, TimeoutError):
            raise NotDeliveredError(
                "{receiver} did not answer.", maybe_accepted=True, receiver=self.target.receiver
            ) from None
        except (httpx.InvalidURL, UnicodeError):
            raise RefusedError(
                "The address of {receiver} cannot be used.",
                next_step="Correct OPSBOT_NOTIFY_URL.",
                receiver=self.target.receiver,
            ) from None
        return Answer(
            response.status_code,
            self.target.discreet(said.decode(errors="replace")),
            seconds_asked(response.headers.get("Retry-After"), self._now()),
        )


async def _beginning(response: httpx.Response) -> bytes:
    said = b""
    async for part in response.aiter_raw():
        said += part
        if len(said) >= _LONGEST_ANSWER:
            break
    return said[:_LONGEST_ANSWER]


def _out_of_reach(error: httpx.TransportError, receiver: str) -> NotDeliveredError:
    """Nothing was sent yet."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return NotDeliveredError(
            "{receiver} has a certificate that this machine does not trust.",
            next_step="Give it a valid one, or name your own authority's file in SSL_CERT_FILE.",
            receiver=receiver,
        )
    return NotDeliveredError(
        "{receiver} cannot be reached.",
        next_step="Check the network of this machine, and the host in OPSBOT_NOTIFY_URL.",
        receiver=receiver,
    )
