"""Drafts of a message to one user: who agreed to what, which facts are true, and the texts to copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot import formats
from bot.audience_words import said_channel
from bot.command import Question
from bot.desk import Desk
from bot.drafts import MOST_VARIANTS, Draft, Drafts, day_in, drafts_for, money_in, offer_facts
from bot.i18n import N_, _
from bot.message_templates import Templates, known_languages, templates
from bot.offers_reply import offer_name
from bot.reply import Button, Passage, Provenance, Reply
from bot.sms_size import not_gsm_7
from bot.users import asked_user, in_a_question, last_order, who_is_who
from bot.worklist_reply import held_out_warning, standing_line, worklist_buttons
from predictor.message_facts import (
    ChosenOffer,
    chosen_offer,
    last_purchase,
    named_in,
    recommended_item,
    user_language,
)
from predictor.rephrasing import InTime, Rephraser
from storage.consent import CHANNELS, consent_of
from storage.identities import ids_of
from storage.snapshot import Snapshot

# Who ordered within this many days of the latest order has not been away.
QUIET_DAYS = 30
_FOR_SEVERAL = 2  # drafts for each channel, where there are several
_LABELS = {"sms": "SMS", "email": N_("e-mail"), "chat": N_("chat")}
_REFUSALS = {
    "unreachable": N_("template: the model did not answer"),
    "facts": N_("template: the model changed a fact"),
    "number": N_("template: the model named another number or amount"),
    "discount": N_("template: the model named a discount or a code"),
    "claim": N_("template: the model promised or denied something"),
    "link": N_("template: the model wrote a link or personal data"),
    "language": N_("template: the model wrote in another language"),
    "length": N_("template: the model's text was too long or too short"),
    "form": N_("template: the model wrote more than the message"),
}
_FROM = {
    "user": N_("Language: {language}, as the shop's users say."),
    "reviews": N_("Language: {language}, that of the user's reviews."),
    "shop": N_("Language: {language}; that of this user is not known."),
}


@dataclass(frozen=True)
class _Known:
    """What is known for the messages: the templates, the facts by field, and what is to be said of them."""

    templates: Templates
    facts: Mapping[str, str]
    quiet: bool
    lines: Sequence[str]
    offer: str | None


def draft_reply(question: Question, desk: Desk) -> Reply:
    """At most three drafts for the channel asked for, else some for each that the user agreed to."""
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        user_id = asked_user(question, desk, connection)
        who = who_is_who(question, desk, connection)
        warnings = [*who, *held_out_warning(user_id, desk, connection)]
        consent = consent_of(connection, ids_of(connection, user_id))
        asked = question.args.get("channel")
        channels, consent_lines = _channels(user_id, str(asked) if asked else None, consent)
        known = _known(question, desk, desk.snapshot(connection), user_id)
    rephraser = _rephraser(desk)
    timed = InTime(rephraser, desk.settings.rephrase_seconds) if rephraser else None
    most = MOST_VARIANTS if len(channels) == 1 else _FOR_SEVERAL
    drafts = [
        drafts_for(each, known.templates, known.facts, quiet=known.quiet, most=most, rephrasing=timed)
        for each in channels
    ]
    count = sum(len(each.found) for each in drafts)
    return Reply(
        title=_title(user_id, count, channels),
        lines=[
            *warnings,
            *consent_lines,
            *standing_line(user_id, desk),
            *(known.lines if channels else ()),
            *_length_lines(drafts),
            *_signature_line(known, channels),
            *_model_line(drafts),
            *desk.stale_line(as_of),
            *((_("Nothing is sent from here: copy what you like."),) if count else ()),
        ],
        facts=_facts(user_id, known, consent, drafts),
        passages=_passages(drafts, with_source=rephraser is not None),
        buttons=_buttons(user_id, channels),
        provenance=Provenance(
            as_of.isoformat(),
            as_of.isoformat(),
            None,
            None,
            _("facts from orders, items and the list of offers"),
        ),
    )


def _known(question: Question, desk: Desk, snapshot: Snapshot, user_id: str) -> _Known:
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
    return _Known(
        templates=texts,
        facts=facts,
        quiet=last.day is not None and (snapshot.as_of - last.day).days >= QUIET_DAYS,
        lines=[*lines, *_offer_lines(chosen, said is not None, texts, today)],
        offer=chosen.offer.code if chosen.offer and said else None,
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
    """Which offer is named, and which ones are not and why."""
    lines = []
    if chosen.offer and said:
        lines.append(_("Offer named: {offer}.").format(offer=offer_name(chosen.offer, today)))
    elif chosen.offer:
        lines.append(
            _("Offer {code} is not named: it has no text in {language}.").format(
                code=chosen.offer.code, language=texts.name
            )
        )
    else:
        lines.append(_("No offer is named: none on the list holds today for this user."))
    if chosen.ended:
        lines.append(
            _("Ended, and not used: {offers}.").format(
                offers=", ".join(offer_name(each, today) for each in chosen.ended)
            )
        )
    return lines


def _channels(
    user_id: str, asked: str | None, consent: Mapping[str, bool | None]
) -> tuple[Sequence[str], list[str]]:
    """The channels to draft for, and what there is to say of consent before that."""
    if asked is not None:
        sentence = {
            True: "",
            False: N_("User {user} refused {channel}: do not send this."),
            None: N_("Whether user {user} agreed to {channel} is not known: ask before you send this."),
        }[consent[asked]]
        said = _(sentence).format(user=user_id, channel=said_channel(asked)) if sentence else ""
        return (asked,), [said] if said else []
    agreed = [channel for channel in CHANNELS if consent[channel]]
    if agreed:
        return agreed, []
    unknown = [channel for channel in CHANNELS if consent[channel] is None]
    if unknown:
        return unknown, [
            _("What user {user} agreed to is not known: ask before you send any of this.").format(
                user=user_id
            )
        ]
    return (), [_("User {user} agreed to no channel, so there is nothing to write.").format(user=user_id)]


def _rephraser(desk: Desk) -> Rephraser | None:
    """The model that may rephrase; None where the shop has set none."""
    settings = desk.settings
    if not settings.rephrase_model:
        return None
    if settings.rephrase_url:
        from predictor.rephrase_server import ServerRephraser

        key = settings.rephrase_key.get_secret_value() if settings.rephrase_key else ""
        return ServerRephraser(settings.rephrase_url, settings.rephrase_model, key)
    from predictor.rephrase_local import local_rephraser

    return local_rephraser(settings.rephrase_model, settings.device)


def _title(user_id: str, count: int, channels: Sequence[str]) -> str:
    if not count:
        return _("No draft for user {user}.").format(user=user_id)
    return _("{count} drafts for user {user}, by {channels}.").format(
        count=formats.count(count), user=user_id, channels=", ".join(map(said_channel, channels))
    )


def _length_lines(drafts: Sequence[Drafts]) -> list[str]:
    too_long = sum(each.too_long for each in drafts)
    if not too_long:
        return []
    return [_("Left out, as they would be too long: {count}.").format(count=formats.count(too_long))]


def _signature_line(known: _Known, channels: Sequence[str]) -> list[str]:
    if "sms" not in channels or "shop" in known.facts or "{shop}" not in known.templates.signature:
        return []
    signature = known.templates.signature.replace("{shop}", _("shop name")).strip(" :")
    return [
        _("The text messages lack their signature {signature}: set OPSBOT_SHOP_NAME.").format(
            signature=signature
        )
    ]


def _model_line(drafts: Sequence[Drafts]) -> list[str]:
    error = next((each.error for each in drafts if each.error), None)
    if error is None:
        return []
    return [_(error.message).format(**error.values)]


def _passages(drafts: Sequence[Drafts], *, with_source: bool) -> list[Passage]:
    return [
        Passage(
            heading=_heading(draft, number, with_source=with_source),
            text=draft.whole,
            label=f"{_(_LABELS[draft.channel])} {number}",
        )
        for each in drafts
        for number, draft in enumerate(each.found, start=1)
    ]


def _heading(draft: Draft, number: int, *, with_source: bool) -> str:
    """Channel and number, then the length, then whose words these are."""
    parts = [f"{_(_LABELS[draft.channel])} {number}"]
    if draft.size:
        parts.append(
            _("{messages} SMS, {characters} characters").format(
                messages=draft.size.messages, characters=draft.size.characters
            )
        )
        odd = not_gsm_7(draft.text)
        if odd and len(odd) <= 3:
            parts.append(_("70 to an SMS because of {characters}").format(characters=" ".join(odd)))
    else:
        parts.append(_("{characters} characters").format(characters=len(draft.text)))
    if draft.rephrased_by:
        parts.append(_("rephrased by {model}").format(model=draft.rephrased_by))
    elif draft.refusal:
        parts.append(_(_REFUSALS[draft.refusal]))
    elif with_source:
        parts.append(_("template"))
    return " · ".join(parts)


def _facts(
    user_id: str, known: _Known, consent: Mapping[str, bool | None], drafts: Sequence[Drafts]
) -> dict[str, object]:
    return {
        "user_id": user_id,
        "language": known.templates.language,
        "consent": dict(consent),
        "used": dict(known.facts),
        "offer": known.offer,
        "drafts": [
            {
                "channel": draft.channel,
                "subject": draft.subject or None,
                "text": draft.text,
                "characters": draft.size.characters if draft.size else len(draft.text),
                "messages": draft.size.messages if draft.size else None,
                "encoding": draft.size.encoding if draft.size else None,
                "source": "rephrased" if draft.rephrased_by else "template",
                "model": draft.rephrased_by or None,
                "refusal": draft.refusal,
            }
            for each in drafts
            for draft in each.found
        ],
    }


def _buttons(user_id: str, channels: Sequence[str]) -> tuple[Button, ...]:
    user = in_a_question(user_id)
    others = tuple(
        Button(_("As {channel}").format(channel=said_channel(channel)), _(sentence).format(user=user))
        for channel, sentence in (
            ("sms", N_("write an sms to user {user}")),
            ("email", N_("write an email to user {user}")),
            ("chat", N_("write a chat message to user {user}")),
        )
        if channel not in channels or len(channels) > 1
    )
    contacted = worklist_buttons(user_id)[1]
    return (*others, contacted, Button(_("Profile"), _("tell me about user {user}").format(user=user)))
