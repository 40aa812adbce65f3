"""Sentence patterns: "[what is the] churn risk (for|of) {user:who}" reads and writes sentences.

`[…]` may be left out, `(a|b)` is one of, `<word>` is a class from `bot.words`, `{name:type}` is an argument
of a type from `bot.convertors`. Between words, a space is free next to Chinese or digits and needed
between Latin letters. A pattern is matched against a whole sentence, so that nothing said is overlooked; it
also writes sentences, so that what is suggested is sure to be understood.

Patterns are walked, not compiled to `re`: with all their synonyms they take half a minute to compile, and a
walk that remembers what it has read from where cannot run away on any text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar, cast

from bot.convertors import CONVERTORS, Convertor
from bot.folding import HAN, fold, is_chinese, narrow
from bot.words import WORDS

_GAP = re.compile(r"(?:[\s,:、]|(?<=[a-z])[-_](?=[a-z\d]))*")
_KEY = re.compile(rf"[^\W\d_{HAN}]+|.", re.DOTALL)

# What was captured on the way: (slot, start, end) for each.
Captures = tuple[tuple["Slot", int, int], ...]
# Where a node may end that starts at a certain place.
Ends = tuple[tuple[int, Captures], ...]

NodeT = TypeVar("NodeT", bound="Node")


class Sentence:
    """A text as it was written (but for full-width letters) and as it is compared, place for place."""

    def __init__(self, written: str, folded: str) -> None:
        self.written, self.folded = written, folded
        self.read: dict[tuple[int, int], Ends] = {}
        self._keys: dict[int, str] = {}

    @classmethod
    def of(cls, text: str) -> Sentence:
        """The sentence that a text is."""
        return cls(narrow(text), fold(text))

    def __getitem__(self, place: slice) -> Sentence:
        return Sentence(self.written[place], self.folded[place])

    def skip(self, place: int) -> int:
        """Past the spaces and commas at a place."""
        if self.folded[place : place + 1] not in " ,:、-_":  # as most often
            return place
        found = _GAP.match(self.folded, place)
        return found.end() if found else place

    def key(self, place: int) -> str:
        """The Latin word or the single character at a place; empty at the end."""
        if place not in self._keys:
            found = _KEY.match(self.folded, place)
            self._keys[place] = found[0] if found else ""
        return self._keys[place]


@dataclass(frozen=True)
class Match:
    """The arguments found, and how many characters were said literally: more is more specific."""

    args: dict[str, object]
    literal: int


class Node:
    """A part of a pattern."""

    keys: frozenset[str]  # what it may begin with
    anything: bool = False  # whether it may begin with anything at all
    optional: bool = False  # whether it may be left out
    names: frozenset[str] = frozenset()  # the arguments in it

    def ends(self, sentence: Sentence, start: int) -> Ends:
        """Where it may end if it starts there."""
        raise NotImplementedError

    def write(self, args: Mapping[str, object], chinese: bool) -> Iterator[str]:
        """The words of a sentence with these arguments."""
        raise NotImplementedError

    def gist(self) -> Iterator[str]:
        """The words it cannot do without, the first of each choice."""
        raise NotImplementedError

    def may_start(self, key: str) -> bool:
        """Whether it can begin with that word."""
        return self.anything or key in self.keys


class Word(Node):
    """Something said as it stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = _KEY.match(text)
        self.keys = frozenset({found[0] if found else text})
        self._ends_in_letter = text[-1].isalpha() and not is_chinese(text[-1])

    def ends(self, sentence: Sentence, start: int) -> Ends:
        """Where it may end."""
        end = start + len(self.text)
        if not sentence.folded.startswith(self.text, start):
            return ()
        following = sentence.folded[end : end + 1]
        if self._ends_in_letter and following.isalpha() and not is_chinese(following):
            return ()
        return ((end, ()),)

    def write(self, args: Mapping[str, object], chinese: bool) -> Iterator[str]:
        """Its words."""
        yield self.text

    def gist(self) -> Iterator[str]:
        """Its words, if needed."""
        yield self.text


class Slot(Node):
    """An argument."""

    keys = frozenset[str]()
    anything = True

    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind = name, kind
        self.convertor: Convertor = CONVERTORS[kind]
        self.names = frozenset({name})

    def ends(self, sentence: Sentence, start: int) -> Ends:
        """Where it may end."""
        known = sentence.read.get((id(self), start))
        if known is None:
            found = self.convertor.ends(sentence.folded, start)
            known = tuple((end, ((self, start, end),)) for end in found)
            sentence.read[id(self), start] = known
        return known

    def write(self, args: Mapping[str, object], chinese: bool) -> Iterator[str]:
        """Its words."""
        yield self.convertor.write(args[self.name], chinese)

    def gist(self) -> Iterator[str]:
        """Its words, if needed."""
        yield from ()


class Sequence(Node):
    """One after the other."""

    def __init__(self, items: tuple[Node, ...]) -> None:
        self.items = items
        self.names = frozenset[str]().union(*(item.names for item in items))
        heads = [*_until_needed(items)]
        self.keys = frozenset[str]().union(*(item.keys for item in heads))
        self.optional = all(item.optional for item in items)
        self.anything = any(item.anything for item in heads)

    def ends(self, sentence: Sentence, start: int) -> Ends:
        """Where it may end."""
        states: dict[tuple[int, Captures], None] = {(start, ()): None}
        for item in self.items:
            following: dict[tuple[int, Captures], None] = {}
            for place, captures in states:
                here = sentence.skip(place)
                if item.may_start(sentence.key(here)):
                    for end, more in item.ends(sentence, here):
                        following[end, captures + more] = None
                if item.optional:
                    following[place, captures] = None
            if not following:
                return ()
            states = following
        return tuple(states)

    def write(self, args: Mapping[str, object], chinese: bool) -> Iterator[str]:
        """Its words."""
        said: set[str] = set()
        for item in self.items:
            words = list(item.write({name: args[name] for name in args if name not in said}, chinese))
            yield from words
            if words:
                said |= item.names

    def gist(self) -> Iterator[str]:
        """Its words, if needed."""
        for item in self.items:
            yield from item.gist()


class Choice(Node):
    """One of several, or none where optional."""

    def __init__(self, options: tuple[Sequence, ...], optional: bool = False) -> None:
        self.options = options
        self.optional = optional or any(option.optional for option in options)
        self.names = frozenset[str]().union(*(option.names for option in options))
        self.keys = frozenset[str]().union(*(option.keys for option in options))
        self.anything = any(option.anything for option in options)
        self._by_key: dict[str, tuple[Sequence, ...]] = {}

    def ends(self, sentence: Sentence, start: int) -> Ends:
        """Where it may end."""
        known = sentence.read.get((id(self), start))
        if known is None:
            key = sentence.key(start)
            found = (end for option in self._options(key) for end in option.ends(sentence, start))
            known = sentence.read[id(self), start] = tuple(dict.fromkeys(found))
        return known

    def _options(self, key: str) -> tuple[Sequence, ...]:
        if key not in self.keys:
            key = ""
        if key not in self._by_key:
            self._by_key[key] = tuple(option for option in self.options if option.may_start(key))
        return self._by_key[key]

    def write(self, args: Mapping[str, object], chinese: bool) -> Iterator[str]:
        """Its words."""
        for option in self.options:
            if option.names <= args.keys() and (option.names or not self.optional):
                return option.write(args, chinese)
        if self.optional:
            return iter(())
        raise KeyError(*self.names)

    def gist(self) -> Iterator[str]:
        """Its words, if needed."""
        if not self.optional:
            yield from self.options[0].gist()


def _until_needed(items: tuple[Node, ...]) -> Iterator[Node]:
    for item in items:
        yield item
        if not item.optional:
            return


class Phrase:
    """A pattern."""

    def __init__(self, pattern: str) -> None:
        self.node = parse(pattern)
        self.chinese = is_chinese(pattern)

    @property
    def slots(self) -> dict[str, str]:
        """The types of its arguments by name."""
        return dict(_slots(self.node))

    @property
    def gist(self) -> str:
        """The words it cannot do without, the first of each choice."""
        return " ".join(self.node.gist())

    def match(self, sentence: Sentence) -> Match | None:
        """The arguments, if the whole sentence says this; the reading that takes most words literally."""
        length = len(sentence.folded)
        readings = [captures for end, captures in self.node.ends(sentence, 0) if sentence.skip(end) == length]
        matches = [match for captures in readings if (match := _matched(sentence, captures)) is not None]
        return max(matches, key=lambda match: match.literal, default=None)

    def write(self, args: Mapping[str, object]) -> str | None:
        """A sentence of this pattern with these arguments, if it has all of them."""
        if not args.keys() <= self.node.names:
            return None
        try:
            words = " ".join(self.node.write(args, self.chinese))
        except KeyError:
            return None
        return re.sub(rf"(?<=[{HAN}]) | (?=[{HAN}])", "", words)


def _matched(sentence: Sentence, captures: Captures) -> Match | None:
    args: dict[str, object] = {}
    literal = len(sentence.folded) - sentence.folded.count(" ")
    for slot, start, end in captures:
        try:
            value = slot.convertor.convert(sentence.written[start:end])
        except ValueError:
            return None
        if args.setdefault(slot.name, value) != value:
            return None  # "top 20 … limit 30"
        literal -= end - start
    return Match(args, literal)


def _slots(node: Node) -> Iterator[tuple[str, str]]:
    if isinstance(node, Slot):
        yield node.name, node.kind
    for child in getattr(node, "items", ()) + getattr(node, "options", ()):
        yield from _slots(child)


# -- reading a pattern ---------------------------------------------------------------------------------

_TOKENS = re.compile(r"(<[^<>|\s=][^<>|]*>|\{\w+:\w+\}|[\[\]()|]|[^\s\[\](){}|<]+)")


@cache
def phrase(pattern: str) -> Phrase:
    """The phrase of a pattern; made once."""
    return Phrase(pattern)


def parse(pattern: str) -> Sequence:
    """The tree of a pattern; ValueError where it is not well formed."""
    tokens = [token.strip() for token in _TOKENS.split(pattern) if token.strip()]
    tokens.reverse()
    try:
        choice = _parse_choice(tokens, optional=False)
    except ValueError as error:
        raise ValueError(f"{error} in {pattern!r}") from None
    if tokens:
        raise ValueError(f"unbalanced {tokens[-1]!r} in {pattern!r}")
    return choice.options[0] if len(choice.options) == 1 else Sequence((choice,))


def _parse_choice(tokens: list[str], optional: bool) -> Choice:
    options = [_parse_sequence(tokens)]
    while tokens and tokens[-1] == "|":
        tokens.pop()
        options.append(_parse_sequence(tokens))
    return _shared(Choice, tuple(options), optional)


def _parse_sequence(tokens: list[str]) -> Sequence:
    items: list[Node] = []
    while tokens and tokens[-1] not in "])|":
        items.append(_parse_item(tokens))
    if not items:
        raise ValueError("an empty option")
    return _shared(Sequence, tuple(items))


def _parse_item(tokens: list[str]) -> Node:
    part = tokens.pop()
    if part in "[(":
        choice = _parse_choice(tokens, optional=part == "[")
        if not tokens or tokens.pop() != {"[": "]", "(": ")"}[part]:
            raise ValueError(f"{part} is not closed")
        return choice
    if part.startswith("<"):
        return _word_class(part[1:-1])
    if part.startswith("{"):
        name, _, kind = part[1:-1].partition(":")
        if kind not in CONVERTORS:
            raise ValueError(f"no argument type {kind!r}")
        return _shared(Slot, name, kind)
    if "'" in part and part != "'":  # what's, whats
        spellings = (_shared(Word, part), _shared(Word, part.replace("'", "")))
        return _shared(Choice, tuple(_shared(Sequence, (word,)) for word in spellings), False)
    return _shared(Word, part)


@cache
def _word_class(name: str) -> Node:
    if name not in WORDS:
        raise ValueError(f"no word class <{name}>")
    return parse(WORDS[name])


_nodes: dict[tuple[object, ...], Node] = {}


def _shared(kind: Callable[..., NodeT], *parts: object) -> NodeT:
    """Equal parts of patterns are one node, so that what was read for one pattern serves the others."""
    node = _nodes.get((kind, *parts))
    if node is None:
        node = _nodes[kind, *parts] = kind(*parts)
    return cast(NodeT, node)
