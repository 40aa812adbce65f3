"""Replies as Telegram HTML: whatever they hold, one message within the limits and no markup but ours."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import using
from bot.reply import Button, Failure, Provenance, Reply, Table
from bot.transports.telegram.markup import (
    FIRST_ROWS,
    MOST_CHARACTERS,
    MOST_ENTITIES,
    MOST_ROWS,
    message,
    utf16,
)
from tests.bot_api.html import parsed

texts = st.text(max_size=3000) | st.text("<>&\"'{}\u202e\x00😀用户", max_size=3000)


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    columns = draw(st.integers(1, 5))
    cells = draw(st.lists(st.lists(texts, min_size=columns, max_size=columns).map(tuple), max_size=60))
    names = tuple(f"c{number}" for number in range(columns))
    return Reply(
        title=draw(texts.filter(bool)),
        lines=draw(st.lists(texts, max_size=8)),
        table=Table(names, tuple(cells), names, tuple(cells)),
        provenance=Provenance("2024-01-01", "2024-01-01", 1, 30, draw(texts)),
    )


@settings(deadline=None, max_examples=150)
@given(replies())
def test_any_reply_is_one_message_within_the_limits(reply: Reply) -> None:
    with using("en"):
        sent = message(reply)
    formatted = parsed(sent.html)
    text, entities = formatted.text, formatted.entities
    assert utf16(text) <= MOST_CHARACTERS
    assert len(entities) <= MOST_ENTITIES
    assert sent.rows_left <= len(reply.table.rows) if reply.table else True
    assert not set("\x00\u202e") & set(text)


def test_what_somebody_wrote_is_no_markup() -> None:
    sent = message(Reply(title="<b>42</b> & <script>", lines=["<a href='x'>"]))
    assert sent.html == "<b>&lt;b&gt;42&lt;/b&gt; &amp; &lt;script&gt;</b>\n&lt;a href='x'&gt;"


@pytest.mark.parametrize(("rows", "shown"), [(MOST_ROWS, MOST_ROWS), (MOST_ROWS + 1, FIRST_ROWS)])
def test_a_long_table_shows_its_first_rows(rows: int, shown: int) -> None:
    cells = tuple((f"user-{number}",) for number in range(rows))
    sent = message(Reply(title="List", table=Table(("user",), cells, ("user",), cells)))
    assert sent.html.count("user-") == shown
    assert sent.rows_left == rows - shown


def test_bare_numbers_carry_their_heading_and_only_narrow_columns_are_shown() -> None:
    row = ("42", "61", "1,200", "€5", "no order")
    table = Table(
        ("a",) * 5, (row,), ("user", "days", "spent", "value", "because"), (row,), frozenset({0, 2, 3, 4})
    )
    assert message(Reply(title="T", table=table)).html == "<b>T</b>\n<b>42</b> · spent 1,200 · €5 · no order"


def test_a_failure_with_buttons_leaves_the_next_step_to_them() -> None:
    failure = Failure("unknown", "I am not sure.", "Try: help")
    assert message(Reply("I am not sure.", failure=failure)).html == "<b>I am not sure.</b>\nTry: help"
    asked = Reply("I am not sure.", failure=failure, buttons=(Button("help", "help"),))
    assert message(asked).html == "<b>I am not sure.</b>"
