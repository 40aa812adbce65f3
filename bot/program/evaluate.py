"""`opsbot evaluate`: the back-test as a table."""

from __future__ import annotations

from typing import Any

import click

from bot.program.output import desk_of, json_option, print_json, progress

COLUMNS = ("auroc", "average_precision", "top_decile_lift", "accuracy", "brier", "ece")


GROUPS = {
    "one_order": "one order",
    "two_to_four": "2 to 4 orders",
    "five_or_more": "5 orders or more",
    "lowest_third": "least money spent: a third",
    "middle_third": "the middle third",
    "highest_third": "most money spent: a third",
}


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
        rows.append([name, *_cells(figures), _with_interval(figures["gain"]["auroc"], "{:+.3f}")])
    lines = _in_columns([names, *rows])
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
            *_groups(summary["groups"]),
            "",
            f"accuracy of always saying the more frequent answer: {_figure(metrics['majority_accuracy'])};"
            f" ece that chance alone would give: {_figure(metrics['ece_floor'])};"
            f" flagged from {summary['flag_at']:.2f} on: recall {_figure(metrics['recall'])}",
            "gain: opsbot minus the model of that row, with its 95 % interval over users",
        ]
    )


def _groups(groups: list[dict[str, Any]]) -> list[str]:
    names = ["users of", "scores", "no order", "expected", "auroc", "brier", "ece", "by chance"]
    rows = [
        [
            GROUPS[each["group"]],
            f"{each['users']:,}",
            f"{each['churned'] / each['users']:.3f}",
            _figure(each["mean_probability"]),
            _with_interval(each["auroc"], "{:.3f}"),
            *(_figure(each[name]) for name in ("brier", "ece", "ece_floor")),
        ]
        for each in groups
    ]
    return _in_columns([names, *rows])


def _in_columns(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _with_interval(figures: dict[str, float | None], form: str) -> str:
    if figures["mean"] is None:
        return "–"
    mean, low, high = (form.format(figures[name]) for name in ("mean", "low", "high"))
    return f"{mean} [{low}, {high}]"


def _cells(figures: dict[str, Any]) -> list[str]:
    return [_figure(figures[name]) for name in COLUMNS]


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
