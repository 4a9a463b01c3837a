"""Shows that the judge can say no: it must refuse every falsified answer, for its own reason."""

from __future__ import annotations

import cli
import compare
import verdict
from answers import Answer
from asked import Asked
from clients import World
from falsified import COMMANDS, FALSIFICATIONS, Falsification


def problems(asked: dict[str, Asked], world: World, moto: World) -> list[str]:
    """What is wrong with the judge: what it accepts, or refuses for another reason."""
    lines = []
    for case in sorted({it.case for it in FALSIFICATIONS.values()}):
        one = asked[case]
        if said := judge(one, replayed(one, one.answers, world), world, moto):
            lines.append(f"selftest: the genuine answers to {case!r} are refused: {said}")
    if lines:
        return lines
    for name, falsification in FALSIFICATIONS.items():
        if line := attempt(name, falsification, asked[falsification.case], world, moto):
            lines.append(line)
    for name, command in COMMANDS.items():
        one = asked[command.case]
        said = cli.problems(one.case, command.falsify(one.ran[-1]), one.answers)
        if line := verdict_of(name, said, command.expected):
            lines.append(line)
    return lines


def attempt(name: str, it: Falsification, one: Asked, world: World, moto: World) -> str | None:
    said = judge(one, replayed(one, it.falsify(one.answers), world), world, moto)
    return verdict_of(name, said, it.expected)


def verdict_of(name: str, said: list[str], expected: str) -> str | None:
    """What is wrong with what the judge says of a falsified answer."""
    if not said:
        return f"selftest: {name}: the judge accepts it"
    if not any(expected in line for line in said):
        return f"selftest: {name}: the judge does not say {expected!r} but {said}"
    return None


def replayed(one: Asked, answers: list[Answer], world: World) -> list[Answer]:
    """The answers as the client reads them, the falsified ones as well."""
    return [world.replay(it, one.case.parameters) for it in answers]


def judge(one: Asked, answers: list[Answer], world: World, moto: World) -> list[str]:
    """Everything that the judge has to say of these answers to a case."""
    lines = verdict.problems(one.case, world.facts, answers)
    if one.moto is not None:
        found = compare.Comparison()
        compare.compare(one.case, (world.facts, answers), (moto.facts, one.moto), found)
        lines += found.problems
    return lines
