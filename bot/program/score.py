"""`opsbot score`: the scores of all active users, as CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.program.output import AS_OF, desk_of, progress, say_if_later, write_whole

if TYPE_CHECKING:
    from datetime import date


@click.command()
@click.option(
    "--task", type=click.Choice(["churn"]), default="churn", show_default=True, help="What is scored."
)
@AS_OF
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write here instead of standard output.",
)
@click.pass_context
def score(ctx: click.Context, task: str, as_of: date | None, out: Path | None) -> None:
    """Write user_id,probability of all users active at DATE, the highest first.

    With --as-of the model is the newest that was trained on what was known by then, with its own
    horizon and active days; otherwise the promoted one.
    """
    from predictor.scoring import model_known_at, prepare_scoring, promoted_model, score_everybody

    desk = desk_of(ctx)
    with desk.store() as connection:
        last = desk.as_of(connection)
        day = as_of or last
        record = promoted_model(connection) if as_of is None else model_known_at(connection, as_of)
        prepare_scoring(connection, desk.home.models, record, desk.families(connection), progress)
        scores = score_everybody(connection, desk.home.models, record, day, now=as_of is None)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["user_id", "probability"])
    pairs = zip(scores.table.user_ids.tolist(), scores.probability.tolist(), strict=True)
    writer.writerows((user_id, repr(p)) for user_id, p in sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
    if out is None:
        click.echo(text.getvalue(), nl=False)
    else:
        write_whole(out, lambda part: part.write_text(text.getvalue(), encoding="utf-8", newline=""))
    click.echo(
        f"model {record.version} ({record.stage}), trained as of {record.as_of}; scores as of {day}:"
        f" probability of no order within {record.horizon_days} days"
        f" for {len(scores.table):,} users who ordered in the last {record.active_days} days",
        err=True,
    )
    say_if_later(day, last)
