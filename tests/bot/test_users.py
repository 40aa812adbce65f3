"""Whom a question may be about."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.command import Question
from bot.desk import Desk
from bot.settings import Settings
from bot.users import asked_user
from storage.database import Home
from storage.errors import UnknownUserError
from storage.ingest import ImportOptions, import_file


@pytest.mark.parametrize(
    "text",
    [
        "user_id,joined_at\nonly-here,2024-01-05\n",
        "user_id,written_at,text\nonly-here,2024-01-05,good\n",
        "user_id,event,at\nonly-here,view,2024-01-05\n",
        "campaign_id,user_id,sent_at\nC1,only-here,2024-01-05\n",
    ],
)
def test_a_user_of_any_table_is_known(tmp_path: Path, text: str) -> None:
    home = Home(tmp_path / "home").create()
    question = Question("risk", {"user": "only-here"})
    path = tmp_path / "file.csv"
    path.write_text(text)
    with home.store() as connection:
        with pytest.raises(UnknownUserError):
            asked_user(question, Desk(home, Settings()), connection)
        import_file(home, path, ImportOptions())
        assert asked_user(question, Desk(home, Settings()), connection) == "only-here"
