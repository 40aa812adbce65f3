"""Files sent by message: how to send one, what an import would do with it, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bot import formats
from bot.command import Role
from bot.desk import Desk
from bot.i18n import N_, _
from bot.reading_reply import read_after_import
from bot.reply import Attachment, Button, Reply, Table
from storage.formats import open_source
from storage.ingest import ImportOptions, ImportResult, import_file
from storage.known_files import said_about
from storage.model_store import promoted
from storage.notices import Notice
from storage.preview import NOT_STORED, PSEUDONYM, Preview, preview

_TABLES = {
    "lines": N_("order lines"),
    "items": N_("items"),
    "users": N_("users"),
    "reviews": N_("reviews"),
    "events": N_("events"),
    "contacts": N_("contacts"),
}
_HIDDEN = {NOT_STORED: N_("(not stored)"), PSEUDONYM: N_("(pseudonym)")}
# What tells whether a file was understood, first things first; a table of more is hard to read on a phone.
_SAMPLED = {
    "lines": ("order_id", "user_id", "ordered_at", "item_id", "quantity", "total", "status"),
    "items": ("item_id", "name", "category", "price", "available"),
    "users": ("user_id", "name", "email", "phone", "joined_at", "kind"),
    "reviews": ("user_id", "written_at", "rating", "item_id", "text"),
    "events": ("user_id", "at", "event", "item_id"),
    "contacts": ("campaign_id", "user_id", "sent_at", "arm", "channel"),
}
_NAMED = 12
_STEPS = 20


def how_to_import() -> Reply:
    """Where to put a file, and what has to be in it."""
    return Reply(
        title=_(
            "Send the file here as CSV, XLSX, JSON lines or Parquet, up to 20 MB; larger ones:"
            " opsbot import FILE"
        ),
        lines=[
            _(
                "Order lines need order_id, user_id, ordered_at and item_id; common English, German and"
                " Chinese column names are recognised."
            ),
            _("Items, users, reviews, events and contacts go the same way."),
            _("You see what was understood before anything is imported."),
        ],
    )


def preview_reply(path: Path, desk: Desk) -> Reply:
    """What an import of the file at `path` would do, with the button that does it.

    The file has the name it was sent with. Raises ImportRefusedError.
    """
    found = preview(desk.home, path, _options(path, desk), now=desk.now())
    count = formats.count(found.count) if found.exact else _about(found.count)
    return Reply(
        title=_("{file} looks like {table}: {count} in all.").format(
            file=path.name, table=_(_TABLES[found.table]), count=count
        ),
        lines=[*_columns(found), *map(notice_text, found.warnings)],
        facts={
            "table": found.table,
            "columns": dict(found.columns),
            "unused": list(found.unused),
            "rows": found.count,
            "exact": found.exact,
            "warnings": list(map(str, found.warnings)),
        },
        table=_sample(found),
        buttons=(Button(_("Import"), _("import"), confirms=True),),
    )


def imported_reply(path: Path, role: Role, desk: Desk) -> Reply:
    """What became of the rows of the file at `path`, once it is imported; raises ImportRefusedError."""
    result = import_file(
        desk.home,
        path,
        _options(path, desk),
        now=desk.now(),
        progress=_steps(desk),
        before_commit=desk.no_return,
    )
    attachments: tuple[Attachment, ...] = ()
    if result.rejected_file is not None:
        rejected = Path(result.rejected_file)
        attachments = (Attachment(rejected.name, str(rejected), kind="rejected"),)
    return Reply(
        title=result_title(path.name, result),
        lines=[
            *remarks(result),
            *_sent_back(result),
            *map(notice_text, result.warnings),
            *read_after_import(desk, [result]),
        ],
        facts=result.as_json(),
        attachments=attachments,
        buttons=_next_steps(result, role, desk),
    )


def result_title(file_name: str, result: ImportResult) -> str:
    """What became of the rows of a file, in one sentence."""
    return _(
        "Rows read from {file} ({table}): {read}; {added} added, {updated} updated, {unchanged} unchanged,"
        " {rejected} rejected."
    ).format(
        file=file_name,
        table=_(_TABLES[result.table]),
        **{
            name: formats.count(getattr(result, name))
            for name in ("read", "added", "updated", "unchanged", "rejected")
        },
    )


def result_lines(file_name: str, result: ImportResult) -> list[str]:
    """All there is to say of what became of a file, a sentence each."""
    lines = [result_title(file_name, result), *remarks(result)]
    if result.rejected_file:
        lines.append(_("The rejected rows with their reasons: {file}").format(file=result.rejected_file))
    return [*lines, *map(notice_text, result.warnings)]


def notice_text(notice: Notice) -> str:
    """A notice of the store in the language in use."""
    return _(notice.template).format(
        **{
            name: formats.count(value) if isinstance(value, int) else value
            for name, value in notice.values.items()
        }
    )


def _options(path: Path, desk: Desk) -> ImportOptions:
    """What was said about such files, on the command line, and the shop's settings."""
    said = said_about(desk.home, open_source(path).columns)
    return said.options(desk.settings.timezone, desk.settings.currency)


def _about(count: int) -> str:
    """An estimate: three digits of it."""
    unit = 10 ** max(len(str(count)) - 3, 0)
    return _("about {count}").format(count=formats.count(round(count / unit) * unit))


def _columns(found: Preview) -> list[str]:
    """Which column is which field, and which are left."""
    pairs = [name if name == column else f"{name} ← {column}" for name, column in found.columns.items()]
    lines = [_("Columns: {columns}").format(columns=" · ".join(pairs))]
    if found.unused:
        lines.append(_("Not used: {columns}").format(columns=_shortened(found.unused)))
    return lines


def _shortened(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown}, … ({formats.count(len(names))})"


def _sample(found: Preview) -> Table | None:
    if not found.rows:
        return None
    fields = tuple(name for name in _SAMPLED[found.table] if name in found.rows[0])
    return Table(
        columns=fields,
        rows=tuple(tuple(row[name] for name in fields) for row in found.rows),
        headings=fields,
        shown=tuple(_shown(row, fields) for row in found.rows),
    )


def _shown(row: Mapping[str, str], fields: Sequence[str]) -> tuple[str, ...]:
    return tuple(_(_HIDDEN[row[name]]) if row[name] in _HIDDEN else row[name] for name in fields)


def remarks(result: ImportResult) -> list[str]:
    """What else to say of the rows that were taken."""
    if not result.anonymous:
        return []
    return [
        _("Without a user: {anonymous}; they count towards sales, not users.").format(
            anonymous=formats.count(result.anonymous)
        )
    ]


def _sent_back(result: ImportResult) -> list[str]:
    if result.rejected_file is None:
        return []
    return [_("The rejected rows come back with their reasons: correct them and send them again.")]


def _next_steps(result: ImportResult, role: Role, desk: Desk) -> tuple[Button, ...]:
    """New lines are asked about where a model can answer, and learned from."""
    if result.table != "lines" or not result.added + result.updated:
        return ()
    from predictor.training import TASK

    with desk.store() as connection:
        has_model = promoted(connection, TASK) is not None
    buttons = [Button(_("Who is at risk?"), _("who is at risk"))] if has_model else []
    if role == "admin":
        buttons.append(Button(_("Train the model"), _("train the model")))
    return tuple(buttons)


def _steps(desk: Desk) -> Callable[[int, int], None]:
    """Tells the desk how far an import is, in a few steps."""
    told = 0

    def advance(done: int, total: int) -> None:
        nonlocal told
        step = _STEPS * done // max(total, 1)
        if step > told:
            told = step
            desk.progress(_("importing: {share}").format(share=formats.percent(step / _STEPS)))

    return advance
