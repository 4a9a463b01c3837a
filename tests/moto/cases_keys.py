"""Cases of the key: its state, its owner and its policy."""

from __future__ import annotations

from aws import HOME_REGION, Account
from key_statements import OUTSIDE_ACCOUNT_ID
from scene import NEWEST, Scene, sealed_trail
from trails import (
    TRAIL_NAME,
    create_bucket,
    create_key,
    create_trail,
    deliver,
    documented_statements,
    key_id,
    trail_arn,
)

# moto never finishes a deletion, so a key that is gone is one that never was.
GONE_KEY_ID = "5f0c9d1e-0000-4000-8000-00000000900e"


def key_arn(account_id: str, region: str = HOME_REGION) -> str:
    """The ARN of a key that does not exist."""
    return f"arn:aws:kms:{region}:{account_id}:key/{GONE_KEY_ID}"


def key_disabled(scene: Scene) -> None:
    """Disabled after it had sealed objects. Its rotation stays on meanwhile."""
    account = scene.member("key-disabled")
    arn, _ = sealed_trail(account, scene.days(), rotates=True)
    account.client("kms").disable_key(KeyId=key_id(arn))


def key_pending_deletion(scene: Scene) -> None:
    account = scene.member("key-pending-deletion")
    arn, _ = sealed_trail(account, scene.days())
    account.client("kms").schedule_key_deletion(KeyId=key_id(arn), PendingWindowInDays=30)


def key_gone(scene: Scene) -> None:
    account = scene.member("key-gone")
    named_trail(account, key_arn(account.id), scene)


def key_outside(scene: Scene) -> None:
    """The key belongs to an account outside the organization, which shows it to nobody."""
    named_trail(scene.member("key-outside"), key_arn(OUTSIDE_ACCOUNT_ID), scene)


def key_imported(scene: Scene) -> None:
    """The key's material was brought by the customer: KMS does not rotate it by itself."""
    account = scene.member("key-imported")
    named_trail(account, create_key(account, origin="EXTERNAL"), scene)


def alias_key(scene: Scene) -> None:
    """The trail names its key by an alias, which moto gives back as it came."""
    account = scene.member("alias-key")
    arn = create_key(account, rotates=True)
    account.client("kms").create_alias(AliasName="alias/trail", TargetKeyId=arn)
    bucket = create_bucket(account)
    create_trail(account, bucket, "alias/trail")
    deliver(bucket, account, scene.days(), arn)


def named_trail(account: Account, arn: str, scene: Scene, last: float = NEWEST) -> None:
    """A trail that names this key, and objects under it."""
    bucket = create_bucket(account)
    create_trail(account, bucket, arn)
    deliver(bucket, account, scene.days(last=last), arn)


def policy_trail(account: Account, scene: Scene, statements: list[dict]) -> None:
    """A trail with this key policy beside the owner's own statement. Its last delivery is hours
    old: a younger one would speak against what the policy says."""
    named_trail(account, create_key(account, statements=statements), scene, last=3.0)


def policy_context_only(scene: Scene) -> None:
    """The statement that is copied from guide to guide: CloudTrail is granted by the encryption
    context of any trail of the account alone."""
    account = scene.member("policy-context-only")
    context = f"arn:aws:cloudtrail:*:{account.id}:trail/*"
    statement = {
        "Sid": "Allow CloudTrail to encrypt logs",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": context}},
    }
    policy_trail(account, scene, [statement])


def policy_denies(scene: Scene) -> None:
    """Granted as documented, and forbidden to every service besides. DescribeKey is left out of
    the denial: moto takes one of that for a denial to everybody."""
    account = scene.member("policy-denies")
    deny = {
        "Sid": "No services",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "kms:GenerateDataKey",
        "Resource": "*",
        "Condition": {"Bool": {"aws:PrincipalIsAWSService": "true"}},
    }
    policy_trail(account, scene, [*documented_statements(account), deny])


def policy_silent(scene: Scene) -> None:
    """The owner's own statement and no word of CloudTrail."""
    policy_trail(scene.member("policy-silent"), scene, [])


def policy_other_trail(scene: Scene) -> None:
    """As documented, for a trail that had another name."""
    account = scene.member("policy-other-trail")
    policy_trail(account, scene, documented_statements(account, trail=f"old-{TRAIL_NAME}"))


def policy_org_id(scene: Scene) -> None:
    """Bound to the organization, which nothing that CloudTrail's documentation says of its request
    tells."""
    account = scene.member("policy-org-id")
    statement = {
        "Sid": "Trails of the organization",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "aws:SourceOrgID": scene.organization.id,
                "aws:SourceArn": trail_arn(account, TRAIL_NAME, HOME_REGION),
            }
        },
    }
    policy_trail(account, scene, [statement])


CASES = [
    key_disabled,
    key_pending_deletion,
    key_gone,
    key_outside,
    key_imported,
    alias_key,
    policy_context_only,
    policy_denies,
    policy_silent,
    policy_other_trail,
    policy_org_id,
]
