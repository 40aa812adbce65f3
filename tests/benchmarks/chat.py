"""From update to reply: how long operators wait for "churn risk for user N", idle and during a training.

The bot is a process of its own over a store of 100,000 users; the Bot API server of the tests runs here.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bot.settings import PREFIX
from storage import alerts
from storage.alerts import Wish
from storage.database import Home
from tests.benchmarks.large_shop import USERS, write_large_shop
from tests.bot_api import BotApi, Message, Person

ADMIN_ID = 1001
FIRST_OPERATOR_ID = 2001
WARM_UP_SECONDS = 2.0
TRAINING_RATIO_AIM = 3.0
LOOK_SECONDS = 0.002


@dataclass(frozen=True)
class Load:
    """So many operators, who think so long (seconds, from and to) between an answer and the next question."""

    operators: int
    think: tuple[float, float] = (0.2, 1.0)

    @property
    def name(self) -> str:
        return f"{self.operators} (think {self.think[0]:g}–{self.think[1]:g} s)"


# Fifty who think for less than a second ask more than the 30 messages a second that Telegram lets through.
LOADS = (Load(1), Load(10), Load(50, (2.0, 4.0)), Load(50))


@dataclass(frozen=True)
class Measured:
    """Seconds from update to reply under one load, how many answers a second that made, and what the
    training beside it got of one core (0 to 1): a training that others starve is no load.
    """

    load: Load
    training: bool
    seconds: Sequence[float]
    per_second: float
    training_share: float

    @property
    def p50(self) -> float:
        return float(np.quantile(self.seconds, 0.5))

    @property
    def p95(self) -> float:
        return float(np.quantile(self.seconds, 0.95))


@dataclass
class Asker:
    """One operator: asks, waits for the answer, thinks, asks again."""

    person: Person
    due: float
    question: Message | None = None
    waits: list[tuple[float, float]] = field(default_factory=list)

    def step(self, now: float, users: Sequence[str], think: tuple[float, float]) -> None:
        history = self.person.private.history
        if self.question is None:
            if now >= self.due:
                self.question = self.person.says(f"churn risk for user {random.choice(users)}")
        elif next(reversed(history)) != self.question.message_id:
            answer = history[next(reversed(history))]
            self.waits.append((self.question.at, answer.at - self.question.at))
            self.due, self.question = answer.at + random.uniform(*think), None


def measure(
    api: BotApi, people: Sequence[Person], users: Sequence[str], load: Load, seconds: float
) -> tuple[list[float], float]:
    """The waits of the operators, without those of the first moments, and answers a second."""
    start = time.monotonic()
    askers = [Asker(person, start + random.uniform(0, load.think[1])) for person in people[: load.operators]]
    while (now := time.monotonic()) < start + WARM_UP_SECONDS + seconds:
        for asker in askers:
            asker.step(now, users, load.think)
        time.sleep(LOOK_SECONDS)
    waits = [wait for asker in askers for at, wait in asker.waits if at > start + WARM_UP_SECONDS]
    api.wait_for(lambda: all(_has_answer(asker) for asker in askers), 60, "the last answers")
    return waits, len(waits) / seconds


def _has_answer(asker: Asker) -> bool:
    history = asker.person.private.history
    return asker.question is None or next(reversed(history)) != asker.question.message_id


@contextmanager
def bot(api: BotApi, home: Path, operators: int) -> Iterator[subprocess.Popen[bytes]]:
    """`opsbot telegram` on that server, until it has stopped on SIGTERM."""
    settings = {
        "TELEGRAM_TOKEN": api.token,
        "TELEGRAM_API": api.root,
        "ADMINS": str(ADMIN_ID),
        "OPERATORS": ",".join(str(FIRST_OPERATOR_ID + number) for number in range(operators)),
        "QUESTIONS_PER_MINUTE": "1000",
    }
    environment = {**os.environ, **{PREFIX + name: value for name, value in settings.items()}}
    with Home(home).bot() as connection:  # its answers are what is measured
        alerts.wish(connection, Wish(str(ADMIN_ID), "", "off", "en"))
    process = subprocess.Popen([*_opsbot(home), "telegram"], env=environment)
    try:
        api.wait_for(lambda: api.polled, 60, "the bot to start")
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        if process.wait(60) != 0:
            raise RuntimeError(f"the bot ended with exit code {process.returncode}")


def _cpu_of_children(process: subprocess.Popen[bytes]) -> float:
    """CPU-seconds that the living child processes have used; 0 where the system does not tell."""
    try:
        tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
        children = [child for task in tasks for child in task.read_text().split()]
        stats = [Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split() for child in children]
    except OSError:
        return 0.0
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


def _opsbot(home: Path) -> list[str]:
    return [sys.executable, "-m", "bot.cli", "--home", str(home)]


@dataclass
class Training:
    """Training by message, started anew where it is over."""

    api: BotApi
    admin: Person
    started: Message | None = None

    def keep_running(self) -> None:
        chat = self.admin.private
        if self.started is not None and chat.from_bot[-1] is self.started:
            return
        self.admin.says("train")
        chat.skip()
        self.admin.presses(chat.next_message(60), "Yes")
        self.started = chat.next_message(60)
        # The process of its own has to be at work before anything is measured.
        self.api.wait_for(lambda: self.started and self.started.edits, 60, "the first progress")

    def end(self) -> None:
        """Cancel what still runs."""
        self.admin.private.skip()
        self.admin.says("cancel")
        self.admin.private.next_message(60)


def run(home: Path, users: Sequence[str], seconds: float, loads: Sequence[Load] = LOADS) -> list[Measured]:
    """All loads, idle and then during a training."""
    most = max(load.operators for load in loads)
    results = []
    with BotApi() as api:
        admin = api.person(ADMIN_ID, "Ada")
        people = [api.person(FIRST_OPERATOR_ID + number, f"Operator {number}") for number in range(most)]
        training = Training(api, admin)
        with bot(api, home, most) as process:
            people[0].says(f"churn risk for user {users[0]}")
            people[0].private.next_message(60)  # the model is read now
            for trains in (False, True):
                for load in loads:
                    if trains:
                        training.keep_running()
                    print(f"{load.name}{' during a training' if trains else ''} …", file=sys.stderr)
                    before, started = _cpu_of_children(process), time.monotonic()
                    waits, per_second = measure(api, people, users, load, seconds)
                    share = (_cpu_of_children(process) - before) / (time.monotonic() - started)
                    results.append(Measured(load, trains, waits, per_second, max(share, 0.0)))
            training.end()
    return results


def report(results: Sequence[Measured], shop: str) -> str:
    """The figures as Markdown, which a terminal shows as well."""
    heads = ("idle p50", "idle p95", "idle/s", "training p50", "training p95", "training/s", "p95 ratio")
    rows = [["operators", *heads, "training's CPU"]]
    for idle in (one for one in results if not one.training):
        busy = next(one for one in results if one.training and one.load == idle.load)
        times = [_ms(idle.p50), _ms(idle.p95), f"{idle.per_second:.1f}"]
        times += [_ms(busy.p50), _ms(busy.p95), f"{busy.per_second:.1f}"]
        rows.append([idle.load.name, *times, f"{busy.p95 / idle.p95:.2f}", f"{busy.training_share:.0%}"])
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    rows.insert(1, ["-" * width for width in widths])
    table = "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    )
    worst = max(
        (busy.p95 / idle.p95)
        for idle in results
        for busy in results
        if not idle.training and busy.training and idle.load == busy.load
    )
    reached = "reached" if worst <= TRAINING_RATIO_AIM else "NOT reached"
    return (
        f"From update to reply, “churn risk for user N”; {shop},"
        f" {os.cpu_count()} CPU cores shared with the measuring program.\n\n{table}\n\n"
        f"- {reached}: during a training, p95 is {worst:.2f} <= {TRAINING_RATIO_AIM:g} times that of idle\n"
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=18, help="how long each load is measured")
    parser.add_argument("--home", type=Path, help="keep the shop there, and use it again")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="opsbot-chat-") as folder:
        home = Home(options.home or Path(folder) / "home").create()
        lines, users = _shop(home)
        shop = f"a store of {USERS:,} users and {lines:,} lines"
        print(report(run(home.path, users, options.seconds), shop), end="")
    return 0


def _shop(home: Home) -> tuple[int, list[str]]:
    """The filled store with a model; how many lines it has, and users to ask about."""
    with home.store() as connection:
        if connection.execute("SELECT COUNT(*) FROM models").fetchone()[0]:
            lines = connection.execute("SELECT COUNT(*) FROM lines").fetchone()[0]
            return int(lines), [str(number) for number in range(0, USERS, 99)]
        print("writing the orders …", file=sys.stderr)
        lines, users = write_large_shop(connection, date.today())
    subprocess.run([*_opsbot(home.path), "train"], check=True, stdout=subprocess.DEVNULL)
    return lines, users


if __name__ == "__main__":
    raise SystemExit(main())
