"""The list that a chat saw last: which question gave it, and the same list as a file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace

from bot import formats
from bot.command import About, Asker, Command, Question
from bot.context import taken_as
from bot.desk import Desk
from bot.file_preset import file_preset
from bot.i18n import _
from bot.list_file import Format, list_file
from bot.preset_file import missing_line, preset_rows
from bot.registry import commands
from bot.reply import Attachment, Reply, Table
from storage import conversation
from storage.errors import OpsbotError
from storage.privacy import Pseudonyms, discreet

KIND = "list"


class NoListError(OpsbotError):
    """There is no list to make a file of."""

    kind = "no_list"


def remember_list(
    connection: sqlite3.Connection,
    asker: Asker,
    reply: Reply,
    command: Command,
    now: int,
    pseudonyms: Pseudonyms,
) -> None:
    """Keep which question a list answered; nothing that would do something when it is asked again."""
    if reply.failure or not reply.table or not reply.table.rows:
        return
    if command.name == "csv" or command.confirm or command.reports or command.long:
        return
    conversation.keep_context(
        connection,
        chat=_place(asker),
        message_id=0,
        command=command.name,
        args=discreet(reply.args, pseudonyms),
        now=now,
    )


def last_list_reply(question: Question, desk: Desk) -> Reply:
    """The last list of this chat as a file; raises NoListError where there was none within the hour."""
    with desk.home.bot() as connection:
        found = conversation.last_context(connection, _place(question.asker), desk.moment())
    command = {each.name: each for each in commands()}.get(found[0]) if found else None
    if found is None or command is None or (command.role == "admin" and question.role != "admin"):
        raise NoListError(
            "There is no list yet to make a file of.",
            next_step="Ask for one first: {example}",
            example=_("who is at risk"),
        )
    named = taken_as(About(*found), command)
    makes_files = any("{format:file_format}" in phrase for phrase in command.phrases)
    wanted = {name: value for name, value in question.args.items() if name in {"format", "preset"}}
    args = {**found[1], **wanted} if makes_files else found[1]
    reply = command.answer(replace(question, command=command.name, args=args, text=""), desk)
    if makes_files and reply.attachments:
        return replace(reply, table=None, buttons=(), lines=(*named, *reply.lines))
    if reply.table is None or not reply.table.rows:
        raise NoListError(
            "That list is empty now.", next_step="Ask again: {example}", example=_("who is at risk")
        )
    attachment, lines = _file(reply.table, command.name, wanted, desk)
    return Reply(
        title=_("The last list as a file, rows: {count}.").format(count=formats.count(len(reply.table.rows))),
        lines=(*named, *lines),
        facts={"rows": len(reply.table.rows), "attachment": attachment.path, "command": command.name},
        attachments=(attachment,),
        provenance=reply.provenance,
    )


def _file(
    table: Table, name: str, wanted: Mapping[str, object], desk: Desk
) -> tuple[Attachment, tuple[str, ...]]:
    stem = f"{name}-{desk.now():%Y-%m-%d-%H%M%S}"
    form: Format = "xlsx" if wanted.get("format") == "xlsx" else "csv"
    if "preset" not in wanted:
        return list_file(desk, stem, table.columns, table.rows, kind=KIND, form=form), ()
    preset = file_preset(str(wanted["preset"]))
    if "user_id" not in table.columns:
        raise NoListError(
            "That list is not one of users, so it is no file for {tool}.",
            next_step="Ask for users first: {example}",
            tool=preset.title,
            example=_("who should get the promo"),
        )
    today = desk.local_day(desk.moment()).isoformat()
    users = [
        {**dict(zip(table.columns, row, strict=True)), "goal": name.replace("_", "-"), "as_of": today}
        for row in table.rows
    ]
    columns, rows = preset_rows(preset, users)
    attachment = list_file(desk, f"{stem}-{preset.name}", columns, rows, kind=KIND, form=preset.form)
    return attachment, missing_line(preset, users)


def _place(asker: Asker) -> str:
    """The chat and topic in which a list was seen."""
    return f"list:{asker.transport}:{asker.chat}:{asker.thread}"
