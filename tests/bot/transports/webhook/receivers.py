"""A receiver on loopback for each service, which checks what the service checks and answers as it does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

Answer = tuple[int, bytes]
Check = Callable[[Mapping[str, str], str, bytes], Answer]

SECRET = "SECret-of-the-bot"
STANDARD_SECRET = "whsec_" + base64.b64encode(b"a key of thirty-two bytes, nearly").decode()


def _hmac(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _said(value: object) -> Answer:
    return 200, json.dumps(value, ensure_ascii=False).encode()


def wecom(_headers: Mapping[str, str], _query: str, body: bytes) -> Answer:
    value = json.loads(body)
    if value["msgtype"] != "text" or len(value["text"]["content"].encode()) > 2048:
        return _said({"errcode": 40058, "errmsg": "text.content exceed max length 2048"})
    return _said({"errcode": 0, "errmsg": "ok"})


def dingtalk(_headers: Mapping[str, str], query: str, body: bytes) -> Answer:
    given = {name: values[0] for name, values in parse_qs(query).items()}
    wanted = _hmac(SECRET.encode(), f"{given.get('timestamp')}\n{SECRET}".encode())
    if given.get("sign") != wanted:
        return _said({"errcode": 310000, "errmsg": "sign not match"})
    value = json.loads(body)
    if value["msgtype"] != "text" or len(body) > 20_000:
        return _said({"errcode": 460101, "errmsg": "message too long"})
    return _said({"errcode": 0, "errmsg": "ok"})


def feishu(_headers: Mapping[str, str], _query: str, body: bytes) -> Answer:
    value = json.loads(body)
    if value.get("sign") != _hmac(f"{value.get('timestamp')}\n{SECRET}".encode(), b""):
        return _said({"code": 19021, "msg": "sign match fail or timestamp is not within one hour"})
    post = value["content"]["post"]["zh_cn"]
    if value["msg_type"] != "post" or not all(part["tag"] == "text" for (part,) in post["content"]):
        return _said({"code": 9499, "msg": "Bad Request"})
    return _said({"code": 0, "msg": "success", "data": {}})


def slack(_headers: Mapping[str, str], _query: str, body: bytes) -> Answer:
    value = json.loads(body)
    texts = [block["text"]["text"] for block in value["blocks"]]
    sizes = {"header": 150, "section": 3000}
    fits = all(0 < len(each["text"]["text"]) <= sizes[each["type"]] for each in value["blocks"])
    if not fits or len(texts) > 50:
        return 400, b"invalid_blocks"
    return 200, b"ok"


def standard(headers: Mapping[str, str], _query: str, body: bytes) -> Answer:
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(STANDARD_SECRET.removeprefix("whsec_"))
    if headers.get("webhook-signature") != f"v1,{_hmac(key, signed)}":
        return 401, b"signature"
    return 204, b""


CHECKS: dict[str, Check] = {
    "wecom": wecom,
    "dingtalk": dingtalk,
    "feishu": feishu,
    "slack": slack,
    "json": standard,
}
SECRETS = {"dingtalk": SECRET, "feishu": SECRET, "json": STANDARD_SECRET}


@dataclass
class Receiver:
    """What came in, and what is answered next; None cuts the connection after the message was taken."""

    url: str
    taken: list[Any] = field(default_factory=list)
    ids: list[str | None] = field(default_factory=list)
    next_answers: list[Answer | None] = field(default_factory=list)

    def texts(self) -> list[str]:
        """All that was taken, as one text each."""
        return [json.dumps(each, ensure_ascii=False) for each in self.taken]


@contextmanager
def receiver(name: str) -> Iterator[Receiver]:
    """A receiver of that service, on a port of its own."""
    found = Receiver("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"].startswith("application/json")
            scripted = found.next_answers.pop(0) if found.next_answers else ()
            if scripted is None:
                self._take(body)
                self.close_connection = True
                self.connection.close()
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, said = scripted or CHECKS[name](headers, urlsplit(self.path).query, body)
            if not scripted and self._accepts(status, said):
                self._take(body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def _accepts(self, status: int, said: bytes) -> bool:
            answer = httpx.Response(status, content=said)
            value = json.loads(said) if said.startswith(b"{") else {}
            return answer.is_success and not value.get("errcode", value.get("code", 0))

        def _take(self, body: bytes) -> None:
            found.taken.append(json.loads(body))
            found.ids.append(self.headers.get("webhook-id"))

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}/hook/a-key-of-many-letters"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
