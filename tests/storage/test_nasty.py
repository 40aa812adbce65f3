"""The corpus of nasty files: each gives a clear sentence or rows set aside, and never half an import."""

from __future__ import annotations

import pytest

from tests.storage.imports import Desk, contents, counts
from tests.storage.nasty import CASES, Case, Refused


def test_there_are_many_and_each_has_a_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_a_nasty_file(desk: Desk, case: Case) -> None:
    path = desk.folder / f"nasty{case.suffix}"
    *before, last = case.files
    for content in before:
        path.write_bytes(content)
        desk.take_file(path, **case.options)
    path.write_bytes(last)
    if isinstance(case.expected, Refused):
        # Nothing has changed: `refuse_file` looks.
        assert case.expected.sentence in desk.refuse_file(path, **case.options)
        assert list(desk.home.exports.iterdir()) == []
        return
    result = desk.take_file(path, **case.options)
    _, added, updated, _, rejected = counts(result)
    expected = case.expected
    assert (result.read, added, updated, rejected) == (
        expected.read,
        expected.added,
        expected.updated,
        expected.rejected,
    )
    assert expected.reason in desk.rejected(result)
    assert expected.warning in " ".join(map(str, result.warnings))
    for column, values in expected.stored.items():
        assert [row[0] for row in desk.rows(f"SELECT {column} FROM lines ORDER BY 1")] == values
    stored = contents(desk.home)
    again = desk.take_file(path, **case.options)
    assert (again.read, again.added, again.updated) == (result.read, 0, 0)
    assert contents(desk.home) == stored
