"""What AWS's documentation says of values where the models only say "string": ARNs that name the
same thing as the fields beside them, ids, entity tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from answers import Answer

ACCOUNT = r"\d{12}"
REGION = r"[a-z]{2}(?:-[a-z]+)+-\d"
KEY_ARN = rf"arn:aws:kms:{REGION}:{ACCOUNT}:key/(?:mrk-[0-9a-f]{{32}}|[0-9a-f-]{{36}})"
STORE_ARN = rf"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:eventdatastore/[0-9a-f-]{{36}}"


def problems(answer: Answer) -> list[str]:
    rules = RULES.get(answer.operation)
    if rules is None:
        return []
    try:
        return [it for it in rules(answer.parsed) if it]
    except KeyError as absent:
        return [f".{absent.args[0]}: is absent"]


def must(path: str, value, pattern: str) -> str | None:
    if isinstance(value, str) and re.fullmatch(pattern, value):
        return None
    return f"{path}: is {value!r}, not in the grammar {pattern!r}"


def accounts(parsed: dict) -> Iterator[str | None]:
    for it in parsed["Accounts"]:
        arn = rf"arn:aws:organizations::{ACCOUNT}:account/o-[a-z0-9]{{10,32}}/{it['Id']}"
        yield must(".Accounts.Arn", it["Arn"], arn)
        if "State" not in it and "Status" not in it:
            yield f".Accounts: {it['Id']} has neither State nor Status"
        unit = r"o-[a-z0-9]{10,32}/r-[0-9a-z]{4,32}/(?:ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}/)*"
        for path in it.get("Paths", []):
            yield must(".Accounts.Paths", path, unit + it["Id"] + "/")


def trail(path: str, it: dict) -> Iterator[str | None]:
    name, home = re.escape(it["Name"]), it["HomeRegion"]
    yield must(
        f"{path}.TrailARN", it["TrailARN"], f"arn:aws:cloudtrail:{home}:{ACCOUNT}:trail/{name}"
    )
    if "KmsKeyId" in it:
        yield must(f"{path}.KmsKeyId", it["KmsKeyId"], KEY_ARN)


def trails(parsed: dict) -> Iterator[str | None]:
    needed = {
        "Name", "S3BucketName", "IncludeGlobalServiceEvents", "IsMultiRegionTrail", "HomeRegion",
        "TrailARN", "LogFileValidationEnabled", "HasCustomEventSelectors", "HasInsightSelectors",
        "IsOrganizationTrail",
    }  # fmt: skip
    for it in parsed["trailList"]:
        yield from trail(".trailList", it)
        if missing := sorted(needed - set(it)):
            yield f".trailList: {it['Name']} has no {', '.join(missing)}"


def trail_names(parsed: dict) -> Iterator[str | None]:
    for it in parsed["Trails"]:
        yield from trail(".Trails", it)


def stores(parsed: dict) -> Iterator[str | None]:
    # botocore's model: "is no longer returned by ListEventDataStores" stands at everything else.
    for it in parsed["EventDataStores"]:
        yield must(".EventDataStores.EventDataStoreArn", it.get("EventDataStoreArn"), STORE_ARN)
        if more := sorted(set(it) - {"EventDataStoreArn", "Name"}):
            yield f".EventDataStores: {it['Name']} shows {', '.join(more)}"


def store(parsed: dict) -> Iterator[str | None]:
    yield must(".EventDataStoreArn", parsed["EventDataStoreArn"], STORE_ARN)
    if "KmsKeyId" in parsed:
        yield must(".KmsKeyId", parsed["KmsKeyId"], KEY_ARN)


def key(parsed: dict) -> Iterator[str | None]:
    it = parsed["KeyMetadata"]
    arn = f"arn:aws:kms:{REGION}:{it['AWSAccountId']}:key/{it['KeyId']}"
    yield must(".KeyMetadata.Arn", it["Arn"], arn)
    if it["Enabled"] != (it["KeyState"] == "Enabled"):
        yield f".KeyMetadata: Enabled is {it['Enabled']}, KeyState {it['KeyState']}"
    # Answers of earlier years have the older name only.
    spec = it.get("KeySpec") or it["CustomerMasterKeySpec"]
    if spec == "SYMMETRIC_DEFAULT" and it["KeyUsage"] == "ENCRYPT_DECRYPT":
        if it.get("EncryptionAlgorithms") != ["SYMMETRIC_DEFAULT"]:
            yield f".KeyMetadata.EncryptionAlgorithms: is {it.get('EncryptionAlgorithms')!r}"


def rotation(parsed: dict) -> Iterator[str | None]:
    if parsed["KeyRotationEnabled"]:
        for name in ("RotationPeriodInDays", "NextRotationDate"):
            if name not in parsed:
                yield f".{name}: is absent"


def session(parsed: dict) -> Iterator[str | None]:
    user = parsed["AssumedRoleUser"]
    arn = rf"arn:aws:sts::{ACCOUNT}:assumed-role/[\w+=,.@-]+/"
    yield must(".AssumedRoleUser.Arn", user["Arn"], arn + r"[\w+=,.@-]+")
    name = user["Arn"].rpartition("/")[2]
    yield must(".AssumedRoleUser.AssumedRoleId", user["AssumedRoleId"], f"AROA[A-Z0-9]+:{name}")
    yield must(".Credentials.AccessKeyId", parsed["Credentials"]["AccessKeyId"], "ASIA[A-Z0-9]{16}")
    yield must(".Credentials.SecretAccessKey", parsed["Credentials"]["SecretAccessKey"], ".{40}")


def objects(parsed: dict) -> Iterator[str | None]:
    for it in parsed.get("Contents", []):
        if missing := sorted({"Key", "LastModified", "ETag", "Size", "StorageClass"} - set(it)):
            yield f".Contents: {it.get('Key')} has no {', '.join(missing)}"
        yield must(".Contents.ETag", it.get("ETag"), r'"[0-9a-f]{32}(?:-\d+)?"')
    for name in ("Name", "Prefix", "KeyCount", "MaxKeys", "IsTruncated"):
        if name not in parsed:
            yield f".{name}: is absent"


def head(parsed: dict) -> Iterator[str | None]:
    for name in ("AcceptRanges", "ContentLength", "ContentType", "ETag", "LastModified"):
        if name not in parsed:
            yield f".{name}: is absent"
    yield must(".ETag", parsed.get("ETag"), r'"[0-9a-f]{32}(?:-\d+)?"')
    if "SSEKMSKeyId" in parsed:
        yield must(".SSEKMSKeyId", parsed["SSEKMSKeyId"], KEY_ARN)
        if not parsed.get("ServerSideEncryption", "").startswith("aws:kms"):
            yield f".SSEKMSKeyId: stands beside {parsed.get('ServerSideEncryption')!r}"


def regions(parsed: dict) -> Iterator[str | None]:
    for it in parsed["Regions"]:
        yield must(".Regions.RegionName", it.get("RegionName"), REGION)


RULES: dict[str, Callable[[dict], Iterator[str | None]]] = {
    "ListAccounts": accounts,
    "ListAccountsForParent": accounts,
    "AssumeRole": session,
    "ListRegions": regions,
    "DescribeTrails": trails,
    "GetTrail": lambda parsed: trail(".Trail", parsed["Trail"]),
    "ListTrails": trail_names,
    "ListEventDataStores": stores,
    "GetEventDataStore": store,
    "DescribeKey": key,
    "GetKeyRotationStatus": rotation,
    "ListObjectsV2": objects,
    "HeadObject": head,
}
