"""A reply as plain text: what stands where, and tables that line up and fit."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from bot.i18n import using
from bot.render import WIDTH, plain, provenance_text, table_text
from bot.reply import NEEDS_CONFIRMATION, Attachment, Button, Failure, Provenance, Reply, Table

CHINESE = Table(
    columns=("user_id", "probability", "reason"),
    rows=(("用户A", 0.8, "已经74天没有下单"), ("42", 0.1, "plain")),
    headings=("用户", "风险", "主要原因"),
    shown=(("用户A", "80%", "已经74天没有下单"), ("42", "10%", "plain")),
)
PROVENANCE = Provenance("2024-02-04", "2024-02-04", 3, 30, "no order within 30 days")


def one_column(*cells: object) -> Table:
    return Table(
        ("x",), tuple((cell,) for cell in cells), ("heading",), tuple((str(cell),) for cell in cells)
    )


def test_the_title_comes_first_and_the_provenance_last() -> None:
    reply = Reply("title", lines=["one", "two"], table=one_column("cell"), provenance=PROVENANCE)
    lines = plain(reply).splitlines()
    assert lines[:3] == ["title", "one", "two"]
    assert lines[3].strip() == "heading"
    assert lines[5] == "cell"
    assert lines[-1] == "(as of Feb 4, 2024 · model 3 · no order within 30 days)"


def test_a_failure_is_its_sentence_and_its_next_step_alone() -> None:
    reply = Reply("title", lines=["line"], failure=Failure("kind", "It failed.", "Do this."))
    assert plain(reply) == "It failed. Do this."
    assert plain(Reply("title", failure=Failure("kind", "It failed.", ""))) == "It failed."


def test_an_empty_table_and_buttons_leave_no_trace() -> None:
    assert plain(Reply("title", table=one_column(), buttons=[Button("label", "question")])) == "title"


def test_an_attachment_says_where_it_lies() -> None:
    assert plain(
        Reply("title", attachments=[Attachment("list.csv", "/tmp/list.csv", "csv")])
    ).splitlines() == [
        "title",
        "list.csv: /tmp/list.csv",
    ]


def test_the_provenance_leaves_out_what_there_is_not() -> None:
    assert provenance_text(Provenance("2024-02-04", "2024-02-04", None, None, None)) == "(as of Feb 4, 2024)"
    with using("zh"):
        assert "2024年2月4日" in provenance_text(PROVENANCE)


def test_chinese_cells_count_twice_so_that_columns_line_up() -> None:
    lines = table_text(CHINESE).splitlines()
    heading, rule, first, second = lines
    assert cell_len(heading[: heading.index("主")]) == cell_len(first[: first.index("已")])
    assert cell_len(first[: first.index("已")]) == cell_len(second[: second.index("plain")])
    assert set(rule) == {"─"}
    # As characters they do not line up: the test would see a table that counts those.
    assert first.index("已") != second.index("plain")


def test_numbers_stand_at_the_right_and_words_at_the_left() -> None:
    mixed = Table(("a", "b"), ((1, "x"), (22, "yy")), ("number", "word"), (("1", "x"), ("22", "yy")))
    _, _, first, second = table_text(mixed).splitlines()
    assert first.index("1") == second.index("22") + 1
    assert first.index("x") == second.index("yy")


@pytest.mark.parametrize("width", [40, 60, WIDTH])
@pytest.mark.parametrize("word", ["long ", "长句子", "x"])
def test_a_table_fits_its_width_and_loses_nothing(width: int, word: str) -> None:
    text = word * 60
    table = Table(("id", "text"), (("C-5502", text),), ("id", "text"), (("C-5502", text),))
    lines = table_text(table, width=width).splitlines()
    assert max(map(cell_len, lines)) <= width
    folded = "".join(lines[2:]).replace("C-5502", "").replace(" ", "")
    assert folded == text.replace(" ", "")


def test_a_reply_keeps_to_the_width_it_is_given() -> None:
    reply = Reply("title", table=one_column("word " * 50))
    assert max(map(cell_len, plain(reply, width=40).splitlines())) <= 40
    assert 40 < max(map(cell_len, plain(reply).splitlines())) <= WIDTH


@pytest.mark.parametrize("text", ["[bold]x[/bold]", "[/]", ":smile:", "[link=x]", "\\[x]"])
def test_what_looks_like_markup_is_text(text: str) -> None:
    assert table_text(one_column(text)).splitlines()[-1] == text


def test_no_line_ends_in_spaces() -> None:
    assert all(line == line.rstrip() for line in table_text(CHINESE).splitlines())


def test_what_is_to_be_confirmed_says_all_that_it_would_do() -> None:
    failure = Failure(NEEDS_CONFIRMATION, "Do it?", "Ask again with --yes.")
    assert plain(Reply("Do it?", lines=["It costs 5."], failure=failure)) == (
        "Do it?\nIt costs 5.\nAsk again with --yes."
    )
