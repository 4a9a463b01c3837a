"""What every case is given, and the plainest of all trails.

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
    Bucket,
    create_bucket,
    create_key,
    create_trail,
    deliver,
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

    def member(self, label: str) -> Account:
        return self.organization.members[label]

    def days(self, first: float = OLDEST, last: float = NEWEST, count: int = 6) -> list[datetime]:
        return spread(self.now, first, last, count)


def sealed_trail(
    account: Account,
    times: list[datetime],
    selectors: dict = ALL_MANAGEMENT_EVENTS,
    *,
    rotates: bool = False,
    statements: list[dict] | None = None,
) -> tuple[str, Bucket]:
    """Key, bucket, trail, and objects under the key: nothing wrong yet, but for what these statements
    of the key policy say instead of the documented ones."""
    key_arn = create_key(account, rotates=rotates, statements=statements)
    bucket = create_bucket(account)
    create_trail(account, bucket, key_arn, selectors=selectors)
    deliver(bucket, account, times, key_arn)
    return key_arn, bucket
