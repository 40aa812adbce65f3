"""The tokenizer and the layers of an encoder, in memory."""

from __future__ import annotations

import contextlib
import inspect
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from predictor.errors import EncoderError
from predictor.weights import Weights

if TYPE_CHECKING:
    import torch

    from predictor.encoder import Dtype

log = logging.getLogger(__name__)

# Sentences that both types of numbers are tried on, and how alike their vectors have to be.
_TRIAL = ("query: Delivery took three weeks.", "query: 客服态度很好，下次还会再买", "Ü")
_ALIKE = 0.999

_SMALL = 1_000_000

# On a GPU small batches cost what large ones do. Reckoned, not measured: no GPU was at hand.
_BATCH = (32, 4096)
_BATCH_OF_GPU = (256, 32_768)

# A layer of which the configuration knows nothing: it was altered, and would give vectors without a word.
_LAYER = re.compile(r"(?:^|\.)(?:layers?|h|blocks?)\.\d+\.")

# Missing from a file without harm: what is computed anyway, or lies behind the last hidden state.
_NOT_NEEDED = ("pooler.", "position_ids", "rotary_emb", "attn.bias", "attn.masked_bias", "lm_head")


@dataclass(frozen=True)
class Network:
    """A tokenizer and a model of transformers, ready for batches."""

    tokenizer: Any
    model: Any
    device: torch.device
    dtype: Dtype
    n_dims: int
    max_tokens: int
    padding: int
    vocabulary: int

    def tokens(self, texts: list[str]) -> list[list[int]]:
        """The token ids of each text, cut to the model's length; never none at all."""
        found = self.tokenizer(
            texts, truncation=True, max_length=self.max_tokens, return_attention_mask=False, verbose=False
        )["input_ids"]
        return [ids or [self.padding] for ids in found]

    def pooled(self, tokens: list[list[int]], *, first: bool = False) -> NDArray[np.float32]:
        """The mean over each text's own last hidden states, or the first of them; (n_texts, n_dims).

        Where the device has no room for all of them at once, half of them are tried, and so on. Raises
        EncoderError where it has none for a single one.
        """
        import torch

        try:
            return self._pooled(tokens, first=first)
        except torch.OutOfMemoryError as error:
            if len(tokens) == 1:
                raise EncoderError(
                    "The device {device} has no room for a text of {count} tokens.",
                    next_step="End other programs that use it, or set OPSBOT_DEVICE=cpu.",
                    device=self.device,
                    count=len(tokens[0]),
                ) from error
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        half = len(tokens) // 2
        return np.concatenate([self.pooled(part, first=first) for part in (tokens[:half], tokens[half:])])

    @property
    def batch(self) -> tuple[int, int]:
        """How many texts, and how many tokens with padding, go through it together."""
        return _BATCH_OF_GPU if self.device.type == "cuda" else _BATCH

    def _pooled(self, tokens: list[list[int]], *, first: bool) -> NDArray[np.float32]:
        import torch

        longest = max(map(len, tokens))
        ids = torch.full((len(tokens), longest), self.padding)
        for row, each in enumerate(tokens):
            ids[row, : len(each)] = torch.tensor(each)
        lengths = torch.tensor([len(each) for each in tokens])
        mask = (torch.arange(longest) < lengths[:, None]).to(self.device)
        with torch.inference_mode(), self._numbers():
            states = self.model(input_ids=ids.to(self.device), attention_mask=mask.long()).last_hidden_state
        states = states.float()
        if first:
            return np.asarray(states[:, 0].cpu().numpy(), np.float32)
        sums = (states * mask[:, :, None]).sum(dim=1)
        return np.asarray((sums / lengths.to(self.device)[:, None]).cpu().numpy(), np.float32)

    @contextlib.contextmanager
    def _numbers(self) -> Iterator[None]:
        import torch

        if self.dtype != "bf16":  # some devices do not even take the question
            yield
            return
        with torch.autocast(self.device.type, torch.bfloat16):
            yield


def load(weights: Weights, *, device: str | None, dtype: Dtype | None, most_tokens: int) -> Network:
    """The network of these weights on a device (None: a GPU where there is one). Raises EncoderError.

    Nothing is fetched, nothing is unpickled, no code of the model's is run. bf16 is used where the device has
    it and a trial gives the same vectors as fp32.
    """
    # Threads of torch wait for each other by spinning, which on cores that others share takes ten times the
    # time; its library reads this when it is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        import torch  # noqa: F401  (first: without it transformers only warns)
        from transformers.utils import logging
    except ImportError as error:
        raise EncoderError(
            "Reading text needs packages that are not installed ({package}).",
            next_step="Install them: pip install --constraint constraints.txt '.[text]'",
            package=error.name or "torch",
        ) from error
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    where = _device(device)
    tokenizer, model = _parts(weights)
    where = _placed(model.eval(), where, named=device is not None)
    padding = _padding(tokenizer)
    network = Network(
        tokenizer=tokenizer,
        model=model,
        device=where,
        dtype="fp32",
        n_dims=int(model.config.hidden_size),
        max_tokens=_most_tokens(tokenizer, model.config, most_tokens),
        padding=padding,
        vocabulary=int(model.get_input_embeddings().num_embeddings),
    )
    if dtype == "fp32" or (dtype is None and not _has_bf16(where)):
        return network
    return _with_bf16(network, forced=dtype == "bf16")


def _with_bf16(network: Network, *, forced: bool) -> Network:
    """The same in bf16, its matrices cast once; the same as it is where bf16 changes what texts mean."""
    import torch

    tokens = network.tokens(list(_TRIAL))
    expected = network.pooled(tokens)
    halved = Network(**{**network.__dict__, "dtype": "bf16"})
    if not forced and _least_cosine(expected, halved.pooled(tokens)) < _ALIKE:
        return network
    for module in network.model.modules():
        if isinstance(module, torch.nn.Linear):
            module.to(torch.bfloat16)
    return halved


def _least_cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return float(np.nan_to_num((one * other).sum(axis=1) / lengths, nan=-1).min())


def _device(name: str | None) -> torch.device:
    import torch

    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).cpu()  # "meta" makes tensors, and has nothing in them
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise EncoderError(
            "The device {device} cannot be used here.",
            next_step="Correct OPSBOT_DEVICE: cpu, cuda, or empty for a GPU where there is one.",
            device=name,
        ) from error
    return device


def _placed(model: Any, device: torch.device, *, named: bool) -> torch.device:
    """Bring a model onto a device; where that has no room and nobody named it, leave it on the processor."""
    import torch

    try:
        model.to(device)
    except torch.OutOfMemoryError as error:
        if named:
            raise EncoderError(
                "The device {device} has no room for the encoder.",
                next_step="End other programs that use it, or set OPSBOT_DEVICE=cpu.",
                device=device,
            ) from error
        device = torch.device("cpu")
        model.to(device)
        log.warning("the GPU has no room for the encoder: the processor is used")
    return device


def _has_bf16(device: torch.device) -> bool:
    import torch

    from predictor import processor

    if device.type == "cuda":
        with torch.cuda.device(device):
            return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device.type == "cpu" and processor.has_bf16()


def _parts(weights: Weights) -> tuple[Any, Any]:
    import torch
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    where: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    if weights.gguf:
        where["gguf_file"] = weights.gguf
    try:
        config = AutoConfig.from_pretrained(weights.folder, **where)
        wanted: dict[str, Any] = {
            "dtype": torch.float32,
            "output_loading_info": True,
            "config": config,
            **where,
        }
        if "add_pooling_layer" in inspect.signature(_class_of(config)).parameters:
            wanted["add_pooling_layer"] = False
        if not weights.gguf:
            wanted |= {"use_safetensors": True}
        model, found = AutoModel.from_pretrained(weights.folder, **wanted)
        _let_go_of_file(model)
        # Last, as a large vocabulary takes 300 MB: the file is no longer in memory beside it.
        tokenizer = AutoTokenizer.from_pretrained(weights.folder, config=config, **where)
    except Exception as error:  # altered files bring out whatever the libraries did not think of
        raise _unusable(weights, str(error).partition("\n")[0]) from error
    missing = [key for key in found["missing_keys"] if not _harmless(key)]
    if missing or found["mismatched_keys"]:
        raise _unusable(
            weights, f"{len(missing) or len(found['mismatched_keys'])} of its tensors are missing"
        )
    others = [key for key in found["unexpected_keys"] if _LAYER.search(key) and not _harmless(key)]
    if others:
        raise _unusable(weights, f"config.json leaves out {len(others)} tensors of its layers")
    return tokenizer, model.get_encoder() if config.is_encoder_decoder else model


def _harmless(key: str) -> bool:
    return any(part in key for part in _NOT_NEEDED)


def _let_go_of_file(model: Any) -> None:
    """Copy the small parts, which may lie in the file still and keep all of it in memory.

    Where large ones lie there as well, the file is the memory they take, and they stay.
    """
    for part in model.parameters():
        if part.numel() <= _SMALL:
            part.data = part.data.clone()


def _class_of(config: Any) -> Any:
    from transformers.models.auto.modeling_auto import MODEL_MAPPING

    return MODEL_MAPPING[type(config)]


def _unusable(weights: Weights, problem: str) -> EncoderError:
    return EncoderError(
        "The encoder {model} cannot be loaded: {problem}.",
        next_step="Copy its files again, or set OPSBOT_ENCODER to another one.",
        model=weights.model,
        problem=problem.rstrip("."),
    )


def _padding(tokenizer: Any) -> int:
    """What fills up short rows; it is masked, so that any token does."""
    for found in (tokenizer.pad_token_id, tokenizer.eos_token_id, tokenizer.bos_token_id):
        if found is not None:
            return int(found)
    return 0


def _most_tokens(tokenizer: Any, config: Any, most: int) -> int:
    positions = getattr(config, "max_position_embeddings", None) or most
    return int(min(most, positions, tokenizer.model_max_length))
