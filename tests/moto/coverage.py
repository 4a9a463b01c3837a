"""`coverage.csv`: every account of the organization, every Region of it, one row."""

from __future__ import annotations

import pathlib
from collections import Counter

import tables

FILE = "coverage.csv"
COLUMNS = ["account_id", "account_name", "region", "outcome"]
EXPECTED_COLUMNS = ["account_name", "outcome", "rows"]


def problems(expected_file: pathlib.Path, out: pathlib.Path, world: dict) -> tuple[list[str], int]:
    """The differences, and the number of rows read."""
    rows = tables.read(out / FILE, COLUMNS)
    expected = tables.read(expected_file, EXPECTED_COLUMNS)
    lines = tables.account_problems(FILE, rows, world["accounts"])
    counts = Counter((row["account_name"], row["outcome"]) for row in rows)
    lines += tables.differences(
        FILE,
        [tuple(row[column] for column in EXPECTED_COLUMNS) for row in expected],
        [(name, outcome, str(count)) for (name, outcome), count in counts.items()],
    )
    lines += tables.differences(
        FILE,
        [(name, region) for name in world["accounts"] for region in world["regions"]],
        [(row["account_name"], row["region"]) for row in rows],
    )
    return lines, len(rows)
