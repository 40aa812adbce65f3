"""The `opsbot` program: what it prints where, its exit codes, and the files it writes."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bot.cli import COMMANDS
from bot.folding import is_chinese
from bot.program.demo import MARK
from predictor.feature_table import FEATURE_NAMES
from storage.database import Home
from storage.moments import DAY_SECONDS, day_start
from tests.bot.conftest import LAPSED, NEW, ODD_IDS, Program, one_object, process
from tests.conftest import LAST_DAY, SHOP_HORIZON, Line, write

EARLIER = date(2023, 12, 1)
REPLY_KEYS = [
    *("ok", "command", "args", "title", "facts", "table", "buttons", "attachments", "provenance", "error"),
    "text",
]
IMPORT_KEYS = [
    *("table", "read", "added", "updated", "unchanged", "anonymous", "rejected", "rejected_file", "warnings"),
]
PARSE_KEYS = ["command", "args", "confidence", "source", "suggestions"]
HEADER = "order_id,user_id,ordered_at,item_id,quantity,unit_price\n"


@pytest.fixture
def orders(quiet_place: Path) -> Path:
    """A file with two good rows, one without a user and one whose date is none."""
    path = quiet_place / "orders.csv"
    path.write_text(
        HEADER
        + "A1,007,2024-01-05 10:00,tea,1,3.50\nA2,用户A,2024-01-06 10:00,tea,2,3.50\n"
        + "A3,,2024-01-06 11:00,tea,1,3.50\nA4,42,someday,tea,1,3.50\n",
        encoding="utf-8",
    )
    return path


# -- the program as such -------------------------------------------------------------------------------


def test_help_names_every_command() -> None:
    shown = process(["--help"]).stdout.decode()
    for name in COMMANDS:
        assert f"\n  {name} " in shown


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_a_help_page(name: str, fresh_program: Program) -> None:
    assert fresh_program(name, "--help").stdout.startswith("Usage: ")
    assert not fresh_program.home.exists()


def test_version_is_that_of_the_distribution() -> None:
    assert process(["--version"]).stdout.decode().split() == ["opsbot,", "version", version("opsbot")]


def test_exit_codes_of_the_real_program(tmp_path: Path) -> None:
    assert process(["--home", tmp_path / "x", "ask", "help"]).stdout.startswith(b"Ask in English")
    refused = process(["--home", tmp_path / "x", "models", "rollback"], code=1)
    assert refused.stdout == b""
    assert (
        refused.stderr.decode() == "There is no earlier model to go back to. List them: opsbot models list\n"
    )
    misused = process(["--home", tmp_path / "x", "ask"], code=2)
    assert misused.stdout == b""
    assert b"Usage: " in misused.stderr


def test_output_that_nobody_reads_to_its_end_is_no_incident(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "--home", str(tmp_path / "x"), "ask", "help"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.close()
    with program.stderr:
        assert program.stderr.read() == b""
    assert program.wait() == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("ask",),
        ("ask", "help", "--as", "king"),
        ("train", "--as-of", "yesterday"),
        ("train", "--horizon", "0"),
        ("score", "--as-of", "2024-02-30"),
        ("score", "--task", "nothing"),
        ("features", "--out", "table.txt"),
        ("features",),
        ("import",),
        ("import", "x.csv", "--map", "user_id"),
        ("models", "promote", "one"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2_and_touches_nothing(
    fresh_program: Program, arguments: tuple[str, ...]
) -> None:
    result = fresh_program(*arguments, code=2)
    assert result.stdout == ""
    assert "Error: " in result.stderr
    assert not fresh_program.home.exists()


def test_the_home_is_made_with_its_folders_and_for_its_owner_only(fresh_program: Program) -> None:
    fresh_program("models")
    assert {path.name for path in fresh_program.home.iterdir()} >= {
        *("store.db", "models", "exports", "backups", "inbox"),
    }
    fresh_program("ask", "help")
    assert (fresh_program.home / "bot.db").exists()
    assert fresh_program.home.stat().st_mode & 0o077 == 0


def test_the_home_comes_from_the_option_or_the_environment_or_is_the_default(
    quiet_place: Path, fresh_program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh_program.bare("models")
    assert (quiet_place / "opsbot-home" / "store.db").exists()
    monkeypatch.setenv("OPSBOT_HOME", str(quiet_place / "named"))
    fresh_program.bare("models")
    assert (quiet_place / "named" / "store.db").exists()
    fresh_program("models")
    assert (fresh_program.home / "store.db").exists()


def test_a_home_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shown = Program(tmp_path / "file")("models", code=1).stderr
    assert shown.startswith(f"The home {tmp_path / 'file'} cannot be used: ")
    assert shown.count("\n") == 1


@pytest.mark.parametrize("arguments", [("models", "--json"), ("ask", "help", "--json"), ("train", "--json")])
def test_a_bad_setting_is_a_sentence_that_names_it(
    fresh_program: Program, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("OPSBOT_HORIZON_DAYS", "soon")
    result = fresh_program(*arguments, code=1)
    assert result.stderr.startswith("The setting OPSBOT_HORIZON_DAYS cannot be 'soon': ")
    assert result.stderr.count("\n") == 1
    assert one_object(result.stdout)["error"]["kind"] == "setting"


# -- --json ---------------------------------------------------------------------------------------------


def test_ask_prints_the_reply_with_exactly_its_keys(program: Program) -> None:
    reply = program.json("ask", "churn risk for user 007")
    assert list(reply) == REPLY_KEYS
    assert reply["ok"] is True
    assert (reply["command"], reply["args"]) == ("risk", {"user": "007"})
    assert list(reply["facts"]) == ["user_id", "probability", "band", "flagged", "reasons", "reliability"]
    assert set(reply["provenance"]) == {"as_of", "data_through", "model", "horizon_days", "definition"}
    assert all(set(button) == {"label", "question"} for button in reply["buttons"])
    assert reply["title"] in reply["text"]
    assert (reply["table"], reply["attachments"], reply["error"]) == (None, [], None)


def test_ask_prints_a_table_with_columns_and_rows(program: Program) -> None:
    reply = program.json("ask", "top 4 users at risk")
    assert list(reply["table"]) == ["columns", "rows"]
    assert reply["table"]["columns"] == ["user_id", "probability", "recency_days", "monetary_cents", "reason"]
    assert len(reply["table"]["rows"]) == 4


def test_the_real_program_prints_one_object_and_nothing_else(program: Program) -> None:
    asked = process(["--home", program.home, "ask", "用户007的流失风险", "--json"])
    assert one_object(asked.stdout.decode())["facts"]["user_id"] == "007"
    assert asked.stderr == b""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("churn risk for user 999999", "unknown_user"),
        ("what is the weather in Paris", "unknown"),
        ("chrun rsik user 42", "unknown"),
        ("train the model", "not_allowed"),
        ("/risk", "missing_argument"),
    ],
)
def test_a_refused_question_prints_its_error_and_its_sentence(program: Program, text: str, kind: str) -> None:
    result = program("ask", text, "--json", code=1)
    reply = one_object(result.stdout)
    assert list(reply) == REPLY_KEYS
    assert (reply["ok"], reply["error"]["kind"]) == (False, kind)
    assert list(reply["error"]) == ["kind", "message", "next_step"]
    assert result.stderr == reply["text"] + "\n"
    assert program("ask", text, code=1).stdout == ""


def test_ask_confirms_with_yes_only(fresh_program: Program) -> None:
    asked = fresh_program.json("ask", "train the model", "--as", "admin", code=1)
    assert asked["error"]["kind"] == "needs_confirmation"
    assert "--yes" in asked["text"]
    confirmed = fresh_program.json("ask", "train the model", "--as", "admin", "--yes", code=1)
    assert confirmed["error"]["kind"] == "empty_store"


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("import", "nowhere.csv"), "import_refused"),
        (("train",), "empty_store"),
        (("evaluate",), "empty_store"),
        (("models", "promote", "9"), "no_model"),
        (("models", "rollback"), "no_model"),
        (("ask", "who is at risk"), "empty_store"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_a_failure_with_json_is_an_object_on_stdout_and_a_sentence_on_stderr(
    fresh_program: Program, arguments: tuple[str, ...], kind: str
) -> None:
    result = fresh_program(*arguments, "--json", code=1)
    printed = one_object(result.stdout)
    assert printed["ok"] is False
    assert list(printed["error"]) == ["kind", "message", "next_step"]
    assert printed["error"]["kind"] == kind
    assert result.stderr.splitlines()[-1] == f"{printed['error']['message']} {printed['error']['next_step']}"


@pytest.mark.parametrize("as_json", [True, False])
def test_what_nobody_foresaw_is_a_sentence_with_a_number_and_the_log_has_the_rest(
    program: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, as_json: bool
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the inside of it")

    monkeypatch.setattr("storage.model_store.every", broken)
    result = program("models", *(["--json"] if as_json else []), code=1)
    found = re.search(r"incident ([0-9a-f]{8})", result.stderr)
    assert found is not None
    assert found[1] in caplog.text
    assert "RuntimeError: the inside of it" in caplog.text
    if as_json:
        assert found[1] in one_object(result.stdout)["error"]["message"]
    else:
        assert result.stdout == ""


def test_failures_are_in_the_language_that_is_set(
    fresh_program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSBOT_LANGUAGE", "zh")
    error = fresh_program.json("train", code=1)["error"]
    assert error["kind"] == "empty_store"
    assert is_chinese(error["message"])


# -- parse ----------------------------------------------------------------------------------------------


def test_parse_prints_what_a_text_means(fresh_program: Program) -> None:
    printed = one_object(fresh_program("parse", "top 20 customers with a churn risk above 80%").stdout)
    assert printed == {
        "command": "at_risk",
        "args": {"limit": 20, "min_risk": 0.8},
        "confidence": 1.0,
        "source": "pattern",
        "suggestions": [],
    }
    assert list(printed) == PARSE_KEYS
    assert not fresh_program.home.exists()


def test_parse_reads_lines_and_prints_as_many() -> None:
    text = "churn risk for user 42\n\n用户42的流失风险\r\n  \nchrun rsik user 42\nwhat is the weather"
    run = process(["parse"], stdin=text.encode())
    printed = [one_object(line + "\n") for line in run.stdout.decode().splitlines()]
    assert [(one["command"], one["source"]) for one in printed] == [
        ("risk", "pattern"),
        ("unknown", "none"),
        ("risk", "pattern"),
        ("unknown", "none"),
        ("unknown", "suggestion"),
        ("unknown", "none"),
    ]
    assert printed[2]["args"] == {"user": "42"}
    suggestion = printed[4]["suggestions"][0]
    assert suggestion == {"command": "risk", "args": {"user": "42"}, "label": "churn risk for user 42"}
    assert run.stderr == b""


def test_parse_survives_bytes_that_are_no_text() -> None:
    run = process(["parse"], stdin=b"\xff\xfe\x00\nchurn risk for user 42\n")
    assert [json.loads(line)["command"] for line in run.stdout.splitlines()] == ["unknown", "risk"]


def test_parse_of_an_empty_text_is_one_line(fresh_program: Program) -> None:
    assert one_object(fresh_program("parse", "").stdout)["command"] == "unknown"
    assert fresh_program("parse", stdin="").stdout == ""


# -- import ---------------------------------------------------------------------------------------------


def test_import_prints_exactly_its_keys_and_counts_that_add_up(fresh_program: Program, orders: Path) -> None:
    printed = fresh_program.json("import", orders)
    assert list(printed) == IMPORT_KEYS
    assert {key: printed[key] for key in IMPORT_KEYS[:7]} == {
        "table": "lines",
        "read": 4,
        "added": 3,
        "updated": 0,
        "unchanged": 0,
        "anonymous": 1,
        "rejected": 1,
    }
    assert isinstance(printed["warnings"], list)


def test_the_same_file_again_adds_nothing(fresh_program: Program, orders: Path) -> None:
    fresh_program("import", orders)
    again = fresh_program.json("import", orders)
    assert (again["added"], again["updated"], again["unchanged"], again["rejected"]) == (0, 0, 3, 1)


def test_import_says_in_words_what_became_of_the_rows(fresh_program: Program, orders: Path) -> None:
    result = fresh_program("import", orders)
    assert (
        "Rows read from orders.csv (order lines): 4; 3 added, 0 updated, 0 unchanged, 1 rejected."
        in result.stdout
    )
    assert "Without a user: 1; they count towards sales, not users." in result.stdout
    assert "The rejected rows with their reasons: " in result.stdout


def test_of_several_files_it_is_said_which_failed_and_what_was_done(
    fresh_program: Program, orders: Path, quiet_place: Path
) -> None:
    other = quiet_place / "doubtful.csv"
    other.write_text("order_id,user_id,ordered_at,item_id\nA1,42,05/01/2024,tea\n", encoding="utf-8")
    result = fresh_program("import", orders, other, "--json", code=1)
    assert json.loads(result.stdout)["error"]["kind"] == "import_refused"
    assert [line.partition(":")[0] for line in result.stderr.splitlines() if ".csv" in line][:1] == [
        "Rows read from orders.csv (order lines)"
    ]
    assert "doubtful.csv was not imported:" in result.stderr


def test_the_rejected_file_is_where_the_result_says(fresh_program: Program, orders: Path) -> None:
    named = fresh_program.json("import", orders)["rejected_file"]
    found = [path for path in (Path(named), fresh_program.home / "exports" / named) if path.exists()]
    assert found
    text = found[0].read_text(encoding="utf-8-sig")
    assert "someday" in text
    assert "A4" in text


def test_import_takes_columns_by_other_names(fresh_program: Program, quiet_place: Path) -> None:
    path = quiet_place / "odd.csv"
    path.write_text("o,who,moment,thing\nA1,007,05/01/2024,tea\nA2,42,13/01/2024,tea\n", encoding="utf-8")
    pairs = ("order_id=o", "user_id=who", "ordered_at=moment", "item_id=thing")
    printed = fresh_program.json(
        "import",
        path,
        "--table",
        "lines",
        "--date-format",
        "DD/MM/YYYY",
        *(part for pair in pairs for part in ("--map", pair)),
    )
    assert (printed["added"], printed["rejected"]) == (2, 0)


def test_several_files_are_one_object(fresh_program: Program, orders: Path) -> None:
    users = orders.with_name("users.csv")
    users.write_text("user_id,joined_at\n007,2024-01-01\n", encoding="utf-8")
    printed = fresh_program.json("import", orders, users)
    assert [list(one) for one in printed["files"]] == [IMPORT_KEYS, IMPORT_KEYS]
    assert [one["table"] for one in printed["files"]] == ["lines", "users"]


def test_an_unclear_table_names_the_candidates(fresh_program: Program, quiet_place: Path) -> None:
    path = quiet_place / "unclear.csv"
    path.write_text("item_id,user_id\ntea,42\n", encoding="utf-8")
    result = fresh_program("import", path, code=1)
    assert result.stdout == ""
    assert "items" in result.stderr and "users" in result.stderr and "--table" in result.stderr
    assert fresh_program.json("import", path, "--table", "users")["added"] == 1


def test_columns_of_no_table_are_refused_with_what_is_missing(
    fresh_program: Program, quiet_place: Path
) -> None:
    path = quiet_place / "other.csv"
    path.write_text("colour,size\nred,1\n", encoding="utf-8")
    shown = fresh_program("import", path, code=1).stderr
    assert "lines needs item_id, order_id, ordered_at, user_id" in shown
    assert "--map" in shown


def test_the_settings_of_the_shop_reach_the_import(
    fresh_program: Program, orders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSBOT_TIMEZONE", "Asia/Shanghai")
    monkeypatch.setenv("OPSBOT_CURRENCY", "CNY")
    fresh_program("import", orders)
    with sqlite3.connect(fresh_program.home / "store.db") as connection:
        assert connection.execute("SELECT currency FROM shop").fetchone() == ("CNY",)
        (first,) = connection.execute("SELECT MIN(ordered_at) FROM lines").fetchone()
    connection.close()
    assert first == day_start(date(2024, 1, 5)) + 2 * 3600  # 10:00 in Shanghai


# -- train, models, score -------------------------------------------------------------------------------


@dataclass(frozen=True)
class TwoModels:
    """A shop with model 1, promoted, and model 2, trained afterwards on what was known EARLIER."""

    home: Path
    printed: dict[str, Any]
    progress: str


@pytest.fixture(scope="session")
def kept_two_models(kept_shop_home: Home, tmp_path_factory: pytest.TempPathFactory) -> TwoModels:
    home = tmp_path_factory.mktemp("two") / "home"
    shutil.copytree(kept_shop_home.path, home)
    result = Program(home)("train", "--as-of", EARLIER, "--json")
    return TwoModels(home, one_object(result.stdout), result.stderr)


@pytest.fixture
def two_models(kept_two_models: TwoModels, tmp_path: Path) -> Program:
    shutil.copytree(kept_two_models.home, tmp_path / "two")
    return Program(tmp_path / "two")


def stages(program: Program) -> dict[int, str]:
    """Those of the churn models; a training may make a recommender beside them."""
    models = program.json("models", "list")["models"]
    return {model["version"]: model["stage"] for model in models if model["task"] == "churn"}


def scores(text: str) -> dict[str, float]:
    return {row["user_id"]: float(row["probability"]) for row in csv.DictReader(io.StringIO(text))}


def test_train_prints_one_object_and_its_progress_elsewhere(kept_two_models: TwoModels) -> None:
    printed = kept_two_models.printed
    assert printed["ok"] is True
    assert (printed["version"], printed["as_of"]) == (2, EARLIER.isoformat())
    assert (printed["horizon_days"], printed["active_days"]) == (SHOP_HORIZON, 3 * SHOP_HORIZON)
    # Of an older day: it does not compete with the model in use.
    assert (printed["compared"], printed["weights_changed"], printed["attachments"]) == (None, [], [])
    assert kept_two_models.progress.splitlines()[0] == "… testing on past dates"


def test_an_older_as_of_never_promotes(kept_two_models: TwoModels) -> None:
    assert (kept_two_models.printed["promoted"], kept_two_models.printed["stage"]) == (False, "candidate")
    assert "Kept as a candidate" in kept_two_models.printed["decision"]
    assert stages(Program(kept_two_models.home)) == {1: "promoted", 2: "candidate"}


def test_with_too_little_history_train_says_what_is_needed(fresh_program: Program, orders: Path) -> None:
    fresh_program("import", orders)
    once = fresh_program("train", code=1)
    assert once.stdout == ""
    assert "Nobody has ordered twice as of 2024-01-06" in once.stderr
    result = fresh_program("train", "--horizon", "7", "--json", code=1)
    error = one_object(result.stdout)["error"]
    assert error["kind"] == "too_little_history"
    assert error["message"].startswith("Too little history to learn from: there are 2 days of orders")
    assert "needed are 21 days, 50 users" in error["message"]
    assert stages(fresh_program) == {}


def test_models_lists_the_newest_first_with_their_cards(two_models: Program) -> None:
    printed = two_models.json("models")
    assert printed == two_models.json("models", "list")
    assert [model["version"] for model in printed["models"]] == [4, 3, 2, 1]
    assert [model["task"] for model in printed["models"]] == ["value", "recommend", "churn", "churn"]
    assert set(printed["models"][2]) >= {
        "version",
        "task",
        "stage",
        "as_of",
        "horizon_days",
        "active_days",
        "card",
    }
    assert 0.5 < printed["models"][2]["card"]["metrics"]["auroc"] <= 1
    shown = [line.split() for line in two_models("models", "list").stdout.splitlines()]
    assert [line[0] for line in shown] == ["4", "3", "2", "1"]
    assert [line for line in shown if "recommend" in line] == shown[1:2]


def test_without_models_the_list_says_to_train(fresh_program: Program) -> None:
    assert (
        fresh_program("models").stdout
        == "There are no orders here yet. Import them: opsbot import orders.csv\n"
    )
    assert fresh_program.json("models") == {"ok": True, "models": []}


def test_models_of_a_shop_with_orders_say_to_train(fresh_program: Program, orders: Path) -> None:
    fresh_program("import", str(orders))
    assert fresh_program("models").stdout == "No model is trained yet. Train one: opsbot train\n"


def test_a_day_beyond_the_data_is_said(two_models: Program) -> None:
    later = LAST_DAY + timedelta(days=3)
    assert (
        f"Orders go through {LAST_DAY}; none is known of the 3 days"
        in two_models("score", "--as-of", later.isoformat()).stderr
    )


@pytest.mark.parametrize("command", [("score",), ("features",)])
def test_a_file_that_cannot_be_written_is_said(two_models: Program, command: tuple[str, ...]) -> None:
    result = two_models(*command, "--out", "/nonexistent/f.csv", code=1)
    assert result.stderr.startswith("/nonexistent/f.csv cannot be written: ")
    assert "None" not in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_promote_and_rollback_change_places(two_models: Program) -> None:
    assert two_models.json("models", "promote", 2)["model"]["stage"] == "promoted"
    assert stages(two_models) == {1: "retired", 2: "promoted"}
    assert two_models.json("models", "rollback")["model"]["version"] == 1
    assert stages(two_models) == {1: "promoted", 2: "retired"}
    assert two_models.json("ask", "churn risk for user 007")["provenance"]["model"] == 1


def test_rollback_without_a_retired_model_is_refused(two_models: Program) -> None:
    assert "no earlier model" in two_models("models", "rollback", code=1).stderr
    assert stages(two_models) == {1: "promoted", 2: "candidate"}


def test_a_model_whose_file_was_changed_is_not_promoted(two_models: Program) -> None:
    (path,) = (two_models.home / "models").glob(f"churn-{EARLIER}-*")
    path.write_bytes(path.read_bytes() + b" ")
    assert "changed after training" in two_models("models", "promote", 2, code=1).stderr
    assert stages(two_models) == {1: "promoted", 2: "candidate"}


def test_score_writes_all_active_users_with_their_ids_unaltered(program: Program) -> None:
    result = program("score")
    assert result.stdout.startswith("user_id,probability\n")
    found = scores(result.stdout)
    assert set(ODD_IDS) <= set(found)
    assert not {LAPSED, NEW} & set(found)
    assert all(0 <= probability <= 1 for probability in found.values())
    assert "\n007," in result.stdout and "\n用户A," in result.stdout and '\n"a""b,c",' in result.stdout
    asked = program.json("ask", "churn risk for user 007")["facts"]["probability"]
    assert found["007"] == pytest.approx(asked, abs=1e-12)
    assert result.stderr.startswith(f"model 1 (promoted), trained as of {LAST_DAY}; scores as of {LAST_DAY}:")


def test_score_writes_the_same_to_a_file(program: Program, quiet_place: Path) -> None:
    written = program("score", "--out", "scores.csv")
    assert written.stdout == ""
    assert (quiet_place / "scores.csv").read_text(encoding="utf-8") == program("score").stdout
    assert [path.name for path in quiet_place.iterdir()] == ["scores.csv"]


def test_score_to_a_place_that_is_none_fails_with_a_sentence(program: Program) -> None:
    result = program("score", "--out", "no/such/folder.csv", code=1)
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr


def test_score_without_a_model_of_that_time_names_what_to_run_first(program: Program) -> None:
    result = program("score", "--as-of", EARLIER, code=1)
    assert result.stdout == ""
    assert f"opsbot train --as-of {EARLIER}" in result.stderr


def test_score_of_a_past_day_uses_the_newest_model_known_then_whatever_its_stage(two_models: Program) -> None:
    for stage in ("candidate", "promoted", "retired"):
        if stage != "candidate":
            two_models("models", "promote", 2 if stage == "promoted" else 1)
        for day in (EARLIER, EARLIER + timedelta(days=9)):
            said = two_models("score", "--as-of", day).stderr
            assert said.startswith(f"model 2 ({stage}), trained as of {EARLIER}; scores as of {day}:")
            assert f"within {SHOP_HORIZON} days" in said
    assert two_models("score", "--as-of", LAST_DAY).stderr.startswith("model 1 ")
    assert (
        f"opsbot train --as-of {EARLIER - timedelta(days=1)}"
        in two_models("score", "--as-of", EARLIER - timedelta(days=1), code=1).stderr
    )


def test_score_without_a_date_uses_the_promoted_model(two_models: Program) -> None:
    two_models("models", "promote", 2)
    assert two_models("score").stderr.startswith(
        f"model 2 (promoted), trained as of {EARLIER}; scores as of {LAST_DAY}:"
    )


def test_scores_of_a_past_day_do_not_change_with_what_came_later(two_models: Program) -> None:
    before = two_models("score", "--as-of", EARLIER).stdout
    with Home(two_models.home).store() as connection:
        later = day_start(EARLIER) + DAY_SECONDS
        write(connection, [Line(f"later-{i}", f"regular-{i}", later + i, 10_000) for i in range(0, 300, 3)])
        connection.execute(
            "DELETE FROM lines WHERE ordered_at > ? AND user_id LIKE 'irregular%'", (later + 300,)
        )
    assert two_models("score", "--as-of", EARLIER).stdout == before
    assert len(scores(before)) > 100


# -- evaluate -------------------------------------------------------------------------------------------


def test_evaluate_shows_the_back_test_as_a_table_beside_its_baselines(program: Program) -> None:
    result = program("evaluate")
    assert result.stderr == "… testing on past dates\n"
    lines = result.stdout.splitlines()
    assert (
        lines[0]
        == f"No order within {SHOP_HORIZON} days, of users who ordered in the last {3 * SHOP_HORIZON} days."
    )
    figures = {line.split()[0]: line.split()[1:] for line in lines if line}
    assert figures["model"][:2] == ["auroc", "average_precision"]
    assert 0.5 < float(figures["opsbot"][0]) <= 1
    assert float(figures["logistic_rfm"][0]) < 1
    assert figures["logistic_rfm"][-2].startswith("[")
    assert not [line for line in lines if "nan" in line.split() or "None" in line]


# -- features -------------------------------------------------------------------------------------------


def test_features_come_as_csv_and_parquet_alike(program: Program, quiet_place: Path) -> None:
    for name in ("table.csv", "table.parquet"):
        result = program("features", "--as-of", LAST_DAY, "--out", name)
        assert result.stdout == ""
        assert f"as of {LAST_DAY}, horizon {SHOP_HORIZON}, active {3 * SHOP_HORIZON}" in result.stderr
    from_csv = pd.read_csv("table.csv", dtype={"user_id": str})
    from_parquet = pd.read_parquet("table.parquet")
    assert list(from_csv.columns) == list(from_parquet.columns) == ["user_id", *FEATURE_NAMES]
    assert set(ODD_IDS) <= set(from_csv["user_id"]) == set(from_parquet["user_id"])
    pd.testing.assert_frame_equal(from_csv, from_parquet, check_dtype=False)
    assert sorted(path.name for path in quiet_place.iterdir()) == ["table.csv", "table.parquet"]


def test_labels_are_added_only_where_their_window_is_complete(program: Program) -> None:
    complete = LAST_DAY - timedelta(days=SHOP_HORIZON)
    program("features", "--as-of", complete, "--labels", "--out", "with.csv")
    labelled = pd.read_csv("with.csv")
    assert list(labelled.columns)[-1] == "churned"
    assert set(labelled["churned"]) == {0, 1}

    result = program("features", "--as-of", complete + timedelta(days=1), "--labels", "--out", "without.csv")
    assert "churned" not in pd.read_csv("without.csv").columns
    assert f"No labels: the window ends on {LAST_DAY + timedelta(days=1)}" in result.stderr


def test_features_that_cannot_be_written_are_a_sentence(program: Program, quiet_place: Path) -> None:
    shown = program("features", "--as-of", LAST_DAY, "--out", "no/such/table.csv", code=1).stderr
    assert "cannot be written" in shown
    assert not list(quiet_place.iterdir())


# -- demo and chat --------------------------------------------------------------------------------------


def test_demo_refuses_a_home_that_holds_a_shop(program: Program) -> None:
    before = sorted(path.name for path in program.home.iterdir())
    shown = program("demo", "--no-chat", code=1).stderr
    assert "holds a shop already" in shown
    assert "opsbot --home demo-home demo" in shown
    assert sorted(path.name for path in program.home.iterdir()) == before
    assert scores(program("score").stdout)


@pytest.fixture
def small_demo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The demo with as few users as can be learnt from."""
    from storage.demo import shop

    whole = shop.write_demo_shop
    monkeypatch.setattr(shop, "write_demo_shop", lambda folder: whole(folder, users=600))
    yield


@pytest.mark.usefixtures("small_demo")
def test_demo_makes_a_shop_trains_and_answers_and_may_be_made_again(fresh_program: Program) -> None:
    fresh_program.home.mkdir()
    (fresh_program.home / MARK).touch()
    (fresh_program.home / "left.over").touch()
    result = fresh_program("demo", "--no-chat")
    assert not (fresh_program.home / "left.over").exists()
    assert "opsbot> who is at risk" in result.stdout
    assert "opsbot> 用户42的流失风险" in result.stdout
    assert "Something went wrong" not in result.stdout
    last = result.stdout.splitlines()[-1]
    assert last.startswith("Go on with: ") and last.endswith(f" --home {fresh_program.home} chat --as admin")
    assert stages(fresh_program) == {1: "promoted"}


def test_chat_reads_questions_from_standard_input(program: Program) -> None:
    result = program("chat", stdin="tell me about user 007\n1\nexit\n")
    assert "User 007: 12 orders" in result.stdout
    assert "  [1] Risk" in result.stdout
    assert "the risk that user 007 places no order" in result.stdout


def test_chat_ends_with_its_input(program: Program) -> None:
    assert "Ask in English" in program("chat", stdin="help\n").stdout


def test_two_programs_over_one_home_do_not_disturb_each_other(program: Program) -> None:
    with Home(program.home).store() as connection:
        connection.execute("BEGIN IMMEDIATE")  # as a long import does
        assert program.json("ask", "churn risk for user 007")["ok"] is True
        connection.execute("ROLLBACK")


def test_a_corrupt_store_is_a_sentence(program: Program) -> None:
    (program.home / "store.db").write_bytes(b"this is no database, and never was one" * 100)
    for rest in program.home.glob("store.db-*"):
        rest.unlink()
    shown = program("score", code=1).stderr
    assert "cannot be used" in shown
    assert "Traceback" not in shown


def test_an_order_imported_now_is_in_the_next_answer(program: Program, quiet_place: Path) -> None:
    path = quiet_place / "today.csv"
    path.write_text(HEADER + f"new-order,{LAPSED},{LAST_DAY} 10:00,tea,1,3.50\n", encoding="utf-8")
    assert program.json("ask", f"churn risk for user {LAPSED}")["facts"]["probability"] is None
    assert program.json("import", path)["added"] == 1
    assert program.json("ask", f"churn risk for user {LAPSED}")["facts"]["probability"] is not None
