"""An import that is killed has changed nothing or everything, and the next one works.

The suite kills a few times; `OPSBOT_CRASHES=40 python -m pytest tests/storage/test_crash.py` more often.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.database import Home
from storage.ingest import ImportOptions, import_file

CRASHES = int(os.environ.get("OPSBOT_CRASHES", "5"))
ROWS = 30_000
HEADER = "order_id,user_id,ordered_at,item_id,quantity,unit_price,status,status_at"


def line(number: int, quantity: object = 1, status: str = ",") -> str:
    return f"A{number // 2},u{number % 999},2024-01-05 10:00,i{number % 7},{quantity},1.50,{status}"


def started(home: Path, file: Path) -> subprocess.Popen[bytes]:
    """`opsbot import FILE` on its way, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "--home", str(home), "import", str(file)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def content(home: Path) -> list[list[tuple[object, ...]]]:
    """All that an import writes but when it did."""
    with Home(home).store() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        queries = (
            "SELECT user_id, order_id, item_id, line, quantity, total_cents, status FROM lines",
            "SELECT user_id, order_id, item_id, line, status_at, status FROM status_changes",
            "SELECT currency, last_ordered_at FROM shop",
        )
        return [[tuple(row) for row in connection.execute(query)] for query in queries]


@dataclass(frozen=True)
class Case:
    """A home with some lines, a file that adds, changes and has bad rows, and what it comes to, and when."""

    home: Path
    file: Path
    after: list[list[tuple[object, ...]]]
    seconds: float


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("crash")
    first, second = folder / "first.csv", folder / "second.csv"
    first.write_text("\n".join([HEADER, *map(line, range(ROWS // 2))]))
    changed = (line(number, 2, "refunded,2024-02-01") for number in range(0, ROWS // 2, 3))
    bad = (line(number, "many") for number in range(ROWS, ROWS + 500))
    second.write_text("\n".join([HEADER, *changed, *bad, *map(line, range(ROWS // 2, ROWS))]))
    home = folder / "home"
    import_file(Home(home), first, ImportOptions())
    whole = folder / "whole"
    shutil.copytree(home, whole)
    begun = time.monotonic()
    assert started(whole, second).wait() == 0
    return Case(home, second, content(whole), time.monotonic() - begun)


@pytest.mark.parametrize("crash", range(CRASHES))
def test_a_killed_import_is_whole_or_not_there(case: Case, tmp_path: Path, crash: int) -> None:
    home = tmp_path / "home"
    shutil.copytree(case.home, home)
    before = content(home)
    assert before != case.after
    # One share of the time for each crash, so that a few reach every part of the import.
    share = (crash + random.random()) / CRASHES
    process = started(home, case.file)
    try:
        process.wait(case.seconds * (0.2 + 0.8 * share))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert content(home) in (before, case.after)
    assert started(home, case.file).wait() == 0
    assert content(home) == case.after
    assert list(home.rglob("*.part")) == []
    assert any(b"many" in path.read_bytes() for path in (home / "exports").glob("second-rejected-*.csv"))


def test_what_a_killed_import_left_is_gone_after_the_next(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    file = tmp_path / "a.csv"
    file.write_text(f"{HEADER}\n{line(1)}\n")
    import_file(home, file, ImportOptions())
    for left in (home.exports / ".orders-0-rejected.part", home.path / "pseudonym.part"):
        left.write_text("cells")
    (home.path / "pseudonym.key").write_bytes(b"key")
    import_file(home, file, ImportOptions())
    assert list(home.path.rglob("*.part")) == []
