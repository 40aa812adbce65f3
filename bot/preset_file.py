"""Rows of users as the file of another tool, and what is said of the columns it is without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.file_preset import FilePreset
from bot.i18n import _

User = Mapping[str, object]


def preset_rows(preset: FilePreset, users: Sequence[User]) -> tuple[list[str], list[list[object]]]:
    """Headers and rows; columns for what the rows do not hold are left out."""
    columns = preset.present(_fields(users))
    return [column.header for column in columns], [
        [column.value(user) for column in columns] for user in users
    ]


def missing_line(preset: FilePreset, users: Sequence[User]) -> tuple[str, ...]:
    """Which personal columns the file is without, why, and what to do about it; nothing where it has all."""
    missing = preset.missing(_fields(users))
    if not missing:
        return ()
    return (
        _(
            "The file for {tool} is without {columns}, for names, e-mails and phone numbers are not kept"
            " here:"
            " join it to your own list by the user's id."
        ).format(tool=preset.title, columns=", ".join(missing)),
    )


def _fields(users: Sequence[User]) -> frozenset[str]:
    return frozenset(users[0]) if users else frozenset()
