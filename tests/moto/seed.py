"""Builds the organization of the cases in a running moto server, stage by stage."""

from __future__ import annotations

import argparse
import json
import pathlib
from datetime import datetime, timezone

import cases
import organization
import organization_trail
from aws import MANAGEMENT_CREDENTIALS, ROLE_NAME, Account, Moto
from organization import MANAGEMENT, Organization
from scene import Scene

# moto draws every id from one generator: the same seed gives the same organization. This one gives
# four of its accounts an id with a leading zero, `log-archive` and `no-key` among them.
RANDOM_SEED = 18


STAGES = (ACCOUNTS, ORGANIZATION_TRAIL, STOCK) = ("accounts", "organization-trail", "stock")


def main() -> None:
    arguments = parse_arguments()
    moto = Moto(arguments.endpoint.rstrip("/"))
    if arguments.stage == ORGANIZATION_TRAIL:
        made = recall(moto, arguments.world)
        organization_trail.build(made, datetime.now(timezone.utc))
    else:
        made = build(moto, with_lake=arguments.stage != STOCK)
        text = json.dumps(world(moto, made), indent=2)
        arguments.world.write_text(text + "\n", encoding="utf-8")
    if arguments.start_recorder:
        moto.post("recorder/reset-recording")
        moto.post("recorder/start-recording")


def build(moto: Moto, *, with_lake: bool) -> Organization:
    """The first stage: everything but the organization's own trail."""
    moto.post("reset")
    moto.post(f"seed?a={RANDOM_SEED}")
    made = organization.build(moto)
    cases.build(Scene(made, datetime.now(timezone.utc)), with_lake=with_lake)
    moto.client("organizations").close_account(AccountId=made.members["suspended"].id)
    warm(moto, made)
    return made


def warm(moto: Moto, made: Organization) -> None:
    moto.warm(MANAGEMENT_CREDENTIALS["aws_access_key_id"])
    for label, account in made.members.items():
        if label != "suspended":
            moto.warm(account.credentials()["aws_access_key_id"])


def world(moto: Moto, made: Organization) -> dict:
    """What the judge, the caller of the scan and the second stage need to know."""
    members = {label: account.id for label, account in made.members.items()}
    return {
        "endpoint": moto.endpoint,
        "organization_id": made.id,
        "management_account_id": made.management.id,
        "log_archive_account_id": members["log-archive"],
        "role_name": ROLE_NAME,
        "regions": moto.regions(),
        "accounts": {MANAGEMENT: made.management.id} | members,
        "tree": made.tree,
    }


def recall(moto: Moto, file: pathlib.Path) -> Organization:
    """What the first stage made."""
    known = json.loads(file.read_text(encoding="utf-8"))
    accounts = {label: Account(moto, label, it) for label, it in known["accounts"].items()}
    accounts.pop(MANAGEMENT)
    management = organization.management(moto, known["management_account_id"])
    return Organization(known["organization_id"], management, accounts, known["tree"])


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--endpoint", required=True, help="http://127.0.0.1:PORT of moto_with_lake.py")
    add("--world", type=pathlib.Path, required=True, help="the JSON of what was made")
    add("--start-recorder", action="store_true", help="record every request from here on")
    add(
        "--stage",
        choices=STAGES,
        default=ACCOUNTS,
        help="everything but the organization's trail, that trail beside what --world says, or on "
        "stock moto everything but that trail and event data stores",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
