"""What the program prints: one JSON object or sentences on standard output, complaints on standard error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from datetime import date

    from bot.desk import Desk
    from storage.errors import OpsbotError

_JSON = "bot.json"


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--json`; whether it was given is also known to `complain`."""

    def remember(ctx: click.Context, _parameter: click.Parameter, value: bool) -> bool:
        ctx.meta[_JSON] = value
        return value

    return click.option(
        "--json", "as_json", is_flag=True, callback=remember, is_eager=True, help="Print one JSON object."
    )(function)


class Day(click.ParamType[Any, Any]):
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date; wrong usage where it is none."""
        from datetime import date

        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like 2026-06-30.", param, ctx)


AS_OF = click.option(
    "--as-of", type=Day(), metavar="DATE", help="What was known on that day (default: the latest)."
)


ROLE = click.option(
    "--as",
    "role",
    type=click.Choice(["operator", "admin"]),
    default="operator",
    show_default=True,
    help="Who asks.",
)


def desk_of(ctx: click.Context) -> Desk:
    """The desk of the home that the program was started with, settings checked."""
    import logging

    from bot.desk import Desk
    from bot.i18n import speak
    from bot.settings import home_folder, load
    from storage.database import Home

    folder = home_folder(ctx.obj and str(ctx.obj))
    settings = load(folder)
    if settings.language != "auto":
        speak(settings.language)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    return Desk(home=Home(folder), settings=settings, progress=progress)


def progress(step: str) -> None:
    """A line about what is being done, on standard error."""
    from bot.i18n import _

    click.echo(f"… {_(step)}", err=True)


def write_whole(out: Path, write: Callable[[Path], object]) -> None:
    """A file that is whole or not there: `write` fills a path beside it. Raises OutputFileError."""
    from storage.errors import OutputFileError

    part = out.with_name(out.name + ".part")
    try:
        write(part)
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputFileError(
            "{out} cannot be written: {problem}.",
            next_step="Name another file with --out.",
            out=out,
            problem=error.strerror or error,
        ) from error


def say_if_later(as_of: date, through: date) -> None:
    """A line on standard error where a day lies beyond the latest order."""
    if as_of > through:
        click.echo(
            f"Orders go through {through}; none is known of the {(as_of - through).days} days up to {as_of}.",
            err=True,
        )


def print_json(value: object) -> None:
    """One JSON object on standard output; NaN never gets in."""
    click.echo(json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain))


def complain(ctx: click.Context, error: OpsbotError) -> None:
    """The sentence on standard error, and with --json also as an object on standard output."""
    from bot.assistant import sentences
    from bot.i18n import joined

    message, next_step = sentences(error)
    click.echo(joined(message, next_step), err=True)
    if ctx.meta.get(_JSON):
        print_json({"ok": False, "error": {"kind": error.kind, "message": message, "next_step": next_step}})


def incident(number: str) -> OpsbotError:
    """What to say where the log has the details."""
    from storage.errors import OpsbotError

    return OpsbotError(
        "Something went wrong here (incident {incident}).",
        next_step="The log above has the details; try again, or tell who runs this machine.",
        incident=number,
    )


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
