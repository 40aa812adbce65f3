"""Who is who: merged ids, excluded users, and since when; by hand and by the users file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from storage import identities
from storage.database import Home
from storage.errors import UnknownUserError
from storage.identities import EXCLUDED_KINDS, exclusion_of, ids_of, merge_of, user_of
from storage.identity_changes import IdentityError, exclude, include, merge, unmerge
from storage.ingest import ImportOptions, import_file
from storage.snapshot import (
    EVERY_SALE,
    Snapshot,
    as_now,
    data_through,
    data_version,
    latest_snapshot,
    sampled,
)
from tests.conftest import Line, at, write

DAY = date(2024, 3, 10)
BEFORE, AFTER = date(2024, 3, 9), date(2024, 3, 11)
NOON = at("2024-03-10 12:00")


@pytest.fixture
def shop(store: sqlite3.Connection) -> sqlite3.Connection:
    """Users a, b, c and d with one order each, of 1, 2, 3 and 4 hundred cents."""
    orders = enumerate("abcd", start=1)
    write(store, [Line(f"order {user}", user, at(f"2024-03-0{n}"), 100 * n) for n, user in orders])
    return store


def money(snapshot: Snapshot) -> dict[str, int]:
    """Cents by user."""
    rows = snapshot.query(" SELECT user_id, SUM(total_cents) FROM orders GROUP BY user_id ORDER BY user_id")
    return {row[0]: row[1] for row in rows}


def own(snapshot: Snapshot, users: Sequence[str] = "abcd") -> dict[str, int]:
    """Cents by user, each asked for alone; those without an order are left out."""
    query = " SELECT SUM(total_cents) FROM orders"
    found = {user: snapshot.query(query, user_id=user).fetchone()[0] for user in users}
    return {user: cents for user, cents in found.items() if cents is not None}


ALONE = {"a": 100, "b": 200, "c": 300, "d": 400}


def test_the_orders_of_both_are_those_of_one_from_the_day_of_the_merge_on(shop: sqlite3.Connection) -> None:
    assert merge(shop, "a", ["b"], NOON) == ("b",)

    for found in (money, own):
        assert found(Snapshot(shop, BEFORE)) == ALONE
        assert found(Snapshot(shop, DAY)) == {"a": 300, "c": 300, "d": 400}
        assert found(as_now(shop, BEFORE)) == found(latest_snapshot(shop)) == {"a": 300, "c": 300, "d": 400}


def test_what_is_imported_later_under_the_old_id_counts_too(shop: sqlite3.Connection) -> None:
    merge(shop, "a", ["b"], NOON)
    write(shop, [Line("new", "b", at("2024-03-12"), 5000)])

    assert (
        money(Snapshot(shop, date(2024, 3, 12)))["a"] == own(Snapshot(shop, date(2024, 3, 12)))["a"] == 5300
    )
    assert [row[0] for row in shop.execute("SELECT user_id FROM lines WHERE order_id = 'new'")] == ["b"]


def test_an_order_with_lines_under_both_ids_is_one_order(shop: sqlite3.Connection) -> None:
    write(shop, [Line("order a", "b", at("2024-03-05"), 50, item_id="other")])
    merge(shop, "a", ["b"], NOON)

    rows = Snapshot(shop, DAY).query(" SELECT order_id, lines, total_cents FROM orders", user_id="a")
    assert sorted(map(tuple, rows)) == [("order a", 2, 150), ("order b", 1, 200)]


def test_a_status_of_a_merged_id_is_seen(shop: sqlite3.Connection) -> None:
    write(shop, [Line("off", "b", at("2024-03-05"), 50, changes=((at("2024-03-06"), "cancelled"),))])
    merge(shop, "a", ["b"], NOON)

    assert money(Snapshot(shop, DAY))["a"] == own(Snapshot(shop, DAY))["a"] == 300


def test_an_undone_merge_holds_in_between_only(shop: sqlite3.Connection) -> None:
    merge(shop, "a", ["b"], NOON)
    unmerge(shop, "a", ["b"], at("2024-03-12 12:00"))

    for found in (money, own):
        for day, expected in ((9, ALONE), (10, None), (11, None), (12, ALONE), (20, ALONE)):
            as_of = Snapshot(shop, date(2024, 3, day))
            assert found(as_of) == (expected or {"a": 300, "c": 300, "d": 400})
        assert found(as_now(shop, DAY)) == ALONE
    assert merge(shop, "b", ["a"], at("2024-03-13")) == ("a",)
    assert money(Snapshot(shop, date(2024, 3, 13))) == {"b": 300, "c": 300, "d": 400}


def test_a_merge_and_its_undoing_in_one_second_leave_no_trace(shop: sqlite3.Connection) -> None:
    for _again in range(2):
        merge(shop, "a", ["b"], NOON)
        unmerge(shop, "a", ["b"], NOON)
    merge(shop, "c", ["b"], NOON)

    assert money(Snapshot(shop, BEFORE)) == ALONE
    assert money(Snapshot(shop, DAY)) == {"a": 100, "c": 500, "d": 400}


@pytest.mark.parametrize(
    "links", [(("b", "a"), ("c", "b"), ("d", "c")), (("d", "c"), ("c", "b"), ("b", "a"))]
)
def test_a_chain_ends_in_one_user_whatever_was_said_first(
    shop: sqlite3.Connection, links: Sequence[tuple[str, str]]
) -> None:
    for hour, (kept, other) in enumerate(links):
        merge(shop, kept, [other], NOON + hour)

    assert money(Snapshot(shop, DAY)) == own(Snapshot(shop, DAY)) == {"d": 1000}
    assert ids_of(shop, "d") == ("d", "a", "b", "c")
    assert ids_of(shop, "a") == ()
    assert {user_of(shop, each) for each in "abcd"} == {"d"}


def test_undoing_a_link_of_a_chain_parts_it_there(shop: sqlite3.Connection) -> None:
    for kept, other in (("b", "a"), ("c", "b"), ("d", "c")):
        merge(shop, kept, [other], NOON)
    unmerge(shop, "c", ["b"], at("2024-03-11 08:00"))

    assert money(Snapshot(shop, DAY)) == {"d": 1000}
    assert money(Snapshot(shop, AFTER)) == own(Snapshot(shop, AFTER)) == {"b": 300, "d": 700}


def test_several_ids_become_one_user_at_once(shop: sqlite3.Connection) -> None:
    assert merge(shop, "a", ["b", "c", "b"], NOON) == ("b", "c")
    assert merge(shop, "a", ["c", "d"], NOON + 60) == ("d",)

    assert money(Snapshot(shop, DAY)) == {"a": 1000}


def test_merging_twice_changes_nothing(shop: sqlite3.Connection) -> None:
    merge(shop, "a", ["b"], NOON)
    merge(shop, "c", ["a"], NOON)
    before = [shop.execute(f"SELECT * FROM {table}").fetchall() for table in ("user_merges", "merged_users")]

    assert merge(shop, "a", ["b"], NOON + 9) == merge(shop, "c", ["b"], NOON + 9) == ()
    assert [
        shop.execute(f"SELECT * FROM {table}").fetchall() for table in ("user_merges", "merged_users")
    ] == before


@pytest.mark.parametrize(
    ("kept", "other", "said"),
    [
        ("a", "a", "cannot be merged with itself"),
        ("b", "a", "User b is part of user a already"),
        ("c", "a", "User c is part of user a already"),
        ("d", "b", "User b is part of user a already"),
    ],
)
def test_a_merge_that_makes_no_sense_is_refused(
    shop: sqlite3.Connection, kept: str, other: str, said: str
) -> None:
    merge(shop, "a", ["b"], NOON)
    merge(shop, "b", ["c"], NOON)
    with pytest.raises(IdentityError, match=said) as caught:
        merge(shop, kept, [other], NOON)

    assert caught.value.next_step
    assert money(Snapshot(shop, DAY)) == {"a": 600, "d": 400}


def test_an_id_that_nobody_has_is_refused(shop: sqlite3.Connection) -> None:
    for said in (
        lambda: merge(shop, "a", ["nobody"], NOON),
        lambda: merge(shop, "nobody", ["a"], NOON),
        lambda: merge(shop, "a", [""], NOON),
        lambda: exclude(shop, "nobody", None, NOON),
    ):
        with pytest.raises(UnknownUserError):
            said()
    assert identities.said(shop) == identities.Said(False, False)


def test_only_what_was_merged_can_be_undone(shop: sqlite3.Connection) -> None:
    merge(shop, "a", ["b"], NOON)

    with pytest.raises(IdentityError, match="User c is not merged"):
        unmerge(shop, "a", ["c"], NOON)
    with pytest.raises(IdentityError, match="User b was merged into user a, not into user c"):
        unmerge(shop, "c", ["b"], NOON)
    assert user_of(shop, "b") == "a"


def test_a_clock_that_was_set_back_tangles_nothing(shop: sqlite3.Connection) -> None:
    merge(shop, "a", ["b"], NOON)
    unmerge(shop, "a", ["b"], at("2024-03-12"))
    merge(shop, "b", ["a"], at("2024-03-01"))

    days = [money(Snapshot(shop, date(2024, 3, day))) for day in (9, 10, 12)]
    assert days == [ALONE, {"a": 300, "c": 300, "d": 400}, {"b": 300, "c": 300, "d": 400}]


def test_a_merge_says_since_when(shop: sqlite3.Connection) -> None:
    merge(shop, "b", ["a"], NOON)
    merge(shop, "c", ["b"], NOON + 60)

    assert merge_of(shop, "a") == identities.Merge("a", "c", NOON)
    assert merge_of(shop, "c") is None


def test_an_excluded_user_is_in_no_list_from_that_day_on_and_sold_to_all_the_same(
    shop: sqlite3.Connection,
) -> None:
    assert exclude(shop, "b", "staff", NOON)

    assert money(Snapshot(shop, BEFORE)) == ALONE
    assert money(Snapshot(shop, DAY)) == money(as_now(shop, BEFORE)) == {"a": 100, "c": 300, "d": 400}
    assert own(Snapshot(shop, DAY)) == ALONE
    assert money(Snapshot(shop, DAY, whose=EVERY_SALE)) == ALONE
    assert data_through(shop) == date(2024, 3, 4)
    assert exclusion_of(shop, "b") == identities.Exclusion("b", "staff", NOON)


def test_an_exclusion_is_undone(shop: sqlite3.Connection) -> None:
    exclude(shop, "b", None, NOON)
    assert include(shop, "b", at("2024-03-12")).kind is None

    assert "b" not in money(Snapshot(shop, AFTER))
    assert money(Snapshot(shop, date(2024, 3, 12))) == ALONE
    with pytest.raises(IdentityError, match="User b is not excluded"):
        include(shop, "b", at("2024-03-13"))


def test_excluding_twice_changes_nothing_and_another_kind_takes_its_place(shop: sqlite3.Connection) -> None:
    exclude(shop, "b", "staff", NOON)

    assert not exclude(shop, "b", "staff", NOON + 1)
    assert not exclude(shop, "b", None, NOON + 1)
    assert exclude(shop, "b", "wholesale", NOON + 1)
    assert exclusion_of(shop, "b") == identities.Exclusion("b", "wholesale", NOON + 1)
    assert "b" not in money(Snapshot(shop, DAY))


def test_who_is_excluded_under_one_id_is_excluded_under_all(shop: sqlite3.Connection) -> None:
    exclude(shop, "b", "staff", NOON)
    merge(shop, "a", ["b", "c"], NOON)

    assert money(Snapshot(shop, DAY)) == {"d": 400}
    assert exclusion_of(shop, "a") == identities.Exclusion("b", "staff", NOON)

    include(shop, "a", NOON + 1)
    assert money(Snapshot(shop, DAY)) == {"a": 600, "d": 400}

    exclude(shop, "c", "test", NOON + 2)  # which is a now
    unmerge(shop, "a", ["c"], NOON + 3)
    assert money(Snapshot(shop, DAY)) == {"c": 300, "d": 400}


def test_a_sample_has_merged_users_whole_and_excluded_ones_not_at_all(shop: sqlite3.Connection) -> None:
    merge(shop, "a", ["b"], NOON)
    exclude(shop, "c", None, NOON)
    everybody = money(Snapshot(shop, DAY))

    chosen = money(sampled(Snapshot(shop, DAY), 1))

    assert everybody == {"a": 300, "d": 400}
    assert len(chosen) == 1
    assert chosen.items() <= everybody.items()
    assert sampled(Snapshot(shop, DAY), 2) == Snapshot(shop, DAY)


def test_another_day_of_a_snapshot_keeps_who_is_who(shop: sqlite3.Connection) -> None:
    merge(shop, "a", ["b"], NOON)

    assert money(Snapshot(shop, DAY).at(BEFORE)) == {"a": 300, "c": 300, "d": 400}
    assert money(Snapshot(shop, BEFORE).at(DAY)) == ALONE


def test_the_data_version_moves_with_every_change(shop: sqlite3.Connection) -> None:
    versions = [data_version(shop)]
    for change in (
        lambda: merge(shop, "a", ["b"], NOON),
        lambda: unmerge(shop, "a", ["b"], NOON),
        lambda: exclude(shop, "b", None, NOON),
        lambda: include(shop, "b", NOON),
    ):
        change()
        versions.append(data_version(shop))

    assert versions == sorted(set(versions))


# -- by the users file -----------------------------------------------------------------------------------


class UsersFile:
    """A home into which files of users go, each on its day of March 2024 at noon."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home = home
        self._path = folder / "users.csv"
        with home.store() as store:
            write(store, [Line("A", "42", at("2024-03-01"), 100)])

    def take(self, day: int, row: str, header: str = "user_id,kind,language") -> None:
        self._path.write_text(f"{header}\n{row}\n")
        import_file(
            self.home,
            self._path,
            ImportOptions(table="users"),
            now=datetime(2024, 3, day, 12, tzinfo=UTC),
        )

    def listed(self) -> list[int]:
        """The days of March, from 1 to 12, on which user 42 is one to be scored."""
        with self.home.store() as store:
            return [day for day in range(1, 13) if money(Snapshot(store, date(2024, 3, day)))]


@pytest.fixture
def users(home: Home, tmp_path: Path) -> UsersFile:
    return UsersFile(home, tmp_path)


@pytest.mark.parametrize("kind", EXCLUDED_KINDS)
def test_a_kind_excludes_from_the_import_that_said_so_on(users: UsersFile, kind: str) -> None:
    users.take(5, f"42,{kind},en")

    assert users.listed() == [1, 2, 3, 4]
    with users.home.store() as store:
        assert exclusion_of(store, "42") == identities.Exclusion("42", kind, at("2024-03-05 12:00"))


@pytest.mark.parametrize("row", ["42,person,en", "42,,en"])
def test_a_person_is_listed_again_from_the_import_that_said_so_on(users: UsersFile, row: str) -> None:
    users.take(2, row)
    users.take(5, "42,staff,en")
    users.take(8, row)

    assert users.listed() == [1, 2, 3, 4, 8, 9, 10, 11, 12]
    users.take(10, "42,staff,en")
    assert users.listed() == [1, 2, 3, 4, 8, 9]


def test_another_kind_is_another_reason_and_no_gap(users: UsersFile) -> None:
    users.take(5, "42,staff,en")
    users.take(8, "42,wholesale,en")

    assert users.listed() == [1, 2, 3, 4]
    with users.home.store() as store:
        assert exclusion_of(store, "42") == identities.Exclusion("42", "wholesale", at("2024-03-08 12:00"))


def test_a_file_that_repeats_a_kind_does_not_take_back_what_an_operator_said(users: UsersFile) -> None:
    users.take(5, "42,staff,en")
    with users.home.store() as store:
        include(store, "42", at("2024-03-07"))
    users.take(8, "42,staff,en")
    users.take(9, "42,staff,zh")
    users.take(10, "42,zh", header="user_id,language")

    assert users.listed() == [1, 2, 3, 4, 7, 8, 9, 10, 11, 12]


def test_a_file_does_not_end_what_an_operator_said(users: UsersFile) -> None:
    with users.home.store() as store:
        exclude(store, "42", "test", at("2024-03-04"))
    users.take(5, "42,wholesale,en")
    users.take(6, "42,person,en")

    assert users.listed() == [1, 2, 3]
