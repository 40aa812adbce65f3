"""`opsbot score`: the scores of all active users, as CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.program.output import AS_OF, desk_of, progress, say_if_later, write_whole

if TYPE_CHECKING:
    import sqlite3
    from datetime import date
    from typing import TextIO

    from bot.desk import Desk
    from storage.model_store import ModelRecord

ITEMS = 10  # recommended to each user, where not said


@click.command()
@click.option(
    "--task",
    type=click.Choice(["churn", "promo", "recommend", "value"]),
    default="churn",
    show_default=True,
    help="What is scored.",
)
@AS_OF
@click.option(
    "--k",
    type=click.IntRange(min=1),
    metavar="N",
    help="Only the first N users (default: all), or N items for each (recommend; default: 10).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write here instead of standard output.",
)
@click.pass_context
def score(ctx: click.Context, task: str, as_of: date | None, k: int | None, out: Path | None) -> None:
    """Write the scores of all users active at DATE, the highest first.

    churn: user_id,probability. promo: user_id,score, by what past campaigns taught. recommend:
    user_id,rank,item_id,score, user by user, what each is most likely to buy. value:
    user_id,expected_orders,expected_cents over 365 days, net of returns. With --as-of the model is the
    newest that was trained on what was known by then, with its own horizon and active days; otherwise the
    promoted one.
    """
    desk = desk_of(ctx)
    with desk.store() as connection:
        last = desk.as_of(connection)
        if task == "recommend":
            said = _recommend(desk, connection, as_of, last, k or ITEMS, out)
        elif task == "value":
            said = _value(desk, connection, as_of, last, k, out)
        else:
            said = _of_users(task, desk, connection, as_of, last, k, out)
    click.echo(said, err=True)
    say_if_later(as_of or last, last)


def _of_users(
    task: str,
    desk: Desk,
    connection: sqlite3.Connection,
    as_of: date | None,
    last: date,
    k: int | None,
    out: Path | None,
) -> str:
    """Write a number for each user; returns what was written."""
    from predictor.scoring import model_known_at, promoted_model

    day = as_of or last
    record = promoted_model(connection) if as_of is None else model_known_at(connection, as_of)
    score_task = _churn if task == "churn" else _promo
    scored = score_task(desk, connection, record, day, as_of is None)
    ordered = sorted(scored.pairs, key=lambda pair: (-pair[1], pair[0]))
    _write(out, ("user_id", scored.column), ((user_id, repr(number)) for user_id, number in ordered[:k]))
    return (
        f"model {record.version} ({record.stage}), trained as of {record.as_of}; scores as of {day}:"
        f" {scored.said} for {len(scored.pairs):,} users who ordered in the last {record.active_days} days"
    )


def _recommend(
    desk: Desk, connection: sqlite3.Connection, as_of: date | None, last: date, k: int, out: Path | None
) -> str:
    """Write the `k` best items of each user; returns what was written."""
    from predictor.recommendations import recommend_everybody, recommender_in_use, recommender_known_at

    day = as_of or last
    record = recommender_in_use(connection) if as_of is None else recommender_known_at(connection, as_of)
    ranked = recommend_everybody(connection, desk.home.models, record, day, k, now=as_of is None)
    _write(
        out,
        ("user_id", "rank", "item_id", "score"),
        ((user_id, rank, item_id, repr(chance)) for user_id, rank, item_id, chance in ranked),
    )
    return (
        f"model {record.version} ({record.stage}), trained as of {record.as_of}; recommendations as of {day}:"
        f" score is the chance of buying the item within {record.horizon_days} days,"
        f" for users who ordered in the last {record.active_days} days"
    )


def _value(
    desk: Desk,
    connection: sqlite3.Connection,
    as_of: date | None,
    last: date,
    k: int | None,
    out: Path | None,
) -> str:
    """Write what each user is expected to order and spend; returns what was written."""
    from itertools import islice

    from predictor.value import value_everybody, valuer_in_use, valuer_known_at

    day = as_of or last
    record = valuer_in_use(connection) if as_of is None else valuer_known_at(connection, as_of)
    values = value_everybody(connection, desk.home.models, record, day, now=as_of is None)
    _write(
        out,
        ("user_id", "expected_orders", "expected_cents"),
        ((user_id, repr(orders), repr(cents)) for user_id, orders, cents in islice(values, k)),
    )
    return (
        f"model {record.version} ({record.stage}), trained as of {record.as_of}; values as of {day}:"
        f" expected orders and net cents within {record.horizon_days} days,"
        f" for users who ordered in the last {record.active_days} days"
    )


def _write(out: Path | None, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Rows as CSV, one after the other: to a file that is whole or not there, or to standard output."""

    def write(file: TextIO) -> None:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)

    def write_file(part: Path) -> None:
        with part.open("w", encoding="utf-8", newline="") as file:
            write(file)

    if out is None:
        write(sys.stdout)
    else:
        write_whole(out, write_file)


@dataclass(frozen=True)
class _Scored:
    """Users with a number each, what the number is called in the file, and what it means."""

    column: str
    pairs: Sequence[tuple[str, float]]
    said: str


def _churn(desk: Desk, connection: sqlite3.Connection, record: ModelRecord, day: date, now: bool) -> _Scored:
    from predictor.scoring import prepare_scoring, score_everybody

    prepare_scoring(connection, desk.home.models, record, desk.families(connection), progress)
    scores = score_everybody(connection, desk.home.models, record, day, now=now)
    pairs = list(zip(scores.table.user_ids.tolist(), scores.probability.tolist(), strict=True))
    return _Scored("probability", pairs, f"probability of no order within {record.horizon_days} days")


def _promo(desk: Desk, connection: sqlite3.Connection, record: ModelRecord, day: date, now: bool) -> _Scored:
    from predictor.definition import definition_of
    from predictor.promo import promo_scores
    from storage.snapshot import Snapshot, as_now

    snapshot = as_now(connection, day) if now else Snapshot(connection, day)
    ranking, pairs = promo_scores(snapshot, definition_of(record))
    said = {
        "uplift": "orders that a message adds, learned from campaigns with a holdout,",
        "response": f"probability of a response, learned from {ranking.contacts:,} messages,",
        "value": "no past campaign to learn from: probability of an order x its value in cents",
    }[ranking.method]
    return _Scored("score", pairs, said)
