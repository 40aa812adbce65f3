"""DingTalk 钉钉 group bots: signed in the address, plain text of 20,000 bytes.

Text and not Markdown: theirs has no escape, and draws HTML in an id instead of showing it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import urlencode

from bot.transports.webhook.errors import NotDeliveredError, RefusedError
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
# 20 messages a minute; who sends more is not heard for ten.
PAUSE_SECONDS = 600.0
_TOO_FAST = frozenset({130101, 410100, 660026})
_NO_SUCH_BOT = frozenset({300001, 300005})
_SECURITY = 310000


def request(message: Outgoing, url: str, secret: str | None) -> Request:
    """The message as text, signed with the time in milliseconds where there is a secret."""
    return Request(_signed(url, secret, int(message.at.timestamp() * 1000)), _body(lines_of(message, _fits)))


def judge(answer: Answer, receiver: str) -> NotDeliveredError | None:
    """DingTalk answers HTTP 200 whatever happened; `errcode` says what did."""
    code = answer.code("errcode")
    if code is None:
        return without_a_code(answer, receiver)
    if code == 0:
        return by_status(answer, receiver)
    if code in _TOO_FAST:
        return too_fast(receiver, answer.retry_after or PAUSE_SECONDS)
    if code in _NO_SUCH_BOT:
        return no_such_bot(receiver)
    reason = answer.reason("errmsg")
    refusal = _unsafe(receiver, reason) if code == _SECURITY else None
    return refusal or other_code(receiver, code, reason)


def _unsafe(receiver: str, reason: str) -> RefusedError | None:
    """One code for all three security settings; only its words tell them apart."""
    for words, refusal in (
        (("keyword", "关键词"), keyword_missing),
        (("sign", "timestamp", "签名", "时间戳"), wrong_signature),
        (("whitelist", "白名单"), not_from_here),
    ):
        if any(word in reason for word in words):
            return refusal(receiver)
    return None


def _signed(url: str, secret: str | None, milliseconds: int) -> str:
    if secret is None:
        return url
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    signature = urlencode({"timestamp": milliseconds, "sign": base64.b64encode(digest).decode()})
    return f"{url}{'&' if '?' in url else '?'}{signature}"


def _body(lines: Sequence[str]) -> bytes:
    return encoded({"msgtype": "text", "text": {"content": "\n".join(lines)}})


def _fits(lines: Sequence[str]) -> bool:
    return len(_body(lines)) <= MOST_BYTES


SERVICE = Service("DingTalk", (("oapi.dingtalk.com", "/robot/send"),), True, request, judge)
