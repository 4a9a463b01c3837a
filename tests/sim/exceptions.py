"""Where moto is not AWS: what it may answer otherwise, and why.

An exemption that no answer needs is a complaint, so that this table does not outlive moto's gaps.
Cases that moto cannot answer at all say so themselves, see `Case.moto`.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from case import Case


class Difference(enum.Enum):
    VALUE = "another value"
    ONLY_MOTO = "only moto has it"
    ONLY_AWS = "moto lacks it"


@dataclass(frozen=True)
class Exemption:
    """Fields of an operation that may differ in one way."""

    operation: str
    path: str
    how: Difference
    reason: str
    # Whether a differing value must still be of the same kind.
    same_kind: bool = True

    def holds(self, case: Case, path: str, how: Difference) -> bool:
        if self.how is not how or not re.fullmatch(self.operation, case.operation):
            return False
        return re.fullmatch(self.path, path) is not None


VALUE, ONLY_MOTO, ONLY_AWS = Difference.VALUE, Difference.ONLY_MOTO, Difference.ONLY_AWS

DRAWN = "each world draws its own"

EXCEPTIONS: list[Exemption] = [
    # Organizations.
    Exemption(
        "ListAccounts.*|DescribeAccount",
        r"Account(s\[\])?\.Paths\[\](\[\])?",
        ONLY_AWS,
        "botocore's model has it since March 2026, moto has not",
    ),
    Exemption(
        "ListOrganizationalUnitsForParent|DescribeOrganizationalUnit",
        r"OrganizationalUnit(s\[\])?\.Path",
        ONLY_AWS,
        "botocore's model has it since March 2026, moto has not",
    ),
    Exemption(
        "ListAccounts.*|DescribeAccount",
        r"Account(s\[\])?\.Status",
        ONLY_MOTO,
        "Organizations retired the field on September 9, 2026",
    ),
    Exemption(
        "ListAccounts.*|Describe(Organization|Account)",
        r".*Email",
        VALUE,
        "mail addresses are made up",
    ),
    Exemption(
        "ListRoots",
        r"Roots\[\]\.PolicyTypes\[\]\.\w+",
        ONLY_AWS,
        "moto enables no policy type in a new organization; the simulator's has service control "
        "policies in force",
    ),
    # STS.
    Exemption(
        "GetCallerIdentity|AssumeRole", r"(AssumedRoleUser\.AssumedRole|User)Id", VALUE, DRAWN
    ),
    Exemption("AssumeRole", r"Credentials\.(\w+)", VALUE, DRAWN),
    Exemption(
        "AssumeRole",
        "PackedPolicySize",
        ONLY_MOTO,
        "AWS tells it of a session with policies or tags; moto always says 6",
    ),
    # CloudTrail.
    Exemption("GetTrail", r"Trail\.HomeRegion", ONLY_AWS, "moto leaves it out of GetTrail"),
    Exemption(
        "GetTrailStatus",
        "TimeLoggingStarted|LatestDeliveryAttempt(Time|Succeeded)",
        VALUE,
        "times as text; moto's are those of the seed and of the question",
    ),
    Exemption(
        "GetTrailStatus",
        "LatestDigestDeliveryTime",
        ONLY_AWS,
        "moto delivers no digests, though the trail validates its files",
    ),
    Exemption(
        "GetEventSelectors",
        r"AdvancedEventSelectors\[\]",
        ONLY_MOTO,
        "AWS answers one of the two kinds, moto both, one of them empty",
    ),
    Exemption(
        "GetEventSelectors",
        r"EventSelectors\[\]\.(ExcludeManagementEventSources|DataResources)\[\]",
        ONLY_AWS,
        "AWS fills in empty lists where nothing was put; moto gives back what was put",
    ),
    # KMS.
    Exemption(
        "DescribeKey",
        r"KeyMetadata\.CurrentKeyMaterialId",
        ONLY_AWS,
        "KMS tells it since June 2025, moto does not",
    ),
    Exemption(
        "ListAliases",
        r"Aliases\[\]\.(CreationDate|LastUpdatedDate)",
        ONLY_AWS,
        "KMS tells them since December 2020, moto does not",
    ),
    Exemption("GetKeyPolicy", "Policy", VALUE, "moto's keys are seeded with a wider policy"),
    Exemption("GetKeyPolicy", "PolicyName", ONLY_AWS, "KMS tells it since 2023, moto does not"),
    Exemption(
        "GetKeyRotationStatus",
        "KeyId|RotationPeriodInDays|NextRotationDate",
        ONLY_AWS,
        "KMS tells them since April 2024; moto tells the period of what asked for one",
    ),
    # S3.
    Exemption(
        "HeadObject|ListObjectsV2",
        r"(Contents\[\]\.)?ETag",
        VALUE,
        "of objects under keys of KMS no MD5; moto's content is not the simulator's",
    ),
    Exemption(
        "HeadObject",
        "SSEKMSKeyId",
        ONLY_AWS,
        "moto leaves it out of what it encrypts twice (aws:kms:dsse)",
    ),
    Exemption(
        "PutObject|HeadObject|GetObject",
        "ServerSideEncryption",
        ONLY_AWS,
        "S3 encrypts whatever is put, since January 2023",
    ),
    Exemption(
        "HeadBucket|ListBuckets",
        r"(Buckets\[\]\.)?BucketArn|AccessPointAlias",
        ONLY_AWS,
        "S3 tells them, moto does not",
    ),
    Exemption("ListBuckets", r"Owner\.ID", VALUE, "moto's is a constant"),
    Exemption(
        "ListBuckets", r"Owner\.DisplayName", ONLY_MOTO, "S3 retired the field in November 2025"
    ),
]
