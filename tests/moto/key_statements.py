"""Statements of key policies, and a grant, that give more than they should. The policies let
CloudTrail seal and describe the key as documented, unless the name says otherwise."""

from __future__ import annotations

from aws import HOME_REGION, Account
from trails import documented_statements, key_id

# An account that is not of the organization; moto draws no such id.
OUTSIDE_ACCOUNT_ID = "999999999999"
OUTSIDE_ROLE = f"arn:aws:iam::{OUTSIDE_ACCOUNT_ID}:role/partner"

TRAIL_CONTEXT = "kms:EncryptionContext:aws:cloudtrail:arn"
CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}


def read_by_whole_account(account: Account) -> list[dict]:
    """What CloudTrail's console writes for readers."""
    condition = {
        "StringEquals": {"kms:CallerAccount": account.id},
        "StringLike": {TRAIL_CONTEXT: f"arn:aws:cloudtrail:*:{account.id}:trail/*"},
    }
    return [*documented_statements(account), reading({"AWS": "*"}, condition)]


def read_by_everybody(account: Account) -> list[dict]:
    """Any log of any trail, by anybody."""
    condition = {"Null": {TRAIL_CONTEXT: "false"}}
    return [*documented_statements(account), reading({"AWS": "*"}, condition)]


def read_by_outsider(account: Account) -> list[dict]:
    condition = {"Null": {TRAIL_CONTEXT: "false"}}
    return [*documented_statements(account), reading({"AWS": OUTSIDE_ROLE}, condition)]


def reading(principal: dict, condition: dict) -> dict:
    return {
        "Sid": "Enable log decryption",
        "Effect": "Allow",
        "Principal": principal,
        "Action": ["kms:Decrypt", "kms:ReEncryptFrom"],
        "Resource": "*",
        "Condition": condition,
    }


def bound_to_account(account: Account) -> list[dict]:
    """CloudTrail, for whatever trail of the account."""
    return [granting({"StringEquals": {"aws:SourceAccount": account.id}})]


def not_bound() -> list[dict]:
    """CloudTrail, for whatever trail."""
    return [granting({"Null": {"aws:SourceArn": "false"}})]


def granting(condition: dict) -> dict:
    return {
        "Sid": "Allow CloudTrail",
        "Effect": "Allow",
        "Principal": CLOUDTRAIL,
        "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": condition,
    }


def grant_to_outsider(account: Account, key_arn: str) -> None:
    account.client("kms", HOME_REGION).create_grant(
        KeyId=key_id(key_arn), GranteePrincipal=OUTSIDE_ROLE, Operations=["Decrypt", "DescribeKey"]
    )
