"""`opsbot features`: the feature table, for one's own notebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.program.output import AS_OF, desk_of, say_if_later, write_whole

if TYPE_CHECKING:
    from datetime import date


@click.command()
@AS_OF
@click.option("--labels", is_flag=True, help="Add `churned` where the label window is complete.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A .csv or .parquet file.",
)
@click.pass_context
def features(ctx: click.Context, as_of: date | None, labels: bool, out: Path) -> None:
    """Write the features of all users active at DATE, one row each, as CSV or Parquet.

    Behind the core features stand those of the optional families in the model that `score` would use at
    DATE, as that model makes them; without a model there are none.
    """
    if out.suffix not in (".csv", ".parquet"):
        raise click.BadParameter("name a file that ends in .csv or .parquet.", param_hint="--out")
    from predictor.feature_table import feature_table
    from predictor.labels import churned, window_end
    from predictor.scoring import model_for
    from predictor.training import definition_in_force
    from storage.snapshot import Snapshot

    desk = desk_of(ctx)
    with desk.store() as connection:
        last = desk.as_of(connection)
        snapshot = Snapshot(connection, as_of) if as_of else desk.snapshot(connection)
        definition = definition_in_force(
            snapshot, horizon_days=desk.settings.horizon_days, active_days=desk.settings.active_days
        )
        model = model_for(connection, desk.home.models, as_of)
        table = (
            model.table(snapshot, definition) if model is not None else feature_table(snapshot, definition)
        )
        frame = table.frame()
        complete = window_end(snapshot.as_of, definition) <= last
        if labels and complete:
            frame["churned"] = churned(snapshot, definition, table.user_ids.tolist())
    say_if_later(snapshot.as_of, last)
    write_whole(
        out,
        lambda part: (
            frame.to_csv(part, index=False) if out.suffix == ".csv" else frame.to_parquet(part, index=False)
        ),
    )
    click.echo(
        f"{out}: {len(frame):,} users × {frame.shape[1] - 1} columns, as of {snapshot.as_of},"
        f" horizon {definition.horizon_days}, active {definition.active_days}",
        err=True,
    )
    if labels and not complete:
        click.echo(
            f"No labels: the window ends on {window_end(snapshot.as_of, definition)},"
            f" and orders go through {last}.",
            err=True,
        )
