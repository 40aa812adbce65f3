"""What the rows of a file mean: what is an order, who is active, what money is left, and from when on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.command import Question
from bot.desk import Desk
from bot.profile_reply import profile_reply
from bot.settings import Settings
from predictor.definition import Definition
from predictor.feature_table import feature_table
from predictor.labels import churned
from storage.database import Home
from storage.errors import EmptyStoreError
from storage.ingest import ImportOptions, import_file
from storage.snapshot import EVERY_SALE, EVERY_USER, Snapshot, data_through

SUMS = " SELECT COUNT(ordered_at), SUM(total_cents), SUM(returned_cents) FROM order_sums"
HEADER = "order_id,user_id,ordered_at,item_id,quantity,unit_price,total,status,status_at,kind"
DEFINITION = Definition(horizon_days=14, active_days=42)
NOBODY = (0, False, 0)


@dataclass(frozen=True)
class Case:
    """Files with the day of March 2024 that each is imported on, and what user 42 then is.

    `known` gives orders, active and net cents by the day of March they are asked for, and `latest` the
    day that the data reach to.
    """

    name: str
    files: Sequence[tuple[int, Sequence[str]]]
    known: Mapping[int, tuple[int, bool, int]]
    latest: int | None


def case(
    name: str, *rows: str, known: Mapping[int, tuple[int, bool, int]], latest: int | None, later: str = ""
) -> Case:
    """One file imported on the 29th, or two: the first on the 10th, `later` on the 20th."""
    if later:
        return Case(name, ((10, rows), (20, (later,))), known, latest)
    return Case(name, ((29, rows),), known, latest)


PLAIN = "A,42,2024-03-01,mug,2,5.00,,,,"
CASES = (
    case("an order", PLAIN, known={1: (1, True, 1000), 9: (1, True, 1000)}, latest=1),
    case(
        "a line sent back lowers money from its own day on",
        PLAIN,
        "A,42,2024-03-08,mug,-1,5.00,,,,",
        known={7: (1, True, 1000), 8: (1, True, 500)},
        latest=1,
    ),
    case(
        "a C-invoice is a return and never an order",
        "536365,42,2024-03-01,mug,2,5.00,,,,",
        "C536379,42,2024-03-08,mug,-2,5.00,,,,",
        known={7: (1, True, 1000), 8: (1, True, 0)},
        latest=1,
    ),
    case(
        "a C-invoice for what was bought before the file begins",
        "C536379,42,2024-03-08,mug,-2,5.00,,,,",
        known={7: NOBODY, 8: (0, False, -1000)},
        latest=None,
    ),
    case(
        "what comes back is negative money whatever its sign in the file",
        PLAIN,
        "C1,42,2024-03-08,mug,-1,,5.00,,,",
        known={7: (1, True, 1000), 8: (1, True, 500)},
        latest=1,
    ),
    case(
        "a refund lowers money from its day on and the order stays",
        "A,42,2024-03-01,mug,2,5.00,,refunded,2024-03-08,",
        known={1: (1, True, 1000), 7: (1, True, 1000), 8: (1, True, 0)},
        latest=1,
    ),
    case(
        "a refund without its day, in the first file",
        "A,42,2024-03-01,mug,2,5.00,,refunded,,",
        known={1: (1, True, 0)},
        latest=1,
    ),
    case(
        "a refund without its day, in a later file",
        "A,42,2024-03-01,mug,2,5.00,,paid,,",
        later="A,42,2024-03-01,mug,2,5.00,,refunded,,",
        known={19: (1, True, 1000), 20: (1, True, 0)},
        latest=1,
    ),
    case(
        "one line refunded, one kept",
        "A,42,2024-03-01,mug,2,5.00,,refunded,2024-03-08,",
        "A,42,2024-03-01,cup,1,3.00,,paid,,",
        known={7: (1, True, 1300), 8: (1, True, 300)},
        latest=1,
    ),
    case(
        "a partly refunded order counts in full: nobody says how much came back",
        "A,42,2024-03-01,mug,2,5.00,,partly_refunded,2024-03-08,",
        known={7: (1, True, 1000), 8: (1, True, 1000)},
        latest=1,
    ),
    case(
        "a partly refunded order with the amount on a line of its own",
        "A,42,2024-03-01,mug,2,5.00,,partly_refunded,2024-03-08,",
        "A,42,2024-03-08,refund,-1,,3.50,,,",
        known={7: (1, True, 1000), 8: (1, True, 650)},
        latest=1,
    ),
    case(
        "one piece sent back, then all refunded: no more than was paid comes back",
        "A,42,2024-03-01,mug,2,5.00,,refunded,2024-03-12,",
        "A,42,2024-03-08,mug,-1,5.00,,,,",
        known={7: (1, True, 1000), 8: (1, True, 500), 12: (1, True, 0)},
        latest=1,
    ),
    case(
        "a refund that the file tells twice is one",
        "A,42,2024-03-01,mug,2,5.00,,refunded,2024-03-08,",
        "A,42,2024-03-08,mug,-2,5.00,,,,",
        known={7: (1, True, 1000), 8: (1, True, 0)},
        latest=1,
    ),
    case("unpaid", "A,42,2024-03-01,mug,2,5.00,,unpaid,,", known={1: NOBODY, 28: NOBODY}, latest=None),
    case(
        "unpaid, and paid later",
        "A,42,2024-03-01,mug,2,5.00,,unpaid,,",
        later="A,42,2024-03-01,mug,2,5.00,,paid,2024-03-15,",
        known={14: NOBODY, 15: (1, True, 1000)},
        latest=1,
    ),
    case("invoiced", "A,42,2024-03-01,mug,2,5.00,,invoiced,,", known={1: (1, True, 1000)}, latest=1),
    case(
        "cancelled: an order until then",
        "B,7,2024-03-02,mug,1,5.00,,,,",
        "A,42,2024-03-05,mug,2,5.00,,cancelled,2024-03-08,",
        known={5: (1, True, 1000), 7: (1, True, 1000), 8: NOBODY},
        latest=2,
    ),
    case(
        "one line cancelled, one kept: the order is what is left, at its time",
        "A,42,2024-03-01,mug,2,5.00,,cancelled,,",
        "A,42,2024-03-03,cup,1,3.00,,paid,,",
        known={1: NOBODY, 3: (1, True, 300)},
        latest=3,
    ),
    case("a free replacement", "A,42,2024-03-01,mug,1,0,,,,replacement", known={1: (1, True, 0)}, latest=1),
    case("a subscription", "A,42,2024-03-01,tea,1,9.00,,,,subscription", known={1: (1, True, 900)}, latest=1),
    case("a test", "A,42,2024-03-01,mug,2,5.00,,,,test", known={1: NOBODY, 28: NOBODY}, latest=None),
    case("for nothing", "A,42,2024-03-01,mug,1,0.00,,,,", known={1: (1, True, 0)}, latest=1),
    case("without a price", "A,42,2024-03-01,mug,1,,,,,", known={1: (1, True, 0)}, latest=1),
    case("nothing of it", "A,42,2024-03-01,mug,0,5.00,,,,", known={1: NOBODY}, latest=None),
    case(
        "money given back for goodwill",
        PLAIN,
        "A,42,2024-03-04,goodwill,0,,-3.00,,,",
        known={3: (1, True, 1000), 4: (1, True, 700)},
        latest=1,
    ),
    case(
        "a return does not keep anybody active",
        "A,42,2024-01-10,mug,2,5.00,,,,",
        "A,42,2024-03-01,mug,-1,5.00,,,,",
        "B,7,2024-03-05,mug,1,5.00,,,,",
        known={1: (1, False, 500)},
        latest=5,
    ),
)


def march(day: int) -> date:
    return date(2024, 3, day)


def take(home: Home, folder: Path, files: Sequence[tuple[int, Sequence[str]]]) -> None:
    for day, rows in files:
        path = folder / f"orders-{day}.csv"
        path.write_text("\n".join((HEADER, *rows)) + "\n")
        result = import_file(home, path, ImportOptions(), now=datetime(2024, 3, day, 12, tzinfo=UTC))
        assert (result.table, result.rejected) == ("lines", 0)


def orders_and_money(snapshot: Snapshot) -> tuple[int, int]:
    """How many orders user 42 has, and the net cents."""
    orders, gross, returned = snapshot.query(SUMS, user_id="42").fetchone()
    return orders, (gross or 0) - (returned or 0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_a_file_means_the_same_everywhere(case: Case, home: Home, tmp_path: Path) -> None:
    take(home, tmp_path, case.files)

    with home.store() as store:
        for day, expected in case.known.items():
            snapshot = Snapshot(store, march(day))
            table = feature_table(snapshot, DEFINITION)
            live = feature_table(snapshot, DEFINITION, user_id="42")
            shown = [
                (int(row[0]), int(row[1])) for row in live.frame()[["frequency", "monetary_cents"]].values
            ]
            found = (*orders_and_money(snapshot), "42" in table.user_ids.tolist())
            assert (found[0], found[2], found[1]) == expected, day
            assert shown == ([(expected[0], expected[2])] if expected[1] else []), day
        if case.latest is None:
            with pytest.raises(EmptyStoreError):
                data_through(store)
        else:
            assert data_through(store) == march(case.latest)


@pytest.mark.parametrize("case", [each for each in CASES if each.latest], ids=lambda case: str(case.name))
def test_a_profile_says_what_the_features_say(case: Case, home: Home, tmp_path: Path) -> None:
    take(home, tmp_path, case.files)
    with home.store() as store:
        expected = orders_and_money(Snapshot(store, data_through(store)))

    reply = profile_reply(Question("profile", {"user": "42"}), Desk(home, Settings(_env_file=None)))  # type: ignore[call-arg]

    assert (reply.facts["frequency"], reply.facts["monetary_cents"]) == expected


# What a second event on March 20 says about the window of 14 days from March 10 on: did 42 order?
EVENTS = {
    "paid": ("B,42,2024-03-20,mug,1,5.00,,paid,,", True),
    "invoiced": ("B,42,2024-03-20,mug,1,5.00,,invoiced,,", True),
    "for nothing": ("B,42,2024-03-20,mug,1,0,,,,", True),
    "a replacement": ("B,42,2024-03-20,mug,1,0,,,,replacement", True),
    "a subscription": ("B,42,2024-03-20,mug,1,5.00,,,,subscription", True),
    "refunded at once": ("B,42,2024-03-20,mug,1,5.00,,refunded,,", True),
    "refunded in the window": ("B,42,2024-03-20,mug,1,5.00,,refunded,2024-03-22,", True),
    "cancelled after the window": ("B,42,2024-03-20,mug,1,5.00,,cancelled,2024-03-26,", True),
    "cancelled in the window": ("B,42,2024-03-20,mug,1,5.00,,cancelled,2024-03-22,", False),
    "unpaid": ("B,42,2024-03-20,mug,1,5.00,,unpaid,,", False),
    "a test": ("B,42,2024-03-20,mug,1,5.00,,,,test", False),
    "a C-invoice": ("C1,42,2024-03-20,mug,-1,5.00,,,,", False),
    "a line sent back": ("A,42,2024-03-20,mug,-1,5.00,,,,", False),
    "somebody without a name": ("B,,2024-03-20,mug,1,5.00,,,,", False),
    "after the window": ("B,42,2024-03-25,mug,1,5.00,,,,", False),
}


@pytest.mark.parametrize(("row", "ordered"), EVENTS.values(), ids=EVENTS)
def test_a_label_is_an_order_as_the_words_say(row: str, ordered: bool, home: Home, tmp_path: Path) -> None:
    take(home, tmp_path, [(29, (PLAIN, row))])

    with home.store() as store:
        snapshot = Snapshot(store, march(10))
        assert feature_table(snapshot, DEFINITION).user_ids.tolist() == ["42"]
        assert churned(snapshot, DEFINITION, ["42"]).tolist() == [0 if ordered else 1]


def test_sales_without_a_user_are_sales_and_nobodys_orders(home: Home, tmp_path: Path) -> None:
    take(home, tmp_path, [(29, (PLAIN, "B,,2024-03-04,mug,1,3.00,,,,"))])

    with home.store() as store:
        totals = [
            Snapshot(store, march(9), whose=whose).query(SUMS).fetchone()
            for whose in (EVERY_SALE, EVERY_USER)
        ]
        assert [tuple(each) for each in totals] == [(2, 1300, 0), (1, 1000, 0)]
        assert data_through(store) == march(4)
