"""Calls to KMS."""

from __future__ import annotations

import json

from case import Case
from clients import HOME
from names import ARCHIVE, TRAIL_REGION, WORKLOAD

ONE_ACCOUNT = "moto looks for a key in the caller's account alone: NotFoundException"
MISSING = "arn:aws:kms:eu-west-1:{workload}:key/00000000-0000-4000-8000-000000000000"


def is_policy(value) -> bool:
    """a policy document"""
    return isinstance(json.loads(value).get("Statement"), list)


CASES = [
    Case(
        "a key of one's own",
        "kms",
        "DescribeKey",
        {"KeyId": "{trail_key_arn}"},
        who=WORKLOAD,
        region=TRAIL_REGION,
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
    Case(
        "a key by its bare id",
        "kms",
        "DescribeKey",
        {"KeyId": "{trail_key}"},
        who=WORKLOAD,
        region=TRAIL_REGION,
        fields={"KeyMetadata.Arn": "{trail_key_arn}"},
    ),
    Case(
        "a key by its alias",
        "kms",
        "DescribeKey",
        {"KeyId": "alias/workload-trail"},
        who=WORKLOAD,
        region=TRAIL_REGION,
        cli=True,
        fields={"KeyMetadata.Arn": "{trail_key_arn}"},
    ),
    Case(
        "a key of another account, allowed",
        "kms",
        "DescribeKey",
        {"KeyId": "{organization_key_arn}"},
        who=WORKLOAD,
        region=HOME,
        cli=True,
        moto=ONE_ACCOUNT,
        fields={
            "KeyMetadata.Arn": "{organization_key_arn}",
            "KeyMetadata.AWSAccountId": "{management}",
        },
    ),
    Case(
        "a key of another account, denied",
        "kms",
        "DescribeKey",
        {"KeyId": "{trail_key_arn}"},
        who=ARCHIVE,
        region=TRAIL_REGION,
        error=("AccessDeniedException", 400),
        cli=True,
        moto=ONE_ACCOUNT,
    ),
    Case(
        "a key of strangers",
        "kms",
        "DescribeKey",
        {
            "KeyId": "arn:aws:kms:eu-west-1:{outsider}:key/00000000-0000-4000-8000-000000000000"
        },
        who=WORKLOAD,
        region=TRAIL_REGION,
        error=("AccessDeniedException", 400),
        moto=ONE_ACCOUNT,
    ),
    Case(
        "a key that is gone",
        "kms",
        "DescribeKey",
        {"KeyId": MISSING},
        who=WORKLOAD,
        region=TRAIL_REGION,
        error=("NotFoundException", 400),
        cli=True,
    ),
    Case(
        "a key's policy",
        "kms",
        "GetKeyPolicy",
        {"KeyId": "{trail_key_arn}", "PolicyName": "default"},
        who=WORKLOAD,
        region=TRAIL_REGION,
        cli=True,
        fields={"Policy": is_policy, "PolicyName": "default"},
    ),
    Case(
        "the policy of another account's key",
        "kms",
        "GetKeyPolicy",
        {"KeyId": "{organization_key_arn}", "PolicyName": "default"},
        who=WORKLOAD,
        region=HOME,
        error=("AccessDeniedException", 400),
        cli=True,
        moto=ONE_ACCOUNT,
    ),
    Case(
        "the policy of a key that is gone",
        "kms",
        "GetKeyPolicy",
        {"KeyId": MISSING, "PolicyName": "default"},
        who=WORKLOAD,
        region=TRAIL_REGION,
        error=("NotFoundException", 400),
    ),
    Case(
        "a key's rotation",
        "kms",
        "GetKeyRotationStatus",
        {"KeyId": "{trail_key_arn}"},
        who=WORKLOAD,
        region=TRAIL_REGION,
        cli=True,
        fields={"KeyRotationEnabled": True, "RotationPeriodInDays": 365},
    ),
    Case(
        "the rotation of another account's key, allowed",
        "kms",
        "GetKeyRotationStatus",
        {"KeyId": "{organization_key_arn}"},
        who=WORKLOAD,
        region=HOME,
        moto=ONE_ACCOUNT,
        fields={"KeyRotationEnabled": True},
    ),
]
