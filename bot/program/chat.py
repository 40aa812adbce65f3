"""`opsbot chat`: the conversation in the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from bot.i18n import _
from bot.program.output import ROLE, desk_of

if TYPE_CHECKING:
    from bot.command import Role
    from bot.desk import Desk


@click.command()
@ROLE
@click.pass_context
def chat(ctx: click.Context, role: Role) -> None:
    """Chat in the terminal over the home's store; a number presses a button, `exit` leaves."""
    converse(desk_of(ctx), role)


def converse(desk: Desk, role: Role) -> None:
    """A conversation on standard input and output."""
    from functools import partial

    from bot.assistant import Assistant
    from bot.reading_reply import warm_up_beside
    from bot.transports.console import Console

    if sys.stdin.isatty():
        import contextlib

        with contextlib.suppress(ImportError):  # line editing and history, where the platform has it
            import readline  # noqa: F401
        click.echo(_("Type a question, such as “who is at risk”; a number presses a button; exit leaves."))
    # What loads for seconds begins behind the first answer, which it would slow down.
    Console(Assistant(desk), role, after_first=partial(warm_up_beside, desk)).run()
