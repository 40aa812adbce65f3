"""Every setting, from the environment or a .env file, read and checked once."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.folding import narrow
from storage.errors import OpsbotError

PREFIX = "OPSBOT_"
DEFAULT_HOME = Path("opsbot-home")

# Written with commas; without NoDecode a list would have to be JSON.
Ids = Annotated[tuple[str, ...], NoDecode]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode]
NotifyFormat = Literal["auto", "json", "wecom", "feishu", "dingtalk", "slack"]
# What must not stand in a sentence, not even a wrong value.
SECRET = frozenset({"telegram_token", "webhook_secret", "notify_url", "notify_secret", "rephrase_key"})


class SettingError(OpsbotError):
    """A setting has a value that cannot be used."""

    kind = "setting"


class Settings(BaseSettings):
    """The settings of one home; `.env.example` explains each."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    admins: Ids = ()
    operators: Ids = ()
    chats: Ids = ()
    timezone: str = "UTC"
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    language: Literal["auto", "en", "zh"] = "auto"
    encoder: str | None = None
    device: str | None = Field(default=None, pattern=r"^(cpu|mps|(cuda|xpu)(:\d+)?)$")
    horizon_days: int | None = Field(default=None, ge=1, le=365)
    active_days: int | None = Field(default=None, ge=1, le=1095)
    flag_at: float | None = Field(default=None, gt=0, lt=1)
    daily_capacity: int = Field(default=10, ge=1, le=50)
    contact_pause_days: int = Field(default=14, ge=0, le=365)
    holdout_limit: float = Field(default=0.5, ge=0.05, le=0.5)
    nightly_at: str = Field(default="03:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    telegram_token: SecretStr | None = None
    telegram_api: str = Field(default="https://api.telegram.org", pattern=r"^https?://[^/\s]+(/[^\s]*)?$")
    telegram_proxy: str | None = Field(default=None, pattern=r"^(https?|socks5h?)://\S+$")
    webhook_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    webhook_secret: SecretStr | None = None
    webhook_listen: str = Field(default="127.0.0.1:8443", pattern=r"^[^\s:]+:\d{1,5}$")
    notify_url: Secrets = ()
    notify_format: Annotated[tuple[NotifyFormat, ...], NoDecode] = ("auto",)
    notify_secret: Secrets = ()
    notify_at: str = Field(default="09:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    shop_name: str | None = Field(default=None, max_length=40, pattern=r"^[^\n\r{}【】]+$")
    rephrase_model: str | None = None
    rephrase_url: str | None = Field(default=None, pattern=r"^https?://[^/\s]+(/[^\s]*)?$")
    rephrase_key: SecretStr | None = None
    rephrase_seconds: int = Field(default=20, ge=1, le=300)
    questions_per_minute: int = Field(default=60, ge=1)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"

    @field_validator("admins", "operators", mode="before")
    @classmethod
    def _ids_of_people(cls, written: object) -> tuple[str, ...]:
        return _ids(written, r"\d+", "ids are numbers separated by commas, such as 123456,234567")

    @field_validator("chats", mode="before")
    @classmethod
    def _ids_of_chats(cls, written: object) -> tuple[str, ...]:
        return _ids(written, r"-?\d+", "ids are numbers separated by commas, such as -1001234567890")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("not a time zone such as Europe/Berlin or Asia/Shanghai")
        return name

    @field_validator("notify_url", mode="before")
    @classmethod
    def _addresses(cls, written: object) -> tuple[str, ...]:
        addresses = _parts(written)
        if not all(map(_is_address, addresses)):
            raise ValueError("addresses begin with https:// (or http://) and a host, separated by commas")
        return addresses

    @field_validator("notify_format", mode="before")
    @classmethod
    def _formats(cls, written: object, info: ValidationInfo) -> tuple[str, ...]:
        formats = _parts(written)
        if len(formats) not in {1, len(info.data.get("notify_url", ()))}:
            raise ValueError(
                "it takes one format, or one for each address of OPSBOT_NOTIFY_URL in their order"
            )
        return formats

    @field_validator("notify_secret", mode="before")
    @classmethod
    def _secrets(cls, written: object, info: ValidationInfo) -> tuple[str, ...]:
        secrets = _parts(written)
        if secrets and len(secrets) != len(info.data.get("notify_url", ())):
            raise ValueError(
                "it takes one for each address of OPSBOT_NOTIFY_URL in their order, between commas"
            )
        return secrets

    @property
    def zone(self) -> ZoneInfo:
        """The shop's zone."""
        return ZoneInfo(self.timezone)


def _parts(written: object) -> tuple[str, ...]:
    """What stands between commas, empty places included; nothing for nothing."""
    if isinstance(written, tuple | list):
        return tuple(
            part.get_secret_value() if isinstance(part, SecretStr) else str(part) for part in written
        )
    written = str(written)
    return tuple(part.strip() for part in written.split(",")) if written.strip() else ()


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.port != 0
            and text.isprintable()
        ) and " " not in text
    except ValueError:
        return False


def _ids(written: object, form: str, problem: str) -> tuple[str, ...]:
    """The ids of a list with commas, or of a collection; each once, in the order they are given."""
    given = written if isinstance(written, str) else ",".join(map(str, written))  # type: ignore[call-overload]
    ids = tuple(dict.fromkeys(id_ for part in narrow(given).split(",") if (id_ := part.strip())))
    if not all(id_.isascii() and re.fullmatch(form, id_) for id_ in ids):
        raise ValueError(problem)
    return ids


def home_folder(given: str | None) -> Path:
    """The home: as given, else OPSBOT_HOME (environment, working directory's .env), else ./opsbot-home."""
    if given:
        return Path(given)
    from dotenv import dotenv_values

    named = os.environ.get(PREFIX + "HOME") or dotenv_values(".env").get(PREFIX + "HOME")
    return Path(named) if named else DEFAULT_HOME


def load(home: Path) -> Settings:
    """The settings of that home; raises SettingError naming the first setting that is wrong.

    The environment wins over the home's .env, and that over the working directory's.
    """
    try:
        return Settings(_env_file=(Path(".env"), home / ".env"))  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise SettingError(
            "The setting {name} cannot be {value!r}: {problem}.",
            next_step="Correct it in .env; .env.example says what it takes.",
            name=PREFIX + name.upper(),
            value="***" if name in SECRET else first["input"],
            problem=first["msg"].removeprefix("Value error, "),
        ) from error
