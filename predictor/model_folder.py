"""What lies in a model folder: whether it is all there, and a digest of what its files say."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path

from predictor.conversion import sha256
from predictor.errors import WeightsError

_SHA256 = re.compile(r"[0-9a-f]{64}")

# What of a repository is fetched, and what of a folder says which model it is: never a pickle, never code.
_TOKENIZER = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "tokenizer.model",
    "sentencepiece.bpe.model",
    "spiece.model",
)
WANTED = (
    "config.json",
    "model*.safetensors",
    "model.safetensors.index.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "merges.txt",
    *_TOKENIZER,
)


def check_folder(folder: Path) -> None:
    """Raises WeightsError where a model folder lacks what is needed, or has only pickled weights."""
    if not (folder / "config.json").is_file():
        raise _lacks(folder, "config.json")
    weights = list(folder.glob("*.safetensors"))
    if not weights and list(folder.glob("*.bin")) + list(folder.glob("*.pt")):
        raise WeightsError(
            "The model folder {folder} has pickled weights only, which can run code and are never opened.",
            next_step="Take a revision of the model that has model.safetensors.",
            folder=folder,
        )
    if not weights:
        raise _lacks(folder, "model.safetensors")
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        try:
            parts = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        except (ValueError, KeyError, AttributeError, TypeError):
            raise _lacks(folder, index.name) from None
        for part in sorted(parts):
            if not (folder / str(part)).is_file():
                raise _lacks(folder, str(part))
    if not any((folder / name).is_file() for name in _TOKENIZER):
        raise _lacks(folder, "tokenizer.json")


def _lacks(folder: Path, name: str) -> WeightsError:
    return WeightsError(
        "The model folder {folder} has no usable {file}.",
        next_step="Copy the whole model there again, or set OPSBOT_ENCODER to another one.",
        folder=folder,
        file=name,
    )


def files_of(folder: Path) -> list[Path]:
    """What of a folder says which model it is."""
    return sorted({path for pattern in WANTED for path in folder.glob(pattern) if path.is_file()})


def digest(files: Iterable[Path]) -> str:
    """One digest of names and contents: two folders with the same files are the same revision.

    Raises WeightsError where a file cannot be read, or is linked, as in the hub's cache, to one that is named
    by its SHA-256 and has another.
    """
    whole = hashlib.sha256()
    try:
        for path in files:
            content = sha256(path)
            named = path.resolve().name
            if _SHA256.fullmatch(named) and content != named:
                raise WeightsError(
                    "The model folder {folder} has missing or altered files.",
                    next_step="Delete {file} and what it links to; it is fetched again when it is needed.",
                    folder=path.parent,
                    file=path.name,
                )
            whole.update(f"{path.name} {content}\n".encode())
    except OSError as error:
        raise WeightsError(
            "{file} cannot be read: {problem}.",
            next_step="Check that you may read it.",
            file=error.filename,
            problem=error.strerror or error,
        ) from error
    return whole.hexdigest()[:16]
