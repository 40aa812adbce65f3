"""What messages to users say: a checked TOML file for each language, ours or the home's."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any

from bot.i18n import N_, _
from storage.consent import CHANNELS
from storage.errors import OpsbotError

FOLDER = "messages"
FIELDS = ("item", "date", "recommended", "offer", "code", "until", "shop")
# Whoever names the code of an offer has to say what it gives and until when.
_TOGETHER = frozenset({"offer", "code", "until"})
_CONDITIONS = {"category": {"text", "category"}, "min_order": {"text", "min_order"}}
_LANGUAGE = re.compile(r"[a-z]{2,3}")


class MessageTemplateError(OpsbotError):
    """A file of message texts has a mistake, or there is none for a language."""

    kind = "message_template"


@dataclass(frozen=True)
class Text:
    """One text of a channel; a `quiet` one says that there was no order for some time."""

    text: str
    subject: str = ""
    quiet: bool = False

    @property
    def fields(self) -> frozenset[str]:
        """The facts that it cannot do without."""
        return frozenset(_fields(self.text + self.subject))


@dataclass(frozen=True)
class Templates:
    """The texts of one language by channel, in the order in which they are offered.

    `signature` and `ending` stand around every text message; `conditions` say what an offer asks for.
    """

    language: str
    name: str
    texts: Mapping[str, Sequence[Text]]
    signature: str = ""
    ending: str = ""
    conditions: Mapping[str, str] | None = None


def known_languages(home: Path) -> list[str]:
    """The languages that there are files for, the home's included."""
    own = (home / FOLDER).glob("*.toml") if (home / FOLDER).is_dir() else ()
    ours = (each.name for each in files("bot").joinpath(FOLDER).iterdir() if each.name.endswith(".toml"))
    return sorted({Path(name).stem for name in (*ours, *(path.name for path in own))})


def templates(language: str, home: Path) -> Templates:
    """The texts of a language; a file of the home goes before ours. Raises MessageTemplateError."""
    path = home / FOLDER / f"{language}.toml"
    if path.is_file():
        try:
            written = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise _wrong(path.name, N_("it cannot be read as UTF-8")) from error
        return _read(written, path.name, language)
    resource = files("bot").joinpath(FOLDER, f"{language}.toml")
    if not _LANGUAGE.fullmatch(language) or not resource.is_file():
        raise MessageTemplateError(
            "There are no message texts for the language {language}.",
            next_step="There are: {languages}. Add {language}.toml to the folder {folder} of the home.",
            language=language,
            languages=", ".join(known_languages(home)),
            folder=FOLDER,
        )
    return _read(resource.read_text(encoding="utf-8"), f"{language}.toml", language)


def _read(written: str, file: str, language: str) -> Templates:
    try:
        found: dict[str, Any] = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(file, N_("it is no TOML ({error})"), error=error) from error
    _only(found, {"language", "name", "offer", *CHANNELS}, file, "TOML")
    if found.get("language") != language:
        raise _wrong(file, N_('it has to say language = "{language}", as its name does'), language=language)
    sms = _table(found, "sms", file)
    texts = {channel: list(_texts(_table(found, channel, file), channel, file)) for channel in CHANNELS}
    if not any(texts.values()):
        raise _wrong(file, N_("it has no text: add [[sms.texts]], [[email.texts]] or [[chat.texts]]"))
    signature, ending = (_said(sms, name, file, "[sms]") for name in ("signature", "ending"))
    _check_fields(signature, {"shop"}, file, "signature")
    _check_fields(ending, set(), file, "ending")
    conditions = _table(found, "offer", file)
    _only(conditions, set(_CONDITIONS), file, "[offer]")
    for name in conditions:
        needed = _CONDITIONS[name]
        _check_fields(_said(conditions, name, file, "[offer]"), needed, file, f"{name} of [offer]")
        if set(_fields(conditions[name])) != needed:
            raise _wrong(
                file, N_("{where} needs {fields}"), where=f"{name} of [offer]", fields=_braces(needed)
            )
    return Templates(
        language=language,
        name=_said(found, "name", file, "TOML") or language,
        texts=texts,
        signature=signature,
        ending=ending,
        conditions=conditions,
    )


def _texts(table: Mapping[str, Any], channel: str, file: str) -> Iterator[Text]:
    _only(table, {"texts", *(("signature", "ending") if channel == "sms" else ())}, file, f"[{channel}]")
    written = table.get("texts", [])
    if not isinstance(written, list) or not all(isinstance(each, dict) for each in written):
        raise _wrong(
            file, N_("the texts of {channel} have to be tables: [[{channel}.texts]]"), channel=channel
        )
    for number, each in enumerate(written, start=1):
        where = f"{channel} text {number}"
        _only(each, {"text", "quiet", *(("subject",) if channel == "email" else ())}, file, where)
        text, subject = (_said(each, name, file, where).strip() for name in ("text", "subject"))
        if not text or (channel == "email" and not subject):
            raise _wrong(file, N_("{where} has no {name}"), where=where, name="subject" if text else "text")
        if not isinstance(each.get("quiet", False), bool):
            raise _wrong(file, N_("quiet of {where} has to be true or false"), where=where)
        if "\n" in subject:
            raise _wrong(file, N_("the subject of {where} has several lines"), where=where)
        for part in (text, subject):
            _check_fields(part, set(FIELDS), file, where)
        used = set(_fields(text + subject)) & _TOGETHER
        if used and used != _TOGETHER:
            raise _wrong(
                file,
                N_("{where} names an offer and needs all three of {fields}"),
                where=where,
                fields=_braces(_TOGETHER),
            )
        yield Text(text, subject, each.get("quiet", False))


def _fields(text: str) -> list[str]:
    return [name for _text, name, _form, _conversion in Formatter().parse(text) if name is not None]


def _check_fields(text: str, known: set[str], file: str, where: str) -> None:
    """Whether the text can be filled with these fields, and with nothing but their plain values."""
    try:
        parsed = list(Formatter().parse(text))
    except ValueError as error:
        raise _wrong(file, N_("the braces of {where} do not close"), where=where) from error
    for __, field, form, conversion in parsed:
        if field is not None and (field not in known or form or conversion):
            raise _wrong(
                file,
                N_("{where} uses {field}, which is no field there; known are: {known}"),
                where=where,
                field="{" + field + "}",
                known=_braces(known) or "–",
            )


def _table(found: Mapping[str, Any], name: str, file: str) -> Mapping[str, Any]:
    table = found.get(name, {})
    if not isinstance(table, dict):
        raise _wrong(file, N_("{name} has to be a table: [{name}]"), name=name)
    return table


def _said(table: Mapping[str, Any], name: str, file: str, where: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise _wrong(file, N_("{name} of {where} has to be a text in quotes"), name=name, where=where)
    return value


def _only(table: Mapping[str, Any], known: set[str], file: str, where: str) -> None:
    for name in table:
        if name not in known:
            raise _wrong(
                file,
                N_("{where} has {name}, which is unknown; known are: {known}"),
                where=where,
                name=name,
                known=", ".join(sorted(known)),
            )


def _braces(names: set[str] | frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


def _wrong(file: str, problem: str, **values: object) -> MessageTemplateError:
    return MessageTemplateError(
        "The file {file} of message texts cannot be used: {problem}.",
        next_step="Correct it; docs/messages.md describes the form.",
        file=file,
        problem=_(problem).format(**values),
    )
