"""Settings: where they come from, which wins, and that a wrong one is named in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import DEFAULT_HOME, SettingError, Settings, home_folder, load


def write_env(folder: Path, *lines: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_defaults_need_no_file(tmp_path: Path) -> None:
    settings = load(tmp_path / "nowhere")
    assert settings == Settings(
        admins=(),
        operators=(),
        chats=(),
        timezone="UTC",
        currency=None,
        language="auto",
        horizon_days=None,
        active_days=None,
        flag_at=None,
        log_level="WARNING",
    )


def test_the_environment_wins_over_the_home_and_that_over_the_working_directory(
    tmp_path: Path, quiet_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    write_env(quiet_place, "OPSBOT_LANGUAGE=en", "OPSBOT_HORIZON_DAYS=7", "OPSBOT_CURRENCY=EUR")
    write_env(home, "OPSBOT_LANGUAGE=zh", "OPSBOT_HORIZON_DAYS=14")
    monkeypatch.setenv("OPSBOT_HORIZON_DAYS", "30")
    settings = load(home)
    assert (settings.currency, settings.language, settings.horizon_days) == ("EUR", "zh", 30)


def test_what_is_left_empty_keeps_its_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_env(tmp_path / "home", "OPSBOT_FLAG_AT=", "OPSBOT_TIMEZONE=")
    monkeypatch.setenv("OPSBOT_LANGUAGE", "")
    settings = load(tmp_path / "home")
    assert (settings.flag_at, settings.timezone, settings.language) == (None, "UTC", "auto")


def test_settings_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    write_env(tmp_path / "home", "DATABASE_URL=x", "OPSBOT_SOMETHING_LATER=1", "LANGUAGE=zh")
    assert load(tmp_path / "home").language == "auto"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ADMINS", "mei"),
        ("ADMINS", "123456 234567"),
        ("ADMINS", "-100123"),
        ("OPERATORS", "123456,@mei"),
        ("OPERATORS", "[123456]"),
        ("CHATS", "shop-group"),
        ("CHATS", "--100"),
        ("TIMEZONE", "Mars/Olympus"),
        ("CURRENCY", "euro"),
        ("LANGUAGE", "fr"),
        ("HORIZON_DAYS", "0"),
        ("HORIZON_DAYS", "366"),
        ("HORIZON_DAYS", "a month"),
        ("ACTIVE_DAYS", "0"),
        ("ACTIVE_DAYS", "1096"),
        ("FLAG_AT", "0"),
        ("FLAG_AT", "1"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_value_is_named_with_its_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"OPSBOT_{name}", value)
    with pytest.raises(SettingError) as caught:
        load(tmp_path)
    assert str(caught.value).startswith(f"The setting OPSBOT_{name} cannot be '{value}': ")
    assert str(caught.value).endswith(".")
    assert ".env" in caught.value.next_step


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ADMINS", "123456", ("123456",)),
        ("ADMINS", " 123456, 234567 ,123456,", ("123456", "234567")),
        ("OPERATORS", "１２３４５６，234567", ("123456", "234567")),
        ("OPERATORS", ",", ()),
        ("CHATS", "-1001234567890,42", ("-1001234567890", "42")),
        ("HORIZON_DAYS", "1", 1),
        ("HORIZON_DAYS", "365", 365),
        ("ACTIVE_DAYS", "1095", 1095),
        ("FLAG_AT", "0.35", 0.35),
        ("CURRENCY", "CNY", "CNY"),
        ("TIMEZONE", "Asia/Shanghai", "Asia/Shanghai"),
    ],
)
def test_a_right_value_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: object
) -> None:
    monkeypatch.setenv(f"OPSBOT_{name}", value)
    assert getattr(load(tmp_path), name.lower()) == expected


def test_the_zone_is_the_shops() -> None:
    assert str(Settings(timezone="Europe/Berlin").zone) == "Europe/Berlin"


def test_the_home_is_as_given_else_as_set_else_the_default(
    quiet_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home_folder(None) == DEFAULT_HOME == Path("opsbot-home")
    write_env(quiet_place, "OPSBOT_HOME=from-file")
    assert home_folder(None) == Path("from-file")
    monkeypatch.setenv("OPSBOT_HOME", "from-environment")
    assert home_folder(None) == Path("from-environment")
    assert home_folder("given") == Path("given")
