"""How often each kind of call was made: as often as the organization needs, and no more."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from recording import Call

# Children of a unit come in pages of 20, in AWS and in moto.
PAGE = 20

# Where ListTrails is asked: one Region answers for all.
LIST_TRAILS_REGION = "us-east-1"


@dataclass(frozen=True)
class Expected:
    """How many of each there are to ask for."""

    # Accounts that are not closed, the management account included: a session for each.
    sessions: int
    trails: int
    stores: int
    # Key ARN -> whether its rotation was judged.
    rotations: dict[str, bool]
    # Key ARN -> whether its readers were judged, which takes its grants.
    readers: dict[str, bool]


def problems(calls: list[Call], world: dict, expected: Expected) -> list[str]:
    by_name: dict[str, list[Call]] = {}
    for call in calls:
        by_name.setdefault(call.operation, []).append(call)

    def of(name: str) -> list[Call]:
        return by_name.get(name, [])

    regions = world["regions"]
    lines = every_target("DescribeTrails", of("cloudtrail:DescribeTrails"), expected, regions)
    stores = of("cloudtrail:ListEventDataStores")
    first_pages = [it for it in stores if "NextToken" not in arguments(it)]
    lines += every_target("ListEventDataStores", first_pages, expected, regions)
    listed = of("cloudtrail:ListTrails")
    lines += every_target("ListTrails", listed, expected, [LIST_TRAILS_REGION])
    selectors, got = of("cloudtrail:GetEventSelectors"), of("cloudtrail:GetEventDataStore")
    lines += at_home("GetEventSelectors", selectors, "TrailName", expected.trails)
    lines += at_home("GetEventDataStore", got, "EventDataStore", expected.stores)
    lines += of_keys("GetKeyRotationStatus", of("kms:GetKeyRotationStatus"), expected.rotations)
    lines += of_keys("ListGrants", of("kms:ListGrants"), expected.readers)

    lines += exactly("ListRoots", ["" for _ in of("organizations:ListRoots")], {"": 1})
    for name, kind in (
        ("ListOrganizationalUnitsForParent", "units"),
        ("ListAccountsForParent", "accounts"),
    ):
        pages = {parent: max(1, -(-it[kind] // PAGE)) for parent, it in world["tree"].items()}
        lines += exactly(name, values(of(f"organizations:{name}"), "ParentId"), pages)
    tagged = values(of("organizations:ListTagsForResource"), "ResourceId")
    lines += exactly("ListTagsForResource", tagged, dict.fromkeys(world["accounts"].values(), 1))
    return lines


def arguments(call: Call) -> dict:
    return json.loads(call.body or b"{}")


def values(calls: list[Call], name: str) -> list[str]:
    return [arguments(call)[name] for call in calls]


def exactly(name: str, found: Iterable[str], expected: dict[str, int]) -> list[str]:
    """Each subject as often as it must be, none besides."""
    counts = Counter(found)
    return [
        f"recording: {name} of {subject or 'the organization'}: {counts[subject]} times, "
        f"expected {expected.get(subject, 0)}"
        for subject in sorted(set(expected) | set(counts))
        if counts[subject] != expected.get(subject, 0)
    ]


def every_target(
    name: str, calls: list[Call], expected: Expected, regions: list[str]
) -> list[str]:
    """Every session asks once in each of these Regions."""
    found = Counter((call.access_key, call.region) for call in calls)
    keys = sorted({key for key, _ in found})
    lines = []
    if len(keys) != expected.sessions:
        lines.append(f"recording: {name} by {len(keys)} sessions, expected {expected.sessions}")
    targets = {(key, region) for key in keys for region in regions}
    lines += [
        f"recording: {name} in {region} by {key}: {found[key, region]} times, "
        f"expected {int((key, region) in targets)}"
        for key, region in sorted(targets | set(found))
        if found[key, region] != int((key, region) in targets)
    ]
    return lines


def at_home(name: str, calls: list[Call], parameter: str, count: int) -> list[str]:
    """Asked once for each trail or store, by its ARN in its own Region."""
    found = values(calls, parameter)
    lines = exactly(name, found, dict.fromkeys(found, 1))
    lines += [
        f"recording: {name} of {arn} in {call.region}"
        for arn, call in zip(found, calls)
        if f":cloudtrail:{call.region}:" not in arn
    ]
    if len(set(found)) != count:
        lines.append(f"recording: {name} of {len(set(found))} subjects, expected {count}")
    return lines


def of_keys(name: str, calls: list[Call], keys: dict[str, bool]) -> list[str]:
    """Once for each key that was judged by it, and at most once for any other of the trails."""
    by_id = {arn.rsplit("/", 1)[1]: arn for arn in keys}
    asked = [it.rsplit("/", 1)[-1] for it in values(calls, "KeyId")]
    counts = Counter(asked)
    lines = [
        f"recording: {name} of {key_id}, which no trail names"
        for key_id in sorted(set(asked) - set(by_id))
    ]
    for key_id, arn in sorted(by_id.items()):
        if counts[key_id] > 1 or counts[key_id] < int(keys[arn]):
            lines.append(f"recording: {name} of {arn}: {counts[key_id]} times")
    lines += [
        f"recording: {name} of {by_id[key_id]} in {call.region}"
        for key_id, call in zip(asked, calls)
        if f":kms:{call.region}:" not in by_id.get(key_id, f":kms:{call.region}:")
    ]
    return lines
