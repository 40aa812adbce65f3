"""`opsbot import --watch`: what comes into the inbox is imported, a line each, until a signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.i18n import using
from bot.inbox_reply import inbox_line, inbox_text
from storage.database import Home
from storage.errors import ImportRefusedError
from storage.inbox import InboxReport
from storage.ingest import ImportResult
from storage.notices import Notice
from tests.bot.conftest import Program

HEADER = "Nr,Wer,Wann,Was"
ROW = "A1,u1,2024-01-05 10:00,i1"
MAP = ("order_id=Nr", "user_id=Wer", "ordered_at=Wann", "item_id=Was")


def test_a_watcher_goes_by_what_an_import_was_told(fresh_program: Program, tmp_path: Path) -> None:
    home = Home(fresh_program.home).create()
    first = tmp_path / "first.csv"
    first.write_text(f"{HEADER}\n{ROW}\n")
    fresh_program("import", first, *(word for pair in MAP for word in ("--map", pair)))
    for name, text in (("good.csv", f"{HEADER}\nA2,u1,2024-01-05,i1\n"), ("bad.csv", "a,b\n1,2\n")):
        path = home.inbox / name
        path.write_text(text)
        os.utime(path, (time.time() - 60,) * 2)
    watcher = subprocess.Popen(
        [sys.executable, "-u", "-m", "bot.cli", "--home", str(home.path), "import", "--watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert watcher.stdout is not None
    told = sorted(watcher.stdout.readline() for _ in range(2))
    second = fresh_program("import", "--watch", code=1)
    watcher.send_signal(signal.SIGTERM)
    rest, complaints = watcher.communicate(timeout=60)
    assert told[0].startswith("Rows read from good.csv (order lines): 1; 1 added")
    assert told[1].startswith("bad.csv: The columns fit no table")
    assert (watcher.returncode, rest) == (0, "")
    assert complaints.endswith("Stopped.\n")
    assert "is watched already" in second.stderr
    assert (
        (home.inbox / "done" / "good.csv.txt")
        .read_text()
        .startswith("Rows read from good.csv (order lines): 1;")
    )
    assert (home.inbox / "failed" / "bad.csv.txt").exists()


@pytest.mark.parametrize("words", [("--watch", "a.csv"), ("--watch", "--table", "items"), ()])
def test_wrong_usage(fresh_program: Program, words: tuple[str, ...]) -> None:
    fresh_program("import", *words, code=2)


def test_a_report_says_all_in_both_languages(tmp_path: Path) -> None:
    result = ImportResult("lines", 9, 5, 1, 2, 3, 1, "/x/a-rejected-1.csv", (Notice("{n} things", {"n": 2}),))
    report = InboxReport("a.csv", tmp_path / "a.csv", result)
    assert inbox_text(report).splitlines() == [
        "Rows read from a.csv (order lines): 9; 5 added, 1 updated, 2 unchanged, 1 rejected.",
        "Without a user: 3; they count towards sales, not users.",
        "The rejected rows with their reasons: /x/a-rejected-1.csv",
        "2 things",
    ]
    refused = InboxReport("a.csv", tmp_path / "a.csv", ImportRefusedError("Another import is running."))
    with using("zh"):
        assert "未导入的行及原因" in inbox_text(report)
        assert inbox_line(refused) == "a.csv:另一个导入正在进行。"
