"""`opsbot exclude`: users who are not to be scored, such as staff, test accounts and wholesale."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from bot.program.output import desk_of, json_option, print_json
from storage.identities import EXCLUDED_KINDS

if TYPE_CHECKING:
    from bot.desk import Desk
    from storage.identities import Exclusion


@click.group()
def exclude() -> None:
    """Leave users out of scores, lists and training."""


@exclude.command("user")
@click.argument("user", metavar="ID")
@click.option("--kind", type=click.Choice(EXCLUDED_KINDS), help="Why (default: no reason given).")
@click.option("--undo", is_flag=True, help="Take that back: from now on the user is scored again.")
@json_option
@click.pass_context
def exclude_user(ctx: click.Context, user: str, kind: str | None, undo: bool, as_json: bool) -> None:
    """From now on the user is not scored, listed or trained on; sales still count in totals.

    What was known before today stays as it was.
    """
    from bot.program.audited import audited
    from storage.database import transaction
    from storage.identities import exclusion_of, user_of
    from storage.identity_changes import exclude, include
    from storage.privacy import Pseudonyms

    desk = desk_of(ctx)
    asked = Pseudonyms(desk.home.path).id_for(user)
    with audited(desk, "include" if undo else "exclude"), desk.store() as connection:
        with transaction(connection):
            if undo:
                include(connection, asked, desk.moment())
                changed = True
            else:
                changed = exclude(connection, asked, kind, desk.moment())
        user_id = user_of(connection, asked)
        excluded = exclusion_of(connection, user_id)
    text = "\n".join(_said(desk, asked, user_id, excluded, changed))
    if as_json:
        print_json(
            {
                "ok": True,
                "user_id": user_id,
                "excluded": excluded is not None,
                "kind": excluded.kind if excluded else None,
                "changed": changed,
                "text": text,
            }
        )
    else:
        click.echo(text)


def _said(desk: Desk, asked: str, user_id: str, excluded: Exclusion | None, changed: bool) -> list[str]:
    from bot import formats
    from bot.i18n import _
    from bot.users import excluded_kind

    lines = [_("User {user} is user {into}.").format(user=asked, into=user_id)] if asked != user_id else []
    if excluded is None:
        lines.append(
            _("User {user} is scored, listed and trained on again from now on.").format(user=user_id)
        )
        return lines
    kind = excluded_kind(excluded.kind)
    if not changed:
        since = formats.day(desk.local_day(excluded.from_at))
        lines.append(
            _("User {user} is excluded since {day} already ({kind}); nothing changed.").format(
                user=user_id, day=since, kind=kind
            )
        )
        return lines
    lines.append(
        _(
            "User {user} is excluded from now on ({kind}): not scored, not listed and not trained on; sales"
            " count in totals. Scores as of days before {day} (--as-of) stay as they were."
        ).format(user=user_id, kind=kind, day=formats.day(desk.now().date()))
    )
    lines.append(_("To undo: {command}").format(command=f"opsbot exclude user {shlex.quote(user_id)} --undo"))
    return lines
