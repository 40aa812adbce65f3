"""`opsbot merge`: several ids that are one user."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from bot.program.output import desk_of, json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk import Desk


@click.group()
def merge() -> None:
    """Make several ids one user, such as the guest checkouts of one person."""


@merge.command("user")
@click.argument("kept", metavar="A")
@click.argument("others", metavar="B…", nargs=-1, required=True)
@click.option("--undo", is_flag=True, help="Take that back: from now on they are users of their own.")
@json_option
@click.pass_context
def merge_user(ctx: click.Context, kept: str, others: tuple[str, ...], undo: bool, as_json: bool) -> None:
    """From now on user B is user A: B's orders count as A's, also those imported under B later.

    What was known before today stays as it was. Several ids may be named after the one that is kept.
    """
    from bot.program.audited import audited
    from storage.database import transaction
    from storage.identities import user_of
    from storage.identity_changes import merge, unmerge
    from storage.privacy import Pseudonyms

    desk = desk_of(ctx)
    ids = [Pseudonyms(desk.home.path).id_for(each) for each in (kept, *others)]
    user_id, rest = ids[0], tuple(dict.fromkeys(ids[1:]))
    with audited(desk, "unmerge" if undo else "merge"), desk.store() as connection:
        with transaction(connection):
            if undo:
                unmerge(connection, user_id, rest, desk.moment())
                changed = rest
            else:
                changed = merge(connection, user_id, rest, desk.moment())
        into = user_id if undo else user_of(connection, user_id)
    same = tuple(each for each in rest if each not in changed)
    text = "\n".join(_undone(changed) if undo else _merged(desk, into, changed, same, (user_id, *changed)))
    if as_json:
        print_json(
            {"ok": True, "user_id": into, "changed": changed, "unchanged": same, "undone": undo, "text": text}
        )
    else:
        click.echo(text)


def _merged(
    desk: Desk, into: str, changed: Sequence[str], same: Sequence[str], said: Sequence[str]
) -> list[str]:
    from bot import formats
    from bot.i18n import _

    lines = [
        _("User {user} is user {into} already; nothing changed.").format(user=each, into=into)
        for each in same
    ]
    for each in changed:
        lines.append(_("User {user} is user {into} from now on.").format(user=each, into=into))
    if changed:
        lines.append(
            _(
                "Their orders count as those of user {into}, and so do those imported later;"
                " scores as of days before {day} (--as-of) stay as they were."
            ).format(into=into, day=formats.day(desk.now().date()))
        )
        lines.append(_("To undo: {command}").format(command=f"opsbot merge user {shlex.join(said)} --undo"))
    return lines


def _undone(changed: Sequence[str]) -> list[str]:
    from bot.i18n import _

    return [_("User {user} is a user of their own again from now on.").format(user=each) for each in changed]
