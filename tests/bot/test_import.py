"""Files sent by message: how to, what an import would do, and what it did."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.reply import Button
from storage.database import Home
from storage.ingest import ImportOptions, import_file
from storage.known_files import Said, remember
from tests.bot.conftest import Program, Shop, one_object, process
from tests.storage.workbooks import xlsx

HEADER = "Order No,customer,ordered_at,item_id,quantity,unit_price,status,Colour"
ROWS = (
    "N1,odd-1,2024-01-05 10:00,cup,2,9.99,,red\n"
    "N2,ann@example.org,2024-01-06 11:00,pot,1,1.00,cancelled,red\n"
    "N3,,2024-01-07 12:00,pot,1,1.00,,red\n"
    "N4,odd-1,someday,pot,1,1.00,,red\n"
)


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEADER}\n{ROWS}", encoding="utf-8")
    return path


def lines_of(shop: Shop) -> int:
    with shop.home.store() as connection:
        return int(connection.execute("SELECT COUNT(*) FROM lines").fetchone()[0])


def test_without_a_file_it_says_how(shop: Shop) -> None:
    reply = shop.answer("how do I import orders", "admin")
    assert "opsbot import FILE" in reply.title
    assert "20 MB" in reply.title
    assert "order_id, user_id, ordered_at and item_id" in reply.lines[0]


def test_only_an_admin_may(shop: Shop, orders: Path) -> None:
    before = lines_of(shop)
    for confirmed in (False, True):
        reply = shop.ask("import", confirmed=confirmed, upload=orders)
        assert reply.failure is not None
        assert reply.failure.kind == "not_allowed"
    assert lines_of(shop) == before


def test_what_was_said_about_such_a_file_holds_for_one_that_is_sent(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text("a,b,c,d\nA1,u1,2024-01-05 10:00,i1\n", encoding="utf-8")
    assert shop.ask("import", "admin", upload=path).failure is not None
    columns = {"order_id": "a", "user_id": "b", "ordered_at": "c", "item_id": "d"}
    remember(shop.home, ("a", "b", "c", "d"), Said(columns=columns), datetime(2024, 6, 1, tzinfo=UTC))
    assert shop.ask("import", "admin", upload=path).title == "shop.csv looks like order lines: 1 in all."


def test_a_file_is_shown_before_it_is_imported(shop: Shop, orders: Path) -> None:
    before = lines_of(shop)
    reply = shop.with_settings(timezone="Europe/Berlin").ask("import", "admin", upload=orders)
    assert reply.failure is None
    assert reply.title == "orders.csv looks like order lines: 4 in all."
    assert reply.lines[0] == (
        "Columns: order_id ← Order No · user_id ← customer · ordered_at · item_id · quantity · unit_price"
        " · status"
    )
    assert reply.lines[1] == "Not used: Colour"
    assert "Line 5: ordered_at: “someday” is not a date." in reply.lines[2]
    assert reply.table is not None
    assert reply.table.headings == (
        *("order_id", "user_id", "ordered_at", "item_id", "quantity", "total", "status"),
    )
    assert [row[:3] for row in reply.table.shown] == [
        ("N1", "odd-1", "2024-01-05 10:00:00+01:00"),
        ("N2", "(pseudonym)", "2024-01-06 11:00:00+01:00"),
        ("N3", "", "2024-01-07 12:00:00+01:00"),
    ]
    assert reply.buttons == (Button("Import", "import", confirms=True),)
    assert reply.facts["columns"] == {
        **{name: name for name in ("ordered_at", "item_id", "quantity", "unit_price", "status")},
        "order_id": "Order No",
        "user_id": "customer",
    }
    assert lines_of(shop) == before


def test_a_confirmed_file_is_imported(shop: Shop, orders: Path) -> None:
    before = lines_of(shop)
    reply = shop.ask("import", "admin", confirmed=True, upload=orders)
    assert reply.failure is None
    assert reply.title == (
        "Rows read from orders.csv (order lines): 4; 3 added, 0 updated, 0 unchanged, 1 rejected."
    )
    assert reply.lines[0] == "Without a user: 1; they count towards sales, not users."
    assert any(line.startswith("Rows with an e-mail or phone number as user_id: 1;") for line in reply.lines)
    (attachment,) = reply.attachments
    assert (attachment.name, attachment.kind) == ("orders-rejected-1.csv", "rejected")
    assert "someday" in Path(attachment.path).read_text("utf-8-sig")
    assert [button.question for button in reply.buttons] == ["who is at risk", "train the model"]
    assert reply.facts["read"] == 4
    assert reply.facts["rejected_file"] == attachment.path
    assert all(isinstance(warning, str) for warning in reply.facts["warnings"])  # type: ignore[attr-defined]
    assert lines_of(shop) == before + 3
    again = shop.ask("import", "admin", confirmed=True, upload=orders)
    assert (again.facts["unchanged"], again.buttons) == (3, ())


def test_a_first_import_leads_to_training(empty_shop: Shop, orders: Path) -> None:
    reply = empty_shop.ask("import", "admin", confirmed=True, upload=orders)
    assert [button.question for button in reply.buttons] == ["train the model"]


def test_all_of_it_is_said_in_chinese(empty_shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "用户.csv"
    path.write_text("用户ID,姓名,备注\n13812345678,张三,x\n", encoding="utf-8")
    reply = empty_shop.ask("导入", "admin", upload=path)
    assert reply.title == "用户.csv 识别为用户，共1行。"
    assert reply.lines[-1] == "涉及个人信息，不予保存：name。"
    assert reply.table is not None
    assert reply.table.shown == (("（已脱敏）", "（不保存）"),)
    assert reply.buttons == (Button("导入", "导入", confirms=True),)
    done = empty_shop.ask(reply.buttons[0].question, "admin", confirmed=True, upload=path)
    assert done.title == "已读取 用户.csv（用户）共1行：新增1，更新0，未变0，未导入0。"
    assert done.facts["warnings"] == [
        "Not stored, because personal: name.",
        "Rows with an e-mail or phone number as user_id: 1; a pseudonym is stored.",
    ]
    assert "有1行以邮箱或手机号作为 user_id，已脱敏后保存。" in done.lines


@pytest.mark.parametrize("confirmed", [False, True])
def test_what_cannot_be_imported_is_refused_in_a_sentence(
    shop: Shop, tmp_path: Path, confirmed: bool
) -> None:
    path = tmp_path / "notes.csv"
    path.write_text("a,b\n1,2\n")
    reply = shop.ask("import", "admin", confirmed=confirmed, upload=path)
    assert reply.failure is not None
    assert reply.failure.kind == "import_refused"
    assert reply.failure.message.startswith("The columns fit no table: lines needs")
    missing = shop.ask("import", "admin", confirmed=confirmed, upload=tmp_path / "gone.csv")
    assert missing.failure is not None
    assert missing.failure.message.startswith("gone.csv cannot be read")


def test_progress_is_told_in_few_steps(empty_shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text(
        "order_id,user_id,ordered_at,item_id\n" + "".join(f"A{n},u,2024-01-05,i\n" for n in range(60_000))
    )
    reply = empty_shop.ask("import", "admin", upload=path)
    assert reply.title == "many.csv looks like order lines: about 60,000 in all."
    empty_shop.ask("import", "admin", confirmed=True, upload=path)
    assert 5 < len(empty_shop.steps) <= 20
    assert len(set(empty_shop.steps)) == len(empty_shop.steps)
    assert empty_shop.steps[-1] == "importing: 100 %"


def test_a_workbook(empty_shop: Shop, tmp_path: Path) -> None:
    rows = [("order_id", "user_id", "ordered_at", "sku", "total"), ("A1", 7, datetime(2024, 1, 5), "i", 1.5)]
    path = xlsx(tmp_path / "orders.xlsx", {"Orders": rows, "Notes": [("x",)]})
    reply = empty_shop.ask("import", "admin", upload=path)
    assert reply.title == "orders.xlsx looks like order lines: 1 in all."
    assert "Only the sheet Orders is read, not: Notes." in reply.lines
    done = empty_shop.ask("import", "admin", confirmed=True, upload=path)
    assert done.facts["added"] == 1


def test_many_unused_columns_are_not_all_named(empty_shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    names = [f"extra{n}" for n in range(40)]
    path.write_text(",".join(["user_id", "language", *names]) + "\n" + ",".join(["u", "en", *names]) + "\n")
    reply = empty_shop.ask("import", "admin", upload=path)
    assert reply.lines[1].startswith("Not used: extra0, extra1,")
    assert reply.lines[1].endswith("extra11, … (40)")


def test_the_program_tells_how_to_import(program: Program) -> None:
    assert program.json("ask", "import", "--as", "admin")["command"] == "import"
    assert "opsbot import FILE" in program("ask", "导入", "--as", "admin").stdout


def test_the_chat_answers_while_a_file_is_imported(shop_home: Home, tmp_path: Path) -> None:
    """A question from another process, asked in the middle of an import's transaction."""
    file = tmp_path / "large.csv"
    rows = [f"N{number},u{number % 99},2024-01-05 10:00,cup,1,1.50,,red" for number in range(60_000)]
    file.write_text("\n".join([HEADER, *rows]))
    answers: list[dict[str, Any]] = []

    def ask(done: int, total: int) -> None:
        if not answers and done > total / 2:
            asked = ["--home", shop_home.path, "ask", "churn risk for user regular-0", "--json"]
            answers.append(one_object(process(asked).stdout.decode()))

    options = ImportOptions(columns={"order_id": "Order No"})
    assert import_file(shop_home, file, options, progress=ask).added == 60_000
    (answer,) = answers
    assert (answer["ok"], answer["command"], answer["facts"]["user_id"]) == (True, "risk", "regular-0")
