"""What a call is, and what must come back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import jmespath
from answers import Answer
from clients import HOME, MANAGEMENT, PATH, World

# A list that does not end is no list of AWS's.
MOST_PAGES = 40


@dataclass(frozen=True)
class Matches:
    """A text in this grammar, from its beginning to its end."""

    grammar: str

    def __eq__(self, other) -> bool:
        return isinstance(other, str) and re.fullmatch(self.grammar, other) is not None

    def __hash__(self) -> int:
        return hash(self.grammar)


@dataclass(frozen=True)
class Case:
    """One call, or the calls for all pages of a list.

    Texts may name facts of the world in braces. `fields` are JMESPath expressions and what they
    must give; for a list of all pages they are evaluated on the list of its pages.
    """

    name: str
    service: str
    operation: str
    parameters: dict = field(default_factory=dict)
    who: str = MANAGEMENT
    region: str = HOME
    style: str = PATH
    error: tuple[str, int] | None = None
    # What the message of the error must say, where AWS documents its grammar.
    message: Matches | None = None
    fields: dict[str, object] = field(default_factory=dict)
    # The member that carries the token on, for input and output.
    pages: tuple[str, str] | None = None
    # Whether the command line is asked the same; what it must be told otherwise.
    cli: bool | dict = False
    # Whether moto is asked the same; the reason, if moto cannot answer.
    moto: bool | str = True
    # Whether values are compared with moto's, or only which fields there are and of what kind.
    values: bool = True
    # A further check of what the answers mean together.
    check: Callable[[dict, list[Answer]], list[str]] | None = None

    def filled(self, facts: dict) -> Case:
        """The same with the facts of a world in it."""
        return replace(
            self,
            parameters=fill(self.parameters, facts),
            region=fill(self.region, facts),
            fields=fill(self.fields, facts),
            message=fill(self.message, facts),
            cli=fill(self.cli, facts),
        )

    def run(self, world: World) -> list[Answer]:
        """The answers, page by page. The case must be filled."""
        answers, token = [], {}
        for _ in range(MOST_PAGES):
            parameters = self.parameters | token
            answers.append(
                world.call(
                    self.who, self.service, self.operation, parameters, self.region, self.style
                )
            )
            if self.pages is None:
                break
            asks, gives = self.pages
            if not (next_token := answers[-1].parsed.get(gives)):
                break
            token = {asks: next_token}
        return answers


def fill(value, facts: dict):
    """Puts facts where their names stand in braces; a text that is one name gives the fact itself,
    whatever its type."""
    if isinstance(value, str):
        if (alone := re.fullmatch(r"\{(\w+)\}", value)) and alone.group(1) in facts:
            return facts[alone.group(1)]
        return re.sub(r"\{(\w+)\}", lambda it: str(facts.get(it.group(1), it.group(0))), value)
    if isinstance(value, dict):
        return {fill(name, facts): fill(it, facts) for name, it in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(fill(it, facts) for it in value)
    if isinstance(value, Matches):
        return Matches(re.sub(r"\{([a-z_]+)\}", lambda it: str(facts[it.group(1)]), value.grammar))
    return value


def outcome(case: Case, answers: list[Answer]) -> list[str]:
    """What the answers are not, that this case says they are."""
    last = answers[-1]
    if case.error:
        code, status = case.error
        if not last.error:
            return [f"is answered, expected {code}"]
        got = (last.code(), last.status)
        if got != (code, status):
            return [f"is refused with {got}, expected {case.error}"]
        said = last.parsed["Error"].get("Message")
        if case.message is not None and case.message != said:
            return [f"says {said!r}, not in the grammar {case.message.grammar!r}"]
        return []
    if last.error:
        error = last.parsed.get("Error", {})
        return [f"is refused: {last.status} {error.get('Code')}: {error.get('Message')}"]
    if case.pages and len(answers) == MOST_PAGES:
        return [f"gives {MOST_PAGES} pages and does not end"]
    return []


def fields(case: Case, facts: dict, answers: list[Answer]) -> list[str]:
    """Which fields do not have the values that this case expects."""
    parsed = [it.parsed for it in answers] if case.pages else answers[-1].parsed
    lines = []
    for expression, expected in case.fields.items():
        found = jmespath.search(expression, parsed)
        is_right = expected(found) if callable(expected) else found == expected
        if not is_right:
            lines.append(f"`{expression}` is {found!r}, expected {told(expected)}")
    if case.check:
        lines += case.check(facts, answers)
    return lines


def told(expected) -> str:
    return (expected.__doc__ or "otherwise") if callable(expected) else repr(expected)
