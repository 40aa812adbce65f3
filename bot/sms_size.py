"""How many text messages a text takes: GSM 03.38 with 160 characters, or UCS-2 with 70."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# 3GPP TS 23.038, section 6.2.1: the default alphabet, and what takes an escape character before it.
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_EXTENDED = frozenset("\f^{}\\[~]|€")
_ALONE = {"GSM-7": 160, "UCS-2": 70}
# Of a long message each part has a header of six bytes.
_IN_PARTS = {"GSM-7": 153, "UCS-2": 67}


@dataclass(frozen=True)
class SmsSize:
    """`characters` as the network counts them: extended ones, and those outside the BMP, are two."""

    encoding: Literal["GSM-7", "UCS-2"]
    characters: int
    messages: int


def sms_size(text: str) -> SmsSize:
    """The size of a text; a character of two is never parted between messages."""
    encoding: Literal["GSM-7", "UCS-2"] = "UCS-2" if not_gsm_7(text) else "GSM-7"
    widths = [_width(character, encoding) for character in text]
    if sum(widths) <= _ALONE[encoding]:
        return SmsSize(encoding, sum(widths), 1)
    messages, room = 1, _IN_PARTS[encoding]
    for width in widths:
        if width > room:
            messages, room = messages + 1, _IN_PARTS[encoding]
        room -= width
    return SmsSize(encoding, sum(widths), messages)


def not_gsm_7(text: str) -> str:
    """The characters that make a text UCS-2, each once; none for a text in the GSM alphabet."""
    return "".join(dict.fromkeys(each for each in text if each not in GSM_7 and each not in GSM_7_EXTENDED))


def _width(character: str, encoding: str) -> int:
    if encoding == "GSM-7":
        return 2 if character in GSM_7_EXTENDED else 1
    return len(character.encode("utf-16-le", "surrogatepass")) // 2
