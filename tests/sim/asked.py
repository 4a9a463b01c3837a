"""A case with the answers to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from subprocess import CompletedProcess

from answers import Answer
from case import Case
from clients import World


@dataclass(frozen=True)
class Asked:
    """A case, filled for the simulator, with the answers there and moto's, if moto was asked."""

    case: Case
    answers: list[Answer]
    moto: list[Answer] | None
    # What the command line did with it; filled in when it was asked.
    ran: list[CompletedProcess] = field(default_factory=list)

    @staticmethod
    def ask(case: Case, ours: World, theirs: World) -> Asked:
        filled = case.filled(ours.facts)
        answers = filled.run(ours)
        moto = case.filled(theirs.facts).run(theirs) if case.moto is True else None
        return Asked(filled, answers, moto)
