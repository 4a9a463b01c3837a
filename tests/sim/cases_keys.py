"""Calls to KMS."""

from __future__ import annotations

import json

from case import Case, Matches
from names import (
    ELSEWHERE,
    GRANTED,
    REFUSED,
    SERVICES,
    THREE_REGIONS,
    VETERAN,
    WORKLOAD,
)

ONE_ACCOUNT = "moto looks for a key in the caller's account alone: NotFoundException"
MISSING = "arn:aws:kms:us-east-1:{workload}:key/00000000-0000-4000-8000-000000000000"
STRANGE = "arn:aws:kms:us-east-1:{outsider}:key/00000000-0000-4000-8000-000000000000"


def is_policy(value) -> bool:
    """a policy document"""
    return isinstance(json.loads(value).get("Statement"), list)


def kms(name: str, operation: str, key: str, **options) -> Case:
    """A call about one key, by the workload unless it is said otherwise."""
    parameters = {"KeyId": key}
    if operation == "GetKeyPolicy":
        parameters["PolicyName"] = "default"
    return Case(name, "kms", operation, parameters, **({"who": WORKLOAD} | options))


CASES = [
    kms(
        "a key of one's own",
        "DescribeKey",
        "{trail_key_arn}",
        cli=True,
        fields={
            "KeyMetadata.Arn": "{trail_key_arn}",
            "KeyMetadata.KeyId": "{trail_key}",
            "KeyMetadata.AWSAccountId": "{workload}",
            "KeyMetadata.KeyState": "Enabled",
            "KeyMetadata.Enabled": True,
            "KeyMetadata.KeyManager": "CUSTOMER",
            "KeyMetadata.KeySpec": "SYMMETRIC_DEFAULT",
            "KeyMetadata.MultiRegion": False,
        },
    ),
    kms(
        "a key by its bare id",
        "DescribeKey",
        "{trail_key}",
        cli=True,
        fields={"KeyMetadata.Arn": "{trail_key_arn}"},
    ),
    kms(
        "a key of one's own elsewhere",
        "DescribeKey",
        "{elsewhere_key_arn}",
        who=THREE_REGIONS,
        region=ELSEWHERE,
        fields={"KeyMetadata.Arn": "{elsewhere_key_arn}"},
    ),
    kms(
        "a key of another account, allowed",
        "DescribeKey",
        "{granted_key_arn}",
        who=GRANTED,
        cli=True,
        moto=ONE_ACCOUNT,
        fields={"KeyMetadata.Arn": "{granted_key_arn}", "KeyMetadata.KeyState": "Enabled"},
    ),
    kms(
        "a key of another account, denied",
        "DescribeKey",
        "{refused_key_arn}",
        who=REFUSED,
        error=("AccessDeniedException", 400),
        message=Matches(
            r"User: arn:aws:sts::{refused}:assumed-role/{role_name}/judge is not authorized to "
            r"perform: kms:DescribeKey on resource: {refused_key_arn} because no "
            r"(identity|resource)-based policy allows the kms:DescribeKey action"
        ),
        cli=True,
        moto=ONE_ACCOUNT,
    ),
    kms(
        "a key of strangers",
        "DescribeKey",
        STRANGE,
        error=("AccessDeniedException", 400),
        moto=ONE_ACCOUNT,
    ),
    kms("a key that is gone", "DescribeKey", MISSING, error=("NotFoundException", 400), cli=True),
    kms(
        "a key that is in another Region",
        "DescribeKey",
        "{trail_key}",
        region=ELSEWHERE,
        error=("NotFoundException", 400),
    ),
    kms(
        "a key without the members that came later",
        "DescribeKey",
        "{of_veteran_key_arn}",
        who=VETERAN,
        cli=True,
        moto="moto has no keys of earlier years",
        fields={
            "KeyMetadata.KeySpec": None,
            "KeyMetadata.CreationDate": None,
            "KeyMetadata.CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        },
    ),
    kms("a name of no key", "DescribeKey", "alias/nobody", error=("NotFoundException", 400)),
    kms(
        "a key's policy",
        "GetKeyPolicy",
        "{trail_key_arn}",
        cli=True,
        fields={"Policy": is_policy, "PolicyName": "default"},
    ),
    kms(
        "the policy of another account's key",
        "GetKeyPolicy",
        "{granted_key_arn}",
        who=GRANTED,
        error=("AccessDeniedException", 400),
        cli=True,
        moto=ONE_ACCOUNT,
    ),
    kms(
        "the policy of a key that is gone",
        "GetKeyPolicy",
        MISSING,
        error=("NotFoundException", 400),
        cli=True,
    ),
    kms(
        "a key's rotation",
        "GetKeyRotationStatus",
        "{trail_key_arn}",
        cli=True,
        fields={"KeyRotationEnabled": True, "RotationPeriodInDays": 365},
    ),
    kms(
        "the rotation of another account's key, allowed",
        "GetKeyRotationStatus",
        "{granted_key_arn}",
        who=GRANTED,
        moto=ONE_ACCOUNT,
        fields={"KeyRotationEnabled": True},
    ),
    Case(
        "the names of a key",
        "kms",
        "ListAliases",
        {"KeyId": "{trail_key}"},
        who=WORKLOAD,
        fields={"Aliases[].AliasName": "{aliases}", "Truncated": False},
    ),
    Case(
        "keys",
        "kms",
        "ListKeys",
        who=WORKLOAD,
        cli=True,
        fields={"Keys[].KeyArn | contains(@, '{trail_key_arn}')": True},
    ),
    Case(
        "the tags of a key",
        "kms",
        "ListResourceTags",
        {"KeyId": "{trail_key}"},
        who=WORKLOAD,
        fields={"Truncated": False},
    ),
    Case(
        "the grants of a key",
        "kms",
        "ListGrants",
        {"KeyId": "{trail_key_arn}"},
        who=WORKLOAD,
        fields={"Truncated": False},
    ),
    Case(
        "the grants of services",
        "kms",
        "ListGrants",
        {"KeyId": "{of_services_key_arn}"},
        who=SERVICES,
        cli=True,
        moto="nothing is granted in moto's organization",
        fields={
            "Grants[].GranteePrincipal | [:2]": [
                "rds.us-east-1.amazonaws.com",
                "dynamodb.us-east-1.amazonaws.com",
            ],
            "Grants[3].GranteeServicePrincipal": "rds.amazonaws.com",
            "Grants[1].Constraints.EncryptionContextSubset | keys(@) | sort(@)": [
                "aws:dynamodb:subscriberId",
                "aws:dynamodb:tableName",
            ],
            "Truncated": False,
        },
    ),
    kms(
        "the rotation of another account's key, denied",
        "GetKeyRotationStatus",
        "{refused_key_arn}",
        who=REFUSED,
        error=("AccessDeniedException", 400),
        moto=ONE_ACCOUNT,
    ),
]
