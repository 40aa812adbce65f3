"""JSON for any program, signed as Standard Webhooks (https://www.standardwebhooks.com) has it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from urllib.parse import quote

from bot.reply import Reply
from bot.transports.webhook.errors import NotDeliveredError
from bot.transports.webhook.refusals import by_status
from bot.transports.webhook.service import Answer, Outgoing, Request, Service, encoded
from bot.transports.webhook.text import whole

SECRET_PREFIX = "whsec_"  # noqa: S105  (no secret, but how one begins)


def request(message: Outgoing, url: str, secret: str | None) -> Request:
    """`{"type", "timestamp", "data"}`, where data is the reply as `--json` prints it, without local paths.

    `webhook-id` is the id of the delivery: a receiver that has seen it may drop the message.
    """
    body = encoded(
        {
            "type": f"opsbot.{message.reply.command or 'message'}",
            "timestamp": message.made_at.isoformat().replace("+00:00", "Z"),
            "data": _data(message.reply),
        }
    )
    # Neither a space nor a full stop may stand in an id.
    identity = quote(message.delivery_id, safe="-_:~").replace(".", "%2E")
    seconds = str(int(message.at.timestamp()))
    headers = {"webhook-id": identity, "webhook-timestamp": seconds}
    if secret is not None:
        signed = b".".join((identity.encode(), seconds.encode(), body))
        digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
        headers["webhook-signature"] = "v1," + base64.b64encode(digest).decode()
    return Request(url, body, headers)


def judge(answer: Answer, receiver: str) -> NotDeliveredError | None:
    """Any 2xx is a yes."""
    return by_status(answer, receiver)


def key_of(secret: str) -> bytes:
    """The bytes behind `whsec_` and base64; raises ValueError where they are none."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    if not key:
        raise ValueError("empty")
    return key


def _data(reply: Reply) -> dict[str, object]:
    files = [{"name": attachment.name, "kind": attachment.kind} for attachment in reply.attachments]
    return {**reply.as_json(whole(reply)), "attachments": files}


SERVICE = Service("JSON", (), True, request, judge)
