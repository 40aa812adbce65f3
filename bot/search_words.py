"""What is looked for, and products as operators name them: 22423, TP-001, the gooseneck kettle."""

from __future__ import annotations

_MOST = 80
_QUOTES = "\"'“”‘’「」『』《》"


class Sought:
    """Words to look for: whatever stands there, a single Chinese character included."""

    least = 1

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """Wherever a word ends, the longest first."""
        last = min(len(folded), start + _MOST)
        return tuple(
            end
            for end in range(last, start + self.least - 1, -1)
            if end == len(folded)
            or not (folded[end].isascii() and folded[end].isalnum() and folded[end - 1].isalnum())
        )

    def convert(self, written: str) -> str:
        """The words without quotes around them."""
        text = written.strip(" ,，:：?？。." + _QUOTES)
        if len(text) < self.least:
            raise ValueError(written)
        return text

    def write(self, value: str, chinese: bool) -> str:
        """The words in quotes."""
        return f"“{value}”" if chinese else f'"{value}"'


class Product(Sought):
    """A product by its id or by its name."""

    least = 2

    def write(self, value: str, chinese: bool) -> str:
        """As it is."""
        return value
