"""Cases of the trail itself: where it is, what it is called, where it delivers, whether it logs."""

from __future__ import annotations

from scene import Scene, sealed_trail
from trails import (
    ALL_MANAGEMENT_EVENTS,
    DATA_EVENTS_ONLY,
    TRAIL_NAME,
    create_bucket,
    create_key,
    create_trail,
    create_trail_elsewhere,
    deliver,
    documented_statements,
)

# As long as AWS allows, and with every kind of character that it allows.
LONG_NAME = ("long-trail-name." * 8)[:127] + "9"
DOTTED_NAME = "a.b-c_d.e"

AWKWARD_PREFIX = "team a+b/c d"


def no_key(scene: Scene) -> None:
    account = scene.member("no-key")
    bucket = create_bucket(account)
    create_trail(account, bucket, None)
    deliver(bucket, account, scene.days(), None)


def multi_region(scene: Scene) -> None:
    account = scene.member("multi-region")
    home = "eu-west-1"
    key_arn = create_key(account, home, rotates=True)
    bucket = create_bucket(account, home)
    create_trail(account, bucket, key_arn, region=home, multi_region=True)
    for region in (home, "us-east-1", "ap-southeast-2", "af-south-1"):
        deliver(bucket, account, scene.days(count=4), key_arn, region=region)


def everywhere_no_key(scene: Scene) -> None:
    """Every Region is recorded, and nothing is sealed."""
    account = scene.member("everywhere-no-key")
    bucket = create_bucket(account)
    create_trail(account, bucket, None, multi_region=True)
    for region in ("us-east-1", "eu-west-1"):
        deliver(bucket, account, scene.days(count=4), None, region=region)


def everywhere_empty(scene: Scene) -> None:
    """Every Region is recorded, and no object shows whether it is sealed."""
    account = scene.member("everywhere-empty")
    bucket = create_bucket(account)
    create_trail(account, bucket, create_key(account), multi_region=True)


def data_events_only(scene: Scene) -> None:
    """In every Region, but only data events: nothing that happens to the account is recorded."""
    account = scene.member("data-events-only")
    key_arn = create_key(account)
    bucket = create_bucket(account)
    create_trail(account, bucket, key_arn, multi_region=True, selectors=DATA_EVENTS_ONLY)
    for region in ("us-east-1", "us-west-2"):
        deliver(bucket, account, scene.days(count=4), key_arn, region=region)


def three_regions(scene: Scene) -> None:
    """A trail for each of three Regions, one of them without a key."""
    account = scene.member("three-regions")
    for name, region, has_key in (
        ("virginia", "us-east-1", True),
        ("frankfurt", "eu-central-1", False),
        ("tokyo", "ap-northeast-1", True),
    ):
        statements = documented_statements(account, region, name)
        key_arn = create_key(account, region, statements) if has_key else None
        bucket = create_bucket(account, region, name=name)
        create_trail(account, bucket, key_arn, region=region, name=name)
        deliver(bucket, account, scene.days(), key_arn, region=region)


def awkward_names(scene: Scene) -> None:
    account = scene.member("awkward-names")
    for name, bucket_name in ((LONG_NAME, "long"), (DOTTED_NAME, "dotted")):
        key_arn = create_key(account, statements=documented_statements(account, trail=name))
        bucket = create_bucket(account, name=bucket_name)
        create_trail(account, bucket, key_arn, name=name)
        deliver(bucket, account, scene.days(), key_arn)


def awkward_prefix(scene: Scene) -> None:
    """A prefix with blanks, a plus and a slash: each means something else in a URL."""
    account = scene.member("awkward-prefix")
    key_arn = create_key(account)
    bucket = create_bucket(account)
    create_trail(account, bucket, key_arn, prefix=AWKWARD_PREFIX)
    deliver(bucket, account, scene.days(), key_arn, prefix=f"{AWKWARD_PREFIX}/")


def two_prefixes(scene: Scene) -> None:
    """One bucket and one key for two trails: what lies under one prefix is sealed, what lies under
    the other is not."""
    account = scene.member("two-prefixes")
    names = ("first", "second")
    statements = [it for name in names for it in documented_statements(account, trail=name)]
    key_arn = create_key(account, statements=statements)
    bucket = create_bucket(account)
    for name in names:
        create_trail(account, bucket, key_arn, name=name, prefix=f"logs-of-{name}")
    deliver(bucket, account, scene.days(), key_arn, prefix="logs-of-first/")
    deliver(bucket, account, scene.days(), None, prefix="logs-of-second/")


def one_prefix(scene: Scene) -> None:
    """Two trails with a key each, whose objects lie among each other: names do not tell whose an
    object is."""
    account = scene.member("one-prefix")
    times = scene.days(count=12)
    bucket = create_bucket(account)
    for number, name in enumerate(("first", "second")):
        key_arn = create_key(account, statements=documented_statements(account, trail=name))
        create_trail(account, bucket, key_arn, name=name)
        deliver(bucket, account, times[number::2], key_arn)


def not_logging(scene: Scene) -> None:
    account = scene.member("not-logging")
    sealed_trail(account, scene.days())
    account.client("cloudtrail").stop_logging(Name=TRAIL_NAME)


def central_bucket(scene: Scene) -> None:
    """A trail whose bucket belongs to the account `log-archive`, under a prefix."""
    account = scene.member("central-bucket")
    archive = create_bucket(scene.member("log-archive"))
    key_arn = create_key(account, rotates=True)
    create_trail_elsewhere(account, archive, key_arn, prefix="central")
    deliver(archive, account, scene.days(), key_arn, prefix="central/")


def bucket_gone(scene: Scene) -> None:
    account = scene.member("bucket-gone")
    _, bucket = sealed_trail(account, scene.days())
    client = bucket.client()
    for item in client.list_objects_v2(Bucket=bucket.name)["Contents"]:
        client.delete_object(Bucket=bucket.name, Key=item["Key"])
    client.delete_bucket(Bucket=bucket.name)


def formula_name(scene: Scene) -> None:
    sealed_trail(scene.member("formula-name"), scene.days(), ALL_MANAGEMENT_EVENTS)


def markup_name(scene: Scene) -> None:
    account = scene.member("markup-name")
    bucket = create_bucket(account)
    create_trail(account, bucket, None)
    deliver(bucket, account, scene.days(), None)


CASES = [
    no_key,
    multi_region,
    everywhere_no_key,
    everywhere_empty,
    data_events_only,
    three_regions,
    awkward_names,
    awkward_prefix,
    two_prefixes,
    one_prefix,
    not_logging,
    central_bucket,
    bucket_gone,
    formula_name,
    markup_name,
]
