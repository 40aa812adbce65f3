"""No cell is a formula, and every cell can be told back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.spreadsheet import as_it_was, safe


@pytest.mark.parametrize("cell", ["=1+1", "+49 170", "-x", "@a", " =1", "\t1", "＝1", "-1+cmd|' /C calc'!A0"])
def test_what_would_be_calculated_gets_an_apostrophe(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "42", "-3", "-12,50", "O'Neil", "'quoted'", "a=b", "2024-01-05"])
def test_what_would_not_stays(cell: str) -> None:
    assert safe(cell) == cell == as_it_was(cell)


@given(st.text(alphabet="'=+-@ a1,\t", max_size=8))
def test_every_cell_comes_back(cell: str) -> None:
    assert as_it_was(safe(cell)) == cell
