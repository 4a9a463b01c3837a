"""Clients for one moto server: the management account's own, and one session per member account."""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass, field

import boto3
from botocore.config import Config

ROLE_NAME = "OrganizationAccountAccessRole"
HOME_REGION = "us-east-1"

# moto takes a key that it did not issue for the default account, 123456789012. These are the
# example values of AWS's documentation, and no secret.
MANAGEMENT_CREDENTIALS = {
    "aws_access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}

CLOUDTRAIL_TARGET = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"

CONFIG = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"max_attempts": 1},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


@dataclass
class Moto:
    """One running moto server."""

    endpoint: str
    _session: boto3.Session = field(default_factory=boto3.Session)

    def post(self, path: str) -> None:
        """Calls moto's own interface, which no AWS client knows."""
        request = urllib.request.Request(f"{self.endpoint}/moto-api/{path}", method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()

    def client(self, service: str, region: str = HOME_REGION, credentials=None):
        return self._session.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            config=CONFIG,
            **(credentials or MANAGEMENT_CREDENTIALS),
        )

    def warm(self, access_key_id: str) -> None:
        """Asks for the trails of every Region, with the little of a signature that moto reads.

        moto makes a Region's backend on its first request, while another request may be walking
        over the account's backends: rarely, but then it answers 500. After this none is left to
        make. A client of boto3 per Region would take five times as long.
        """
        for region in self.regions():
            scope = f"{access_key_id}/20260101/{region}/cloudtrail/aws4_request"
            signature = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
            headers = {
                "Authorization": signature,
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": f"{CLOUDTRAIL_TARGET}.DescribeTrails",
            }
            request = urllib.request.Request(self.endpoint, data=b"{}", headers=headers)
            with urllib.request.urlopen(request, timeout=30) as answer:
                answer.read()

    def regions(self) -> list[str]:
        """The Regions of the partition `aws`, as botocore knows them."""
        return sorted(self._session.get_available_regions("cloudtrail", partition_name="aws"))


@dataclass(eq=False)
class Account:
    """An account, written to through a role in it: so moto knows whose the writes are. The label
    is that of its case; what Organizations calls it is another matter, see names.py."""

    moto: Moto
    label: str
    id: str
    _credentials: dict[str, str] | None = None
    _clients: dict[tuple[str, str], object] = field(default_factory=dict)

    def client(self, service: str, region: str = HOME_REGION):
        key = (service, region)
        if key not in self._clients:
            self._clients[key] = self.moto.client(service, region, self.credentials())
        return self._clients[key]

    def credentials(self) -> dict[str, str]:
        if self._credentials is None:
            self._credentials = self._assume_role()
        return self._credentials

    def _assume_role(self) -> dict[str, str]:
        answer = self.moto.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{self.id}:role/{ROLE_NAME}", RoleSessionName="seed"
        )["Credentials"]
        return {
            "aws_access_key_id": answer["AccessKeyId"],
            "aws_secret_access_key": answer["SecretAccessKey"],
            "aws_session_token": answer["SessionToken"],
        }
