"""The sizes that the real server allows, and what it says of anything larger."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence

from PIL import Image, UnidentifiedImageError

from tests.bot_api import html
from tests.bot_api.entities import Entity, Formatted, in_order, trimmed, utf16_length
from tests.bot_api.errors import RefusedError, bad_request
from tests.bot_api.parameters import Parameters, Upload

MEGABYTE = 1024 * 1024

TEXT_LENGTH = 4096
CAPTION_LENGTH = 1024
ENTITIES = 100
CALLBACK_ANSWER_LENGTH = 200
DOWNLOAD_BYTES = 20 * MEGABYTE
UPLOAD_BYTES = 50 * MEGABYTE
PHOTO_BYTES = 10 * MEGABYTE
PHOTO_WIDTH_AND_HEIGHT = 10_000
PHOTO_RATIO = 20
ALBUM = range(2, 11)
COMMANDS = 100
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
COMMAND_DESCRIPTION_LENGTH = 256
FILE_NAME_BYTES = 255
SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")

# Of a forbidden name the real server makes another one in silence.
_FORBIDDEN_IN_NAMES = re.compile(r"[/\\\x00-\x1f\x7f]")


def message_text(parameters: Parameters) -> Formatted:
    """The text of a message, at least one character and within its limit."""
    formatted = _formatted(parameters.text("text"), parameters, "entities")
    if not formatted.text:
        raise bad_request("message text is empty")
    if utf16_length(formatted.text) > TEXT_LENGTH:
        raise bad_request("message is too long")
    return formatted


def caption(parameters: Parameters) -> Formatted:
    """The caption of a picture or document, within its limit; it may be empty."""
    formatted = _formatted(parameters.text("caption"), parameters, "caption_entities")
    if utf16_length(formatted.text) > CAPTION_LENGTH:
        raise bad_request("message caption is too long")
    return formatted


def _formatted(source: str, parameters: Parameters, entities_name: str) -> Formatted:
    parse_mode = parameters.text("parse_mode").lower()
    if parse_mode and parse_mode != "html":
        # The bot speaks HTML; to let another one pass unread would hide an error.
        raise bad_request("unsupported parse_mode")
    if parse_mode:
        formatted = html.parsed(source)
    else:
        formatted = Formatted(source, _given(source, parameters.records(entities_name)))
    if len(formatted.entities) > ENTITIES:
        raise bad_request("ENTITIES_TOO_LONG")
    return trimmed(formatted)


def _given(text: str, records: Sequence[Mapping[str, object]]) -> tuple[Entity, ...]:
    entities = []
    for record in records:
        kind, offset, length = (record.get(name) for name in ("type", "offset", "length"))
        if not (isinstance(kind, str) and isinstance(offset, int) and isinstance(length, int)):
            raise bad_request("can't parse MessageEntity: type, offset and length must be given")
        if offset < 0 or length <= 0 or offset + length > utf16_length(text):
            raise bad_request("entity beyond the text")
        details = {
            name: str(record[name]) for name in ("url", "language", "custom_emoji_id") if name in record
        }
        entities.append(Entity(kind, offset, length, **details))
    return in_order(entities)


def check_document(upload: Upload) -> None:
    """RefusedError where the file is too large, empty, or named so that no one could save it."""
    if len(upload.data) > UPLOAD_BYTES:
        raise RefusedError(413)
    if not upload.data:
        raise bad_request("file must be non-empty")
    if not upload.name.strip(" .") or _FORBIDDEN_IN_NAMES.search(upload.name):
        raise bad_request("invalid file name specified")
    if len(upload.name.encode()) > FILE_NAME_BYTES:
        raise bad_request("file name is too long")


def photo_size(upload: Upload) -> tuple[int, int]:
    """Width and height of a photo; RefusedError where the server would not take it."""
    check_document(upload)
    size = len(upload.data)
    if size > PHOTO_BYTES:
        raise bad_request(
            f"file of size {size} bytes is too big for a photo; the maximum size is {PHOTO_BYTES} bytes"
        )
    try:
        with Image.open(io.BytesIO(upload.data)) as image:
            width, height = image.size
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if width + height > PHOTO_WIDTH_AND_HEIGHT or max(width, height) > PHOTO_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height


def check_commands(commands: Sequence[Mapping[str, object]]) -> None:
    """RefusedError where a menu breaks the rules for names, descriptions or their number."""
    if len(commands) > COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        name, description = one.get("command"), one.get("description")
        if not isinstance(name, str) or not COMMAND.fullmatch(name):
            raise bad_request("BOT_COMMAND_INVALID")
        if not isinstance(description, str) or not description.strip():
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        if utf16_length(description) > COMMAND_DESCRIPTION_LENGTH:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
