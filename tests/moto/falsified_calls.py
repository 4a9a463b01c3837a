"""Falsifications of the recorded calls, of moto's log and of the scan's."""

from __future__ import annotations

import base64
import json

import recording
from scan_copy import Scan


def role_in_closed_account(scan: Scan) -> None:
    world = json.loads(scan.world.read_text())
    entry = scan.call("sts:AssumeRole")
    account = recording.parse(entry).role_account()
    body = base64.b64decode(entry["body"]).replace(
        account.encode(), world["accounts"]["suspended"].encode()
    )
    scan.add_call(entry | {"body": base64.b64encode(body).decode()})


def role_assumed_twice(scan: Scan) -> None:
    scan.add_call(scan.call("sts:AssumeRole"))


def role_not_assumed(scan: Scan) -> None:
    scan.drop_call(scan.call("sts:AssumeRole"))


def trails_described_twice(scan: Scan) -> None:
    scan.add_call(scan.call("cloudtrail:DescribeTrails"))


def region_not_described(scan: Scan) -> None:
    scan.drop_call(scan.call("cloudtrail:DescribeTrails"))


def selectors_not_read(scan: Scan) -> None:
    scan.drop_call(scan.call("cloudtrail:GetEventSelectors"))


def selectors_read_by_another(scan: Scan) -> None:
    authorization = scan.call("cloudtrail:DescribeTrails")["headers"]["Authorization"]
    entry = scan.call("cloudtrail:GetEventSelectors")
    scan.add_call(entry | {"headers": entry["headers"] | {"Authorization": authorization}})


def log_read(scan: Scan) -> None:
    scan.add_call(scan.call("s3:HeadObject") | {"method": "GET"})


def object_written(scan: Scan) -> None:
    scan.add_call(scan.call("s3:HeadObject") | {"method": "PUT"})


def checksum_asked(scan: Scan) -> None:
    entry = scan.call("s3:HeadObject")
    scan.drop_call(entry)
    scan.add_call(entry | {"headers": entry["headers"] | {"X-Amz-Checksum-Mode": "ENABLED"}})


def key_used(scan: Scan) -> None:
    scan.add_call(with_target(scan.call("kms:DescribeKey"), "TrentService.Decrypt"))


def account_described(scan: Scan) -> None:
    target = "AWSOrganizationsV20161128.DescribeAccount"
    scan.add_call(with_target(scan.call("organizations:ListAccounts"), target))


def regions_asked_again(scan: Scan) -> None:
    for _ in json.loads(scan.world.read_text())["accounts"]:
        scan.log('"POST /listRegions HTTP/1.1" 404')


def request_unrecorded(scan: Scan) -> None:
    scan.log('"POST /enableRegion HTTP/1.1" 404')


def moto_broke(scan: Scan) -> None:
    scan.log('"GET / HTTP/1.1" 500')


def bucket_asked_again(scan: Scan) -> None:
    scan.add_call(scan.call("s3:HeadBucket"))


def session_token_told(scan: Scan) -> None:
    headers = scan.call("s3:HeadObject")["headers"]
    token = next(it for name, it in headers.items() if name.lower() == "x-amz-security-token")
    with scan.scan_log.open("a") as file:
        file.write(f"sent with {token}\n")


def secret_key_reported(scan: Scan) -> None:
    (scan.out / "run.json").write_text(json.dumps({"arguments": [scan.secret_access_key]}))


def no_trace_searched(scan: Scan) -> None:
    scan.scan_log.write_text("nothing\n")


def with_target(entry: dict, target: str) -> dict:
    headers = {
        name: target if name.lower() == "x-amz-target" else value
        for name, value in entry["headers"].items()
    }
    return entry | {"headers": headers}


def tags_asked_twice(scan: Scan) -> None:
    scan.add_call(scan.call("organizations:ListTagsForResource"))


def unit_not_walked(scan: Scan) -> None:
    scan.drop_call(scan.call("organizations:ListAccountsForParent"))


def trails_listed_elsewhere(scan: Scan) -> None:
    entry = scan.call("cloudtrail:ListTrails")
    # The Region of a request stands in its signature.
    headers = {
        name: value.replace("/us-east-1/", "/eu-west-1/")
        for name, value in entry["headers"].items()
    }
    scan.add_call(entry | {"headers": headers})


def stores_not_listed(scan: Scan) -> None:
    scan.drop_call(scan.call("cloudtrail:ListEventDataStores"))


def store_not_read(scan: Scan) -> None:
    scan.drop_call(scan.call("cloudtrail:GetEventDataStore"))


def rotation_asked_twice(scan: Scan) -> None:
    scan.add_call(scan.call("kms:GetKeyRotationStatus"))


def grants_not_listed(scan: Scan) -> None:
    scan.drop_call(scan.call("kms:ListGrants"))


# Each falsification, and a part of the line that the judge must answer with.
FALSIFICATIONS = {
    role_in_closed_account: "AssumeRole into",
    role_assumed_twice: "AssumeRole into",
    role_not_assumed: "AssumeRole into",
    trails_described_twice: "DescribeTrails in",
    region_not_described: "DescribeTrails in",
    trails_listed_elsewhere: "ListTrails in eu-west-1",
    selectors_not_read: "recording: GetEventSelectors of ",
    selectors_read_by_another: "2 times, expected 1",
    stores_not_listed: "recording: ListEventDataStores ",
    store_not_read: "recording: GetEventDataStore of ",
    rotation_asked_twice: "recording: GetKeyRotationStatus of ",
    grants_not_listed: "recording: ListGrants of ",
    tags_asked_twice: "recording: ListTagsForResource of ",
    unit_not_walked: "recording: ListAccountsForParent of ",
    log_read: "s3:GetObject was called",
    object_written: "s3:PUT ",
    checksum_asked: "sent x-amz-checksum-mode",
    key_used: "kms:Decrypt was called",
    account_described: "organizations:DescribeAccount was called",
    regions_asked_again: "access log: ListRegions ",
    request_unrecorded: "were recorded",
    moto_broke: "moto broke on",
    bucket_asked_again: "s3:HeadBucket in",
    session_token_told: "scan.log: 1 secrets",
    secret_key_reported: "run.json: 1 secrets",
    no_trace_searched: "there is no trace",
}
