"""Which encoding a text file is in: utf-8, utf-16, gb18030, or one of western Europe."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

_CHUNK = 1 << 20
_SAMPLE = 1 << 16
# Two bytes of GB2312: the common characters and the Chinese punctuation.
_COMMON_CHINESE = re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]")
_HIGH = re.compile(rb"[\x80-\xff]")
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def text_encoding(path: Path) -> str | None:
    """The name of the encoding that reads the whole file, or None where the file is no text.

    A file that is UTF-8 but for a few cut-off characters is still UTF-8: read it with errors="replace".
    """
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16" if _decodes(path, "utf-16") else None
    if b"\0" in start:
        return next((name for name in _utf_16_without_mark(start) if _decodes(path, name)), None)
    if _decodes(path, "utf-8"):
        return "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
    if _holds(path, re.compile(rb"\0")):
        return None
    high = _high_bytes(path)
    if _is_damaged_utf_8(high):
        return "utf-8-sig"
    if _is_chinese(high) and _decodes(path, "gb18030"):
        return "gb18030"
    return "latin-1" if _holds(path, _NOT_IN_CP1252) else "cp1252"


def _utf_16_without_mark(start: bytes) -> list[str]:
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) < len(start) // 8 or min(even, odd) > max(even, odd) // 4:
        return []
    return ["utf-16-le" if odd > even else "utf-16-be"]


def _decodes(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                if "\0" in decoder.decode(chunk):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True


def _high_bytes(path: Path) -> bytes:
    """The first lines that are not plain ASCII, without their ASCII."""
    found = b""
    with path.open("rb") as file:
        while len(found) < _SAMPLE and (chunk := file.read(_CHUNK)):
            found += b" ".join(re.findall(rb"[\x80-\xff]+", chunk))
    return found[:_SAMPLE]


def _is_damaged_utf_8(high: bytes) -> bool:
    text = high.decode("utf-8", "replace").replace(" ", "")
    return 10 * text.count("\ufffd") < len(text)


def _is_chinese(high: bytes) -> bool:
    return 4 * len(_COMMON_CHINESE.findall(high)) >= len(_HIGH.findall(high))


def _holds(path: Path, pattern: re.Pattern[bytes]) -> bool:
    with path.open("rb") as file:
        return any(pattern.search(chunk) for chunk in iter(lambda: file.read(_CHUNK), b""))
