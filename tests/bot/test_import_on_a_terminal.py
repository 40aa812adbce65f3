"""`opsbot import` where a person watches: what the columns were taken for is said before the import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = "order_id,buyer,created,sku\nA1,ann@example.org,2024-01-05,cup\nA2,bob@example.org,2024-01-06,cup\n"
MAPPING = "lines: order_id, item_id ← sku, user_id ← buyer, ordered_at ← created"


def run(folder: Path, stderr: int) -> str:
    file = folder / "orders.csv"
    file.write_text(TEXT)
    command = [sys.executable, "-m", "bot.cli", "--home", str(folder / "home"), "import", str(file)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, cwd=root, text=True, check=True)
    assert "2 added" in done.stdout
    return done.stdout


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_the_mapping_is_shown_before_the_import(tmp_path: Path) -> None:
    mine, theirs = os.openpty()
    try:
        printed = run(tmp_path, theirs)
        shown = os.read(mine, 65_536).decode()
    finally:
        os.close(mine)
        os.close(theirs)
    assert MAPPING in shown
    assert MAPPING not in printed


def test_elsewhere_nothing_is_shown(tmp_path: Path) -> None:
    with (tmp_path / "errors").open("w+") as errors:
        printed = run(tmp_path, errors.fileno())
        errors.seek(0)
        assert errors.read() == ""
    assert MAPPING not in printed
