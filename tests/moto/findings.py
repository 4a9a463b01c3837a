"""`findings.csv` against what AWS's documentation says of each case."""

from __future__ import annotations

import pathlib
import re

import tables

FILE = "findings.csv"
COLUMNS = [
    "control_id",
    "status",
    "status_reason",
    "account_id",
    "account_name",
    "resource_name",
    "resource_arn",
]
EXPECTED_COLUMNS = ["control_id", "account_name", "resource_name", "status", "status_reason"]

# In the expected file: the subject is the account itself, and its name is not compared.
ACCOUNT_ITSELF = "-"
ACCOUNT_CONTROLS = {"account-covered"}


def problems(expected_file: pathlib.Path, out: pathlib.Path, world: dict) -> tuple[list[str], int]:
    """The differences, and the number of findings read."""
    rows = tables.read(out / FILE, COLUMNS)
    expected = tables.read(expected_file, EXPECTED_COLUMNS)
    lines = tables.account_problems(FILE, rows, world["accounts"])
    lines += [line for row in rows for line in arn_problems(row)]
    lines += tables.differences(
        FILE,
        [tuple(row[column] for column in EXPECTED_COLUMNS) for row in expected],
        [comparable(row) for row in rows],
    )
    return lines, len(rows)


def comparable(row: dict[str, str]) -> tuple[str, ...]:
    name = ACCOUNT_ITSELF if row["control_id"] in ACCOUNT_CONTROLS else row["resource_name"]
    return (row["control_id"], row["account_name"], name, row["status"], row["status_reason"])


def arn_problems(row: dict[str, str]) -> list[str]:
    """A trail is known by its ARN, so the ARN must be the one of this account's trail."""
    if row["control_id"] in ACCOUNT_CONTROLS:
        return []
    account, name = re.escape(row["account_id"]), re.escape(row["resource_name"])
    if re.fullmatch(rf"arn:aws:cloudtrail:[a-z0-9-]+:{account}:trail/{name}", row["resource_arn"]):
        return []
    return [
        f"{FILE}: {row['control_id']} of {row['account_name']}: "
        f"{row['resource_arn']!r} is not the ARN of its trail {row['resource_name']!r}"
    ]
