"""How many text messages a text takes."""

from __future__ import annotations

import pytest

from bot.sms_size import not_gsm_7, sms_size


@pytest.mark.parametrize(
    ("text", "encoding", "characters", "messages"),
    [
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        # No euro sign is parted between two messages: 153 is odd.
        ("€" * 153, "GSM-7", 306, 3),
        ("中" * 70, "UCS-2", 70, 1),
        ("中" * 71, "UCS-2", 71, 2),
        ("中" * 135, "UCS-2", 135, 3),
        ("😀" * 35, "UCS-2", 70, 1),
        ("äöüß§", "GSM-7", 5, 1),
    ],
)
def test_counts_as_the_network_does(text: str, encoding: str, characters: int, messages: int) -> None:
    size = sms_size(text)
    assert (size.encoding, size.characters, size.messages) == (encoding, characters, messages)


def test_names_what_makes_a_text_long() -> None:
    assert not_gsm_7("it’s – fine’") == "’–"
