"""A desk over the small trained shop, and the program run in this process or as a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.assistant import Asked, Assistant
from bot.cli import main
from bot.command import Asker, Role
from bot.desk import Desk
from bot.i18n import using
from bot.reply import Reply
from bot.settings import PREFIX, Settings
from storage.database import Home, transaction
from storage.moments import DAY_SECONDS, day_start
from tests.conftest import LAST_DAY, Line, TrainedHome, write

NOON = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 12, tzinfo=UTC)
# Written as shops write them: what a spreadsheet, a CSV reader or an ASCII filter would spoil.
ODD_IDS = ("007", "用户A", 'a"b,c')
LAPSED = "lapsed-1"
LAPSED_DAYS = 200
NEW = "new-1"
ONE_ORDER = "one-order-1"


def _marked_lines() -> list[Line]:
    """Orders of users that tests name: steady ones with odd ids, one lapsed, one with a single big order."""
    end = day_start(LAST_DAY)
    steady = [
        Line(f"odd-{user}-{week}", user, end - week * 7 * DAY_SECONDS, 2500)
        for user in ODD_IDS
        for week in range(12)
    ]
    lapsed = [Line(f"lapsed-{i}", LAPSED, end - (LAPSED_DAYS + 20 * i) * DAY_SECONDS, 3000) for i in range(3)]
    return [*steady, *lapsed, Line("one", ONE_ORDER, end - 80 * DAY_SECONDS, 5_000_000)]


@pytest.fixture(autouse=True)
def quiet_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An empty working directory; no setting, .env or language reaches a test from elsewhere."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.chdir(place)
    with using("en"):
        yield place


@pytest.fixture(scope="session")
def kept_shop_home(kept_trained_home: TrainedHome, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The small trained shop with the users that tests name: only read it, or take `shop_home`."""
    path = tmp_path_factory.mktemp("shop") / "home"
    shutil.copytree(kept_trained_home.home.path, path)
    home = Home(path)
    with home.store() as connection:
        write(connection, _marked_lines())
        with transaction(connection):
            connection.execute("INSERT INTO users (user_id, import_id) VALUES (?, 1)", (NEW,))
    return home


@pytest.fixture
def shop_home(kept_shop_home: Home, tmp_path: Path) -> Home:
    """A copy of the shop, to do with as a test likes."""
    shutil.copytree(kept_shop_home.path, tmp_path / "shop")
    return Home(tmp_path / "shop")


@dataclass(frozen=True)
class BorrowedModels(Home):
    """A home of its own whose model files are those of another, so that they are read once for all tests."""

    models_home: Home

    @property
    def models(self) -> Path:
        return self.models_home.models


@dataclass
class Shop:
    """A desk with its assistant; asks as an operator unless told otherwise."""

    home: Home
    settings: Settings = field(default_factory=Settings)
    now: datetime = NOON
    steps: list[str] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        return Desk(self.home, self.settings, now=lambda: self.now, progress=self.steps.append)

    @property
    def assistant(self) -> Assistant:
        return Assistant(self.desk)

    def ask(
        self,
        text: str,
        role: Role = "operator",
        *,
        confirmed: bool = False,
        asker: Asker | None = None,
        upload: Path | None = None,
    ) -> Reply:
        return self.assistant.ask(Asked(text, role, confirmed, asker or Asker(), upload))

    def answer(
        self, text: str, role: Role = "operator", *, confirmed: bool = False, asker: Asker | None = None
    ) -> Reply:
        """The reply to a question that must not fail."""
        reply = self.ask(text, role, confirmed=confirmed, asker=asker)
        assert reply.failure is None, reply.failure
        return reply

    def with_settings(self, **settings: Any) -> Shop:
        return replace(self, settings=Settings(**settings))

    def days_later(self, days: int) -> Shop:
        return replace(self, now=self.now + timedelta(days=days))

    def audited(self) -> list[dict[str, object]]:
        with self.home.bot() as connection:
            return [dict(row) for row in connection.execute("SELECT * FROM audit ORDER BY audit_id")]


@pytest.fixture
def shop(shop_home: Home, kept_shop_home: Home) -> Shop:
    """The shop with a model, at noon of the day of its latest order; do not train it."""
    return Shop(BorrowedModels(shop_home.path, kept_shop_home))


@pytest.fixture(scope="session")
def kept_valued_home(kept_shop_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The shop with a model of what users are worth: only read it, or take `valued`."""
    from predictor.value import train_valuer

    path = tmp_path_factory.mktemp("values") / "home"
    shutil.copytree(kept_shop_home.path, path)
    home = Home(path)
    with home.store() as connection:
        train_valuer(connection, home.models, as_of=None, active_days=90)
    return home


@pytest.fixture
def valued(kept_valued_home: Home, tmp_path: Path) -> Shop:
    """A copy of it."""
    shutil.copytree(kept_valued_home.path, tmp_path / "valued")
    return Shop(BorrowedModels(tmp_path / "valued", kept_valued_home))


@pytest.fixture
def own_shop(shop_home: Home) -> Shop:
    """The same to train on."""
    return Shop(shop_home)


@pytest.fixture
def empty_shop(home: Home) -> Shop:
    """A shop without an order."""
    return Shop(home)


@dataclass
class Program:
    """The `opsbot` program over one home, in this process."""

    home: Path

    def __call__(self, *arguments: object, stdin: str | None = None, code: int = 0) -> Result:
        """What it printed; the exit code has to be `code`."""
        return self.bare("--home", self.home, *arguments, stdin=stdin, code=code)

    def bare(self, *arguments: object, stdin: str | None = None, code: int = 0) -> Result:
        """The same without --home."""
        result = CliRunner(catch_exceptions=False).invoke(main, [str(one) for one in arguments], input=stdin)
        assert result.exit_code == code, (result.exit_code, result.stdout, result.stderr)
        return result

    def json(self, *arguments: object, code: int = 0) -> dict[str, Any]:
        """The one JSON object that --json prints on standard output."""
        return one_object(self(*arguments, "--json", code=code).stdout)


@pytest.fixture
def program(shop_home: Home) -> Program:
    """The program over the trained shop."""
    return Program(shop_home.path)


@pytest.fixture
def fresh_program(tmp_path: Path) -> Program:
    """The program over a home that is not there yet."""
    return Program(tmp_path / "fresh")


def one_object(text: str) -> dict[str, Any]:
    """`text` as one JSON object on one line and nothing else; NaN is refused."""
    assert text.endswith("\n") and text.count("\n") == 1, text
    value = json.loads(text, parse_constant=_refused)
    assert isinstance(value, dict)
    return value


def _refused(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def process(
    arguments: Sequence[object],
    *,
    code: int = 0,
    stdin: bytes = b"",
    cwd: Path | None = None,
    **environment: str,
) -> subprocess.CompletedProcess[bytes]:
    """The real program in a process of its own; warnings are errors there, too."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "bot.cli", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        timeout=120,
        check=False,
    )
    assert run.returncode == code, (run.returncode, run.stdout.decode(), run.stderr.decode())
    return run
