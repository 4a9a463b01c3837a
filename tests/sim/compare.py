"""Holds the simulator's answers against moto's to the same calls, field by field.

What a world calls its things is put away first: an account's number becomes the name of the
account, a time becomes `<time>`. What is left must be equal, but for the exceptions of
`exceptions.py`, each with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from answers import Answer, merged
from case import Case
from exceptions import EXCEPTIONS, Difference, Exemption
from wire import UUID

# Facts that are no names of things.
NO_NAMES = ("run", "role_name", "store_region", "plain_store_region")
ABSENT = "(absent)"


@dataclass
class Comparison:
    problems: list[str] = field(default_factory=list)
    # How many fields agree.
    agreeing: int = 0
    used: set[Exemption] = field(default_factory=set)


def compare(
    case: Case,
    ours: tuple[dict, list[Answer]],
    theirs: tuple[dict, list[Answer]],
    found: Comparison,
) -> None:
    """Compares the answers in two worlds, each with its facts."""
    left, right = (dict(leaves(answers, Names(facts))) for facts, answers in (ours, theirs))
    for path in left.keys() | right.keys():
        compare_leaf(case, path, left.get(path, ABSENT), right.get(path, ABSENT), found)


def compare_leaf(case: Case, path: str, ours, theirs, found: Comparison) -> None:
    if not case.values:
        ours, theirs = kind(ours), kind(theirs)
    if ours == theirs and type(ours) is type(theirs):
        found.agreeing += 1
        return
    how = Difference.VALUE
    if ours == ABSENT:
        how = Difference.ONLY_MOTO
    elif theirs == ABSENT:
        how = Difference.ONLY_AWS
    bare = re.sub(r"\[\d+\]", "[]", path)
    exempt = next((it for it in EXCEPTIONS if it.holds(case, bare, how)), None)
    if exempt is None:
        found.problems.append(f"{case.name}: {path} is {ours!r}, moto says {theirs!r}")
        return
    found.used.add(exempt)
    if how is Difference.VALUE and exempt.same_kind:
        if kind(ours) == kind(theirs):
            found.agreeing += 1
        else:
            found.problems.append(
                f"{case.name}: {path} is {ours!r}, not of the kind of moto's {theirs!r}"
            )


class Names:
    """What stands for which name in a world."""

    def __init__(self, facts: dict) -> None:
        named = {
            it: name
            for name, it in facts.items()
            if isinstance(it, str) and len(it) > 3 and name not in NO_NAMES
        }
        # The longest first, and all at once, so that no name is looked for in another.
        texts = sorted(named, key=lambda it: -len(it))
        self._named = named
        self._texts = re.compile("|".join(re.escape(it) for it in texts))

    def plain(self, value):
        """A value without what only its own world calls so."""
        if isinstance(value, datetime):
            return "<time>"
        if not isinstance(value, str):
            return value
        value = self._texts.sub(lambda it: f"<{self._named[it.group()]}>", value)
        return UUID.sub("<uuid>", value)


def leaves(answers: list[Answer], names: Names) -> Iterator[tuple[str, object]]:
    """Path and value of every field of the answers, all pages as one, in words that both worlds
    share."""
    last = answers[-1]
    yield "status", last.status
    if last.error:
        yield "Error.Code", last.code()
    else:
        yield from leaves_of(merged(answers), "", names)


def leaves_of(value, path: str, names: Names) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves_of(item, f"{path}.{name}" if path else name, names)
    elif isinstance(value, list):
        # An empty list and none at all are two things.
        yield f"{path}[]", "(a list)"
        for index, item in enumerate(sorted(value, key=order)):
            yield from leaves_of(item, f"{path}[{index}]", names)
    else:
        yield path, names.plain(value)


def order(item) -> str:
    """Lists of accounts and trails come in any order; these words put them in the same one."""
    if isinstance(item, dict):
        return next((item[it] for it in ("Name", "Key", "TrailARN", "Type") if it in item), "")
    return str(item)


def kind(value) -> str:
    """What a value is, whatever it says."""
    if not isinstance(value, str):
        return type(value).__name__
    if value in (ABSENT, "<time>"):
        return value
    return ":".join(value.split(":")[:3]) if value.startswith("arn:") else "text"
