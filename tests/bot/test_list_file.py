"""Lists as files: opened by a spreadsheet nothing is calculated, read by a program nothing is lost."""

from __future__ import annotations

import csv
import hashlib
import io
import stat
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.file_preset import file_preset
from bot.list_file import as_csv, as_workbook, list_file, safe
from bot.preset_file import missing_line, preset_rows
from bot.promo_words import FILE_PRESET
from storage.moments import DAY_SECONDS, day_start
from tests.bot.conftest import Shop
from tests.conftest import LAST_DAY, Line, write

DANGEROUS = (
    "=1+1",
    "+49 30 123",
    "-2+3",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\n=1",
    "  =1",
    "＝1+1",
    '=HYPERLINK("http://x")',
)
HARMLESS = ("42", "C-5502", "用户A", 'a"b,c', "a=b", "", "p_0a1b")
USER = {"user_id": " C-5502 ", "score": 0.25, "goal": "promo", "as_of": "2024-02-04"}


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("cell", DANGEROUS)
def test_no_cell_of_a_csv_is_a_formula(cell: str) -> None:
    assert read(as_csv(["=user"], [[cell]])) == [["'=user"], [f"'{cell}"]]


@pytest.mark.parametrize("cell", HARMLESS)
def test_what_is_no_formula_stays_as_it_is(cell: str) -> None:
    assert read(as_csv(["user_id", "n"], [[cell, -3]])) == [["user_id", "n"], [cell, "-3"]]


def test_numbers_may_be_negative() -> None:
    assert safe(-3.5) == -3.5


def test_a_csv_says_its_encoding() -> None:
    assert as_csv(["用户"], []).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("cell", [*DANGEROUS, *HARMLESS[:-2]])
def test_a_workbook_holds_texts_as_texts(cell: str) -> None:
    data = as_workbook(["user_id", "score"], [[cell, 0.5]])
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    first = sheet["A2"]
    assert first.data_type == "s"
    assert first.quotePrefix
    # Line breaks become those of XML.
    assert str(first.value).replace("\r", "\n") == cell.replace("\r", "\n")
    assert sheet["B2"].value == 0.5
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_a_workbook_leaves_out_what_it_cannot_hold() -> None:
    sheet = load_workbook(io.BytesIO(as_workbook(["user_id"], [["a\x00b\x1fc"]]))).active
    assert sheet is not None
    assert sheet["A2"].value == "abc"


def test_a_file_is_kept_for_its_owner_only_and_replaced_whole(empty_shop: Shop) -> None:
    first = list_file(empty_shop.desk, "../a b/促销", ["user_id"], [["1"]], kind="list")
    path = Path(first.path)
    assert path.parent == empty_shop.home.exports
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = list_file(empty_shop.desk, "../a b/促销", ["user_id"], [["2"]], kind="list")
    assert again.path == first.path
    assert read(path.read_bytes())[1] == ["2"]
    assert [each.name for each in empty_shop.home.exports.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["klaviyo", "mailchimp", "meta", "sms", "wecom"])
def test_a_preset_fills_what_is_kept_and_says_what_is_not(name: str) -> None:
    assert FILE_PRESET.convert(FILE_PRESET.write(name, chinese=False)) == name
    preset = file_preset(name)
    headers, rows = preset_rows(preset, [USER])
    assert len(headers) == len(rows[0]) >= 1
    (line,) = missing_line(preset, [USER])
    assert "user's id" in line
    # The mechanism for names and addresses: a value that is there is a column of the file.
    whole = {**USER, "email": "Anna@Example.org ", "phone": "4930123", "name": "Anna"}
    assert len(preset_rows(preset, [whole])[0]) == len(preset.columns)
    assert missing_line(preset, [whole]) == ()


def test_identifiers_for_meta_are_hashed_in_their_normal_form() -> None:
    headers, rows = preset_rows(file_preset("meta"), [{**USER, "email": " Anna@Example.org"}])
    hashes = dict(zip(headers, rows[0], strict=True))
    assert hashes["extern_id"] == hashlib.sha256(b"c-5502").hexdigest()
    assert hashes["email"] == hashlib.sha256(b"anna@example.org").hexdigest()


def cells_of(path: str) -> list[str]:
    return [cell for row in read(Path(path).read_bytes()) for cell in row]


def test_what_customers_and_suppliers_wrote_is_harmless_in_every_list(shop: Shop) -> None:
    user, name, day = "=1+1", '=HYPERLINK("http://x","y")', day_start(LAST_DAY)
    lines = [
        Line(f"pair-{order}", user, day - order * DAY_SECONDS, 900_000, item_id=item, line=place)
        for order in range(1, 41)
        for place, item in enumerate(("kettle", "=2+2"), 1)
    ]
    with shop.home.store() as connection:
        write(connection, lines)
        connection.execute("UPDATE lines SET item_name = ? WHERE item_id = 'kettle'", (name,))
    (rules,) = shop.answer("what sells together").attachments
    (users,) = shop.answer("top 1 users in segment champions").attachments
    assert {f"'{name}", "'=2+2"} <= set(cells_of(rules.path))
    assert f"'{user}" in cells_of(users.path)
    for each in (rules, users):
        assert Path(each.path).read_bytes().startswith(b"\xef\xbb\xbf")
        assert not [cell for cell in cells_of(each.path) if cell.startswith(("=", "+", "@"))]
