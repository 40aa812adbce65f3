"""The inbox: which files are imported when, how, and where they go."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import inbox as module
from storage.database import Home
from storage.errors import StoreError
from storage.import_lock import sole_import
from storage.inbox import Inbox, InboxReport, import_inbox, sole_watcher
from storage.ingest import import_file
from storage.known_files import Said, remember, said_about

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
HEADER = "order_id,user_id,ordered_at,item_id"
ROW = "A1,u1,2024-01-05 10:00,i1"


def describe(report: InboxReport) -> str:
    return str(report.error or report.result)


def put(home: Home, name: str, text: str = f"{HEADER}\n{ROW}\n", *, age: float = 60) -> Path:
    path = home.inbox / name
    path.write_text(text)
    os.utime(path, (time.time() - age,) * 2)
    return path


def take(home: Home, wait: Callable[[float], object] = lambda _seconds: None) -> list[InboxReport]:
    return import_inbox(home, describe=describe, now=lambda: NOW, wait=wait)


def lines(home: Home) -> list[tuple[object, ...]]:
    with home.store() as connection:
        query = "SELECT order_id, user_id, datetime(ordered_at, 'unixepoch') FROM lines ORDER BY 1"
        return [tuple(row) for row in connection.execute(query)]


def files(home: Home) -> list[str]:
    return sorted(path.relative_to(home.inbox).as_posix() for path in home.inbox.rglob("*") if path.is_file())


def test_a_file_is_imported_and_moved_with_a_report(home: Home) -> None:
    put(home, "orders.csv")
    (report,) = take(home)
    assert (report.name, report.path) == ("orders.csv", home.inbox / "done" / "orders.csv")
    assert report.result is not None
    assert report.result.added == 1
    assert files(home) == ["done/orders.csv", "done/orders.csv.txt"]
    assert "added=1" in (home.inbox / "done" / "orders.csv.txt").read_text()
    assert take(home) == []


def test_a_name_that_was_there_before_gets_a_number(home: Home) -> None:
    for _ in range(3):
        put(home, "orders.csv")
        take(home)
    assert files(home) == [
        *("done/orders-2.csv", "done/orders-2.csv.txt", "done/orders-3.csv", "done/orders-3.csv.txt"),
        *("done/orders.csv", "done/orders.csv.txt"),
    ]


def test_a_bad_file_stops_no_other(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    put(home, "a.csv", "nothing\nof use\n", age=90)
    put(home, "b.csv", age=80)
    put(home, "c.csv", "", age=70)
    put(home, "d.csv", f"{HEADER}\nA2,u1,2024-01-06,i1\n", age=60)
    real = import_file

    def fails_for_b(home: Home, path: Path, *arguments: object, **options: object) -> object:
        if path.name == "b.csv":
            raise RuntimeError("a bug")
        return real(home, path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "import_file", fails_for_b)
    reports = take(home)
    assert sorted((report.name, report.path.parent.name) for report in reports) == [
        ("a.csv", "failed"),
        ("b.csv", "failed"),
        ("c.csv", "failed"),
        ("d.csv", "done"),
    ]
    assert "fit no table" in (home.inbox / "failed" / "a.csv.txt").read_text()
    assert [order for order, *_ in lines(home)] == ["A2"]


ITEMS, ORDERS, CUSTOMERS = (f"olist_{name}_dataset.csv" for name in ("order_items", "orders", "customers"))
OLIST = {
    ITEMS: "order_id,order_item_id,product_id,seller_id,price,freight_value\no1,1,p1,s1,10.00,1.00\n",
    ORDERS: "order_id,customer_id,order_status,order_purchase_timestamp\no1,c1,delivered,2024-01-05 10:00\n",
    CUSTOMERS: "customer_id,customer_unique_id\nc1,u1\n",
}


def test_files_of_one_export_are_read_together(home: Home) -> None:
    for name, text in OLIST.items():
        put(home, name, text)
    reports = {report.name: report for report in take(home)}
    assert {name: report.path.parent.name for name, report in reports.items()} == dict.fromkeys(OLIST, "done")
    assert [order for order, *_ in lines(home)] == ["o1"]
    for name in (ORDERS, CUSTOMERS):
        assert str(reports[name].outcome) == f"It was read together with {ITEMS}."


def test_a_file_waits_for_its_other_half_while_that_is_written(home: Home) -> None:
    whole = [put(home, name, OLIST[name]) for name in (ITEMS, CUSTOMERS)]
    half = put(home, ORDERS, OLIST[ORDERS], age=0)

    def written(_seconds: float) -> None:
        assert all(path.exists() for path in whole)
        os.utime(half, (time.time() - 60,) * 2)

    reports = take(home, written)
    assert {report.name: report.error for report in reports} == dict.fromkeys(OLIST, None)


def test_half_an_export_alone_is_put_aside_with_what_is_missing(home: Home) -> None:
    put(home, ITEMS, OLIST[ITEMS])
    (report,) = take(home)
    assert report.path.parent.name == "failed"
    assert "says too little by itself" in str(report.error)


def test_the_oldest_comes_first(home: Home) -> None:
    put(home, "a.csv", f"{HEADER}\nA1,new,2024-01-05,i1\n", age=60)
    put(home, "b.csv", f"{HEADER}\nA1,old,2024-01-05,i1\n", age=90)
    assert [report.name for report in take(home)] == ["b.csv", "a.csv"]
    assert [user for _, user, _ in lines(home)] == ["new"]


@pytest.mark.parametrize(
    "name", [".hidden.csv", "orders.csv.part", "orders.TMP", "x.crdownload", "~$orders.xlsx", "orders.csv~"]
)
def test_what_a_program_still_writes_is_left_alone(home: Home, name: str) -> None:
    put(home, name)
    assert take(home) == []
    assert files(home) == [name]


def test_a_fresh_file_is_waited_for_and_left_where_it_grows(home: Home) -> None:
    fresh, growing = put(home, "fresh.csv", age=0), put(home, "growing.csv", f"{HEADER}\nA", age=0)
    asked = []

    def wait(seconds: float) -> None:
        asked.append(seconds)
        os.utime(fresh, (time.time() - 60,) * 2)
        growing.write_text(f"{HEADER}\nA2,u")

    assert [report.name for report in take(home, wait)] == ["fresh.csv"]
    assert asked == [module.QUIET_SECONDS]
    assert "growing.csv" in files(home)


def test_a_file_whose_time_lies_ahead_is_whole_once_it_rests(home: Home) -> None:
    put(home, "ahead.csv", age=-3600)
    seconds = 0.0
    inbox = Inbox(home, describe=describe, quiet_seconds=10, clock=lambda: seconds)
    for seconds, expected in ((0.0, []), (9.0, []), (10.0, ["ahead.csv"])):  # noqa: B007
        assert [report.name for report in inbox.import_ready(lambda: NOW)] == expected


def test_what_was_said_about_such_a_file_holds(home: Home) -> None:
    columns = ("Nr", "Wer", "Wann", "Was")
    text = "Nr,Wer,Wann,Was\nA1,u1,05/01/2024 10:00,i1\n"
    put(home, "orders.csv", text)
    assert take(home)[0].error is not None
    mapping = {"order_id": "Nr", "user_id": "Wer", "ordered_at": "Wann", "item_id": "Was"}
    said = Said(columns=mapping, timezone="Asia/Shanghai", date_format="DD/MM/YYYY HH:MM")
    remember(home, columns, said, NOW)
    put(home, "orders.csv", text)
    assert take(home)[0].error is None
    assert lines(home) == [("A1", "u1", "2024-01-05 02:00:00")]


def test_nothing_said_takes_nothing_back_and_a_corrected_file_counts_as_the_first(home: Home) -> None:
    said = Said(table="users", currency="EUR")
    remember(home, ("a", "b"), said, NOW)
    remember(home, ("a", "b"), Said(), NOW)
    assert said_about(home, ("line_number", "reason", "a", "b")) == said
    assert said_about(home, ("b", "a")) == Said()
    assert said.options("Europe/Berlin", "CNY").currency == "EUR"
    assert said.options("Europe/Berlin", "CNY").timezone == "Europe/Berlin"


def test_a_store_in_use_leaves_the_file_for_the_next_time(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.import_lock._PATIENCE_SECONDS", 0)
    put(home, "orders.csv")
    real = import_file

    def busy(*arguments: object, **options: object) -> object:
        with sole_import(home), sole_import(home, patience_seconds=0):
            pass
        return real(*arguments, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(module, "import_file", busy)
        (report,) = take(home)
    assert isinstance(report.error, StoreError)
    assert files(home) == ["orders.csv"]
    assert take(home)[0].path.parent.name == "done"


def test_a_file_that_cannot_be_moved_is_imported_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(home, "orders.csv")
    inbox = Inbox(home, describe=describe)

    def refuse(_path: Path, _target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    (report,) = inbox.import_ready(lambda: NOW)
    assert report.result is not None
    assert "could not be moved out of the inbox: Permission denied" in str(report.error)
    assert report.path == path
    assert list(inbox.import_ready(lambda: NOW)) == []
    assert files(home) == ["orders.csv"]


def test_an_inbox_has_one_watcher(home: Home) -> None:
    put(home, "orders.csv")
    with sole_watcher(home), pytest.raises(StoreError, match="is watched already"):
        take(home)
    assert len(take(home)) == 1
