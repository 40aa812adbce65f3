"""The work of the night: each step is done, whatever became of the one before."""

from __future__ import annotations

from bot.nightly_reply import nightly_reply
from tests.bot.conftest import Shop


def test_an_inbox_that_cannot_be_read_keeps_nobody_from_being_scored(own_shop: Shop) -> None:
    (own_shop.home.create().path / "inbox.lock").mkdir()
    reply = nightly_reply(own_shop.desk)
    assert reply.facts["problem"]
    assert reply.lines[0].startswith("Files imported: 0, not imported: 0. Flagged: ")


def test_a_model_that_is_missing_keeps_no_file_out(own_shop: Shop) -> None:
    with own_shop.home.store() as connection:
        connection.execute("UPDATE models SET stage = 'retired'")
    inbox = own_shop.home.create().inbox
    inbox.mkdir(exist_ok=True)
    (inbox / "orders.csv").write_text(
        "order_id,user_id,ordered_at,item_id\nN-1,regular-0,2024-01-05 10:00,i1\n", encoding="utf-8"
    )
    reply = nightly_reply(own_shop.desk)
    assert reply.facts["imported"] == "orders.csv"
    assert "No model is trained yet." in str(reply.facts["problem"])
