"""Does again what rows of samples.csv and sampled_clusters.csv say was done, as a stranger would: with
the commands that they print, the AWS CLI, and nothing but the documented role."""

from __future__ import annotations

import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys

TIMEOUT = 60
ROWS = 20


def main() -> None:
    arguments = parse_arguments()
    told = json.loads(arguments.simulator.read_text(encoding="utf-8"))
    stranger = Stranger(arguments.aws, arguments.work, told)
    samples = spread(rows(arguments.reports / "samples.csv", "etag"))
    clusters = spread(rows(arguments.reports / "sampled_clusters.csv", "keys_sha256"))
    lines = problems(stranger, samples, clusters)
    if lines:
        print("\n".join(lines))
        sys.exit(f"{len(lines)} complaints")
    refused = falsified(stranger, samples, clusters)
    print(
        f"{len(samples)} objects and {len(clusters)} clusters looked at again in "
        f"{len(stranger.sessions)} sessions of the audit role; {refused} falsified rows refused"
    )


def rows(file: pathlib.Path, filled: str) -> list[dict[str, str]]:
    """The rows that claim something which can be looked at again."""
    with file.open(encoding="utf-8", newline="") as opened:
        return [row for row in csv.DictReader(opened) if row[filled]]


def spread(all_rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """As many rows as are looked at, of every bucket and result, in the file's order."""
    if len(all_rows) < ROWS:
        sys.exit(f"only {len(all_rows)} rows can be looked at again")
    kinds: dict[tuple, list[dict[str, str]]] = {}
    for row in all_rows:
        kinds.setdefault((row["bucket"], row.get("result", "")), []).append(row)
    chosen: list[dict[str, str]] = []
    while len(chosen) < ROWS:
        for of_kind in kinds.values():
            if of_kind and len(chosen) < ROWS:
                chosen.append(of_kind.pop(len(of_kind) // 2))
    return chosen


class Stranger:
    """Somebody with the caller's keys, a shell and the AWS CLI."""

    def __init__(self, aws: pathlib.Path, work: pathlib.Path, told: dict) -> None:
        work.mkdir(parents=True, exist_ok=True)
        self.told = told
        self.sessions: dict[str, dict[str, str]] = {}
        self.environment = {
            "PATH": f"{aws.parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(work),
            "AWS_CONFIG_FILE": str(work / "config"),
            "AWS_ENDPOINT_URL": told["endpoint"],
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            "NO_PROXY": "127.0.0.1",
        }
        self.keys = {
            "AWS_ACCESS_KEY_ID": told["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": told["secret_access_key"],
        }

    def shell(self, command: str, role_arn: str) -> tuple[str, str]:
        """What the command of a row prints, and what it complains of."""
        keys = self.session(role_arn) if role_arn else self.keys
        ran = subprocess.run(
            ["/bin/sh", "-c", command],
            env=self.environment | keys,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        return ran.stdout, ran.stderr.strip()

    def session(self, role_arn: str) -> dict[str, str]:
        if role_arn not in self.sessions:
            command = [
                "aws", "sts", "assume-role", "--region", self.told["region"], "--output", "json",
                "--role-arn", role_arn, "--role-session-name", "re-performed",
                "--external-id", self.told["external_id"],
            ]  # fmt: skip
            ran = subprocess.run(
                command,
                env=self.environment | self.keys,
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
                check=True,
            )
            given = json.loads(ran.stdout)["Credentials"]
            self.sessions[role_arn] = {
                "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
                "AWS_SESSION_TOKEN": given["SessionToken"],
            }
        return self.sessions[role_arn]


def problems(
    stranger: Stranger, samples: list[dict[str, str]], clusters: list[dict[str, str]]
) -> list[str]:
    lines = [line for row in samples for line in object_problems(stranger, row)]
    return lines + [line for row in clusters for line in cluster_problems(stranger, row)]


def object_problems(stranger: Stranger, row: dict[str, str]) -> list[str]:
    printed, complaint = stranger.shell(row["command"], row["role_arn"])
    name = f"samples.csv, {row['object_key']}"
    for part in ("--region ", "--expected-bucket-owner "):
        if part not in row["command"]:
            return [f"{name}: the command has no {part.strip()}"]
    try:
        head = json.loads(printed)
    except ValueError:
        return [f"{name}: {complaint or printed}"]
    shown = {
        "sse_algorithm": head.get("ServerSideEncryption", ""),
        "sse_kms_key_id": head.get("SSEKMSKeyId", ""),
        "etag": head.get("ETag", "").strip('"'),
        "size": str(head.get("ContentLength", "")),
    }
    return [
        f"{name}: {column} is {row[column]!r} in the row and {value!r} now"
        for column, value in shown.items()
        if row[column].strip('"') != value
    ]


def cluster_problems(stranger: Stranger, row: dict[str, str]) -> list[str]:
    printed, complaint = stranger.shell(row["command"], row["role_arn"])
    name = f"sampled_clusters.csv, {row['prefix']}"
    for part in ("--region ", "--expected-bucket-owner "):
        if part not in row["command"]:
            return [f"{name}: the command has no {part.strip()}"]
    found = printed.split(" ")[0]
    if complaint or found != row["keys_sha256"]:
        return [f"{name}: {complaint or found}, the row has {row['keys_sha256']}"]
    return []


def falsified(
    stranger: Stranger, samples: list[dict[str, str]], clusters: list[dict[str, str]]
) -> int:
    """Rows that claim otherwise must not pass."""
    other_role = samples[0]["role_arn"].replace("TrailsealAudit", "Nobody")
    sample = next(row for row in samples if row["sse_kms_key_id"])
    wrong = [
        (object_problems, sample | {"sse_kms_key_id": sample["sse_kms_key_id"][:-1] + "0"}),
        (object_problems, sample | {"sse_algorithm": "AES256"}),
        (object_problems, sample | {"command": sample["command"].replace(".json.gz", ".json")}),
        (object_problems, sample | {"command": sample["command"].replace("--region", "--no")}),
        (object_problems, sample | owned_by_another(sample)),
        (cluster_problems, clusters[0] | {"keys_sha256": "0" * 64}),
        (cluster_problems, clusters[0] | owned_by_another(clusters[0])),
    ]
    for judge, row in wrong:
        if not judge(stranger, row):
            sys.exit(f"a falsified row is taken for good: {row}")
    if other_role:
        try:
            stranger.session(other_role)
        except subprocess.CalledProcessError:
            return len(wrong) + 1
        sys.exit("a role that does not exist could be assumed")
    return len(wrong)


def owned_by_another(row: dict[str, str]) -> dict[str, str]:
    owner = row["bucket_owner_account_id"]
    return {"command": row["command"].replace(owner, "000000000001", 1) if owner else "false"}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--simulator", "--reports", "--aws", "--work"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
