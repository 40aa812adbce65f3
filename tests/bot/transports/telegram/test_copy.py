"""Drafts come as blocks that a tap copies, and with a button that does."""

from __future__ import annotations

from tests.bot.transports.telegram.conftest import Telegram


def test_a_short_draft_has_a_button_that_copies_it(telegram: Telegram) -> None:
    answer = telegram.ask("write an sms to user regular-9")
    copied = [button.copies for row in answer.keyboard for button in row if button.copies]
    assert copied and all(text in answer.text for text in copied)
    assert "Nothing is sent from here" in answer.text
