"""Finding a user by what is at hand, and what stands on the screen it leads to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from bot.registry import commands
from bot.understanding import understand
from storage.moments import DAY_SECONDS, day_start
from tests.bot.conftest import LAPSED, NEW, Shop
from tests.conftest import LAST_DAY, Line, write
from tests.reviews import Review, write_reviews


@pytest.fixture
def store(shop: Shop) -> Iterator[sqlite3.Connection]:
    with shop.home.store() as connection:
        yield connection


@pytest.mark.parametrize(
    "text",
    ["find good coffee", "find a restaurant", "查找天气", "查找用户42", "find vip customers", "find it"],
)
def test_what_names_nobody_is_not_looked_for(text: str) -> None:
    assert understand(text, commands()).command != "find"


def test_an_order_leads_to_the_profile_of_its_user(shop: Shop, store: sqlite3.Connection) -> None:
    write(store, [Line("SO-77", "buyer-1", day_start(LAST_DAY), 1000)])
    reply = shop.answer("find order SO-77")
    assert reply.facts["user_id"] == "buyer-1"
    assert reply.title.startswith("User buyer-1: one order")
    assert shop.answer("SO-77是谁的").facts["user_id"] == "buyer-1"


def test_a_part_of_an_id_gives_a_choice(shop: Shop, store: sqlite3.Connection) -> None:
    when = day_start(LAST_DAY)
    write(store, [Line(f"o-{each}", each, when, 1000) for each in ("QX-1001", "QX-1002", "QX-2001")])
    several = shop.answer("find QX-…")
    assert several.table is not None
    assert [row[0] for row in several.table.rows] == ["QX-1001", "QX-1002", "QX-2001"]
    assert shop.answer(several.buttons[0].question).facts["user_id"] == "QX-1001"
    assert shop.answer("find QX-…2001").facts["user_id"] == "QX-2001"


@pytest.mark.parametrize(
    "text", ["find order 999999", "find Müller", "find nobody@example.org", "find 77…88"]
)
def test_who_is_not_there_is_said_with_a_way_on(shop: Shop, text: str) -> None:
    failure = shop.ask(text).failure
    assert failure is not None
    assert failure.kind == "unknown_user"
    assert failure.next_step


def test_an_order_without_a_user_says_so(shop: Shop, store: sqlite3.Connection) -> None:
    write(store, [Line("SO-88", "", day_start(LAST_DAY), 1000)])
    failure = shop.ask("find order SO-88").failure
    assert failure is not None
    assert failure.kind == "anonymous_order"


def test_the_screen_tells_what_to_do_next(shop: Shop) -> None:
    assert shop.answer(f"tell me about user {LAPSED}").facts["next_action"] == "win_back"
    assert shop.answer(f"tell me about user {NEW}").facts["next_action"] == "welcome"
    shop.answer(f"contacted user {LAPSED}")
    after = shop.answer(f"tell me about user {LAPSED}")
    assert (after.facts["next_action"], after.facts["contacts"]) == ("wait", 1)


def test_the_last_review_stands_there_masked_and_a_complaint_comes_first(
    shop: Shop, store: sqlite3.Connection
) -> None:
    when = day_start(LAST_DAY) - 3 * DAY_SECONDS
    write_reviews(store, [Review("007", when, "Broken again, call me at 13812345678", rating=1.0)])
    reply = shop.answer("tell me about user 007")
    (line,) = [line for line in reply.lines if line.startswith("Last review")]
    assert "Broken again" in line
    assert "13812345678" not in line
    assert reply.facts["next_action"] == "apologise"


def test_in_an_empty_store_it_says_to_import(empty_shop: Shop) -> None:
    failure = empty_shop.ask("find order 1").failure
    assert failure is not None
    assert failure.kind == "empty_store"
