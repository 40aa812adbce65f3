"""The HTML of the Bot API, read without any mercy.

Stricter than the real server in what it lets pass in silence there: a bare or unknown `&…`, unknown
attributes, a link without a usable address, and formatting inside code are refused here, for each of them
shows an operator something else than was meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NoReturn

from tests.bot_api.entities import Entity, Formatted, in_order, utf16_length
from tests.bot_api.errors import bad_request

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
ATTRIBUTES = {
    "a": "href",
    "span": "class",
    "tg-emoji": "emoji-id",
    "code": "class",
    "blockquote": "expandable",
}
LINK = re.compile(r"(?:https?://[^\s/?#]+\S*|tg://\S+)")
LANGUAGE = "language-"

_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot)|#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6}));")
_PLAIN = re.compile(r"[^<&]+")
_NAME = re.compile(r"<([^\s>]*)(?=[\s>])")
_ATTRIBUTE = re.compile(r"""\s+([^\s=>]+)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.-]+)(?=[\s>])))?""")
_END = re.compile(r"</([^\s>]*)\s*>")


@dataclass(frozen=True)
class _Open:
    tag: str
    offset: int
    value: str | None


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._text: list[str] = []
        self._offset = 0
        self._open: list[_Open] = []
        self._entities: list[Entity] = []

    def read(self) -> Formatted:
        while self._at < len(self._source):
            if self._source.startswith("</", self._at):
                self._end_tag()
            elif self._source[self._at] == "<":
                self._start_tag()
            elif self._source[self._at] == "&":
                self._reference()
            else:
                self._plain()
        if self._open:
            raise _unreadable(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"')
        return Formatted("".join(self._text), in_order(self._entities))

    def _fail(self, what: str) -> NoReturn:
        before = len(self._source[: self._at].encode())
        raise _unreadable(f"{what} at byte offset {before}")

    def _write(self, text: str) -> None:
        self._text.append(text)
        self._offset += utf16_length(text)

    def _plain(self) -> None:
        match = _PLAIN.match(self._source, self._at)
        assert match is not None
        self._write(match.group())
        self._at = match.end()

    def _reference(self) -> None:
        match = _REFERENCE.match(self._source, self._at)
        if match is None:
            self._fail("Unescaped ampersand or unsupported named entity")
        self._write(_decoded(match))
        self._at = match.end()

    def _start_tag(self) -> None:
        name = _NAME.match(self._source, self._at)
        if name is None:
            self._fail("Unclosed start tag")
        tag = name.group(1).lower()
        if tag not in KINDS:
            self._fail(f'Unsupported start tag "{tag}"')
        at, value = name.end(), None
        while (attribute := _ATTRIBUTE.match(self._source, at)) is not None:
            value = self._attribute(tag, attribute)
            at = attribute.end()
        at += len(self._source[at:]) - len(self._source[at:].lstrip())
        if not self._source.startswith(">", at):
            self._fail(f'Unclosed start tag "{tag}"')
        self._check(tag, value)
        self._open.append(_Open(tag, self._offset, value))
        self._at = at + 1

    def _attribute(self, tag: str, match: re.Match[str]) -> str:
        name = match.group(1).lower()
        if ATTRIBUTES.get(tag) != name:
            self._fail(f'Unsupported attribute "{name}" of the tag "{tag}"')
        if match.group(2) is None and name != "expandable":
            self._fail(f'Expected equal sign in declaration of an attribute of the tag "{tag}"')
        value = next((group for group in match.groups()[2:] if group is not None), "")
        if "&" in _REFERENCE.sub("", value):
            self._fail("Unescaped ampersand or unsupported named entity")
        return _REFERENCE.sub(_decoded, value)

    def _check(self, tag: str, value: str | None) -> None:
        if tag == "a" and not (value and LINK.fullmatch(value)):
            self._fail('Tag "a" must have an HTTP URL as "href"')
        if tag == "span" and value != "tg-spoiler":
            self._fail('Tag "span" must have class "tg-spoiler"')
        if tag == "tg-emoji" and not (value and value.isdecimal() and int(value)):
            raise _unreadable("Invalid custom emoji identifier specified")
        if tag == "code" and value is not None and not value.startswith(LANGUAGE):
            self._fail('Tag "code" must have a class that begins with "language-"')
        self._check_place(tag)

    def _check_place(self, tag: str) -> None:
        around = [one.tag for one in self._open]
        code_of_pre = tag == "code" and around[-1:] == ["pre"]
        if {"code", "pre"} & set(around) and not (code_of_pre and self._open[-1].offset == self._offset):
            self._fail(f'Tag "{tag}" can\'t stand inside of code')
        if tag == "blockquote" and "blockquote" in around:
            self._fail('Tag "blockquote" can\'t be nested')

    def _end_tag(self) -> None:
        match = _END.match(self._source, self._at)
        if not self._open:
            self._fail("Unexpected end tag")
        if match is None:
            self._fail("Unclosed end tag")
        opened, tag = self._open[-1], match.group(1).lower()
        if tag != opened.tag:
            before = len(self._source[: self._at].encode())
            raise _unreadable(
                f'Unmatched end tag at byte offset {before}, expected "</{opened.tag}>", found "</{tag}>"'
            )
        self._open.pop()
        if self._offset > opened.offset:
            self._close(opened)
        self._at = match.end()

    def _close(self, opened: _Open) -> None:
        entity = Entity(KINDS[opened.tag], opened.offset, self._offset - opened.offset)
        if opened.tag == "a":
            entity = replace(entity, url=opened.value)
        elif opened.tag == "tg-emoji":
            entity = replace(entity, custom_emoji_id=opened.value)
        elif opened.tag == "blockquote" and opened.value is not None:
            entity = replace(entity, type="expandable_blockquote")
        elif opened.tag == "code" and opened.value and self._open and self._open[-1].tag == "pre":
            entity = replace(entity, language=opened.value.removeprefix(LANGUAGE))
        elif opened.tag == "pre":
            entity = self._with_language(entity)
        self._entities.append(entity)

    def _with_language(self, pre: Entity) -> Entity:
        """A pre around one code is one entity; with anything beside the code there is no such thing."""
        last = self._entities[-1] if self._entities else None
        if last is None or last.type != "code" or last.offset < pre.offset:
            return pre
        if last.length != pre.length:
            self._fail('Tag "code" must fill the "pre" around it')
        self._entities.pop()
        return replace(pre, language=last.language)


def parsed(source: str) -> Formatted:
    """The plain text and its entities; RefusedError ("can't parse entities: …") where it is not right."""
    return _Reader(source).read()


def _unreadable(what: str) -> Exception:
    return bad_request(f"can't parse entities: {what}")


def _decoded(match: re.Match[str]) -> str:
    named, decimal, hexadecimal = match.groups()
    if named:
        return _NAMED[named]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise _unreadable(
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        )
    return chr(code)
