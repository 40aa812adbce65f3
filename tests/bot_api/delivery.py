"""How updates reach the bot: long polling, or a webhook that is tried until it answers with success."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from tests.bot_api import limits
from tests.bot_api.errors import bad_request, conflict
from tests.bot_api.parameters import Parameters
from tests.bot_api.world import World

MOST_UPDATES = 100
LONGEST_POLL_SECONDS = 50
WEBHOOK_TIMEOUT_SECONDS = 5
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass
class Webhook:
    """Where updates are posted, and how that went."""

    url: str
    secret_token: str
    max_connections: int
    last_error_date: int | None = None
    last_error_message: str | None = None


class Delivery:
    """Runs in the event loop of the server."""

    def __init__(self, world: World) -> None:
        self.webhook: Webhook | None = None
        self._world = world
        self._poll: asyncio.Future[None] | None = None
        self._new = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._client = AsyncHTTPClient(force_instance=True)
        self._pushing = self._loop.create_task(self._push())
        world.updates.added = self._added

    async def close(self) -> None:
        """Stop delivering; updates may still be added afterwards."""
        self._world.updates.added = lambda: None
        self._pushing.cancel()
        await asyncio.gather(self._pushing, return_exceptions=True)
        self._client.close()

    @property
    def polling(self) -> bool:
        """Whether a getUpdates is waiting."""
        return self._poll is not None and not self._poll.done()

    def _added(self) -> None:
        self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._new.set()
        if self._poll is not None and self.polling:
            self._poll.set_result(None)

    async def get_updates(
        self, parameters: Parameters, gone: asyncio.Future[None]
    ) -> list[dict[str, object]]:
        """The answer to getUpdates; `gone` is done when the bot has closed the connection."""
        if self.webhook is not None:
            raise conflict(
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            )
        self._end_poll(
            "terminated by other getUpdates request; make sure that only one bot instance is running"
        )
        limit = parameters.integer("limit") or MOST_UPDATES
        timeout = min(parameters.integer("timeout") or 0, LONGEST_POLL_SECONDS)
        queue = self._world.updates
        with self._world.lock:
            queue.allow(_allowed(parameters))
            if offset := parameters.integer("offset"):
                queue.confirm(offset)
            # Made under the lock, so that an update added now wakes it.
            poll = self._poll = self._loop.create_future()
            waiting = not queue.pending
            self._world.changed()
        if waiting and timeout > 0:
            await asyncio.wait({poll, gone}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        self._poll = None if self._poll is poll else self._poll
        if poll.done():
            poll.result()
        with self._world.lock:
            return queue.pending[: limit if 1 <= limit <= MOST_UPDATES else MOST_UPDATES]

    def _end_poll(self, reason: str) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(conflict(reason))
        self._poll = None

    def set_webhook(self, parameters: Parameters) -> bool:
        """setWebhook; an empty url deletes it. On loopback plain HTTP will do, as for a local server."""
        url, secret_token = parameters.text("url"), parameters.text("secret_token")
        if not url:
            return self.delete_webhook(parameters)
        place = urlsplit(url)
        if place.scheme != "https" and place.hostname not in {"localhost", "127.0.0.1", "::1"}:
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if secret_token and not limits.SECRET_TOKEN.fullmatch(secret_token):
            raise bad_request("secret token contains unallowed characters")
        self._end_poll("terminated by setWebhook request")
        self._drop(parameters)
        with self._world.lock:
            self._world.updates.allow(_allowed(parameters))
        self.webhook = Webhook(url, secret_token, parameters.integer("max_connections") or 40)
        self._new.set()
        return True

    def delete_webhook(self, parameters: Parameters) -> bool:
        """deleteWebhook."""
        self._drop(parameters)
        self.webhook = None
        return True

    def webhook_info(self) -> dict[str, object]:
        """getWebhookInfo."""
        queue = self._world.updates
        record: dict[str, object] = {
            "url": self.webhook.url if self.webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(queue.pending),
        }
        if self.webhook is not None:
            record["max_connections"] = self.webhook.max_connections
            if self.webhook.last_error_date is not None:
                record["last_error_date"] = self.webhook.last_error_date
                record["last_error_message"] = self.webhook.last_error_message
        if queue.allowed:
            record["allowed_updates"] = sorted(queue.allowed)
        return record

    def _drop(self, parameters: Parameters) -> None:
        if parameters.flag("drop_pending_updates"):
            with self._world.lock:
                self._world.updates.pending.clear()

    async def _push(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            await self._new.wait()
            self._new.clear()
            while self.webhook is not None and self._world.updates.pending:
                update, webhook = self._world.updates.pending[0], self.webhook
                if await self._delivered(webhook, update):
                    pause = FIRST_PAUSE_SECONDS
                    with self._world.lock:
                        self._world.updates.forget(update)
                    self._world.changed()
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _delivered(self, webhook: Webhook, update: dict[str, object]) -> bool:
        headers = {"Content-Type": "application/json"}
        if webhook.secret_token:
            headers[SECRET_HEADER] = webhook.secret_token
        request = HTTPRequest(
            webhook.url,
            method="POST",
            headers=headers,
            body=json.dumps(update),
            request_timeout=WEBHOOK_TIMEOUT_SECONDS,
            follow_redirects=False,
        )
        try:
            await self._client.fetch(request)
        except HTTPClientError as error:
            webhook.last_error_message = f"Wrong response from the webhook: {error.code} {error.message}"
        except OSError as error:
            webhook.last_error_message = str(error)
        else:
            return True
        webhook.last_error_date = int(time.time())
        return False


def _allowed(parameters: Parameters) -> list[str] | None:
    kinds = parameters.value("allowed_updates")
    if kinds is None:
        return None
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise bad_request("can't parse allowed_updates: expected an Array of String")
    return kinds
