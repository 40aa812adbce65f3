"""A desk for tests of the import."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage.imports import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty home to import into."""
    return Desk(tmp_path)
