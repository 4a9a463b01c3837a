"""What is in the simulator's organization, as far as calls must name it.

Only the accounts' names are known beforehand; the rest is asked for.
"""

from __future__ import annotations

from datetime import timedelta

from clients import HOME, MANAGEMENT, World
from names import (
    ARCHIVE,
    CHANNELS,
    CONSOLE,
    ELSEWHERE,
    FENCED,
    GRANTED,
    LAKE,
    MANAGEMENT_NAME,
    REFUSED,
    SERVICES,
    START,
    SUSPENDED,
    THREE_REGIONS,
    UNITS,
    VERSIONED,
    VETERAN,
    WAYS,
    WORKLOAD,
)

# How long ago the newest log of a way came, where it is not now.
AGES = {"customer": timedelta(hours=48)}

# What is told of a trail and its key -> the account whose trail it is.
SHAPES = {"services": SERVICES, "veteran": VETERAN, "channels": CHANNELS, "console": CONSOLE}

LAKE_REGIONS = (HOME, ELSEWHERE, "ap-southeast-2")


def learn(world: World) -> None:
    """Fills in the accounts and the facts of the simulator."""
    accounts = organization(world, MANAGEMENT_NAME)
    needed = {
        FENCED,
        ARCHIVE,
        WORKLOAD,
        THREE_REGIONS,
        GRANTED,
        REFUSED,
        LAKE,
        SUSPENDED,
        *SHAPES.values(),
        VERSIONED,
        *WAYS.values(),
    }
    if missing := sorted(needed - set(accounts)):
        raise SystemExit(f"{world.name}: there is no account {', '.join(missing)}")
    facts = world.facts
    facts |= trail_facts("organization", trail(world, MANAGEMENT, HOME, organization=True))
    facts |= trail_facts("trail", trail(world, WORKLOAD, HOME))
    facts |= trail_facts("elsewhere", trail(world, THREE_REGIONS, ELSEWHERE))
    facts["granted_key_arn"] = trail(world, GRANTED, HOME)["KmsKeyId"]
    facts["refused_key_arn"] = trail(world, REFUSED, HOME)["KmsKeyId"]
    facts |= stores(world)
    for way, label in WAYS.items():
        facts |= delivered(world, way, label)
    facts |= delivered(world, "versioned", VERSIONED)
    for shape, label in SHAPES.items():
        facts |= trail_facts(f"of_{shape}", trail(world, label, HOME))
    # Between two logs of the sealed trail, and no log's name.
    facts["days_ago"] = f"{facts['kms_month']}{START - timedelta(days=2):%d}/"
    facts["aliases"] = alias(world)


def organization(world: World, management_name: str) -> dict[str, str]:
    """The accounts by name, and what they stand in."""
    client = world.new_client(MANAGEMENT, "organizations")
    pages = client.get_paginator("list_accounts").paginate()
    listed = [it for page in pages for it in page["Accounts"]]
    accounts = {it["Name"]: it["Id"] for it in listed}
    if len(accounts) != len(listed) or management_name not in accounts:
        raise SystemExit(f"{world.name}: its accounts are {sorted(it['Name'] for it in listed)}")
    world.accounts = {name: it for name, it in accounts.items() if name != management_name}
    root = client.list_roots()["Roots"][0]
    units = client.list_organizational_units_for_parent(ParentId=root["Id"])["OrganizationalUnits"]
    if {it["Name"] for it in units} != set(UNITS):
        raise SystemExit(f"{world.name}: its units are {units}")
    caller = world.new_client(MANAGEMENT, "sts").get_caller_identity()
    world.facts |= {
        "account_count": len(accounts),
        "account_names": sorted(world.accounts),
        "organization_id": root["Arn"].split("/")[1],
        "root": root["Id"],
        "management": accounts[management_name],
        "management_name": management_name,
        "outsider": "999999999999",
        "role_name": world.role["name"],
        "user_arn": caller["Arn"],
        "user_id": caller["UserId"],
    }
    world.facts |= {f"unit_{it['Name'].lower()}": it["Id"] for it in units}
    world.facts |= {name.replace("-", "_"): it for name, it in world.accounts.items()}
    return accounts


def trail(world: World, who: str, region: str, organization: bool = False) -> dict:
    """The one trail that is homed in an account and Region."""
    answer = world.new_client(who, "cloudtrail", region).describe_trails(includeShadowTrails=False)
    found = [it for it in answer["trailList"] if it["IsOrganizationTrail"] == organization]
    if len(found) != 1:
        raise SystemExit(f"{world.name}: the trails of {who} in {region} are {found}")
    return found[0]


def trail_facts(name: str, it: dict) -> dict[str, str]:
    return {
        f"{name}_name": it["Name"],
        f"{name}_arn": it["TrailARN"],
        f"{name}_key_arn": it["KmsKeyId"],
        f"{name}_key": it["KmsKeyId"].rpartition("/")[2],
        f"{name}_bucket": it["S3BucketName"],
    }


def stores(world: World) -> dict[str, str]:
    """An event data store with a key and one without."""
    found: dict[str, str] = {}
    for region in LAKE_REGIONS:
        client = world.new_client(LAKE, "cloudtrail", region)
        for it in client.list_event_data_stores()["EventDataStores"]:
            store = client.get_event_data_store(EventDataStore=it["EventDataStoreArn"])
            kind = "store" if "KmsKeyId" in store else "plain_store"
            found |= {f"{kind}_arn": store["EventDataStoreArn"], f"{kind}_region": region}
    if len(found) != 4:
        raise SystemExit(f"{world.name}: the event data stores are {found}")
    return found


def delivered(world: World, way: str, label: str) -> dict[str, object]:
    """The newest log file, by its name, that lies in this way."""
    its, moment = trail(world, label, HOME), START - AGES.get(way, timedelta())
    account, prefix = world.accounts[label], its.get("S3KeyPrefix")
    month = f"{prefix}/" if prefix else ""
    month += f"AWSLogs/{account}/CloudTrail/{HOME}/{moment:%Y/%m}/"
    folder = f"{month}{moment:%d}/"
    s3 = world.new_client(label, "s3", HOME)
    listed = s3.list_objects_v2(Bucket=its["S3BucketName"], Prefix=folder).get("Contents", [])
    before = f"{folder}{account}_CloudTrail_{HOME}_{moment:%Y%m%dT%H%MZ}"
    found = [it for it in listed if it["Key"] < before]
    if not found:
        raise SystemExit(f"{world.name}: {label} has delivered nothing into {folder}")
    it = found[-1]
    return {
        f"{way}_bucket": its["S3BucketName"],
        f"{way}_folder": folder,
        # The days of this month until now.
        f"{way}_month": month,
        f"{way}_object": it["Key"],
        f"{way}_size": it["Size"],
        f"{way}_time": it["LastModified"],
        f"{way}_etag": it["ETag"],
        f"{way}_key_arn": its.get("KmsKeyId", ""),
    }


def alias(world: World) -> list[str]:
    """The names of the workload's key."""
    answer = world.new_client(WORKLOAD, "kms").list_aliases(KeyId=world.facts["trail_key"])
    return [it["AliasName"] for it in answer["Aliases"]]
