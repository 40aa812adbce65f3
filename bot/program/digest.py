"""`opsbot digest`: what is due, sent through the ledger, for a machine without the running bot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bot.program.output import desk_of, json_option, print_json

if TYPE_CHECKING:
    import sqlite3

    from bot.desk import Desk
    from bot.reply import Reply


@click.command()
@click.option("--dry-run", is_flag=True, help="Show the digest as it would be now, and change nothing.")
@json_option
@click.pass_context
def digest(ctx: click.Context, dry_run: bool, as_json: bool) -> None:
    """Do the work of the night and send what is due by now: digests, saved questions, reminders.

    The running bot (`opsbot telegram`) does so by itself; this is for cron.
    """
    desk = desk_of(ctx)
    if dry_run:
        reply = preview(desk)
        from bot.render import plain

        shown = plain(reply)
        if as_json:
            print_json(reply.as_json(shown))
        else:
            click.echo(shown)
        return
    import asyncio

    from bot.program.telegram import hide_token, sole_bot

    with sole_bot(desk, "It sends what is due by itself."):
        from bot.transports.telegram.app import TelegramBot

        hide_token(desk)
        sent = asyncio.run(TelegramBot(desk).send_due())
    if as_json:
        print_json({"ok": not sent.left, "sent": sent.sent, "left": sent.left})
    else:
        click.echo(f"Sent: {sent.sent}. Not sent yet: {sent.left}.")
    if sent.left:
        click.echo("Some could not be sent; run it again, the log says why.", err=True)
        ctx.exit(1)


def preview(desk: Desk) -> Reply:
    """The digest as the first chat that gets one would read it now; stores nothing."""
    from dataclasses import replace

    from bot.digest_reply import digest
    from bot.subscription_replies import seen_by
    from storage import subscriptions

    with desk.home.bot() as connection:
        mine = [each for each in subscriptions.active(connection) if each.kind == "digest"]
    seen = seen_by(mine[0], desk) if mine else None
    return replace(digest(_unchanging(desk), seen, keep_file=False).reply, command="digest")


def _unchanging(desk: Desk) -> Desk:
    """The desk over a store that takes back whatever was changed."""
    from bot.desk import Desk

    class Unchanging(Desk):
        @contextmanager
        def store(self) -> Iterator[sqlite3.Connection]:
            with self.home.store() as connection:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                finally:
                    connection.execute("ROLLBACK")

    return Unchanging(desk.home, desk.settings, desk.now)
