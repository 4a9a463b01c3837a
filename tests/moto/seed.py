"""Builds the organization of the cases in a running moto server and prints what it made."""

from __future__ import annotations

import argparse
import json
import pathlib
from datetime import datetime, timezone

import cases
import organization
from aws import MANAGEMENT_CREDENTIALS, ROLE_NAME, Moto

# moto draws every id from one generator: the same seed gives the same organization. This one gives
# two of its accounts, `log-archive` among them, an id with a leading zero.
RANDOM_SEED = 42


def main() -> None:
    arguments = parse_arguments()
    moto = Moto(arguments.endpoint.rstrip("/"))
    moto.post("reset")
    moto.post(f"seed?a={RANDOM_SEED}")
    made = organization.build(moto)
    cases.build(cases.Scene(made, datetime.now(timezone.utc)))
    moto.client("organizations").close_account(AccountId=made.members["suspended"].id)
    warm(moto, made)
    if arguments.start_recorder:
        moto.post("recorder/reset-recording")
        moto.post("recorder/start-recording")
    text = json.dumps(world(moto, made), indent=2)
    if arguments.world:
        arguments.world.write_text(text + "\n", encoding="utf-8")
    print(text)


def warm(moto: Moto, made: organization.Organization) -> None:
    moto.warm(MANAGEMENT_CREDENTIALS["aws_access_key_id"])
    for name, account in made.members.items():
        if name != "suspended":
            moto.warm(account.credentials()["aws_access_key_id"])


def world(moto: Moto, made: organization.Organization) -> dict:
    """What the judge and the caller of the scan need to know."""
    accounts = {made.management_name: made.management_id}
    accounts.update({name: account.id for name, account in made.members.items()})
    return {
        "endpoint": moto.endpoint,
        "organization_id": made.id,
        "management_account_id": made.management_id,
        "log_archive_account_id": made.members["log-archive"].id,
        "role_name": ROLE_NAME,
        "regions": moto.regions(),
        "accounts": accounts,
    }


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoint", required=True, help="http://127.0.0.1:PORT of moto_server")
    parser.add_argument("--world", type=pathlib.Path, help="also write the JSON to this file")
    parser.add_argument(
        "--start-recorder", action="store_true", help="record every request from here on"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
