"""Drafts of a message to one user: who agreed to what, which facts are true, and the texts to copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot import formats
from bot.audience_words import said_channel
from bot.command import Question
from bot.desk import Desk
from bot.draft_facts import QUIET_DAYS, Known, known_for
from bot.drafts import MOST_VARIANTS, Draft, Drafts, drafts_for
from bot.i18n import N_, _
from bot.offers_reply import offer_name
from bot.reply import Button, Passage, Provenance, Reply
from bot.sms_size import not_gsm_7
from bot.users import asked_user, in_a_question, who_is_who
from bot.worklist_reply import held_out_warning, standing_line, worklist_buttons
from predictor.rephrasing import InTime, Rephraser
from storage.consent import CHANNELS, consent_of
from storage.identities import ids_of

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
        known = known_for(question, desk, desk.snapshot(connection), user_id)
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
            *_offer_line(known, drafts, desk),
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


def _names_offer(known: Known, drafts: Sequence[Drafts]) -> bool:
    code = known.offer.code if known.offer else ""
    return any(code in draft.whole for each in drafts for draft in each.found)


def _offer_line(known: Known, drafts: Sequence[Drafts], desk: Desk) -> list[str]:
    """Whether the offer that fits stands in a draft: texts with offers are mostly for who has been away."""
    if known.offer is None or not any(each.found for each in drafts):
        return []
    if _names_offer(known, drafts):
        sentence = N_("Offer named: {offer}.")
    elif known.quiet:
        sentence = N_("Offer {offer} fits this user, but no text that names it fits here.")
    else:
        sentence = N_(
            "Offer {offer} fits this user, but is in no draft: our texts keep offers for who placed no order"
            " in the last {days} days."
        )
    today = desk.local_day(desk.moment())
    return [_(sentence).format(offer=offer_name(known.offer, today), days=QUIET_DAYS)]


def _length_lines(drafts: Sequence[Drafts]) -> list[str]:
    too_long = sum(each.too_long for each in drafts)
    if not too_long:
        return []
    return [_("Left out, as they would be too long: {count}.").format(count=formats.count(too_long))]


def _signature_line(known: Known, channels: Sequence[str]) -> list[str]:
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
    user_id: str, known: Known, consent: Mapping[str, bool | None], drafts: Sequence[Drafts]
) -> dict[str, object]:
    return {
        "user_id": user_id,
        "language": known.templates.language,
        "consent": dict(consent),
        "used": dict(known.facts),
        "offer": known.offer.code if known.offer and _names_offer(known, drafts) else None,
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
