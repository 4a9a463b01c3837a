"""Clients of one AWS that stands on this machine: the simulator, or moto."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import boto3
from answers import Answer, Recorder, call, replay
from botocore import UNSIGNED
from botocore.config import Config

HOME = "us-east-1"
SESSION_NAME = "judge"

# Who may call: the user that the server names, a role's session in the account with that label, the
# user with a secret that is not his, and nobody at all.
MANAGEMENT, WRONG_SECRET, UNKNOWN_KEY, NOBODY = (
    "management",
    "wrong secret",
    "unknown key",
    "nobody",
)

# Where a bucket's name stands in the address of a request.
PATH, VIRTUAL_HOST = "path", "virtual host"

CONFIG = Config(
    connect_timeout=5,
    read_timeout=20,
    retries={"total_max_attempts": 1, "mode": "standard"},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


@dataclass
class Credentials:
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None


@dataclass
class World:
    """One server, its user, and what is known of the organization in it."""

    name: str
    endpoint: str
    user: Credentials
    # Label of a member account -> its number; filled in by facts.py, as is `facts`.
    accounts: dict[str, str] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)
    role: dict[str, str] = field(default_factory=dict)
    _session: boto3.Session = field(default_factory=boto3.Session)
    _sessions: dict[str, Credentials] = field(default_factory=dict)
    _clients: dict[tuple, tuple] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def call(self, who, service, operation, parameters, region=HOME, style=PATH) -> Answer:
        client, recorder = self.client(who, service, region, style)
        return call(client, recorder, operation, parameters)

    def replay(self, answer: Answer, parameters: dict, region=HOME, style=PATH) -> Answer:
        client, recorder = self.client(MANAGEMENT, answer.service, region, style)
        return replay(client, recorder, answer, parameters)

    def client(self, who: str, service: str, region: str = HOME, style: str = PATH):
        """A client and the recorder of its answers."""
        key = (who, service, region, style)
        with self._lock:
            if key not in self._clients:
                recorder = Recorder()
                client = self.new_client(who, service, region, style)
                recorder.watch(client)
                self._clients[key] = (client, recorder)
            return self._clients[key]

    def new_client(self, who: str, service: str, region=HOME, style=PATH, config: Config = CONFIG):
        addressing = {"addressing_style": "virtual" if style == VIRTUAL_HOST else "path"}
        config = config.merge(Config(s3=addressing))
        options = {}
        if who == NOBODY:
            config = config.merge(Config(signature_version=UNSIGNED))
        else:
            credentials = self.credentials(who)
            options = {
                "aws_access_key_id": credentials.access_key_id,
                "aws_secret_access_key": credentials.secret_access_key,
                "aws_session_token": credentials.session_token,
            }
        if style == VIRTUAL_HOST:
            # AWS's own address, signed as such, and then sent to this machine.
            client = self._session.client(service, region, config=config, **options)
            client.meta.events.register_last("before-send", self._divert)
            return client
        return self._session.client(
            service, region, endpoint_url=self.endpoint, config=config, **options
        )

    def _divert(self, request, **_) -> None:
        there, here = urlsplit(request.url), urlsplit(self.endpoint)
        request.headers["Host"] = there.netloc
        request.url = there._replace(scheme=here.scheme, netloc=here.netloc).geturl()

    def credentials(self, who: str) -> Credentials:
        if who == MANAGEMENT:
            return self.user
        if who == WRONG_SECRET:
            return Credentials(self.user.access_key_id, "0" * 40)
        if who == UNKNOWN_KEY:
            return Credentials("AKIA" + "Z" * 16, self.user.secret_access_key)
        with self._lock:
            if who not in self._sessions:
                self._sessions[who] = self._assume(self.accounts[who])
            return self._sessions[who]

    def _assume(self, account_id: str) -> Credentials:
        external = {"ExternalId": self.role["external_id"]} if self.role["external_id"] else {}
        role = f"arn:aws:iam::{account_id}:role/{self.role['name']}"
        answer = self.new_client(MANAGEMENT, "sts").assume_role(
            RoleArn=role, RoleSessionName=SESSION_NAME, **external
        )["Credentials"]
        return Credentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
