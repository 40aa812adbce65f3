"""`opsbot ask`: one question, one reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.program.output import ROLE, desk_of, json_option, print_json

if TYPE_CHECKING:
    from bot.command import Role


@click.command()
@click.argument("text")
@ROLE
@click.option("--yes", is_flag=True, help="Confirm what would ask for a confirming button.")
@json_option
@click.pass_context
def ask(ctx: click.Context, text: str, role: Role, yes: bool, as_json: bool) -> None:
    """Ask one question: opsbot ask "churn risk for user 42"."""
    from bot.assistant import Asked, Assistant
    from bot.i18n import using
    from bot.render import plain

    assistant = Assistant(desk_of(ctx))
    reply = assistant.ask(Asked(text, role, confirmed=yes))
    with using(assistant.language(text)):
        shown = plain(reply)
    if as_json:
        print_json(reply.as_json(shown))
    if reply.failure:
        click.echo(shown, err=True)
        ctx.exit(1)
    if not as_json:
        click.echo(shown)
