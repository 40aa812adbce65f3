"""The demo shop's four files, as an export of a real shop should be."""

import csv
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from storage.demo import names, phrases_en, phrases_zh, truths
from storage.demo.shop import write_demo_shop

Row = dict[str, str]
DAY = timedelta(days=1)
CHINESE = re.compile("[\u4e00-\u9fff]")
UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
WELL_KNOWN = (
    "Nina Ricci", "Lars Larsen", "Bruno Rossi", "Daniel Silva", "Rosa Weber", "Simon Hughes", "Emil Hansen",
    "Tomas Dvorak", "Maria Callas", "Hugo Boss", "Daniel Murphy", "李丽华", "李若彤", "唐国强", "李慧敏",
    "王家卫", "周润发", "张国荣", "刘德华", "邓丽君", "马化腾", "李嘉诚", "胡锦涛", "朱镕基",
)  # fmt: skip


@dataclass
class Shop:
    folder: Path
    lines: list[Row]
    items: dict[str, Row]
    users: dict[str, Row]
    reviews: list[Row]


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    files = write_demo_shop(tmp_path_factory.mktemp("shop"))
    return Shop(
        files.lines.parent,
        read(files.lines),
        {row["item_id"]: row for row in read(files.items)},
        {row["user_id"]: row for row in read(files.users)},
        read(files.reviews),
    )


def test_the_same_seed_gives_the_same_bytes(shop: Shop, tmp_path: Path) -> None:
    write_demo_shop(tmp_path / "again")
    write_demo_shop(tmp_path / "other", seed=8)
    for name in ("lines", "items", "users", "reviews"):
        wanted = (shop.folder / f"{name}.csv").read_bytes()
        assert (tmp_path / "again" / f"{name}.csv").read_bytes() == wanted
        assert name == "items" or (tmp_path / "other" / f"{name}.csv").read_bytes() != wanted


@pytest.mark.parametrize("users", [1, 41, 42, 300])
def test_a_small_shop_can_be_written(tmp_path: Path, users: int) -> None:
    files = write_demo_shop(tmp_path, users=users)
    assert [row["user_id"] for row in read(files.users)] == [str(n + 1) for n in range(users)]


def test_it_has_the_size_of_a_shop(shop: Shop) -> None:
    assert list(shop.users) == [str(n) for n in range(1, 5001)]
    assert 60_000 <= len(shop.lines) <= 90_000
    assert 25_000 <= len({row["order_id"] for row in shop.lines}) <= 35_000
    assert 3_500 <= len(shop.reviews) <= 4_500
    assert 230 <= len(shop.items) <= 250
    assert len({row["category"] for row in shop.items.values()}) == 13  # twelve, and the samples


def test_columns_are_the_import_fields(shop: Shop) -> None:
    assert ",".join(shop.lines[0]) == (
        "order_id,line,user_id,ordered_at,item_id,quantity,unit_price,discount,currency,status,status_at,kind,"
        "item_name,category"
    )
    assert list(shop.reviews[0]) == ["review_id", "user_id", "written_at", "text", "rating", "item_id"]
    assert list(shop.items["GT-001"]) == ["item_id", "name", "category", "price", "available"]
    assert ",".join(shop.users["1"]) == (
        "user_id,name,email,phone,joined_at,language,consent_email,consent_sms,consent_chat,kind"
    )


def test_keys_are_unique_and_point_somewhere(shop: Shop) -> None:
    assert len({(r["order_id"], r["item_id"], r["line"]) for r in shop.lines}) == len(shop.lines)
    assert len({row["review_id"] for row in shop.reviews}) == len(shop.reviews)
    assert len(read(shop.folder / "items.csv")) == len(shop.items)
    emails = [row["email"] for row in shop.users.values() if row["email"]]
    assert len(set(emails)) == len(emails)
    owners = defaultdict(set)
    for row in shop.lines:
        owners[row["order_id"]].add(row["user_id"])
        assert row["item_name"] == shop.items[row["item_id"]]["name"]
    assert {len(owner) for owner in owners.values()} == {1}
    assert {owner for (owner,) in owners.values()} - set(shop.users) == {""}
    assert {row["user_id"] for row in shop.reviews} <= set(shop.users)


def test_ids_times_and_money_are_written_plainly(shop: Shop) -> None:
    until = midnight(truths.LAST_DAY + DAY)
    for row in shop.lines:
        assert re.fullmatch(r"[TRP]\d{6}", row["order_id"]) and re.fullmatch(r"\d*", row["user_id"])
        assert re.fullmatch(r"\d+\.\d\d", row["unit_price"]) and re.fullmatch(r"\d+\.\d\d", row["discount"])
        for at in filter(None, (row["ordered_at"], row["status_at"])):
            assert UTC_TIME.fullmatch(at) and midnight(truths.FIRST_DAY) <= moment(at) < until
    assert all(moment(row["written_at"]) < until for row in shop.reviews)
    first_line: Row = {}
    for row in shop.lines:  # by time
        first_line.setdefault(row["user_id"], row["ordered_at"])
    assert all(first_line.get(u, "9999") > user["joined_at"] for u, user in shop.users.items())


def test_nobody_in_it_is_a_real_person(shop: Shop) -> None:
    chinese = {family + first for family, _ in names.CHINESE_FAMILY for first, _ in names.CHINESE_FIRST}
    european = {f"{first} {family}" for first in names.EUROPEAN_FIRST for family in names.EUROPEAN_FAMILY}
    assert not (chinese | european) & set(WELL_KNOWN)
    for row in shop.users.values():
        assert row["name"] in chinese | european
        assert not row["email"] or row["email"].endswith("@example.com")
        assert not row["phone"] or row["phone"][:-3] in names.DRAMA_NUMBERS


def test_it_is_bilingual(shop: Shop) -> None:
    for row in shop.items.values():
        english, chinese = row["name"].split(" / ")
        assert english.isascii() and CHINESE.search(chinese)
    assert 0.45 < np.mean([bool(CHINESE.search(row["name"])) for row in shop.users.values()]) < 0.55
    for row in shop.reviews:
        assert bool(CHINESE.search(row["text"])) == (shop.users[row["user_id"]]["language"] == "zh")


def test_everything_that_happens_to_orders_happens(shop: Shop) -> None:
    lines = shop.lines
    statuses = Counter(row["status"] for row in lines)
    wanted = {"paid", "invoiced", "unpaid", "cancelled", "refunded", "partly_refunded"}
    assert set(statuses) == wanted and min(statuses.values()) > 50
    assert {row["kind"] for row in lines} == {"normal", "subscription", "replacement", "test"}
    assert {row["kind"] for row in shop.users.values()} == {"person", "wholesale", "staff", "test"}
    assert {row["currency"] for row in lines} == {"EUR"}
    assert 0.01 < np.mean([not row["user_id"] for row in lines]) < 0.03
    assert 0.01 < np.mean([row["unit_price"] == "0.00" for row in lines]) < 0.04
    for row in lines:
        changed = row["status"] not in ("paid", "invoiced")
        assert bool(row["status_at"]) == changed
        assert not changed or moment(row["status_at"]) >= moment(row["ordered_at"])


def test_returns_are_negative_lines_at_their_own_time(shop: Shop) -> None:
    returns = [row for row in shop.lines if int(row["quantity"]) < 0]
    assert 0.01 < len(returns) / len(shop.lines) < 0.04
    assert 0.4 < np.mean([row["order_id"][0] == "R" for row in returns]) < 0.6
    sales = [row for row in shop.lines if int(row["quantity"]) > 0 and row["order_id"][0] == "T"]
    sold = {(row["order_id"][1:], row["item_id"]): row for row in sales}
    for row in returns:
        origin = sold[row["order_id"][1:], row["item_id"]]
        paid = float(origin["unit_price"]) * int(origin["quantity"]) - float(origin["discount"])
        back = float(row["unit_price"]) * int(row["quantity"])
        assert moment(row["ordered_at"]) >= moment(origin["ordered_at"]) + 4 * DAY
        assert -back == pytest.approx(paid, abs=0.01 * int(origin["quantity"]))


def test_reviews_differ_and_their_stars_agree(shop: Shop) -> None:
    texts = [row["text"] for row in shop.reviews]
    assert len(set(texts)) > 0.9 * len(texts)
    # Those that end as only a complaint ends, with a sentence that has nothing to fill in.
    endings = tuple(
        closing
        for words in (phrases_en, phrases_zh)
        for closing in words.COMPLAINT_CLOSINGS
        if "{" not in closing
    )
    cross = [int(row["rating"]) <= 2 for row in shop.reviews if row["text"].endswith(endings)]
    assert len(cross) > 300 and 0.93 < np.mean(cross) < 1
