"""Lists of products and customers of 有赞 and 淘宝/天猫, and amounts with a currency beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.database import Home
from storage.errors import ImportRefusedError
from storage.ingest import ImportOptions, ImportResult, import_file

SAMPLES = Path(__file__).parent / "presets"
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


def take(home: Home, *names: str) -> ImportResult:
    main, *beside = (SAMPLES / f"{name}.csv" for name in names)
    return import_file(home, main, ImportOptions(beside=beside), now=NOW)


def rows(home: Home, query: str) -> list[tuple[object, ...]]:
    with home.store() as connection:
        return [tuple(row) for row in connection.execute(query)]


ITEMS = "SELECT item_id, name, category, price_cents, available FROM items ORDER BY item_id"


def test_products_of_youzan(home: Home) -> None:
    result = take(home, "youzan-products")
    assert rows(home, ITEMS) == [
        ("SOAP", "手工皂 薰衣草", "美妆/洁面", 2800, 1),
        ("TOWEL-B", "毛巾", "家居/毛巾", 129900, 0),
        ("蜡烛", "蜡烛", "家居/香薰", 3000, 0),
    ]
    assert result.rejected_file is not None
    assert "price: “99.00-199.00” is not a number" in Path(result.rejected_file).read_text("utf-8-sig")


def test_products_of_taobao(home: Home) -> None:
    take(home, "taobao-products")
    assert rows(home, ITEMS) == [
        ("0042", "毛巾", "毛巾", 128050, 1),
        ("SOAP", "手工皂 薰衣草", "洁面皂", 3000, 1),
        ("蜡烛", "蜡烛", "香薰蜡烛", 3000, 0),
    ]


@pytest.mark.parametrize("platform", ["youzan", "taobao"])
def test_the_products_of_a_list_are_those_of_the_orders(home: Home, platform: str) -> None:
    take(home, f"{platform}-items", f"{platform}-items.orders")
    take(home, f"{platform}-products")
    ordered = "SELECT DISTINCT item_id FROM lines WHERE quantity > 0 ORDER BY item_id"
    assert rows(home, ordered) == [("SOAP",), ("蜡烛",)]
    assert rows(home, f"SELECT item_id FROM items WHERE item_id IN ({ordered}) ORDER BY 1") == [
        ("SOAP",),
        ("蜡烛",),
    ]


@pytest.mark.parametrize(("platform", "masked"), [("youzan", "139****0002"), ("taobao", "t**8")])
def test_the_customers_of_a_list_are_those_of_the_orders(home: Home, platform: str, masked: str) -> None:
    take(home, f"{platform}-orders")
    result = take(home, f"{platform}-customers")
    assert (result.table, result.added, result.rejected) == ("users", 2, 1)
    of_orders = "SELECT DISTINCT user_id FROM lines ORDER BY 1"
    assert rows(home, "SELECT user_id FROM users ORDER BY 1") == rows(home, of_orders)
    assert result.rejected_file is not None
    assert f"“{masked}” is masked" in Path(result.rejected_file).read_text("utf-8-sig")


def test_customers_joined_by_beijing_time(home: Home) -> None:
    take(home, "youzan-customers")
    joined = [
        datetime.fromtimestamp(int(str(row[0])), UTC) for row in rows(home, "SELECT joined_at FROM users")
    ]
    assert sorted(joined) == [datetime(2023, 5, 1, 1, tzinfo=UTC), datetime(2024, 3, 3, 0, 5, tzinfo=UTC)]


WRITTEN = [("¥{}", "."), ("CNY {}", "."), ("{}元", "."), ("{} CNY", ","), ("￥ {}", ",")]


@pytest.mark.parametrize(("form", "mark"), WRITTEN)
def test_a_currency_beside_what_an_order_cost_changes_no_amount(
    home: Home, tmp_path: Path, form: str, mark: str
) -> None:
    """The order's own amounts (goods, postage, refund) are shared among its lines."""
    plain = (SAMPLES / "taobao-items.orders.csv").read_bytes().decode("gb18030")
    header, *lines = plain.splitlines()
    names = header.split(",")
    money = [place for place, name in enumerate(names) if "金额" in name or "应付" in name]
    assert len(money) > 2
    written = [header]
    for line in lines:
        cells = line.split(",")
        for place in money:
            if cells[place]:
                cells[place] = '"' + form.format(cells[place].replace(".", mark)) + '"'
        written.append(",".join(cells))
    signed = tmp_path / "orders.csv"
    signed.write_text("\n".join(written), encoding="utf-8")
    other = Home(tmp_path / "other").create()
    take(other, "taobao-items", "taobao-items.orders")
    import_file(home, SAMPLES / "taobao-items.csv", ImportOptions(beside=[signed]), now=NOW)
    cents = "SELECT order_id, item_id, total_cents FROM lines ORDER BY 1, 2"
    assert rows(home, cents) == rows(other, cents)
    assert 5900 in [row[2] for row in rows(home, cents)]


@pytest.mark.parametrize("column", ["买家应付货款", "退款金额"])
def test_a_foreign_currency_beside_what_an_order_cost_is_not_taken_for_the_shops(
    home: Home, tmp_path: Path, column: str
) -> None:
    header, first, *others = (SAMPLES / "taobao-items.orders.csv").read_bytes().decode("gb18030").splitlines()
    cells = first.split(",")
    cells[header.split(",").index(column)] = "88.50 EUR"
    orders = tmp_path / "orders.csv"
    orders.write_text("\n".join([header, ",".join(cells), *others]), encoding="utf-8")
    with pytest.raises(ImportRefusedError, match="EUR"):
        import_file(home, SAMPLES / "taobao-items.csv", ImportOptions(beside=[orders]), now=NOW)
    assert rows(home, "SELECT * FROM lines") == []
