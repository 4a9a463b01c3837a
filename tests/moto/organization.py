"""The organization: its units, and one member account per case."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from aws import MANAGEMENT_CREDENTIALS, Account, Moto
from names import ACCOUNT_NAMES, UNIT_NAMES

# Units under one parent come in pages of 20; the last of these has an account.
TEAMS = [f"Team {number:02}" for number in range(1, 22)]

# Unit -> parent unit; None is the root. Order matters: a parent stands before its children.
UNITS = {
    "Security": None,
    "Workloads": None,
    "Production": "Workloads",
    "Payments": "Production",
    "Sandbox": None,
    "formula-unit": "Sandbox",
    "markup-unit": None,
    "right-to-left-unit": "markup-unit",
} | {team: "Sandbox" for team in TEAMS}

# Account -> unit. The account's label says what is wrong there. More than 20 stand in one unit,
# and more than 20 in all, so that both lists have a second page.
ACCOUNTS = {
    "log-archive": "Security",
    "central-bucket": "Security",
    "lake": "Security",
    "sealed": "Payments",
    "multi-region": "Payments",
    "alias-key": "Payments",
    "busy": "Production",
    "old-aes256": "Production",
    "interleaved": "Production",
    "objects-aes256": "Production",
    "wrong-key": "Production",
    "key-disabled": "Production",
    "key-pending-deletion": "Production",
    "key-gone": "Production",
    "key-outside": "Production",
    "key-imported": "Production",
    "policy-denies": "Production",
    "policy-context-only": "Production",
    "policy-silent": "Production",
    "policy-other-trail": "Production",
    "policy-org-id": "Production",
    "two-prefixes": "Production",
    "one-prefix": "Production",
    "awkward-prefix": "Production",
    "awkward-names": "Production",
    "three-regions": "Production",
    "everywhere-no-key": "Production",
    "everywhere-empty": "Production",
    "not-logging": "Workloads",
    "no-key": "Workloads",
    "no-objects": "Workloads",
    "data-events-only": "Workloads",
    "bucket-gone": "Workloads",
    "suspended": "Sandbox",
    # No trail at all, in the last unit of a second page.
    "sandbox-1": TEAMS[-1],
    "formula-name": "formula-unit",
    "markup-name": "markup-unit",
    "right-to-left-name": "right-to-left-unit",
    "emoji-name": "right-to-left-unit",
}

# Tags of accounts, for `--account-tag owner`.
TAGS = {
    "sealed": {"owner": "payments", "stage": "production"},
    "formula-name": {"owner": "@SUM(1+1)"},
}

MANAGEMENT = "master"


@dataclass
class Organization:
    id: str
    management: Account
    members: dict[str, Account]
    # Parent's id -> how many units and how many accounts stand directly under it.
    tree: dict[str, dict[str, int]]


def build(
    moto: Moto,
    parents: dict[str, str | None] = UNITS,
    places: dict[str, str] = ACCOUNTS,
    tags: dict[str, dict[str, str]] = TAGS,
) -> Organization:
    """Creates the organization; one call after the other, so that moto's ids repeat."""
    client = moto.client("organizations")
    organization = client.create_organization(FeatureSet="ALL")["Organization"]
    root = client.list_roots()["Roots"][0]["Id"]
    units: dict[str, str] = {}
    for label, parent in parents.items():
        parent_id = units[parent] if parent else root
        name = UNIT_NAMES.get(label, label)
        answer = client.create_organizational_unit(ParentId=parent_id, Name=name)
        units[label] = answer["OrganizationalUnit"]["Id"]
    members = {}
    for label, unit in places.items():
        name = ACCOUNT_NAMES.get(label, label)
        answer = client.create_account(AccountName=name, Email=f"{label}@example.com")
        account_id = answer["CreateAccountStatus"]["AccountId"]
        client.move_account(
            AccountId=account_id, SourceParentId=root, DestinationParentId=units[unit]
        )
        members[label] = Account(moto, label, account_id)
    for label, values in tags.items():
        pairs = [{"Key": key, "Value": value} for key, value in values.items()]
        client.tag_resource(ResourceId=members[label].id, Tags=pairs)
    management_id = organization["MasterAccountId"]
    name = client.describe_account(AccountId=management_id)["Account"]["Name"]
    if name != MANAGEMENT:
        raise SystemExit(f"moto calls the management account {name!r}, not {MANAGEMENT!r}")
    under = tree(root, units, parents, places)
    return Organization(organization["Id"], management(moto, management_id), members, under)


def management(moto: Moto, account_id: str) -> Account:
    """The management account, which needs no role."""
    return Account(moto, MANAGEMENT, account_id, MANAGEMENT_CREDENTIALS)


def tree(
    root: str, units: dict[str, str], parents: dict[str, str | None], places: dict[str, str]
) -> dict[str, dict[str, int]]:
    """What stands under the root and each unit; the management account stands under the root."""
    below = Counter(units[parent] if parent else root for parent in parents.values())
    accounts = Counter(units[unit] for unit in places.values())
    accounts[root] += 1
    return {
        it: {"units": below[it], "accounts": accounts[it]} for it in (root, *units.values())
    }
