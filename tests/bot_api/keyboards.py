"""Buttons under a message, read from `reply_markup` and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from tests.bot_api.entities import utf16_length
from tests.bot_api.errors import bad_request
from tests.bot_api.parameters import Parameters

BUTTONS = 100
BUTTONS_IN_A_ROW = 8
CALLBACK_DATA_BYTES = 64
COPY_TEXT_LENGTH = 256
URL = re.compile(r"(?:https?://(?:[^\s/?#]+\.[^\s/?#]+|localhost)(?:[/?#]\S*)?|tg://\S+)")

# Exactly one of these says what an inline button does.
ACTIONS = frozenset(
    {
        "callback_data",
        "url",
        "copy_text",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "callback_game",
        "pay",
    }
)


@dataclass(frozen=True)
class Button:
    """One inline button: its label, and what pressing it does."""

    label: str
    data: str | None = None
    url: str | None = None
    copies: str | None = None
    record: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Keyboard:
    """Rows of inline buttons, or in `other` the record of a reply keyboard, its removal or a forced reply."""

    rows: tuple[tuple[Button, ...], ...] = ()
    other: Mapping[str, object] | None = None

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All inline buttons, row by row."""
        return tuple(chain.from_iterable(self.rows))

    def as_json(self) -> dict[str, object] | None:
        """An InlineKeyboardMarkup, or None: messages carry no other keyboards."""
        if not self.rows:
            return None
        return {"inline_keyboard": [[dict(button.record) for button in row] for row in self.rows]}


def read(parameters: Parameters) -> Keyboard:
    """The keyboard of a request; an empty one where it has none."""
    record = parameters.record("reply_markup")
    if not record:
        return Keyboard()
    if "inline_keyboard" in record:
        rows = _rows(record["inline_keyboard"])
        _check_size(rows)
        return Keyboard(tuple(tuple(_inline(one) for one in row) for row in rows if row))
    if "keyboard" in record:
        rows = _rows(record["keyboard"], text_is_enough=True)
        _check_size(rows)
        if not all(_label(button, "keyboard button") for row in rows for button in row):
            raise bad_request("keyboard button text must be non-empty")
    elif not {"remove_keyboard", "force_reply"} & set(record):
        raise bad_request("object expected as reply markup")
    return Keyboard(other=record)


def _rows(value: object, text_is_enough: bool = False) -> list[list[Mapping[str, object]]]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise bad_request("can't parse reply markup: rows of buttons must be arrays")
    rows = [
        [{"text": one} if text_is_enough and isinstance(one, str) else one for one in row] for row in value
    ]
    if not all(isinstance(one, dict) for row in rows for one in row):
        raise bad_request("can't parse keyboard button: expected an Object")
    return rows


def _check_size(rows: list[list[Mapping[str, object]]]) -> None:
    # The real server drops what does not fit in a row: buttons that nobody can press.
    if sum(map(len, rows)) > BUTTONS or any(len(row) > BUTTONS_IN_A_ROW for row in rows):
        raise bad_request("reply markup is too long")


def _label(record: Mapping[str, object], what: str) -> str:
    label = record.get("text")
    if not isinstance(label, str):
        raise bad_request(f"can't parse {what}: Can't find field \"text\"")
    return label.strip()


def _inline(record: Mapping[str, object]) -> Button:
    label = _label(record, "inline keyboard button")
    if not label:
        raise bad_request("inline keyboard button text must be non-empty")
    actions = ACTIONS & set(record)
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise bad_request("can't parse inline keyboard button: exactly one action must be given")
    return Button(label, _data(record), _url(record), _copies(record), record)


def _data(record: Mapping[str, object]) -> str | None:
    if "callback_data" not in record:
        return None
    data = record["callback_data"]
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    return data


def _url(record: Mapping[str, object]) -> str | None:
    if "url" not in record:
        return None
    url = record["url"]
    if not isinstance(url, str) or not URL.fullmatch(url):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return url


def _copies(record: Mapping[str, object]) -> str | None:
    if "copy_text" not in record:
        return None
    copied = record["copy_text"]
    text = copied.get("text") if isinstance(copied, dict) else None
    if not isinstance(text, str) or not 1 <= utf16_length(text) <= COPY_TEXT_LENGTH:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return text
