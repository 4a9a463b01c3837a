"""The organization gets a trail of its own: the second stage of the judge.

In the first stage an account is covered, or not, by its own trails alone. This trail reaches every
account, so with it no account would be certainly uncovered any more; that is why it comes later.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from organization import Organization
from trails import (
    Bucket,
    create_bucket,
    create_key,
    create_trail_elsewhere,
    deliver,
    documented_statements,
)

NAME = "organization-trail"
PREFIX = "all accounts"

# Accounts whose calls it has logs of, and where.
DELIVERED = {
    "sealed": ("us-east-1", "us-west-2"),
    "sandbox-1": ("us-east-1",),
    "formula-name": ("us-east-1", "ap-south-1"),
}


def create(organization: Organization) -> tuple[Bucket, str]:
    """Trail in the management account; bucket and key in the account `log-archive`."""
    management, archive = organization.management, organization.members["log-archive"]
    statements = documented_statements(management, trail=NAME)
    key_arn = create_key(archive, statements=statements, rotates=True)
    bucket = create_bucket(archive, name="organization")
    create_trail_elsewhere(
        management,
        bucket,
        key_arn,
        name=NAME,
        prefix=PREFIX,
        multi_region=True,
        organization=True,
    )
    return bucket, key_arn


def build(organization: Organization, now: datetime) -> None:
    """The trail, and what it delivered."""
    bucket, key_arn = create(organization)
    # The one of tomorrow does not count before its time.
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    times = [midnight + timedelta(days=day) for day in (-2, -1, 0, 1)]
    accounts = {organization.management: ("us-east-1",)} | {
        organization.members[label]: regions for label, regions in DELIVERED.items()
    }
    for account, regions in accounts.items():
        for region in regions:
            deliver(
                bucket,
                account,
                times,
                key_arn,
                region=region,
                prefix=f"{PREFIX}/",
                organization_id=organization.id,
            )
