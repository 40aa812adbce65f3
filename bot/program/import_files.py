"""`opsbot import`: files into the store."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.program.output import desk_of, json_option, print_json
from storage.preset import preset_names

if TYPE_CHECKING:
    from storage.ingest import Progress


def _columns(_ctx: click.Context, _parameter: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    columns = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not (field and equals and column):
            raise click.BadParameter(f"{pair!r} is not field=column, such as user_id=customer.")
        columns[field] = column
    return columns


@click.command("import", epilog="\b\nPresets:\n" + "\n".join(f"  {name}" for name in preset_names()))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--table",
    metavar="T",
    help="lines, items, users, reviews, events or contacts (default: the one whose fields are there).",
)
@click.option(
    "--preset",
    metavar="P",
    help="The platform that a file comes from, where its header does not show it; see below.",
)
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="field=column",
    callback=_columns,
    help="Which column holds a field.",
)
@click.option("--tz", "timezone", metavar="ZONE", help="Zone of times that carry none (default: the shop's).")
@click.option("--date-format", metavar="F", help="Such as DD/MM/YYYY or %d/%m/%Y.")
@click.option("--currency", metavar="CODE", help="Such as EUR, where the file does not say.")
@click.option("--watch", "watching", is_flag=True, help="Import what comes into the inbox, until Ctrl-C.")
@json_option
@click.pass_context
def import_files(
    ctx: click.Context,
    files: tuple[Path, ...],
    table: str | None,
    preset: str | None,
    columns: dict[str, str],
    timezone: str | None,
    date_format: str | None,
    currency: str | None,
    watching: bool,
    as_json: bool,
) -> None:
    """Bring order lines, items, users, reviews, events or contacts into the store.

    FILES are CSV, JSON lines, Excel workbooks or Parquet. The exports of common platforms are known by their
    headers; files of one export that belong together are given together, as in
    `opsbot import orders.csv order_items.csv customers.csv`.

    What is said about a file with these options holds for files in the inbox with the same columns.
    """
    from bot.i18n import _
    from bot.import_reply import notice_text, result_lines
    from bot.program.audited import audited
    from bot.reading_reply import read_after_import
    from storage.errors import OpsbotError
    from storage.formats import open_source
    from storage.inbox import UNUSED
    from storage.ingest import import_file
    from storage.known_files import Said, remember
    from storage.opening import plan

    said = Said(table, columns, timezone, date_format, currency, preset)
    if watching:
        if files or as_json or said != Said():
            raise click.UsageError("--watch takes no files and no other options.")
        from bot.program.watch import watch

        watch(desk_of(ctx))
        return
    if not files:
        raise click.UsageError("Missing argument 'FILES...'.")
    desk = desk_of(ctx)
    options = said.options(desk.settings.timezone, desk.settings.currency)
    results = []
    with audited(desk, "import"):
        planned = plan({file: open_source(file) for file in files}, preset)
        for each in planned.imports:
            try:
                with _bar(each.path) as bar:
                    result = import_file(
                        desk.home,
                        each.path,
                        replace(options, beside=each.beside),
                        now=desk.now(),
                        progress=bar,
                        recognised=_show if sys.stderr.isatty() else None,
                        source=each.source,
                    )
            except OpsbotError:
                if len(planned.imports) > 1:
                    click.echo(_("{file} was not imported:").format(file=each.path.name), err=True)
                raise
            remember(desk.home, each.source.columns, said, desk.now())
            results.append(result)
            # Of several files a later one may fail: what was done before is said in any case.
            if not as_json or len(planned.imports) > 1:
                click.echo("\n".join(result_lines(each.path.name, result)), err=as_json)
    unused = [f"{file.name}: {notice_text(UNUSED)}" for file in planned.unused]
    for line in (*read_after_import(desk, results), *unused):
        click.echo(line, err=True)
    if as_json:
        shown = [result.as_json() for result in results]
        print_json(shown[0] if len(shown) == 1 else {"files": shown})


@contextmanager
def _bar(file: Path) -> Iterator[Progress]:
    """A progress bar on a terminal, nothing elsewhere; hears bytes done and bytes in all."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=1, label=file.name, file=sys.stderr, hidden=hidden) as bar:

        def advance(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield advance


def _show(table: str, columns: Mapping[str, str]) -> None:
    """What the columns were taken for, before it is done."""
    pairs = [name if name == column else f"{name} ← {column}" for name, column in columns.items()]
    # In the place of the bar, which is drawn again below.
    click.echo(f"\r\033[K{table}: {', '.join(pairs)}", err=True)
