"""Judges the simulator: asks it with boto3 and the AWS CLI, and holds every answer against what
AWS documents, against botocore's models, and against moto's answer to the same call."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor

import cli
import compare
import facts
import seed
import verdict
from cases import CASES
from clients import Credentials, World
from exceptions import EXCEPTIONS
from names import EXTERNAL_ID, ROLE_NAME

# Example values of AWS's documentation, which moto takes for the management account.
MOTO_USER = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")

# The CLI takes longer to start than to ask.
AT_A_TIME = 2


def main() -> None:
    arguments = parse_arguments()
    told = json.loads(arguments.simulator.read_text(encoding="utf-8"))
    user = Credentials(told["access_key_id"], told["secret_access_key"])
    ours = World("simulator", told["endpoint"], user)
    ours.role = {"name": ROLE_NAME, "external_id": EXTERNAL_ID}
    theirs = World("moto", arguments.moto, MOTO_USER)
    seed.seed(theirs)
    run = uuid.uuid4().hex[:8]
    for world in (ours, theirs):
        facts.learn(world)
        world.facts["run"] = run
    print(json.dumps(ours.facts, indent=1), file=sys.stderr)
