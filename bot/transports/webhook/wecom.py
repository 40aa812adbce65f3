"""WeCom 企业微信 group bots: the key in the address, plain text of 2,048 bytes.

Text and not Markdown: theirs has no escape, so that an id such as `*x*` would lose its stars, and members who
read along in WeChat see no Markdown message at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.transports.webhook.errors import NotDeliveredError
from bot.transports.webhook.refusals import by_status, no_such_bot, other_code, too_fast, without_a_code
from bot.transports.webhook.service import Answer, Outgoing, Request, Service, encoded
from bot.transports.webhook.text import lines_of

MOST_BYTES = 2048
# 20 messages a minute.
PAUSE_SECONDS = 60.0
_TOO_FAST = 45009
_NO_SUCH_BOT = 93000


def request(message: Outgoing, url: str, secret: str | None) -> Request:
    """The message as text."""
    content = "\n".join(lines_of(message, _fits))
    return Request(url, encoded({"msgtype": "text", "text": {"content": content}}))


def judge(answer: Answer, receiver: str) -> NotDeliveredError | None:
    """WeCom answers HTTP 200 whatever happened; `errcode` says what did."""
    code = answer.code("errcode")
    if code is None:
        return without_a_code(answer, receiver)
    if code == 0:
        return by_status(answer, receiver)
    if code == _TOO_FAST:
        return too_fast(receiver, answer.retry_after or PAUSE_SECONDS)
    if code == _NO_SUCH_BOT:
        return no_such_bot(receiver)
    return other_code(receiver, code, answer.reason("errmsg"))


def _fits(lines: Sequence[str]) -> bool:
    return len("\n".join(lines).encode()) <= MOST_BYTES


SERVICE = Service("WeCom", (("qyapi.weixin.qq.com", "/cgi-bin/webhook/send"),), False, request, judge)
