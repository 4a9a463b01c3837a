"""Cases of what lies in the bucket."""

from __future__ import annotations

from datetime import datetime

from aws import HOME_REGION, Account
from scene import DAY, Scene, sealed_trail
from trails import (
    ALL_MANAGEMENT_EVENTS,
    DATA_EVENTS_ONLY,
    READS_ONLY,
    TRAIL_NAME,
    Bucket,
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
    """More objects than a sample has. Digests are sealed since CloudTrail seals them."""
    account = scene.member("busy")
    key_arn, bucket = sealed_trail(account, scene.days(count=70))
    first, last = scene.days(count=2)
    deliver_digest(bucket, account, first, None)
    deliver_digest(bucket, account, last, key_arn)


def interleaved(scene: Scene) -> None:
    """Sealed, unsealed, sealed again, and unsealed at last, the newest digest too."""
    account = scene.member("interleaved")
    times = scene.days(count=10)
    key_arn, bucket = sealed_trail(account, times[:4] + times[6:8])
    deliver(bucket, account, times[4:6] + times[8:], None)
    deliver_digest(bucket, account, times[0], key_arn)
    deliver_digest(bucket, account, times[-1], None)


def old_aes256(scene: Scene) -> None:
    """Unsealed for a year until the key was set, sealed ever since. The trail records no writes."""
    account = scene.member("old-aes256")
    _, bucket = sealed_trail(account, scene.days(first=2 * DAY, count=10), READS_ONLY)
    deliver(bucket, account, scene.days(first=6 * DAY, last=5 * DAY, count=5), None)
    deliver(bucket, account, scene.days(first=365 * DAY, last=8 * DAY, count=20), None)


def no_objects(scene: Scene) -> None:
    """Nothing was delivered, no digest either. The trail records data events alone."""
    account = scene.member("no-objects")
    sealed_trail(account, [], DATA_EVENTS_ONLY)
    account.client("cloudtrail").update_trail(Name=TRAIL_NAME, EnableLogFileValidation=True)


def objects_aes256(scene: Scene) -> None:
    unlike_the_trail(scene.member("objects-aes256"), scene.days(), None)


def wrong_key(scene: Scene) -> None:
    """Sealed, but under another key of the same account."""
    account = scene.member("wrong-key")
    unlike_the_trail(account, scene.days(), create_key(account))


def unlike_the_trail(account: Account, times: list[datetime], key_arn: str | None) -> Bucket:
    """A trail with a key of its own, and objects that are under this one instead."""
    bucket = create_bucket(account)
    create_trail(account, bucket, create_key(account), selectors=ALL_MANAGEMENT_EVENTS)
    deliver(bucket, account, times, key_arn)
    return bucket


CASES = [
    sealed,
    busy,
    interleaved,
    old_aes256,
    no_objects,
    objects_aes256,
    wrong_key,
]
