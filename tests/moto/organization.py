"""The organization: its units, and one member account per case."""

from __future__ import annotations

from dataclasses import dataclass

from aws import Account, Moto

# Unit -> parent unit; None is the root. Order matters: a parent stands before its children.
UNITS = {
    "Security": None,
    "Workloads": None,
    "Production": "Workloads",
    "Payments": "Production",
    "Sandbox": None,
}

# Account -> unit. The account's name is the label of its case.
ACCOUNTS = {
    "log-archive": "Security",
    "central-bucket": "Security",
    "sealed": "Payments",
    "multi-region": "Payments",
    "alias-key": "Payments",
    "busy": "Production",
    "old-aes256": "Production",
    "interleaved": "Production",
    "objects-aes256": "Production",
    "key-disabled": "Production",
    "key-pending-deletion": "Production",
    "not-logging": "Workloads",
    "no-key": "Workloads",
    "no-objects": "Workloads",
    "bucket-gone": "Workloads",
    "suspended": "Sandbox",
    # No trail at all; with them ListAccounts needs a second page of 20.
    "sandbox-1": "Sandbox",
    "policy-denies": "Sandbox",
    "policy-context-only": "Sandbox",
    "policy-silent": "Sandbox",
}


@dataclass
class Organization:
    id: str
    management_id: str
    management_name: str
    members: dict[str, Account]


def build(moto: Moto) -> Organization:
    """Creates the organization; one call after the other, so that moto's ids repeat."""
    client = moto.client("organizations")
    organization = client.create_organization(FeatureSet="ALL")["Organization"]
    root = client.list_roots()["Roots"][0]["Id"]
    units: dict[str, str] = {}
    for name, parent in UNITS.items():
        parent_id = units[parent] if parent else root
        answer = client.create_organizational_unit(ParentId=parent_id, Name=name)
        units[name] = answer["OrganizationalUnit"]["Id"]
    members = {}
    for name, unit in ACCOUNTS.items():
        answer = client.create_account(AccountName=name, Email=f"{name}@example.com")
        account_id = answer["CreateAccountStatus"]["AccountId"]
        client.move_account(
            AccountId=account_id, SourceParentId=root, DestinationParentId=units[unit]
        )
        members[name] = Account(moto, name, account_id)
    management_id = organization["MasterAccountId"]
    management = client.describe_account(AccountId=management_id)["Account"]
    return Organization(organization["Id"], management_id, management["Name"], members)
