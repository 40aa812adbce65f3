"""The `opsbot` program: where home, settings and commands are put together."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from bot.program.output import complain, incident

# The commands, by where they are; a file is imported when its command is named or listed.
COMMANDS = {
    "ask": "bot.program.ask:ask",
    "chat": "bot.program.chat:chat",
    "demo": "bot.program.demo:demo",
    "digest": "bot.program.digest:digest",
    "encode": "bot.program.encode:encode",
    "evaluate": "bot.program.evaluate:evaluate",
    "exclude": "bot.program.exclude:exclude",
    "features": "bot.program.features:features",
    "import": "bot.program.import_files:import_files",
    "merge": "bot.program.merge:merge",
    "models": "bot.program.models:models",
    "notify": "bot.program.notify:notify",
    "parse": "bot.program.parse:parse",
    "score": "bot.program.score:score",
    "telegram": "bot.program.telegram:telegram",
    "train": "bot.program.train:train",
}


class LazyGroup(click.Group):
    """A group that imports a command's file only when it is needed, and turns failures into one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        found: click.Command = getattr(importlib.import_module(module), name)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an OpsbotError ends the program with exit code 1."""
        from storage.errors import OpsbotError

        try:
            return super().invoke(ctx)
        except OpsbotError as error:
            complain(ctx, error)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            # Whoever read the output has enough of it (`opsbot … | head`); nothing more may be written there.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ctx.exit(1)
        except Exception:
            from bot.incident import report

            complain(ctx, incident(report(f"opsbot {ctx.invoked_subcommand}")))
        return ctx.exit(1)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="opsbot", prog_name="opsbot")
@click.option("--home", metavar="DIR", help="The shop's folder (default: OPSBOT_HOME, or ./opsbot-home).")
@click.pass_context
def main(ctx: click.Context, home: str | None) -> None:
    """Ask your shop who is about to leave, and why.

    Start with `opsbot demo`, or bring your own orders: `opsbot import orders.csv`, `opsbot train`,
    `opsbot chat`.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    ctx.obj = Path(home) if home else None


if __name__ == "__main__":
    main()
