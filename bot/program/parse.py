"""`opsbot parse`: what texts are understood as, without a store."""

from __future__ import annotations

import io
import sys

import click

from bot.program.output import print_json


@click.command()
@click.argument("text", required=False)
def parse(text: str | None) -> None:
    """Print what TEXT, or each line of standard input, is understood as."""
    from bot.registry import commands
    from bot.understanding import understand

    known = commands()
    lines = (
        [text]
        if text is not None
        else (line.rstrip("\r\n") for line in io.TextIOWrapper(sys.stdin.buffer, "utf-8", errors="replace"))
    )
    for line in lines:
        print_json(understand(line, known).as_json())
