"""Calls to S3."""

from __future__ import annotations

import hashlib

from case import Case, Matches
from clients import NOBODY, VIRTUAL_HOST, WRONG_SECRET
from names import ARCHIVE, OBJECTS, TRAIL_REGION, WORKLOAD

NO_LOGS = "moto delivers no logs"
TOKEN = ("ContinuationToken", "NextContinuationToken")
WAYS = sorted(OBJECTS[it] for it in ("aes256", "kms", "dsse", "plain"))
CONTENT = b"a report\n"
ETAG = f'"{hashlib.md5(CONTENT).hexdigest()}"'
FOLDER = "AWSLogs/{workload}/CloudTrail/eu-west-1/"
LOG_KEY = r"AWSLogs/\d{12}/CloudTrail/eu-west-1/\d{4}/\d\d/\d\d/\d{12}_CloudTrail_eu-west-1_\d{8}T\d{4}Z_\w{16}\.json\.gz"


def of_workload(name: str, operation: str, parameters=None, **options) -> Case:
    """A call by the owner of the trail's bucket, in the bucket's Region."""
    options = {"who": WORKLOAD, "region": TRAIL_REGION} | options
    return Case(name, "s3", operation, {"Bucket": "{trail_bucket}"} | (parameters or {}), **options)


def head(way: str, fields: dict, **options) -> Case:
    return of_workload(
        f"head of an object that lies under {way}",
        "HeadObject",
        {"Key": "{object_" + way + "}"},
        cli=True,
        fields={"ContentLength": 10} | fields,
        **options,
    )


def in_order(facts: dict, answers) -> list[str]:
    """Keys come once and in the order of their bytes, and every page but the last is full."""
    keys = [it["Key"] for answer in answers for it in answer.parsed.get("Contents", [])]
    lines = []
    if keys != sorted(set(keys), key=str.encode):
        lines.append("the keys are not in order, or come twice")
    sizes = [answer.parsed["KeyCount"] for answer in answers[:-1]]
    if len(set(sizes)) > 1:
        lines.append(f"the pages before the last have {sizes} keys")
    for answer in answers:
        page = answer.parsed
        told = len(page.get("Contents", [])) + len(page.get("CommonPrefixes", []))
        if page["KeyCount"] != told or told > page["MaxKeys"]:
            lines.append(f"KeyCount is {page['KeyCount']} of {told}, MaxKeys {page['MaxKeys']}")
        if page["IsTruncated"] != ("NextContinuationToken" in page):
            lines.append("IsTruncated and NextContinuationToken do not agree")
    return lines


def all_logs(keys) -> bool:
    """names of log files"""
    return bool(keys) and all(Matches(LOG_KEY) == it for it in keys)


CASES = [
    Case(
        "buckets", "s3", "ListBuckets", who=ARCHIVE, cli=True,
        fields={"Buckets[].Name": ["{organization_bucket}"]},
    ),  # fmt: skip
    of_workload("a bucket", "HeadBucket", cli=True, fields={"BucketRegion": TRAIL_REGION}),
    of_workload(
        "a bucket of an owner", "HeadBucket", {"ExpectedBucketOwner": "{workload}"}
    ),
    of_workload(
        "a bucket of another owner",
        "HeadBucket",
        {"ExpectedBucketOwner": "{outsider}"},
        error=("403", 403),
        moto="moto ignores ExpectedBucketOwner",
    ),
    Case(
        "a bucket that is none", "s3", "HeadBucket", {"Bucket": "judge-no-such-bucket"},
        error=("404", 404),
    ),  # fmt: skip
    of_workload(
        "a bucket's Region", "GetBucketLocation", cli=True,
        fields={"LocationConstraint": TRAIL_REGION},
    ),  # fmt: skip
    Case(
        "a bucket's Region, the first of all",
        "s3",
        "GetBucketLocation",
        {"Bucket": "{organization_bucket}"},
        who=ARCHIVE,
        fields={"LocationConstraint": None},
    ),
    of_workload(
        "objects",
        "ListObjectsV2",
        {"Prefix": "ways/"},
        cli=True,
        moto="moto has no objects under keys of customers without their keys",
        fields={"Contents[].Key": sorted(OBJECTS.values()), "IsTruncated": False},
    ),
    of_workload(
        "objects after a key",
        "ListObjectsV2",
        {"Prefix": "ways/", "StartAfter": "ways/dsse"},
        cli=True,
        fields={"Contents[].Key": ["ways/kms", "ways/plain"], "StartAfter": "ways/dsse"},
    ),
    of_workload(
        "objects after what is no key",
        "ListObjectsV2",
        {"Prefix": "ways/", "StartAfter": "ways/k", "MaxKeys": 1},
        fields={"Contents[].Key": ["ways/kms"], "IsTruncated": True, "KeyCount": 1},
    ),
    of_workload(
        "objects, page by page",
        "ListObjectsV2",
        {"Prefix": "ways/", "StartAfter": "ways/b", "MaxKeys": 2},
        pages=TOKEN,
        check=in_order,
        moto="moto has no objects under keys of customers without their keys",
        fields={"[].Contents[].Key": [it for it in sorted(OBJECTS.values()) if it > "ways/b"]},
    ),
    of_workload(
        "folders",
        "ListObjectsV2",
        {"Delimiter": "/"},
        cli=True,
        fields={"CommonPrefixes[?Prefix=='ways/'].Prefix": ["ways/"]},
        check=in_order,
        moto=NO_LOGS,
    ),
    of_workload(
        "nothing under a prefix",
        "ListObjectsV2",
        {"Prefix": "nothing/"},
        fields={"KeyCount": 0, "IsTruncated": False, "Contents": None},
    ),
    of_workload(
        "logs of a day",
        "ListObjectsV2",
        {"Prefix": FOLDER + "{day}/", "MaxKeys": 10},
        pages=TOKEN,
        check=in_order,
        cli=True,
        moto=NO_LOGS,
        fields={"[].Contents[].Key": all_logs, "length([]) > `1`": True},
    ),
    of_workload(
        "logs after a time",
        "ListObjectsV2",
        {
            "Prefix": FOLDER + "{day}/",
            "StartAfter": FOLDER + "{day}/{workload}_CloudTrail_eu-west-1_{stamp}T0600Z",
        },
        check=in_order,
        moto=NO_LOGS,
        fields={"Contents[].Key": all_logs, "Contents[0].Key": Matches(".*_{stamp}T0[6-9].*")},
    ),
    of_workload(
        "head of a log",
        "HeadObject",
        {"Key": "{log_key}"},
        cli=True,
        moto=NO_LOGS,
        fields={
            "ServerSideEncryption": "aws:kms",
            "SSEKMSKeyId": "{trail_key_arn}",
            "ContentLength": "{log_size}",
            "LastModified": "{log_time}",
        },
    ),
    head("aes256", {"ServerSideEncryption": "AES256", "SSEKMSKeyId": None}),
    head("kms", {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "{trail_key_arn}"}),
    head("dsse", {"ServerSideEncryption": "aws:kms:dsse", "SSEKMSKeyId": "{trail_key_arn}"}),
    head("plain", {"ServerSideEncryption": None, "SSEKMSKeyId": None}),
    of_workload(
        "head of an object that lies under a customer's own key",
        "HeadObject",
        {"Key": "{object_customer}"},
        error=("400", 400),
        cli=True,
        moto="moto asks nobody for the customer's key",
    ),
    of_workload(
        "head of nothing", "HeadObject", {"Key": "nothing"}, error=("404", 404), cli=True
    ),
    Case(
        "head by a stranger",
        "s3",
        "HeadObject",
        {"Bucket": "{trail_bucket}", "Key": "{object_kms}"},
        who=ARCHIVE,
        region=TRAIL_REGION,
        error=("403", 403),
    ),
    Case(
        "a list by a stranger",
        "s3",
        "ListObjectsV2",
        {"Bucket": "{trail_bucket}"},
        who=ARCHIVE,
        region=TRAIL_REGION,
        error=("AccessDenied", 403),
    ),
    Case(
        "a list of no bucket",
        "s3",
        "ListObjectsV2",
        {"Bucket": "judge-no-such-bucket"},
        error=("NoSuchBucket", 404),
        cli=True,
    ),
    of_workload(
        "an object",
        "PutObject",
        {"Key": "reports/{run}.txt", "Body": CONTENT, "IfNoneMatch": "*"},
        fields={"ETag": ETAG, "ServerSideEncryption": "AES256"},
        cli={"Key": "reports/{run}-cli.txt"},
    ),
    of_workload(
        "the same object once more",
        "PutObject",
        {"Key": "reports/{run}.txt", "Body": CONTENT, "IfNoneMatch": "*"},
        error=("PreconditionFailed", 412),
        cli={"Key": "reports/{run}-cli.txt"},
    ),
    of_workload(
        "head of what was put",
        "HeadObject",
        {"Key": "reports/{run}.txt"},
        fields={"ContentLength": len(CONTENT), "ETag": ETAG},
    ),
    of_workload(
        "a list of what was put",
        "ListObjectsV2",
        {"Prefix": "reports/{run}.txt"},
        fields={"Contents[].Key": ["reports/{run}.txt"], "Contents[0].Size": len(CONTENT)},
    ),
    of_workload(
        "objects, the bucket in the host's name",
        "ListObjectsV2",
        {"Prefix": "ways/", "StartAfter": "ways/d"},
        style=VIRTUAL_HOST,
        fields={"Name": "{trail_bucket}", "Contents[0].Key": "ways/dsse"},
    ),
    of_workload(
        "head, the bucket in the host's name",
        "HeadObject",
        {"Key": "{object_kms}"},
        style=VIRTUAL_HOST,
        fields={"ServerSideEncryption": "aws:kms"},
    ),
    Case(
        "buckets, in the host's name",
        "s3",
        "ListBuckets",
        who=ARCHIVE,
        style=VIRTUAL_HOST,
        fields={"Buckets[].Name": ["{organization_bucket}"]},
    ),
    Case(
        "a list with a wrong secret",
        "s3",
        "ListBuckets",
        who=WRONG_SECRET,
        error=("SignatureDoesNotMatch", 403),
        cli=True,
        moto="moto verifies no signature unless told to",
    ),
    Case(
        "a list without a signature",
        "s3",
        "ListObjectsV2",
        {"Bucket": "{trail_bucket}"},
        who=NOBODY,
        region=TRAIL_REGION,
        error=("AccessDenied", 403),
        moto="moto lets nobody in particular do everything",
    ),
]
