"""Messages to one user from templates and facts, each within what its channel takes, perhaps rephrased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from bot.message_templates import Templates, Text
from bot.sms_size import SmsSize, sms_size

if TYPE_CHECKING:
    from predictor.rephrasing import InTime, Rephrased, RephraseError
    from storage.offers import Offer

LONGEST_SUBJECT = 60
LONGEST_EMAIL = 900
LONGEST_CHAT = 500
# A longer text costs as much as three, and nobody reads it.
MOST_SMS = 2
MOST_VARIANTS = 3


@dataclass(frozen=True)
class Draft:
    """A message as it may be sent; `rephrased_by` names the model whose words it has, `refusal` why not.

    `size` is that of a text message; of other channels it is None.
    """

    channel: str
    text: str
    subject: str = ""
    size: SmsSize | None = None
    rephrased_by: str = ""
    refusal: str | None = None

    @property
    def whole(self) -> str:
        """What is copied: the subject, where there is one, above the text."""
        return f"{self.subject}\n\n{self.text}" if self.subject else self.text


@dataclass
class Drafts:
    """The drafts for a channel, and how many texts were too long once filled.

    `error` is what the rephrasing model had to say, where it could not be used.
    """

    channel: str
    found: list[Draft] = field(default_factory=list)
    too_long: int = 0
    error: RephraseError | None = None


def drafts_for(
    channel: str,
    templates: Templates,
    facts: Mapping[str, str],
    *,
    quiet: bool,
    most: int,
    rephrasing: InTime | None = None,
) -> Drafts:
    """At most `most` drafts, in the order of the templates: those whose facts are all known and that fit.

    `quiet` says that the user has not ordered for some time.
    """
    drafts = Drafts(channel)
    for text in templates.texts[channel]:
        if len(drafts.found) == most:
            break
        if not text.fields <= facts.keys() or (text.quiet and not quiet):
            continue
        draft = _filled(channel, text, templates, facts)
        if draft is None:
            drafts.too_long += 1
            continue
        if rephrasing is not None:
            answer = rephrasing.rephrase(text.text, templates.language)
            drafts.error = drafts.error or answer.error
            draft = _in_other_words(draft, answer, text, templates, facts, rephrasing.model.name)
        drafts.found.append(draft)
    return drafts


def offer_facts(
    offer: Offer, templates: Templates, *, category: str | None, min_order: str, today: date
) -> dict[str, str] | None:
    """What a message says of an offer, its conditions included; None where the language lacks words.

    `category` is what it is for in that language, None where it has no name there.
    """
    text = offer.texts.get(templates.language)
    conditions = templates.conditions or {}
    if offer.category is not None:
        if text is None or category is None or "category" not in conditions:
            return None
        text = conditions["category"].format(text=text, category=category)
    if offer.min_order_cents is not None:
        if text is None or "min_order" not in conditions:
            return None
        text = conditions["min_order"].format(text=text, min_order=min_order)
    if text is None:
        return None
    return {"offer": text, "code": offer.code, "until": day_in(offer.valid_until, today, templates.language)}


def day_in(day: date, today: date, language: str) -> str:
    """A day as it is written in a language, its year where that is not the present one."""
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date, format_skeleton

    try:
        locale = Locale(language)
    except UnknownLocaleError:
        return day.isoformat()
    if day.year == today.year:
        return format_skeleton("MMMMd", day, locale=locale)
    return format_date(day, format="long", locale=locale)


def money_in(cents: int, currency: str | None, language: str) -> str:
    """An amount as it is written in a language, without cents where there are none."""
    from babel import Locale, UnknownLocaleError
    from babel.numbers import format_currency, format_decimal

    try:
        locale = Locale(language)
    except UnknownLocaleError:
        locale = Locale("en")
    if currency is None:
        return str(format_decimal(cents / 100, format="#,##0.##", locale=locale))
    written: str = format_currency(cents / 100, currency, locale=locale)
    if cents % 100 == 0:
        written = written.replace(".00", "").replace(",00", "")
    return written.replace("\u00a0", " ").replace("\u202f", " ")


def _filled(
    channel: str, text: Text, templates: Templates, facts: Mapping[str, str], words: str | None = None
) -> Draft | None:
    """The draft that a text makes, its body in other words where given; None where it is too long."""
    body = (text.text if words is None else words).format_map(facts)
    if channel != "sms":
        subject = text.subject.format_map(facts)
        most = LONGEST_EMAIL if channel == "email" else LONGEST_CHAT
        fits = len(body) <= most and len(subject) <= LONGEST_SUBJECT
        return Draft(channel, body, subject) if fits else None
    signature = templates.signature
    if "{shop}" in signature:
        signature = signature.format_map(facts) if "shop" in facts else ""
    whole = signature + body + templates.ending
    size = sms_size(whole)
    return Draft(channel, whole, size=size) if size.messages <= MOST_SMS else None


def _in_other_words(
    draft: Draft,
    answer: Rephrased,
    text: Text,
    templates: Templates,
    facts: Mapping[str, str],
    model: str,
) -> Draft:
    """The draft in the model's words; as it was where they were refused, or are longer than what is sent."""
    if answer.text is None:
        return replace(draft, refusal=answer.refusal)
    new = _filled(draft.channel, text, templates, facts, answer.text)
    if new is None or (new.size and draft.size and new.size.messages > draft.size.messages):
        return replace(draft, refusal="length")
    return replace(new, rephrased_by=model)
