"""Judges one scan of the organization of `seed.py`: its reports, and the calls it made."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys

import access_log
import accounts
import counts
import coverage
import findings
import recording
import secrecy
import spreadsheet
import tables

HERE = pathlib.Path(__file__).resolve().parent

# Stage -> the starts of the names of files whose rows replace those of the first stage: what the
# organization's own trail changes.
STAGES = {"accounts": [], "organization-trail": ["organization-trail"]}


def main() -> None:
    arguments = parse_arguments()
    out, later = arguments.out, STAGES[arguments.stage]
    world = json.loads(arguments.world.read_text(encoding="utf-8"))

    expected = tables.expected(
        files("findings", later), findings.EXPECTED_COLUMNS, findings.SUBJECT
    )
    found, finding_count = findings.problems(expected, out, world)
    targets = tables.expected(
        files("coverage", []), coverage.EXPECTED_COLUMNS, coverage.EXPECTED_COLUMNS[:2]
    )
    covered, coverage_count = coverage.problems(targets, out, world)
    members = tables.expected(
        files("accounts", later), accounts.EXPECTED_COLUMNS, accounts.EXPECTED_COLUMNS[:1]
    )
    stood, account_count = accounts.problems(members, out, world)

    readable = {name for name, outcome, _ in targets if outcome == "evaluated"}
    subjects = counts.Expected(
        sessions=len(readable),
        trails=sum(row[0] == "trail-kms-encrypted" for row in expected),
        stores=sum(row[0] in findings.STORE_CONTROLS for row in expected),
        rotations=findings.judged_keys(out, findings.ROTATION),
        readers=findings.judged_keys(out, findings.READERS),
    )
    calls = recording.read(arguments.recording)
    called = recording.problems(calls, world, readable) + counts.problems(calls, world, subjects)
    logged = access_log.problems(arguments.access_log, len(calls), len(readable))
    secret = arguments.secret_access_key
    told = secrecy.problems(out, arguments.scan_log, arguments.recording, secret)
    lines = found + covered + stood + called + logged + told
    cell_count = 0
    if not lines:
        # The slowest of all, so not where the scan is refused anyway.
        lines, cell_count = spreadsheet.problems(out)
    if lines:
        print("\n".join(lines))
        sys.exit(1)
    print(
        f"{finding_count} findings, {coverage_count} coverage rows, {account_count} accounts, "
        f"{cell_count} cells, {len(calls)} calls agree"
    )


def files(table: str, later: list[str]) -> list[pathlib.Path]:
    """The files written by hand for a table, what replaces rows of it last."""
    return [HERE / f"{start}-{table}.csv" for start in ("expected", *later)]


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--stage", choices=STAGES, required=True, help="what was seeded before the scan")
    add("--out", type=pathlib.Path, required=True, help="the folder of the reports")
    add("--world", type=pathlib.Path, required=True, help="what seed.py wrote")
    add("--recording", type=pathlib.Path, required=True, help="moto's record of the scan's calls")
    add("--access-log", type=pathlib.Path, required=True, help="what moto_server wrote to stderr")
    add("--scan-log", type=pathlib.Path, required=True, help="the scan's own log, at TRACE")
    add("--secret-access-key", required=True, help="the caller's, which must stand nowhere")
    return parser.parse_args()


if __name__ == "__main__":
    main()
