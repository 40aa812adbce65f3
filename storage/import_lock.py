"""One import at a time in a home; what a killed one left behind goes away before the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from storage.database import Home
from storage.errors import StoreError
from storage.rejects import remove_parts

_PATIENCE_SECONDS = 30


@contextmanager
def sole_import(home: Home, *, patience_seconds: float = _PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the right to import; the system takes it back from a process that ends, however it ends.

    Raises StoreError where another import keeps it for longer than `patience_seconds`.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(home.create().path / "import.lock", timeout=patience_seconds, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise StoreError(
            "Another import is running.", next_step="Wait until it is done, then try again."
        ) from None
    try:
        remove_parts(home.exports)
        if (home.path / "pseudonym.key").exists():
            (home.path / "pseudonym.part").unlink(missing_ok=True)
        yield
    finally:
        lock.release()
