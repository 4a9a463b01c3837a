"""What a scan of 20 accounts costs: CPU, peak memory and calls, for the page about performance.

Starts moto, makes an organization, and scans it with the release program under GNU time. Nothing
is judged here, and no test runs this: `cargo xtask moto` judges.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

import access_log
import organization
import organization_trail
import recording
from aws import HOME_REGION, MANAGEMENT_CREDENTIALS, ROLE_NAME, Account, Moto
from scene import NEWEST, OLDEST
from seed import warm
from trails import (
    create_bucket,
    create_key,
    create_trail,
    deliver,
    documented_statements,
    spread,
)

TEAMS = [f"team-{number:02}" for number in range(1, 18)]
UNITS = {"Security": None, "Workloads": None, "Sandbox": None}
ACCOUNTS = {"log-archive": "Security", "audit": "Security"} | {
    team: "Workloads" if team < "team-13" else "Sandbox" for team in TEAMS
}
RANDOM_SEED = 20

# Every member has a trail of all its Regions; these are not what they should be.
WITHOUT_KEY = ("team-04", "team-09", "team-14", "audit")
STOPPED = ("team-06",)
KEY_DISABLED = ("team-11",)

# Five have a second one in another Region: with the organization's own these are 25.
SECOND_TRAIL = ("team-01", "team-02", "team-03", "team-04", "team-05")
SECOND_REGION = "eu-west-1"

# More than the sample of 59, so that no trail is examined whole.
OBJECTS = 70
OBJECTS_OF_ORGANIZATION_TRAIL = 4

# The Regions that are enabled in every account, whoever asks.
ENABLED_BY_DEFAULT = (
    "ap-northeast-1,ap-northeast-2,ap-northeast-3,ap-south-1,ap-southeast-1,ap-southeast-2,"
    "ca-central-1,eu-central-1,eu-north-1,eu-west-1,eu-west-2,eu-west-3,sa-east-1,"
    "us-east-1,us-east-2,us-west-1,us-west-2"
)
SCOPES = {
    "all 34 Regions": [],
    "17 Regions": ["--regions", ENABLED_BY_DEFAULT],
    "3 Regions": ["--regions", f"{HOME_REGION},{SECOND_REGION},us-west-2"],
}

START_SECONDS = 60
SCAN_SECONDS = 300
# Whatever was found, the scan came to its end.
FINISHED = (0, 1, 3, 4)

MEASURED = {
    "user": re.compile(r"User time \(seconds\): ([\d.]+)"),
    "system": re.compile(r"System time \(seconds\): ([\d.]+)"),
    "kbytes": re.compile(r"Maximum resident set size \(kbytes\): (\d+)"),
}


@dataclass(frozen=True)
class Cost:
    """What one scan took, and what it came to."""

    cpu_seconds: float
    peak_mib: float
    calls: Counter
    seconds: float
    exit_code: int
    outcomes: Counter
    gaps: Counter

    def line(self) -> str:
        return (
            f"{self.cpu_seconds:.2f} s of CPU, {self.peak_mib:.1f} MiB, "
            f"{self.calls.total()} calls, {self.seconds:.1f} s, exit code {self.exit_code}; "
            f"account-Regions: {counted(self.outcomes)}; gaps: {counted(self.gaps)}"
        )


def counted(counts: Counter) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"


def main() -> None:
    arguments = parse_arguments()
    program = arguments.program.resolve()
    if not pathlib.Path("/usr/bin/time").exists():
        raise SystemExit("/usr/bin/time is missing (Debian and Ubuntu: the package `time`)")
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        forget_the_caller(work)
        with server(work) as moto:
            made = build(moto)
            archive = ["--log-archive-account", made.members["log-archive"].id]
            for scope, regions in SCOPES.items():
                flags = [*archive, *regions]
                report(scope, [scan(moto, program, flags, work) for _ in range(arguments.runs)])


def forget_the_caller(home: pathlib.Path) -> None:
    """Nobody's credentials, profiles or proxies have a say, here and in what is started."""
    kept = {"PATH": os.environ["PATH"], "HOME": str(home), "NO_PROXY": "127.0.0.1"}
    os.environ.clear()
    os.environ.update(kept)


@contextlib.contextmanager
def server(work: pathlib.Path) -> Iterator[Moto]:
    """moto on a free port, until it is no longer needed."""
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        port = it.getsockname()[1]
    script = pathlib.Path(__file__).with_name("moto_with_lake.py")
    command = [sys.executable, "-B", script, "--host", "127.0.0.1", "--port", str(port)]
    environment = os.environ | {
        "TZ": "UTC",
        "MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS": "false",
        "MOTO_RECORDER_FILEPATH": str(work / "recording.jsonl"),
    }
    with (work / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_for(process, port)
            yield Moto(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait()


def wait_for(process: subprocess.Popen, port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit("moto did not start")


def build(moto: Moto) -> organization.Organization:
    """An organization's trail, trails of the accounts' own, and their logs."""
    moto.post("reset")
    moto.post(f"seed?a={RANDOM_SEED}")
    made = organization.build(moto, UNITS, ACCOUNTS, {})
    now = datetime.now(timezone.utc)
    times = spread(now, OLDEST, NEWEST, OBJECTS)
    for label, account in made.members.items():
        key_arn = own_trail(account, times, sealed=label not in WITHOUT_KEY)
        cloudtrail = account.client("cloudtrail")
        if label in STOPPED:
            cloudtrail.stop_logging(Name="own")
        if label in KEY_DISABLED:
            account.client("kms").disable_key(KeyId=key_arn.rsplit("/", 1)[1])
        if label in SECOND_TRAIL:
            own_trail(account, times, name="second", region=SECOND_REGION)
    bucket, key_arn = organization_trail.create(made)
    few = spread(now, OLDEST, NEWEST, OBJECTS_OF_ORGANIZATION_TRAIL)
    for account in (made.management, *made.members.values()):
        prefix = f"{organization_trail.PREFIX}/"
        deliver(bucket, account, few, key_arn, prefix=prefix, organization_id=made.id)
    warm(moto, made)
    return made


def own_trail(
    account: Account,
    times: list[datetime],
    *,
    name: str = "own",
    region: str = HOME_REGION,
    sealed: bool = True,
) -> str | None:
    """A trail, its bucket and logs; of every Region, but for the second one."""
    key_arn = None
    if sealed:
        statements = documented_statements(account, region, name)
        key_arn = create_key(account, region, statements, rotates=True)
    bucket = create_bucket(account, region, name=name)
    is_everywhere = region == HOME_REGION
    create_trail(account, bucket, key_arn, region=region, name=name, multi_region=is_everywhere)
    deliver(bucket, account, times, key_arn, region=region)
    return key_arn


def scan(moto: Moto, program: pathlib.Path, flags: list[str], work: pathlib.Path) -> Cost:
    """One scan in a process of its own, and all that is known of it."""
    moto.post("recorder/reset-recording")
    moto.post("recorder/start-recording")
    measured = work / "time.txt"
    with tempfile.TemporaryDirectory(dir=work) as name:
        out = pathlib.Path(name)
        # moto answers one request after the other, so many in flight would only wait there.
        command = ["/usr/bin/time", "-v", "-o", measured, program, "scan", "--quiet"]
        command += ["--role-name", ROLE_NAME, "--max-in-flight", "64", "--seed", "1"]
        command += ["--out", out, *flags]
        environment = os.environ | {
            "AWS_ENDPOINT_URL": moto.endpoint,
            "AWS_ACCESS_KEY_ID": MANAGEMENT_CREDENTIALS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": MANAGEMENT_CREDENTIALS["aws_secret_access_key"],
            "AWS_REGION": HOME_REGION,
        }
        begin = time.monotonic()
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=SCAN_SECONDS
        )
        seconds = time.monotonic() - begin
        if done.returncode not in FINISHED:
            raise SystemExit(f"exit code {done.returncode}:\n{done.stdout}{done.stderr}")
        outcomes = Counter(row["outcome"] for row in rows(out / "coverage.csv"))
        gaps = Counter(f"{row['operation']} {row['class']}" for row in rows(out / "gaps.csv"))
    text = measured.read_text(encoding="utf-8")
    figures = {name: float(pattern.search(text)[1]) for name, pattern in MEASURED.items()}
    return Cost(
        cpu_seconds=figures["user"] + figures["system"],
        peak_mib=figures["kbytes"] / 1024,
        calls=calls(work),
        seconds=seconds,
        exit_code=done.returncode,
        outcomes=outcomes,
        gaps=gaps,
    )


def rows(file: pathlib.Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def calls(work: pathlib.Path) -> Counter:
    """By operation. The recorder does not see ListRegions, which moto does not know."""
    counts = Counter(call.operation for call in recording.read(work / "recording.jsonl"))
    requests = Counter(request[:2] for request in access_log.since_start(work / "server.log"))
    counts["account:ListRegions"] = requests[access_log.LIST_REGIONS]
    return counts


def report(scope: str, costs: list[Cost]) -> None:
    """Every run, and the calls of the one in the middle by CPU."""
    sys.stdout.write(f"{scope}\n")
    for cost in costs:
        sys.stdout.write(f"  {cost.line()}\n")
    middle = sorted(costs, key=lambda it: it.cpu_seconds)[len(costs) // 2]
    sys.stdout.write(f"  in the middle: {middle.line()}\n")
    for name, count in middle.calls.most_common():
        sys.stdout.write(f"  {count:6} {name}\n")
    sys.stdout.flush()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--program", type=pathlib.Path, required=True, help="target/release/trailseal")
    add("--runs", type=int, default=3, help="how often each is scanned")
    return parser.parse_args()


if __name__ == "__main__":
    main()
