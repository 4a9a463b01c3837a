"""What is in a world, as far as calls must name it. Only names are known beforehand."""

from __future__ import annotations

from clients import HOME, MANAGEMENT, World
from names import (
    ARCHIVE,
    BUCKETS,
    FILLERS,
    OBJECTS,
    ORGANIZATION_TRAIL,
    SUSPENDED,
    TRAIL,
    TRAIL_REGION,
    WORKLOAD,
)

# moto's name for the management account; it takes no other.
MANAGEMENT_NAMES = ("management", "master")
EXPECTED_ACCOUNTS = {ARCHIVE, WORKLOAD, SUSPENDED, *FILLERS}


def learn(world: World) -> None:
    """Fills in the accounts and the facts of a world."""
    organizations = world.new_client(MANAGEMENT, "organizations")
    pages = organizations.get_paginator("list_accounts").paginate()
    accounts = {it["Name"]: it["Id"] for page in pages for it in page["Accounts"]}
    management = next((it for it in MANAGEMENT_NAMES if it in accounts), None)
    if management is None or set(accounts) - {management} != EXPECTED_ACCOUNTS:
        raise SystemExit(f"{world.name}: its accounts are {sorted(accounts)}")
    world.accounts = {name: it for name, it in accounts.items() if name != management}
    organization_trail = trail(world, MANAGEMENT, HOME, ORGANIZATION_TRAIL)
    own_trail = trail(world, WORKLOAD, TRAIL_REGION, TRAIL)
    root = organizations.list_roots()["Roots"][0]
    world.facts = {
        "endpoint": world.endpoint,
        "role_name": world.role["name"],
        "account_count": len(accounts),
        "organization": root["Arn"].split("/")[1],
        "root": root["Id"],
        "management": accounts[management],
        "management_name": management,
        "management_email": next(
            it["Email"]
            for page in organizations.get_paginator("list_accounts").paginate()
            for it in page["Accounts"]
            if it["Name"] == management
        ),
        "archive": accounts[ARCHIVE],
        "workload": accounts[WORKLOAD],
        "suspended": accounts[SUSPENDED],
        "outsider": "999999999999",
        "trail_region": TRAIL_REGION,
        "organization_trail_arn": organization_trail["TrailARN"],
        "organization_key_arn": organization_trail["KmsKeyId"],
        "organization_key": organization_trail["KmsKeyId"].rpartition("/")[2],
        "organization_bucket": BUCKETS["organization"],
        "trail_arn": own_trail["TrailARN"],
        "trail_key_arn": own_trail["KmsKeyId"],
        "trail_key": own_trail["KmsKeyId"].rpartition("/")[2],
        "trail_bucket": BUCKETS["trail"],
        **{f"object_{way}": name for way, name in OBJECTS.items()},
    } | units(organizations, root["Id"]) | identity(world)  # fmt: skip


def trail(world: World, who: str, region: str, name: str) -> dict:
    found = world.new_client(who, "cloudtrail", region).describe_trails(trailNameList=[name])
    if len(found["trailList"]) != 1:
        raise SystemExit(f"{world.name}: {name} in {region} is {found['trailList']}")
    return found["trailList"][0]


def units(organizations, root: str) -> dict[str, str]:
    found = organizations.list_organizational_units_for_parent(ParentId=root)
    return {f"unit_{it['Name'].lower()}": it["Id"] for it in found["OrganizationalUnits"]}


def identity(world: World) -> dict[str, str]:
    found = world.new_client(MANAGEMENT, "sts").get_caller_identity()
    return {"user_arn": found["Arn"], "user_id": found["UserId"]}
