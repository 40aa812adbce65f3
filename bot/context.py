"""A text that leaves out whom it is about, read with the user that the conversation is about."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.command import About, Command
from bot.folding import is_chinese
from bot.understanding import Understanding, understand
from bot.users import in_a_question

_PRONOUNS = re.compile(
    r"\b(?:he|him|his|she|her|they|them|their|this (?:user|customer|client)|that (?:user|customer|client)"
    r"|the (?:user|customer|client))\b"
    r"|(?:他|她|它|ta)(?:的)?(?!们)|(?:这|该|那)(?:个|位|名)?(?:用户|客户|顾客|会员|买家)",
    re.IGNORECASE,
)


def understand_about(text: str, about: About | None, commands: Iterable[Command]) -> Understanding:
    """What a text means; where it names no user, with the user of the answer it is about.

    "why", "profile", "is he at risk", "他的情况": the sentence is completed with that user, and only a
    pattern that fits the completed sentence counts; its source is then `context`. After "Which user?" an id
    alone is the answer.
    """
    commands = tuple(commands)
    plain = understand(text, commands)
    if about is None or "user" in plain.args:
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
