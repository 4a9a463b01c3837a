"""Calls to CloudTrail."""

from __future__ import annotations

from case import Case, Matches
from clients import HOME, MANAGEMENT
from names import ORGANIZATION_TRAIL, TRAIL, TRAIL_REGION, WORKLOAD

NO_SHADOW = "moto shows an organization's trail to its owner alone"
NO_LAKE = "moto has no event data stores"
TOKEN = ("NextToken", "NextToken")
STRANGER = "arn:aws:cloudtrail:eu-west-1:{workload}:trail/nobody"


def is_key_arn(value) -> bool:
    """a key's ARN"""
    return Matches(r"arn:aws:kms:[a-z0-9-]+:\d+:key/[0-9a-f-]+") == value


CASES = [
    Case(
        "trails of the owner, at home",
        "cloudtrail",
        "DescribeTrails",
        cli=True,
        fields={
            "trailList[].Name": [ORGANIZATION_TRAIL],
            "trailList[0].IsOrganizationTrail": True,
            "trailList[0].IsMultiRegionTrail": True,
            "trailList[0].HomeRegion": HOME,
            "trailList[0].TrailARN": "{organization_trail_arn}",
            "trailList[0].KmsKeyId": is_key_arn,
        },
    ),
    Case(
        "trails of the owner, elsewhere",
        "cloudtrail",
        "DescribeTrails",
        region=TRAIL_REGION,
        fields={"trailList[].TrailARN": ["{organization_trail_arn}"]},
    ),
    Case(
        "trails of the owner, elsewhere without shadows",
        "cloudtrail",
        "DescribeTrails",
        {"includeShadowTrails": False},
        region=TRAIL_REGION,
        cli=True,
        fields={"trailList": []},
    ),
    Case(
        "trails of the owner, at home without shadows",
        "cloudtrail",
        "DescribeTrails",
        {"includeShadowTrails": False},
        fields={"trailList[].Name": [ORGANIZATION_TRAIL]},
    ),
    Case(
        "trails of a member",
        "cloudtrail",
        "DescribeTrails",
        who=WORKLOAD,
        region=TRAIL_REGION,
        cli=True,
        moto=NO_SHADOW,
        fields={
            "sort(trailList[].TrailARN)": ["{trail_arn}", "{organization_trail_arn}"],
            "trailList[?IsOrganizationTrail].Name": [ORGANIZATION_TRAIL],
        },
    ),
    Case(
        "trails of a member, elsewhere",
        "cloudtrail",
        "DescribeTrails",
        who=WORKLOAD,
        region="us-west-2",
        moto=NO_SHADOW,
        fields={"sort(trailList[].Name)": [ORGANIZATION_TRAIL, TRAIL]},
    ),
    Case(
        "trails of a member, without shadows",
        "cloudtrail",
        "DescribeTrails",
        {"includeShadowTrails": False},
        who=WORKLOAD,
        region=TRAIL_REGION,
        cli=True,
        fields={"trailList[].TrailARN": ["{trail_arn}"]},
    ),
    Case(
        "trails of a member, elsewhere without shadows",
        "cloudtrail",
        "DescribeTrails",
        {"includeShadowTrails": False},
        who=WORKLOAD,
        cli=True,
        fields={"trailList": []},
    ),
    Case(
        "a trail by its name",
        "cloudtrail",
        "DescribeTrails",
        {"trailNameList": [TRAIL]},
        who=WORKLOAD,
        region=TRAIL_REGION,
        cli=True,
        fields={"trailList[].TrailARN": ["{trail_arn}"]},
    ),
    Case(
        "a trail by a name that is none",
        "cloudtrail",
        "DescribeTrails",
        {"trailNameList": ["nobody"]},
        who=WORKLOAD,
        fields={"trailList": []},
    ),
    Case(
        "one trail",
        "cloudtrail",
        "GetTrail",
        {"Name": "{trail_arn}"},
        who=WORKLOAD,
        region=TRAIL_REGION,
        fields={"Trail.Name": TRAIL, "Trail.S3BucketName": "{trail_bucket}"},
    ),
    Case(
        "the status by ARN",
        "cloudtrail",
        "GetTrailStatus",
        {"Name": "{trail_arn}"},
        who=WORKLOAD,
        region=TRAIL_REGION,
        cli=True,
        fields={"IsLogging": True, "LatestDeliveryError": None},
    ),
    Case(
        "the status by name",
        "cloudtrail",
        "GetTrailStatus",
        {"Name": ORGANIZATION_TRAIL},
        fields={"IsLogging": True},
    ),
    Case(
        "the status of the organization's trail in a member",
        "cloudtrail",
        "GetTrailStatus",
        {"Name": "{organization_trail_arn}"},
        who=WORKLOAD,
        cli=True,
        moto=NO_SHADOW,
        fields={"IsLogging": True},
    ),
    Case(
        "the status of a trail that is none",
        "cloudtrail",
        "GetTrailStatus",
        {"Name": STRANGER},
        who=WORKLOAD,
        region=TRAIL_REGION,
        error=("TrailNotFoundException", 400),
        cli=True,
    ),
    Case(
        "the status of a name that is none",
        "cloudtrail",
        "GetTrailStatus",
        {"Name": "nobody"},
        error=("TrailNotFoundException", 400),
    ),
    Case(
        "the names of trails",
        "cloudtrail",
        "ListTrails",
        pages=TOKEN,
        who=MANAGEMENT,
        cli=True,
        fields={
            "[].Trails[].TrailARN": ["{organization_trail_arn}"],
            "[].Trails[].HomeRegion": [HOME],
        },
    ),
    Case(
        "what a trail records",
        "cloudtrail",
        "GetEventSelectors",
        {"TrailName": "{trail_arn}"},
        who=WORKLOAD,
        region=TRAIL_REGION,
        cli=True,
        fields={
            "TrailARN": "{trail_arn}",
            "EventSelectors[].ReadWriteType": ["All"],
            "EventSelectors[].IncludeManagementEvents": [True],
        },
    ),
    Case(
        "what no trail records",
        "cloudtrail",
        "GetEventSelectors",
        {"TrailName": STRANGER},
        who=WORKLOAD,
        region=TRAIL_REGION,
        error=("TrailNotFoundException", 400),
    ),
    Case(
        "event data stores",
        "cloudtrail",
        "ListEventDataStores",
        pages=TOKEN,
        who=WORKLOAD,
        region=TRAIL_REGION,
        cli=True,
        moto=NO_LAKE,
        fields={
            "length([].EventDataStores[]) >= `2`": True,
            "[].EventDataStores[].KmsKeyId": [],
        },
    ),
    Case(
        "event data stores elsewhere",
        "cloudtrail",
        "ListEventDataStores",
        who=WORKLOAD,
        region="us-west-2",
        moto=NO_LAKE,
        fields={"EventDataStores": []},
    ),
    Case(
        "an event data store",
        "cloudtrail",
        "GetEventDataStore",
        {"EventDataStore": "{store_arn}"},
        who=WORKLOAD,
        region=TRAIL_REGION,
        cli=True,
        moto=NO_LAKE,
        fields={"EventDataStoreArn": "{store_arn}", "KmsKeyId": is_key_arn, "Status": "ENABLED"},
    ),
    Case(
        "an event data store without a key",
        "cloudtrail",
        "GetEventDataStore",
        {"EventDataStore": "{plain_store_arn}"},
        who=WORKLOAD,
        region=TRAIL_REGION,
        moto=NO_LAKE,
        fields={"KmsKeyId": None},
    ),
    Case(
        "an event data store that is none",
        "cloudtrail",
        "GetEventDataStore",
        {
            "EventDataStore": "arn:aws:cloudtrail:eu-west-1:{workload}:eventdatastore/"
            "00000000-0000-4000-8000-000000000000"
        },
        who=WORKLOAD,
        region=TRAIL_REGION,
        error=("EventDataStoreNotFoundException", 400),
        moto=NO_LAKE,
    ),
]
