"""Calls to STS, and callers that no service takes: wrong secrets, unknown keys, no signature, ended
sessions, Regions that an account has not enabled, what a policy denies."""

from __future__ import annotations

from case import Case, Matches
from clients import NOBODY, UNKNOWN_KEY, WRONG_SECRET
from names import ELSEWHERE, EXTERNAL_ID, FENCED, FENCED_REGION, SEALED, WORKLOAD

NO_TRUST = "moto has no trust policies and lets everybody into every role"
NO_SIGNATURES = "moto takes any access key and verifies no signature unless told to"
NO_REGIONS = "moto has every Region enabled in every account"
NO_POLICIES = "moto keeps service control policies and enforces none"
NO_END = "moto never ends a session"

ROLE = "arn:aws:iam::{workload}:role/{role_name}"
# Disabled in every account that does not ask for it.
OPT_IN = "me-south-1"

# IAM user guide, "Troubleshoot access denied error messages".
NOT_AUTHORIZED = r"User: arn:aws:\S+ is not authorized to perform: {action}"


def denied(action: str, rest: str) -> Matches:
    return Matches(NOT_AUTHORIZED.replace("{action}", action) + rest)


CALLERS = [
    Case(
        "who calls",
        "sts",
        "GetCallerIdentity",
        cli=True,
        fields={"Account": "{management}", "Arn": Matches(r"arn:aws:\w+::{management}:user/\S+")},
    ),
    Case(
        "who calls in a session",
        "sts",
        "GetCallerIdentity",
        who=WORKLOAD,
        cli=True,
        fields={
            "Account": "{workload}",
            "Arn": "arn:aws:sts::{workload}:assumed-role/{role_name}/judge",
            "UserId": Matches(r"AROA[A-Z0-9]{17}:judge"),
        },
    ),
    Case(
        "who calls, at another Region's endpoint",
        "sts",
        "GetCallerIdentity",
        who=WORKLOAD,
        region=ELSEWHERE,
        fields={"Account": "{workload}"},
    ),
    Case(
        "a role",
        "sts",
        "AssumeRole",
        {"RoleArn": ROLE, "RoleSessionName": "judge-2", "ExternalId": EXTERNAL_ID},
        cli=True,
        fields={
            "AssumedRoleUser.Arn": "arn:aws:sts::{workload}:assumed-role/{role_name}/judge-2",
            "Credentials.AccessKeyId": Matches(r"ASIA[A-Z0-9]+"),
        },
    ),
    Case(
        "a role, for a quarter of an hour",
        "sts",
        "AssumeRole",
        {
            "RoleArn": ROLE,
            "RoleSessionName": "judge",
            "ExternalId": EXTERNAL_ID,
            "DurationSeconds": 900,
        },
    ),
    Case(
        "a role for too long",
        "sts",
        "AssumeRole",
        {
            "RoleArn": ROLE,
            "RoleSessionName": "judge",
            "ExternalId": EXTERNAL_ID,
            "DurationSeconds": 43200,
        },
        error=("ValidationError", 400),
        moto="moto lets every session last as long as it is asked to",
    ),
    Case(
        "a role with the wrong external id",
        "sts",
        "AssumeRole",
        {"RoleArn": ROLE, "RoleSessionName": "judge", "ExternalId": "somebody-else"},
        error=("AccessDenied", 403),
        message=denied("sts:AssumeRole", r" on resource: arn:aws:iam::\d{12}:role/\w+"),
        cli=True,
        moto=NO_TRUST,
    ),
    Case(
        "a role without an external id",
        "sts",
        "AssumeRole",
        {"RoleArn": ROLE, "RoleSessionName": "judge"},
        error=("AccessDenied", 403),
        message=denied("sts:AssumeRole", r" on resource: arn:aws:iam::\d{12}:role/\w+"),
        moto=NO_TRUST,
    ),
    Case(
        "a role that is missing",
        "sts",
        "AssumeRole",
        {"RoleArn": "arn:aws:iam::{workload}:role/Nobody", "RoleSessionName": "judge"},
        error=("AccessDenied", 403),
        message=denied("sts:AssumeRole", r" on resource: arn:aws:iam::\d{12}:role/\w+"),
        cli=True,
        moto=NO_TRUST,
    ),
    Case(
        "a role in a suspended account",
        "sts",
        "AssumeRole",
        {
            "RoleArn": "arn:aws:iam::{suspended}:role/{role_name}",
            "RoleSessionName": "judge",
            "ExternalId": EXTERNAL_ID,
        },
        error=("AccessDenied", 403),
        message=denied("sts:AssumeRole", r" on resource: arn:aws:iam::\d{12}:role/\w+"),
        moto=NO_TRUST,
    ),
    Case(
        "a role in an account of strangers",
        "sts",
        "AssumeRole",
        {"RoleArn": "arn:aws:iam::{outsider}:role/{role_name}", "RoleSessionName": "judge"},
        error=("AccessDenied", 403),
        message=denied("sts:AssumeRole", r" on resource: arn:aws:iam::\d{12}:role/\w+"),
        moto=NO_TRUST,
    ),
    Case(
        "a wrong secret, query",
        "sts",
        "GetCallerIdentity",
        who=WRONG_SECRET,
        error=("SignatureDoesNotMatch", 403),
        cli=True,
        moto=NO_SIGNATURES,
    ),
    Case(
        "a wrong secret, JSON 1.1",
        "organizations",
        "ListAccounts",
        who=WRONG_SECRET,
        error=("InvalidSignatureException", 400),
        cli=True,
        moto=NO_SIGNATURES,
    ),
    Case(
        "a wrong secret, REST JSON",
        "account",
        "ListRegions",
        who=WRONG_SECRET,
        error=("InvalidSignatureException", 403),
        moto=NO_SIGNATURES,
    ),
    Case(
        "an unknown key, query",
        "sts",
        "GetCallerIdentity",
        who=UNKNOWN_KEY,
        error=("InvalidClientTokenId", 403),
        cli=True,
        moto=NO_SIGNATURES,
    ),
    Case(
        "an unknown key, JSON 1.1",
        "cloudtrail",
        "DescribeTrails",
        who=UNKNOWN_KEY,
        error=("UnrecognizedClientException", 400),
        moto=NO_SIGNATURES,
    ),
    Case(
        "no signature, query",
        "sts",
        "GetCallerIdentity",
        who=NOBODY,
        error=("MissingAuthenticationToken", 403),
        moto=NO_SIGNATURES,
    ),
    Case(
        "no signature, JSON 1.1",
        "kms",
        "DescribeKey",
        {"KeyId": "{trail_key_arn}"},
        who=NOBODY,
        error=("MissingAuthenticationTokenException", 400),
        moto=NO_SIGNATURES,
    ),
]


def elsewhere(name: str, service: str, operation: str, parameters: dict, error: tuple) -> Case:
    return Case(
        name,
        service,
        operation,
        parameters,
        who=SEALED,
        region=OPT_IN,
        error=error,
        moto=NO_REGIONS,
    )


REGIONS = [
    elsewhere(
        "a Region that is not enabled, JSON 1.1",
        "cloudtrail",
        "DescribeTrails",
        {},
        ("UnrecognizedClientException", 400),
    ),
    elsewhere(
        "a Region that is not enabled, KMS",
        "kms",
        "DescribeKey",
        {"KeyId": "alias/aws/s3"},
        ("UnrecognizedClientException", 400),
    ),
    elsewhere(
        "a Region that is not enabled, query",
        "sts",
        "GetCallerIdentity",
        {},
        ("InvalidClientTokenId", 403),
    ),
    Case(
        "a Region that a service control policy denies",
        "cloudtrail",
        "DescribeTrails",
        who=FENCED,
        region=FENCED_REGION,
        error=("AccessDeniedException", 400),
        message=denied(
            "cloudtrail:DescribeTrails",
            r".* with an explicit deny in a service control policy"
            r": arn:aws:organizations::{management}:policy/{organization_id}/"
            r"service_control_policy/p-[a-z0-9]+",
        ),
        cli=True,
        moto=NO_POLICIES,
    ),
    Case(
        "the same in a Region that it lets",
        "cloudtrail",
        "DescribeTrails",
        who=FENCED,
        moto="moto shows an organization's trail to its owner alone",
        fields={"length(trailList)": 1},
    ),
]


def ended(
    name: str, service: str, operation: str, parameters: dict, error: tuple, **options
) -> Case:
    return Case(
        name, service, operation, parameters, who=SEALED, error=error, moto=NO_END, **options
    )


# What a session is answered after its hour; the clock is moved before these are asked.
ENDED = [
    ended(
        "an ended session, query", "sts", "GetCallerIdentity", {}, ("ExpiredToken", 403), cli=True
    ),
    ended(
        "an ended session, JSON 1.1",
        "cloudtrail",
        "DescribeTrails",
        {},
        ("ExpiredTokenException", 400),
        cli=True,
    ),
    ended(
        "an ended session, REST JSON", "account", "ListRegions", {}, ("ExpiredTokenException", 403)
    ),
    ended(
        "an ended session, REST XML",
        "s3",
        "ListObjectsV2",
        {"Bucket": "{kms_bucket}"},
        ("ExpiredToken", 400),
    ),
    ended(
        "an ended session, HEAD",
        "s3",
        "HeadObject",
        {"Bucket": "{kms_bucket}", "Key": "{kms_object}"},
        ("400", 400),
    ),
]

CASES = CALLERS + REGIONS
