"""What somebody may have meant whose sentence fits no pattern: commands to choose from, never run unasked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from bot.command import Command
from bot.convertors import CONVERTORS
from bot.folding import HAN, fold, is_chinese
from bot.phrases import Phrase, Sentence, phrase
from bot.spelling import respelt

MOST_SUGGESTIONS = 3
# Of 100; a mistyped "chrun rsik" scores 70, an unrelated sentence about 40.
LIKE_ENOUGH = 62.0
# What any word may be, so that a mended sentence says it by chance.
_NAMED_BY_CHANCE = frozenset({"operator", "name", "category", "not_category", "asked_goal"})
MENDED = 90.0  # of what a sentence says once its slips are mended

_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "the a an of for in to is are be was do does did i me my we our us you your it its this that and or"
        " with on by please what who which whats how can could would will should there any some s has have",
    )
)
_STOP_CHARACTERS = frozenset("的了吗呢吧啊是有请帮我你您一下看查在都给和与么嘛被把这那个")

_NEGATION = re.compile(r"\b(?:not|never|no|stop|cancel|without|\w+n'?t)\b|不|别|没|停止|取消|勿")
# Words that make a number a number of users.
_COUNTED = re.compile(r"top|first|list|users|customers|clients|前|个|名|位")
# Part of something longer: t**8, 1.5, -5, 30天.
_JOINED_BEFORE = re.compile(r"[0-9a-z_*.@%-]$")
_JOINED_AFTER = re.compile(
    r"[*@%_]|[.-]?[0-9a-z]|\s*(?:天|日|周|月|年|元|块|小时|(?:day|week|month|year)s?\b)"
)


@dataclass(frozen=True)
class Suggestion:
    """A command somebody may have meant; `label` is the sentence that asks for it."""

    command: str
    args: Mapping[str, object]
    label: str


# Of what types a value that is written like the first may be.
_FILLS = (
    ("percent", ("percent", "score")),
    ("price", ("price", "money")),
    ("days", ("days",)),
    ("who", ("who",)),
)

Reader = Callable[[str], tuple[str, Mapping[str, object]] | None]


def suggest(
    sentence: Sentence, commands: tuple[Command, ...], reads: Reader
) -> tuple[tuple[Suggestion, ...], float]:
    """The likeliest commands, each as a sentence that `reads` as that, and how like the best of them is.

    What the sentence says when its slips are mended goes before what merely resembles it.
    """
    negated = _NEGATION.search(sentence.folded) is not None
    offered = {command.name: command for command in commands if not (negated and _does_something(command))}
    chinese = is_chinese(sentence.folded)
    mended = _mended(sentence, offered, reads, chinese)
    mentioned, rest = _mentions(sentence)
    scores = {name: _likeness(rest, command) for name, command in offered.items()}
    likely = [command for name, command in offered.items() if scores[name] >= LIKE_ENOUGH]
    likely.sort(key=lambda command: (-scores[command.name], command.name))
    similar = [
        suggestion
        for command in likely
        for suggestion in _suggestions(command, mentioned, is_chinese(rest) or chinese)
        if reads(suggestion.label) == (suggestion.command, suggestion.args)
    ]
    chosen: list[Suggestion] = []
    for suggestion in (*mended, *similar):
        if not any(_same(suggestion, other) for other in chosen):
            chosen.append(suggestion)
    chosen = chosen[:MOST_SUGGESTIONS]
    score = MENDED if mended else max((scores[suggestion.command] for suggestion in chosen), default=0.0)
    return tuple(chosen), score


def _mended(
    sentence: Sentence, commands: Mapping[str, Command], reads: Reader, chinese: bool
) -> list[Suggestion]:
    """What the sentence says in other spellings, in the first words for it."""
    patterns = tuple(pattern for command in commands.values() for pattern in command.phrases)
    found: list[Suggestion] = []
    for text in respelt(sentence, patterns):
        meant = reads(text)
        if meant is None or meant[0] not in commands or _NAMED_BY_CHANCE & meant[1].keys():
            continue
        canonical = _canonical(commands[meant[0]], chinese)
        label = canonical.write(meant[1]) if canonical else None
        if label is None or reads(label) != meant:
            label = text
        suggestion = Suggestion(meant[0], meant[1], label)
        if not any(_same(suggestion, other) for other in found):
            found.append(suggestion)
        if len(found) == MOST_SUGGESTIONS:
            break
    return found


def _does_something(command: Command) -> bool:
    """Whether it changes or notes something: who says not to do it is not offered to do it."""
    about_one = any("{user:" in pattern for pattern in command.phrases)
    return bool(command.confirm) or command.reports or (command.topic == "worklist" and about_one)


def _same(one: Suggestion, other: Suggestion) -> bool:
    return (one.command, one.args) == (other.command, other.args)


# -- what is written in a sentence ---------------------------------------------------------------------


@dataclass(frozen=True)
class _Mentioned:
    """The values of each type that stand in a sentence."""

    values: Mapping[str, tuple[object, ...]]

    def of(self, kind: str) -> tuple[object, ...]:
        return self.values.get(kind, ())


def _mentions(sentence: Sentence) -> tuple[_Mentioned, str]:
    """The ids and numbers of a sentence, and the sentence without them."""
    rest = sentence.folded
    values: dict[str, tuple[object, ...]] = {}
    counts: list[object] = []
    for kind, fills in _FILLS:
        for value, (start, end) in list(_find(kind, rest, sentence)):
            # "42" may be a number or a user, "user 42" only a user.
            if kind == "who" and re.fullmatch(r"[1-9]\d{0,2}", rest[start:end]):
                counts.append(int(rest[start:end]))
            if value is not None:
                values |= {fill: (*values.get(fill, ()), value) for fill in fills}
            rest = rest[:start] + " " * (end - start) + rest[end:]
    # The 一 of 一下 is no number.
    counts += [value for value, _ in _find("count", rest, sentence) if value not in (None, 1)]
    if counts and _COUNTED.search(sentence.folded):
        values["count"] = (counts[0],)
    return _Mentioned(values), rest


def _find(kind: str, rest: str, sentence: Sentence) -> Iterator[tuple[object, tuple[int, int]]]:
    """Where such values are written; None for 180 %, which is none and neither is its 180."""
    convertor = CONVERTORS[kind]
    place = 0
    while place < len(rest):
        end = max(convertor.ends(rest, place), default=place) if rest[place] != " " else place
        if end > place and not _JOINED_BEFORE.search(rest[:place]) and not _JOINED_AFTER.match(rest, end):
            try:
                yield convertor.convert(sentence.written[place:end]), (place, end)
            except ValueError:
                if kind == "percent":
                    yield None, (place, end)
                else:
                    end = place
        else:
            end = place
        place = max(end, place + 1)


# -- which commands it resembles -----------------------------------------------------------------------


def _likeness(rest: str, command: Command) -> float:
    from rapidfuzz import fuzz, process

    said = _content(rest)
    if not said:
        return 0.0
    single, several = _references(
        command.phrases, tuple(text for texts in command.examples.values() for text in texts)
    )
    scores = [
        found[1]
        for references, scorer, cutoff in (
            (several, fuzz.token_sort_ratio, 0),
            (several, _subset_ratio, 0),
            (single, fuzz.ratio, 75),  # "hello" is not "help"
        )
        if (found := process.extractOne(said, references, scorer=scorer, score_cutoff=cutoff)) is not None
    ]
    return max(scores, default=0.0)


def _subset_ratio(said: str, reference: str, **_: object) -> float:
    """High where one says all of the other and little more."""
    from rapidfuzz import fuzz

    return (fuzz.token_set_ratio(said, reference) + fuzz.token_sort_ratio(said, reference)) / 2


def _content(text: str) -> str:
    """The words that carry meaning; each Chinese character counts as one."""
    words = re.findall(rf"[{HAN}]|[^\W{HAN}]+", text)
    return " ".join(word for word in words if word not in _STOP_WORDS and word not in _STOP_CHARACTERS)


@cache
def _references(
    phrases: tuple[str, ...], examples: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the command's sentences say without their arguments: in a single word, and in several."""
    sentences = [_mentions(Sentence.of(text))[1] for text in examples]
    sentences += [fold(phrase(pattern).gist) for pattern in phrases]
    contents = {content for text in sentences if (content := _content(text))}
    single = tuple(sorted(content for content in contents if " " not in content))
    return single, tuple(sorted(contents.difference(single)))


# -- saying it in full ---------------------------------------------------------------------------------


def _suggestions(command: Command, mentioned: _Mentioned, chinese: bool) -> Iterator[Suggestion]:
    canonical = _canonical(command, chinese)
    if canonical is None:
        return
    common: dict[str, object] = {}
    users: tuple[str, ...] = ()
    for name, kind in canonical.slots.items():
        if kind == "who":
            users = (name,)
        elif mentioned.of(kind):
            common[name] = mentioned.of(kind)[0]
    choices = [{name: value} for name in users for value in dict.fromkeys(mentioned.of("who"))]
    for choice in choices if users else [{}]:
        args = {**choice, **common}
        label = canonical.write(args)
        if label is not None:
            yield Suggestion(command.name, args, label)


def in_full(command: Command, args: Mapping[str, object], *, chinese: bool) -> str | None:
    """A sentence that asks for that command with these arguments; None where no phrase has all of them."""
    phrases = [phrase(pattern) for pattern in command.phrases]
    phrases.sort(key=lambda candidate: candidate.chinese != chinese)
    written = (candidate.write(args) for candidate in phrases)
    return next((text for text in written if text), None)


def _canonical(command: Command, chinese: bool) -> Phrase | None:
    """The command's first phrase in that language."""
    phrases = (phrase(pattern) for pattern in command.phrases)
    return next((candidate for candidate in phrases if candidate.chinese == chinese), None)
