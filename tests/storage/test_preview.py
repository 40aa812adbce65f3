"""A look at a file before its import: what is understood, what is hidden and refused; nothing changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage import preview as module
from storage.batches import Batch
from storage.csv_format import CsvSource
from storage.database import Home
from storage.errors import ImportRefusedError
from storage.ingest import ImportOptions, import_file
from storage.preview import Preview, preview
from tests.storage.workbooks import xlsx

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
HEADER = "order_id,user_id,ordered_at,item_id,quantity,unit_price"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


def look(home: Home, text: str, **options: Any) -> Preview:
    path = home.path.parent / "orders.csv"
    path.write_text(text, encoding="utf-8")
    return preview(home, path, ImportOptions(**options), now=NOW)


def test_rows_are_shown_as_understood(home: Home) -> None:
    text = (
        "Bestellnummer;Kundennummer;Bestelldatum;Artikel;Menge;Einzelpreis;Farbe;Status\n"
        'A1;7;05.01.2024 10:05;Tasse;2;"1.234,50";rot;bezahlt\n'
        "A2;;2024-07-01;Topf;1,5;-0,05;;\n"
    ).replace("bezahlt", "cancelled")
    now = NOW.replace(month=8)
    path = home.path.parent / "Bestellungen.csv"
    path.write_text(text, encoding="utf-8")
    found = preview(home, path, ImportOptions(timezone="Europe/Berlin", currency="eur"), now=now)
    assert found.table == "lines"
    assert found.columns["ordered_at"] == "Bestelldatum"
    assert found.unused == ("Farbe",)
    assert (found.count, found.exact, found.size) == (2, True, path.stat().st_size)
    assert found.warnings == ()
    assert found.rows == (
        {
            "order_id": "A1",
            "user_id": "7",
            "ordered_at": "2024-01-05 10:05:00+01:00",
            "item_id": "Tasse",
            "quantity": "2",
            "unit_price": "1234.50 EUR",
            "total": "2469.00 EUR",
            "status": "cancelled",
        },
        {
            "order_id": "A2",
            "user_id": "",
            "ordered_at": "2024-07-01 00:00:00+02:00",
            "item_id": "Topf",
            "quantity": "1.5",
            "unit_price": "-0.05 EUR",
            "total": "-0.08 EUR",
            "status": "paid",
        },
    )


def test_personal_fields_are_never_shown(home: Home) -> None:
    found = look(
        home,
        "user_id,Name,Email,Phone,Joined at,consent_sms\n"
        "ann@example.org,Ann,ann@example.org,+49 170 1234567,2024-01-05,yes\nu2,,,,,no\n",
    )
    assert found.rows == (
        {
            "user_id": "(pseudonym)",
            "name": "(not stored)",
            "email": "(not stored)",
            "phone": "(not stored)",
            "joined_at": "2024-01-05 00:00:00+00:00",
            "consent_sms": "yes",
        },
        {"user_id": "u2", "name": "", "email": "", "phone": "", "joined_at": "", "consent_sms": "no"},
    )
    assert "Ann" not in str(found)
    assert "ann@" not in str(found)
    assert [str(warning) for warning in found.warnings] == [
        "Not stored, because personal: name, email, phone."
    ]


def test_nothing_changes(home: Home) -> None:
    with home.store() as connection:
        before = list(connection.iterdump())
    files = sorted(path.name for path in home.path.rglob("*"))
    look(home, f"{HEADER}\nA1,ann@example.org,2024-01-05,i1,1,1\nA2,u2,someday,i1,1,1\n", currency="EUR")
    with home.store() as connection:
        assert list(connection.iterdump()) == before
    assert sorted(path.name for path in home.path.rglob("*")) == files


def test_bad_rows_are_passed_over_and_said(home: Home) -> None:
    found = look(home, f"{HEADER}\nA1,u1,someday,i1,1,1\nA2,u2\nA3,u3,2024-01-05,i1,1,1\n")
    assert [row["order_id"] for row in found.rows] == ["A3"]
    assert found.count == 3
    (warning,) = map(str, found.warnings)
    assert warning.startswith(
        "Of the first 3 rows 2 cannot be used. Line 2: ordered_at: “someday” is not a date."
    )


def test_rows_after_a_stray_quote_are_counted(home: Home) -> None:
    rows = "".join(f"A{n},u,2024-01-05,i,1,1\n" for n in range(10))
    found = look(home, f'{HEADER}\n{rows}B,"u,2024-01-05,i,1,1\n{rows}{rows}')
    assert (found.count, len(found.rows)) == (31, 3)


def test_a_header_without_rows(home: Home) -> None:
    found = look(home, f"{HEADER}\n")
    assert (found.rows, found.count, found.exact) == ((), 0, True)
    assert [str(warning) for warning in found.warnings] == ["The file has a header and no rows."]


def test_only_the_beginning_is_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    read = CsvSource.batches

    def counted(source: CsvSource) -> Iterator[Batch]:
        for batch in read(source):
            taken.append(len(batch.numbers))
            yield batch

    monkeypatch.setattr(CsvSource, "batches", counted)
    rows = "".join(f"A{n},u,2024-01-05,i,1,1.5\n" for n in range(20_000))
    found = look(home, f"{HEADER}\n{rows}")
    assert sum(taken) <= 8_000
    assert (found.count, found.exact, len(found.rows)) == (20_000, False, 3)


def test_a_doubtful_column_is_read_to_its_end(home: Home) -> None:
    rows = "".join(f"A{n},u,05/01/2024,i,1,1.5\n" for n in range(5_000))
    found = look(home, f'{HEADER}\n{rows}B,u,01/13/2024,i,1,"1,234"\n')
    assert found.rows[0]["ordered_at"] == "2024-05-01 00:00:00+00:00"


def test_a_workbook_says_how_many_rows_and_which_sheet(home: Home) -> None:
    rows = [
        HEADER.split(","),
        ("A1", 1, datetime(2024, 1, 5), "i", 1, 2),
        (),
        ("A2", 1, "2024-01-06", "i", 1, 2),
    ]
    path = xlsx(home.path.parent / "a.xlsx", {"Orders": rows, "Notes": [("x",)]})
    found = preview(home, path, ImportOptions(), now=NOW)
    assert (found.count, found.exact, found.rows[0]["total"]) == (2, True, "2.00")
    assert [str(warning) for warning in found.warnings] == ["Only the sheet Orders is read, not: Notes."]


def test_a_corrected_rejected_file_hides_what_was_added(home: Home) -> None:
    found = look(home, f"line_number,reason,{HEADER}\n5,x,A1,u1,2024-01-05,i1,1,1\n")
    assert found.unused == ()
    assert found.rows[0]["order_id"] == "A1"


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", {}),
        ("a,b\n1,2\n", {}),
        ("user_id,item_id\n1,2\n", {}),
        (f"{HEADER}\nA,u,05/01/2024,i,1,1\n", {}),
        (f"{HEADER}\nA,u,2024-01-05,i,1,1\n", {"timezone": "Nowhere"}),
        (f"{HEADER}\nA,u,2024-01-05,i,1,1\n", {"currency": "USD"}),
        (f"{HEADER}\nA,u,2024-01-05,i,1,1\n", {"date_format": "x"}),
        (f"{HEADER},currency\nA,u,2024-01-05,i,1,1,USD\n", {}),
    ],
)
def test_what_an_import_refuses_is_refused_alike(home: Home, text: str, options: dict[str, Any]) -> None:
    look_at = home.path.parent / "orders.csv"
    look_at.write_text(f"{HEADER}\nA,u,2024-01-05,i,1,1\n")
    import_file(home, look_at, ImportOptions(currency="EUR"), now=NOW)
    with pytest.raises(ImportRefusedError) as seen:
        look(home, text, **options)
    with pytest.raises(ImportRefusedError) as refused:
        import_file(home, look_at, ImportOptions(**options), now=NOW)
    assert (str(seen.value), seen.value.next_step) == (str(refused.value), refused.value.next_step)


def test_as_many_rows_as_asked_for(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "\n" + "A,u,2024-01-05,i,1,1\n" * 9)
    assert len(preview(home, path, ImportOptions(), rows=5, now=NOW).rows) == 5
    assert module.NOT_STORED not in preview(home, path, ImportOptions(), now=NOW).rows[0].values()
