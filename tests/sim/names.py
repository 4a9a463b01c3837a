"""The names of the organization that is judged: those of `judge.toml`, once more by hand."""

from __future__ import annotations

# Accounts, by their names in Organizations. With the management account and the fillers they are
# more than the 20 of one page.
ARCHIVE = "log-archive"
WORKLOAD = "workload"
SUSPENDED = "suspended"
FILLERS = [f"team-{number:02}" for number in range(1, 23)]

# Unit -> the unit above it.
UNITS = {"Security": None, "Workloads": None}
TAGS = {"owner": "payments"}

ROLE_NAME = "TrailsealAudit"
EXTERNAL_ID = "trailseal"

ORGANIZATION_TRAIL = "organization-trail"
TRAIL = "workload-trail"
TRAIL_REGION = "eu-west-1"
BUCKETS = {"organization": "judge-organization-logs", "trail": "judge-workload-logs"}

# How an object lies in the trail's bucket -> its key.
OBJECTS = {
    "aes256": "ways/aes256",
    "kms": "ways/kms",
    "dsse": "ways/dsse",
    "plain": "ways/plain",
    "customer": "ways/customer",
}
