"""All that can be said of the answers to one call: the one verdict that falsified answers meet,
too."""

from __future__ import annotations

import errors
import grammar
import model
import wire
from answers import Answer
from case import Case, fields, outcome


def problems(case: Case, facts: dict, answers: list[Answer]) -> list[str]:
    """What is wrong with the answers to a case, which must be filled."""
    lines = outcome(case, answers)
    if not lines and not case.error:
        lines += fields(case, facts, answers)
    for answer in answers:
        if answer.unreadable:
            lines.append(f"the client cannot read it: {answer.unreadable}")
        lines += wire.problems(answer)
        walk = errors.walk(answer) if answer.error else model.walk(answer)
        lines += walk.problems
        if not answer.error:
            lines += grammar.problems(answer)
    return [f"{case.name}: {it}" for it in dict.fromkeys(lines)]


def walked(answers: list[Answer]) -> int:
    """How many fields were held against a model."""
    return sum((errors.walk(it) if it.error else model.walk(it)).fields for it in answers)
