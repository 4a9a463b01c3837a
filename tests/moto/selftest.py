"""Shows that the judge can say no: it must refuse every falsified copy of a scan it accepts."""

from __future__ import annotations

import argparse
import base64
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

import recording

JUDGE = pathlib.Path(__file__).resolve().parent / "judge.py"


@dataclass
class Scan:
    """A copy of a scan's reports and of its recorded calls."""

    out: pathlib.Path
    world: pathlib.Path
    recording: pathlib.Path
    access_log: pathlib.Path
    scan_log: pathlib.Path
    secret_access_key: str

    def copy(self, folder: pathlib.Path) -> Scan:
        copied = Scan(
            folder / "out",
            self.world,
            folder / "recording.jsonl",
            folder / "access.log",
            folder / "scan.log",
            self.secret_access_key,
        )
        copied.out.mkdir()
        for name in ("findings.csv", "coverage.csv"):
            shutil.copy(self.out / name, copied.out / name)
        shutil.copy(self.recording, copied.recording)
        shutil.copy(self.access_log, copied.access_log)
        shutil.copy(self.scan_log, copied.scan_log)
        return copied

    def judge(self) -> tuple[bool, str]:
        """Whether the judge accepts it, and what it says."""
        command = [sys.executable, str(JUDGE), "--out", str(self.out), "--world", str(self.world)]
        command += ["--recording", str(self.recording), "--access-log", str(self.access_log)]
        command += ["--scan-log", str(self.scan_log)]
        command += ["--secret-access-key", self.secret_access_key]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        if result.returncode not in (0, 1) or result.stderr:
            raise SystemExit(f"the judge broke: {result.stderr or result.returncode}")
        return result.returncode == 0, result.stdout

    def edit_table(self, name: str, edit: Callable[[list[dict[str, str]]], object]) -> None:
        path = self.out / name
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            columns, rows = list(reader.fieldnames or []), list(reader)
        edit(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)

    def edit_calls(self, edit: Callable[[list[dict]], object]) -> None:
        entries = [json.loads(line) for line in self.recording.read_text().splitlines()]
        edit(entries)
        self.recording.write_text("".join(json.dumps(entry) + "\n" for entry in entries))

    def call(self, operation: str) -> dict:
        """A recorded call of this operation, to be falsified."""
        for line in self.recording.read_text().splitlines():
            if recording.parse(json.loads(line)).operation == operation:
                return json.loads(line)
        raise SystemExit(f"no {operation} was recorded")

    def log(self, line: str) -> None:
        with self.access_log.open("a") as file:
            file.write(f"127.0.0.1 - - [01/Jan/2026 00:00:00] {line} -\n")

    def add_call(self, entry: dict) -> None:
        self.edit_calls(lambda entries: entries.append(entry))

    def drop_call(self, entry: dict) -> None:
        self.edit_calls(lambda entries: entries.remove(entry))


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


def role_in_closed_account(scan: Scan) -> None:
    world = json.loads(scan.world.read_text())
    entry = scan.call("sts:AssumeRole")
    account = recording.parse(entry).role_account()
    body = base64.b64decode(entry["body"]).replace(
        account.encode(), world["accounts"]["suspended"].encode()
    )
    scan.add_call(entry | {"body": base64.b64encode(body).decode()})


def role_assumed_twice(scan: Scan) -> None:
    scan.add_call(scan.call("sts:AssumeRole"))


def role_not_assumed(scan: Scan) -> None:
    scan.drop_call(scan.call("sts:AssumeRole"))


def trails_described_twice(scan: Scan) -> None:
    scan.add_call(scan.call("cloudtrail:DescribeTrails"))


def region_not_described(scan: Scan) -> None:
    scan.drop_call(scan.call("cloudtrail:DescribeTrails"))


def selectors_not_read(scan: Scan) -> None:
    scan.drop_call(scan.call("cloudtrail:GetEventSelectors"))


def selectors_read_by_another(scan: Scan) -> None:
    authorization = scan.call("cloudtrail:DescribeTrails")["headers"]["Authorization"]
    entry = scan.call("cloudtrail:GetEventSelectors")
    scan.add_call(entry | {"headers": entry["headers"] | {"Authorization": authorization}})


def log_read(scan: Scan) -> None:
    scan.add_call(scan.call("s3:HeadObject") | {"method": "GET"})


def object_written(scan: Scan) -> None:
    scan.add_call(scan.call("s3:HeadObject") | {"method": "PUT"})


def checksum_asked(scan: Scan) -> None:
    entry = scan.call("s3:HeadObject")
    scan.drop_call(entry)
    scan.add_call(entry | {"headers": entry["headers"] | {"X-Amz-Checksum-Mode": "ENABLED"}})


def key_used(scan: Scan) -> None:
    scan.add_call(with_target(scan.call("kms:DescribeKey"), "TrentService.Decrypt"))


def account_described(scan: Scan) -> None:
    target = "AWSOrganizationsV20161128.DescribeAccount"
    scan.add_call(with_target(scan.call("organizations:ListAccounts"), target))


def regions_asked_again(scan: Scan) -> None:
    for _ in json.loads(scan.world.read_text())["accounts"]:
        scan.log('"POST /listRegions HTTP/1.1" 404')


def request_unrecorded(scan: Scan) -> None:
    scan.log('"POST /enableRegion HTTP/1.1" 404')


def moto_broke(scan: Scan) -> None:
    scan.log('"GET / HTTP/1.1" 500')


def bucket_asked_again(scan: Scan) -> None:
    scan.add_call(scan.call("s3:HeadBucket"))


def session_token_told(scan: Scan) -> None:
    headers = scan.call("s3:HeadObject")["headers"]
    token = next(it for name, it in headers.items() if name.lower() == "x-amz-security-token")
    with scan.scan_log.open("a") as file:
        file.write(f"sent with {token}\n")


def secret_key_reported(scan: Scan) -> None:
    (scan.out / "run.json").write_text(json.dumps({"arguments": [scan.secret_access_key]}))


def no_trace_searched(scan: Scan) -> None:
    scan.scan_log.write_text("nothing\n")


def with_target(entry: dict, target: str) -> dict:
    headers = {
        name: target if name.lower() == "x-amz-target" else value
        for name, value in entry["headers"].items()
    }
    return entry | {"headers": headers}


# Each falsification, and a part of the line that the judge must answer with.
FALSIFICATIONS = {
    pass_for_fail: "findings.csv: not expected: ",
    other_reason: "findings.csv: not expected: ",
    finding_removed: "findings.csv: missing: ",
    finding_added: "findings.csv: not expected: ",
    leading_zero_lost: "has not 12 digits",
    arn_of_another_account: "is not the ARN of its trail",
    coverage_removed: "coverage.csv: missing: ",
    coverage_lost: "coverage.csv: not expected: ",
    region_counted_twice: "coverage.csv: missing: ",
    role_in_closed_account: "AssumeRole into",
    role_assumed_twice: "AssumeRole into",
    role_not_assumed: "AssumeRole into",
    trails_described_twice: "DescribeTrails in",
    region_not_described: "DescribeTrails in",
    selectors_not_read: "recording: GetEventSelectors of ",
    selectors_read_by_another: "2 times, expected 1",
    log_read: "s3:GetObject was called",
    object_written: "s3:PUT ",
    checksum_asked: "sent x-amz-checksum-mode",
    key_used: "kms:Decrypt was called",
    account_described: "organizations:DescribeAccount was called",
    regions_asked_again: "access log: ListRegions ",
    request_unrecorded: "were recorded",
    moto_broke: "moto broke on",
    bucket_asked_again: "s3:HeadBucket in",
    session_token_told: "scan.log: 1 secrets",
    secret_key_reported: "run.json: 1 secrets",
    no_trace_searched: "there is no trace",
}


def main() -> None:
    genuine = parse_arguments()
    accepted, said = genuine.judge()
    if not accepted:
        raise SystemExit(f"the judge refuses the genuine scan already:\n{said}")
    attempts = [attempt(genuine, falsify, said) for falsify, said in FALSIFICATIONS.items()]
    if undetected := [line for line in attempts if line]:
        raise SystemExit("\n".join(undetected))
    print(f"{len(FALSIFICATIONS)} falsified scans refused")


def attempt(genuine: Scan, falsify: Callable[[Scan], None], expected: str) -> str | None:
    """What went wrong, if the judge lets a falsified scan pass or refuses it for another reason."""
    with tempfile.TemporaryDirectory() as folder:
        scan = genuine.copy(pathlib.Path(folder))
        falsify(scan)
        accepted, said = scan.judge()
    if accepted:
        return f"{falsify.__name__}: the judge accepts it"
    if expected not in said:
        return f"{falsify.__name__}: the judge does not say {expected!r} but:\n{said}"
    return None


def parse_arguments() -> Scan:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--out", "--world", "--recording", "--access-log", "--scan-log"):
        parser.add_argument(name, type=pathlib.Path, required=True, help="as for judge.py")
    parser.add_argument("--secret-access-key", required=True, help="as for judge.py")
    return Scan(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
