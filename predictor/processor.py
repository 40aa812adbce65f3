"""What this machine can compute with, found out without importing torch."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FLAGS = re.compile(r"\b(avx512_bf16|amx_bf16|bf16)\b")


@cache
def has_bf16() -> bool:
    """Whether the processor multiplies bfloat16 itself; elsewhere that would be emulated, and slower."""
    try:
        return bool(_FLAGS.search(Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")))
    except OSError:
        return False


@cache
def may_have_gpu() -> bool:
    """Whether there is a device file of a GPU; torch knows whether it can be used."""
    return any(Path(name).exists() for name in ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg"))
