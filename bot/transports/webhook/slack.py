"""Slack incoming webhooks: the key in the address, plain-text blocks of 3,000 characters."""

from __future__ import annotations

from collections.abc import Sequence

from bot.transports.webhook.errors import NotDeliveredError, RefusedError
from bot.transports.webhook.refusals import by_status, without_a_code
from bot.transports.webhook.service import Answer, Outgoing, Request, Service, encoded
from bot.transports.webhook.text import lines_of

MOST_CHARACTERS = 40_000
MOST_BLOCKS = 50
MOST_IN_A_SECTION = 3000
MOST_IN_A_HEADER = 150
_ACCEPTED = "ok"
_NO_SUCH_HOOK = frozenset({"no_service", "no_team", "invalid_token", "channel_not_found", "team_disabled"})
_CLOSED = frozenset({"channel_is_archived", "action_prohibited", "posting_to_general_channel_denied"})


def request(message: Outgoing, url: str, secret: str | None) -> Request:
    """The message as blocks; `text` says it once more, for notifications and what only resembles Slack."""
    lines = [_escaped(line) for line in lines_of(message, _fits)]
    return Request(url, encoded({"text": "\n".join(lines), "blocks": _blocks(lines)}))


def judge(answer: Answer, receiver: str) -> NotDeliveredError | None:
    """Slack answers `ok`, or with an HTTP status and a word."""
    word = answer.said.strip()
    if answer.ok:
        return None if word == _ACCEPTED else without_a_code(answer, receiver)
    if word in _NO_SUCH_HOOK:
        return RefusedError(
            "{receiver} knows no webhook of this address ({word}).",
            next_step="Make a new incoming webhook and put its address into OPSBOT_NOTIFY_URL.",
            receiver=receiver,
            word=word,
        )
    if word in _CLOSED:
        return RefusedError(
            "{receiver} takes no message for this channel ({word}).",
            next_step="Make an incoming webhook for another channel, or ask who runs the workspace.",
            receiver=receiver,
            word=word,
        )
    return by_status(answer, receiver)


def _blocks(escaped: Sequence[str]) -> list[dict[str, object]]:
    """A header for a short title, and sections of as many lines as go into one."""
    first, *others = escaped
    as_header = len(first) <= MOST_IN_A_HEADER
    blocks: list[dict[str, object]] = [_block("header", first)] if as_header else []
    section = ""
    for line in others if as_header else escaped:
        if section and len(section) + 1 + len(line) > MOST_IN_A_SECTION:
            blocks.append(_block("section", section))
            section = ""
        section += f"\n{line}" if section else line
    return [*blocks, _block("section", section)]


def _block(kind: str, text: str) -> dict[str, object]:
    # Without `emoji` an id such as :tea: stays as it is.
    return {"type": kind, "text": {"type": "plain_text", "text": text, "emoji": False}}


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fits(lines: Sequence[str]) -> bool:
    escaped = [_escaped(line) for line in lines]
    return len("\n".join(escaped)) <= MOST_CHARACTERS and len(_blocks(escaped)) <= MOST_BLOCKS


SERVICE = Service(
    "Slack",
    (("hooks.slack.com", "/services/"), ("hooks.slack-gov.com", "/services/")),
    False,
    request,
    judge,
)
