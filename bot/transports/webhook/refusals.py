"""What an answer that is no yes means, in sentences that say what to do."""

from __future__ import annotations

from bot.transports.webhook.errors import NotDeliveredError, RefusedError
from bot.transports.webhook.service import Answer
from bot.transports.webhook.text import SIGNATURE


def by_status(answer: Answer, receiver: str) -> NotDeliveredError | None:
    """What the HTTP status alone says; None for 2xx."""
    status = answer.status
    if answer.ok:
        return None
    if status in {408, 425, 429}:
        return NotDeliveredError(
            "{receiver} takes no message now (HTTP {status}).",
            retry_after=answer.retry_after,
            receiver=receiver,
            status=status,
        )
    if status >= 500:
        # 503 says that nothing was done; any other may come from a gateway that lost the answer.
        return NotDeliveredError(
            "{receiver} has a failure of its own (HTTP {status}).",
            retry_after=answer.retry_after,
            maybe_accepted=status != 503,
            receiver=receiver,
            status=status,
        )
    if 300 <= status < 400:
        return RefusedError(
            "{receiver} answers with a redirect (HTTP {status}), which is not followed.",
            next_step="Write the address it leads to into OPSBOT_NOTIFY_URL.",
            receiver=receiver,
            status=status,
        )
    return RefusedError(
        "{receiver} refused the message (HTTP {status}).",
        next_step="Check OPSBOT_NOTIFY_URL, OPSBOT_NOTIFY_FORMAT and OPSBOT_NOTIFY_SECRET.",
        receiver=receiver,
        status=status,
    )


def without_a_code(answer: Answer, receiver: str) -> NotDeliveredError:
    """For a service that always answers with a code of its own, and did not: something stands in between."""
    return by_status(answer, receiver) or NotDeliveredError(
        "{receiver} gave an answer that is not its own.",
        next_step="Is there a proxy in between? Check OPSBOT_NOTIFY_URL.",
        maybe_accepted=True,
        receiver=receiver,
    )


def other_code(receiver: str, code: int, reason: str) -> NotDeliveredError:
    """For a refusal that we have no better words for; another try may go through."""
    return NotDeliveredError(
        "{receiver} did not take the message (code {code}: {reason}).",
        receiver=receiver,
        code=code,
        reason=reason,
    )


def too_fast(receiver: str, seconds: float) -> NotDeliveredError:
    """For a service that got too many messages, and takes the next in so many seconds."""
    return NotDeliveredError(
        "{receiver} got too many messages within a minute.", retry_after=seconds, receiver=receiver
    )


def no_such_bot(receiver: str) -> RefusedError:
    """For a key that is wrong, or that of a bot which was removed."""
    return RefusedError(
        "{receiver} knows no group bot of this address.",
        next_step="Copy the webhook address of the group bot into OPSBOT_NOTIFY_URL again.",
        receiver=receiver,
    )


def wrong_signature(receiver: str) -> RefusedError:
    """For a signature that does not fit, or is too old."""
    return RefusedError(
        "{receiver} refused the message: the signature is missing or wrong.",
        next_step="Copy the bot's secret into OPSBOT_NOTIFY_SECRET, and check the clock of this machine.",
        receiver=receiver,
    )


def keyword_missing(receiver: str) -> RefusedError:
    """For a bot that takes only messages with a certain word."""
    return RefusedError(
        "{receiver} refused the message: its security setting asks for a keyword.",
        next_step="Add the word {word} to the keywords of the bot: every message has it.",
        receiver=receiver,
        word=SIGNATURE,
    )


def not_from_here(receiver: str) -> RefusedError:
    """For a bot that takes messages only from certain addresses."""
    return RefusedError(
        "{receiver} takes no message from the address of this machine.",
        next_step="Add it to the IP addresses that the bot's security setting allows.",
        receiver=receiver,
    )
