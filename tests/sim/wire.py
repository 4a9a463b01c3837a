"""What every answer of AWS carries, whatever it says: a request id, a type, a length, a date."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

from answers import Answer
from model import service_model

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
S3_REQUEST_ID = re.compile(r"[0-9A-Z]{16}")
S3_HOST_ID = re.compile(r"[0-9A-Za-z+/=]{40,}")

CONTENT_TYPES = {
    "json": {"application/x-amz-json-1.1"},
    "rest-json": {"application/json"},
    "query": {"text/xml"},
    "rest-xml": {"application/xml"},
}


def problems(answer: Answer) -> list[str]:
    protocol = service_model(answer.service).protocol
    is_s3 = protocol == "rest-xml"
    lines = s3_ids(answer) if is_s3 else ids(answer)
    lines += content(answer, CONTENT_TYPES[protocol])
    date = answer.header("date")
    if date is None:
        lines.append("header date: is absent")
    elif "GMT" not in date or parsedate_to_datetime(date) is None:
        lines.append(f"header date: is {date!r}")
    return lines


def ids(answer: Answer) -> list[str]:
    told = answer.header("x-amzn-requestid")
    if told is None or not UUID.fullmatch(told):
        return [f"header x-amzn-requestid: is {told!r}, no UUID"]
    lines = []
    read = answer.parsed.get("ResponseMetadata", {}).get("RequestId")
    if read != told:
        lines.append(f"RequestId: the client reads {read!r}, the header says {told!r}")
    if answer.body.startswith(b"<"):
        lines += [
            f"RequestId: the body says {it!r}, the header {told!r}"
            for it in in_body(answer.body, "RequestId")
            if it != told
        ]
    return lines


def s3_ids(answer: Answer) -> list[str]:
    lines = []
    for name, grammar, element in [
        ("x-amz-request-id", S3_REQUEST_ID, "RequestId"),
        ("x-amz-id-2", S3_HOST_ID, "HostId"),
    ]:
        told = answer.header(name)
        if told is None or not grammar.fullmatch(told):
            lines.append(f"header {name}: is {told!r}")
        elif answer.error:
            lines += [
                f"{element}: the body says {it!r}, the header {told!r}"
                for it in in_body(answer.body, element)
                if it != told
            ]
    if answer.header("server") != "AmazonS3":
        lines.append(f"header server: is {answer.header('server')!r}")
    return lines


def in_body(body: bytes, name: str) -> list[str]:
    """The texts of the elements with this name."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        # The walk over the answer says so.
        return []
    return [it.text or "" for it in root.iter() if it.tag.rpartition("}")[2] == name]


def content(answer: Answer, types: set[str]) -> list[str]:
    lines = []
    kind = (answer.header("content-type") or "").partition(";")[0]
    if answer.body and kind not in types:
        lines.append(f"header content-type: is {kind!r}, expected {', '.join(sorted(types))}")
    length = answer.header("content-length")
    is_bodiless = answer.method == "HEAD" or answer.operation == "GetObject"
    if not is_bodiless and length is not None and int(length) != len(answer.body):
        lines.append(f"header content-length: is {length}, and {len(answer.body)} bytes came")
    if length is None and not is_bodiless and answer.header("transfer-encoding") is None:
        lines.append("header content-length: is absent")
    return lines
