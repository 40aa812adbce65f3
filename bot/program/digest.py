"""`opsbot digest`: what is due, sent through the ledger, for a machine without the running bot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bot.program.output import desk_of, json_option, print_json

if TYPE_CHECKING:
    import sqlite3

    from bot.desk import Desk
    from bot.outbox import Sent
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

    from bot.program.discretion import hide_secrets
    from bot.program.telegram import sole_bot

    hide_secrets(desk.settings)
    with sole_bot(desk, "It sends what is due by itself."):
        sent = asyncio.run(send_due(desk))
    if as_json:
        print_json({"ok": not sent.left, "sent": sent.sent, "left": sent.left})
    else:
        click.echo(f"Sent: {sent.sent}. Not sent yet: {sent.left}.")
    if sent.left:
        click.echo("Some could not be sent; run it again, the log says why.", err=True)
        ctx.exit(1)


async def send_due(desk: Desk) -> Sent:
    """Send what is due: to Telegram and webhooks, or where there is no token to webhooks alone.

    Where there is neither, the work of the night is done before OpsbotError says what to set.
    """
    import asyncio

    if desk.settings.telegram_token is not None:
        from bot.transports.telegram.app import TelegramBot

        return await TelegramBot(desk).send_due()
    from bot.nightly_reply import nightly_reply
    from bot.outbox import Outbox, Target
    from bot.transports.webhook.scheduled import WebhookTarget
    from storage.errors import OpsbotError

    async def night() -> Mapping[str, object]:
        return (await asyncio.to_thread(nightly_reply, desk)).facts

    targets: dict[str, Target] = {"webhook": WebhookTarget(desk)} if desk.settings.notify_url else {}
    sent = await Outbox(desk, targets, night).send_all_due()
    if not targets:
        raise OpsbotError(
            "Nothing was sent, for there is nowhere to send it; the work of the night is done.",
            next_step="Set OPSBOT_TELEGRAM_TOKEN for a bot, or OPSBOT_NOTIFY_URL for a group's webhook.",
        )
    return sent


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
