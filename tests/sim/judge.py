"""Judges the simulator: asks it with boto3 and the AWS CLI, and holds every answer against what
AWS documents, against botocore's models, and against moto's answer to the same call."""

from __future__ import annotations

import argparse
import faulthandler
import json
import pathlib
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor

import facts
import limits
import seed
import selftest
import verdict
from asked import Asked
from case import Case
from cases import CASES
from cases_sessions import ENDED
from cli import Cli
from cli import problems as cli_problems
from clients import Credentials, World
from compare import Comparison, compare
from control import Control
from exceptions import EXCEPTIONS
from falsified import COMMANDS, FALSIFICATIONS
from names import EXTERNAL_ID, ROLE_NAME, START

# Example values of AWS's documentation, which moto takes for the management account.
MOTO_USER = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")

# Whatever hangs, the judge does not: it then shows where it stood.
LONGEST_SECONDS = 600

# The CLI takes longer to start than to ask.
AT_A_TIME = 2


def main() -> None:
    faulthandler.dump_traceback_later(LONGEST_SECONDS, exit=True)
    arguments = parse_arguments()
    told = json.loads(arguments.simulator.read_text(encoding="utf-8"))
    ours = simulator(told)
    theirs = World("moto", arguments.moto, MOTO_USER)
    control, program = Control(told["control_endpoint"]), Cli(arguments.aws, arguments.work)
    program.prepare()
    # While the clock stands, no log is delivered between two questions.
    with control.frozen(START):
        facts.learn(ours)
        seed.seed(theirs, ours)
        ours.facts["run"] = theirs.facts["run"] = uuid.uuid4().hex[:8]
        asked, lines = ask(CASES, ours, theirs, program)
        with control.later(hours=2):
            more, complaints = ask(ENDED, ours, theirs, program)
    asked, lines = asked + more, lines + complaints
    compared = with_moto(asked, ours, theirs)
    lines += compared.problems + limits.problems(ours, control)
    if not lines:
        lines = selftest.problems({one.case.name: one for one in asked}, ours, theirs)
    if lines:
        print("\n".join(lines))
        sys.exit(f"{len(lines)} complaints")
    calls = sum(len(one.answers) for one in asked)
    commands = sum(bool(one.case.cli) for one in asked)
    fields = sum(verdict.walked(one.answers) for one in asked)
    print(
        f"{calls} calls and {commands} commands, {fields} fields as modeled, "
        f"{compared.agreeing} as moto's; limits kept and recovered from; "
        f"{len(FALSIFICATIONS) + len(COMMANDS)} falsified answers refused"
    )


def simulator(told: dict) -> World:
    """The simulator, as it introduces itself."""
    user = Credentials(told["access_key_id"], told["secret_access_key"])
    world = World("the simulator", told["endpoint"], user)
    world.role = {"name": ROLE_NAME, "external_id": EXTERNAL_ID}
    return world


def ask(
    cases: list[Case], ours: World, theirs: World, program: Cli
) -> tuple[list[Asked], list[str]]:
    """Asks everything, by boto3 and then by the command line, and says what is wrong with it."""
    asked = [Asked.ask(case, ours, theirs) for case in cases]
    lines = [it for one in asked for it in verdict.problems(one.case, ours.facts, one.answers)]
    return asked, lines + with_cli([one for one in asked if one.case.cli], ours, program)


def with_moto(asked: list[Asked], ours: World, theirs: World) -> Comparison:
    """Holds the answers against moto's, where moto could answer."""
    found = Comparison()
    for one in asked:
        if one.moto is not None:
            compare(one.case, (ours.facts, one.answers), (theirs.facts, one.moto), found)
    found.problems += [
        f"exceptions.py: nothing needs {it.operation} {it.path} {it.how.value}"
        for it in EXCEPTIONS
        if it not in found.used
    ]
    return found


def with_cli(asked: list[Asked], world: World, program: Cli) -> list[str]:
    """Asks by the command line. What writes comes last and in order."""

    def one(it: Asked) -> list[str]:
        it.ran.append(program.run(world, it.case))
        return cli_problems(it.case, it.ran[-1], it.answers)

    reading = [it for it in asked if it.case.operation != "PutObject"]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        lines = [line for found in pool.map(one, reading) for line in found]
    writing = [it for it in asked if it.case.operation == "PutObject"]
    return lines + [line for it in writing for line in one(it)]


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--simulator", type=pathlib.Path, required=True, help="what `trailseal sim` printed")
    add("--moto", required=True, help="http://127.0.0.1:PORT of moto's server")
    add("--aws", type=pathlib.Path, required=True, help="the AWS CLI")
    add("--work", type=pathlib.Path, required=True, help="a folder for the CLI")
    return parser.parse_args()


if __name__ == "__main__":
    main()
