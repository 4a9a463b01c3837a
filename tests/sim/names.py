"""The names of the accounts in `judge.toml`, once more by hand: what a call is about begins there.

What lies in an account has names that the simulator draws; `facts.py` asks for them.
"""

from __future__ import annotations

from datetime import datetime, timezone

MANAGEMENT_NAME = "management"
ARCHIVE = "log-archive"
# A sealed trail of every Region, homed in us-east-1.
WORKLOAD = "workload"
# A sealed trail of one Region, with more deliveries.
SEALED = "sealed"
# A trail for each of three Regions, eu-west-1 among them.
THREE_REGIONS = "three-regions"
# A trail whose key is another account's, which lets this one see it, or does not.
GRANTED = "granted"
REFUSED = "refused"
# Event data stores, with a key and without.
LAKE = "lake"
# A key that services hold grants of.
SERVICES = "services"
# A key that is described without the members that came later.
VETERAN = "veteran"
# A trail that notifies a topic and sends to a log group, both in vain.
CHANNELS = "channels"
# A trail whose selectors the console wrote.
CONSOLE = "console"
# A trail whose bucket keeps versions, has a bucket key and replicates.
VERSIONED = "way-versioned"
SUSPENDED = "suspended"
# One of the accounts of the sandbox, where a service control policy denies CloudTrail in a Region.
FENCED, FENCED_REGION = "team-00001", "us-west-2"

# How objects lie -> the account whose trail delivers such.
WAYS = {
    "aes256": "way-aes256",
    "kms": SEALED,
    "dsse": "way-dsse",
    "plain": "way-plain",
    "customer": "way-customer",
}

UNITS = ("Sandbox", "Security", "Workloads")
TAGS = {"owner": "payments"}

ROLE_NAME = "TrailsealAudit"
EXTERNAL_ID = "trailseal"

# A Region where no trail of these is homed but one of THREE_REGIONS.
ELSEWHERE = "eu-west-1"

# The simulated time when the simulator starts.
START = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
