"""Items hardly anybody bought: offered to who buys what reads like them, never where they cannot be had."""

from __future__ import annotations

import sqlite3
from functools import partial

import pytest

from predictor.catalogue import Catalogue
from predictor.embeddings import embed
from predictor.purchases import ItemFacts, purchases
from predictor.unsold import ALIKE_FROM, Alike, alike
from storage.database import transaction
from storage.moments import day_start
from storage.snapshot import Snapshot
from tests.conftest import LAST_DAY, Line, write
from tests.predictor.encoders import minilm

SOLD = {
    "tea": "Green tea",
    "hammer": "Steel hammer",
    "sheet": "Cotton bed sheet",
    "hose": "Garden hose",
    "chocolate": "Chocolate bar",
    "shoes": "Running shoes",
}
UNSOLD = {"new-tea": "Green tea, loose leaf", "new-hammer": "Claw hammer", "tea-gone": "Green tea box"}


@pytest.fixture
def shop(store: sqlite3.Connection) -> sqlite3.Connection:
    """Each item of SOLD has one buyer, named like it; tea-gone cannot be had."""
    write(store, [Line(item, f"user-{item}", day_start(LAST_DAY), item_id=item) for item in SOLD])
    with transaction(store):
        store.executemany(
            "INSERT INTO items (item_id, name, available, import_id) VALUES (?, ?, ?, 1)",
            [(item, name, int(item != "tea-gone")) for item, name in {**SOLD, **UNSOLD}.items()],
        )
    return store


def found(shop: sqlite3.Connection, user_id: str, most: int = 3) -> tuple[list[Alike], Catalogue]:
    snapshot = Snapshot(shop, LAST_DAY)
    facts = {item: ItemFacts(name) for item, name in SOLD.items()}
    catalogue = Catalogue.of(purchases(snapshot), facts, partial(embed, shop, minilm()))
    bought = purchases(snapshot, user_id=user_id)
    return alike(snapshot, catalogue, minilm(), bought, user_id, most), catalogue


@pytest.mark.parametrize(("own", "offered"), [("tea", "new-tea"), ("hammer", "new-hammer")])
def test_what_reads_like_an_own_item_is_offered_with_that_item(
    shop: sqlite3.Connection, own: str, offered: str
) -> None:
    items, catalogue = found(shop, f"user-{own}")
    assert [each.item_id for each in items] == [offered]
    assert catalogue.item_ids[items[0].own_item] == own
    assert items[0].cosine >= ALIKE_FROM and not items[0].praised


def test_what_cannot_be_had_is_never_offered_and_is_once_it_can(shop: sqlite3.Connection) -> None:
    assert "tea-gone" not in {each.item_id for each in found(shop, "user-tea")[0]}
    with transaction(shop):
        shop.execute("UPDATE items SET available = 1 WHERE item_id = 'tea-gone'")
    assert "tea-gone" in {each.item_id for each in found(shop, "user-tea")[0]}


def test_who_buys_nothing_alike_is_offered_nothing(shop: sqlite3.Connection) -> None:
    assert found(shop, "user-shoes")[0] == []
    assert found(shop, "user-tea", most=0)[0] == []
