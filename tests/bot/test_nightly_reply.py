"""The work of the night: each step is done, whatever became of the one before."""

from __future__ import annotations

import json

from bot.i18n import using
from bot.nightly_reply import nightly_reply
from bot.problems import all_worded, incident_of, problems_of_night
from bot.scheduled_reply import night_lines
from storage import ledger
from tests.bot.conftest import NOON, Shop


def test_an_inbox_that_cannot_be_read_keeps_nobody_from_being_scored(own_shop: Shop) -> None:
    (own_shop.home.create().path / "inbox.lock").mkdir()
    reply = nightly_reply(own_shop.desk)
    assert problems_of_night(reply.facts)
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
    kept = json.loads(json.dumps(reply.facts))
    with using("zh"):
        assert "还没有训练过模型" in all_worded(problems_of_night(kept))
    assert "No model is trained yet." in all_worded(problems_of_night(kept))


def test_work_done_by_hand_is_the_nights_and_keeps_what_that_brought(own_shop: Shop) -> None:
    with own_shop.home.bot() as connection:
        ledger.note_night(
            connection, NOON.date(), 0, {"imported": "a.csv", "failed": "", "problems": [incident_of("ab12")]}
        )
    own_shop.answer("run the nightly work", "admin", confirmed=True)
    with own_shop.home.bot() as connection:
        last = ledger.last_night(connection)
    assert last is not None
    assert last[0] == NOON.date()
    assert last[1]["imported"] == "a.csv"
    assert not problems_of_night(last[1])


def test_what_a_night_came_to_is_said_until_the_next_one_is_due(shop: Shop) -> None:
    said = {"imported": "", "failed": "", "problems": [incident_of("ab12")]}
    with shop.home.bot() as connection:
        ledger.note_night(connection, NOON.date(), 0, said)
    (line,) = night_lines(shop.desk)
    assert line == "The work of the night failed: Something went wrong here (incident ab12)."
    with using("zh"):
        assert night_lines(shop.desk)[0].startswith("夜间任务失败：")
        assert "ab12" in night_lines(shop.desk)[0]
    assert night_lines(shop.days_later(1).desk) == ()
