"""The memory of an import does not grow with the file.

The suite compares 5 MB with 20 MB, which takes seconds; `OPSBOT_MEMORY_MB=10,1000` before the command of this
test compares what was promised.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.imports import write_lines

MEGABYTES = [int(size) for size in os.environ.get("OPSBOT_MEMORY_MB", "5,20").split(",")]
_ROWS_PER_MEGABYTE = 16_200

MEASURE = """
import sys
from pathlib import Path
from storage.database import Home
from storage.ingest import ImportOptions, import_file
from tests.benchmarks.imports import peak_kilobytes
result = import_file(Home(Path(sys.argv[1])), Path(sys.argv[2]), ImportOptions())
assert result.rejected * 50 > result.read, result
print(peak_kilobytes())
"""


def file_of(path: Path, megabytes: int) -> Path:
    """Order lines of which every fortieth is bad."""
    whole = write_lines(path.with_suffix(".whole"), megabytes * _ROWS_PER_MEGABYTE)
    with whole.open(encoding="utf-8") as lines, path.open("w", encoding="utf-8") as file:
        for number, line in enumerate(lines):
            file.write(line if number % 40 != 1 else line.replace(",", ",,", 1))
    whole.unlink()
    return path


def peak(folder: Path, megabytes: int) -> int:
    """Peak memory in kB of a process that imports a file of this size."""
    file = file_of(folder / f"{megabytes}.csv", megabytes)
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder / f"home-{megabytes}"), str(file)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    return int(run.stdout)


def test_a_large_file_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    small, large = (peak(tmp_path, megabytes) for megabytes in MEGABYTES)
    assert large <= 1.2 * small
