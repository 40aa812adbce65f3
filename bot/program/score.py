"""`opsbot score`: the scores of all active users, as CSV."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.program.output import AS_OF, desk_of, say_if_later, write_whole

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from datetime import date
    from typing import TextIO

    from bot.desk import Desk


@click.command()
@click.option(
    "--task",
    type=click.Choice(["churn", "recommend"]),
    default="churn",
    show_default=True,
    help="What is scored.",
)
@AS_OF
@click.option(
    "--k",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    metavar="N",
    help="How many items for each user (task recommend).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write here instead of standard output.",
)
@click.pass_context
def score(ctx: click.Context, task: str, as_of: date | None, k: int, out: Path | None) -> None:
    """Write the scores of all users active at DATE as CSV.

    Task churn: user_id,probability, the highest first. Task recommend: user_id,rank,item_id,score, the K best
    items of each user. With --as-of the model is the newest that was trained on what was known by then, with
    its own horizon and active days; otherwise the promoted one.
    """
    desk = desk_of(ctx)
    with desk.store() as connection:
        last = desk.as_of(connection)
        if task == "churn":
            said = _churn(desk, connection, as_of, last, out)
        else:
            said = _recommend(desk, connection, as_of, last, k, out)
    click.echo(said, err=True)
    say_if_later(as_of or last, last)


def _churn(
    desk: Desk, connection: sqlite3.Connection, as_of: date | None, last: date, out: Path | None
) -> str:
    from predictor.scoring import model_known_at, promoted_model, score_everybody

    day = as_of or last
    record = promoted_model(connection) if as_of is None else model_known_at(connection, as_of)
    scores = score_everybody(connection, desk.home.models, record, day, now=as_of is None)
    pairs = zip(scores.table.user_ids.tolist(), scores.probability.tolist(), strict=True)
    highest_first = sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
    _write(out, ("user_id", "probability"), ((user_id, repr(p)) for user_id, p in highest_first))
    return (
        f"model {record.version} ({record.stage}), trained as of {record.as_of}; scores as of {day}:"
        f" probability of no order within {record.horizon_days} days"
        f" for {len(scores.table):,} users who ordered in the last {record.active_days} days"
    )


def _recommend(
    desk: Desk, connection: sqlite3.Connection, as_of: date | None, last: date, k: int, out: Path | None
) -> str:
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
        write(click.get_text_stream("stdout"))
    else:
        write_whole(out, write_file)
