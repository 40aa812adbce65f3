"""Reading what getUpdates brings: one update that cannot be understood must not keep back all others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from telegram import Update
from telegram.request import HTTPXRequest

log = logging.getLogger(__name__)

_UNKNOWN_TOKEN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
# What the fields hold that are read here, wherever in an update they stand.
_KINDS: dict[str, type] = {
    "caption": str,
    "chat": dict,
    "data": str,
    "date": int,
    "file_id": str,
    "file_name": str,
    "file_size": int,
    "first_name": str,
    "from": dict,
    "is_bot": bool,
    "language_code": str,
    "length": int,
    "message_id": int,
    "message_thread_id": int,
    "migrate_to_chat_id": int,
    "offset": int,
    "text": str,
    "type": str,
}
_WITH_NUMBER = frozenset({"chat", "from", "sender_chat"})
# What the library would take for left out, where it never is.
_NEEDED = {"message": {"chat"}, "reply_to_message": {"chat"}, "callback_query": {"from"}}


class PollRequest(HTTPXRequest):
    """Requests of getUpdates. An update that is malformed arrives as one about nothing, and is confirmed.

    `refused` is told when Telegram does not know the token any more: the library then asks no more.
    """

    def __init__(self, *arguments: Any, refused: Callable[[], None], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._refused = refused

    async def do_request(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        """Status and body of the answer; raises TelegramError."""
        status, body = await super().do_request(*arguments, **options)
        if status in _UNKNOWN_TOKEN:
            self._refused()
        return status, body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer of Telegram as a dict; raises TelegramError where it is no JSON."""
        answer = HTTPXRequest.parse_json_payload(payload)
        found = answer.get("result")
        if isinstance(found, list):
            answer["result"] = [_readable(one) for one in found if _is_update(one)]
        return answer


def _is_update(found: object) -> bool:
    return isinstance(found, dict) and _is(found.get("update_id"), int)


def _readable(update: dict[str, Any]) -> dict[str, Any]:
    update = _encodable(update)
    try:
        understood = _fits(update) and Update.de_json(update, None) is not None
    except Exception as error:  # whatever the library stumbles over
        log.debug("%s while reading an update", type(error).__name__)
        understood = False
    if understood:
        return update
    log.warning("update %s is malformed and left out", update["update_id"])
    return {"update_id": update["update_id"]}


def _fits(value: object) -> bool:
    """Whether all fields hold what they should."""
    if isinstance(value, list):
        return all(map(_fits, value))
    if not isinstance(value, dict):
        return True
    return all(
        _fits(inner)
        and (name not in _KINDS or _is(inner, _KINDS[name]))
        and (name not in _WITH_NUMBER or _is(inner.get("id"), int))
        and (name not in _NEEDED or (isinstance(inner, dict) and _NEEDED[name] <= inner.keys()))
        for name, inner in value.items()
    )


def _is(value: object, kind: type) -> bool:
    if kind is int and isinstance(value, int):
        return not isinstance(value, bool) and -(2**63) <= value < 2**63
    return isinstance(value, kind)


def _encodable(value: Any) -> Any:
    """The same with U+FFFD for halves of characters: no file and no request can hold those."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_encodable(one) for one in value]
    if isinstance(value, dict):
        return {_encodable(name): _encodable(inner) for name, inner in value.items()}
    return value
