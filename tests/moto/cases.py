"""The cases, one member account each; what each must come to stands in `expected-findings.csv`.

Every delivery time lies well inside the last seven days, so that neither the seconds between
seeding and scanning nor a change of day moves an object out of the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aws import Account
from organization import Organization
from trails import (
    ALL_MANAGEMENT_EVENTS,
    DATA_EVENTS_ONLY,
    READS_ONLY,
    TRAIL_NAME,
    create_bucket,
    create_key,
    create_trail,
    deliver,
    documented_statements,
    key_id,
    log_folder,
    put,
    spread,
)

DAY = 24.0
# Times of delivery in hours before now.
OLDEST = 6 * DAY
NEWEST = 0.5


@dataclass
class Scene:
    organization: Organization
    now: datetime

    def member(self, name: str) -> Account:
        return self.organization.members[name]

    def days(self, first: float = OLDEST, last: float = NEWEST, count: int = 6) -> list[datetime]:
        return spread(self.now, first, last, count)


def build(scene: Scene) -> None:
    """Everything but the suspended account, one call after the other, so that ids repeat."""
    sealed(scene)
    no_key(scene)
    multi_region(scene)
    key_disabled(scene)
    key_pending_deletion(scene)
    objects_aes256(scene)
    not_logging(scene)
    central_bucket(scene)
    busy(scene)
    interleaved(scene)
    old_aes256(scene)
    no_objects(scene)
    alias_key(scene)
    bucket_gone(scene)
    policy_context_only(scene)
    policy_denies(scene)
    policy_silent(scene)


def sealed_trail(
    account: Account, times: list[datetime], selectors: dict = ALL_MANAGEMENT_EVENTS
):
    """Key, bucket, trail, and objects under the key: nothing wrong yet."""
    key_arn = create_key(account)
    bucket = create_bucket(account)
    create_trail(account, bucket, key_arn, selectors=selectors)
    deliver(bucket, account, times, key_arn)
    return key_arn, bucket


def sealed(scene: Scene) -> None:
    account = scene.member("sealed")
    times = scene.days(count=12)
    _, bucket = sealed_trail(account, times)
    # Unsealed, but no log objects: a digest, an object that only lies beside the logs, a folder.
    folder = log_folder(account.id, "us-east-1", times[-1])
    digests = folder.replace("/CloudTrail/", "/CloudTrail-Digest/")
    stamp = times[-1].strftime("%Y%m%dT%H%M%SZ")
    digest = f"{account.id}_CloudTrail-Digest_us-east-1_{TRAIL_NAME}_us-east-1_{stamp}.json.gz"
    client = bucket.client()
    for key in (digests + digest, folder + "copy-of-yesterday.json.gz", folder):
        put(client, bucket.name, key, b"", None)


def no_key(scene: Scene) -> None:
    account = scene.member("no-key")
    bucket = create_bucket(account)
    create_trail(account, bucket, None)
    deliver(bucket, account, scene.days(), None)


def multi_region(scene: Scene) -> None:
    account = scene.member("multi-region")
    home = "eu-west-1"
    key_arn = create_key(account, home)
    bucket = create_bucket(account, home)
    create_trail(account, bucket, key_arn, region=home, multi_region=True)
    for region in (home, "us-east-1", "ap-southeast-2", "af-south-1"):
        deliver(bucket, account, scene.days(count=4), key_arn, region=region)


def key_disabled(scene: Scene) -> None:
    account = scene.member("key-disabled")
    key_arn, _ = sealed_trail(account, scene.days())
    account.client("kms").disable_key(KeyId=key_id(key_arn))


def key_pending_deletion(scene: Scene) -> None:
    account = scene.member("key-pending-deletion")
    key_arn, _ = sealed_trail(account, scene.days())
    account.client("kms").schedule_key_deletion(KeyId=key_id(key_arn), PendingWindowInDays=30)


def objects_aes256(scene: Scene) -> None:
    account = scene.member("objects-aes256")
    key_arn = create_key(account)
    bucket = create_bucket(account)
    create_trail(account, bucket, key_arn)
    deliver(bucket, account, scene.days(), None)


def not_logging(scene: Scene) -> None:
    account = scene.member("not-logging")
    sealed_trail(account, scene.days())
    account.client("cloudtrail").stop_logging(Name=TRAIL_NAME)


def central_bucket(scene: Scene) -> None:
    """A trail whose bucket belongs to the account `log-archive`, under a prefix."""
    account = scene.member("central-bucket")
    archive = create_bucket(scene.member("log-archive"))
    key_arn = create_key(account)
    # moto's CreateTrail wants a bucket of the trail's own account, its UpdateTrail takes any.
    scaffold = create_bucket(account, name="scaffold")
    create_trail(account, scaffold, key_arn)
    account.client("cloudtrail").update_trail(
        Name=TRAIL_NAME, S3BucketName=archive.name, S3KeyPrefix="central"
    )
    scaffold.client().delete_bucket(Bucket=scaffold.name)
    deliver(archive, account, scene.days(), key_arn, prefix="central/")


def busy(scene: Scene) -> None:
    """More objects than a sample of the newest may speak for."""
    sealed_trail(scene.member("busy"), scene.days(count=70))


def interleaved(scene: Scene) -> None:
    """Sealed, unsealed, sealed again, and unsealed at last."""
    account = scene.member("interleaved")
    times = scene.days(count=10)
    _, bucket = sealed_trail(account, times[:4] + times[6:8])
    deliver(bucket, account, times[4:6] + times[8:], None)


def old_aes256(scene: Scene) -> None:
    """Unsealed until the key was set, sealed ever since. The trail records no writes."""
    account = scene.member("old-aes256")
    _, bucket = sealed_trail(account, scene.days(first=2 * DAY, count=10), READS_ONLY)
    deliver(bucket, account, scene.days(first=6 * DAY, last=5 * DAY, count=5), None)


def no_objects(scene: Scene) -> None:
    """Nothing was delivered. The trail records data events alone."""
    sealed_trail(scene.member("no-objects"), [], DATA_EVENTS_ONLY)


def alias_key(scene: Scene) -> None:
    """The trail names its key by an alias, which moto gives back as it came."""
    account = scene.member("alias-key")
    key_arn = create_key(account)
    account.client("kms").create_alias(AliasName="alias/trail", TargetKeyId=key_arn)
    bucket = create_bucket(account)
    create_trail(account, bucket, "alias/trail")
    deliver(bucket, account, scene.days(), key_arn)


def bucket_gone(scene: Scene) -> None:
    account = scene.member("bucket-gone")
    _, bucket = sealed_trail(account, scene.days())
    client = bucket.client()
    for item in client.list_objects_v2(Bucket=bucket.name)["Contents"]:
        client.delete_object(Bucket=bucket.name, Key=item["Key"])
    client.delete_bucket(Bucket=bucket.name)


def policy_trail(account: Account, scene: Scene, statements: list[dict]) -> None:
    """A trail with this key policy beside the owner's own statement. Its last delivery is hours
    old: a younger one would speak against what the policy says."""
    key_arn = create_key(account, statements=statements)
    bucket = create_bucket(account)
    create_trail(account, bucket, key_arn)
    deliver(bucket, account, scene.days(last=3.0), key_arn)


def policy_context_only(scene: Scene) -> None:
    """CloudTrail is granted by the encryption context of any trail of the account alone."""
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
    """Granted as documented, and forbidden to every service besides."""
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
