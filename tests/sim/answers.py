"""Answers as they came over the wire, and as botocore understands them.

Every answer is kept raw, so that it can be falsified and read once more by the very same client:
`replay` gives a client the raw answer instead of a connection.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

# What botocore's parsers raise at an answer that makes no sense to them.
UNREADABLE = (ResponseParserError, ValueError, TypeError, KeyError, AttributeError)


@dataclass(frozen=True)
class Answer:
    """One answer. `parsed` is what the client gave back, `error` whether it raised; `unreadable`
    says why it understood nothing."""

    service: str
    operation: str
    method: str
    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    parsed: dict = field(compare=False)
    error: bool
    unreadable: str | None = None

    def header(self, name: str) -> str | None:
        return next((value for it, value in self.headers if it.lower() == name.lower()), None)

    def with_header(self, name: str, value: str | None) -> Answer:
        """The same with another value of a header, or without it."""
        headers = [it for it in self.headers if it[0].lower() != name.lower()]
        if value is not None:
            headers.append((name, value))
        return replace(self, headers=tuple(headers))

    def code(self) -> str | None:
        return self.parsed.get("Error", {}).get("Code")

    def where(self) -> str:
        return f"{self.service}:{self.operation}"


class Recorder:
    """Keeps every answer that a client gets, attempt by attempt."""

    def __init__(self) -> None:
        self.raw: list[tuple] = []

    def watch(self, client) -> None:
        client.meta.events.register("before-send", self._sent)
        client.meta.events.register("before-parse", self._got)

    def _sent(self, request, **_) -> None:
        self._request = (request.method, request.url)

    def _got(self, operation_model, response_dict, **_) -> None:
        method, url = self._request
        body = response_dict["body"]
        if not isinstance(body, bytes):
            # The body of an object, which the caller reads.
            body = b""
        headers = tuple((str(name), str(value)) for name, value in response_dict["headers"].items())
        self.raw.append(
            (operation_model.name, method, url, response_dict["status_code"], headers, body)
        )


class _Raw(io.BytesIO):
    """What urllib3 would have given."""

    def stream(self, **_):
        yield self.read()


def call(client, recorder: Recorder, operation: str, parameters: dict) -> Answer:
    """Calls an operation and gives its last answer; throttled attempts are not its answer."""
    method = next(it for it, name in client.meta.method_to_api_mapping.items() if name == operation)
    unreadable = None
    try:
        parsed, error = getattr(client, method)(**parameters), False
        if hasattr(parsed.get("Body"), "read"):
            parsed["Body"] = parsed["Body"].read()
    except ClientError as refused:
        parsed, error = refused.response, True
    except UNREADABLE as problem:
        parsed, error, unreadable = {}, False, str(problem)
    _, verb, url, status, headers, body = recorder.raw[-1]
    service = client.meta.service_model.service_name
    return Answer(service, operation, verb, url, status, headers, body, parsed, error, unreadable)


def merged(answers: list[Answer]) -> dict:
    """All pages as one: every list in full, and the rest as the last page says it."""
    whole: dict = {}
    for answer in answers:
        lists = {
            name: whole.get(name, []) + it
            for name, it in answer.parsed.items()
            if isinstance(it, list)
        }
        whole = {name: it for name, it in whole.items() if isinstance(it, list)}
        whole |= answer.parsed | lists
    whole.pop("ResponseMetadata", None)
    return whole


def replay(client, recorder: Recorder, answer: Answer, parameters: dict) -> Answer:
    """What the client makes of a raw answer, which nobody has to send."""

    def instead(request, **_):
        return AWSResponse(request.url, answer.status, dict(answer.headers), _Raw(answer.body))

    client.meta.events.register_last("before-send", instead)
    try:
        return call(client, recorder, answer.operation, parameters)
    finally:
        client.meta.events.unregister("before-send", instead)
