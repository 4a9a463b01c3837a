"""Calls to CloudTrail."""

from __future__ import annotations

from case import Case, Matches
from clients import HOME
from names import CHANNELS, CONSOLE, ELSEWHERE, LAKE, THREE_REGIONS, WORKLOAD

NO_SHADOW = "moto shows an organization's trail to its owner alone"
NO_LAKE = "moto has no event data stores"
TOKEN = ("NextToken", "NextToken")
NONE = "arn:aws:cloudtrail:us-east-1:{workload}:trail/nobody"
NO_CHANNEL = "moto's trails deliver to their bucket only"
STRANGE = "arn:aws:cloudtrail:us-east-1:{outsider}:trail/nobody"
NO_STORE = "arn:aws:cloudtrail:us-east-1:{lake}:eventdatastore/00000000-0000-4000-8000-000000000000"
WITHOUT_SHADOWS = {"includeShadowTrails": False}


def is_key_arn(value) -> bool:
    """a key's ARN"""
    return Matches(r"arn:aws:kms:[a-z0-9-]+:\d+:key/[0-9a-f-]+") == value


def describe(name: str, arns: list[str], parameters=None, **options) -> Case:
    """DescribeTrails, which must give the trails with these ARNs."""

    def check(facts, answers):
        found = sorted(it["TrailARN"] for it in answers[-1].parsed["trailList"])
        expected = sorted(facts[it] for it in arns)
        return [] if found == expected else [f"trailList shows {found}, expected {expected}"]

    return Case(name, "cloudtrail", "DescribeTrails", parameters or {}, check=check, **options)


CASES = [
    describe(
        "trails of the owner, at home",
        ["organization_arn"],
        cli=True,
        fields={
            "trailList[0].Name": "{organization_name}",
            "trailList[0].IsOrganizationTrail": True,
            "trailList[0].IsMultiRegionTrail": True,
            "trailList[0].HomeRegion": HOME,
            "trailList[0].KmsKeyId": is_key_arn,
            "trailList[0].S3BucketName": "{organization_bucket}",
        },
    ),
    describe("trails of the owner, elsewhere", ["organization_arn"], region=ELSEWHERE, cli=True),
    describe(
        "trails of the owner, elsewhere without shadows",
        [],
        WITHOUT_SHADOWS,
        region=ELSEWHERE,
        cli=True,
    ),
    describe("trails of the owner, without shadows", ["organization_arn"], WITHOUT_SHADOWS),
    describe(
        "trails of a member",
        ["trail_arn", "organization_arn"],
        who=WORKLOAD,
        cli=True,
        moto=NO_SHADOW,
        fields={"trailList[?IsOrganizationTrail].Name": ["{organization_name}"]},
    ),
    describe(
        "trails of a member, elsewhere",
        ["trail_arn", "organization_arn"],
        who=WORKLOAD,
        region="us-west-2",
        moto=NO_SHADOW,
    ),
    describe(
        "trails of a member, without shadows",
        ["trail_arn"],
        WITHOUT_SHADOWS,
        who=WORKLOAD,
        cli=True,
    ),
    describe(
        "trails of a member, elsewhere without shadows",
        [],
        WITHOUT_SHADOWS,
        who=WORKLOAD,
        region=ELSEWHERE,
        cli=True,
    ),
    describe(
        "a trail of one Region, in another without shadows",
        ["elsewhere_arn"],
        WITHOUT_SHADOWS,
        who=THREE_REGIONS,
        region=ELSEWHERE,
        fields={"trailList[0].IsMultiRegionTrail": False, "trailList[0].HomeRegion": ELSEWHERE},
    ),
    describe(
        "a trail by its name",
        ["trail_arn"],
        {"trailNameList": ["{trail_name}"]},
        who=WORKLOAD,
        cli=True,
    ),
    describe(
        "a trail by its ARN, elsewhere",
        ["trail_arn"],
        {"trailNameList": ["{trail_arn}"]},
        who=WORKLOAD,
        region=ELSEWHERE,
        moto="moto compares trailNameList with names only",
    ),
    describe(
        "a trail by a name that is none",
        [],
        {"trailNameList": ["nobody"]},
        who=THREE_REGIONS,
        region="us-west-2",
    ),
    Case(
        "one trail",
        "cloudtrail",
        "GetTrail",
        {"Name": "{trail_arn}"},
        who=WORKLOAD,
        fields={"Trail.Name": "{trail_name}", "Trail.S3BucketName": "{trail_bucket}"},
    ),
    Case(
        "the status by ARN",
        "cloudtrail",
        "GetTrailStatus",
        {"Name": "{trail_arn}"},
        who=WORKLOAD,
        cli=True,
        fields={"IsLogging": True, "LatestDeliveryError": None},
    ),
    Case(
        "the status by name",
        "cloudtrail",
        "GetTrailStatus",
        {"Name": "{organization_name}"},
        fields={"IsLogging": True},
    ),
    Case(
        "the status of the organization's trail in a member",
        "cloudtrail",
        "GetTrailStatus",
        {"Name": "{organization_arn}"},
        who=WORKLOAD,
        region=ELSEWHERE,
        cli=True,
        moto=NO_SHADOW,
        fields={"IsLogging": True},
    ),
    Case(
        "the status of the organization's trail in a member, by its name alone",
        "cloudtrail",
        "GetTrailStatus",
        {"Name": "{organization_name}"},
        who=LAKE,
        error=("TrailNotFoundException", 400),
        cli=True,
    ),
    Case(
        "the status of a trail that is none",
        "cloudtrail",
        "GetTrailStatus",
        {"Name": NONE},
        who=WORKLOAD,
        error=("TrailNotFoundException", 400),
        cli=True,
    ),
    Case(
        "the status of a trail of strangers",
        "cloudtrail",
        "GetTrailStatus",
        {"Name": STRANGE},
        who=WORKLOAD,
        error=("CloudTrailARNInvalidException", 400),
        cli=True,
        moto="moto knows no such trail: TrailNotFoundException",
    ),
    describe(
        "a trail with a topic and a log group",
        ["of_channels_arn"],
        WITHOUT_SHADOWS,
        who=CHANNELS,
        cli=True,
        moto=NO_CHANNEL,
        fields={
            "trailList[0].SnsTopicName": "trail-logs",
            "trailList[0].CloudWatchLogsLogGroupArn": Matches(r"arn:aws:logs:.*:log-group:.*"),
        },
    ),
    Case(
        "the status of a trail with a topic and a log group",
        "cloudtrail",
        "GetTrailStatus",
        {"Name": "{of_channels_arn}"},
        who=CHANNELS,
        cli=True,
        moto=NO_CHANNEL,
        fields={
            "LatestNotificationError": "AuthorizationError",
            "LatestCloudWatchLogsDeliveryError": "Access denied",
            "LatestDeliveryError": None,
        },
    ),
    Case(
        "what a trail records that the console set up",
        "cloudtrail",
        "GetEventSelectors",
        {"TrailName": "{of_console_arn}"},
        who=CONSOLE,
        cli=True,
        moto="moto's trails record what a new one does",
        fields={
            "AdvancedEventSelectors[].Name": [],
            "AdvancedEventSelectors[].FieldSelectors[0].Equals[0]": [
                "Management",
                "Data",
                "NetworkActivity",
            ],
        },
    ),
    Case(
        "the names of trails",
        "cloudtrail",
        "ListTrails",
        pages=TOKEN,
        cli=True,
        fields={
            "[].Trails[].TrailARN": ["{organization_arn}"],
            "[].Trails[].HomeRegion": [HOME],
            "[].Trails[].Name": ["{organization_name}"],
        },
    ),
    Case(
        "what a trail records",
        "cloudtrail",
        "GetEventSelectors",
        {"TrailName": "{trail_arn}"},
        who=WORKLOAD,
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
        {"TrailName": NONE},
        who=WORKLOAD,
        error=("TrailNotFoundException", 400),
    ),
    Case(
        "the tags of a trail",
        "cloudtrail",
        "ListTags",
        {"ResourceIdList": ["{trail_arn}"]},
        who=WORKLOAD,
        fields={"ResourceTagList[].ResourceId": ["{trail_arn}"]},
    ),
    Case(
        "event data stores",
        "cloudtrail",
        "ListEventDataStores",
        pages=TOKEN,
        who=LAKE,
        region="{store_region}",
        cli=True,
        moto=NO_LAKE,
        fields={
            "[].EventDataStores[].EventDataStoreArn | contains(@, '{store_arn}')": True,
            "[].EventDataStores[].KmsKeyId": [],
        },
    ),
    Case(
        "no event data stores",
        "cloudtrail",
        "ListEventDataStores",
        who=WORKLOAD,
        moto=NO_LAKE,
        fields={"EventDataStores": []},
    ),
    Case(
        "an event data store",
        "cloudtrail",
        "GetEventDataStore",
        {"EventDataStore": "{store_arn}"},
        who=LAKE,
        region="{store_region}",
        cli=True,
        moto=NO_LAKE,
        fields={"EventDataStoreArn": "{store_arn}", "KmsKeyId": is_key_arn, "Status": "ENABLED"},
    ),
    Case(
        "an event data store without a key",
        "cloudtrail",
        "GetEventDataStore",
        {"EventDataStore": "{plain_store_arn}"},
        who=LAKE,
        region="{plain_store_region}",
        moto=NO_LAKE,
        fields={"KmsKeyId": None},
    ),
    Case(
        "an event data store that is none",
        "cloudtrail",
        "GetEventDataStore",
        {"EventDataStore": NO_STORE},
        who=LAKE,
        error=("EventDataStoreNotFoundException", 400),
        cli=True,
        moto=NO_LAKE,
    ),
]
