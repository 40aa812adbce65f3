"""Feishu 飞书 and Lark group bots: signed in the body, a post of plain text within 20 KB.

A post and not a text message, where `<at user_id="all">` in an id would call everybody, and not a card, whose
text cannot be copied on every phone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

from bot.transports.webhook.errors import NotDeliveredError
from bot.transports.webhook.refusals import (
    by_status,
    keyword_missing,
    no_such_bot,
    not_from_here,
    other_code,
    too_fast,
    without_a_code,
    wrong_signature,
)
from bot.transports.webhook.service import Answer, Outgoing, Request, Service, encoded
from bot.transports.webhook.text import lines_of

MOST_BYTES = 20_000
# 100 messages a minute and 5 a second, shared with everybody who sends at full hours.
PAUSE_SECONDS = 5.0
_TOO_FAST = 11232
# Both "too many requests" and "a body that I cannot read".
_BAD_REQUEST = 9499
_REFUSALS = {19001: no_such_bot, 19021: wrong_signature, 19022: not_from_here, 19024: keyword_missing}


def request(message: Outgoing, url: str, secret: str | None) -> Request:
    """The message as a post, signed with the time in seconds where there is a secret."""
    signature = _signature(secret, int(message.at.timestamp()))

    def body(lines: Sequence[str]) -> bytes:
        return encoded({**signature, "msg_type": "post", "content": {"post": {"zh_cn": _post(lines)}}})

    return Request(url, body(lines_of(message, lambda lines: len(body(lines)) <= MOST_BYTES)))


def judge(answer: Answer, receiver: str) -> NotDeliveredError | None:
    """Feishu answers HTTP 200 whatever happened; `code`, once `StatusCode`, says what did."""
    code = answer.code("code", "StatusCode")
    if code is None:
        return without_a_code(answer, receiver)
    if code == 0:
        return by_status(answer, receiver)
    reason = answer.reason("msg", "StatusMessage")
    if code == _TOO_FAST or (code == _BAD_REQUEST and _is_about_pace(reason)):
        return too_fast(receiver, answer.retry_after or PAUSE_SECONDS)
    return _REFUSALS[code](receiver) if code in _REFUSALS else other_code(receiver, code, reason)


def _is_about_pace(reason: str) -> bool:
    return any(word in reason.casefold() for word in ("frequency", "too many", "too fast", "limit"))


def _signature(secret: str | None, seconds: int) -> dict[str, str]:
    """The two fields of the body: the key holds it all, what is signed is empty."""
    if secret is None:
        return {}
    digest = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": str(seconds), "sign": base64.b64encode(digest).decode()}


def _post(lines: Sequence[str]) -> dict[str, object]:
    title, *others = lines
    return {"title": title, "content": [[{"tag": "text", "text": line}] for line in others]}


SERVICE = Service(
    "Feishu",
    (
        ("open.feishu.cn", "/open-apis/bot/v2/hook/"),
        ("open.larksuite.com", "/open-apis/bot/v2/hook/"),
    ),
    True,
    request,
    judge,
)
