"""`coverage.csv`: every account of the organization, every Region of it, one row."""

from __future__ import annotations

import pathlib
from collections import Counter

import names
import tables

FILE = "coverage.csv"
COLUMNS = ["account_id", "account_name", "region", "outcome"]
EXPECTED_COLUMNS = ["account_name", "outcome", "rows"]


def problems(
    expected: list[tuple[str, ...]], out: pathlib.Path, world: dict
) -> tuple[list[str], int]:
    """The differences, and the number of rows read."""
    rows = tables.read(out / FILE, COLUMNS)
    lines = tables.account_problems(FILE, rows, world["accounts"])
    counts = Counter((names.label(row["account_name"]), row["outcome"]) for row in rows)
    lines += tables.differences(
        FILE, expected, [(name, outcome, str(count)) for (name, outcome), count in counts.items()]
    )
    lines += tables.differences(
        FILE,
        [(label, region) for label in world["accounts"] for region in world["regions"]],
        [(names.label(row["account_name"]), row["region"]) for row in rows],
    )
    return lines, len(rows)
