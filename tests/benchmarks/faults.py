"""The fault run and the fuzz run of the Telegram transport in full: what failed, and what came of it."""

from __future__ import annotations

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.desk import Desk
from bot.transports.telegram.app import TelegramBot
from predictor.training import train
from storage.database import Home
from tests.bot.conftest import NOON
from tests.bot.transports.telegram import fault_run, fuzz_run
from tests.bot.transports.telegram.conftest import Running, settings_for
from tests.bot_api import BotApi
from tests.conftest import SHOP_HORIZON, small_shop, write

QUESTIONS = 500
UPDATES = 2000


class Errors(logging.Handler):
    """Counts what the log has of errors, by their first line."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        self.found[record.getMessage().splitlines()[0]] += 1


@contextmanager
def bot(home: Home, **settings: Any) -> Iterator[tuple[BotApi, Running]]:
    """A server with the bot on it; the caller stops the bot."""
    with BotApi() as api:
        running = Running(TelegramBot(Desk(home, settings_for(api, **settings), now=lambda: NOON)))
        try:
            api.wait_for(lambda: api.polled, 60, "the bot to start")
            yield api, running
        finally:
            running.stop()


def faults(home: Home, questions: int, seed: int) -> tuple[list[tuple[str, str]], bool]:
    """The rows of the fault run, and whether all came as it should."""
    with bot(home, operators=",".join(map(str, fault_run.operator_ids()))) as (api, running):
        run = fault_run.fault_run(api, questions, running.stop, seed)
    rows = [
        ("questions", f"{run.questions} from {len(run.conversations)} operators"),
        ("failures", ", ".join(f"{count} {kind}" for kind, count in run.injected.most_common())),
        ("messages with an answer", f"{run.answers}"),
        ("unanswered", f"{run.unanswered}"),
        ("answered twice, though the first was known to arrive", f"{run.answered_twice}"),
        ("chats out of order", f"{run.out_of_order}"),
        ("seconds", f"{run.seconds:.0f}"),
    ]
    return rows, (run.unanswered, run.answered_twice, run.out_of_order) == (0, 0, 0)


def fuzz(home: Home, updates: int, seed: int) -> tuple[list[tuple[str, str]], bool]:
    """The rows of the fuzz run, and whether all went as it should."""
    errors = Errors()
    logging.getLogger().addHandler(errors)
    try:
        with bot(home, **fuzz_run.settings()) as (api, running):
            run = fuzz_run.fuzz_run(api, home, updates, running.stop, seed)
    finally:
        logging.getLogger().removeHandler(errors)
    rows = [
        ("hostile updates", f"{run.updates}"),
        ("messages of the bot", f"{run.answers}"),
        ("buttons forged or stolen", f"{run.presses}, unanswered {len(run.unanswered_presses)}"),
        ("most that a stranger heard", f"{max(run.heard.values())}"),
        ("errors in the log", f"{errors.found.total()}"),
        ("operators answered afterwards", f"{run.answers_afterwards} of {len(fuzz_run.OPERATOR_IDS)}"),
        ("seconds", f"{run.seconds:.0f}"),
    ]
    good = (
        not run.unanswered_presses
        and max(run.heard.values()) == 1
        and not errors.found
        and run.answers_afterwards == len(fuzz_run.OPERATOR_IDS)
    )
    return rows, good


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--updates", type=int, default=UPDATES)
    options = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    with TemporaryDirectory(prefix="opsbot-faults-") as folder:
        home = Home(Path(folder) / "home").create()
        print("training the small shop …", file=sys.stderr)
        with home.store() as connection:
            write(connection, small_shop())
            train(connection, home.models, horizon_days=SHOP_HORIZON)
        results = [faults(home, options.questions, options.seed), fuzz(home, options.updates, options.seed)]
    for rows, good in results:
        width = max(len(name) for name, _ in rows)
        print("\n".join(f"{name.ljust(width)}  {value}" for name, value in rows))
        print("reached\n" if good else "NOT reached\n")
    return 0 if all(good for _, good in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
