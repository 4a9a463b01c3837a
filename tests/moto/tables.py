"""Reading CSV files, and comparing two lists of rows."""

from __future__ import annotations

import csv
import pathlib
from collections import Counter

import names


def read(path: pathlib.Path, columns: list[str]) -> list[dict[str, str]]:
    """The rows of a CSV file, which must have these columns."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        missing = [column for column in columns if column not in (reader.fieldnames or [])]
        if missing:
            raise SystemExit(f"{path}: no column {', '.join(missing)}")
        rows = list(reader)
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise SystemExit(f"{path}: row {number} has not as many cells as the header")
    return rows


def expected(
    files: list[pathlib.Path], columns: list[str], subject: list[str]
) -> list[tuple[str, ...]]:
    """What was written by hand: a row of a later file replaces that of the same subject."""
    rows: dict[tuple[str, ...], tuple[str, ...]] = {}
    for file in files:
        replaced = set()
        for row in read(file, columns):
            key = tuple(row[column] for column in subject)
            if key in replaced:
                raise SystemExit(f"{file}: two rows for {' | '.join(key)}")
            replaced.add(key)
            rows[key] = tuple(row[column] for column in columns)
    return list(rows.values())


def differences(
    file: str, expected: list[tuple[str, ...]], found: list[tuple[str, ...]]
) -> list[str]:
    """One line for every row that is missing or too many."""
    wanted, got = Counter(expected), Counter(found)
    lines = [f"{file}: missing: {' | '.join(row)}" for row in (wanted - got).elements()]
    lines += [f"{file}: not expected: {' | '.join(row)}" for row in (got - wanted).elements()]
    return sorted(lines)


def account_problems(file: str, rows: list[dict[str, str]], accounts: dict[str, str]) -> list[str]:
    """Account ids must keep their 12 digits, and belong to the account that the row names, which
    must be named as `names.py` says that a cell shows it."""
    lines = set()
    for row in rows:
        account_id, name = row["account_id"], row["account_name"]
        wanted = accounts.get(names.label(name))
        if len(account_id) != 12 or not (account_id.isascii() and account_id.isdigit()):
            lines.add(f"{file}: {name}: account id {account_id!r} has not 12 digits")
        elif wanted != account_id:
            lines.add(f"{file}: {name!r}: account id {account_id}, expected {wanted}")
    return sorted(lines)
