"""JSON lines as streams of rows: objects become the cells that a CSV of them would hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage.errors import ImportRefusedError
from storage.formats import open_source
from storage.json_lines_format import JsonSource
from tests.storage.imports import Desk, counts

LINE = {"order_id": "A1", "user_id": "u1", "ordered_at": "2024-01-05", "item_id": "i1"}


def json_of(tmp_path: Path, content: str | bytes, name: str = "file.jsonl") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(
    path: Path,
) -> tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]], list[tuple[int, str]]]:
    source = open_source(path)
    assert isinstance(source, JsonSource)
    rows: list[tuple[int, tuple[str, ...]]] = []
    broken = []
    for batch in source.batches():
        rows += zip(batch.numbers, zip(*batch.columns, strict=True), strict=True) if batch.numbers else ()
        broken += [(row.number, row.reason) for row in batch.broken]
    assert source.count() == len(rows) + len(broken)
    return source.columns, rows, broken


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ('"x"', "x"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("42.0", "42.0"),
        ("1.50", "1.50"),
        ("1.23E+17", "1.23E+17"),
        ("NaN", "NaN"),
        ("true", "true"),
        ("false", "false"),
        ("null", ""),
        ("[]", ""),
        ('"\\u8336"', "茶"),
        ('"\\ud800"', "\ufffd"),
    ],
)
def test_a_value_becomes_the_text_of_a_csv(tmp_path: Path, value: str, cell: str) -> None:
    assert read(json_of(tmp_path, f'{{"a": {value}, "b": "y"}}'))[1] == [(1, (cell, "y"))]


def test_objects_within_objects_are_columns_with_dots(tmp_path: Path) -> None:
    columns, rows, _ = read(json_of(tmp_path, '{"a": 1, "buyer": {"id": 7, "at": {"city": "Ulm"}}}\n'))
    assert dict(zip(columns, rows[0][1], strict=True)) == {"a": "1", "buyer.id": "7", "buyer.at.city": "Ulm"}


def test_the_columns_are_the_keys_of_all_lines(tmp_path: Path) -> None:
    lines = [json.dumps({"a": n}) for n in range(5_000)]
    lines[4_321] = '{"late": "x"}'
    columns, rows, broken = read(json_of(tmp_path, "\n".join(lines)))
    assert (columns, broken) == (("a", "late"), [])
    assert [rows[n] for n in (0, 4_321, 4_999)] == [(1, ("0", "")), (4_322, ("", "x")), (5_000, ("4999", ""))]


def test_blank_lines_and_marks_are_passed_over_and_counted(tmp_path: Path) -> None:
    content = "\ufeff\ufeff\n\n" + '{"a": 1}\r\n   \n{"a": 2}'
    assert read(json_of(tmp_path, content, "file.json"))[1] == [(3, ("1",)), (5, ("2",))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    content = '{"订单号": "A1", "商品": "退款茶杯"}\n{"订单号": "A2", "商品": "大"}\n'.encode(encoding)
    assert read(json_of(tmp_path, content))[:2] == (
        ("订单号", "商品"),
        [(1, ("A1", "退款茶杯")), (2, ("A2", "大"))],
    )


def test_broken_lines_cost_themselves(tmp_path: Path) -> None:
    content = (
        'oops\n{"a": 1}\n{"a": 2\n[1, 2]\n"text"\n{"a": 3} {"a": 4}\n' + '{"a":' * 9_999 + '\n{"a": 5}\n'
    )
    columns, rows, broken = read(json_of(tmp_path, content))
    assert (columns, rows) == (("a",), [(2, ("1",)), (8, ("5",))])
    assert [number for number, _ in broken] == [1, 3, 4, 5, 6, 7]
    reasons = [reason for _, reason in broken]
    assert reasons[1] == "The line is not JSON: Expecting ',' delimiter (character 8). Correct it."
    assert reasons[2] == "The line holds no JSON object. Write one object per line: {…}."
    assert "nested too deeply" in reasons[5]


def test_no_reason_repeats_the_line(tmp_path: Path) -> None:
    _, _, broken = read(json_of(tmp_path, '{"a": 1}\n{"text": "my secret"\n'))
    assert "secret" not in broken[0][1]


class TestLists:
    def test_a_column_of_lists_is_named_and_passed_over(self, desk: Desk) -> None:
        lines = [json.dumps({**LINE, "item_id": item, "tags": ["new"]}) for item in ("i1", "i2")]
        result = desk.take("\n".join(lines))
        assert counts(result) == (2, 2, 0, 0, 0)
        assert [str(warning) for warning in result.warnings] == [
            "Lists are not read: tags (list). What they hold needs lines of its own."
        ]

    def test_a_list_in_the_place_of_a_value_costs_its_line(self, desk: Desk) -> None:
        lines = [json.dumps({**LINE, "item_id": item}) for item in ("i1", ["i2", "i3"])]
        result = desk.take("\n".join(lines))
        assert counts(result) == (2, 1, 0, 0, 1)
        assert "2,item_id holds a list. Write a line of its own for each entry." in desk.rejected(result)

    def test_orders_with_a_list_of_items_are_refused(self, desk: Desk) -> None:
        order = {**LINE, "item_id": [{"sku": "i1"}, {"sku": "i2"}]}
        sentence = desk.refuse(json.dumps(order), name="orders.jsonl")
        assert sentence.startswith("orders.jsonl: item_id holds a list of objects. Write a line of its own")


class TestArrays:
    def test_a_small_one_is_read(self, desk: Desk) -> None:
        orders = [LINE, {**LINE, "item_id": "i2"}, "oops", {**LINE, "item_id": "i3", "quantity": 2}]
        result = desk.take(json.dumps(orders, indent=2))
        assert counts(result) == (4, 3, 0, 0, 1)
        assert "\n3,The line holds no JSON object." in desk.rejected(result)

    def test_a_cut_off_one_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ImportRefusedError, match="no complete JSON array: Expecting"):
            open_source(json_of(tmp_path, '[{"a": 1}, {"a"'))

    def test_a_large_one_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("storage.json_lines_format._LARGEST_ARRAY", 1 << 20)
        with pytest.raises(ImportRefusedError, match="one JSON array of more than 1 MB"):
            open_source(json_of(tmp_path, '[{"a": 1}' + " " * (1 << 20) + "]"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{}", "holds no line with a JSON object"),
        ("[]", "holds no line with a JSON object"),
        ('{"a": 1', r"Expecting ',' delimiter \(character 8\)"),
        ('{\n"a": 1\n}\n', "holds no line with a JSON object"),
        ('{"orders": [{"a": 1}]}', "orders holds a list of objects"),
        ("\n".join(f'{{"k{n}": 1}}' for n in range(3_000)), "more than 2000 different keys"),
    ],
)
def test_what_holds_no_rows_is_refused(tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(ImportRefusedError, match=sentence):
        open_source(json_of(tmp_path, content))


def test_a_line_beyond_all_bounds_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.json_lines_format._LONGEST_LINE", 1 << 20)
    content = '{"a": 1}\n{"a": "' + "x" * (3 << 20) + '"}\n{"a": 2}\n'
    _, rows, broken = read(json_of(tmp_path, content))
    assert (rows, broken) == (
        [(1, ("1",)), (3, ("2",))],
        [(2, "The line has more than 1 million characters. Shorten it.")],
    )


def test_long_lines_come_in_small_batches(tmp_path: Path) -> None:
    content = "\n".join(json.dumps({"a": "x" * 3_000_000}) for _ in range(7))
    sizes = [len(batch.numbers) for batch in open_source(json_of(tmp_path, content)).batches()]
    assert sizes == [3, 3, 1]


def test_the_same_file_again_changes_nothing_and_a_late_status_is_read(desk: Desk) -> None:
    lines = [json.dumps({**LINE, "order_id": f"A{n}"}) for n in range(2_500)]
    lines.append(json.dumps({**LINE, "order_id": "B", "status": "cancelled"}))
    assert counts(desk.take("\n".join(lines))) == (2_501, 2_501, 0, 0, 0)
    assert counts(desk.take("\n".join(lines))) == (2_501, 0, 0, 2_501, 0)
    assert desk.rows("SELECT order_id FROM lines WHERE status = 'cancelled'") == [("B",)]
