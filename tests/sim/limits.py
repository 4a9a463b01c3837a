"""The published limits: to the request while the clock stands, and kept with botocore's standard
retries while it runs."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from botocore.config import Config
from botocore.exceptions import ClientError
from clients import CONFIG, HOME, World
from control import Control
from names import SEALED

# CloudTrail's quota for DescribeTrails in an account and Region: 10 a second, no burst published.
RATE = BURST = 10
QUESTIONS = 200
SECONDS = 3

# As many as four bursts, by as many callers as a busy script has threads.
CALLS, CALLERS = 40, 4
# botocore stops after three attempts by default; callers of a throttled API raise that.
PATIENT = {"mode": "standard", "total_max_attempts": 10}


def problems(world: World, control: Control) -> list[str]:
    """What is wrong with the limits; they are off again afterwards, and the clock runs."""
    try:
        with control.frozen():
            control.tell("limits", {"enabled": True})
            lines = standing(world, control)
        control.tell("limits", {"enabled": True})
        return lines + running(world, control)
    finally:
        control.tell("limits", {"enabled": False})


def standing(world: World, control: Control) -> list[str]:
    """Exactly the burst while the clock stands, and exactly the rate for each second it moves."""
    client = world.new_client(SEALED, "cloudtrail", HOME)

    def ask(_) -> str:
        try:
            client.describe_trails()
        except ClientError as refused:
            return refused.response["Error"]["Code"]
        return "answered"

    lines = []
    for second in range(SECONDS):
        with ThreadPoolExecutor(CALLERS) as pool:
            found = Counter(pool.map(ask, range(QUESTIONS)))
        answered = BURST if second == 0 else RATE
        expected = {"answered": answered, "ThrottlingException": QUESTIONS - answered}
        if found != expected:
            lines.append(f"limits: {dict(found)} after {second} seconds, expected {expected}")
        control.tell("clock", {"advance_s": 1})
    return lines


def running(world: World, control: Control) -> list[str]:
    """Four times the burst at once: every call is answered in the end, for botocore asks again."""
    client = world.new_client(
        SEALED, "cloudtrail", HOME, config=CONFIG.merge(Config(retries=PATIENT))
    )
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
