"""Calls to Organizations and Account Management."""

from __future__ import annotations

from case import Case, Matches
from clients import MANAGEMENT
from names import ARCHIVE, WORKLOAD

TOKEN = ("NextToken", "NextToken")


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
        fields={"sort([].OrganizationalUnits[].Name)": ["Sandbox", "Security", "Workloads"]},
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
        "one account",
        "organizations",
        "DescribeAccount",
        {"AccountId": "{workload}"},
        cli=True,
        fields={"Account.Id": "{workload}", "Account.Name": WORKLOAD, "Account.State": "ACTIVE"},
    ),
    Case(
        "an account of strangers",
        "organizations",
        "DescribeAccount",
        {"AccountId": "{outsider}"},
        error=("AccountNotFoundException", 400),
    ),
    Case(
        "one unit",
        "organizations",
        "DescribeOrganizationalUnit",
        {"OrganizationalUnitId": "{unit_security}"},
        fields={"OrganizationalUnit.Name": "Security"},
    ),
    Case(
        "children of a unit",
        "organizations",
        "ListChildren",
        {"ParentId": "{unit_security}", "ChildType": "ACCOUNT"},
        fields={"Children": [{"Id": "{log_archive}", "Type": "ACCOUNT"}]},
    ),
    Case(
        "the parent of an account",
        "organizations",
        "ListParents",
        {"ChildId": "{log_archive}"},
        fields={"Parents": [{"Id": "{unit_security}", "Type": "ORGANIZATIONAL_UNIT"}]},
    ),
    Case(
        "administrators to whom nothing is delegated",
        "organizations",
        "ListDelegatedAdministrators",
        cli=True,
        fields={"DelegatedAdministrators": []},
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
    Case(
        "one Region",
        "account",
        "GetRegionOptStatus",
        {"RegionName": "eu-west-1"},
        who=WORKLOAD,
        moto="moto has no GetRegionOptStatus",
        fields={"RegionName": "eu-west-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"},
    ),
]
