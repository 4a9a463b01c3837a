"""Holds raw answers against botocore's service models: every field must stand there, with its type.

botocore's own parsers are lenient: they pass over what they do not know. This walks over the bytes
instead, and says what a strict client would stumble over.
"""

from __future__ import annotations

import base64
import functools
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import botocore.session
from answers import Answer

# What S3 calls the outermost element of an answer; the models leave it out.
S3_ROOTS = {
    "ListObjectsV2": "ListBucketResult",
    "ListBuckets": "ListAllMyBucketsResult",
    "GetBucketLocation": "LocationConstraint",
    "GetBucketEncryption": "ServerSideEncryptionConfiguration",
}
S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

# Headers of S3 that belong to every answer and so to no operation's model.
S3_HEADERS = {"x-amz-request-id", "x-amz-id-2", "x-amz-bucket-region"}

_SESSION = botocore.session.get_session()


@functools.cache
def service_model(service: str):
    return _SESSION.get_service_model(service)


@functools.cache
def pattern(text: str) -> re.Pattern | None:
    """A pattern of a model; `None` where it is written for another language's engine."""
    try:
        return re.compile(text)
    except re.error:
        return None


@dataclass
class Walk:
    """What a walk over an answer found."""

    problems: list[str] = field(default_factory=list)
    # How many fields were seen.
    fields: int = 0

    def say(self, path: str, what: str) -> None:
        self.problems.append(f"{path or '(the answer)'}: {what}")


def walk(answer: Answer) -> Walk:
    """Walks over an answer that is no error; errors are walked over in errors.py."""
    found = Walk()
    model = service_model(answer.service)
    operation = model.operation_model(answer.operation)
    shape = operation.output_shape
    if model.protocol in ("json", "rest-json"):
        document = parse_json(answer.body, found)
        if document is not None:
            json_value(document, shape, "", found)
    elif model.protocol == "query":
        query(answer, shape, found)
    else:
        rest_xml(answer, shape, found)
    return found


def parse_json(body: bytes, found: Walk):
    def no_pair_twice(pairs):
        names = [name for name, _ in pairs]
        if twice := {name for name in names if names.count(name) > 1}:
            found.say("", f"{sorted(twice)} stand in it twice")
        return dict(pairs)

    try:
        return json.loads(body, object_pairs_hook=no_pair_twice)
    except ValueError as error:
        found.say("", f"is no JSON: {error}")
        return None


def json_value(value, shape, path: str, found: Walk) -> None:
    """One value of a JSON answer, and all in it."""
    found.fields += 1
    kind = shape.type_name
    if value is None:
        found.say(path, "is null, which AWS never sends")
    elif kind == "structure":
        json_structure(value, shape, path, found)
    elif kind == "list":
        if not isinstance(value, list):
            found.say(path, f"is {value!r}, not a list")
            return
        for index, item in enumerate(value):
            json_value(item, shape.member, f"{path}[{index}]", found)
    elif kind == "map":
        if not isinstance(value, dict):
            found.say(path, f"is {value!r}, not a map")
            return
        for name, item in value.items():
            json_value(item, shape.value, f"{path}.{name}", found)
    else:
        json_scalar(value, shape, path, found)


def json_structure(value, shape, path: str, found: Walk) -> None:
    if not isinstance(value, dict):
        found.say(path, f"is {value!r}, not a structure")
        return
    members = {it.serialization.get("name", name): it for name, it in shape.members.items()}
    for name, item in value.items():
        if name not in members:
            found.say(f"{path}.{name}", f"is not in the model of {shape.name}")
        else:
            json_value(item, members[name], f"{path}.{name}", found)
    required = [shape.members[it].serialization.get("name", it) for it in shape.required_members]
    for name in required:
        if name not in value:
            found.say(f"{path}.{name}", f"is required in {shape.name} and absent")


def json_scalar(value, shape, path: str, found: Walk) -> None:
    kind = shape.type_name
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    right = {
        "string": isinstance(value, str),
        "character": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "integer": is_number and isinstance(value, int),
        "long": is_number and isinstance(value, int),
        "float": is_number,
        "double": is_number,
        # The JSON protocols count seconds.
        "timestamp": is_number,
        "blob": isinstance(value, str) and is_base64(value),
    }[kind]
    if not right:
        found.say(path, f"is {value!r}, not a {kind}")
    elif isinstance(value, str):
        text(value, shape, path, found)
    elif kind == "timestamp":
        moment(float(value), path, found)
    else:
        bounds(value, value, shape, path, found)


def is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        return False
    return True


def text(value: str, shape, path: str, found: Walk) -> None:
    """What a model says about a string: its words, its grammar, its length."""
    words = shape.metadata.get("enum")
    if words and value not in words:
        found.say(path, f"is {value!r}, none of {shape.name}'s words")
    grammar = pattern(shape.metadata["pattern"]) if "pattern" in shape.metadata else None
    if grammar and not grammar.search(value):
        found.say(path, f"is {value!r}, not in the grammar {grammar.pattern!r} of {shape.name}")
    bounds(len(value), value, shape, path, found)


def bounds(size, value, shape, path: str, found: Walk) -> None:
    if size < shape.metadata.get("min", size) or size > shape.metadata.get("max", size):
        found.say(path, f"is {value!r}, out of the bounds of {shape.name}")


def moment(seconds: float, path: str, found: Walk) -> None:
    """AWS is of this century, and so is what it tells: milliseconds would be far beyond."""
    if not 946_684_800 <= seconds < 4_102_444_800:
        found.say(path, f"is {seconds!r}, no time of this century in seconds")


def query(answer: Answer, shape, found: Walk) -> None:
    """The query protocol: the result stands in a wrapper, beside the request's id."""
    root = parse_xml(answer.body, found)
    if root is None:
        return
    namespace = service_model(answer.service).metadata["xmlNamespace"]
    if root.tag != f"{{{namespace}}}{answer.operation}Response":
        found.say("", f"begins with {root.tag}")
    wrapper = shape.serialization["resultWrapper"]
    if [local(it) for it in root] != [wrapper, "ResponseMetadata"]:
        found.say("", f"holds {[local(it) for it in root]}")
        return
    xml_structure(root[0], shape, "", found)
    if [local(it) for it in root[1]] != ["RequestId"]:
        found.say(".ResponseMetadata", "holds something else than RequestId")


def rest_xml(answer: Answer, shape, found: Walk) -> None:
    """REST XML: some members are headers, the others are the body or its elements."""
    headers = {name.lower(): value for name, value in answer.headers}
    members = shape.members
    by_header, prefixes = {}, []
    for member in members.values():
        if member.serialization.get("location") == "header":
            by_header[member.serialization["name"].lower()] = member
        elif member.serialization.get("location") == "headers":
            prefixes.append(member.serialization.get("name", "").lower())
    for name, value in headers.items():
        if name in by_header:
            found.fields += 1
            scalar_text(value, by_header[name], f"header {name}", found, default="rfc822")
        elif name.startswith("x-amz-") and name not in S3_HEADERS:
            if not any(name.startswith(it) for it in prefixes if it):
                found.say(f"header {name}", f"is not in the model of {answer.operation}")
    if answer.method == "HEAD" or answer.operation == "PutObject":
        if answer.body:
            found.say("", f"has a body: {answer.body[:80]!r}")
        return
    payload = shape.serialization.get("payload")
    if payload and members[payload].type_name == "blob":
        return
    root = parse_xml(answer.body, found)
    if root is None:
        return
    expected = f"{{{S3_NAMESPACE}}}{S3_ROOTS.get(answer.operation, '?')}"
    if root.tag != expected:
        found.say("", f"begins with {root.tag}, not with {expected}")
    if answer.operation == "GetBucketLocation":
        # The element's text is the member itself.
        found.fields += 1
        if root.text:
            scalar_text(root.text, members["LocationConstraint"], ".LocationConstraint", found)
        return
    xml_structure(root, members[payload] if payload else shape, "", found)


def parse_xml(body: bytes, found: Walk):
    try:
        return ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        found.say("", f"is no XML: {error}")
        return None


def local(element) -> str:
    return element.tag.rpartition("}")[2]


def xml_structure(element, shape, path: str, found: Walk) -> None:
    members = {
        xml_name(name, it): it for name, it in shape.members.items()
        if "location" not in it.serialization
    }  # fmt: skip
    seen = set()
    for child in element:
        name = local(child)
        here = f"{path}.{name}"
        if name not in members:
            found.say(here, f"is not in the model of {shape.name}")
            continue
        member = members[name]
        is_flat = member.type_name == "list" and member.serialization.get("flattened")
        if name in seen and not is_flat:
            found.say(here, "stands in it twice")
        seen.add(name)
        xml_value(child, member.member if is_flat else member, here, found)
    for name in shape.required_members:
        member = shape.members[name]
        if "location" not in member.serialization and xml_name(name, member) not in seen:
            found.say(f"{path}.{name}", f"is required in {shape.name} and absent")


def xml_name(name: str, member) -> str:
    if member.type_name == "list" and member.serialization.get("flattened"):
        return member.serialization.get("name") or member.member.serialization.get("name", name)
    return member.serialization.get("name", name)


def xml_value(element, shape, path: str, found: Walk) -> None:
    found.fields += 1
    if shape.type_name == "structure":
        xml_structure(element, shape, path, found)
    elif shape.type_name == "list":
        name = shape.member.serialization.get("name", "member")
        for index, child in enumerate(element):
            if local(child) != name:
                found.say(f"{path}[{index}]", f"is called {local(child)}, not {name}")
            xml_value(child, shape.member, f"{path}[{index}]", found)
    else:
        if len(element):
            found.say(path, f"holds elements, and is a {shape.type_name}")
        scalar_text(element.text or "", shape, path, found)


def scalar_text(value: str, shape, path: str, found: Walk, default: str = "iso8601") -> None:
    """A scalar that is written as text: in XML and in headers."""
    kind = shape.type_name
    if kind == "timestamp":
        style = shape.serialization.get("timestampFormat", default)
        try:
            moment(written_moment(value, style), path, found)
        except (TypeError, ValueError):
            found.say(path, f"is {value!r}, no time written as {style}")
    elif kind == "boolean":
        if value not in ("true", "false"):
            found.say(path, f"is {value!r}, not a boolean")
    elif kind in ("integer", "long"):
        if not re.fullmatch(r"-?\d+", value):
            found.say(path, f"is {value!r}, not a {kind}")
        else:
            bounds(int(value), value, shape, path, found)
    elif kind in ("string", "character"):
        text(value, shape, path, found)
    else:
        found.say(path, f"is a {kind}, which nothing here expects")


def written_moment(value: str, style: str) -> float:
    if style == "rfc822":
        if not re.fullmatch(r"\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT", value):
            raise ValueError(value)
        return parsedate_to_datetime(value).timestamp()
    if style == "iso8601":
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", value):
            raise ValueError(value)
        return datetime.fromisoformat(value).timestamp()
    raise ValueError(style)
