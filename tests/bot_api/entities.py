"""Marked stretches of a text, counted in UTF-16 code units as Telegram counts them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

BLANKS = " \n"

# What a server finds by itself in any text; the first that fits a place wins.
_FOUND = {
    "url": re.compile(r"(?<![\w@./])https?://[^\s<>\"]+[^\s<>\".,;:!?)]"),
    "email": re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII),
    "bot_command": re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])"),
    "mention": re.compile(r"(?<!\w)@[A-Za-z0-9_]{3,32}(?!\w)"),
    "hashtag": re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w{1,256}"),
}


@dataclass(frozen=True)
class Entity:
    """One marked stretch: `offset` and `length` in UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    custom_emoji_id: str | None = None

    @property
    def end(self) -> int:
        """The first code unit behind it."""
        return self.offset + self.length

    def as_json(self) -> dict[str, object]:
        """A MessageEntity of the Bot API."""
        return {key: value for key, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Formatted:
    """A plain text and its entities, outermost first."""

    text: str = ""
    entities: tuple[Entity, ...] = ()


def utf16_length(text: str) -> int:
    """How many UTF-16 code units the text takes: two for each character beyond U+FFFF."""
    return len(text) + sum(character > "\uffff" for character in text)


def part(text: str, entity: Entity) -> str:
    """The stretch of the text that the entity marks."""
    return text.encode("utf-16-le")[2 * entity.offset : 2 * entity.end].decode("utf-16-le")


def in_order(entities: list[Entity]) -> tuple[Entity, ...]:
    """By place, the longer one first."""
    return tuple(sorted(entities, key=lambda entity: (entity.offset, -entity.length)))


def found_in(text: str) -> tuple[Entity, ...]:
    """Commands, mentions, links, addresses and hashtags, as the server finds them; none overlap."""
    entities: list[Entity] = []
    for kind, pattern in _FOUND.items():
        for match in pattern.finditer(text):
            start = utf16_length(text[: match.start()])
            entity = Entity(kind, start, utf16_length(match.group()))
            if not any(_overlap(entity, other) for other in entities):
                entities.append(entity)
    return in_order(entities)


def with_found(formatted: Formatted) -> tuple[Entity, ...]:
    """The given entities and those that the server finds outside of links and code."""
    closed = [one for one in formatted.entities if one.type in {"code", "pre", "text_link"}]
    found = [
        entity for entity in found_in(formatted.text) if not any(_overlap(entity, other) for other in closed)
    ]
    return in_order([*formatted.entities, *found])


def trimmed(formatted: Formatted) -> Formatted:
    """Without blanks at the end, and without those at the beginning that no entity marks."""
    first_entity = min((entity.offset for entity in formatted.entities), default=None)
    blanks = len(formatted.text) - len(formatted.text.lstrip(BLANKS))
    start = blanks if first_entity is None else min(blanks, first_entity)
    text = formatted.text[start:].rstrip(BLANKS)
    return Formatted(text, tuple(_shifted(formatted.entities, start, utf16_length(text))))


def _shifted(entities: tuple[Entity, ...], by: int, end: int) -> Iterator[Entity]:
    for entity in entities:
        length = min(entity.end - by, end) - (entity.offset - by)
        if length > 0:
            yield replace(entity, offset=entity.offset - by, length=length)


def _overlap(one: Entity, other: Entity) -> bool:
    return one.offset < other.end and other.offset < one.end
