"""Texts into vectors: one class for every encoder of transformers, causal models included."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from predictor import processor
from predictor.errors import EncoderError
from predictor.weights import DEFAULT_MODEL, Say, Weights, check_unchanged, find_weights, mend

if TYPE_CHECKING:
    from predictor.network import Network

MAX_TOKENS = 512
_WINDOW = 4096  # texts that are cut into tokens at once
# No token of a vocabulary in use is longer: what lies behind can never be among the first MAX_TOKENS.
_CHARACTERS_PER_TOKEN = 64
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff]")

Pooling = Literal["mean", "first"]
Dtype = Literal["bf16", "fp32"]
Progress = Callable[[int, int], None]
Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class EncoderKey:
    """All that vectors depend on besides the text; vectors of two different keys must never be compared."""

    model: str
    revision: str
    prefix: str
    pooling: Pooling
    max_tokens: int
    dtype: str

    def __str__(self) -> str:
        prefix = f", prefix {self.prefix!r}" if self.prefix else ""
        how = f"{self.pooling} pooling, {self.max_tokens} tokens, {self.dtype}"
        return f"{self.model} ({self.revision}{prefix}, {how})"


def clean(text: str) -> str:
    """The text as encoders read it: no control characters or halves of characters, single spaces."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return " ".join(_CONTROL.sub(" ", text).split())


class Encoder:
    """Turns texts into L2-normalised vectors: the mean over a model's last hidden states, padding left out.

    Nothing is read before it is needed; weights stay in memory from then on. Several threads may use it.
    `pooling="first"` takes the first token instead, which in a causal model has seen nothing but itself: it
    is here to be measured.
    """

    def __init__(
        self,
        name: str | None = None,
        device: str | None = None,
        *,
        prefix: str | None = None,
        pooling: Pooling = "mean",
        dtype: Dtype | None = None,
        say: Say = lambda step: None,
    ) -> None:
        self._name = name or DEFAULT_MODEL
        self._device = device
        self._prefix = prefix
        self._pooling: Pooling = pooling
        self._dtype = dtype
        self._say = say
        self._finding = threading.Lock()
        self._loading = threading.Lock()
        self._cutting = threading.Lock()

    @property
    def weights(self) -> Weights:
        """Where the weights are; found, fetched or converted at the first use. Raises WeightsError."""
        with self._finding:
            return self._weights

    @cached_property
    def key(self) -> EncoderKey:
        """What the vectors depend on. Of the default model it is known without loading anything."""
        dtype = self._dtype or self._known_dtype() or self._in_memory().dtype
        return EncoderKey(
            model=self.weights.model,
            revision=self.weights.revision,
            prefix=self._prefixed(),
            pooling=self._pooling,
            max_tokens=MAX_TOKENS if self._is_default() else self._in_memory().max_tokens,
            dtype=dtype,
        )

    @cached_property
    def n_dims(self) -> int:
        """How many numbers a vector has."""
        if self._is_default():
            return int(json.loads((self.weights.folder / "config.json").read_text())["hidden_size"])
        return self._in_memory().n_dims

    @property
    def loaded(self) -> bool:
        """Whether the weights are in memory."""
        return "_network" in self.__dict__

    def load(self) -> None:
        """Bring the weights into memory now. Raises EncoderError."""
        self._in_memory()

    def encode(self, texts: Sequence[str], *, progress: Progress = lambda done, total: None) -> Vectors:
        """The vectors of the texts, (n_texts, n_dims), each of length 1; the same text is encoded once.

        Empty texts have a vector, too: what the model makes of nothing. `progress` hears how many of how many
        different texts are done. Raises EncoderError.
        """
        cleaned = [clean(text) for text in texts]
        unique = sorted(set(cleaned), key=lambda text: (-len(text), text))
        vectors = np.empty((len(unique), self.n_dims), np.float32)
        done = 0
        for start in range(0, len(unique), _WINDOW):
            tokens = self._tokens(unique[start : start + _WINDOW])
            for rows in _batches([len(ids) for ids in tokens], *self._in_memory().batch):
                vectors[[start + row for row in rows]] = self._vectors([tokens[row] for row in rows])
                done += len(rows)
                progress(done, len(unique))
        place = {text: row for row, text in enumerate(unique)}
        return vectors[[place[text] for text in cleaned]] if cleaned else vectors

    @cached_property
    def _weights(self) -> Weights:
        return find_weights(self._name, say=self._say)

    def _in_memory(self) -> Network:
        with self._loading:
            return self._network

    @cached_property
    def _network(self) -> Network:
        from predictor.network import load

        mend(self.weights, self._say)
        dtype = self._dtype or self._known_dtype()
        network = load(self.weights, device=self._device, dtype=dtype, most_tokens=MAX_TOKENS)
        check_unchanged(self.weights)  # last: of what was in the folder before, nothing may be in memory
        return network

    def _is_default(self) -> bool:
        """Whether these are the weights that come without being named, and are known beforehand."""
        return self.weights.model == DEFAULT_MODEL and self.weights.origin != "folder"

    def _known_dtype(self) -> Dtype | None:
        """The type of numbers where it follows from the processor alone: the default model bears bf16."""
        if not self._is_default() or self._device not in (None, "cpu"):
            return None
        if self._device is None and processor.may_have_gpu():
            return None
        return "bf16" if processor.has_bf16() else "fp32"

    def _prefixed(self) -> str:
        return self.weights.prefix if self._prefix is None else self._prefix

    def _tokens(self, texts: list[str]) -> list[list[int]]:
        most = MAX_TOKENS * _CHARACTERS_PER_TOKEN
        prefix = self._prefixed()
        network = self._in_memory()
        with self._cutting:  # tokenizers keep state meanwhile
            tokens = network.tokens([prefix + text[:most] for text in texts])
        if max(map(max, tokens), default=0) >= network.vocabulary:
            raise EncoderError(
                "The tokenizer of the encoder {model} belongs to another model.",
                next_step="Copy its files again, or set OPSBOT_ENCODER to another one.",
                model=self.weights.model,
            )
        return tokens

    def _vectors(self, tokens: list[list[int]]) -> Vectors:
        vectors = self._in_memory().pooled(tokens, first=self._pooling == "first")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(vectors).all() or not lengths.all():
            raise EncoderError(
                "The encoder {model} gives no usable vectors.",
                next_step="Copy its files again, or set OPSBOT_ENCODER to another one.",
                model=self.weights.model,
            )
        return np.asarray(vectors / lengths, np.float32)


def _batches(lengths: Sequence[int], texts: int, most_tokens: int) -> Iterator[list[int]]:
    """Rows that go through the model together, the longest first: of similar length.

    At most so many texts and so many tokens, padding included: that bounds the memory of long texts.
    """
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if batch and (len(batch) == texts or lengths[batch[0]] * (len(batch) + 1) > most_tokens):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def load_encoder(
    name: str | None = None, device: str | None = None, *, say: Say = lambda step: None
) -> Encoder:
    """The encoder of a model's id or folder (None: multilingual-e5-small), one for all who ask for the same.

    Nothing is read yet: the first vector or `load()` does that, and `say` hears what takes long then.
    `device` is one of torch's, such as cpu or cuda; None takes a GPU where there is one.
    """
    asked = (name or DEFAULT_MODEL, device or None)
    with _sharing:
        return _shared.setdefault(asked, Encoder(*asked, say=say))


_shared: dict[tuple[str, str | None], Encoder] = {}
_sharing = threading.Lock()
