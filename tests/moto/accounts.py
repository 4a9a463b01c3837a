"""`accounts.csv`: every account once, its units and tags, and whether its logs are sealed."""

from __future__ import annotations

import pathlib

import names
import tables

FILE = "accounts.csv"
EXPECTED_COLUMNS = ["account_name", "logs_sealed", "ou_names", "tags"]
COLUMNS = ["account_id", *EXPECTED_COLUMNS]


def problems(
    expected: list[tuple[str, ...]], out: pathlib.Path, world: dict
) -> tuple[list[str], int]:
    """The differences, and the number of rows read."""
    rows = tables.read(out / FILE, COLUMNS)
    lines = tables.account_problems(FILE, rows, world["accounts"])
    lines += tables.differences(
        FILE,
        [(label, sealed, names.unit_path(path), tags) for label, sealed, path, tags in expected],
        [
            (names.label(row["account_name"]), row["logs_sealed"], row["ou_names"], row["tags"])
            for row in rows
        ],
    )
    return lines, len(rows)
