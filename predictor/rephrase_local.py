"""A rephrasing model of transformers on this machine: a folder, a .gguf file or an id, loaded once."""

from __future__ import annotations

import os
import threading
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from predictor.errors import WeightsError
from predictor.rephrasing import RephraseError
from predictor.weights import find_weights

if TYPE_CHECKING:
    from predictor.weights import Weights

_MOST_TOKENS = 300


class LocalRephraser:
    """The causal model of that folder or id; nothing is read before the first text.

    Greedy: the same text is always rephrased alike. No code of the model's own is run, and no pickle is read.
    """

    def __init__(self, name: str, device: str | None = None) -> None:
        self._asked = name
        self._device = device
        self._busy = threading.Lock()

    @property
    def name(self) -> str:
        """The model's name; as it was asked for where its weights are not to be had."""
        try:
            return self._weights.model
        except WeightsError:
            return self._asked

    def answer(self, instruction: str, text: str, seconds: float) -> str:
        """See `Rephraser`; what loading takes counts, and an answer that takes too long is none."""
        until = time.monotonic() + seconds
        if not self._busy.acquire(timeout=seconds):
            raise self._silent()
        try:
            tokenizer, model = self._parts
            return self._written(tokenizer, model, instruction, text, until)
        except RephraseError:
            raise
        except Exception as error:  # whatever a stranger's model file holds, the template is there
            raise RephraseError(
                "The rephrasing model {model} cannot be used: {problem}.",
                model=self.name,
                problem=str(error).partition("\n")[0].rstrip("."),
            ) from error
        finally:
            self._busy.release()

    @cached_property
    def _weights(self) -> Weights:
        return find_weights(self._asked)

    @cached_property
    def _parts(self) -> tuple[Any, Any]:
        # See `predictor.network.load`.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging

        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        weights = self._weights
        where: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        if weights.gguf:
            where["gguf_file"] = weights.gguf
        wanted = {} if weights.gguf else {"use_safetensors": True}
        device = self._device or ("cuda" if torch.cuda.is_available() else "cpu")
        dtype = torch.float32 if device == "cpu" else torch.bfloat16
        model: Any = AutoModelForCausalLM.from_pretrained(weights.folder, dtype=dtype, **where, **wanted)
        model.eval()
        return AutoTokenizer.from_pretrained(weights.folder, **where), model.to(device)

    def _written(self, tokenizer: Any, model: Any, instruction: str, text: str, until: float) -> str:
        import torch

        said = [{"role": "system", "content": instruction}, {"role": "user", "content": text}]
        if tokenizer.chat_template:
            prompt = tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
        else:
            prompt = f"{instruction}\n\nMessage:\n{text}\n\nRephrased:\n"
        asked = tokenizer(prompt, return_tensors="pt", add_special_tokens=not tokenizer.chat_template)
        asked = asked.to(model.device)
        length = asked["input_ids"].shape[1]
        left = until - time.monotonic()
        if left <= 0:
            raise self._silent()
        ends = tokenizer.eos_token_id
        with torch.inference_mode():
            found = model.generate(
                input_ids=asked["input_ids"],
                attention_mask=asked["attention_mask"],
                max_new_tokens=min(_MOST_TOKENS, 2 * len(tokenizer(text)["input_ids"]) + 20),
                do_sample=False,
                max_time=left,
                pad_token_id=tokenizer.pad_token_id if tokenizer.pad_token_id is not None else ends,
            )
        if time.monotonic() > until:
            raise self._silent()
        return str(tokenizer.decode(found[0, length:], skip_special_tokens=True))

    def _silent(self) -> RephraseError:
        return RephraseError("The rephrasing model {model} did not answer in time.", model=self.name)


_loaded: dict[tuple[str, str | None], LocalRephraser] = {}


def local_rephraser(name: str, device: str | None) -> LocalRephraser:
    """The model of that folder or id, one for all who ask."""
    return _loaded.setdefault((name, device), LocalRephraser(name, device))
