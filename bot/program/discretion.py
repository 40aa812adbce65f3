"""What is secret in the settings stays out of the log, whoever writes it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.settings import Settings


def hide_secrets(settings: Settings) -> None:
    """No log line names a token, a secret or the address of a webhook, tracebacks included."""
    secrets = [secret.get_secret_value() for secret in _secrets(settings)]
    for handler in logging.getLogger().handlers:
        handler.setFormatter(Discreet(handler.formatter, [secret for secret in secrets if secret]))
    # This one writes all that is said at DEBUG …
    library = logging.getLogger("telegram")
    library.setLevel(max(logging.INFO, library.getEffectiveLevel()))
    # … and these write every lock, and every request with its address.
    for name in ("filelock", "httpcore", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _secrets(settings: Settings) -> Sequence[SecretStr]:
    single = (settings.telegram_token, settings.webhook_secret)
    return [*filter(None, single), *settings.notify_url, *settings.notify_secret]


class Discreet(logging.Formatter):
    """Formats as another formatter does, without the secrets."""

    def __init__(self, formatter: logging.Formatter | None, secrets: Sequence[str]) -> None:
        super().__init__()
        self._formatter = formatter or logging.Formatter()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line, with `***` in place of every secret."""
        line = self._formatter.format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line
