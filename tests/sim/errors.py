"""Holds raw errors against the shape of their protocol and against what an operation may say.

Codes are those of the service model, or those that AWS documents as common to all services.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from answers import Answer
from model import Walk, json_value, local, parse_json, parse_xml, service_model

# Common errors of AWS's API references, and those that SigV4 brings along: code -> status. None
# of them stands in the models of the JSON services.
COMMON = {
    "json": {
        "AccessDeniedException": 400,
        "ExpiredTokenException": 400,
        "IncompleteSignatureException": 400,
        "InternalFailure": 500,
        "InvalidSignatureException": 400,
        "MissingAuthenticationTokenException": 400,
        "SerializationException": 400,
        "ServiceUnavailableException": 503,
        "ThrottlingException": 400,
        "UnknownOperationException": 400,
        "UnrecognizedClientException": 400,
        "ValidationException": 400,
    },
    "rest-json": {
        "ExpiredTokenException": 403,
        "InvalidSignatureException": 403,
        "MissingAuthenticationTokenException": 403,
        "ServiceUnavailableException": 503,
        "UnknownOperationException": 404,
        "UnrecognizedClientException": 403,
    },
    "query": {
        "AccessDenied": 403,
        "ExpiredToken": 403,
        "InternalFailure": 500,
        "InvalidAction": 400,
        "InvalidClientTokenId": 403,
        "MissingAuthenticationToken": 403,
        "MissingParameter": 400,
        "ServiceUnavailable": 503,
        "SignatureDoesNotMatch": 403,
        "Throttling": 400,
        "ValidationError": 400,
    },
    # S3's own list, "Error responses" of its API reference; its models name a handful.
    "rest-xml": {
        "AccessDenied": 403,
        "AuthorizationHeaderMalformed": 400,
        "ConditionalRequestConflict": 409,
        "ExpiredToken": 400,
        "IllegalLocationConstraintException": 400,
        "InternalError": 500,
        "InvalidAccessKeyId": 403,
        "InvalidArgument": 400,
        "InvalidRequest": 400,
        "MethodNotAllowed": 405,
        "NoSuchBucket": 404,
        "NoSuchKey": 404,
        "PermanentRedirect": 301,
        "PreconditionFailed": 412,
        "ServerSideEncryptionConfigurationNotFoundError": 404,
        "ServiceUnavailable": 503,
        "SignatureDoesNotMatch": 403,
        "SlowDown": 503,
    },
}

# Elements that an error of S3 must have beside those of every error.
S3_DETAILS = {
    "NoSuchBucket": {"BucketName"},
    "NoSuchKey": {"Key"},
    "PreconditionFailed": {"Condition"},
    "PermanentRedirect": {"Bucket", "Endpoint"},
    "InvalidAccessKeyId": {"AWSAccessKeyId"},
}
# And those that it may have, of whatever code.
S3_OPTIONAL = {
    "ArgumentName", "ArgumentValue", "AWSAccessKeyId", "BucketName", "Bucket", "CanonicalRequest",
    "CanonicalRequestBytes", "Condition", "Endpoint", "Key", "Method", "Region", "Resource",
    "ResourceType", "SignatureProvided", "StringToSign", "StringToSignBytes",
}  # fmt: skip

# A HEAD has no body to tell a code in: botocore then takes the status.
HEAD_STATUSES = {400, 403, 404, 301, 412, 503}


def walk(answer: Answer) -> Walk:
    found = Walk()
    protocol = service_model(answer.service).protocol
    {"json": json, "rest-json": rest_json, "query": query, "rest-xml": rest_xml}[protocol](
        answer, found
    )
    return found


def known(answer: Answer, code: str, protocol: str, found: Walk):
    """Checks a code and its status; gives the shape of the exception if it is modeled."""
    operation = service_model(answer.service).operation_model(answer.operation)
    for shape in operation.error_shapes:
        details = shape.metadata.get("error", {})
        if code in (shape.name, details.get("code")):
            if code != details.get("code", shape.name):
                found.say("", f"calls itself {code}, on the wire it is {details['code']}")
            check_status(answer, code, details.get("httpStatusCode", 400), found)
            return shape
    if code in COMMON[protocol]:
        check_status(answer, code, COMMON[protocol][code], found)
    else:
        found.say("", f"{code!r} is no error of {answer.where()} and none of all services")
    return None


def check_status(answer: Answer, code: str, status: int, found: Walk) -> None:
    if answer.status != status:
        found.say("", f"{code} comes with status {answer.status}, expected {status}")


def json_fields(document: dict, shape, extra: set[str], found: Walk) -> None:
    """The body of a JSON error: a modeled one has its own members, the others a message."""
    members = dict(shape.members) if shape is not None else {}
    spoken = [it for it in document if it.lower() == "message"]
    if not any(it.lower() == "message" for it in members):
        # Nothing says how the name is written: AWS's services write both.
        if len(spoken) != 1:
            found.say("", f"has {len(spoken)} messages")
        extra = extra | {"message", "Message"}
    for name, value in document.items():
        found.fields += 1
        if name in members:
            json_value(value, members[name], f".{name}", found)
        elif name not in extra:
            found.say(f".{name}", f"is not in the model of {shape.name if shape else 'errors'}")
        elif not isinstance(value, str):
            found.say(f".{name}", f"is {value!r}, not a string")
    if shape is not None:
        for name in shape.required_members:
            if name not in document:
                found.say(f".{name}", f"is required in {shape.name} and absent")


def json(answer: Answer, found: Walk) -> None:
    document = parse_json(answer.body, found)
    if not isinstance(document, dict):
        return
    kind = document.get("__type")
    if not isinstance(kind, str):
        found.say(".__type", "is absent")
        return
    # A namespace may stand before it, as in `com.amazonaws.kms#NotFoundException`.
    shape = known(answer, kind.rpartition("#")[2], "json", found)
    json_fields(document, shape, {"__type"}, found)


def rest_json(answer: Answer, found: Walk) -> None:
    document = parse_json(answer.body, found)
    kind = answer.header("x-amzn-errortype")
    if kind is None:
        found.say("header x-amzn-errortype", "is absent")
        return
    shape = known(answer, kind.partition(":")[0], "rest-json", found)
    if isinstance(document, dict):
        json_fields(document, shape, {"__type", "code"}, found)


def query(answer: Answer, found: Walk) -> None:
    root = parse_xml(answer.body, found)
    if root is None:
        return
    namespace = service_model(answer.service).metadata["xmlNamespace"]
    if root.tag != f"{{{namespace}}}ErrorResponse":
        found.say("", f"begins with {root.tag}")
    if [local(it) for it in root] != ["Error", "RequestId"]:
        found.say("", f"holds {[local(it) for it in root]}, expected Error and RequestId")
        return
    fields = texts(root[0], found)
    if set(fields) != {"Type", "Code", "Message"}:
        found.say(".Error", f"holds {sorted(fields)}")
        return
    side = "Sender" if answer.status < 500 else "Receiver"
    if fields["Type"] != side:
        found.say(".Error.Type", f"is {fields['Type']!r}, expected {side!r}")
    known(answer, fields["Code"], "query", found)


def rest_xml(answer: Answer, found: Walk) -> None:
    if answer.method == "HEAD":
        if answer.body:
            found.say("", f"has a body: {answer.body[:80]!r}")
        if answer.status not in HEAD_STATUSES:
            found.say("", f"HEAD is answered with {answer.status}")
        found.fields += 1
        return
    root = parse_xml(answer.body, found)
    if root is None:
        return
    if root.tag != "Error":
        found.say("", f"begins with {root.tag}, not with Error")
    fields = texts(root, found)
    code = fields.get("Code", "")
    needed = {"Code", "Message", "RequestId", "HostId"} | S3_DETAILS.get(code, set())
    if missing := sorted(needed - set(fields)):
        found.say(".Error", f"{code} has no {', '.join(missing)}")
    if strange := sorted(set(fields) - needed - S3_OPTIONAL):
        found.say(".Error", f"{code} has {', '.join(strange)}, which S3 does not know")
    known(answer, code, "rest-xml", found)


def texts(element: ElementTree.Element, found: Walk) -> dict[str, str]:
    """The texts of an element's children, which must differ in name and hold nothing else."""
    fields: dict[str, str] = {}
    for child in element:
        found.fields += 1
        name = re.sub(r"^\{.*\}", "", child.tag)
        if name in fields:
            found.say(f".{name}", "stands in it twice")
        if len(child):
            found.say(f".{name}", "holds elements")
        fields[name] = child.text or ""
    return fields
