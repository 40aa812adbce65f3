"""Where messages go: the addresses of the settings, each with its service and secret."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from bot.settings import SettingError, Settings
from bot.transports.webhook import dingtalk, feishu, slack, standard, wecom
from bot.transports.webhook.service import Service

SERVICES = {
    "json": standard.SERVICE,
    "wecom": wecom.SERVICE,
    "feishu": feishu.SERVICE,
    "dingtalk": dingtalk.SERVICE,
    "slack": slack.SERVICE,
}
_SHORTEST_SECRET = 8


@dataclass(frozen=True)
class Target:
    """An address with its service; only `host`, `key` and `receiver` may be shown."""

    service: Service
    url: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """The host, with its port where that is not the usual one."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def receiver(self) -> str:
        """What to call it in a sentence."""
        return self.host if self.service is standard.SERVICE else f"{self.service.name} ({self.host})"

    @property
    def key(self) -> str:
        """What to call it in a ledger: the same as long as the address is, and tells nothing of it."""
        return f"{self.host}#{hashlib.sha256(self.url.encode()).hexdigest()[:12]}"

    def discreet(self, text: str) -> str:
        """The text with `***` in place of what is secret in the address or beside it."""
        parts = urlsplit(self.url)
        named = (value for _name, value in parse_qsl(parts.query))
        secrets = {self.url, self.secret, parts.username, parts.password, *parts.path.split("/"), *named}
        found = {secret for secret in secrets if secret and len(secret) >= _SHORTEST_SECRET}
        for secret in sorted(found, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


def targets(settings: Settings) -> Sequence[Target]:
    """The targets in the order of OPSBOT_NOTIFY_URL; none where it is empty.

    Raises SettingError for an address of a known host that is none of a group bot, and for a secret that its
    service has no use for.
    """
    found = []
    for place, url in enumerate(settings.notify_url):
        name = settings.notify_format[place if len(settings.notify_format) > 1 else 0]
        service = SERVICES[name] if name != "auto" else _recognised(url.get_secret_value())
        given = settings.notify_secret[place].get_secret_value() if settings.notify_secret else ""
        target = Target(service, url.get_secret_value(), given or None)
        _check_secret(target)
        found.append(target)
    return found


def _recognised(url: str) -> Service:
    """The service of an address, generic JSON for a host that is none's."""
    parts = urlsplit(url)
    for service in SERVICES.values():
        for host, path in service.addresses:
            if parts.hostname != host:
                continue
            if parts.path.startswith(path):
                return service
            raise SettingError(
                "The setting OPSBOT_NOTIFY_URL has an address of {host} that is none of a group bot.",
                next_step="Theirs begin with https://{host}{path}; another use needs OPSBOT_NOTIFY_FORMAT.",
                host=host,
                path=path,
            )
    return standard.SERVICE


def _check_secret(target: Target) -> None:
    if target.secret is None:
        return
    if not target.service.signs:
        raise SettingError(
            "The setting OPSBOT_NOTIFY_SECRET has a secret for {receiver}, which has no signatures.",
            next_step="Leave it empty: the key is in the address.",
            receiver=target.receiver,
        )
    if target.service is standard.SERVICE:
        try:
            standard.key_of(target.secret)
        except ValueError as error:
            raise SettingError(
                "The secret for {receiver} in the setting OPSBOT_NOTIFY_SECRET is no base64.",
                next_step="Make one: echo whsec_$(openssl rand -base64 32)",
                receiver=target.receiver,
            ) from error
