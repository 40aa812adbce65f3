"""What the command line changes is in the audit, done or refused."""

from __future__ import annotations

from pathlib import Path

from tests.bot.conftest import Program, Shop


def test_imports_and_changes_of_the_model_are_noted(own_shop: Shop, tmp_path: Path) -> None:
    program = Program(own_shop.home.path)
    orders = tmp_path / "orders.csv"
    orders.write_text("order_id,user_id,ordered_at,item_id\nN-1,regular-0,2024-01-05 10:00,i1\n")
    program("import", orders)
    program("models", "rollback", code=1)
    program("train", "--as-of", "2001-01-01", code=1)
    noted = [(row["command"], row["transport"], row["outcome"] == "ok") for row in own_shop.audited()]
    assert noted == [("import", "program", True), ("rollback", "program", False), ("train", "program", False)]
