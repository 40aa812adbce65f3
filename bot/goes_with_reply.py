"""What is bought together: with a product, with a category, or in the whole shop as a file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from bot import formats
from bot.command import Question
from bot.desk import Desk
from bot.i18n import _
from bot.list_file import list_file
from bot.products import OTHERS_SHOWN, Shelf, asked_category, asked_product, called
from bot.reply import Button, Provenance, Reply, Table
from predictor.basket_counts import BasketCounts
from predictor.baskets import FEWEST_BASKETS, MOST_ITEMS_OF_A_BASKET, Baskets, Rule
from storage.snapshot import Snapshot, data_version

ROWS_SHOWN = 10
COLUMNS = ("item_id", "name", "support", "confidence", "lift")


def goes_with_reply(question: Question, desk: Desk) -> Reply:
    """The most telling rules first; what could be a coincidence is left out, and the answer says so."""
    product, category = question.args.get("product"), question.args.get("category")
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        baskets: Shelf
        if product:
            baskets = _read_already(connection, desk) or _counts(connection, desk)
            reply = _of_product(str(product), baskets, desk.snapshot(connection))
        elif category:
            baskets = _baskets(connection, desk)
            reply = _of_category(str(category), baskets)
        else:
            baskets = _baskets(connection, desk)
            reply = _of_the_shop(baskets, desk)
    return Reply(
        title=reply.title,
        lines=[*reply.lines, *_what_counts(baskets), *desk.stale_line(as_of)],
        facts={"baskets": baskets.n_baskets, **reply.facts},
        table=reply.table,
        buttons=reply.buttons,
        attachments=reply.attachments,
        provenance=Provenance(as_of.isoformat(), as_of.isoformat(), None, None, None),
    )


def _of_product(named: str, baskets: Shelf, snapshot: Snapshot) -> Reply:
    place, *others = asked_product(named, baskets)
    item_id, name = baskets.item_ids[place], called(place, baskets)
    rules = baskets.rules_of([place]) if isinstance(baskets, Baskets) else baskets.rules_of(item_id, snapshot)
    holding = formats.count(baskets.counts[place])
    title = (
        _("{other} goes best with {item} ({baskets} baskets).").format(
            other=_name(rules[0].item_id, baskets), item=name, baskets=holding
        )
        if rules
        else _(
            "Nothing is bought with {item} more often than chance would have it ({baskets} baskets)."
        ).format(item=name, baskets=holding)
    )
    return Reply(
        title=title,
        facts={"item_id": item_id},
        table=_table(rules[:ROWS_SHOWN], baskets),
        buttons=tuple(
            Button(called(other, baskets), goes_with_question(baskets.item_ids[other]))
            for other in others[:OTHERS_SHOWN]
        )
        or tuple(
            Button(_name(rule.item_id, baskets), goes_with_question(rule.item_id))
            for rule in rules[:OTHERS_SHOWN]
        ),
    )


def _of_category(named: str, baskets: Baskets) -> Reply:
    places = asked_category(named, baskets)
    category = baskets.categories[places[0]]
    rules = baskets.rules_of(places)
    title = (
        _("{other} goes best with the category {category}.").format(
            other=_name(rules[0].item_id, baskets), category=category
        )
        if rules
        else _("Nothing is bought with the category {category} more often than chance would have it.").format(
            category=category
        )
    )
    return Reply(title=title, facts={"category": category}, table=_table(rules[:ROWS_SHOWN], baskets))


def _of_the_shop(baskets: Baskets, desk: Desk) -> Reply:
    rules = sorted(baskets.every_rule(), key=lambda rule: -rule[1].more_than_chance)
    columns = ("with_item_id", *COLUMNS, "baskets", "lift_low")
    file = list_file(desk, "basket-rules", columns, _file_rows(rules, baskets), kind="basket_rules")
    return Reply(
        title=_("{count} pairs are bought together more often than chance would have it.").format(
            count=formats.count(len(rules) // 2)
        ),
        facts={"rules": len(rules)},
        table=_pairs_table(rules[:ROWS_SHOWN], baskets),
        attachments=(file,),
    )


def _what_counts(baskets: Shelf) -> list[str]:
    lines = [
        _(
            "Counted are pairs in {fewest} baskets or more whose lift is surely above 1"
            " (lower bound of a 99.9 % interval)."
        ).format(fewest=FEWEST_BASKETS)
    ]
    if baskets.left_out:
        lines.append(
            _("Baskets of more than {most} items are left out: {count}.").format(
                most=MOST_ITEMS_OF_A_BASKET, count=formats.count(baskets.left_out)
            )
        )
    return lines


def _table(rules: Sequence[Rule], baskets: Shelf) -> Table | None:
    if not rules:
        return None
    names = [_name(rule.item_id, baskets) for rule in rules]
    return Table(
        columns=COLUMNS,
        rows=tuple(
            (rule.item_id, name, rule.support, rule.confidence, rule.lift)
            for rule, name in zip(rules, names, strict=True)
        ),
        headings=(_("item"), _("name"), _("share of all baskets"), _("of its baskets"), _("lift")),
        shown=tuple((rule.item_id, name, *_shown(rule)) for rule, name in zip(rules, names, strict=True)),
        narrow=frozenset({1, 3, 4}),
    )


def _pairs_table(pairs: Sequence[tuple[str, Rule]], baskets: Baskets) -> Table | None:
    if not pairs:
        return None
    return Table(
        columns=("with_item_id", *COLUMNS),
        rows=tuple(
            (item, rule.item_id, _name(rule.item_id, baskets), rule.support, rule.confidence, rule.lift)
            for item, rule in pairs
        ),
        headings=(
            _("with"),
            _("item"),
            _("name"),
            _("share of all baskets"),
            _("of its baskets"),
            _("lift"),
        ),
        shown=tuple(
            (_name(item, baskets), rule.item_id, _name(rule.item_id, baskets), *_shown(rule))
            for item, rule in pairs
        ),
        narrow=frozenset({0, 2, 5}),
    )


def _shown(rule: Rule) -> tuple[str, str, str]:
    return (
        formats.percent(rule.support, places=1),
        formats.percent(rule.confidence),
        formats.decimal(rule.lift),
    )


def _file_rows(rules: Sequence[tuple[str, Rule]], baskets: Baskets) -> Iterator[Sequence[object]]:
    for item, rule in rules:
        yield (
            item,
            rule.item_id,
            _name(rule.item_id, baskets),
            *(f"{value:.6g}" for value in (rule.support, rule.confidence, rule.lift)),
            rule.baskets,
            f"{rule.lift_low:.6g}",
        )


def _name(item_id: str, baskets: Shelf) -> str:
    return called(baskets.place(item_id), baskets)


def goes_with_question(item_id: str) -> str:
    """The question what sells with that item."""
    return _("what sells with {product}").format(product=item_id)


# Reading all baskets takes seconds in a large shop; the number changes with every import that changed a row.
Kept = TypeVar("Kept")
_in_memory: dict[tuple[str, int], Baskets] = {}
_counts_in_memory: dict[tuple[str, int], BasketCounts] = {}


def prepare_baskets(desk: Desk) -> None:
    """Read the baskets now, so that nobody has to wait for it."""
    with desk.store() as connection:
        _baskets(connection, desk)


def _baskets(connection: sqlite3.Connection, desk: Desk) -> Baskets:
    read = _read_already(connection, desk)
    if read is None:
        version = data_version(connection)
        read = Baskets.of(desk.snapshot(connection))
        read.save(_file(desk), version)
        _keep(_in_memory, desk, version, read)
    return read


def _read_already(connection: sqlite3.Connection, desk: Desk) -> Baskets | None:
    """All baskets, where the night or somebody who asked for all of them had them read."""
    version = data_version(connection)
    found = _in_memory.get((str(desk.home.path), version)) or Baskets.load(_file(desk), version)
    if found is not None:
        _keep(_in_memory, desk, version, found)
    return found


def _counts(connection: sqlite3.Connection, desk: Desk) -> BasketCounts:
    version = data_version(connection)
    found = _counts_in_memory.get((str(desk.home.path), version)) or BasketCounts.of(
        desk.snapshot(connection)
    )
    _keep(_counts_in_memory, desk, version, found)
    return found


def _keep(memory: dict[tuple[str, int], Kept], desk: Desk, version: int, kept: Kept) -> None:
    memory.clear()
    memory[str(desk.home.path), version] = kept


def _file(desk: Desk) -> Path:
    return desk.home.path / "baskets.npz"
