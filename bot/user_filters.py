"""The filter that a question asks for: "in segment Champions", "who bought coffee but not tea".

A list that wants it puts `<filtered>` (Chinese: `<筛选>`, before the users) into its phrases, which gives the
arguments `segment`, `category`, `also_category` and `not_category`; `min_value` comes from `<who spent>`
(`<花费>`) or from words of its own. Then:

    wanted = asked_filter(question.args, desk, connection)
    chosen = condition(desk.snapshot(connection), wanted)     # predictor.filters
    rows = connection.execute(f"SELECT … WHERE {chosen.sql}", chosen.parameters)
    lines = filter_lines(wanted, desk, connection)            # what was understood, in the language in use
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from rapidfuzz import fuzz, process

from bot.desk import Desk
from bot.i18n import _
from bot.segment_words import asked_group, group_name
from predictor.filters import Goods, UserFilter, categories_named, items_named, known_categories
from storage.errors import OpsbotError

MOST_OFFERED = 12
FILTERS = ("segment", "min_value", "category", "also_category", "not_category")


class UnknownCategoryError(OpsbotError):
    """Nobody ever bought of a category or item of that name."""

    kind = "unknown_category"


def asked_filter(args: Mapping[str, object], desk: Desk, connection: sqlite3.Connection) -> UserFilter:
    """The filter of a question's arguments; what it reads is brought up to date first.

    Raises UnknownSegmentError or UnknownCategoryError, which offer what there is. Without any of the
    arguments it is no filter, and costs nothing.
    """
    from predictor.segments import refresh_segments

    if not any(args.get(name) is not None for name in FILTERS):
        return UserFilter()
    refresh_segments(
        connection, horizon_days=desk.settings.horizon_days, active_days=desk.settings.active_days
    )
    segment, value = args.get("segment"), args.get("min_value")
    return UserFilter(
        segment=asked_group(str(segment), connection) if segment is not None else None,
        min_value=int(value) if isinstance(value, int | float) else None,
        bought=_goods(args.get("category"), connection),
        also_bought=_goods(args.get("also_category"), connection),
        not_bought=_goods(args.get("not_category"), connection),
    )


def filter_lines(wanted: UserFilter, desk: Desk, connection: sqlite3.Connection) -> tuple[str, ...]:
    """What the filter keeps, in a sentence; nothing without a filter."""
    parts = []
    if wanted.segment is not None:
        name = group_name(wanted.segment.scheme, wanted.segment.key)
        parts.append(_("are in the segment {segment}").format(segment=name))
    if wanted.min_value is not None:
        parts.append(_("spent {money} or more").format(money=desk.money(connection, wanted.min_value)))
    for goods in (wanted.bought, wanted.also_bought):
        if goods is not None:
            parts.append(_("bought {goods}").format(goods=_listed(goods)))
    if wanted.not_bought is not None:
        parts.append(_("never bought {goods}").format(goods=_listed(wanted.not_bought)))
    return (_("Only users who: {conditions}.").format(conditions=_("; ").join(parts)),) if parts else ()


def _goods(said: object, connection: sqlite3.Connection) -> Goods | None:
    if said is None:
        return None
    name = str(said)
    categories = categories_named(connection, name)
    items = [] if categories else items_named(connection, name)
    if categories or items:
        return Goods(name, categories, items)
    known = known_categories(connection)
    near = [match[0] for match in process.extract(name, known, scorer=fuzz.WRatio, limit=MOST_OFFERED)]
    if not near:
        raise UnknownCategoryError(
            "There is no category {category}: the order lines name none.",
            next_step="Import a file with the column category.",
            category=name,
        )
    raise UnknownCategoryError(
        "Nobody bought anything called {category}.",
        next_step="There are: {names}.",
        category=name,
        names=_(", ").join(near),
    )


def _listed(goods: Goods) -> str:
    """The categories meant; items by what the operator called them."""
    return _(", ").join(goods.categories[:MOST_OFFERED]) or goods.said
