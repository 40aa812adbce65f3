"""The commands there are: one for each file of `bot/commands`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import bot.commands
from bot.command import Command


@cache
def commands() -> tuple[Command, ...]:
    """Every command, by name."""
    files = pkgutil.iter_modules(bot.commands.__path__, prefix="bot.commands.")
    found = (importlib.import_module(file.name).COMMAND for file in files)
    return tuple(sorted(found, key=lambda command: command.name))
