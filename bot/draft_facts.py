"""What a draft for one user rests on: texts in a language, the facts that are true, what to say of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.command import Question
from bot.desk import Desk
from bot.drafts import day_in, money_in, offer_facts
from bot.i18n import N_, _
from bot.message_templates import Templates, known_languages, templates
from bot.offers_reply import offer_name
from bot.users import last_order
from predictor.message_facts import (
    ChosenOffer,
    chosen_offer,
    last_purchase,
    named_in,
    recommended_item,
    user_language,
)
from storage.offers import Offer
from storage.snapshot import Snapshot

# Who ordered within this many days of the latest order has not been away.
QUIET_DAYS = 30
_FROM = {
    "user": N_("Language: {language}, as the shop's users say."),
    "reviews": N_("Language: {language}, that of the user's reviews."),
    "shop": N_("Language: {language}; that of this user is not known."),
}


@dataclass(frozen=True)
class Known:
    """What is known for the messages: the templates, the facts by field, and what is to be said of them."""

    templates: Templates
    facts: Mapping[str, str]
    quiet: bool
    lines: Sequence[str]
    offer: Offer | None


def known_for(question: Question, desk: Desk, snapshot: Snapshot, user_id: str) -> Known:
    """The facts that may stand in a message, in the user's language."""
    today = desk.local_day(desk.moment())
    texts, lines = _templates(question, desk, snapshot, user_id)
    language = texts.language
    facts = {"shop": desk.settings.shop_name} if desk.settings.shop_name else {}
    last = last_order(snapshot, user_id)
    bought = last_purchase(snapshot, user_id, language)
    if bought is not None and bought.at is not None:
        facts |= {"item": bought.name, "date": day_in(desk.local_day(bought.at), today, language)}
    elif last.day is None:
        lines.append(_("There is no order yet to speak of."))
    else:
        lines.append(_("Nothing of the last order can be named: it has no name here, or came back."))
    offered = recommended_item(
        snapshot.connection, desk.home.models, user_id, snapshot.as_of, language, besides=bought
    )
    if offered is not None:
        facts["recommended"] = offered.name
    else:
        lines.append(_("No item to recommend: no recommender is trained, or none has a name."))
    chosen = chosen_offer(snapshot, user_id, today)
    said = _said_offer(chosen, texts, today, desk.currency(snapshot.connection))
    facts |= said or {}
    return Known(
        templates=texts,
        facts=facts,
        quiet=last.day is not None and (snapshot.as_of - last.day).days >= QUIET_DAYS,
        lines=[*lines, *_offer_lines(chosen, said is not None, texts, today)],
        offer=chosen.offer if said else None,
    )


def _templates(
    question: Question, desk: Desk, snapshot: Snapshot, user_id: str
) -> tuple[Templates, list[str]]:
    """The texts in the user's language, else in the shop's, and what is said of that."""
    home = desk.home.path
    shop = question.language if desk.settings.language == "auto" else desk.settings.language
    found = user_language(snapshot, user_id)
    if found is None:
        texts, source = templates(shop, home), "shop"
    elif found[0] in known_languages(home):
        texts, source = templates(found[0], home), found[1]
    else:
        texts = templates(shop, home)
        return texts, [
            _("There are no texts in the user's language ({code}), so these are in {language}.").format(
                code=found[0], language=texts.name
            )
        ]
    return texts, [_(_FROM[source]).format(language=texts.name)]


def _said_offer(
    chosen: ChosenOffer, texts: Templates, today: date, currency: str | None
) -> dict[str, str] | None:
    if chosen.offer is None:
        return None
    return offer_facts(
        chosen.offer,
        texts,
        category=named_in(chosen.offer.category, texts.language),
        min_order=money_in(chosen.offer.min_order_cents or 0, currency, texts.language),
        today=today,
    )


def _offer_lines(chosen: ChosenOffer, said: bool, texts: Templates, today: date) -> list[str]:
    """Which offers are not named, and why."""
    lines = []
    if chosen.offer and not said:
        lines.append(
            _("Offer {code} is not named: it has no text in {language}.").format(
                code=chosen.offer.code, language=texts.name
            )
        )
    elif not chosen.offer:
        lines.append(_("No offer is named: none on the list holds today for this user."))
    if chosen.ended:
        lines.append(
            _("Ended, and not used: {offers}.").format(
                offers=", ".join(offer_name(each, today) for each in chosen.ended)
            )
        )
    return lines
