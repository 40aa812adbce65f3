"""What reviews say: themes of a period, and reviews found by letters and by meaning."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot import formats
from bot.command import Question
from bot.desk import Desk
from bot.i18n import _
from bot.reading_reply import anything_read, encoder_of
from bot.reply import Button, Provenance, Reply, Table
from storage.errors import OpsbotError
from storage.masking import MASK, mask
from storage.moments import DAY_SECONDS
from storage.review_search import find

if TYPE_CHECKING:
    from predictor.reading import Theme, Themes

USUAL_DAYS = 30
USUAL_DAYS_OF_PRODUCT = 365
THEMES_SHOWN = 8
FOUND_SHOWN = 10


class NoProductError(OpsbotError):
    """No product has that id or name."""

    kind = "no_product"


def reviews_reply(question: Question, desk: Desk) -> Reply:
    """The complaint themes of a period; of one product also what is praised. Raises EmptyStoreError."""
    product = question.args.get("product")
    days = int(str(question.args.get("days", USUAL_DAYS_OF_PRODUCT if product else USUAL_DAYS)))
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        item = _item(connection, str(product)) if product else None
        found = _themes(question, desk, connection, days, item[0] if item else None)
        now = _standing_now(connection, found)
    # What really changed is shown even where it is rare now.
    shown = [
        theme
        for place, theme in enumerate(found.themes)
        if place < THEMES_SHOWN or (theme.change and theme.change.real)
    ]
    both = any(theme.complaint for theme in shown) and not all(theme.complaint for theme in shown)
    return Reply(
        title=_title(found, days, item),
        lines=[*_lines(found, shown, days), *_risk_line(now), *desk.stale_line(as_of)],
        facts={
            "reviews": found.reviews,
            "complaints": found.complaints,
            "days": days,
            "product": item[0] if item else None,
            "unread": found.unread,
            "changes": [
                {
                    "theme": theme.name,
                    "before": theme.before,
                    "low": theme.change.low if theme.change else None,
                    "high": theme.change.high if theme.change else None,
                    "real": bool(theme.change and theme.change.real),
                    "complaint": theme.complaint,
                }
                for theme in shown
            ],
        },
        table=Table(
            columns=("theme", "reviews", "share", "change", "example"),
            rows=tuple(
                (
                    theme.name,
                    theme.reviews,
                    theme.share,
                    theme.change.difference if theme.change else None,
                    theme.example,
                )
                for theme in shown
            ),
            headings=(_("theme"), _("reviews"), _("share"), _("change"), _("example")),
            shown=tuple(
                (
                    _marked(theme, both),
                    formats.count(theme.reviews),
                    formats.percent(theme.share),
                    _change(theme),
                    theme.example,
                )
                for theme in shown
            ),
            narrow=frozenset({0, 1, 3}),
        ),
        buttons=_buttons(found, item),
        provenance=Provenance(as_of.isoformat(), as_of.isoformat(), None, None, None),
    )


def _themes(
    question: Question, desk: Desk, connection: sqlite3.Connection, days: int, item_id: str | None
) -> Themes:
    from predictor.reading import themes_of

    snapshot = desk.snapshot(connection)
    end = snapshot.known_before
    start = end - days * DAY_SECONDS
    encoder = encoder_of(desk) if anything_read(connection) else None
    return themes_of(
        snapshot, encoder, start, end, item_id=item_id, language=question.language, praise=item_id is not None
    )


def _item(connection: sqlite3.Connection, named: str) -> tuple[str, str]:
    """The id and the name of a product; raises NoProductError."""
    rows = connection.execute(
        "SELECT item_id, name FROM ("
        " SELECT item_id, name FROM items WHERE item_id = :it OR INSTR(LOWER(name), LOWER(:it)) > 0"
        " UNION SELECT item_id, NULL FROM reviews WHERE item_id = :it"
        " UNION SELECT item_id, item_name FROM lines WHERE item_id = :it OR item_name = :it)"
        " ORDER BY item_id <> :it, name IS NULL, LENGTH(name), item_id LIMIT 1",
        {"it": named},
    ).fetchall()
    if not rows:
        raise NoProductError(
            "There is no product “{product}” here.",
            next_step="Name it by its id or by a part of its name.",
            product=mask(named),
        )
    return rows[0][0], rows[0][1] or rows[0][0]


def _standing_now(connection: sqlite3.Connection, found: Themes) -> int:
    """How many of those who complained are flagged now."""
    users = {user for theme in found.themes if theme.complaint for user in theme.user_ids}
    flagged = {
        row[0] for row in connection.execute("SELECT user_id FROM scores WHERE task = 'churn' AND flagged")
    }
    return len(users & flagged)


def _title(found: Themes, days: int, item: tuple[str, str] | None) -> str:
    values = {
        "complaints": formats.count(found.complaints),
        "reviews": formats.count(found.reviews),
        "days": formats.count(days),
        "product": item[1] if item else "",
    }
    if item:
        return _("{product}: {complaints} of {reviews} reviews of the last {days} days complain.").format(
            **values
        )
    return _("{complaints} of {reviews} reviews of the last {days} days complain.").format(**values)


def _lines(found: Themes, shown: Sequence[Theme], days: int) -> list[str]:
    lines = []
    real = [theme for theme in shown if theme.change and theme.change.real]
    for theme in real:
        assert theme.change is not None
        lines.append(
            _(
                "“{theme}” changed: {change} percentage points ({low} to {high})"
                " against the {days} days before."
            ).format(
                theme=theme.name,
                change=formats.points(theme.change.difference),
                low=formats.points(theme.change.low),
                high=formats.points(theme.change.high),
                days=formats.count(days),
            )
        )
    if any(theme.change for theme in shown) and not real:
        lines.append(_("No real change against the {days} days before.").format(days=formats.count(days)))
    if found.unread:
        lines.append(
            _(
                "{count} sentences are not read yet; the nightly work does that,"
                " or an admin who says: read the reviews"
            ).format(count=formats.count(found.unread))
        )
    elif found.unrated and found.rated:
        lines.append(
            _(
                "{count} reviews have no stars: their words decided, as learnt from the shop's rated reviews."
            ).format(count=formats.count(found.unrated))
        )
    elif found.unrated:
        lines.append(
            _(
                "{count} reviews have no stars: too few rated ones to learn from,"
                " so their words were compared with plain blame and praise."
            ).format(count=formats.count(found.unrated))
        )
    return lines


def _risk_line(flagged: int) -> list[str]:
    if not flagged:
        return []
    return [_("Flagged now, of those who complained: {count}.").format(count=formats.count(flagged))]


def _change(theme: Theme) -> str:
    if theme.change is None:
        return "–"
    return formats.points(theme.change.difference) if theme.change.real else _("no real change")


def _marked(theme: Theme, both: bool) -> str:
    if not both:
        return theme.name
    return ("− " if theme.complaint else "+ ") + theme.name


def _buttons(found: Themes, item: tuple[str, str] | None) -> tuple[Button, ...]:
    buttons = [Button(_("Who is at risk?"), _("who is at risk"))]
    if item:
        buttons.insert(0, Button(_("All complaints"), _("what are customers complaining about")))
    for theme in found.themes[:1]:
        word = theme.name.replace("、", ",").split(",")[0].strip()
        buttons.insert(0, Button(word, _("search reviews {text}").format(text=word)))
    if found.unread:
        buttons.append(Button(_("Read the reviews"), _("read the reviews")))
    return tuple(buttons)


def search_reply(question: Question, desk: Desk) -> Reply:
    """Reviews that hold the words, then those that mean nearly the same. Raises EmptyStoreError."""
    text = str(question.args.get("text", ""))
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        letters = [
            (row["user_id"], row["written_at"], row["rating"], row["text"])
            for row in find(desk.snapshot(connection), text)
        ]
        alike, note = _alike(question, desk, connection, text, {(row[0], row[1], row[3]) for row in letters})
    rows = [*letters, *alike][:FOUND_SHOWN]
    masked = mask(text)
    return Reply(
        title=_("“{text}”: {letters} reviews by their letters, {alike} more by their meaning.").format(
            text=masked, letters=formats.count(len(letters)), alike=formats.count(len(alike))
        ),
        lines=[*note, *desk.stale_line(as_of)],
        facts={"text": masked, "letters": len(letters), "meaning": len(alike)},
        table=Table(
            columns=("user_id", "written_on", "rating", "text"),
            rows=tuple((user, desk.local_day(at).isoformat(), stars, said) for user, at, stars, said in rows),
            headings=(_("user"), _("written on"), _("stars"), _("review")),
            shown=tuple(
                (
                    user,
                    formats.day(desk.local_day(at)),
                    formats.decimal(stars) if stars is not None else "–",
                    said,
                )
                for user, at, stars, said in rows
            ),
        ),
        buttons=(Button(_("Complaints"), _("what are customers complaining about")),),
        provenance=Provenance(as_of.isoformat(), as_of.isoformat(), None, None, None),
    )


_Row = tuple[str, int, float | None, str]


def _alike(
    question: Question,
    desk: Desk,
    connection: sqlite3.Connection,
    text: str,
    there: set[tuple[str, int, str]],
) -> tuple[list[_Row], list[str]]:
    """Reviews near in meaning, the nearest first; and a line where meaning could not be used."""
    from predictor.encoder_in_background import warm_up
    from predictor.reading import alike

    if MASK in mask(text):  # what is personal is not looked for by meaning
        return [], []
    if not anything_read(connection):
        return [], [_("By letters only: the reviews are not read yet. An admin can say: read the reviews")]
    try:
        encoder = encoder_of(desk)
        if not encoder.loaded and question.asker.transport != "terminal":
            warm_up(encoder)
            return [], [_("By letters only: meaning is being loaded; ask again in a few seconds.")]
        found = alike(desk.snapshot(connection), encoder, mask(text), most=FOUND_SHOWN * 2)
    except OpsbotError as error:
        return [], [_("By letters only: {problem}").format(problem=_(error.message).format(**error.values))]
    rows = [(each.user_id, each.written_at, each.rating, each.text) for each in found]
    return [row for row in rows if (row[0], row[1], row[3]) not in there], []
