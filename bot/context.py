"""A text that leaves out what the conversation is about: "why?", "and 43?", "what should we offer them"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.command import About, Command
from bot.convertors import CONVERTORS
from bot.folding import fold, is_chinese
from bot.i18n import _, language
from bot.phrases import Sentence, phrase
from bot.suggestions import in_full
from bot.understanding import Understanding, understand
from bot.users import in_a_question

_PRONOUNS = re.compile(
    r"\b(?:he|him|his|she|her|they|them|their|this (?:user|customer|client)|that (?:user|customer|client)"
    r"|the (?:user|customer|client))\b"
    r"|(?:他|她|它|(?<![a-z])ta(?![a-z]))们?(?:的)?|(?:这|该|那)(?:个|位|名)?(?:用户|客户|顾客|会员|买家)",
    re.IGNORECASE,
)


# "and 43?", "what about last month", 那43呢: the same question with something else in it.
_INSTEAD = re.compile(
    r"(?:(?:ok|okay|so)[ ,]+)?(?:and|or|also|then|(?:and )?(?:what|how) about|(?:and )?(?:the )?same for"
    r"|and (?:for|in|with))\s+(?P<en>.+?)(?:\s+(?:then|too|as well|instead))?\s*[?.!]*"
    r"|(?:那么|那|还有|换成|换|再看|看看|和)?(?P<zh>.+?)(?:呢|怎么样|如何)[?。!.]*"
    r"|(?:那么?|还有|换成)(?P<换>.+?)[?。!.]*"
)
# What of a question may be put instead, if it was said or is what the command is about.
_REPLACED = ("user", "period", "product", "days", "limit", "min_risk")


def understand_about(text: str, about: About | None, commands: Iterable[Command]) -> Understanding:
    """What a text means; where it leaves something out, with the answer it is about.

    "and 43?" asks the same of another user, "and last month?" the same of another period. "why", "profile",
    "is he at risk", "他的情况": the sentence is completed with that user, and only a pattern that fits the
    completed sentence counts. The source of either is `context`. After "Which user?" an id is the answer.
    """
    commands = tuple(commands)
    plain = understand(text, commands)
    if about is None:
        return plain
    if plain.source != "pattern" or plain.command == "profile":  # "what about 43" is a profile by itself
        instead = _instead(text, about, commands)
        if instead is not None:
            return instead
    if "user" in plain.args:
        return plain
    if plain.source == "pattern" and not _wants_user(plain.command, commands):
        return plain
    user = about.args.get("user")
    if user:
        sentences = _completed(text, str(user))
    elif _wants_user(about.command, commands) and plain.source != "pattern":
        sentences = (f"/{about.command} {text.strip()}",)
    else:
        return plain
    for sentence in sentences:
        whole = understand(sentence, commands)
        named = whole.args.get("user")
        if whole.source == "pattern" and named and (not user or named == user):
            return Understanding(whole.command, whole.args, 1.0, "context")
    return plain


def taken_as(about: Understanding | About, command: Command) -> tuple[str, ...]:
    """A line with what a text that left something out was taken for, as a sentence that says it all."""
    said = in_full(command, about.args, chinese=language() == "zh")
    return (_("Taken as: {sentence}").format(sentence=said),) if said else ()


def _instead(text: str, about: About, commands: tuple[Command, ...]) -> Understanding | None:
    """The last question with another user, period or number in it; never what does something."""
    command = next((each for each in commands if each.name == about.command), None)
    found = _INSTEAD.fullmatch(fold(text.strip()))
    if found is None or command is None or command.topic == "worklist":
        return None
    if command.confirm or command.reports or command.long or command.role == "admin":
        return None
    group = next(name for name in ("en", "zh", "换") if found[name])
    said = Sentence.of(text.strip()[slice(*found.span(group))].strip())
    slots = {slot for pattern in command.phrases for slot in phrase(pattern).slots.items()}
    for name in _REPLACED:
        for kind in sorted(kind for slot, kind in slots if slot == name):
            if name not in about.args and name not in ("user", "period"):
                continue
            convertor = CONVERTORS[kind]
            try:
                if len(said.folded) in convertor.ends(said.folded, 0):
                    value = convertor.convert(said.written)
                    return Understanding(command.name, {**about.args, name: value}, 1.0, "context")
            except ValueError:
                continue
    return None


def _wants_user(name: str, commands: tuple[Command, ...]) -> bool:
    """Whether that command is about one user: `risk` is, `help` is not."""
    return any(
        "{user:" in pattern for command in commands if command.name == name for pattern in command.phrases
    )


def _completed(text: str, user: str) -> Iterable[str]:
    """Sentences that say the same of that user in full."""
    text = re.sub(r"^/([a-z_]+)(?:@\w+)?", r"\1", text.strip()).rstrip("?？!！.。 ").strip()
    named = in_a_question(user)
    if _PRONOUNS.search(text):
        for who in (f"user {named}", f"用户{named}", f"user {named}'s", f"用户{named}的"):
            yield _PRONOUNS.sub(lambda _match, who=who: who, text, count=1)  # type: ignore[misc]
    if is_chinese(text):
        yield f"用户{named}的{text}"
        yield f"用户{named}{text}"
        yield f"{text}用户{named}"
    yield f"{text} user {named}"
    first, _, rest = text.partition(" ")
    if rest:  # "snooze 3 days"
        yield f"{first} user {named} {rest}"
        yield f"{first} user {named} for {rest}"
    yield f"user {named} {text}"
