"""The HTTP side: one server in a thread of its own, from a request to its answer."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from tests.bot_api import parameters as requests
from tests.bot_api.delivery import Delivery
from tests.bot_api.errors import RefusedError, too_many_requests
from tests.bot_api.faults import Failure, Faults, Pace, writes
from tests.bot_api.methods import METHODS
from tests.bot_api.parameters import Parameters
from tests.bot_api.world import Call, World

LARGEST_REQUEST = 256 * 1024 * 1024
DOWNLOAD = "download"
BAD_GATEWAY = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


class _CutError(Exception):
    """The connection ends here, without an answer."""


class Server:
    """Answers for the world on a free port of the loopback interface while it runs."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = Faults()
        self.pace: Pace | None = None
        self.cut_after_acceptance: list[int] = []
        self.port = 0
        self.delivery: Delivery
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="bot-api")

    def start(self) -> None:
        """Return when requests are answered."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Close every connection, let nothing run on."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self.delivery = Delivery(self.world)
        served = {"server": self}
        application = Application(
            [(r"/bot([^/]+)/(\w+)", _Method, served), (r"/file/bot([^/]+)/(.+)", _Download, served)],
            default_handler_class=_Nothing,
            log_function=lambda handler: None,
        )
        server = HTTPServer(application, max_body_size=LARGEST_REQUEST, max_buffer_size=LARGEST_REQUEST)
        sockets = bind_sockets(0, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        server.add_sockets(sockets)
        self._ready.set()
        await self._stop.wait()
        server.stop()
        await self.delivery.close()
        await server.close_all_connections()

    async def outcome(
        self,
        token: str,
        method: str,
        given: Parameters,
        gone: asyncio.Future[None],
        carry_out: Callable[[], Awaitable[object]],
    ) -> object:
        """What the method answers, after the failures and the pace that a test asked for.

        `gone` is done when the bot has closed the connection.
        """
        arrived, chat_id = time.monotonic(), _chat_id(given)
        failure: Failure | None = None
        outcome = "ok"
        try:
            if token != self.world.token:
                raise RefusedError(401)
            with self.world.lock:
                failure = self.faults.draw(method.lower(), chat_id)
            await self._before(failure)
            self._keep_pace(method, chat_id)
            result = await carry_out()
            if gone.done() or (failure is not None and failure.kind == "cut_after"):
                self._lose(method, result)
        except RefusedError as refusal:
            outcome = str(refusal.code)
            raise
        finally:
            if failure is not None:
                outcome = failure.kind
            with self.world.lock:
                self.world.calls.append(Call(method, chat_id, arrived, outcome, given.values))
                self.world.changed()
        return result

    async def _before(self, failure: Failure | None) -> None:
        if failure is None:
            return
        if failure.kind == "cut_before":
            raise _CutError
        if failure.kind == "too_many_requests":
            raise too_many_requests(int(failure.seconds))
        if failure.kind == "server_error":
            raise RefusedError(500)
        if failure.kind == "bad_gateway_html":
            raise RefusedError(502)
        if failure.kind == "hang":
            await asyncio.sleep(failure.seconds)

    def _keep_pace(self, method: str, chat_id: int | None) -> None:
        if self.pace is None or chat_id is None or not writes(method.lower()):
            return
        with self.world.lock:
            pause = self.pace.pause(chat_id)
        if pause:
            raise too_many_requests(pause)

    def _lose(self, method: str, result: object) -> None:
        if method.lower().startswith("send"):
            sent = result if isinstance(result, list) else [result]
            self.cut_after_acceptance += [
                one["message_id"] for one in sent if isinstance(one, dict) and "message_id" in one
            ]
        raise _CutError

    async def call(self, method: str, given: Parameters, gone: asyncio.Future[None]) -> object:
        """Carry the method out; RefusedError where it does not exist or will not."""
        name = method.lower()
        if name == "getupdates":
            return await self.delivery.get_updates(given, gone)
        with self.world.lock:
            if name == "setwebhook":
                return self.delivery.set_webhook(given)
            if name == "deletewebhook":
                return self.delivery.delete_webhook(given)
            if name == "getwebhookinfo":
                return self.delivery.webhook_info()
            if name not in METHODS:
                raise RefusedError(404)
            return METHODS[name](self.world, given)


class _Handler(RequestHandler):
    def initialize(self, server: Server) -> None:
        self.served = server
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on_connection_close(self) -> None:
        if not self.gone.done():
            self.gone.set_result(None)

    async def respond(self, token: str, name: str) -> None:
        raise NotImplementedError

    async def get(self, token: str, name: str) -> None:
        try:
            await self.respond(token, name)
        except _CutError:
            self.detach().close()
        except RefusedError as refusal:
            self.set_status(refusal.code)
            if refusal.code == 502:
                self.set_header("Content-Type", "text/html")
                self.write(BAD_GATEWAY)
            else:
                self.write(refusal.body())

    post = get


class _Method(_Handler):
    async def respond(self, token: str, name: str) -> None:
        given = requests.read(self.request)
        result = await self.served.outcome(
            token, name, given, self.gone, lambda: self.served.call(name, given, self.gone)
        )
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps({"ok": True, "result": result}))


class _Download(_Handler):
    async def respond(self, token: str, name: str) -> None:
        async def find() -> bytes:
            files = self.served.world.files.values()
            found = next((file.data for file in files if file.path == name), None)
            if found is None:
                raise RefusedError(404)
            return found

        given = Parameters({"file_path": name})
        data = await self.served.outcome(token, DOWNLOAD, given, self.gone, find)
        assert isinstance(data, bytes)
        self.set_header("Content-Type", "application/octet-stream")
        self.write(data)


class _Nothing(RequestHandler):
    def prepare(self) -> None:
        self.set_status(404)
        self.finish(RefusedError(404).body())


def _chat_id(given: Parameters) -> int | None:
    try:
        return int(given.values.get("chat_id", ""))
    except ValueError:
        return None
