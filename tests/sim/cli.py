"""The AWS CLI: the same calls by `aws`, whose own copy of botocore must read the same."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
from dataclasses import dataclass
from datetime import datetime

from answers import Answer, merged
from botocore import xform_name
from case import Case
from clients import NOBODY, World

TIMEOUT = 60
# What the CLI exits with when the service refuses a call, by version of the CLI.
REFUSED = (254, 255)


@dataclass(frozen=True)
class Cli:
    """The program, and a folder of its own for its settings and for what it puts."""

    program: pathlib.Path
    folder: pathlib.Path

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # By default the CLI prints times as each protocol writes them.
        self.config().write_text("[default]\ncli_timestamp_format = iso8601\nmax_attempts = 1\n")

    def config(self) -> pathlib.Path:
        return self.folder / "config"

    def run(self, world: World, case: Case) -> subprocess.CompletedProcess:
        """Asks what the case asks, which must be filled."""
        command = [str(self.program), *self.arguments(case)]
        return subprocess.run(
            command,
            env=self.environment(world, case),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )

    def arguments(self, case: Case) -> list[str]:
        service = "s3api" if case.service == "s3" else case.service
        words = [service, xform_name(case.operation, "-")]
        for name, value in parameters(case).items():
            flag = f"--{xform_name(name, '-')}"
            if isinstance(value, bool):
                words.append(flag if value else f"--no-{flag[2:]}")
            elif isinstance(value, list):
                words += [flag, *value]
            elif isinstance(value, bytes):
                file = self.folder / "body"
                file.write_bytes(value)
                words += [flag, str(file)]
            elif flag in ("--max-keys", "--max-results") and case.pages:
                # The CLI's own word for it, since it turns the pages by itself.
                words += ["--page-size", str(value)]
            else:
                words += [flag, str(value)]
        if case.pages is None:
            words.append("--no-paginate")
        return words

    def environment(self, world: World, case: Case) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        credentials = world.credentials(case.who)
        environment = kept | {
            "HOME": str(self.folder),
            "AWS_CONFIG_FILE": str(self.config()),
            "AWS_ENDPOINT_URL": world.endpoint,
            "AWS_REGION": case.region,
            "AWS_DEFAULT_REGION": case.region,
            "AWS_DEFAULT_OUTPUT": "json",
            "AWS_ACCESS_KEY_ID": credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        if credentials.session_token:
            environment["AWS_SESSION_TOKEN"] = credentials.session_token
        return environment


def parameters(case: Case) -> dict:
    return case.parameters | (case.cli if isinstance(case.cli, dict) else {})


def problems(case: Case, ran: subprocess.CompletedProcess, answers: list[Answer]) -> list[str]:
    """What the CLI understood otherwise than boto3."""
    return [f"{case.name}: aws: {it}" for it in differences(case, ran, answers)]


def differences(case: Case, ran: subprocess.CompletedProcess, answers: list[Answer]) -> list[str]:
    if case.who == NOBODY:
        raise ValueError(f"{case.name}: the CLI signs everything")
    if case.error:
        code = answers[-1].code()
        if ran.returncode in REFUSED and f"An error occurred ({code})" in ran.stderr:
            return []
        return [f"exit code {ran.returncode}, {ran.stderr.strip()!r}, expected {code}"]
    if ran.returncode != 0:
        return [f"exit code {ran.returncode}: {ran.stderr.strip()}"]
    try:
        printed = json.loads(ran.stdout) if ran.stdout.strip() else {}
    except ValueError:
        return [f"printed no JSON: {ran.stdout[:200]!r}"]
    lines: list[str] = []
    same(without(printed, case), without(merged(answers), case), "", lines)
    return lines


def without(document: dict, case: Case) -> dict:
    """Without what differs from call to call; of all pages the CLI shows the lists alone."""
    if case.pages:
        return {name: value for name, value in document.items() if isinstance(value, list)}
    # The CLI sends a checksum with what it puts.
    dropped = {"Credentials", "ChecksumCRC32", "ChecksumCRC64NVME", "ChecksumType"}
    return {name: value for name, value in document.items() if name not in dropped}


def same(printed, parsed, path: str, lines: list[str]) -> None:
    if isinstance(parsed, dict) and isinstance(printed, dict):
        for name in parsed.keys() | printed.keys():
            here = f"{path}.{name}"
            if name not in printed or name not in parsed:
                lines.append(f"{here}: only {'boto3' if name in parsed else 'the CLI'} has it")
            else:
                same(printed[name], parsed[name], here, lines)
    elif isinstance(parsed, list) and isinstance(printed, list):
        if len(parsed) != len(printed):
            lines.append(f"{path}: {len(printed)} items, boto3 has {len(parsed)}")
        for index, (left, right) in enumerate(zip(printed, parsed)):
            same(left, right, f"{path}[{index}]", lines)
    elif isinstance(parsed, datetime):
        if datetime.fromisoformat(printed) != parsed:
            lines.append(f"{path}: {printed}, boto3 reads {parsed}")
    elif printed != parsed:
        lines.append(f"{path}: {printed!r}, boto3 reads {parsed!r}")
