"""Falsifications of the reports."""

from __future__ import annotations

from names import ACCOUNT_CELLS
from scan_copy import Scan


def pass_for_fail(scan: Scan) -> None:
    def edit(rows):
        next(row for row in rows if row["status"] == "fail")["status"] = "pass"

    scan.edit_table("findings.csv", edit)


def other_reason(scan: Scan) -> None:
    def edit(rows):
        next(row for row in rows if row["status"] == "fail")["status_reason"] = "other"

    scan.edit_table("findings.csv", edit)


def finding_removed(scan: Scan) -> None:
    scan.edit_table("findings.csv", lambda rows: rows.pop())


def finding_added(scan: Scan) -> None:
    scan.edit_table("findings.csv", lambda rows: rows.append(rows[0]))


def leading_zero_lost(scan: Scan) -> None:
    def edit(rows):
        row = next(row for row in rows if row["account_id"].startswith("0"))
        row["account_id"] = str(int(row["account_id"]))

    scan.edit_table("findings.csv", edit)


def arn_of_another_account(scan: Scan) -> None:
    def edit(rows):
        first, *others = (row for row in rows if ":trail/" in row["resource_arn"])
        first["resource_arn"] = next(
            row["resource_arn"] for row in others if row["account_id"] != first["account_id"]
        )

    scan.edit_table("findings.csv", edit)


def coverage_removed(scan: Scan) -> None:
    scan.edit_table("coverage.csv", lambda rows: rows.pop())


def coverage_lost(scan: Scan) -> None:
    def edit(rows):
        next(row for row in rows if row["outcome"] == "evaluated")["outcome"] = "not_evaluated"

    scan.edit_table("coverage.csv", edit)


def region_counted_twice(scan: Scan) -> None:
    def edit(rows):
        one = rows[0]
        other = next(row for row in rows[1:] if row["account_id"] == one["account_id"])
        other["region"] = one["region"]

    scan.edit_table("coverage.csv", edit)


def hostile_name_changed(scan: Scan) -> None:
    def edit(rows):
        for row in rows:
            if row["account_name"] == ACCOUNT_CELLS["right-to-left-name"]:
                row["account_name"] = row["account_name"].removeprefix("\u202e")

    scan.edit_table("coverage.csv", edit)


def store_in_another_account(scan: Scan) -> None:
    def edit(rows):
        row = next(row for row in rows if ":eventdatastore/" in row["resource_arn"])
        row["resource_arn"] = row["resource_arn"].replace(row["account_id"], "999999999999")

    scan.edit_table("findings.csv", edit)


def account_sealed(scan: Scan) -> None:
    def edit(rows):
        next(row for row in rows if row["logs_sealed"] == "not_covered")["logs_sealed"] = "sealed"

    scan.edit_table("accounts.csv", edit)


def unit_confused(scan: Scan) -> None:
    def edit(rows):
        next(row for row in rows if row["ou_names"] != "Root")["ou_names"] = "Root/Elsewhere"

    scan.edit_table("accounts.csv", edit)


def tag_lost(scan: Scan) -> None:
    def edit(rows):
        next(row for row in rows if row["tags"])["tags"] = ""

    scan.edit_table("accounts.csv", edit)


def apostrophe_removed(scan: Scan) -> None:
    def edit(rows):
        for row in rows:
            row["account_name"] = row["account_name"].removeprefix("'")

    scan.edit_table("trails.csv", edit)


def bucket_owner_shortened(scan: Scan) -> None:
    def edit(rows):
        row = next(it for it in rows if it["bucket_owner_account_id"].startswith("0"))
        row["bucket_owner_account_id"] = row["bucket_owner_account_id"].lstrip("0")

    scan.edit_table("trails.csv", edit)


def line_feeds_alone(scan: Scan) -> None:
    scan.edit_bytes("samples.csv", lambda raw: raw.replace(b"\r\n", b"\n"))


def byte_order_mark(scan: Scan) -> None:
    scan.edit_bytes("gaps.csv", lambda raw: b"\xef\xbb\xbf" + raw)


def cell_added(scan: Scan) -> None:
    scan.edit_bytes("keys.csv", lambda raw: raw.removesuffix(b"\r\n") + b",more\r\n")


def file_removed(scan: Scan) -> None:
    (scan.out / "keys.csv").unlink()


# Each falsification, and a part of the line that the judge must answer with.
FALSIFICATIONS = {
    pass_for_fail: "findings.csv: not expected: ",
    other_reason: "findings.csv: not expected: ",
    finding_removed: "findings.csv: missing: ",
    finding_added: "findings.csv: not expected: ",
    leading_zero_lost: "has not 12 digits",
    arn_of_another_account: "is not the ARN of its trail",
    store_in_another_account: "is not the ARN of its store",
    coverage_removed: "coverage.csv: missing: ",
    coverage_lost: "coverage.csv: not expected: ",
    region_counted_twice: "coverage.csv: missing: ",
    hostile_name_changed: "coverage.csv: missing: right-to-left-name",
    account_sealed: "accounts.csv: not expected: ",
    unit_confused: "accounts.csv: not expected: ",
    tag_lost: "accounts.csv: not expected: ",
    apostrophe_removed: "(f)",
    bucket_owner_shortened: "is no account id of 12 digits",
    line_feeds_alone: "samples.csv: a line end is not CRLF",
    byte_order_mark: "gaps.csv: begins with a byte order mark",
    cell_added: "cells, the header",
    file_removed: "keys.csv: not in the pack",
}
