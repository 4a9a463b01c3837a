"""Calls to Organizations, STS and Account Management."""

from __future__ import annotations

from case import Case, Matches
from clients import MANAGEMENT, NOBODY, UNKNOWN_KEY, WRONG_SECRET
from names import ARCHIVE, ELSEWHERE, EXTERNAL_ID, WORKLOAD

NO_TRUST = "moto has no trust policies and lets everybody into every role"
NO_SIGNATURES = "moto takes any access key and verifies no signature unless told to"

TOKEN = ("NextToken", "NextToken")
ROLE = "arn:aws:iam::{workload}:role/{role_name}"


def sorted_once(path: str):
    """A check that no item of a list comes twice, whatever its page."""
    name, _, field = path.partition("[].")

    def check(_, answers) -> list[str]:
        items = [item[field] for answer in answers for item in answer.parsed[name]]
        twice = sorted({it for it in items if items.count(it) > 1})
        return [f"{name} has {', '.join(twice)} more than once"] if twice else []

    return check


def at_most_20(pages) -> bool:
    """at most 20 accounts a page, and more than one page"""
    return len(pages) > 1 and all(len(it["Accounts"]) <= 20 for it in pages)


def without_token(parsed) -> bool:
    """no token after the last page"""
    return parsed is None


CASES = [
    Case(
        "accounts, page by page",
        "organizations",
        "ListAccounts",
        pages=TOKEN,
        cli=True,
        fields={
            "length([].Accounts[])": "{account_count}",
            "@": at_most_20,
            "[].Accounts[] | [?Id=='{suspended}'].State | [0]": "SUSPENDED",
            "[].Accounts[] | [?Id=='{workload}'].Name | [0]": WORKLOAD,
            "[-1].NextToken": without_token,
        },
        check=sorted_once("Accounts[].Id"),
    ),
    Case(
        "accounts, a small page",
        "organizations",
        "ListAccounts",
        {"MaxResults": 5},
        cli=True,
        values=False,
        fields={"length(Accounts)": 5, "NextToken": Matches("(?s).{1,}")},
    ),
    Case(
        "accounts, small pages",
        "organizations",
        "ListAccounts",
        {"MaxResults": 7},
        pages=TOKEN,
        fields={"length([].Accounts[])": "{account_count}"},
        check=sorted_once("Accounts[].Id"),
    ),
    Case(
        "accounts, a token of nobody",
        "organizations",
        "ListAccounts",
        {"NextToken": "AAAA"},
        error=("InvalidInputException", 400),
        moto="moto takes any token for a page that it does not have",
    ),
    Case(
        "accounts, asked by a member",
        "organizations",
        "ListAccounts",
        who=WORKLOAD,
        error=("AccessDeniedException", 400),
        cli=True,
        moto="moto refuses members with AWSOrganizationsNotInUseException",
    ),
    Case(
        "the organization",
        "organizations",
        "DescribeOrganization",
        cli=True,
        fields={
            "Organization.Id": "{organization_id}",
            "Organization.MasterAccountId": "{management}",
            "Organization.FeatureSet": "ALL",
        },
    ),
    Case(
        "the organization, asked by a member",
        "organizations",
        "DescribeOrganization",
        who=WORKLOAD,
        fields={"Organization.MasterAccountId": "{management}"},
    ),
    Case(
        "roots", "organizations", "ListRoots", fields={"length(Roots)": 1, "Roots[0].Id": "{root}"}
    ),
    Case(
        "units under the root",
        "organizations",
        "ListOrganizationalUnitsForParent",
        {"ParentId": "{root}"},
        pages=TOKEN,
        cli=True,
        fields={"sort([].OrganizationalUnits[].Name)": ["Security", "Workloads"]},
    ),
    Case(
        "units under a unit",
        "organizations",
        "ListOrganizationalUnitsForParent",
        {"ParentId": "{unit_security}"},
        fields={"OrganizationalUnits": []},
    ),
    Case(
        "units under nothing",
        "organizations",
        "ListOrganizationalUnitsForParent",
        {"ParentId": "ou-zzzz-zzzzzzzz"},
        error=("ParentNotFoundException", 400),
        moto="moto does not look whether the parent exists",
    ),
    Case(
        "accounts under a unit",
        "organizations",
        "ListAccountsForParent",
        {"ParentId": "{unit_security}"},
        pages=TOKEN,
        fields={"[].Accounts[].Id": ["{log_archive}"]},
    ),
    Case(
        "accounts under the root",
        "organizations",
        "ListAccountsForParent",
        {"ParentId": "{root}"},
        pages=TOKEN,
        fields={"[].Accounts[].Id": ["{management}"]},
    ),
    Case(
        "tags of an account",
        "organizations",
        "ListTagsForResource",
        {"ResourceId": "{workload}"},
        fields={"Tags": [{"Key": "owner", "Value": "payments"}]},
    ),
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
        cli=True,
        moto=NO_TRUST,
    ),
    Case(
        "a role without an external id",
        "sts",
        "AssumeRole",
        {"RoleArn": ROLE, "RoleSessionName": "judge"},
        error=("AccessDenied", 403),
        moto=NO_TRUST,
    ),
    Case(
        "a role that is missing",
        "sts",
        "AssumeRole",
        {"RoleArn": "arn:aws:iam::{workload}:role/Nobody", "RoleSessionName": "judge"},
        error=("AccessDenied", 403),
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
        moto=NO_TRUST,
    ),
    Case(
        "a role in an account of strangers",
        "sts",
        "AssumeRole",
        {"RoleArn": "arn:aws:iam::{outsider}:role/{role_name}", "RoleSessionName": "judge"},
        error=("AccessDenied", 403),
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
    Case(
        "Regions",
        "account",
        "ListRegions",
        {"MaxResults": 50},
        who=WORKLOAD,
        pages=TOKEN,
        cli=True,
        moto="moto has no ListRegions",
        fields={
            "[].Regions[] | [?RegionName=='us-east-1'].RegionOptStatus | [0]": "ENABLED_BY_DEFAULT",
            "[].Regions[] | [?RegionName=='eu-west-1'].RegionOptStatus | [0]": "ENABLED_BY_DEFAULT",
            "length([].Regions[]) > `20`": True,
        },
        check=sorted_once("Regions[].RegionName"),
    ),
    Case(
        "Regions, page by page",
        "account",
        "ListRegions",
        {"MaxResults": 10},
        who=ARCHIVE,
        pages=TOKEN,
        moto="moto has no ListRegions",
        fields={"length([0].Regions)": 10},
        check=sorted_once("Regions[].RegionName"),
    ),
    Case(
        "Regions that are on by default",
        "account",
        "ListRegions",
        {"RegionOptStatusContains": ["ENABLED_BY_DEFAULT"]},
        who=MANAGEMENT,
        moto="moto has no ListRegions",
        cli=True,
        fields={
            "length(Regions[?RegionOptStatus!='ENABLED_BY_DEFAULT'])": 0,
            "length(Regions) > `10`": True,
        },
    ),
]
