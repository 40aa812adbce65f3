"""Finding a user: by order number, e-mail address, id, or a part of an id such as 138…1234."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace

from bot.command import Question
from bot.desk import Desk
from bot.i18n import _
from bot.profile_reply import profile_reply
from bot.reply import Button, Reply, Table
from bot.users import MissingArgumentError, example_of, in_a_question
from storage.errors import NotThereError, OpsbotError
from storage.finding import ids_like, users_of_order
from storage.identities import is_known, user_of
from storage.nearest import nearest, order_ids, user_ids
from storage.privacy import Pseudonyms, is_personal_id

MOST_SHOWN = 8

_ORDER = re.compile(
    r"(?:orders?|订单号|订单|單號|訂單|单号)[\s:：#]*(?:(?:no\.?|number|nr\.?|id|号)[\s:：#]+)?(?P<id>\S.*)",
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(r"\s*(?:\.{2,}|…+|\*+|·{2,}|⋯+|x{3,})\s*", re.IGNORECASE)


class NobodyFoundError(NotThereError):
    """Nothing in the store leads from these words to a user."""

    kind = "unknown_user"
    argument = "text"


class NoUserOfOrderError(OpsbotError):
    """The order exists, but came without a user."""

    kind = "anonymous_order"


def find_reply(question: Question, desk: Desk) -> Reply:
    """The profile of the only user whom the words lead to, or a list to choose from."""
    text = str(question.args.get("text") or "").strip()
    if not text:
        raise MissingArgumentError(
            "Whom are you looking for?", next_step="For instance: {example}", example=example_of(question)
        )
    with desk.store() as connection:
        desk.as_of(connection)  # without any order the way out is another one
        found = list(dict.fromkeys(user_of(connection, each) for each in _found(connection, desk, text)))
        near = () if found or is_personal_id(text) else nearest(text, user_ids(connection))
    if not found:
        raise NobodyFoundError(
            "Nobody is found by {text}.",
            near=near,
            next_step="Did you mean: {near}?"
            if near
            else "Try an id or its beginning, an order number or a full e-mail address;"
            " names and phone numbers are not kept.",
            text=text,
        )
    if len(found) == 1:
        return profile_reply(replace(question, args={"user": found[0]}), desk)
    return _choice(text, found)


def _found(connection: sqlite3.Connection, desk: Desk, text: str) -> list[str]:
    """The ids that the words may mean, by the first way that leads to any."""
    order = _ORDER.fullmatch(text)
    if order:
        return _of_order(connection, order["id"].strip(), must_exist=True)
    pseudonyms = Pseudonyms(desk.home.path)
    for user_id in (pseudonyms.id_for(text), pseudonyms.known_for(text)):
        if is_known(connection, user_id):
            return [user_id]
    of_order = _of_order(connection, text, must_exist=False)
    if of_order:
        return of_order
    begins, *rest = _LEFT_OUT.split(text, maxsplit=1)
    return ids_like(connection, begins, rest[0] if rest else "", MOST_SHOWN) if begins else []


def _of_order(connection: sqlite3.Connection, order_id: str, *, must_exist: bool) -> list[str]:
    users = users_of_order(connection, order_id)
    if users == [""]:
        raise NoUserOfOrderError(
            "Order {order} came without a user.",
            next_step="It counts in sales only; import the order with its user to change that.",
            order=order_id,
        )
    if not users and must_exist:
        near = nearest(order_id, order_ids(connection))
        raise NobodyFoundError(
            "There is no order {order}.",
            next_step="Did you mean: {near}?" if near else "Check the number as the shop writes it.",
            near=[_("order {order}").format(order=each) for each in near],
            order=order_id,
        )
    return [each for each in users if each]


def _choice(text: str, found: list[str]) -> Reply:
    return Reply(
        title=_("Several users may be meant by {text}:").format(text=text),
        facts={"text": text, "users": len(found)},
        table=Table(
            columns=("user_id",),
            rows=tuple((each,) for each in found),
            headings=(_("user"),),
            shown=tuple((each,) for each in found),
        ),
        buttons=tuple(
            Button(each, _("tell me about user {user}").format(user=in_a_question(each)))
            for each in found[:4]
        ),
    )
