"""`findings.csv` against what AWS's documentation says of each case."""

from __future__ import annotations

import pathlib
import re

import names
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
    "kms_key_arn",
]
EXPECTED_COLUMNS = ["control_id", "account_name", "resource_name", "status", "status_reason"]
SUBJECT = EXPECTED_COLUMNS[:3]

# In the expected file: the subject is the account itself, and its name is not compared.
ACCOUNT_ITSELF = "-"
ACCOUNT_CONTROLS = {"account-covered"}
STORE_CONTROLS = {"event-data-store-kms-encrypted"}
ROTATION = "key-rotation-enabled"
READERS = "key-readers-limited"

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def problems(
    expected: list[tuple[str, ...]], out: pathlib.Path, world: dict
) -> tuple[list[str], int]:
    """The differences, and the number of findings read."""
    rows = tables.read(out / FILE, COLUMNS)
    lines = tables.account_problems(FILE, rows, world["accounts"])
    lines += [line for row in rows for line in arn_problems(row)]
    lines += tables.differences(FILE, expected, [comparable(row) for row in rows])
    return lines, len(rows)


def comparable(row: dict[str, str]) -> tuple[str, ...]:
    name = ACCOUNT_ITSELF if row["control_id"] in ACCOUNT_CONTROLS else row["resource_name"]
    account = names.label(row["account_name"])
    return (row["control_id"], account, name, row["status"], row["status_reason"])


def arn_problems(row: dict[str, str]) -> list[str]:
    """A trail or a store is known by its ARN, so the ARN must be the one of this account's. The
    name of a store does not stand in it."""
    if row["control_id"] in ACCOUNT_CONTROLS:
        return []
    is_store = row["control_id"] in STORE_CONTROLS
    resource = f"eventdatastore/{UUID}" if is_store else f"trail/{re.escape(row['resource_name'])}"
    owned = rf"arn:aws:cloudtrail:[a-z0-9-]+:{re.escape(row['account_id'])}:{resource}"
    if re.fullmatch(owned, row["resource_arn"]):
        return []
    return [
        f"{FILE}: {row['control_id']} of {row['account_name']}: {row['resource_arn']!r} "
        f"is not the ARN of its {'store' if is_store else 'trail'} {row['resource_name']!r}"
    ]


def judged_keys(out: pathlib.Path, control: str) -> dict[str, bool]:
    """Key ARN -> whether it passed or failed this control, and so must have been asked for."""
    keys: dict[str, bool] = {}
    for row in tables.read(out / FILE, COLUMNS):
        if row["control_id"] == control and row["kms_key_arn"]:
            is_judged = row["status"] in ("pass", "fail")
            keys[row["kms_key_arn"]] = keys.get(row["kms_key_arn"], False) or is_judged
    return keys
