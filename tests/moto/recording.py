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
    # moto leaves out the path of an account, so the tree of units is walked.
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListAccountsForParent",
    "organizations:ListTagsForResource",
    # moto does not know it and records none, see access_log.py.
    "account:ListRegions",
    "cloudtrail:DescribeTrails",
    "cloudtrail:ListTrails",
    "cloudtrail:GetTrailStatus",
    "cloudtrail:GetEventSelectors",
    "cloudtrail:ListEventDataStores",
    "cloudtrail:GetEventDataStore",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:ListGrants",
    "kms:GetKeyRotationStatus",
    "s3:ListBuckets",
    "s3:HeadBucket",
    "s3:ListObjectsV2",
    "s3:HeadObject",
}

# Asking again who one is proves that a session still works.
REPEATABLE = {"sts:GetCallerIdentity"}

# Buckets that two trails deliver to, by the start of their names: the objects of each trail are
# examined by themselves, so S3 may be asked the same about an object twice. The bucket itself is
# asked about once, whatever delivers to it.
TRAILS_OF_BUCKET = {"two-prefixes-": 2, "one-prefix-": 2}
ASKED_FOR_EACH_TRAIL = {"s3:ListObjectsV2", "s3:HeadObject"}

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


def problems(calls: list[Call], world: dict, readable: set[str]) -> list[str]:
    """The violations. `readable` are the labels of the accounts that are not closed, the
    management account included; how often what is called stands in counts.py."""
    members = {
        world["accounts"][name]
        for name in readable
        if world["accounts"][name] != world["management_account_id"]
    }
    lines = not_allowed(calls)
    lines += assumed_roles(calls, members)
    lines += repeated(calls)
    lines += forbidden_headers(calls)
    return lines


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


def repeated(calls: list[Call]) -> list[str]:
    """moto throttles nobody: the same call again is a retried refusal, or wasted."""
    found = Counter(call.request() for call in calls if call.operation not in REPEATABLE)
    lines = []
    for (access_key, region, name, method, url, _), count in found.items():
        if count > may_be_asked(name, url):
            where = f"{method} {url}"
            lines.append(f"recording: {name} in {region} by {access_key}: {count} times: {where}")
    return sorted(lines)


def may_be_asked(name: str, url: str) -> int:
    """How often this very call may be made."""
    bucket = urlsplit(url).path.lstrip("/")
    shared = [it for start, it in TRAILS_OF_BUCKET.items() if bucket.startswith(start)]
    return shared[0] if shared and name in ASKED_FOR_EACH_TRAIL else 1


def forbidden_headers(calls: list[Call]) -> list[str]:
    lines = {
        f"recording: {call.operation} sent {name}"
        for call in calls
        for name, _ in call.headers
        if name.startswith(FORBIDDEN_HEADERS)
    }
    return sorted(lines)
