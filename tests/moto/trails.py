"""The parts a case is made of: key, bucket, trail, delivered log objects."""

from __future__ import annotations

import gzip
import hashlib
import json
import string
from dataclasses import dataclass
from datetime import datetime, timedelta

from aws import HOME_REGION, Account

TRAIL_NAME = "audit-trail"
EMPTY_LOG = gzip.compress(b'{"Records":[]}', mtime=0)
ALPHANUMERICS = string.ascii_letters + string.digits

# What AWS sets for a new trail; moto sets nothing.
ALL_MANAGEMENT_EVENTS = {
    "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]
}
READS_ONLY = {"EventSelectors": [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True}]}
DATA_EVENTS_ONLY = {
    "AdvancedEventSelectors": [
        {
            "Name": "objects",
            "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Data"]},
                {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            ],
        }
    ]
}


@dataclass(frozen=True)
class Bucket:
    """A bucket, and the account that owns it and therefore may write to it."""

    owner: Account
    name: str
    region: str

    def client(self):
        return self.owner.client("s3", self.region)


def trail_arn(account: Account, name: str, region: str) -> str:
    return f"arn:aws:cloudtrail:{region}:{account.id}:trail/{name}"


def documented_statements(
    account: Account, region: str = HOME_REGION, trail: str = TRAIL_NAME
) -> list[dict]:
    """What AWS documents that a key policy grants CloudTrail."""
    arn = trail_arn(account, trail, region)
    service = {"Service": "cloudtrail.amazonaws.com"}
    context = f"arn:aws:cloudtrail:*:{account.id}:trail/*"
    return [
        {
            "Sid": "Allow CloudTrail to encrypt logs",
            "Effect": "Allow",
            "Principal": service,
            "Action": "kms:GenerateDataKey*",
            "Resource": "*",
            "Condition": {
                "StringEquals": {"aws:SourceArn": arn},
                "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": context},
            },
        },
        {
            "Sid": "Allow CloudTrail to describe key",
            "Effect": "Allow",
            "Principal": service,
            "Action": "kms:DescribeKey",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceArn": arn}},
        },
    ]


def create_key(
    account: Account,
    region: str = HOME_REGION,
    statements: list[dict] | None = None,
    *,
    rotates: bool = False,
    origin: str = "AWS_KMS",
) -> str:
    """A customer managed key; its policy says what AWS documents, or these statements instead,
    beside the account's own. Gives its ARN."""
    own = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account.id}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    if statements is None:
        statements = documented_statements(account, region)
    statements = [own, *statements]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    kms = account.client("kms", region)
    # AWS's defaults, spelled out: moto's DescribeKey answers null for what was not asked for.
    key = kms.create_key(
        Description="seals the audit trail",
        Policy=policy,
        KeySpec="SYMMETRIC_DEFAULT",
        KeyUsage="ENCRYPT_DECRYPT",
        MultiRegion=False,
        Origin=origin,
    )
    arn = key["KeyMetadata"]["Arn"]
    if rotates:
        kms.enable_key_rotation(KeyId=key_id(arn))
    return arn


def key_id(key_arn: str) -> str:
    """The bare id: moto's DisableKey breaks on an ARN."""
    return key_arn.rsplit("/", 1)[1]


def create_bucket(account: Account, region: str = HOME_REGION, name: str = "logs") -> Bucket:
    bucket = Bucket(account, f"{account.label}-{account.id}-{name}", region)
    # us-east-1 is S3's default and must not be named as a location.
    location = {}
    if region != HOME_REGION:
        location = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    bucket.client().create_bucket(Bucket=bucket.name, **location)
    return bucket


def create_trail(
    account: Account,
    bucket: Bucket,
    key_id: str | None,
    *,
    region: str = HOME_REGION,
    name: str = TRAIL_NAME,
    multi_region: bool = False,
    selectors: dict = ALL_MANAGEMENT_EVENTS,
    prefix: str | None = None,
    organization: bool = False,
) -> None:
    """Creates a trail and starts it."""
    options = {"KmsKeyId": key_id} if key_id else {}
    if prefix is not None:
        options["S3KeyPrefix"] = prefix
    cloudtrail = account.client("cloudtrail", region)
    cloudtrail.create_trail(
        Name=name,
        S3BucketName=bucket.name,
        IsMultiRegionTrail=multi_region,
        IsOrganizationTrail=organization,
        **options,
    )
    cloudtrail.put_event_selectors(TrailName=name, **selectors)
    cloudtrail.start_logging(Name=name)


def create_trail_elsewhere(
    account: Account, bucket: Bucket, key_id: str | None, *, name: str = TRAIL_NAME, **options
) -> None:
    """Creates a trail whose bucket belongs to another account. moto's CreateTrail wants a bucket of
    the trail's own account, its UpdateTrail takes any."""
    scaffold = create_bucket(account, name="scaffold")
    create_trail(account, scaffold, key_id, name=name, **options)
    account.client("cloudtrail").update_trail(Name=name, S3BucketName=bucket.name)
    scaffold.client().delete_bucket(Bucket=scaffold.name)


def deliver(
    bucket: Bucket,
    account: Account,
    times: list[datetime],
    key_arn: str | None,
    *,
    region: str = HOME_REGION,
    prefix: str = "",
    organization_id: str | None = None,
) -> None:
    """Puts one log object per time, sealed under the key, or as AES256 without one; with an
    organization's id where its trail delivers for this account."""
    client = bucket.client()
    for time in times:
        key = log_object_key(account.id, region, time, prefix, organization_id)
        put(client, bucket.name, key, EMPTY_LOG, key_arn)


def put(client, bucket_name: str, key: str, body: bytes, key_arn: str | None) -> None:
    encryption = {"ServerSideEncryption": "AES256"}
    if key_arn:
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_arn}
    client.put_object(Bucket=bucket_name, Key=key, Body=body, **encryption)


def deliver_digest(
    bucket: Bucket, account: Account, time: datetime, key_arn: str | None, name: str = TRAIL_NAME
) -> None:
    """Turns log file validation on, and puts a digest of the trail in its home Region."""
    account.client("cloudtrail").update_trail(Name=name, EnableLogFileValidation=True)
    folder = log_folder(account.id, HOME_REGION, time).replace("/CloudTrail/", "/CloudTrail-Digest/")
    second = time.strftime("%Y%m%dT%H%M%SZ")
    head = f"{account.id}_CloudTrail-Digest_{HOME_REGION}_{name}_{HOME_REGION}"
    put(bucket.client(), bucket.name, f"{folder}{head}_{second}.json.gz", b"", key_arn)


def log_folder(
    account_id: str,
    region: str,
    time: datetime,
    prefix: str = "",
    organization_id: str | None = None,
) -> str:
    day = time.strftime("%Y/%m/%d")
    organization = f"{organization_id}/" if organization_id else ""
    return f"{prefix}AWSLogs/{organization}{account_id}/CloudTrail/{region}/{day}/"


def log_object_key(
    account_id: str,
    region: str,
    time: datetime,
    prefix: str = "",
    organization_id: str | None = None,
) -> str:
    """The name CloudTrail gives to a log object."""
    stamp = time.strftime("%Y%m%dT%H%MZ")
    digest = hashlib.sha256(f"{account_id}/{region}/{stamp}".encode()).digest()
    suffix = "".join(ALPHANUMERICS[byte % len(ALPHANUMERICS)] for byte in digest[:16])
    folder = log_folder(account_id, region, time, prefix, organization_id)
    return f"{folder}{account_id}_CloudTrail_{region}_{stamp}_{suffix}.json.gz"


def spread(now: datetime, first_hours_ago: float, last_hours_ago: float, count: int):
    """Delivery times at equal distances, oldest first; both ends included, to the minute."""
    step = (first_hours_ago - last_hours_ago) / max(count - 1, 1)
    times = [now - timedelta(hours=first_hours_ago - step * index) for index in range(count)]
    return [time.replace(second=0, microsecond=0) for time in times]
