"""The published limits: to the request while the clock stands, and kept with botocore's standard
retries while it runs."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from botocore.config import Config
from botocore.exceptions import ClientError
from clients import CONFIG, HOME, World
from names import SEALED

# CloudTrail's quota for DescribeTrails in an account and Region: 10 a second, no burst published.
RATE = BURST = 10
QUESTIONS = 200
SECONDS = 3

# As many as four bursts, by as many callers as a busy script has threads.
CALLS, CALLERS = 40, 4
# botocore stops after three attempts by default; callers of a throttled API raise that.
PATIENT = {"mode": "standard", "total_max_attempts": 10}


class Control:
    """The simulator's own interface, which no AWS client knows."""

    def __init__(self, address: str) -> None:
        self._address = address

    def tell(self, path: str, what: dict | None = None, method: str = "POST") -> dict:
        body = None if what is None else json.dumps(what).encode()
        request = urllib.request.Request(self._address + path, data=body, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def ask(self, path: str) -> dict:
        return self.tell(path, method="GET")

    def throttled(self, operation: str) -> int:
        calls = self.ask("log")["operations"]
        return sum(it["throttled"] for it in calls if it["operation"] == operation)


def problems(world: World, control: Control) -> list[str]:
    """What is wrong with the limits; they are off again afterwards, and the clock runs."""
    now = control.ask("clock")["now"]
    try:
        control.tell("clock", {"freeze": now})
        control.tell("limits", {"enabled": True})
        lines = standing(world, control)
        control.tell("clock", {"run_from": control.ask("clock")["now"]})
        control.tell("limits", {"enabled": True})
        return lines + running(world, control)
    finally:
        control.tell("limits", {"enabled": False})
        control.tell("clock", {"run_from": now})


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
