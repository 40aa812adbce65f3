"""The list of offers that messages may name: shown, added to, and taken from."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot import formats
from bot.command import Question
from bot.convertors import CONVERTORS
from bot.desk import Desk
from bot.i18n import N_, _
from bot.offer_words import MOST_CHARACTERS, SaidOffer, currencies_of, said_offer
from bot.reply import Button, Reply, Table
from bot.segment_words import asked_group, group_name
from bot.users import MissingArgumentError, example_of
from predictor.filters import categories_named, known_categories
from storage import offers
from storage.errors import OpsbotError
from storage.offers import Offer

LANGUAGES = {"en": N_("English"), "zh": N_("Chinese"), "de": N_("German")}
_MOST_NAMED = 12


class OfferError(OpsbotError):
    """An offer lacks a part, has one that means nothing, or is not on the list."""

    kind = "offer"


def offers_reply(question: Question, desk: Desk) -> Reply:
    """All offers, those that hold today told from the others."""
    with desk.store() as connection:
        listed = offers.every(connection)
        currency = desk.currency(connection)
    today = _today(desk)
    current = sum(offer.holds_on(today) for offer in listed)
    if not listed:
        return Reply(
            title=_("There is no offer on the list: messages name none."),
            lines=[
                _("An admin adds one: {example}").format(
                    example=_("add offer SPRING10: 10 % off until 31 March")
                )
            ],
            facts={"offers": 0, "current": 0},
        )
    return Reply(
        title=_("{current} of {count} offers hold today, {day}.").format(
            current=formats.count(current), count=formats.count(len(listed)), day=formats.day(today)
        ),
        facts={"offers": len(listed), "current": current},
        table=Table(
            columns=("code", "text", "valid_from", "valid_until", "state", "conditions"),
            rows=tuple(
                (
                    offer.code,
                    dict(offer.texts),
                    offer.valid_from.isoformat(),
                    offer.valid_until.isoformat(),
                    _state(offer, today),
                    {
                        "min_order_cents": offer.min_order_cents,
                        "category": offer.category,
                        "segment": offer.segment,
                    },
                )
                for offer in listed
            ),
            headings=(_("code"), _("text"), _("starts"), _("until"), _("state"), _("only")),
            shown=tuple(
                (
                    offer.code,
                    " / ".join(offer.texts.values()),
                    formats.near_day(offer.valid_from, today),
                    formats.near_day(offer.valid_until, today),
                    _(_STATES[_state(offer, today)]),
                    _conditions(offer, currency),
                )
                for offer in listed
            ),
            narrow=frozenset({0, 1, 3, 4, 5}),
        ),
    )


def add_offer_reply(question: Question, desk: Desk) -> Reply:
    """An offer written down, or the text of one in a further language; raises OfferError."""
    code = question.args.get("code")
    if not code:
        raise MissingArgumentError(
            "Which offer?", next_step="Name one: {example}", example=example_of(question)
        )
    said = said_offer(str(question.args.get("said", "")), desk.now().astimezone(desk.settings.zone))
    _check_text(said, str(code), question)
    today = _today(desk)
    with desk.store() as connection:
        known = offers.find(connection, str(code))
        if known is not None and said.named and said.valid_until is None and said.day_problem is None:
            offers.keep_text(connection, known.code, said.language, said.text)
            offer = replace(known, texts={**known.texts, said.language: said.text})
            title = _("Offer {code} has its text in {language} now.")
        else:
            offer = _offer(said, str(code), question, desk, connection)
            offers.keep(connection, offer, at=desk.moment(), by=question.asker.operator)
            title = (
                _("Offer {code} is on the list.")
                if known is None
                else _("Offer {code} is on the list in place of the earlier one.")
            )
        currency = desk.currency(connection)
    return Reply(
        title=title.format(code=offer.code, language=_(LANGUAGES[said.language])),
        lines=_told(offer, today, currency),
        facts={
            "code": offer.code,
            "texts": dict(offer.texts),
            "valid_from": offer.valid_from.isoformat(),
            "valid_until": offer.valid_until.isoformat(),
            "min_order_cents": offer.min_order_cents,
            "category": offer.category,
            "segment": offer.segment,
        },
        buttons=(Button(_("All offers"), _("offers")),),
    )


def remove_offer_reply(question: Question, desk: Desk) -> Reply:
    """That an offer is off the list; raises OfferError where it is not on it."""
    code = question.args.get("code")
    if not code:
        raise MissingArgumentError(
            "Which offer?", next_step="Name one: {example}", example=example_of(question)
        )
    with desk.store() as connection:
        known = offers.find(connection, str(code))
        if known is None:
            raise OfferError(
                "There is no offer {code} on the list.",
                next_step="See the list: {example}",
                code=code,
                example=_("offers"),
            )
        offers.remove(connection, known.code)
    return Reply(
        title=_("Offer {code} is off the list: no message names it any more.").format(code=known.code),
        facts={"code": known.code},
        buttons=(Button(_("All offers"), _("offers")),),
    )


def offer_name(offer: Offer, today: date) -> str:
    """An offer by its code and its last day."""
    return _("{code} (until {day})").format(code=offer.code, day=formats.near_day(offer.valid_until, today))


_STATES = {"current": N_("holds"), "ended": N_("ended"), "later": N_("not yet")}


def _state(offer: Offer, today: date) -> str:
    if offer.holds_on(today):
        return "current"
    return "ended" if offer.valid_until < today else "later"


def _today(desk: Desk) -> date:
    return desk.local_day(desk.moment())


def _check_text(said: SaidOffer, code: str, question: Question) -> None:
    """Raise OfferError unless there are words to tell a user; the days are checked later."""
    if said.day_problem is not None:
        raise OfferError(
            "{day} is no day of the calendar.",
            next_step="Say it like this: {example}",
            day=said.day_problem,
            example=example_of(question),
        )
    if not said.text:
        raise OfferError(
            "What does offer {code} give?", next_step="Say it like this: {example}", code=code,
            example=example_of(question),
        )  # fmt: skip
    if len(said.text) > MOST_CHARACTERS or "\n" in said.text or not said.text.isprintable():
        raise OfferError(
            "The text of an offer is one line of at most {most} characters.",
            next_step="Shorten it; days and conditions are said beside it.",
            most=MOST_CHARACTERS,
        )


def _offer(
    said: SaidOffer, code: str, question: Question, desk: Desk, connection: sqlite3.Connection
) -> Offer:
    today = _today(desk)
    if said.valid_until is None:
        raise OfferError(
            "Until when does offer {code} hold?",
            next_step="Say it like this: {example}",
            code=code,
            example=example_of(question),
        )
    valid_from = said.valid_from or today
    if said.valid_until < today:
        raise OfferError(
            "Offer {code} would have ended already, on {day}.",
            next_step="Name a later day, with its year where it is next year's.",
            code=code,
            day=formats.day(said.valid_until),
        )
    if said.valid_until < valid_from:
        raise OfferError(
            "Offer {code} would end on {until}, before it begins on {day}.",
            next_step="Name a later day for its end.",
            code=code,
            until=formats.day(said.valid_until),
            day=formats.day(valid_from),
        )
    currency = desk.currency(connection)
    meant = currencies_of(said.min_order or "")
    if meant and currency and currency not in meant:
        raise OfferError(
            "The shop's orders are in {currency}, so an offer cannot ask for {amount}.",
            next_step="Say the least order in {currency}, or leave it out.",
            currency=currency,
            amount=said.min_order,
        )
    group = asked_group(said.segment, connection) if said.segment else None
    return Offer(
        code=code,
        valid_from=valid_from,
        valid_until=said.valid_until,
        texts={said.language: said.text},
        min_order_cents=CONVERTORS["money"].convert(said.min_order) if said.min_order else None,
        category=_category(said.category, connection) if said.category else None,
        segment=f"{group.scheme}:{group.key}" if group else None,
    )


def _category(named: str, connection: sqlite3.Connection) -> str:
    """The one stored category that is meant."""
    found = categories_named(connection, named)
    if len(found) == 1:
        return found[0]
    choices = found or known_categories(connection)
    raise OfferError(
        "Several categories are called {category}." if found else "Nobody bought from a category {category}.",
        next_step="Name one of: {categories}" if choices else "Leave it out, or say for whom in the text.",
        category=named,
        categories=" · ".join(choices[:_MOST_NAMED]),
    )


def _conditions(offer: Offer, currency: str | None) -> str:
    parts = []
    if offer.category:
        parts.append(offer.category)
    if offer.min_order_cents:
        parts.append(_("orders from {money}").format(money=formats.money(offer.min_order_cents, currency)))
    if offer.segment:
        parts.append(_("segment {segment}").format(segment=group_name(*offer.segment.split(":", 1))))
    return ", ".join(parts)


def _told(offer: Offer, today: date, currency: str | None) -> Sequence[str]:
    lines = [
        _("{language}: {text}").format(language=_(LANGUAGES[language]), text=text)
        for language, text in offer.texts.items()
    ]
    lines.append(
        _("From {first} until {last}, both days in the shop's time.").format(
            first=formats.near_day(offer.valid_from, today), last=formats.near_day(offer.valid_until, today)
        )
    )
    if conditions := _conditions(offer, currency):
        lines.append(_("Only: {conditions}.").format(conditions=conditions))
    missing = [language for language in LANGUAGES if language not in offer.texts]
    if missing:
        lines.append(
            _("Messages in {languages} do not name it until it has a text there, such as: {example}").format(
                languages=", ".join(_(LANGUAGES[language]) for language in missing),
                example=_("add offer {code} in German: 10 % Rabatt").format(code=offer.code)
                if missing[0] == "de" or "zh" not in missing
                else _("add offer {code} in Chinese: 九折").format(code=offer.code),
            )
        )
    return lines
