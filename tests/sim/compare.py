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

from answers import Answer
from case import Case
from exceptions import EXCEPTIONS, Difference, Exemption
from names import FILLERS
from wire import UUID

# Facts that are no names of things.
NO_NAMES = ("endpoint", "run", "account_count", "role_name", "trail_region", "management_name")
ABSENT = "(absent)"


@dataclass
class Comparison:
    problems: list[str] = field(default_factory=list)
    # How many fields agree.
    agreeing: int = 0
    used: set[Exemption] = field(default_factory=set)


def compare(
    case: Case, ours: tuple[dict, list[Answer]], theirs: tuple[dict, list[Answer]], found: Comparison
) -> None:
    """Compares the answers in two worlds, each with its facts."""
    (our_facts, our_answers), (their_facts, their_answers) = ours, theirs
    if len(our_answers) != len(their_answers):
        found.problems.append(
            f"{case.name}: {len(our_answers)} pages, moto has {len(their_answers)}"
        )
        return
    for our, their in zip(our_answers, their_answers):
        left = dict(leaves(our, names(our_facts)))
        right = dict(leaves(their, names(their_facts)))
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


def names(facts: dict) -> list[tuple[str, str]]:
    """What stands for which name, long ones first."""
    known = [(it, name) for name, it in facts.items() if name not in NO_NAMES]
    texts = [(it, name) for it, name in known if isinstance(it, str) and len(it) > 3]
    return sorted(texts, key=lambda it: -len(it[0]))


def leaves(answer: Answer, known: list[tuple[str, str]]) -> Iterator[tuple[str, object]]:
    """Path and value of every field of an answer, in words that both worlds share."""
    yield "status", answer.status
    if answer.error:
        yield "Error.Code", answer.code()
        return
    parsed = {name: it for name, it in answer.parsed.items() if name != "ResponseMetadata"}
    yield from leaves_of(parsed, "", known)


def leaves_of(value, path: str, known) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves_of(item, f"{path}.{name}" if path else name, known)
    elif isinstance(value, list):
        # An empty list and none at all are two things.
        yield f"{path}[]", "(a list)"
        items = sorted(value, key=lambda it: order(it, known))
        for index, item in enumerate(items):
            yield from leaves_of(item, f"{path}[{index}]", known)
    else:
        yield path, plain(value, known)


def order(item, known) -> str:
    """Lists of accounts and trails come in any order; these words put them in the same one."""
    if isinstance(item, dict):
        named = next((item[it] for it in ("Name", "TrailARN", "Key") if it in item), "")
        return str(plain(named, known)) + str(item.get("Name", ""))
    return str(plain(item, known))


def plain(value, known: list[tuple[str, str]]):
    """A value without what only its own world calls so."""
    if isinstance(value, datetime):
        return "<time>"
    if not isinstance(value, str):
        return value
    for text, name in known:
        value = value.replace(text, f"<{name}>")
    return UUID.sub("<uuid>", value)


def kind(value) -> str:
    """What a value is, whatever it says."""
    if not isinstance(value, str):
        return type(value).__name__
    if value in (ABSENT, "<time>"):
        return value
    if value.startswith("arn:"):
        return ":".join(value.split(":")[:3])
    if re.fullmatch(r"<\w+>|\d{12}", value) or value in FILLERS:
        return "name"
    return "text"
