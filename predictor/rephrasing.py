"""Saying a message in other words with a language model: it sees no fact, and what it changes is refused."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from predictor.rephrase_checks import FACT, Doubt, doubt_about
from storage.errors import OpsbotError
from storage.masking import mask

_FIELD = re.compile(r"\{([a-z]+)\}")
_QUOTES = {'"': '"', "“": "”", "「": "」", "„": "“", "'": "'"}
_LANGUAGES = {"en": "English", "zh": "Chinese (简体中文)", "de": "German"}

Refusal = Literal["unreachable", Doubt]


class RephraseError(OpsbotError):
    """The model that rephrases cannot be used, did not answer in time, or answered with no text."""

    kind = "rephrase"


class Rephraser(Protocol):
    """A language model: `name` is what is said of it."""

    @property
    def name(self) -> str:
        """What it is called."""

    def answer(self, instruction: str, text: str, seconds: float) -> str:
        """What the model makes of a text within that time; raises RephraseError."""


@dataclass(frozen=True)
class Rephrased:
    """A template in other words, its fields as they were; or None and why it stays as it is."""

    text: str | None
    refusal: Refusal | None = None
    error: RephraseError | None = None


def instruction_for(language: str) -> str:
    """What the model is told to do."""
    return (
        "Rephrase the message that the user gives, politely and in the same language"
        f" ({_LANGUAGES.get(language, language)}), about as long. Keep every word in square brackets, such as"
        " [ITEM], exactly as it is and as often. Add nothing: no number, price, discount, promise, link or"
        " name. Answer with the message only."
    )


def rephrase(model: Rephraser, template: str, language: str, seconds: float) -> Rephrased:
    """The template in other words, if they leave everything as it was.

    Only the template goes out, facts by name and personal data masked.
    """
    sent = mask(_FIELD.sub(lambda field: f"[{field[1].upper()}]", template))
    try:
        written = model.answer(instruction_for(language), sent, seconds)
    except RephraseError as error:
        return Rephrased(None, "unreachable", error)
    written = _bare(written)
    doubt = doubt_about(written, sent, language)
    if doubt is not None or sent.count("***"):
        return Rephrased(None, doubt or "facts")
    return Rephrased(FACT.sub(lambda fact: "{" + fact[1].lower() + "}", written))


class InTime:
    """Rephrases several texts with one model in one span of time; once it fails, it is asked no more."""

    def __init__(self, model: Rephraser, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.model = model
        self._clock = clock
        self._until = clock() + seconds
        self._failed: RephraseError | None = None

    def rephrase(self, template: str, language: str) -> Rephrased:
        """See `rephrase`."""
        left = self._until - self._clock()
        if self._failed is not None or left <= 0:
            return Rephrased(None, "unreachable", self._failed)
        found = rephrase(self.model, template, language, left)
        self._failed = found.error
        return found


def _bare(text: str) -> str:
    """Without blanks and quotation marks around all of it."""
    text = text.strip()
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    return text
