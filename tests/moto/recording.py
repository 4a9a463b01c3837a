"""What moto's recorder saw: which calls were made, by whom, and that none was made in vain."""

from __future__ import annotations

import base64
import json
import pathlib
import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

# The read-only calls of the product. Everything else is a violation, whatever it is.
ALLOWED = {
    "sts:GetCallerIdentity",
    "sts:AssumeRole",
    "organizations:ListAccounts",
    # moto does not know it and records none, see access_log.py.
    "account:ListRegions",
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetTrailStatus",
    "cloudtrail:GetEventSelectors",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "s3:ListBuckets",
    "s3:HeadBucket",
    "s3:ListObjectsV2",
    "s3:HeadObject",
}

# Asking again who one is proves that a session still works.
REPEATABLE = {"sts:GetCallerIdentity"}

# On a HEAD: checksums would need kms:Decrypt, SSE headers are an error, and the bucket of a
# trail cannot be one where the requester pays.
FORBIDDEN_HEADERS = ("x-amz-checksum-mode", "x-amz-server-side-encryption", "x-amz-request-payer")

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
RPC_PATH = re.compile(r"/service/[^/]+/operation/(\w+)")


@dataclass(frozen=True)
class Call:
    """One request: who signed it for which service and Region, and what it asks for."""

    access_key: str
    region: str
    service: str
    operation: str
    method: str
    url: str
    body: bytes
    headers: tuple[tuple[str, str], ...]

    def request(self) -> tuple:
        """What makes two calls the same call."""
        return (self.access_key, self.region, self.operation, self.method, self.url, self.body)

    def role_account(self) -> str:
        """The account of the role that AssumeRole asks for."""
        roles = parse_qs(self.body.decode()).get("RoleArn", [""])
        return (roles[0].split(":") + [""] * 5)[4]


def problems(
    file: pathlib.Path, world: dict, readable: set[str], trails: int
) -> tuple[list[str], int]:
    """The violations, and the number of calls read.

    `readable` are the names of the accounts that are not closed, the management account included.
    `trails` is the number of trails.
    """
    calls = read(file)
    members = {
        world["accounts"][name]
        for name in readable
        if world["accounts"][name] != world["management_account_id"]
    }
    lines = not_allowed(calls)
    lines += assumed_roles(calls, members)
    lines += described_trails(calls, len(readable), world["regions"])
    lines += read_selectors(calls, trails)
    lines += repeated(calls)
    lines += forbidden_headers(calls)
    return lines, len(calls)


def read(file: pathlib.Path) -> list[Call]:
    lines = file.read_text(encoding="utf-8").splitlines()
    calls = [parse(json.loads(line)) for line in lines if line]
    if not calls:
        raise SystemExit(f"{file}: no call was recorded")
    return calls


def parse(entry: dict) -> Call:
    headers = {name.lower(): value for name, value in entry["headers"].items()}
    body = entry["body"] or ""
    raw = base64.b64decode(body) if entry.get("body_encoded") else body.encode()
    credential = CREDENTIAL.search(headers.get("authorization", ""))
    access_key, region, service = credential.groups() if credential else ("nobody", "-", "-")
    name = operation(service, entry["method"], entry["url"], headers, raw)
    return Call(
        access_key,
        region,
        service,
        f"{service}:{name}",
        entry["method"],
        entry["url"],
        raw,
        tuple(sorted(headers.items())),
    )


def operation(service: str, method: str, url: str, headers: dict[str, str], body: bytes) -> str:
    """The API operation; for what is not known, method and path, which nothing allows."""
    path = urlsplit(url).path
    if service == "s3":
        return s3_operation(method, url)
    if "x-amz-target" in headers:
        return headers["x-amz-target"].rsplit(".", 1)[-1]
    if rpc := RPC_PATH.search(path):
        return rpc.group(1)
    if service == "account":
        return path[1:2].upper() + path[2:]
    return parse_qs(body.decode("utf-8", "replace")).get("Action", [f"{method} {path}"])[0]


def s3_operation(method: str, url: str) -> str:
    """An S3 operation from method, path-style path and query."""
    parts = urlsplit(url)
    query = set(parse_qs(parts.query, keep_blank_values=True)) - {"x-id"}
    bucket, _, key = parts.path.lstrip("/").partition("/")
    if method == "HEAD" and bucket:
        return "HeadObject" if key else "HeadBucket"
    if method == "GET" and not bucket:
        return "ListBuckets"
    if method == "GET" and not key and "list-type" in query:
        return "ListObjectsV2"
    if method == "GET" and key:
        return "GetObject"
    return f"{method} {parts.path}?{parts.query}"


def not_allowed(calls: list[Call]) -> list[str]:
    counts = Counter(call.operation for call in calls if call.operation not in ALLOWED)
    return [f"recording: {name} was called ({count})" for name, count in sorted(counts.items())]


def assumed_roles(calls: list[Call], members: set[str]) -> list[str]:
    """Exactly one role in each active member, none elsewhere."""
    found = Counter(call.role_account() for call in calls if call.operation == "sts:AssumeRole")
    return [
        f"recording: AssumeRole into {account}: {found[account]} times, "
        f"expected {int(account in members)}"
        for account in sorted(members | set(found))
        if found[account] != int(account in members)
    ]


def described_trails(calls: list[Call], sessions: int, regions: list[str]) -> list[str]:
    """Every session asks once for the trails of every Region."""
    found = Counter(
        (call.access_key, call.region)
        for call in calls
        if call.operation == "cloudtrail:DescribeTrails"
    )
    keys = sorted({key for key, _ in found})
    lines = []
    if len(keys) != sessions:
        lines.append(f"recording: DescribeTrails by {len(keys)} sessions, expected {sessions}")
    targets = {(key, region) for key in keys for region in regions}
    lines += [
        f"recording: DescribeTrails in {region} by {key}: {found[key, region]} times, "
        f"expected {int((key, region) in targets)}"
        for key, region in sorted(targets | set(found))
        if found[key, region] != int((key, region) in targets)
    ]
    return lines


def read_selectors(calls: list[Call], trails: int) -> list[str]:
    """The event selectors of every trail are read once, by its ARN in its home Region."""
    asked = [
        (json.loads(call.body)["TrailName"], call.region)
        for call in calls
        if call.operation == "cloudtrail:GetEventSelectors"
    ]
    found = Counter(arn for arn, _ in asked)
    lines = [
        f"recording: GetEventSelectors of {arn}: {count} times, expected 1"
        for arn, count in sorted(found.items())
        if count != 1
    ]
    lines += [
        f"recording: GetEventSelectors of {arn} in {region}"
        for arn, region in asked
        if f":cloudtrail:{region}:" not in arn
    ]
    if len(found) != trails:
        lines.append(f"recording: GetEventSelectors of {len(found)} trails, expected {trails}")
    return lines


def repeated(calls: list[Call]) -> list[str]:
    """moto throttles nobody: the same call again is a retried refusal, or wasted."""
    found = Counter(call.request() for call in calls if call.operation not in REPEATABLE)
    lines = []
    for (access_key, region, name, method, url, _), count in found.items():
        if count > 1:
            where = f"{method} {url}"
            lines.append(f"recording: {name} in {region} by {access_key}: {count} times: {where}")
    return sorted(lines)


def forbidden_headers(calls: list[Call]) -> list[str]:
    lines = {
        f"recording: {call.operation} sent {name}"
        for call in calls
        for name, _ in call.headers
        if name.startswith(FORBIDDEN_HEADERS)
    }
    return sorted(lines)
