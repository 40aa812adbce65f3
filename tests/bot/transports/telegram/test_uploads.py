"""Files that an admin sends: shown as understood, imported after a yes, bad rows sent back."""

from __future__ import annotations

import pytest

from tests.bot.transports.telegram.conftest import Telegram
from tests.storage.workbooks import xlsx

HEADER = "order_id,user_id,ordered_at,item_id,quantity,unit_price\n"
ROWS = "N1,007,2024-02-03 10:00,tea,1,3.50\nN2,007,2024-02-03,tea,2,3.50\nN3,42,someday,tea,1,3.50\n"
FILE = (HEADER + ROWS).encode()


def test_a_file_is_shown_first_and_imported_after_a_yes(own_telegram: Telegram) -> None:
    telegram = own_telegram
    telegram.admin.sends_document("orders.csv", FILE)
    shown = telegram.admin.private.next_message(timeout=90)
    assert "orders.csv" in shown.text and "N1" in shown.text
    assert stored(telegram) == 0
    telegram.admin.presses(shown, "Import").wait_for_answer()
    assert telegram.admin.private.next_message(timeout=90).text.startswith("Started.")
    done = telegram.admin.private.next_message(timeout=150)
    assert stored(telegram) == 2
    rejected = telegram.admin.private.next_message().document
    assert rejected is not None
    assert "N3,42,someday" in rejected.data.decode("utf-8-sig")
    assert "2" in done.text
    telegram.api.wait_for(
        lambda: not list((telegram.shop.home.path / "uploads").iterdir()), about="the upload to be removed"
    )
    told = telegram.admin.presses(shown, "Import").wait_for_answer()
    assert told.text == "This was done already."


def test_in_a_chinese_chat_it_stays_chinese(own_telegram: Telegram) -> None:
    chinese = own_telegram.api.person(1001, "Ada", language_code="zh-hans")
    chinese.sends_document("订单.csv", FILE)
    shown = chinese.private.next_message(timeout=90)
    assert "识别为" in shown.text
    chinese.presses(shown, "导入").wait_for_answer()
    assert chinese.private.next_message(timeout=90).text.startswith("已开始")


def test_a_workbook_is_taken_like_a_csv(
    own_telegram: Telegram, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("book") / "orders.xlsx"
    xlsx(path, {"Orders": [line.split(",") for line in (HEADER + ROWS).splitlines()]})
    own_telegram.admin.sends_document("orders.xlsx", path.read_bytes())
    assert "N1" in own_telegram.admin.private.next_message(timeout=90).text


def test_a_file_that_is_no_table_is_refused_in_a_sentence(telegram: Telegram) -> None:
    telegram.admin.sends_document("cat.gif", b"GIF89a" + bytes(500))
    refused = telegram.admin.private.next_message(timeout=90)
    assert refused.labels == []
    assert telegram.shop.audited()[-1]["outcome"] == "import_refused"


def test_an_operator_sends_no_files(telegram: Telegram) -> None:
    telegram.operator.sends_document("orders.csv", FILE)
    assert telegram.operator.private.next_message().text.startswith("Only an admin may import files.")
    assert not telegram.api.calls_of("getFile")


def test_a_file_too_big_for_a_bot_is_told_the_other_way(telegram: Telegram) -> None:
    telegram.admin.sends_document("orders.csv", HEADER.encode() + bytes(b"x" * 20_500_000))
    refused = telegram.admin.private.next_message(timeout=90)
    assert "20 MB" in refused.text and "opsbot import FILE" in refused.text


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\x.csv", ".env", "", "a" * 400 + ".csv"])
def test_the_name_of_a_file_leads_nowhere_else(telegram: Telegram, name: str) -> None:
    before = set(telegram.shop.home.path.parent.iterdir())
    telegram.api.raw_update(document_update(telegram, name))
    telegram.admin.private.next_message(timeout=90)
    uploads = telegram.shop.home.path / "uploads"
    files = [file for file in uploads.rglob("*") if file.is_file()]
    assert len(files) == 1 and len(files[0].relative_to(uploads).parts) == 2
    assert set(telegram.shop.home.path.parent.iterdir()) == before


def document_update(telegram: Telegram, name: str) -> dict[str, object]:
    """An update with a document that calls itself so, with the file that an ordinary one brought."""
    sent = telegram.operator.sends_document("orders.csv", FILE)
    telegram.operator.private.next_message()
    assert sent.document is not None
    person = {"id": telegram.admin.private.id, "is_bot": False, "first_name": "Ada"}
    return {
        "message": {
            "message_id": 9000,
            "date": 1,
            "chat": {"id": telegram.admin.private.id, "type": "private"},
            "from": person,
            "document": {
                "file_id": sent.document.file_id,
                "file_unique_id": "u",
                "file_name": name,
                "file_size": len(FILE),
            },
        }
    }


def stored(telegram: Telegram) -> int:
    with telegram.shop.home.store() as connection:
        return int(connection.execute("SELECT COUNT(*) FROM lines WHERE order_id LIKE 'N_'").fetchone()[0])
