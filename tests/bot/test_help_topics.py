"""Help fits a screen, and every command stands in one part of it."""

from __future__ import annotations

import pytest

from bot.help_topics import HELP_TOPICS, topic_of
from bot.registry import commands
from bot.render import plain
from tests.bot.conftest import Shop


def test_help_fits_a_screen_and_leads_to_the_rest(shop: Shop) -> None:
    reply = shop.answer("help")
    assert len(plain(reply).splitlines()) <= 20
    assert "/" not in plain(reply)
    assert [button.question for button in reply.buttons] == [f"help {topic}" for topic in HELP_TOPICS]


@pytest.mark.parametrize("role", ["operator", "admin"])
def test_all_that_may_be_asked_stands_in_exactly_one_part(shop: Shop, role: str) -> None:
    shown: list[object] = []
    for topic in HELP_TOPICS:
        reply = shop.ask(f"help {topic}", role)  # type: ignore[arg-type]
        assert reply.args == {"topic": topic} and reply.table is not None
        shown += [row[1] for row in reply.table.rows]
    allowed = [each for each in commands() if each.role in ("operator", role) and each.name != "help"]
    assert sorted(map(str, shown)) == sorted(command.summary for command in allowed)


def test_every_command_has_its_part() -> None:
    assert {topic_of(command) for command in commands() if command.name != "help"} == set(HELP_TOPICS)


def test_help_in_chinese_asks_for_more_in_chinese(shop: Shop) -> None:
    reply = shop.answer("帮助")
    assert all(button.question.startswith("帮助") for button in reply.buttons)
    assert shop.answer(reply.buttons[3].question).args == {"topic": "campaigns"}
