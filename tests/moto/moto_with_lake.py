"""moto_server, with three operations of CloudTrail Lake that moto does not know.

These are ours and not moto's: CreateEventDataStore, GetEventDataStore and ListEventDataStores, with
the shapes of botocore's service model and no more of a store's life than an audit can see. They
live in moto's own classes, so that account, Region, signature and recording are moto's. With
`--stock` it is moto as it comes, without them.
"""

from __future__ import annotations

import json
import sys

from moto.cloudtrail.models import CloudTrailBackend
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.moto_api._internal import mock_random
from moto.server import main
from moto.utilities.utils import get_partition

# Less than AWS's pages, so that three stores of one Region need a second one.
PAGE = 2

# botocore's model: "is no longer returned by ListEventDataStores" stands at everything else.
LISTED = ("EventDataStoreArn", "Name")

MANAGEMENT_EVENTS = [
    {
        "Name": "Default management events",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
    }
]


def stores(backend: CloudTrailBackend) -> dict[str, dict]:
    """ARN -> store of one account and Region, oldest first. moto's reset empties the backend, and
    these with it."""
    return backend.__dict__.setdefault("event_data_stores", {})


def create_event_data_store(self: CloudTrailResponse) -> str:
    backend = self.cloudtrail_backend
    name = self._get_param("Name")
    if any(it["Name"] == name for it in stores(backend).values()):
        raise JsonRESTError(
            "EventDataStoreAlreadyExistsException", f"{name} exists already in this Region."
        )
    partition, now = get_partition(backend.region_name), unix_time()
    place = f"{backend.region_name}:{backend.account_id}"
    store = {
        "EventDataStoreArn": (
            f"arn:{partition}:cloudtrail:{place}:eventdatastore/{mock_random.uuid4()}"
        ),
        "Name": name,
        "Status": "ENABLED",
        "AdvancedEventSelectors": self._get_param("AdvancedEventSelectors", MANAGEMENT_EVENTS),
        "MultiRegionEnabled": self._get_bool_param("MultiRegionEnabled", True),
        "OrganizationEnabled": self._get_bool_param("OrganizationEnabled", False),
        "RetentionPeriod": self._get_int_param("RetentionPeriod", 366),
        "TerminationProtectionEnabled": self._get_bool_param("TerminationProtectionEnabled", True),
        "CreatedTimestamp": now,
        "UpdatedTimestamp": now,
        "BillingMode": self._get_param("BillingMode", "EXTENDABLE_RETENTION_PRICING"),
    }
    # AWS leaves the field out where the customer named no key.
    if key_id := self._get_param("KmsKeyId"):
        store["KmsKeyId"] = key_id
    stores(backend)[store["EventDataStoreArn"]] = store
    return json.dumps(store)


def get_event_data_store(self: CloudTrailResponse) -> str:
    named = self._get_param("EventDataStore")
    for arn, store in stores(self.cloudtrail_backend).items():
        if named in (arn, arn.rsplit("/", 1)[1]):
            return json.dumps(store)
    raise JsonRESTError("EventDataStoreNotFoundException", f"{named} was not found.")


def list_event_data_stores(self: CloudTrailResponse) -> str:
    items = [
        {field: store[field] for field in LISTED}
        for store in stores(self.cloudtrail_backend).values()
    ]
    token = self._get_param("NextToken", "page-0")
    start = token.removeprefix("page-")
    if not start.isdigit() or int(start) > len(items):
        raise JsonRESTError("InvalidNextTokenException", f"{token} is no token of this list.")
    size = min(self._get_int_param("MaxResults", PAGE), PAGE)
    end = int(start) + size
    answer: dict = {"EventDataStores": items[int(start) : end]}
    if end < len(items):
        answer["NextToken"] = f"page-{end}"
    return json.dumps(answer)


def install() -> None:
    """Adds the operations to moto's CloudTrail, and makes sure that moto has none of its own: then
    these would have to go."""
    for operation in (create_event_data_store, get_event_data_store, list_event_data_stores):
        if hasattr(CloudTrailResponse, operation.__name__):
            raise SystemExit(f"moto has its own {operation.__name__}: take ours away")
        setattr(CloudTrailResponse, operation.__name__, operation)


if __name__ == "__main__":
    # Stock moto, which answers 500 to what it does not know.
    if "--stock" in sys.argv:
        sys.argv.remove("--stock")
    else:
        install()
    main()
