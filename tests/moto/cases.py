"""The cases, one member account each; what each must come to stands in `expected-findings.csv`."""

from __future__ import annotations

import cases_keys
import cases_objects
import cases_trails
import lake
from scene import Scene


def build(scene: Scene, *, with_lake: bool) -> None:
    """Everything but the suspended account, one call after the other, so that ids repeat. Stock moto
    knows no event data stores: there the account `lake` has nothing."""
    topics = [cases_objects, cases_keys, cases_trails]
    for topic in [*topics, lake] if with_lake else topics:
        for case in topic.CASES:
            case(scene)
