"""What a text means: a command and its arguments by sentence pattern, or else suggestions to choose from.

Only a pattern that fits the whole sentence acts. What merely looks similar is suggested, as a sentence that
says in full what it would do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from bot.command import Command
from bot.folding import HAN, fold
from bot.phrases import Match, Sentence, phrase
from bot.suggestions import Suggestion, suggest
from bot.words import AFTER, BEFORE

Source = Literal["pattern", "context", "suggestion", "none"]

LONGEST_SENTENCE = 300  # characters; no pattern says more
MOST_COURTESIES = 5


@dataclass(frozen=True)
class Understanding:
    """What a text was taken to mean, and on what grounds."""

    command: str
    args: Mapping[str, object]
    confidence: float
    source: Source
    suggestions: tuple[Suggestion, ...] = ()

    def as_json(self) -> dict[str, object]:
        """What `opsbot parse` prints."""
        return {
            "command": self.command,
            "args": dict(self.args),
            "confidence": self.confidence,
            "source": self.source,
            "suggestions": [
                {"command": suggestion.command, "args": dict(suggestion.args), "label": suggestion.label}
                for suggestion in self.suggestions
            ],
        }


NOT_UNDERSTOOD = Understanding("unknown", {}, 0.0, "none")


def understand(text: str, commands: Iterable[Command]) -> Understanding:
    """The command and arguments that a text says, or suggestions, or neither."""
    text = text.strip()
    if not text or len(text) > LONGEST_SENTENCE:
        return NOT_UNDERSTOOD
    commands = tuple(commands)
    sentence = _trimmed(Sentence.of(text))
    fitting = _fitting(text, commands)
    said = _said(sentence, fitting)
    if said is not None:
        return Understanding(said[0], said[1], 1.0, "pattern")
    suggestions, score = suggest(
        sentence, commands, lambda label: _said(_trimmed(Sentence.of(label)), fitting)
    )
    if suggestions:
        return Understanding("unknown", {}, round(score / 100, 2), "suggestion", suggestions)
    return NOT_UNDERSTOOD


_ASKS = re.compile(
    r"(?:\?|吗|么|没|没有|与否)[\s?。.!~]*$"
    r"|\b(?:have|has|had|did|do|does|was|were) (?:i|we|you|they|he|she|any\w+)\b"
)
_REQUESTS = re.compile(
    r"\b(?:can|could|would|will|may) (?:you|u|i|we)\b|please|pls|请(?!问)|帮|麻烦|能|可以|可否"
)


def _fitting(text: str, commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """The commands that may be meant: a question whether something was done does not report that it was."""
    folded = fold(text)
    if not _ASKS.search(folded) or _REQUESTS.search(folded):
        return commands
    return tuple(command for command in commands if not command.reports)


def _said(sentence: Sentence, commands: tuple[Command, ...]) -> tuple[str, dict[str, object]] | None:
    """The command and arguments that the sentence says by pattern."""
    slash = _SLASH.fullmatch(sentence.folded)
    if slash and not slash["rest"] and any(command.name == slash["name"] for command in commands):
        # Named beyond doubt: it may ask for what is missing.
        return slash["name"], {}
    readings = _slash_readings(slash, sentence, commands) if slash else _readings(sentence)
    for reading in readings:
        best = _best_match(reading, commands)
        if best is not None:
            return best[0].name, best[1].args
    return None


def _best_match(sentence: Sentence, commands: tuple[Command, ...]) -> tuple[Command, Match] | None:
    """The match that leaves least to its arguments; of equals, the first by command and phrase."""
    best: tuple[Command, Match] | None = None
    key = sentence.key(0)
    for command in commands:
        for pattern in command.phrases:
            candidate = phrase(pattern)
            if not candidate.node.may_start(key):
                continue
            match = candidate.match(sentence)
            if match is None or (best is not None and match.literal <= best[1].literal):
                continue
            if "question" not in match.args or _is_question(str(match.args["question"]), commands):
                best = command, match
    return best


def _is_question(text: str, commands: tuple[Command, ...]) -> bool:
    """Whether what is to be asked every Monday can be understood: a mistyped "the diget" cannot."""
    return _said(_trimmed(Sentence.of(text)), commands) is not None


# -- slash commands ------------------------------------------------------------------------------------

_SLASH = re.compile(r"/(?P<name>[a-z]+(?:_[a-z]+)*)(?:@\w+)?(?P<rest>(?![a-z@]).*)")


def _slash_readings(
    slash: re.Match[str], sentence: Sentence, commands: tuple[Command, ...]
) -> Iterator[Sentence]:
    """`/risk@OurBot 42` and `/risk_42` as "risk 42"; one word after a name of ours may also be an id."""
    rest = sentence.written[slash.start("rest") :].lstrip("_ ")
    yield _trimmed(Sentence.of(f"{slash['name'].replace('_', ' ')} {rest}"))
    if any(command.name == slash["name"] for command in commands) and re.fullmatch(r"[\w.@+-]+", rest):
        yield Sentence.of(f'{slash["name"]} "{rest}"')


# -- what is said around a sentence --------------------------------------------------------------------


def _readings(sentence: Sentence) -> Iterator[Sentence]:
    """The sentence as it stands, then with ever more of the courtesies around it left out."""
    yield sentence
    before, after = _courtesies()
    whole = sentence
    for _ in range(MOST_COURTESIES):
        found = after.search(sentence.folded)
        if found is None or found.start() == 0:
            break
        sentence = _trimmed(sentence[: found.start()])
        yield sentence
    yield from _without_before(sentence, before)
    if sentence is not whole:  # 麻烦把用户42交给我: the 给我 is no courtesy
        yield from _without_before(whole, before)


def _without_before(sentence: Sentence, before: re.Pattern[str]) -> Iterator[Sentence]:
    for _ in range(MOST_COURTESIES):
        found = before.match(sentence.folded)
        if found is None or found.end() == len(sentence.folded):
            break
        sentence = _trimmed(sentence[found.end() :])
        yield sentence


@cache
def _courtesies() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return (
        re.compile(rf"(?:@\w+|{_longest_first(BEFORE)})(?:(?<![a-z])|(?![a-z0-9]))[\s,:、]*"),
        re.compile(rf"(?:(?<![a-z0-9])|(?=[{HAN}]))(?:{_longest_first(AFTER)})$"),
    )


def _longest_first(words: str) -> str:
    return "|".join(sorted(words.split("|"), key=len, reverse=True)).replace("'", "'?")


def _trimmed(sentence: Sentence) -> Sentence:
    """Without the punctuation and pictures around it; "?" alone is a question, too."""
    start, end = 0, len(sentence.folded)
    while start < end and (_is_edge(sentence.folded[end - 1]) or sentence.folded[end - 1] == "-"):
        end -= 1
    while start < end and _is_edge(sentence.folded[start]):
        start += 1
    if start == end and "?" in sentence.folded:
        start = sentence.folded.index("?")
        end = start + 1
    return sentence[start:end]


def _is_edge(character: str) -> bool:
    return character in " .,!?;:、。~…·" or (ord(character) > 0x2190 and not character.isalnum())
