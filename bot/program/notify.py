"""`opsbot notify`: a line of test to every webhook of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.program.output import complain, desk_of

if TYPE_CHECKING:
    from bot.transports.webhook.targets import Target


@click.command()
@click.pass_context
def notify(ctx: click.Context) -> None:
    """Send a line of test to the chats of OPSBOT_NOTIFY_URL, and say what they answer."""
    import asyncio

    from bot.program.discretion import hide_secrets
    from bot.settings import SettingError
    from bot.transports.webhook.errors import NotDeliveredError
    from bot.transports.webhook.targets import targets

    settings = desk_of(ctx).settings
    hide_secrets(settings)
    found = targets(settings)
    if not found:
        raise SettingError(
            "The setting OPSBOT_NOTIFY_URL is empty: there is nobody to tell.",
            next_step="Put the address of a group bot or of your own program there; .env.example says how.",
        )
    failed = False
    for target in found:
        try:
            asyncio.run(send_a_test(target))
        except NotDeliveredError as error:
            complain(ctx, error)
            failed = True
    if failed:
        ctx.exit(1)


async def send_a_test(target: Target) -> None:
    """Say that the receiver accepted a line of test; raises NotDeliveredError where it did not."""
    import uuid

    from bot.i18n import _
    from bot.reply import Reply
    from bot.transports.webhook.sender import Webhook

    line = Reply(_("This is a test: the digest and alerts of opsbot come here."), command="notify")
    await Webhook(target).send(line, delivery_id=uuid.uuid4().hex)
    click.echo(_("{receiver} accepted the message.").format(receiver=target.receiver))
