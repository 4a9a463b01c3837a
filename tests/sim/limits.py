"""The published limits: to the request while the clock stands, and kept with botocore's standard
retries while it runs."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from botocore.config import Config
from botocore.exceptions import ClientError
from clients import CONFIG, MANAGEMENT, World
from control import Control
from names import SEALED

SECONDS = 3


@dataclass(frozen=True)
class Quota:
    """What AWS publishes for an operation, and who asks how often to see it kept."""

    service: str
    method: str
    who: str
    burst: int
    rate: int
    code: str
    questions: int


QUOTAS = [
    # AWS general reference, CloudTrail: 10 a second in each Region, no burst published.
    Quota("cloudtrail", "describe_trails", SEALED, 10, 10, "ThrottlingException", 200),
    # Organizations user guide, throttling limits: 8 a second, burst 12, for an account.
    Quota("organizations", "list_accounts", MANAGEMENT, 12, 8, "TooManyRequestsException", 40),
    # Account Management reference, quotas: 5 a second, burst 5.
    Quota("account", "list_regions", SEALED, 5, 5, "TooManyRequestsException", 40),
]

# As many as four bursts, by as many callers as a busy script has threads.
CALLS, CALLERS = 40, 4
# botocore stops after three attempts by default; callers of a throttled API raise that.
PATIENT = {"mode": "standard", "total_max_attempts": 10}


def problems(world: World, control: Control) -> list[str]:
    """What is wrong with the limits; they are off again afterwards, and the clock runs."""
    try:
        with control.frozen():
            control.tell("limits", {"enabled": True})
            lines = [line for it in QUOTAS for line in standing(it, world, control)]
        control.tell("limits", {"enabled": True})
        return lines + running(world, control)
    finally:
        control.tell("limits", {"enabled": False})


def standing(quota: Quota, world: World, control: Control) -> list[str]:
    """Exactly the burst while the clock stands, and exactly the rate for each second it moves."""
    ask = getattr(world.new_client(quota.who, quota.service), quota.method)

    def outcome(_) -> str:
        try:
            ask()
        except ClientError as refused:
            return refused.response["Error"]["Code"]
        return "answered"

    lines = []
    for second in range(SECONDS):
        with ThreadPoolExecutor(CALLERS) as pool:
            found = Counter(pool.map(outcome, range(quota.questions)))
        answered = quota.burst if second == 0 else quota.rate
        expected = {"answered": answered, quota.code: quota.questions - answered}
        if found != expected:
            where = f"limits: {quota.method}, second {second}"
            lines.append(f"{where}: {dict(found)}, expected {expected}")
        control.tell("clock", {"advance_s": 1})
    return lines


def running(world: World, control: Control) -> list[str]:
    """Four times the burst at once: every call is answered in the end, for botocore asks again."""
    client = world.new_client(SEALED, "cloudtrail", config=CONFIG.merge(Config(retries=PATIENT)))
    before = control.throttled("DescribeTrails")

    def ask(_) -> int:
        return client.describe_trails()["ResponseMetadata"]["RetryAttempts"]

    try:
        with ThreadPoolExecutor(CALLERS) as pool:
            retries = sum(pool.map(ask, range(CALLS)))
    except ClientError as refused:
        return [f"limits: botocore's standard retries do not recover: {refused}"]
    throttled = control.throttled("DescribeTrails") - before
    if throttled == 0 or throttled != retries:
        return [f"limits: botocore asked again {retries} times, the log has {throttled} throttles"]
    return []
