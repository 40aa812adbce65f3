"""`opsbot score`: the scores of all active users, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.program.output import AS_OF, desk_of, progress, say_if_later, write_whole

if TYPE_CHECKING:
    import sqlite3
    from datetime import date

    from bot.desk import Desk
    from storage.model_store import ModelRecord


@click.command()
@click.option(
    "--task",
    type=click.Choice(["churn", "promo"]),
    default="churn",
    show_default=True,
    help="What is scored.",
)
@AS_OF
@click.option("--k", type=click.IntRange(min=1), metavar="N", help="Only the first N users (default: all).")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write here instead of standard output.",
)
@click.pass_context
def score(ctx: click.Context, task: str, as_of: date | None, k: int | None, out: Path | None) -> None:
    """Write user_id,probability (churn) or user_id,score (promo) of users active at DATE, the highest first.

    With --as-of the model is the newest that was trained on what was known by then, with its own
    horizon and active days; otherwise the promoted one. promo ranks by what past campaigns taught, with the
    horizon and active days of that model; --k keeps the first N only.
    """
    from predictor.scoring import model_known_at, promoted_model

    desk = desk_of(ctx)
    with desk.store() as connection:
        last = desk.as_of(connection)
        day = as_of or last
        record = promoted_model(connection) if as_of is None else model_known_at(connection, as_of)
        score_task = {"churn": _churn, "promo": _promo}[task]
        scored = score_task(desk, connection, record, day, as_of is None)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["user_id", scored.column])
    ordered = sorted(scored.pairs, key=lambda pair: (-pair[1], pair[0]))
    writer.writerows((user_id, repr(number)) for user_id, number in ordered[:k])
    if out is None:
        click.echo(text.getvalue(), nl=False)
    else:
        write_whole(out, lambda part: part.write_text(text.getvalue(), encoding="utf-8", newline=""))
    click.echo(
        f"model {record.version} ({record.stage}), trained as of {record.as_of}; scores as of {day}:"
        f" {scored.said} for {len(scored.pairs):,} users who ordered in the last {record.active_days} days",
        err=True,
    )
    say_if_later(day, last)


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
