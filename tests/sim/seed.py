"""Seeds moto with an organization that is called as the simulator's is, as far as moto knows such
things: where both worlds have the same names, both must answer the same."""

from __future__ import annotations

import json
import re
import urllib.request

import facts
from clients import HOME, MANAGEMENT, World
from names import ARCHIVE, ELSEWHERE, SUSPENDED, TAGS, THREE_REGIONS, UNITS, WAYS, WORKLOAD

# moto's name for the management account; it takes no other.
MANAGEMENT_NAME = "master"

# moto draws every id from one generator: the same seed gives the same organization.
RANDOM_SEED = 4

# What CloudTrail sets for a new trail; moto sets nothing.
MANAGEMENT_EVENTS = [{"ReadWriteType": "All", "IncludeManagementEvents": True}]

# Objects under a customer's own key can only be asked for with that key.
WAYS_OF_S3 = {"aes256": "AES256", "kms": "aws:kms", "dsse": "aws:kms:dsse", "plain": None}


def seed(world: World, simulator: World) -> None:
    """Builds everything, in sessions of a role that moto gives to everybody, and fills in what
    calls must name."""
    for path in ("reset", f"seed?a={RANDOM_SEED}"):
        post(f"{world.endpoint}/moto-api/{path}")
    world.role = {"name": simulator.role["name"], "external_id": ""}
    organization(world, simulator.facts["account_names"])
    facts.organization(world, MANAGEMENT_NAME)
    like = translated(simulator, world)
    keys = {}
    for name, who, owner, region in [
        ("organization", MANAGEMENT, ARCHIVE, HOME),
        ("trail", WORKLOAD, WORKLOAD, HOME),
        ("elsewhere", THREE_REGIONS, THREE_REGIONS, ELSEWHERE),
    ]:
        aliases = like["aliases"] if name == "trail" else []
        keys[name] = key(world, who, region, aliases)
        bucket(world, owner, region, like[f"{name}_bucket"])
        trail(world, who, region, name, like, keys[name])
    objects(world, like)
    for name, it in [
        ("organization", facts.trail(world, MANAGEMENT, HOME, organization=True)),
        ("trail", facts.trail(world, WORKLOAD, HOME)),
        ("elsewhere", facts.trail(world, THREE_REGIONS, ELSEWHERE)),
    ]:
        world.facts |= facts.trail_facts(name, it)
    world.facts = like | world.facts


def translated(simulator: World, world: World) -> dict:
    """The simulator's names with moto's account numbers in them, which moto lets nobody choose."""
    numbers = {simulator.facts["management"]: world.facts["management"]}
    numbers |= {it: world.accounts[name] for name, it in simulator.accounts.items()}

    def there(value):
        if isinstance(value, list):
            return [there(it) for it in value]
        if not isinstance(value, str):
            return value
        return re.sub(r"\d{12}", lambda it: numbers.get(it.group(), it.group()), value)

    return {name: there(value) for name, value in simulator.facts.items()}


def post(url: str) -> None:
    """Calls moto's own interface, which no AWS client knows."""
    request = urllib.request.Request(url, method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()


def organization(world: World, names: list[str]) -> None:
    client = world.new_client(MANAGEMENT, "organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    units = {}
    for name in UNITS:
        answer = client.create_organizational_unit(ParentId=root, Name=name)
        units[name] = answer["OrganizationalUnit"]["Id"]
    for label in names:
        answer = client.create_account(AccountName=label, Email=f"{label}@example.com")
        account = answer["CreateAccountStatus"]["AccountId"]
        world.accounts[label] = account
        unit = units[unit_of(label)]
        client.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    tags = [{"Key": name, "Value": value} for name, value in TAGS.items()]
    client.tag_resource(ResourceId=world.accounts[WORKLOAD], Tags=tags)
    client.close_account(AccountId=world.accounts[SUSPENDED])


def unit_of(label: str) -> str:
    if label.startswith("team-"):
        return "Sandbox"
    return "Security" if label == ARCHIVE else "Workloads"


def key(world: World, who: str, region: str, aliases: list[str]) -> str:
    kms = world.new_client(who, "kms", region)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "kms:*",
        "Resource": "*",
    }]})  # fmt: skip
    # AWS's defaults, spelled out: moto answers null for what was not asked for.
    made = kms.create_key(
        Description="",
        Policy=policy,
        KeySpec="SYMMETRIC_DEFAULT",
        KeyUsage="ENCRYPT_DECRYPT",
        MultiRegion=False,
        Origin="AWS_KMS",
    )["KeyMetadata"]
    for name in aliases:
        kms.create_alias(AliasName=name, TargetKeyId=made["KeyId"])
    kms.enable_key_rotation(KeyId=made["KeyId"])
    return made["Arn"]


def bucket(world: World, who: str, region: str, name: str) -> None:
    location = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    options = {} if region == HOME else location
    world.new_client(who, "s3", region).create_bucket(Bucket=name, **options)


def trail(world: World, who: str, region: str, name: str, like: dict, key_arn: str) -> None:
    """A trail. moto's CreateTrail wants a bucket of the trail's own account, its UpdateTrail takes
    any."""
    s3, cloudtrail = (world.new_client(who, it, region) for it in ("s3", "cloudtrail"))
    scaffold = f"scaffold-{name}"
    bucket(world, who, region, scaffold)
    cloudtrail.create_trail(
        Name=like[f"{name}_name"],
        S3BucketName=scaffold,
        IsMultiRegionTrail=name != "elsewhere",
        IsOrganizationTrail=name == "organization",
        EnableLogFileValidation=True,
        IncludeGlobalServiceEvents=True,
        KmsKeyId=key_arn,
    )
    cloudtrail.update_trail(Name=like[f"{name}_name"], S3BucketName=like[f"{name}_bucket"])
    s3.delete_bucket(Bucket=scaffold)
    cloudtrail.put_event_selectors(TrailName=like[f"{name}_name"], EventSelectors=MANAGEMENT_EVENTS)
    cloudtrail.start_logging(Name=like[f"{name}_name"])


def objects(world: World, like: dict) -> None:
    """One log file for each way to lie in a bucket."""
    for way, encryption in WAYS_OF_S3.items():
        owner, name = WAYS[way], like[f"{way}_bucket"]
        options = {"ServerSideEncryption": encryption} if encryption else {}
        if way in ("kms", "dsse"):
            options["SSEKMSKeyId"] = like[f"{way}_key_arn"] = key(world, owner, HOME, [])
        bucket(world, owner, HOME, name)
        world.new_client(owner, "s3").put_object(
            Bucket=name,
            Key=like[f"{way}_object"],
            Body=b"0" * like[f"{way}_size"],
            ContentType="application/x-gzip",
            **options,
        )
