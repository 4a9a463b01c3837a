"""Seeds moto with the organization of `judge.toml`, as far as moto knows such things.

The names are those of the scenario, written a second time by hand: where both worlds are called
alike, both must answer alike.
"""

from __future__ import annotations

import json
import urllib.request

from clients import HOME, MANAGEMENT, World
from names import (
    ARCHIVE,
    BUCKETS,
    FILLERS,
    OBJECTS,
    ORGANIZATION_TRAIL,
    ROLE_NAME,
    SUSPENDED,
    TAGS,
    TRAIL,
    TRAIL_REGION,
    UNITS,
    WORKLOAD,
)

# moto draws every id from one generator: the same seed gives the same organization.
RANDOM_SEED = 4

# What CloudTrail sets for a new trail; moto sets nothing.
MANAGEMENT_EVENTS = [{"ReadWriteType": "All", "IncludeManagementEvents": True}]


def seed(world: World) -> None:
    """Builds everything, with sessions of a role that moto gives to everybody."""
    for path in ("reset", f"seed?a={RANDOM_SEED}"):
        post(f"{world.endpoint}/moto-api/{path}")
    world.role = {"name": ROLE_NAME, "external_id": ""}
    organizations(world)
    org_key = key(world, MANAGEMENT, HOME, "alias/organization-trail")
    bucket(world, ARCHIVE, HOME, BUCKETS["organization"])
    trail_key = key(world, WORKLOAD, TRAIL_REGION, "alias/workload-trail")
    bucket(world, WORKLOAD, TRAIL_REGION, BUCKETS["trail"])
    # moto's CreateTrail wants a bucket of the trail's own account, its UpdateTrail takes any.
    scaffold = world.new_client(MANAGEMENT, "s3")
    scaffold.create_bucket(Bucket="scaffold")
    trail(world, MANAGEMENT, HOME, ORGANIZATION_TRAIL, "scaffold", org_key, organization=True)
    cloudtrail = world.new_client(MANAGEMENT, "cloudtrail")
    cloudtrail.update_trail(Name=ORGANIZATION_TRAIL, S3BucketName=BUCKETS["organization"])
    scaffold.delete_bucket(Bucket="scaffold")
    trail(world, WORKLOAD, TRAIL_REGION, TRAIL, BUCKETS["trail"], trail_key)
    objects(world, trail_key)


def post(url: str) -> None:
    """Calls moto's own interface, which no AWS client knows."""
    request = urllib.request.Request(url, method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()


def organizations(world: World) -> None:
    client = world.new_client(MANAGEMENT, "organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    units = {None: root}
    for name, parent in UNITS.items():
        answer = client.create_organizational_unit(ParentId=units[parent], Name=name)
        units[name] = answer["OrganizationalUnit"]["Id"]
    homes = {ARCHIVE: "Security", WORKLOAD: "Workloads", SUSPENDED: "Workloads"}
    for label in [ARCHIVE, WORKLOAD, SUSPENDED, *FILLERS]:
        answer = client.create_account(AccountName=label, Email=f"{label}@example.com")
        account = answer["CreateAccountStatus"]["AccountId"]
        world.accounts[label] = account
        unit = units[homes.get(label, "Workloads")]
        client.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    tags = [{"Key": name, "Value": value} for name, value in TAGS.items()]
    client.tag_resource(ResourceId=world.accounts[WORKLOAD], Tags=tags)
    client.close_account(AccountId=world.accounts[SUSPENDED])


def key(world: World, who: str, region: str, alias: str) -> str:
    kms = world.new_client(who, "kms", region)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "kms:*",
        "Resource": "*",
    }]})  # fmt: skip
    # AWS's defaults, spelled out: moto answers null for what was not asked for.
    made = kms.create_key(
        Description="seals the trail",
        Policy=policy,
        KeySpec="SYMMETRIC_DEFAULT",
        KeyUsage="ENCRYPT_DECRYPT",
        MultiRegion=False,
        Origin="AWS_KMS",
    )["KeyMetadata"]
    kms.create_alias(AliasName=alias, TargetKeyId=made["KeyId"])
    kms.enable_key_rotation(KeyId=made["KeyId"])
    return made["Arn"]


def bucket(world: World, who: str, region: str, name: str) -> None:
    location = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    options = {} if region == HOME else location
    world.new_client(who, "s3", region).create_bucket(Bucket=name, **options)


def trail(
    world: World, who: str, region: str, name: str, into: str, key_arn: str, organization=False
) -> None:
    cloudtrail = world.new_client(who, "cloudtrail", region)
    cloudtrail.create_trail(
        Name=name,
        S3BucketName=into,
        IsMultiRegionTrail=True,
        IsOrganizationTrail=organization,
        EnableLogFileValidation=True,
        IncludeGlobalServiceEvents=True,
        KmsKeyId=key_arn,
    )
    cloudtrail.put_event_selectors(TrailName=name, EventSelectors=MANAGEMENT_EVENTS)
    cloudtrail.start_logging(Name=name)


def objects(world: World, key_arn: str) -> None:
    """One object for each way to lie in a bucket, and some to page through."""
    s3 = world.new_client(WORKLOAD, "s3", TRAIL_REGION)
    ways = {
        "aes256": {"ServerSideEncryption": "AES256"},
        "kms": {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_arn},
        "dsse": {"ServerSideEncryption": "aws:kms:dsse", "SSEKMSKeyId": key_arn},
        "plain": {},
    }
    for way, name in OBJECTS.items():
        if way in ways:
            s3.put_object(Bucket=BUCKETS["trail"], Key=name, Body=b"0123456789", **ways[way])
