"""Cases of what lies in the bucket. Some of the keys are too open besides."""

from __future__ import annotations

from datetime import datetime

import key_statements
from aws import HOME_REGION, Account
from scene import DAY, Scene, sealed_trail
from trails import (
    ALL_MANAGEMENT_EVENTS,
    DATA_EVENTS_ONLY,
    READS_ONLY,
    TRAIL_NAME,
    create_bucket,
    create_key,
    create_trail,
    deliver,
    deliver_digest,
    log_folder,
    log_object_key,
    put,
)


def sealed(scene: Scene) -> None:
    account = scene.member("sealed")
    times = scene.days(count=12)
    _, bucket = sealed_trail(account, times, rotates=True)
    client = bucket.client()
    for key in strangers(account, scene.member("no-key"), times[-1]):
        put(client, bucket.name, key, b"", None)


def strangers(account: Account, other: Account, time: datetime) -> list[str]:
    """Objects that are no log objects of this account's trail, though they lie among them: each
    would fail the trail if it were taken for one, because none is sealed."""
    folder = log_folder(account.id, HOME_REGION, time)
    name = log_object_key(account.id, HOME_REGION, time).removeprefix(folder)
    second = time.strftime("%Y%m%dT%H%M%SZ")
    digest = f"{account.id}_CloudTrail-Digest_us-east-1_{TRAIL_NAME}_us-east-1_{second}.json.gz"
    digests = folder.replace("/CloudTrail/", "/CloudTrail-Digest/")
    insights = folder.replace("/CloudTrail/", "/CloudTrail-Insight/")
    elsewhere = log_object_key(account.id, "eu-north-1", time)
    of_another = log_object_key(other.id, HOME_REGION, time)
    return [
        digests + digest,
        f"{insights}{name.replace('_CloudTrail_', '_CloudTrail-Insight_')}",
        # Logs of another account and of a Region that the trail does not cover.
        of_another,
        elsewhere,
        # The same two, moved to where this trail delivers.
        folder + of_another.rsplit("/", 1)[1],
        folder + elsewhere.rsplit("/", 1)[1],
        # Nearly right: a folder of the day, a copy, another ending, a folder below, a short name.
        folder,
        f"{folder}copy-of-yesterday.json.gz",
        folder + name.removesuffix(".gz"),
        f"{folder}archive/{name}",
        folder + name.replace(".json.gz", "x.json.gz"),
        # Another tree, and one that only begins like this one.
        f"AWSLogs/{account.id}/Config/{HOME_REGION}/{name}",
        f"old/{folder}{name}",
    ]


def busy(scene: Scene) -> None:
    """More objects than a sample has. Digests are sealed since CloudTrail seals them. The key has the
    statement that CloudTrail's console writes: everybody of the account reads."""
    account = scene.member("busy")
    statements = key_statements.read_by_whole_account(account)
    key_arn, bucket = sealed_trail(account, scene.days(count=70), statements=statements)
    first, last = scene.days(count=2)
    deliver_digest(bucket, account, first, None)
    deliver_digest(bucket, account, last, key_arn)


def interleaved(scene: Scene) -> None:
    """Sealed, unsealed, sealed again, and unsealed at last, the newest digest too. Everybody may
    decrypt."""
    account = scene.member("interleaved")
    times = scene.days(count=10)
    statements = key_statements.read_by_everybody(account)
    key_arn, bucket = sealed_trail(account, times[:4] + times[6:8], statements=statements)
    deliver(bucket, account, times[4:6] + times[8:], None)
    deliver_digest(bucket, account, times[0], key_arn)
    deliver_digest(bucket, account, times[-1], None)


def old_aes256(scene: Scene) -> None:
    """Unsealed for a year until the key was set, sealed ever since. The trail records no writes. A
    role of an account outside the organization may decrypt."""
    account = scene.member("old-aes256")
    statements = key_statements.read_by_outsider(account)
    times = scene.days(first=2 * DAY, count=10)
    _, bucket = sealed_trail(account, times, READS_ONLY, statements=statements)
    deliver(bucket, account, scene.days(first=6 * DAY, last=5 * DAY, count=5), None)
    deliver(bucket, account, scene.days(first=365 * DAY, last=8 * DAY, count=20), None)


def no_objects(scene: Scene) -> None:
    """Nothing was delivered, no digest either. The trail records data events alone. What the key
    grants is bound by the account alone."""
    account = scene.member("no-objects")
    statements = key_statements.bound_to_account(account)
    sealed_trail(account, [], DATA_EVENTS_ONLY, statements=statements)
    account.client("cloudtrail").update_trail(Name=TRAIL_NAME, EnableLogFileValidation=True)


def objects_aes256(scene: Scene) -> None:
    """No object is under the key, which CloudTrail may use for anybody's trail."""
    account = scene.member("objects-aes256")
    own_key = create_key(account, statements=key_statements.not_bound())
    unlike_the_trail(account, scene.days(), own_key, None)


def wrong_key(scene: Scene) -> None:
    """Sealed, but under another key of the same account. A grant lets an account outside the
    organization decrypt with the trail's own."""
    account = scene.member("wrong-key")
    own_key = create_key(account)
    key_statements.grant_to_outsider(account, own_key)
    unlike_the_trail(account, scene.days(), own_key, create_key(account))


def unlike_the_trail(
    account: Account, times: list[datetime], own_key: str, key_arn: str | None
) -> None:
    """A trail with a key of its own, and objects that are under this one instead."""
    bucket = create_bucket(account)
    create_trail(account, bucket, own_key, selectors=ALL_MANAGEMENT_EVENTS)
    deliver(bucket, account, times, key_arn)


CASES = [
    sealed,
    busy,
    interleaved,
    old_aes256,
    no_objects,
    objects_aes256,
    wrong_key,
]
