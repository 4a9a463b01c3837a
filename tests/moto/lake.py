"""Event data stores of CloudTrail Lake: what `moto_with_lake.py` adds to moto."""

from __future__ import annotations

from aws import HOME_REGION, Account
from cases_keys import key_arn
from scene import Scene
from trails import create_key

NO_KEY_REGION = "eu-west-1"
GONE_REGION = "ap-southeast-2"


def lake(scene: Scene) -> None:
    """Stores with a key, without one, and with one that is gone, in three Regions. Three stand in
    one Region: more than a page of the list. The account has no trail."""
    account = scene.member("lake")
    service = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
        "Resource": "*",
    }
    arn = create_key(account, statements=[service], rotates=True)
    expected = {
        HOME_REGION: {f"lake-sealed-{number}": arn for number in (1, 2, 3)},
        NO_KEY_REGION: {"lake-no-key": None},
        GONE_REGION: {"lake-key-gone": key_arn(account.id, GONE_REGION)},
    }
    for region, stores in expected.items():
        for name, kms_key_id in stores.items():
            create_store(account, region, name, kms_key_id)
    for region, stores in expected.items():
        if (found := read_stores(account, region)) != stores:
            raise SystemExit(f"moto gives back {found} in {region}, expected {stores}")


def create_store(account: Account, region: str, name: str, kms_key_id: str | None) -> None:
    sealing = {"KmsKeyId": kms_key_id} if kms_key_id else {}
    account.client("cloudtrail", region).create_event_data_store(Name=name, **sealing)


def read_stores(account: Account, region: str) -> dict[str, str | None]:
    """Name -> key of every store, as boto3 reads our answers: its model is the judge of them."""
    client = account.client("cloudtrail", region)
    listed, token = [], {}
    while token is not None:
        page = client.list_event_data_stores(**token)
        listed += page["EventDataStores"]
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else None
    if any("KmsKeyId" in it for it in listed):
        raise SystemExit("ListEventDataStores shows a key, which AWS's does not")
    found = [client.get_event_data_store(EventDataStore=it["EventDataStoreArn"]) for it in listed]
    return {it["Name"]: it.get("KmsKeyId") for it in found}


CASES = [lake]
