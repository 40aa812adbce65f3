"""`opsbot evaluate`: the back-test as a table."""

from __future__ import annotations

from typing import Any

import click

from bot.program.output import desk_of, json_option, print_json, progress

COLUMNS = ("auroc", "average_precision", "top_decile_lift", "accuracy", "brier", "ece")


@click.command()
@json_option
@click.pass_context
def evaluate(ctx: click.Context, as_json: bool) -> None:
    """Test the model on several past dates, with simpler ones beside it.

    Each test date gets a model trained on what was known before it. Families of features that are optional
    are tried as in training; the last lines say what each gained and whether it is in.
    """
    from bot.model_words import family_lines
    from predictor.backtest import backtest
    from predictor.families.choice import choose
    from predictor.flag_threshold import set_threshold
    from predictor.labels import LabelledTables
    from predictor.training import MOST_USERS, calendar_of, definition_in_force, prepare
    from storage.snapshot import sampled

    desk = desk_of(ctx)
    with desk.store() as connection:
        snapshot = desk.snapshot(connection)
        definition = definition_in_force(
            snapshot, horizon_days=desk.settings.horizon_days, active_days=desk.settings.active_days
        )
        progress("testing on past dates")
        shop = sampled(snapshot, MOST_USERS)
        tables = LabelledTables(shop, definition)
        calendar = calendar_of(snapshot, definition)
        tested = backtest(calendar, tables)
        families = desk.families(connection)
        prepare(families, shop, progress)
        choice = choose(tested, calendar, tables, families)
        flag_at = set_threshold(connection, desk.settings.flag_at)
    tested = choice.tested
    summary = {
        "ok": True,
        "as_of": snapshot.as_of.isoformat(),
        **vars(definition),
        **tested.summary(tested.flag_threshold() if flag_at is None else flag_at, draws=400),
        "families": choice.summary(),
    }
    if as_json:
        print_json(summary)
    else:
        click.echo("\n".join([_table(summary), *family_lines(summary)]))


def _table(summary: dict[str, Any]) -> str:
    names = ["model", *COLUMNS, "gain in auroc"]
    rows = [["opsbot", *_cells(summary["metrics"]), ""]]
    for name, figures in summary["baselines"].items():
        gain = figures["gain"]["auroc"]
        shown = (
            "–" if gain["mean"] is None else f"{gain['mean']:+.3f} [{gain['low']:+.3f}, {gain['high']:+.3f}]"
        )
        rows.append([name, *_cells(figures), shown])
    widths = [max(len(row[i]) for row in (names, *rows)) for i in range(len(names))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (names, *rows)
    ]
    metrics = summary["metrics"]
    return "\n".join(
        [
            f"No order within {summary['horizon_days']} days, of users who ordered in the last"
            f" {summary['active_days']} days.",
            f"Means over {len(summary['test_dates'])} test dates ({', '.join(summary['test_dates'])});"
            f" {summary['users']:,} scores, {summary['churned']:,} placed no order.",
            "",
            *lines,
            "",
            f"accuracy of always saying the more frequent answer: {_figure(metrics['majority_accuracy'])};"
            f" ece that chance alone would give: {_figure(metrics['ece_floor'])};"
            f" flagged from {summary['flag_at']:.2f} on: recall {_figure(metrics['recall'])}",
            "gain: opsbot minus the model of that row, with its 95 % interval over users",
        ]
    )


def _cells(figures: dict[str, Any]) -> list[str]:
    return [_figure(figures[name]) for name in COLUMNS]


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
