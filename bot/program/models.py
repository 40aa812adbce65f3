"""`opsbot models`: the versions there are, and which one is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bot.program.output import desk_of, json_option, print_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from storage.model_store import ModelRecord


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def models(ctx: click.Context, as_json: bool) -> None:
    """List the models with their cards, promote one, or go back to the one before."""
    if ctx.invoked_subcommand is None:
        _list(ctx, as_json)


@models.command("list")
@json_option
@click.pass_context
def list_models(ctx: click.Context, as_json: bool) -> None:
    """All models, the newest first."""
    _list(ctx, as_json)


@models.command()
@click.argument("version", type=int)
@json_option
@click.pass_context
def promote(ctx: click.Context, version: int, as_json: bool) -> None:
    """Put model VERSION in use."""
    from bot.program.audited import audited
    from storage import model_store

    desk = desk_of(ctx)
    with audited(desk, "promote"), desk.store() as connection:
        model_store.load_parts(model_store.by_version(connection, version), desk.home.models)
        _say(model_store.promote(connection, version), as_json)


@models.command()
@click.option(
    "--task",
    type=click.Choice(["churn", "recommend", "value"]),
    default="churn",
    show_default=True,
    help="Whose model goes back.",
)
@json_option
@click.pass_context
def rollback(ctx: click.Context, task: str, as_json: bool) -> None:
    """Put the last retired model of a task back in use."""
    from bot.program.audited import audited
    from storage import model_store

    desk = desk_of(ctx)
    with audited(desk, "rollback"), desk.store() as connection:
        _say(model_store.rollback(connection, task), as_json)


def _list(ctx: click.Context, as_json: bool) -> None:
    from storage import model_store

    with desk_of(ctx).store() as connection:
        records = model_store.every(connection)
        first_step = "" if records else _first_step(connection)
    if as_json:
        print_json({"ok": True, "models": [_card(record) for record in records]})
        return
    if first_step:
        click.echo(first_step)
    for record in records:
        click.echo(
            f"{record.version:>4}  {record.task:<9}  {record.stage:<9}  as of {record.as_of}"
            f"  horizon {record.horizon_days}, active {record.active_days}  {_figures(record)}"
        )


def _first_step(connection: sqlite3.Connection) -> str:
    """What has to be done before there is a model."""
    from bot.assistant import sentences
    from bot.i18n import joined
    from predictor.scoring import promoted_model
    from storage.errors import OpsbotError

    try:
        promoted_model(connection)
    except OpsbotError as error:
        return joined(*sentences(error))
    return ""


def _say(record: ModelRecord, as_json: bool) -> None:
    if as_json:
        print_json({"ok": True, "model": _card(record)})
    else:
        click.echo(
            f"Model {record.version} ({record.task}) is in use: trained as of {record.as_of},"
            f" horizon {record.horizon_days} days."
        )


def _card(record: ModelRecord) -> dict[str, Any]:
    return {**vars(record), "card": dict(record.card)}


def _figures(record: ModelRecord) -> str:
    """How good it is, in the measures of its task."""
    card = record.card
    if record.task == "recommend":
        return (
            f"hit rate {_figure(card['hit_rate'])}  own items {_figure(card['hit_rate_own_items'])}"
            f"  popular items {_figure(card['hit_rate_popular'])}"
        )
    if record.task == "value":
        return (
            f"orders: MAE {_figure(card['orders_mae'])}  Spearman {_figure(card['orders_spearman'])}"
            f"  money: Spearman {_figure(card['cents_spearman'])}"
            f"  within interval {_figure(card['interval_coverage'])}"
        )
    return (
        f"AUROC {_figure(card['metrics']['auroc'])}  Brier {_figure(card['metrics']['brier'])}"
        + _beside_another(card.get("compared"))
    )


def _beside_another(compared: Mapping[str, Any] | None) -> str:
    """The same of the model it had to beat, on the dates that both were tested on."""
    if compared is None:
        return ""
    ours, theirs = compared["candidate"], compared["current"]
    return (
        f"  (same {len(compared['dates'])} dates as model {compared['version']}:"
        f" AUROC {_figure(ours['auroc'])} / {_figure(theirs['auroc'])},"
        f" Brier {_figure(ours['brier'])} / {_figure(theirs['brier'])})"
    )


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
