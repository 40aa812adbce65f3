"""The two databases of a home: how they are made, and what they refuse."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.database import BOT_VERSION, STORE_VERSION, Home, transaction
from storage.errors import StoreError
from storage.migrations.bot import bot_migrations
from storage.migrations.store import store_migrations

ENTRY = (
    "INSERT INTO audit (at, transport, operator, role, command, outcome)"
    " VALUES (1, 'chat', 'o', 'admin', 'train', 'ok')"
)


def test_the_version_is_the_number_of_the_last_migration(home: Home) -> None:
    with home.store() as store, home.bot() as bot:
        applied = [
            [row[0] for row in connection.execute("SELECT name FROM _sqlite_migrations ORDER BY name")]
            for connection in (store, bot)
        ]
        versions = [c.execute("PRAGMA user_version").fetchone()[0] for c in (store, bot)]

    sets = (store_migrations, bot_migrations)
    assert applied == [[migration.name for migration in each._migrations] for each in sets]
    assert versions == [STORE_VERSION, BOT_VERSION] == [int(names[-1][1:4]) for names in applied]


def test_the_migrations_are_numbered_in_their_order() -> None:
    for migrations in (store_migrations, bot_migrations):
        numbers = [int(migration.name[1:4]) for migration in migrations._migrations]
        assert numbers == list(range(1, len(numbers) + 1))


def test_every_table_is_strict(home: Home) -> None:
    with home.store() as store, home.bot() as bot:
        tables = [
            tuple(row)
            for connection in (store, bot)
            for row in connection.execute(
                "SELECT name, strict FROM pragma_table_list"
                " WHERE schema = 'main' AND type = 'table' AND name NOT LIKE '%sqlite_%'"
            )
        ]

    assert {"lines", "models", "scores", "audit"} <= {name for name, _ in tables}
    assert [name for name, strict in tables if not strict] == []


def test_a_word_is_refused_where_a_number_belongs(store: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT"):
        store.execute("UPDATE shop SET last_ordered_at = 'yesterday'")


def test_a_reader_goes_on_while_another_connection_writes(home: Home) -> None:
    with home.store() as reader, home.store() as writer:
        assert writer.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        with transaction(writer):
            writer.execute("UPDATE shop SET currency = 'EUR'")
            assert reader.execute("SELECT currency FROM shop").fetchone()[0] is None
        assert reader.execute("SELECT currency FROM shop").fetchone()[0] == "EUR"


def test_foreign_keys_are_held(store: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        store.execute("INSERT INTO items (item_id, import_id) VALUES ('mug', 7)")


def test_a_transaction_that_fails_leaves_nothing(store: sqlite3.Connection) -> None:
    with pytest.raises(ZeroDivisionError), transaction(store):
        store.execute("UPDATE shop SET currency = 'EUR'")
        raise ZeroDivisionError

    assert store.execute("SELECT currency FROM shop").fetchone()[0] is None
    assert not store.in_transaction


def test_what_was_written_is_there_on_opening_again(home: Home) -> None:
    with home.store() as store:
        store.execute("UPDATE shop SET currency = 'CNY'")
    with home.store() as store:
        assert store.execute("SELECT currency FROM shop").fetchone()[0] == "CNY"


@pytest.mark.parametrize("name", ["store", "bot"])
def test_a_file_of_a_newer_version_is_refused_and_left_alone(home: Home, name: str) -> None:
    path = home.path / f"{name}.db"
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 999")
    before = path.read_bytes()

    with (
        pytest.raises(StoreError, match=r"written by a newer opsbot \(format 999") as caught,
        getattr(home, name)(),
    ):
        pass

    assert "newer version" in caught.value.next_step
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_with_a_sentence(home: Home) -> None:
    path = home.path / "store.db"
    path.write_text("order_id,user_id\n" * 100)

    with (
        pytest.raises(StoreError, match=r"store\.db cannot be used: file is not a database") as caught,
        home.store(),
    ):
        pass

    assert "restore a backup" in caught.value.next_step
    assert path.read_text() == "order_id,user_id\n" * 100


def test_a_home_in_the_place_of_a_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")

    with pytest.raises(StoreError, match="cannot be used") as caught:
        Home(tmp_path / "home").create()

    assert "--home" in caught.value.next_step


def test_a_home_is_for_its_owner_only(home: Home) -> None:
    with home.store(), home.bot():
        pass

    assert {path.name for path in home.path.iterdir()} >= {"models", "exports", "backups", "inbox"}
    for path in (home.path, home.models, home.exports):
        assert path.stat().st_mode & 0o777 == 0o700
    for name in ("store.db", "bot.db"):
        assert (home.path / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("act", ["UPDATE audit SET outcome = 'denied'", "DELETE FROM audit"])
def test_the_audit_is_append_only(home: Home, act: str) -> None:
    with home.bot() as bot:
        bot.execute(ENTRY)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            bot.execute(act)
        bot.execute(ENTRY)
        assert [row[0] for row in bot.execute("SELECT outcome FROM audit")] == ["ok", "ok"]


def test_logarithm_root_and_exponential_are_there(store: sqlite3.Connection) -> None:
    assert tuple(store.execute("SELECT LN(EXP(2.0)), SQRT(9.0)").fetchone()) == (2.0, 3.0)


def test_several_that_open_a_new_home_at_once_make_it_once(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    together = threading.Barrier(8)

    def opens(_number: int) -> int:
        together.wait()
        with home.bot() as connection:
            return int(connection.execute("SELECT COUNT(*) FROM audit").fetchone()[0])

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(opens, range(8))) == [0] * 8


def test_what_earlier_imports_said_of_users_excludes_them_from_their_time_on(home: Home) -> None:
    path = home.path / "store.db"
    with closing(sqlite3.connect(path)) as old:
        for migration in store_migrations._migrations:
            if migration.name < "m003":
                migration.fn(Database(old))
        old.execute("INSERT INTO imports VALUES (1, 'users', 'users.csv', 700, 2, 2, 0, 0, 0, 0)")
        old.execute(
            "INSERT INTO users (user_id, kind, import_id) VALUES ('42', 'staff', 1), ('7', 'person', 1)"
        )
        old.commit()
        for migration in store_migrations._migrations:
            if migration.name >= "m003":
                migration.fn(Database(old))
        rows = old.execute(
            "SELECT user_id, kind, from_at, undone_at, import_id FROM user_exclusions"
        ).fetchall()

    assert rows == [("42", "staff", 700, None, 1)]
