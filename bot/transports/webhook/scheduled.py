"""What is sent to webhooks by itself: the digest of each day, and alerts, through the ledger as all is."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence

from bot import outbox
from bot.desk import Desk
from bot.i18n import using
from bot.reply import Reply
from bot.reply_codec import from_json, to_json
from bot.transports.webhook.errors import NotDeliveredError
from bot.transports.webhook.sender import Patience, Webhook
from bot.transports.webhook.targets import SERVICES, Target, targets
from storage import subscriptions
from storage.ledger import Part
from storage.subscriptions import Subscription

log = logging.getLogger(__name__)

_ONE_TRY = Patience(most_tries=1)
_CHINESE = tuple(SERVICES[name] for name in ("wecom", "feishu", "dingtalk"))


class WebhookTarget:
    """The addresses of the settings, as a target of the outbox."""

    def __init__(self, desk: Desk) -> None:
        found = targets(desk.settings)
        self._webhooks: Mapping[str, Webhook] = {
            each.key: Webhook(each, patience=_ONE_TRY, now=desk.now) for each in found
        }
        _subscribe(desk, found)

    async def parts(self, subscription: Subscription, reply: Reply) -> list[Part]:
        """One message, with the id by which a receiver knows a repeat."""
        return [Part("text", to_json(reply), uuid.uuid4().hex)]

    async def send(self, subscription: Subscription, part: Part, *, repeat: bool) -> None:
        """Send it once; tries again are the outbox's."""
        webhook = self._webhooks.get(subscription.chat)
        if webhook is None:
            raise outbox.UnlistedError  # the address was taken out of the settings
        try:
            with using(subscription.language):
                await webhook.send(from_json(part.text), delivery_id=part.name, repeated=repeat)
        except NotDeliveredError as error:
            log.warning("%s", error)
            if error.final:
                raise outbox.RefusedError from error
            if error.maybe_accepted:
                raise outbox.UnsureError from error
            raise outbox.NotArrivedError(error.retry_after) from error


def _subscribe(desk: Desk, found: Sequence[Target]) -> None:
    """Each address gets the digest once a day; those that are no longer in the settings get nothing."""
    with desk.home.bot() as connection:
        active = [each for each in subscriptions.active(connection) if each.target == "webhook"]
        there = {each.chat: each for each in active if each.kind == "digest"}
        gone = [each.subscription_id for each in active if each.chat not in {one.key for one in found}]
        subscriptions.end(connection, gone, desk.moment())
        for each in found:
            known = there.get(each.key)
            if known is None or known.local_time != desk.settings.notify_at:
                subscriptions.subscribe(connection, _wanted(each, desk))


def _wanted(target: Target, desk: Desk) -> Subscription:
    usual = "zh" if target.service in _CHINESE else "en"
    language = desk.settings.language
    return Subscription(
        kind="digest",
        local_time=desk.settings.notify_at,
        language=usual if language == "auto" else language,
        operator="opsbot",
        operator_name="opsbot",
        created_at=desk.moment(),
        target="webhook",
        chat=target.key,
    )
