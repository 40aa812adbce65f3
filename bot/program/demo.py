"""`opsbot demo`: a made-up shop, imported, trained and ready to chat with."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from bot.program.output import desk_of, progress

SHOWN = (
    "digest now",
    "who is at risk",
    "churn risk for user 42",
    "用户42的流失风险",
    "how good is the model",
)


@click.command()
@click.option("--no-chat", is_flag=True, help="Stop before the chat.")
@click.pass_context
def demo(ctx: click.Context, no_chat: bool) -> None:
    """Make a fresh demo shop in the home, train on it, answer a few questions, then chat.

    The home has to be new, empty, or an earlier demo's.
    """
    from bot.assistant import Asked, Assistant
    from bot.i18n import using
    from bot.program.chat import converse
    from bot.render import plain
    from bot.training_reply import run_training, trained_reply
    from storage.demo.shop import write_demo_shop
    from storage.ingest import ImportOptions, import_file

    desk = desk_of(ctx)
    clear_demo(desk.home.path)
    desk.home.create()
    (desk.home.path / MARK).touch()
    with tempfile.TemporaryDirectory() as folder:
        progress("making the demo shop: 5,000 users, two years of orders")
        files = write_demo_shop(Path(folder))
        for table, file in (
            ("items", files.items),
            ("users", files.users),
            ("reviews", files.reviews),
            ("lines", files.lines),
        ):
            result = import_file(desk.home, file, ImportOptions(table=table))
            click.echo(f"{table}: {result.added:,} added, {result.rejected:,} rejected")
    click.echo(plain(trained_reply(run_training(desk), desk)))
    assistant = Assistant(desk)
    for text in SHOWN:
        with using(assistant.language(text)):
            click.echo(f"\nopsbot> {text}\n{plain(assistant.ask(Asked(text)))}")
    if no_chat or not sys.stdin.isatty():
        click.echo(f"\nGo on with: {sys.argv[0]} --home {desk.home.path} chat --as admin")
        return
    click.echo("")
    converse(desk, "admin")


MARK = "this-is-a-demo"


def clear_demo(home: Path) -> None:
    """Remove what an earlier demo left in `home`; raises where the home holds anything else."""
    import shutil

    from storage.errors import StoreError

    if not home.exists() or not any(home.iterdir()):
        return
    if not (home / MARK).exists():
        raise StoreError(
            "{home} holds a shop already, and a demo would mix with it.",
            next_step="Name another folder: opsbot --home demo-home demo",
            home=home,
        )
    shutil.rmtree(home)
