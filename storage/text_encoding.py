"""Which encoding a text file is in: utf-8, utf-16, gb18030, or one of western Europe."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from storage.notices import Notice

_CHUNK = 1 << 20
_SAMPLE = 1 << 16
# Two bytes of GB2312: the common characters and the Chinese punctuation.
_COMMON_CHINESE = re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]")
_HIGH = re.compile(rb"[\x80-\xff]")
_LONG_RUN = 6
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True)
class TextEncoding:
    """The name of an encoding; `damaged` where it reads most of the file and not all."""

    name: str
    damaged: bool = False

    def notices(self) -> tuple[Notice, ...]:
        """What an operator should know of it."""
        if not self.damaged:
            return ()
        return (
            Notice(
                "Some characters cannot be read, as parts of the file are not UTF-8. Ids with such"
                " characters are rejected, texts hold � instead. Save all of it as UTF-8.",
            ),
        )


def text_encoding(path: Path) -> TextEncoding | None:
    """The encoding that reads the whole file, or None where the file is no text.

    A file that is UTF-8 but for a few cut-off characters, or but for lines of another encoding, is still
    UTF-8: read it with errors="replace".
    """
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return TextEncoding("utf-16") if _decodes(path, "utf-16") else None
    if b"\0" in start:
        names = _utf_16_without_mark(start)
        return next((TextEncoding(name) for name in names if _decodes(path, name)), None)
    if _decodes(path, "utf-8"):
        return TextEncoding("utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8")
    if _holds(path, re.compile(rb"\0")):
        return None
    high = _high_bytes(path)
    if _is_damaged_utf_8(high):
        return TextEncoding("utf-8-sig", damaged=True)
    if _is_chinese(high) and _decodes(path, "gb18030"):
        return TextEncoding("gb18030")
    return TextEncoding("latin-1" if _holds(path, _NOT_IN_CP1252) else "cp1252")


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
    if 10 * text.count("\ufffd") < len(text):
        return True
    # Longer runs are hardly ever UTF-8 by chance.
    runs = [run for run in high.split(b" ") if len(run) >= _LONG_RUN]
    return 4 * sum(map(_is_utf_8, runs)) > len(runs)


def _is_utf_8(run: bytes) -> bool:
    try:
        run.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese(high: bytes) -> bool:
    return 4 * len(_COMMON_CHINESE.findall(high)) >= len(_HIGH.findall(high))


def _holds(path: Path, pattern: re.Pattern[bytes]) -> bool:
    with path.open("rb") as file:
        return any(pattern.search(chunk) for chunk in iter(lambda: file.read(_CHUNK), b""))
