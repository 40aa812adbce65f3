"""Every setting, from the environment or a .env file, read and checked once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.errors import OpsbotError

PREFIX = "OPSBOT_"
DEFAULT_HOME = Path("opsbot-home")


class SettingError(OpsbotError):
    """A setting has a value that cannot be used."""

    kind = "setting"


class Settings(BaseSettings):
    """The settings of one home; `.env.example` explains each."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True)

    timezone: str = "UTC"
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    language: Literal["auto", "en", "zh"] = "auto"
    horizon_days: int | None = Field(default=None, ge=1, le=365)
    active_days: int | None = Field(default=None, ge=1, le=1095)
    flag_at: float | None = Field(default=None, gt=0, lt=1)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("not a time zone such as Europe/Berlin or Asia/Shanghai")
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The shop's zone."""
        return ZoneInfo(self.timezone)


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
        raise SettingError(
            "The setting {name} cannot be {value!r}: {problem}.",
            next_step="Correct it in .env; .env.example says what it takes.",
            name=PREFIX + str(first["loc"][0]).upper(),
            value=first["input"],
            problem=first["msg"].removeprefix("Value error, "),
        ) from error
