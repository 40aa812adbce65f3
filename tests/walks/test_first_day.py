"""A stranger's first day: an order file of their own, imported, learnt from, and asked about."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

USERS = 400
DAYS = 300
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
LAST_DAY = (FIRST + timedelta(days=DAYS - 1)).date().isoformat()


def order_rows() -> Iterator[list[object]]:
    """Half of the users buy like clockwork, half at random; of each half every third leaves on the way.

    Columns as a shop system names them; user ids with leading zeros.
    """
    chance = random.Random(11)
    number = 0
    for user in range(USERS):
        regular = user % 2 == 0
        pace = chance.uniform(5, 25)
        until = chance.uniform(60, DAYS) if user % 3 == 0 else DAYS
        day = chance.uniform(0, DAYS * 0.6)
        while day < until:
            number += 1
            when = FIRST + timedelta(days=day)
            for item in chance.sample(("tea", "coffee", "cup", "滤纸"), chance.randint(1, 2)):
                yield [
                    f"SO-{number:06}",
                    f"{user:05}",
                    f"{when:%Y-%m-%d %H:%M:%S}",
                    item,
                    1,
                    f"{chance.uniform(4, 60):.2f}",
                ]
            day += max(0.5, chance.gauss(pace, pace / 8)) if regular else chance.expovariate(1 / pace)
    # The last day has an order, whoever else bought on it.
    yield ["SO-LAST", "00001", f"{LAST_DAY} 12:00:00", "tea", 1, "5.00"]


@dataclass(frozen=True)
class Stranger:
    """Somebody at a terminal in a folder of their own."""

    place: Path

    def types(self, *arguments: str, stdin: str = "", code: int = 0) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("OPSBOT_")}
        run = subprocess.run(
            [sys.executable, "-W", "error", "-m", "bot.cli", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=self.place,
            env={**environment, "OMP_NUM_THREADS": "1"},
            timeout=120,
            check=False,
        )
        assert run.returncode == code, (arguments, run.stdout, run.stderr)
        assert "Traceback" not in run.stderr
        return run

    def gets(self, *arguments: str) -> dict[str, Any]:
        found = json.loads(self.types(*arguments, "--json").stdout)  # one object, and nothing beside it
        assert isinstance(found, dict)
        return found


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    with (tmp_path / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["order_id", "user_id", "ordered_at", "item_id", "quantity", "unit_price"])
        writer.writerows(order_rows())
    return Stranger(tmp_path)


def test_from_an_order_file_to_an_answer(stranger: Stranger) -> None:
    rows = len(list(order_rows()))

    # Asked too early, the program says what to do; doing just that leads on.
    assert "opsbot import orders.csv" in stranger.types("ask", "who is at risk", code=1).stderr

    first = stranger.gets("import", "orders.csv")
    assert (first["table"], first["read"], first["added"], first["rejected"]) == ("lines", rows, rows, 0)
    again = stranger.gets("import", "orders.csv")
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, rows)

    trained = stranger.gets("train")
    assert (trained["promoted"], trained["as_of"]) == (True, LAST_DAY)
    # Three quarters of the gaps are shorter than about three weeks.
    assert (trained["horizon_days"], trained["active_days"]) == (30, 90)
    assert trained["metrics"]["auroc"] > 0.75

    at_risk = stranger.gets("ask", "top 5 users at risk")
    columns = at_risk["table"]["columns"]
    worst = [dict(zip(columns, row, strict=True)) for row in at_risk["table"]["rows"]]
    assert len(worst) == 5
    assert all(len(row["user_id"]) == 5 for row in worst)

    written = stranger.types("score", "--out", "scores.csv")
    assert written.stdout == ""
    text = (stranger.place / "scores.csv").read_text(encoding="utf-8")
    scores = {row["user_id"]: float(row["probability"]) for row in csv.DictReader(io.StringIO(text))}
    assert at_risk["facts"]["scored"] == len(scores)
    for row in worst:
        assert scores[row["user_id"]] == pytest.approx(row["probability"], abs=1e-9)

    # The first button leads from the list to one user, whose answer agrees with list and file.
    user = worst[0]["user_id"]
    assert user in at_risk["buttons"][0]["question"]
    typed = f"{at_risk['buttons'][0]['question']}\nchurn risk for user {user}\n用户{user}的流失风险\nexit\n"
    shown = stranger.types("chat", stdin=typed).stdout
    answers = [answer for answer in shown.split("opsbot> ") if user in answer]
    assert len(answers) == 3
    percent = round(100 * scores[user])
    assert answers[0].startswith(f"{percent} %")
    assert answers[1].startswith(f"{percent} %")
    assert answers[2].startswith(f"{percent}%")

    # A user known to leave and quiet for long is riskier than one known to go on like clockwork.
    leaving = [scores[f"{n:05}"] for n in range(0, USERS, 6) if f"{n:05}" in scores]
    steady = [scores[f"{n:05}"] for n in range(2, USERS, 6) if f"{n:05}" in scores]
    assert sum(leaving) / len(leaving) > 2 * sum(steady) / len(steady)

    tested = stranger.gets("evaluate")
    assert tested["metrics"]["auroc"] == pytest.approx(trained["metrics"]["auroc"], abs=1e-9)
    assert (tested["ok"], tested["as_of"], tested["horizon_days"]) == (True, LAST_DAY, 30)
    assert set(tested["baselines"]) >= {"recency", "rfm", "logistic_rfm"}
    for figures in tested["baselines"].values():
        assert set(figures["gain"]) == {"auroc", "brier"}
        assert all(gain["low"] <= gain["mean"] <= gain["high"] for gain in figures["gain"].values())
    assert tested["metrics"]["accuracy"] >= tested["metrics"]["majority_accuracy"]

    assert sorted(path.name for path in stranger.place.iterdir()) == [
        "opsbot-home",
        "orders.csv",
        "scores.csv",
    ]
