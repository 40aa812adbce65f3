"""The exports of shop platforms: a small sample of each under its genuine header, and what must come out."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.desk import Desk
from bot.import_reply import preview_reply
from bot.program.import_files import import_files
from bot.settings import Settings
from storage.database import Home
from storage.errors import ImportRefusedError
from storage.formats import open_source
from storage.ingest import ImportOptions, ImportResult, import_file
from storage.opening import plan
from storage.preset import FOLDER, PresetError, preset_names, presets, presets_called, read_preset, recognised
from storage.preview import preview
from storage.snapshot import Snapshot
from tests.walks.test_complete_journey import raw_lines

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
SAMPLES = Path(__file__).parent / "presets"
NET_CENTS = " SELECT SUM(total_cents) - SUM(returned_cents) FROM order_sums"


class Shop:
    """A home, and short ways to put files into it and look."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home").create()
        self.folder = folder

    def take(self, *paths: Path, now: datetime = NOW, **options: Any) -> list[ImportResult]:
        return [
            import_file(self.home, each.path, ImportOptions(beside=each.beside, **options), now=now)
            for each in plan({path: open_source(path) for path in paths}, options.get("preset")).imports
        ]

    def text(self, text: str, *, name: str = "file.csv", now: datetime = NOW, **options: Any) -> ImportResult:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return self.take(path, now=now, **options)[0]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.home.store() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def net_cents(self, as_of: datetime) -> int | None:
        with self.home.store() as connection:
            return Snapshot(connection, as_of.date()).query(NET_CENTS).fetchone()[0]  # type: ignore[no-any-return]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def sample(name: str) -> list[Path]:
    """The main file of a preset's sample and those that go with it."""
    return sorted(SAMPLES.glob(f"{name}.csv")) + sorted(SAMPLES.glob(f"{name}.*.csv"))


# What each sample is: order, item, quantity, cents, status. "who" numbers the users by their first order.
LINES: dict[str, list[tuple[str, str, str, float, int, str]]] = {
    "shopify-orders": [
        ("#1001", "A", "CAN-R", 1, 1791, "paid"),
        ("#1001", "A", "Holder", 1, 2699, "paid"),
        ("#1001", "A", "MAT", 2, 900, "paid"),
        ("#1002", "B", "SOAP", 4, 4000, "partly_refunded"),
        ("#1002", "B", "refund", -1, -1000, "paid"),
        ("#1003", "B", "SOAP", 1, 1000, "refunded"),
        ("#1004", "C", "SOAP", 1, 1000, "cancelled"),
        ("#1005", "C", "SOAP", 1, 1000, "unpaid"),
        ("#1006", "C", "SOAP", 10, 10000, "invoiced"),
        ("#1007", "C", "SOAP", 1, 1000, "unpaid"),
        ("#1008", "", "SOAP", 1, 1000, "paid"),
        ("#1009", "D", "SOAP", 1, 1000, "paid"),
        ("#1010", "A", "SAMPLE", 1, 0, "paid"),
    ],
    "woocommerce-analytics": [
        ("501", "A", "Candle", 1, 1333, "paid"),
        ("501", "A", "Soap, lavender", 2, 2666, "paid"),
        ("502", "B", "Soap, lavender", 1, 1000, "unpaid"),
        ("503", "B", "Soap, lavender", 1, 1000, "refunded"),
        ("504", "A", "(order)", 1, 700, "paid"),
        ("505", "", "Candle", 1, 700, "cancelled"),
    ],
    "woocommerce-order-export": [
        ("601", "A", "Candle", 1, 1200, "paid"),
        ("601", "A", "SOAP", 2, 900, "paid"),
        ("602", "B", "SOAP", 2, 900, "partly_refunded"),
        ("602", "B", "refund", -1, -450, "paid"),
        ("603", "B", "SOAP", 1, 450, "refunded"),
        ("604", "B", "SOAP", 1, 450, "unpaid"),
        ("605", "B", "SOAP", 1, 450, "cancelled"),
    ],
    "shopware-orders": [
        ("10001", "A", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", 2, 1998, "paid"),
        ("10001", "A", "1a1b2c3d4e5f60718293a4b5c6d7e8f9", 1, 999, "paid"),
        ("10002", "B", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", 1, 1550, "paid"),
        ("10003", "B", "(order)", 1, 800, "paid"),
    ],
    "shopware-states": [
        ("20001", "A", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", 1, 1000, "paid"),
        ("20002", "A", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", 1, 1000, "unpaid"),
        ("20003", "A", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", 1, 1000, "refunded"),
        ("20004", "A", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", 1, 1000, "cancelled"),
        ("20005", "A", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", 1, 1000, "invoiced"),
    ],
    "magento-orders": [
        ("000000101", "A", "(order)", 1, 3639, "paid"),
        ("000000102", "A", "(order)", 1, 3964, "refunded"),
        ("000000103", "B", "(order)", 1, 2000, "partly_refunded"),
        ("000000103", "B", "refund", -1, -500, "paid"),
        ("000000104", "B", "(order)", 1, 2000, "unpaid"),
        ("000000105", "B", "(order)", 1, 2000, "cancelled"),
    ],
    "youzan-orders": [
        ("E20240301100000000000001", "A", "(order)", 1, 8600, "paid"),
        ("E20240302100000000000002", "A", "(order)", 1, 0, "unpaid"),
        ("E20240303100000000000003", "阿博", "(order)", 1, 0, "cancelled"),
        ("E20240304100000000000004", "阿博", "(order)", 1, 3000, "refunded"),
        ("E20240305100000000000005", "阿博", "(order)", 1, 5600, "partly_refunded"),
        ("E20240305100000000000005", "阿博", "refund", -1, -2800, "paid"),
    ],
    "youzan-items": [
        ("E20240301100000000000001", "A", "SOAP", 2, 5600, "paid"),
        ("E20240301100000000000001", "A", "蜡烛", 1, 3000, "paid"),
        ("E20240302100000000000002", "A", "蜡烛", 1, 3000, "unpaid"),
        ("E20240303100000000000003", "阿博", "蜡烛", 1, 3000, "cancelled"),
        ("E20240304100000000000004", "阿博", "蜡烛", 1, 3000, "refunded"),
        ("E20240305100000000000005", "阿博", "SOAP", 2, 5600, "partly_refunded"),
        ("E20240305100000000000005", "阿博", "refund SOAP", -1, -2800, "paid"),
    ],
    "taobao-orders": [
        ("1930679858170641", "幸福小安", "(order)", 1, 9350, "paid"),
        ("1930679858170642", "幸福小安", "(order)", 1, 0, "unpaid"),
        ("1930679858170643", "tb_bo", "(order)", 1, 0, "cancelled"),
        ("1930679858170644", "tb_bo", "(order)", 1, 3500, "refunded"),
        ("1930679858170645", "tb_bo", "(order)", 1, 6500, "partly_refunded"),
        ("1930679858170645", "tb_bo", "refund", -1, -1234, "paid"),
    ],
    "taobao-items": [
        ("1930679858170641", "幸福小安", "SOAP", 2, 5900, "paid"),
        ("1930679858170641", "幸福小安", "蜡烛", 1, 2950, "paid"),
        ("1930679858170642", "幸福小安", "蜡烛", 1, 3000, "unpaid"),
        ("1930679858170643", "tb_bo", "蜡烛", 1, 3000, "cancelled"),
        ("1930679858170644", "tb_bo", "蜡烛", 1, 3000, "refunded"),
        ("1930679858170645", "tb_bo", "SOAP", 2, 6000, "partly_refunded"),
        ("1930679858170645", "tb_bo", "refund", -1, -1234, "paid"),
    ],
    "taobao-suborders": [
        ("1930679858170641", "幸福小安", "7001", 2, 5850, "paid"),
        ("1930679858170641", "幸福小安", "7002", 1, 3000, "paid"),
        ("1930679858170643", "tb_bo", "7002", 1, 0, "cancelled"),
        ("1930679858170644", "tb_bo", "7002", 1, 3000, "refunded"),
        ("1930679858170645", "tb_bo", "7001", 2, 6000, "partly_refunded"),
        ("1930679858170645", "tb_bo", "refund 7001", -1, -1234, "paid"),
    ],
    "olist-lines": [
        (
            "00010242fe8c5a6d1ba2dd792cb16214",
            "871766c5855e863f6eccc05f988b23cb",
            "4244733e06e7ecb4970a6e2683c13e61",
            1,
            5890,
            "paid",
        ),
        (
            "00018f77f2f0320c557190d7a144bdd3",
            "871766c5855e863f6eccc05f988b23cb",
            "e5f2d52b802189ee658865ca93d83a8f",
            1,
            23990,
            "invoiced",
        ),
        (
            "00018f77f2f0320c557190d7a144bdd3",
            "871766c5855e863f6eccc05f988b23cb",
            "e5f2d52b802189ee658865ca93d83a8f",
            1,
            23990,
            "invoiced",
        ),
        (
            "000229ec398224ef6ca0657da4fc703e",
            "3818d81c6709e39d06b2738a8d3a2474",
            "c777355d18b72b67abbeef9df44fd0fd",
            1,
            19900,
            "cancelled",
        ),
    ],
    "uci-online-retail": [
        ("489434", "13085", "85048", 12, 8340, "paid"),
        ("489434", "13085", "POST", 1, 1800, "paid"),
        ("489435", "16321", "22350", 1, 255, "paid"),
        ("489464", "", "21733", -96, 0, "paid"),
        ("491725", "12346", "TEST001", 10, 4500, "paid"),
        ("A506401", "", "B", 1, -5359436, "paid"),
        ("C489449", "16321", "22087", -12, -3540, "paid"),
        ("C496116", "13085", "D", -1, -905, "paid"),
    ],
    "complete-journey": [
        ("31198570044", "900", "1095275", 1, 50, "paid"),
        ("31198570047", "900", "9878513", 2, 198, "paid"),
        ("31198655051", "1228", "1041453", 0, 0, "paid"),
    ],
}


def stored_lines(shop: Shop) -> list[tuple[str, str, str, float, int, str]]:
    """The lines as known now, pseudonyms as letters in the order of their first orders."""
    rows = shop.rows(
        """
        SELECT order_id, user_id, item_id, quantity, total_cents, COALESCE(
            (SELECT c.status FROM status_changes c WHERE c.order_id = l.order_id AND c.item_id = l.item_id
             AND c.line = l.line ORDER BY c.status_at DESC LIMIT 1), l.status)
        FROM lines l ORDER BY order_id, item_id, line
        """
    )
    hidden = dict.fromkeys(row[1] for row in rows if row[1].startswith("p_"))
    letters = dict(zip(hidden, "ABCDEFGH", strict=False))
    return [(row[0], letters.get(row[1], row[1]), *row[2:]) for row in rows]


@pytest.mark.parametrize("name", LINES)
def test_a_sample_becomes_these_lines_and_adds_nothing_again(name: str, shop: Shop) -> None:
    first = shop.take(*sample(name))[0]
    assert stored_lines(shop) == LINES[name]
    assert first.read == first.added + first.rejected
    assert first.added == len(LINES[name])
    before = shop.rows("SELECT * FROM lines"), shop.rows("SELECT * FROM status_changes")

    again = shop.take(*sample(name), now=NOW + timedelta(days=3))[0]

    assert (again.added, again.updated, again.unchanged) == (0, 0, first.added)
    assert (shop.rows("SELECT * FROM lines"), shop.rows("SELECT * FROM status_changes")) == before


def test_every_preset_of_lines_has_a_sample_here() -> None:
    assert {name for name, preset in presets().items() if preset.table == "lines"} <= set(LINES)


@pytest.mark.parametrize("name", preset_names())
def test_a_sample_is_recognised_by_its_header_alone_and_by_name(name: str) -> None:
    with (SAMPLES / f"{name}.csv").open(encoding=_encoding(name), newline="") as file:
        columns = next(csv.reader(file, delimiter=";" if name.startswith("shopware") else ","))
    for found in (recognised(columns), recognised(columns, presets_called(name.partition("-")[0]))):
        assert found is not None
        assert found.name == name


def _encoding(name: str) -> str:
    if name.startswith("taobao-") and name != "taobao-suborders":
        return "gb18030"
    return "gb18030" if name == "youzan-orders" else "utf-8"


def test_times_are_those_of_the_platform_unless_the_person_says_otherwise(shop: Shop) -> None:
    shop.take(*sample("taobao-orders"), timezone="Europe/Berlin")
    query = "SELECT MIN(ordered_at) FROM lines"
    assert shop.rows(query) == [(int(datetime(2024, 3, 1, 14, 2, 10, tzinfo=UTC).timestamp()),)]
    shop.take(*sample("taobao-orders"), timezone="UTC", zone_given=True)
    assert shop.rows(query) == [(int(datetime(2024, 3, 1, 22, 2, 10, tzinfo=UTC).timestamp()),)]


def test_masked_buyers_are_refused_with_the_remedy(shop: Shop) -> None:
    result = shop.take(*sample("taobao-orders"))[0]
    assert result.rejected == 1
    assert result.rejected_file is not None
    rejected = Path(result.rejected_file).read_text(encoding="utf-8-sig")
    assert "“t**8” is masked. Export the file with the full ids." in rejected


def test_a_cancellation_is_unseen_before_its_time(shop: Shop) -> None:
    shop.take(*sample("shopify-orders"))
    of_order = "WHERE order_id = '#1004'"
    assert shop.rows(f"SELECT status FROM lines {of_order}") == [("paid",)]
    at = int(datetime(2024, 3, 5, 11, tzinfo=UTC).timestamp())
    assert shop.rows(f"SELECT status, status_at FROM status_changes {of_order}") == [("cancelled", at)]


def test_kinds_come_from_payment_and_tags(shop: Shop) -> None:
    shop.take(*sample("shopify-orders"))
    kinds = shop.rows("SELECT order_id, kind FROM lines WHERE kind <> 'normal' ORDER BY 1")
    assert kinds == [("#1009", "test"), ("#1010", "subscription")]


def test_fees_and_tests_of_uci_never_count_and_postage_is_no_goods(shop: Shop) -> None:
    shop.take(*sample("uci-online-retail"))
    assert shop.rows("SELECT item_id FROM lines WHERE kind = 'test' ORDER BY 1") == [("B",), ("TEST001",)]
    assert shop.rows("SELECT item_id FROM lines WHERE category = 'not goods' ORDER BY 1") == [
        ("D",),
        ("POST",),
    ]
    # 83.40 + 18.00 + 2.55, less the returns of 35.40 and 9.05.
    assert shop.net_cents(NOW) == 8340 + 1800 + 255 - 3540 - 905


def test_the_earlier_edition_of_uci_is_the_same(shop: Shop) -> None:
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    rows = [
        "536365,85123A,HOLDER,6,12/1/2010 8:26,2.55,17850,United Kingdom",
        "C536379,D,Discount,-1,12/13/2010 9:41,27.5,14527,United Kingdom",
    ]
    result = shop.text("\n".join([header, *rows]))
    assert (result.table, result.added) == ("lines", 2)
    assert shop.rows("SELECT total_cents, date(ordered_at, 'unixepoch') FROM lines ORDER BY 1") == [
        (-2750, "2010-12-13"),
        (1530, "2010-12-01"),
    ]


def test_olist_brings_its_products_along_and_passes_over_what_holds_nothing(shop: Shop) -> None:
    paths = [*sample("olist-lines"), *sample("olist-items"), *sample("olist-reviews")]
    planned = plan({path: open_source(path) for path in paths}, "olist")
    assert [each.path.name for each in planned.imports] == [
        "olist-lines.csv",
        "olist-items.csv",
        "olist-reviews.csv",
    ]
    assert [path.name for path in planned.unused] == ["olist-lines.payments.csv"]
    assert [result.table for result in shop.take(*paths, preset="olist")] == ["lines", "items", "reviews"]
    assert shop.rows("SELECT DISTINCT category FROM lines ORDER BY 1") == [
        (None,),
        ("cool_stuff",),
        ("pets",),
    ]
    assert shop.rows("SELECT category FROM items ORDER BY 1") == [(None,), ("cool_stuff",), ("pets",)]


def test_reviews_of_olist_belong_to_those_who_ordered(shop: Shop) -> None:
    beside = [SAMPLES / "olist-lines.orders.csv", SAMPLES / "olist-lines.customers.csv"]
    for _ in range(2):
        (result,) = shop.take(*sample("olist-reviews"), *beside)
        assert (result.read, result.rejected) == (2, 0)
    assert shop.rows("SELECT user_id, rating, text FROM reviews ORDER BY rating") == [
        ("3818d81c6709e39d06b2738a8d3a2474", 1.0, "Ruim"),
        ("871766c5855e863f6eccc05f988b23cb", 5.0, "Chegou antes do prazo,\nrecomendo"),
    ]


def test_users_and_items_of_shopify(shop: Shop) -> None:
    shop.take(*sample("shopify-orders"))
    shop.take(*sample("shopify-customers"))
    shop.take(*sample("shopify-products"))
    ann = shop.rows("SELECT DISTINCT user_id FROM lines WHERE order_id = '#1001'")
    query = "SELECT user_id FROM users WHERE consent_email = 1 AND consent_sms = 0 AND kind IS NULL"
    assert shop.rows(query) == ann
    assert shop.rows("SELECT user_id FROM users WHERE user_id NOT LIKE 'p\\_%' ESCAPE '\\'") == [
        ("7210448301124",)
    ]
    assert shop.rows("SELECT consent_sms FROM users WHERE kind = 'wholesale'") == [(1,)]
    assert shop.rows("SELECT item_id, name, category, price_cents, available FROM items ORDER BY 1") == [
        ("0042", "Candle", "Candles", 2190, 1),
        ("CAN-R", "Candle", "Candles", 1990, 1),
        ("Holder", "Holder", "Home", 3000, 0),
    ]


ITEMS: dict[str, list[tuple[str, str | None, str | None, int | None, int | None]]] = {
    "woocommerce-products": [
        ("CAN-R", "Candle - Red", None, 1200, 0),
        ("Jar", "Jar", "Home", 300, 1),
        ("SOAP", "Soap, lavender", "Bath, Bath > Soap", 450, 1),
    ],
    "shopware-products": [
        ("0a1b2c3d4e5f60718293a4b5c6d7e8f9", "Kerze", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 999, 1),
        ("1a1b2c3d4e5f60718293a4b5c6d7e8f9", None, None, None, 0),
    ],
    "magento-products": [
        ("24-MB01", "Duffle Bag", "Default Category/Gear,Default Category/Gear/Bags", 3400, 1),
        ("24-MB02", "Old Bag", None, 1250, 0),
    ],
}


@pytest.mark.parametrize("name", ITEMS)
def test_a_sample_becomes_these_items(name: str, shop: Shop) -> None:
    (result,) = shop.take(*sample(name))
    assert (result.added, result.rejected) == (len(ITEMS[name]), 0)
    query = "SELECT item_id, name, category, price_cents, available FROM items ORDER BY 1"
    assert shop.rows(query) == ITEMS[name]


@pytest.mark.parametrize("name", ["woocommerce", "shopware", "magento"])
def test_customers_are_those_of_the_orders(name: str, shop: Shop) -> None:
    orders = {"woocommerce": "woocommerce-order-export"}.get(name, f"{name}-orders")
    shop.take(*sample(orders))
    (result,) = shop.take(*sample(f"{name}-customers"))
    assert (result.table, result.rejected) == ("users", 0)
    assert shop.rows("SELECT COUNT(*) FROM users") == [(result.added,)]
    assert shop.rows("SELECT user_id FROM users WHERE user_id NOT IN (SELECT user_id FROM lines)") == []


def test_net_sales_under_their_older_name(shop: Shop) -> None:
    text = (SAMPLES / "woocommerce-analytics.csv").read_text(encoding="utf-8")
    shop.text(text.replace("Net Sales", "N. Revenue"))
    assert stored_lines(shop) == LINES["woocommerce-analytics"]


def test_items_of_complete_journey(shop: Shop) -> None:
    shop.take(*sample("complete-journey"), *sample("complete-journey-products"))
    assert shop.rows("SELECT item_id, name, category FROM items ORDER BY 1") == [
        ("1095275", "ROLLS: BAGELS", "ROLLS"),
        ("9878513", "FLUID MILK WHITE ONLY", "FLUID MILK"),
    ]
    assert shop.rows("SELECT category FROM lines WHERE item_id = '1095275'") == [("ROLLS",)]


def test_complete_journey_itself_is_recognised(shop: Shop, tmp_path: Path) -> None:
    from pyarrow.parquet import ParquetFile, write_table

    # The first 100,000 rows: all 1.5 million take a minute.
    rows = next(ParquetFile(raw_lines()).iter_batches(100_000))
    import pyarrow as pa

    path = tmp_path / "transactions.parquet"
    write_table(pa.Table.from_batches([rows]), path)
    (result,) = shop.take(path)
    assert (result.table, result.added, result.rejected) == ("lines", 100_000, 0)
    paid, coupons = (
        sum(round(value.as_py() * 100) for value in rows.column(name))
        for name in ("sales_value", "coupon_disc")
    )
    assert coupons > 0
    query = "SELECT SUM(total_cents), SUM(discount_cents), COUNT(DISTINCT user_id) FROM lines"
    assert shop.rows(query) == [(paid, coupons, len(rows.column("household_id").unique()))]


# -- what is refused, and what a person decides -----------------------------------------------------------


def refused(shop: Shop, *paths: Path, **options: Any) -> str:
    with pytest.raises(ImportRefusedError) as caught:
        shop.take(*paths, **options)
    assert shop.rows("SELECT * FROM lines") == []
    return f"{caught.value} {caught.value.next_step.format(**caught.value.values)}"


def test_a_report_that_needs_another_says_so(shop: Shop) -> None:
    message = refused(shop, SAMPLES / "taobao-items.csv")
    assert "says too little by itself" in message
    assert "订单创建时间" in message


def test_a_file_of_another_kind_does_not_pass_for_the_preset(shop: Shop) -> None:
    message = refused(shop, SAMPLES / "magento-orders.csv", preset="shopify-orders")
    assert "does not have the columns of Shopify: orders: Name, Financial Status" in message


def test_an_unknown_preset_names_the_known_ones(shop: Shop) -> None:
    message = refused(shop, SAMPLES / "magento-orders.csv", preset="amazon")
    assert "There is no preset amazon. Choose one of:" in message
    assert "uci-online-retail" in message


def test_a_map_goes_before_recognition_and_within_a_preset(shop: Shop) -> None:
    path = SAMPLES / "uci-online-retail.csv"
    plain = shop.take(path, columns={"order_id": "Invoice", "unit_price": "Price"})[0]
    assert not any("Read as" in str(warning) for warning in plain.warnings)
    assert shop.rows("SELECT DISTINCT kind FROM lines") == [("normal",)]
    mapped = shop.take(path, preset="uci", columns={"category": "Country"})[0]
    assert any(str(warning) == "Read as UCI Online Retail." for warning in mapped.warnings)
    assert ("Australia",) in shop.rows("SELECT category FROM lines")


def test_another_table_than_the_preset_goes_before_it(shop: Shop) -> None:
    message = refused(shop, SAMPLES / "shopify-orders.csv", table="users")
    assert "users needs user_id" in message


def test_rejected_rows_of_a_preset_of_whole_orders_are_not_taken_alone(shop: Shop) -> None:
    rejected = shop.take(*sample("taobao-orders"))[0].rejected_file
    assert rejected is not None
    with pytest.raises(ImportRefusedError, match="can only be read by whole orders"):
        shop.take(Path(rejected))


def test_names_as_users_are_pseudonyms_and_said_to_be(shop: Shop) -> None:
    result = shop.take(*sample("woocommerce-analytics"))[0]
    assert "Rows with a name as user_id: 5; a pseudonym is stored." in map(str, result.warnings)
    assert shop.rows("SELECT COUNT(*) FROM lines WHERE user_id LIKE '%Ann%' OR user_id = 'Bob'") == [(0,)]


def test_the_preview_shows_what_the_preset_makes_of_a_file(shop: Shop) -> None:
    seen = preview(shop.home, SAMPLES / "shopify-orders.csv", ImportOptions(), now=NOW)
    assert seen.columns["ordered_at"] == "Created at"
    assert seen.columns["item_id"] == "Lineitem sku, Lineitem name"
    assert [row["total"] for row in seen.rows] == ["17.91 EUR", "9.00 EUR", "26.99 EUR"]
    assert "Read as Shopify: orders." in map(str, seen.warnings)
    assert list(shop.home.path.glob("pseudonym.key")) == []


# -- refunds without a time -------------------------------------------------------------------------------

HEADER = (
    "Name,Email,Financial Status,Created at,Subtotal,Refunded Amount,"
    "Lineitem quantity,Lineitem name,Lineitem price"
)


def shopify(status: str, refunded: str, subtotal: str = "30.00") -> str:
    first = f"#1,a@example.org,{status},2024-03-01 10:00:00 +0000,{subtotal},{refunded},1,Soap,10.00"
    return f"{HEADER}\n{first}\n#1,,,,,,2,Wax,10.00\n"


def test_a_refund_that_comes_later_changes_nothing_before_it(shop: Shop) -> None:
    shop.text(shopify("paid", "0.00"), now=NOW)
    later = NOW + timedelta(days=10)
    shop.text(shopify("partially_refunded", "5.00"), now=later)
    assert shop.net_cents(NOW) == 3000
    assert shop.net_cents(later) == 2500
    shop.text(shopify("partially_refunded", "5.00"), now=later + timedelta(days=10))
    assert (shop.net_cents(NOW), shop.net_cents(later)) == (3000, 2500)


def test_a_partial_refund_that_becomes_a_whole_one_is_not_taken_off_twice(shop: Shop) -> None:
    shop.text(shopify("partially_refunded", "5.00"), now=NOW)
    assert shop.net_cents(NOW) == 2500
    later = NOW + timedelta(days=10)
    shop.text(shopify("refunded", "30.00"), now=later)
    assert (shop.net_cents(NOW), shop.net_cents(later)) == (2500, 0)


def test_a_refund_that_grows_keeps_what_was_known(shop: Shop) -> None:
    days = [NOW + timedelta(days=10 * number) for number in range(4)]
    for day, amount in zip(days, ("0.00", "5.00", "12.00", "12.00"), strict=True):
        shop.text(shopify("paid" if amount == "0.00" else "partially_refunded", amount), now=day)
    assert [shop.net_cents(day) for day in days] == [3000, 2500, 1800, 1800]
    shop.text(shopify("refunded", "30.00"), now=days[3] + timedelta(days=10))
    assert [shop.net_cents(day) for day in days] == [3000, 2500, 1800, 1800]
    assert shop.net_cents(days[3] + timedelta(days=10)) == 0


def test_an_order_that_stands_twice_in_a_file_is_paid_back_once(shop: Shop) -> None:
    text = shopify("partially_refunded", "5.00")
    shop.text(text + text.partition("\n")[2].replace("Soap", "Oil").replace("Wax", "Jar"))
    assert shop.rows("SELECT total_cents FROM lines WHERE item_id = 'refund'") == [(-500,)]


def test_a_refunded_order_without_a_user_is_counted_once(shop: Shop) -> None:
    result = shop.text(shopify("refunded", "30.00").replace("a@example.org", ""))
    assert (result.read, result.added, result.anonymous) == (2, 2, 2)


# -- the engine ---------------------------------------------------------------------------------------------


def many_orders(orders: int, lines: int) -> str:
    rows = [HEADER]
    for order in range(orders):
        head = f"u{order}@example.org,paid,2024-03-01 10:00:00 +0000,{lines * 3 - 1}.00,0.00"
        rows += [f"#{order},{head if not line else ',,,,'},1,Item {line},3.00" for line in range(lines)]
    return "\n".join(rows)


@pytest.mark.parametrize(("orders", "lines"), [(1_500, 3), (2, 2_500)])
def test_orders_over_the_ends_of_batches_are_whole(orders: int, lines: int, shop: Shop) -> None:
    result = shop.text(many_orders(orders, lines))
    assert (result.added, result.rejected) == (orders * lines, 0)
    query = "SELECT SUM(total_cents), COUNT(*), COUNT(DISTINCT user_id) FROM lines GROUP BY order_id"
    assert set(shop.rows(query)) == {(lines * 300 - 100, lines, 1)}


def test_a_decimal_comma_is_understood_where_money_is_shared(shop: Shop) -> None:
    text = shopify("paid", '"0,00"', '"27,50"').replace("10.00", '"10,00"')
    shop.text(text)
    assert shop.rows("SELECT item_id, total_cents FROM lines ORDER BY 1") == [("Soap", 917), ("Wax", 1833)]


def test_a_line_whose_number_is_wrong_is_set_aside_and_the_others_stand(shop: Shop) -> None:
    result = shop.text(shopify("paid", "0.00").replace("2,Wax", "many,Wax"))
    assert (result.added, result.rejected) == (1, 1)
    assert shop.rows("SELECT item_id FROM lines") == [("Soap",)]


def test_rows_of_another_width_are_set_aside(shop: Shop) -> None:
    result = shop.text(shopify("paid", "0.00") + "#2,only,three\n")
    assert (result.added, result.rejected) == (2, 1)


# -- the files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_is_well_formed_and_says_what_is_lost(name: str) -> None:
    preset = read_preset(FOLDER / f"{name}.toml")
    comment = (FOLDER / f"{name}.toml").read_text(encoding="utf-8").partition("\ntitle")[0]
    assert preset.title
    assert all(line.startswith("#") for line in comment.splitlines())
    assert "What is lost" in comment or "has no" in comment


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_stands_in_the_document_with_its_columns(name: str) -> None:
    document = (ROOT / "docs" / "platforms.md").read_text(encoding="utf-8")
    section = document.partition(f"`{name}`")[2].partition("\n## ")[0]
    assert section, name
    preset = presets()[name]
    columns = {column.rpartition(".")[2] for names in preset.fields.values() for column in names}
    missing = [column for column in columns if f"`{column}`" not in section]
    assert not missing, f"{name}: {missing}"


def test_the_help_names_every_preset() -> None:
    shown = CliRunner().invoke(import_files, ["--help"])
    assert shown.exit_code == 0
    assert set(preset_names()) <= set(shown.output.split())


def test_the_program_imports_files_that_belong_together(tmp_path: Path) -> None:
    files = [str(path) for path in sample("olist-lines")]
    run = CliRunner().invoke(main, ["--home", str(tmp_path / "home"), "import", *files, "--json"])
    assert run.exit_code == 0, run.output
    result = json.loads(run.stdout)
    assert (result["table"], result["added"], result["rejected"]) == ("lines", 4, 0)
    assert "olist-lines.payments.csv: Nothing in it is needed." in run.stderr


def test_a_file_sent_by_message_is_shown_as_its_preset_reads_it(tmp_path: Path) -> None:
    desk = Desk(Home(tmp_path / "home").create(), Settings(_env_file=None), lambda: NOW)  # type: ignore[call-arg]
    reply = preview_reply(SAMPLES / "uci-online-retail.csv", desk)
    assert "Read as UCI Online Retail." in reply.lines
    assert reply.facts["table"] == "lines"


MINIMAL = """
title = "T"
table = "items"
header = ["a", "b", "c"]
[fields]
item_id = "a"
"""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (MINIMAL.replace("items", "boats"), "no table boats"),
        (MINIMAL.replace("item_id", "item_idd"), "no fields ['item_idd'] in items"),
        (MINIMAL.replace("item_id", "name"), "nothing gives ['item_id']"),
        (MINIMAL.replace('"a", "b", "c"', '"a", "b"'), "three columns"),
        ("tilte = 1\n" + MINIMAL, "tilte"),
        (MINIMAL + '[refund]\namount = "d"\n', "needs a group"),
        (MINIMAL.replace("title", "= title"), "Invalid"),
        ('title = "T"', "header"),
    ],
)
def test_what_is_wrong_with_a_preset_is_named(text: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(text, encoding="utf-8")
    assert problem in problem_with(path)


def test_a_word_that_is_none_of_ours_is_named(tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    text = (FOLDER / "magento-orders.toml").read_text(encoding="utf-8")
    path.write_text(text.replace('closed = "refunded"', 'closed = "gone"'), encoding="utf-8")
    assert problem_with(path) == "odd.toml: gone is no status"


def problem_with(path: Path) -> str:
    with pytest.raises(PresetError) as caught:
        read_preset(path)
    return str(caught.value)


def test_no_two_presets_fit_the_same_header() -> None:
    for preset in presets().values():
        header: Sequence[str] = [names[0] for names in preset.header]
        assert recognised(header) is preset
