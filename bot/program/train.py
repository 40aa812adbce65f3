"""`opsbot train`: learn from the orders, compare, promote or keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.program.output import AS_OF, desk_of, json_option, print_json, say_if_later

if TYPE_CHECKING:
    from datetime import date


@click.command()
@AS_OF
@click.option("--horizon", type=click.IntRange(1, 365), metavar="DAYS", help="Length of the label window.")
@click.option(
    "--active", type=click.IntRange(1, 1095), metavar="DAYS", help="Who ordered within these is scored."
)
@json_option
@click.pass_context
def train(
    ctx: click.Context, as_of: date | None, horizon: int | None, active: int | None, as_json: bool
) -> None:
    """Train the churn model on what was known at DATE, test it on past dates, promote or keep it."""
    from bot.program.audited import audited
    from bot.render import plain
    from bot.training_reply import run_training, trained_reply

    desk = desk_of(ctx)
    with desk.store() as connection:
        last = desk.as_of(connection)
    say_if_later(as_of or last, last)
    with audited(desk, "train"):
        trained = run_training(desk, as_of=as_of, horizon_days=horizon, active_days=active)
    reply = trained_reply(trained, desk)
    if as_json:
        attachments = [vars(each) for each in reply.attachments]
        print_json({"ok": True, **reply.facts, "attachments": attachments, "text": plain(reply)})
    else:
        click.echo(plain(reply))
