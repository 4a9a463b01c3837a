"""Judges one scan of the organization of `seed.py`: its reports, and the calls it made."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys

import access_log
import coverage
import findings
import recording
import secrecy
import tables

HERE = pathlib.Path(__file__).resolve().parent
EXPECTED_FINDINGS = HERE / "expected-findings.csv"
EXPECTED_COVERAGE = HERE / "expected-coverage.csv"


def main() -> None:
    arguments = parse_arguments()
    world = json.loads(arguments.world.read_text(encoding="utf-8"))
    found, finding_count = findings.problems(EXPECTED_FINDINGS, arguments.out, world)
    covered, coverage_count = coverage.problems(EXPECTED_COVERAGE, arguments.out, world)
    readable = readable_accounts()
    called, call_count = recording.problems(arguments.recording, world, readable, trail_count())
    logged = access_log.problems(arguments.access_log, call_count, len(readable))
    secret = arguments.secret_access_key
    told = secrecy.problems(arguments.out, arguments.scan_log, arguments.recording, secret)
    lines = found + covered + called + logged + told
    if lines:
        print("\n".join(lines))
        sys.exit(1)
    print(f"{finding_count} findings, {coverage_count} coverage rows, {call_count} calls agree")


def readable_accounts() -> set[str]:
    rows = tables.read(EXPECTED_COVERAGE, coverage.EXPECTED_COLUMNS)
    return {row["account_name"] for row in rows if row["outcome"] == "evaluated"}


def trail_count() -> int:
    rows = tables.read(EXPECTED_FINDINGS, findings.EXPECTED_COLUMNS)
    return sum(row["control_id"] == "trail-kms-encrypted" for row in rows)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--out", type=pathlib.Path, required=True, help="the folder of the reports")
    add("--world", type=pathlib.Path, required=True, help="what seed.py wrote")
    add("--recording", type=pathlib.Path, required=True, help="moto's record of the scan's calls")
    add("--access-log", type=pathlib.Path, required=True, help="what moto_server wrote to stderr")
    add("--scan-log", type=pathlib.Path, required=True, help="the scan's own log, at TRACE")
    add("--secret-access-key", required=True, help="the caller's, which must stand nowhere")
    return parser.parse_args()


if __name__ == "__main__":
    main()
