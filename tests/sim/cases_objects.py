"""Calls to S3."""

from __future__ import annotations

import hashlib

from case import Case, Matches
from clients import HOME, NOBODY, VIRTUAL_HOST, WRONG_SECRET
from names import ARCHIVE, ELSEWHERE, REFUSED, SEALED, THREE_REGIONS, VERSIONED, WAYS

NO_LOGS = "moto delivers no logs"
TOKEN = ("ContinuationToken", "NextContinuationToken")
CONTENT = b"a report\n"
ETAG = f'"{hashlib.md5(CONTENT).hexdigest()}"'
LOG_KEY = (
    r"(?:.*/)?AWSLogs/\d{12}/CloudTrail/[a-z0-9-]+/\d{4}/\d\d/\d\d/"
    r"\d{12}_CloudTrail_[a-z0-9-]+_\d{8}T\d{4}Z_\w{16}\.json\.gz"
)
REPORT = "reports/{run}.txt"


def sealed(name: str, operation: str, parameters=None, **options) -> Case:
    """A call about the bucket of a sealed trail, by its owner."""
    options = {"who": SEALED} | options
    return Case(name, "s3", operation, {"Bucket": "{kms_bucket}"} | (parameters or {}), **options)


def head(way: str, fields: dict, **options) -> Case:
    """HeadObject of a log file that lies in this way; it must say what the list said."""
    if "error" not in options:
        fields |= {name: "{" + f"{way}_{it}" + "}" for name, it in LISTED.items()}
    return Case(
        f"head of a log that lies under {way}",
        "s3",
        "HeadObject",
        {"Bucket": "{" + way + "_bucket}", "Key": "{" + way + "_object}"},
        who=WAYS[way],
        cli=True,
        fields=fields,
        **options,
    )


LISTED = {"ContentLength": "size", "LastModified": "time", "ETag": "etag"}


def in_order(_, answers) -> list[str]:
    """Keys come once and in the order of their bytes, and every page but the last is full."""
    keys = [it["Key"] for answer in answers for it in answer.parsed.get("Contents", [])]
    lines = []
    if keys != sorted(set(keys), key=str.encode):
        lines.append("the keys are not in order, or come twice")
    for index, answer in enumerate(answers):
        page = answer.parsed
        told = len(page.get("Contents", [])) + len(page.get("CommonPrefixes", []))
        if page["KeyCount"] != told or told > page["MaxKeys"]:
            lines.append(f"KeyCount is {page['KeyCount']} of {told}, MaxKeys {page['MaxKeys']}")
        if index < len(answers) - 1 and told < page["MaxKeys"]:
            lines.append(f"page {index + 1} has {told} keys, and {page['MaxKeys']} were asked for")
        if page["IsTruncated"] != ("NextContinuationToken" in page):
            lines.append("IsTruncated and NextContinuationToken do not agree")
    return lines


def after_start(facts: dict, answers) -> list[str]:
    """Nothing stands at or before the key that the list starts after, and the next one is there."""
    keys = [it["Key"] for it in answers[-1].parsed["Contents"]]
    early = [it for it in keys if it <= facts["days_ago"]]
    return [f"Contents begin with {early}"] if early else in_order(facts, answers)


def all_logs(keys) -> bool:
    """names of log files"""
    return bool(keys) and all(Matches(LOG_KEY) == it for it in keys)


BUCKETS = [
    Case(
        "buckets",
        "s3",
        "ListBuckets",
        who=SEALED,
        cli=True,
        fields={"Buckets[].Name": ["{kms_bucket}"]},
    ),
    sealed("a bucket", "HeadBucket", cli=True, fields={"BucketRegion": HOME}),
    sealed("a bucket of an owner", "HeadBucket", {"ExpectedBucketOwner": "{sealed}"}),
    sealed(
        "a bucket of another owner",
        "HeadBucket",
        {"ExpectedBucketOwner": "{outsider}"},
        error=("403", 403),
        cli=True,
        moto="moto ignores ExpectedBucketOwner",
    ),
    Case(
        "a bucket that is none",
        "s3",
        "HeadBucket",
        {"Bucket": "judge-no-such-bucket"},
        error=("404", 404),
    ),
    Case(
        "a bucket's Region",
        "s3",
        "GetBucketLocation",
        {"Bucket": "{elsewhere_bucket}"},
        who=THREE_REGIONS,
        region=ELSEWHERE,
        cli=True,
        fields={"LocationConstraint": ELSEWHERE},
    ),
    sealed(
        "a bucket's Region, the first of all",
        "GetBucketLocation",
        fields={"LocationConstraint": None},
    ),
]

BUCKETS += [
    sealed(
        "a bucket's default encryption",
        "GetBucketEncryption",
        cli=True,
        moto="moto's new buckets have no default encryption",
        fields={
            "ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault."
            "SSEAlgorithm": "AES256"
        },
    ),
    Case(
        "a bucket of another Region",
        "s3",
        "ListObjectsV2",
        {"Bucket": "{elsewhere_bucket}", "MaxKeys": 1},
        who=THREE_REGIONS,
        fields={"Name": "{elsewhere_bucket}"},
        moto="moto answers for every Region at once",
    ),
]

LISTS = [
    sealed(
        "logs of a day",
        "ListObjectsV2",
        {"Prefix": "{kms_folder}"},
        cli=True,
        moto=NO_LOGS,
        fields={"Contents[].Key": all_logs, "Contents[-1].Key": "{kms_object}"},
        check=in_order,
    ),
    sealed(
        "logs, page by page",
        "ListObjectsV2",
        {"Prefix": "{kms_month}", "MaxKeys": 60},
        pages=TOKEN,
        check=in_order,
        cli=True,
        moto=NO_LOGS,
        fields={"length([]) > `1`": True, "length([].Contents[]) > `60`": True},
    ),
    sealed(
        "logs after a log",
        "ListObjectsV2",
        {"Prefix": "{kms_month}", "StartAfter": "{days_ago}", "MaxKeys": 2},
        check=after_start,
        cli=True,
        moto=NO_LOGS,
        fields={"length(Contents)": 2, "StartAfter": "{days_ago}"},
    ),
    sealed(
        "what lies at a key and after",
        "ListObjectsV2",
        {"Prefix": "{kms_object}"},
        fields={"Contents[].Key": ["{kms_object}"], "IsTruncated": False, "KeyCount": 1},
    ),
    sealed(
        "what lies at a key, after it",
        "ListObjectsV2",
        {"Prefix": "{kms_object}", "StartAfter": "{kms_object}"},
        cli=True,
        fields={"Contents": None, "IsTruncated": False, "KeyCount": 0},
    ),
    sealed(
        "what lies at a key, after its folder",
        "ListObjectsV2",
        {"Prefix": "{kms_object}", "StartAfter": "{kms_folder}", "MaxKeys": 1},
        fields={"Contents[].Key": ["{kms_object}"], "KeyCount": 1},
    ),
    sealed(
        "folders",
        "ListObjectsV2",
        {"Prefix": "AWSLogs/", "Delimiter": "/"},
        cli=True,
        fields={"CommonPrefixes[].Prefix": ["AWSLogs/{sealed}/"], "Contents": None},
        check=in_order,
    ),
    sealed(
        "nothing under a prefix",
        "ListObjectsV2",
        {"Prefix": "nothing/"},
        fields={"KeyCount": 0, "IsTruncated": False, "Contents": None},
    ),
    Case(
        "a list of no bucket",
        "s3",
        "ListObjectsV2",
        {"Bucket": "judge-no-such-bucket"},
        error=("NoSuchBucket", 404),
        cli=True,
    ),
    sealed(
        "a list by a stranger",
        "ListObjectsV2",
        who=REFUSED,
        error=("AccessDenied", 403),
        cli=True,
    ),
    sealed(
        "a list with a wrong secret",
        "ListObjectsV2",
        who=WRONG_SECRET,
        error=("SignatureDoesNotMatch", 403),
        cli=True,
        moto="moto verifies no signature unless told to",
    ),
    sealed(
        "a list without a signature",
        "ListObjectsV2",
        who=NOBODY,
        error=("AccessDenied", 403),
        moto="moto lets nobody in particular do everything",
    ),
    sealed(
        "a list, the bucket in the host's name",
        "ListObjectsV2",
        {"Prefix": "{kms_object}"},
        style=VIRTUAL_HOST,
        fields={"Name": "{kms_bucket}", "Contents[0].Key": "{kms_object}"},
    ),
    Case(
        "buckets, at S3's own host",
        "s3",
        "ListBuckets",
        who=ARCHIVE,
        style=VIRTUAL_HOST,
        fields={"Buckets[].Name | contains(@, '{organization_bucket}')": True},
        moto="moto's log archive has one bucket",
    ),
]

OBJECTS = [
    head("aes256", {"ServerSideEncryption": "AES256", "SSEKMSKeyId": None}),
    head("kms", {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "{kms_key_arn}"}),
    head("dsse", {"ServerSideEncryption": "aws:kms:dsse", "SSEKMSKeyId": "{dsse_key_arn}"}),
    head("plain", {"ServerSideEncryption": None, "SSEKMSKeyId": None}),
    head("customer", {}, error=("400", 400), moto="moto asks nobody for a customer's own key"),
    Case(
        "head of a log that keeps versions and is replicated",
        "s3",
        "HeadObject",
        {"Bucket": "{versioned_bucket}", "Key": "{versioned_object}"},
        who=VERSIONED,
        cli=True,
        moto="moto's buckets keep no versions",
        fields={
            "VersionId": Matches(r"[\w.]{32}"),
            "BucketKeyEnabled": True,
            "ReplicationStatus": "COMPLETED",
            "SSEKMSKeyId": "{versioned_key_arn}",
        },
    ),
    sealed("head of nothing", "HeadObject", {"Key": "nothing"}, error=("404", 404), cli=True),
    sealed(
        "head by a stranger", "HeadObject", {"Key": "{kms_object}"}, who=REFUSED, error=("403", 403)
    ),
    sealed(
        "head, the bucket in the host's name",
        "HeadObject",
        {"Key": "{kms_object}"},
        style=VIRTUAL_HOST,
        fields={"ServerSideEncryption": "aws:kms"},
    ),
    sealed(
        "an object",
        "PutObject",
        {"Key": REPORT, "Body": CONTENT, "IfNoneMatch": "*"},
        fields={"ETag": ETAG, "ServerSideEncryption": "AES256"},
        cli={"Key": "reports/{run}-cli.txt"},
    ),
    sealed(
        "the same object once more",
        "PutObject",
        {"Key": REPORT, "Body": CONTENT, "IfNoneMatch": "*"},
        error=("PreconditionFailed", 412),
        cli={"Key": "reports/{run}-cli.txt"},
    ),
    sealed(
        "head of what was put",
        "HeadObject",
        {"Key": REPORT},
        fields={"ContentLength": len(CONTENT), "ETag": ETAG},
    ),
    sealed(
        "what was put",
        "GetObject",
        {"Key": REPORT},
        fields={"Body": CONTENT, "ContentLength": len(CONTENT), "ETag": ETAG},
    ),
    sealed(
        "a list of what was put",
        "ListObjectsV2",
        {"Prefix": REPORT},
        fields={
            "Contents[].Key": [REPORT],
            "Contents[0].Size": len(CONTENT),
            "Contents[0].ETag": ETAG,
        },
    ),
]

CASES = BUCKETS + LISTS + OBJECTS
