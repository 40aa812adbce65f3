"""Offers as admins say them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.offer_words import said_offer

NOW = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("said", "text", "language", "until"),
    [
        ("10 % off until 31 March for mugs", "10 % off", "en", date(2027, 3, 31)),
        ("九折，截至3月31日", "九折", "zh", date(2027, 3, 31)),
        ("10 % Rabatt auf Tassen bis 31.12.", "10 % Rabatt", "de", date(2026, 12, 31)),
        ("5 € off until 23 November", "5 € off", "en", date(2026, 11, 23)),
        ("20 % off until 2027-01-05", "20 % off", "en", date(2027, 1, 5)),
        ("免运费，12月31日前有效", "免运费", "zh", date(2026, 12, 31)),
    ],
)
def test_reads_words_and_the_last_day(said: str, text: str, language: str, until: date) -> None:
    found = said_offer(said, NOW)
    assert (found.text, found.language, found.valid_until) == (text, language, until)


def test_reads_conditions() -> None:
    found = said_offer("10 % off on orders from 50 € for segment Champions until 31 December", NOW)
    assert (found.min_order, found.segment, found.category) == ("50 €", "Champions", None)
    assert said_offer("九折，截至3月31日，满50元", NOW).min_order == "50元"


def test_a_day_that_is_none_is_told() -> None:
    assert said_offer("10 % off until 31 February", NOW).day_problem == "31 February"
