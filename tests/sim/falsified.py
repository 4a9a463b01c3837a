"""Falsified answers, one thing wrong in each, and what the judge must say of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from subprocess import CompletedProcess

from answers import Answer


@dataclass(frozen=True)
class Falsification:
    """What is done to the answers of a case, and a part of the line that must come of it."""

    case: str
    falsify: Callable[[list[Answer]], list[Answer]]
    expected: str


def last(change: Callable[[Answer], Answer]):
    """Falsifies the last of the answers."""
    return lambda answers: [*answers[:-1], change(answers[-1])]


def first(change: Callable[[Answer], Answer]):
    """Falsifies the first of the answers."""
    return lambda answers: [change(answers[0]), *answers[1:]]


def with_body(answer: Answer, body: bytes) -> Answer:
    return replace(answer.with_header("content-length", str(len(body))), body=body)


def text(old: str, new: str, count: int = 1):
    """Another text in the body, which must have been there."""

    def change(answer: Answer) -> Answer:
        body = answer.body.decode()
        if old not in body:
            raise SystemExit(f"falsified.py: {answer.where()} has no {old!r} in {body[:500]}")
        return with_body(answer, body.replace(old, new, count).encode())

    return change


def document(edit: Callable[[dict], object]):
    """An edited JSON body."""

    def change(answer: Answer) -> Answer:
        body = json.loads(answer.body)
        edit(body)
        return with_body(answer, json.dumps(body).encode())

    return change


def header(name: str, value: str | None):
    return lambda answer: answer.with_header(name, value)


def status(code: int):
    return lambda answer: replace(answer, status=code)


def rename(old: str, new: str):
    def edit(body: dict) -> None:
        body[new] = body.pop(old)

    return edit


def first_account(edit: Callable[[dict], object]):
    return document(lambda body: edit(body["Accounts"][0]))


def first_trail(edit: Callable[[dict], object]):
    return document(lambda body: edit(body["trailList"][0]))


def metadata(edit: Callable[[dict], object]):
    return document(lambda body: edit(body["KeyMetadata"]))


def one_page(answers: list[Answer]) -> list[Answer]:
    """All accounts on a page that is larger than AWS's."""
    accounts = [it for answer in answers for it in json.loads(answer.body)["Accounts"]]
    body = json.dumps({"Accounts": accounts}).encode()
    return [with_body(answers[0], body)]


def page_twice(answers: list[Answer]) -> list[Answer]:
    return [answers[0], *answers]


def shadow_shown(answers: list[Answer]) -> list[Answer]:
    """A shadow trail, though the caller wanted none."""

    def edit(body: dict) -> None:
        body["trailList"].append(
            body["trailList"][0]
            | {"Name": "shadow", "TrailARN": body["trailList"][0]["TrailARN"] + "-shadow"}
        )

    return last(document(edit))(answers)


@dataclass(frozen=True)
class FalsifiedCommand:
    """What is done to what the command line printed for a case, and what must come of it."""

    case: str
    falsify: Callable[[CompletedProcess], CompletedProcess]
    expected: str


def printed(edit: Callable[[dict], object]):
    def change(ran: CompletedProcess) -> CompletedProcess:
        document = json.loads(ran.stdout)
        edit(document)
        return CompletedProcess(ran.args, ran.returncode, json.dumps(document), ran.stderr)

    return change


def exited(code: int, complaint: str | None = None):
    return lambda it: CompletedProcess(it.args, code, it.stdout, complaint or it.stderr)


ACCOUNTS, SMALL_PAGE = "accounts, page by page", "accounts, a small page"
TRAILS, MEMBER = "trails of the owner, at home", "trails of a member, without shadows"
KEY, GONE, DENIED = "a key of one's own", "a key that is gone", "a key of another account, denied"
ROLE, NO_ROLE, CALLER = "a role", "a role that is missing", "who calls in a session"
LIST, NO_BUCKET = "logs of a day", "a list of no bucket"
HEAD, TWICE = "head of a log that lies under kms", "head of a log that lies under dsse"
REGIONS, LOCATION = "Regions", "a bucket's Region"

FALSIFICATIONS = {
    # What every answer carries.
    "no request id": Falsification(
        TRAILS, last(header("x-amzn-requestid", None)), "x-amzn-requestid"
    ),
    "a request id that is none": Falsification(
        KEY, last(header("x-amzn-requestid", "1")), "no UUID"
    ),
    "another request id in the body": Falsification(
        CALLER,
        last(header("x-amzn-requestid", "0" * 8 + "-0000-4000-8000-" + "0" * 12)),
        "the body says",
    ),
    "no request id of S3": Falsification(
        LIST, last(header("x-amz-request-id", None)), "x-amz-request-id"
    ),
    "no host id of S3": Falsification(HEAD, last(header("x-amz-id-2", None)), "x-amz-id-2"),
    "another type of content": Falsification(
        KEY, last(header("content-type", "application/json")), "content-type"
    ),
    "no date": Falsification(CALLER, last(header("date", None)), "header date"),
    # Fields that the models do not know, or know otherwise.
    "a field renamed": Falsification(
        TRAILS, last(first_trail(rename("KmsKeyId", "KMSKeyId"))), "is not in the model of Trail"
    ),
    "a field too many": Falsification(
        ACCOUNTS,
        first(first_account(lambda it: it.update(Owner="x"))),
        "is not in the model of Account",
    ),
    "a boolean as text": Falsification(
        TRAILS,
        last(first_trail(lambda it: it.update(IsMultiRegionTrail="true"))),
        "not a boolean",
    ),
    "a number as text": Falsification(
        ROLE,
        last(
            text("</AssumedRoleUser>", "</AssumedRoleUser><PackedPolicySize>six</PackedPolicySize>")
        ),
        "not a integer",
    ),
    "a time as text": Falsification(
        KEY,
        last(metadata(lambda it: it.update(CreationDate="2026-01-01T00:00:00Z"))),
        "not a timestamp",
    ),
    "a time in milliseconds": Falsification(
        KEY, last(metadata(lambda it: it.update(CreationDate=1.7e12))), "no time of this century"
    ),
    "null for absent": Falsification(
        TRAILS, last(first_trail(lambda it: it.update(S3KeyPrefix=None))), "is null"
    ),
    "a word that is none": Falsification(
        KEY, last(metadata(lambda it: it.update(KeyState="Frozen"))), "none of KeyState's words"
    ),
    "a state that is none": Falsification(
        REGIONS,
        last(document(lambda it: it["Regions"][0].update(RegionOptStatus="ON"))),
        "none of RegionOptStatus's words",
    ),
    "a required field missing": Falsification(
        KEY, last(metadata(lambda it: it.pop("KeyId"))), "is required in KeyMetadata"
    ),
    "an account number out of its grammar": Falsification(
        ACCOUNTS, first(first_account(lambda it: it.update(Id="12345"))), "not in the grammar"
    ),
    "an element renamed": Falsification(
        CALLER, last(text("UserId>", "UserID>", 2)), "is not in the model"
    ),
    "a list without its wrapper": Falsification(
        LIST, last(text("ListBucketResult", "ListBucket", 2)), "begins with"
    ),
    "another namespace": Falsification(LIST, last(text("2006-03-01", "2006-03-02")), "begins with"),
    "an element twice": Falsification(
        LIST, last(text("<IsTruncated>", "<IsTruncated>false</IsTruncated><IsTruncated>")), "twice"
    ),
    "a time as S3 does not write it": Falsification(
        HEAD, last(header("last-modified", "2026-11-20T11:00:00Z")), "no time written as rfc822"
    ),
    "a header that S3 does not know": Falsification(
        HEAD,
        last(header("x-amz-server-side-encryption-key", "x")),
        "is not in the model of HeadObject",
    ),
    "a body for a HEAD": Falsification(HEAD, last(lambda it: replace(it, body=b"x")), "has a body"),
    # Values that AWS's documentation rules out.
    "a trail's ARN of another name": Falsification(
        TRAILS, last(first_trail(lambda it: it.update(Name="other"))), ".trailList.TrailARN"
    ),
    "a key by its id": Falsification(
        TRAILS,
        last(first_trail(lambda it: it.update(KmsKeyId=it["KmsKeyId"].rpartition("/")[2]))),
        ".trailList.KmsKeyId",
    ),
    "a disabled key that is enabled": Falsification(
        KEY, last(metadata(lambda it: it.update(KeyState="Disabled"))), "Enabled is True"
    ),
    "a key that shows in the list of stores": Falsification(
        "event data stores",
        last(document(lambda it: it["EventDataStores"][0].update(Status="ENABLED"))),
        "shows Status",
    ),
    "an entity tag without quotes": Falsification(HEAD, last(header("etag", "0" * 32)), ".ETag"),
    "a key beside S3's own encryption": Falsification(
        HEAD, last(header("x-amz-server-side-encryption", "AES256")), "stands beside"
    ),
    "a user's key for a session": Falsification(ROLE, last(text("ASIA", "AKIA")), "AccessKeyId"),
    # What was asked for, and what came.
    "a page that is too large": Falsification(ACCOUNTS, one_page, "at most 20 accounts a page"),
    "a page that comes twice": Falsification(ACCOUNTS, page_twice, "more than once"),
    "an account that is missing": Falsification(
        ACCOUNTS, first(document(lambda it: it["Accounts"].pop(0))), "`length([].Accounts[])`"
    ),
    "a small page that is larger": Falsification(
        SMALL_PAGE,
        last(document(lambda it: it["Accounts"].append(it["Accounts"][0]))),
        "expected 5",
    ),
    "a token after the last page": Falsification(
        ACCOUNTS, last(document(lambda it: it.update(NextToken="more"))), "no token after the last"
    ),
    "a shadow that nobody wanted": Falsification(MEMBER, shadow_shown, "trailList shows"),
    "the organization's trail as a member's": Falsification(
        "trails of a member",
        last(text('"IsOrganizationTrail":true', '"IsOrganizationTrail":false')),
        "IsOrganizationTrail",
    ),
    "keys out of order": Falsification(
        "logs, page by page", lambda it: [it[-1], *it[:-1]], "in order"
    ),
    "a log before where the list starts": Falsification(
        "logs after a log", last(text("<Key>AWSLogs", "<Key>AWSLogq")), "Contents begin with"
    ),
    "a double encryption that is single": Falsification(
        TWICE, last(header("x-amz-server-side-encryption", "aws:kms")), "`ServerSideEncryption`"
    ),
    "another size than the list told": Falsification(
        HEAD, last(header("content-length", "1")), "`ContentLength`"
    ),
    "another Region": Falsification(
        LOCATION, last(text("eu-west-1", "eu-west-2")), "`LocationConstraint`"
    ),
    # Errors.
    "an error of no service": Falsification(
        GONE, last(text("NotFoundException", "KeyGoneException")), "is no error of kms:DescribeKey"
    ),
    "another error": Falsification(
        GONE,
        last(text("NotFoundException", "AccessDeniedException")),
        "expected ('NotFoundException'",
    ),
    "an error of another service": Falsification(
        DENIED,
        last(text("AccessDeniedException", "AccessDenied")),
        "is no error of kms:DescribeKey",
    ),
    "an error with another status": Falsification(DENIED, last(status(403)), "expected 400"),
    "an error without a type": Falsification(
        DENIED, last(document(lambda it: it.pop("__type"))), ".__type: is absent"
    ),
    "a message that is no text": Falsification(
        DENIED,
        last(document(lambda it: it.update({next(n for n in it if n.lower() == "message"): 1}))),
        "not a string",
    ),
    "an error of STS without its wrapper": Falsification(
        NO_ROLE, last(text("ErrorResponse", "Response", 2)), "begins with"
    ),
    "an error that is the server's": Falsification(
        NO_ROLE, last(text("<Type>Sender", "<Type>Receiver")), ".Error.Type"
    ),
    "an error of S3 without the bucket": Falsification(
        NO_BUCKET, last(text("BucketName>", "Bucket>", 2)), "NoSuchBucket has no BucketName"
    ),
    "an error of S3 with a strange element": Falsification(
        NO_BUCKET, last(text("</Error>", "<Hint>x</Hint></Error>")), "which S3 does not know"
    ),
    "an error in place of an answer": Falsification(
        KEY,
        last(
            lambda it: replace(
                with_body(it, b'{"__type":"AccessDeniedException","Message":"x"}'), status=400
            )
        ),
        "is refused",
    ),
    "a denial without its reason": Falsification(
        DENIED, last(text(" because no ", " since no ")), "not in the grammar"
    ),
    "an answer in place of an error": Falsification(
        "the same object once more",
        last(lambda it: replace(with_body(it, b""), status=200)),
        "is answered",
    ),
    # What only moto's answer gives away.
    "a field that is missing": Falsification(
        KEY, last(metadata(lambda it: it.pop("Description"))), "moto says ''"
    ),
    "another storage class": Falsification(
        "what lies at a key and after",
        last(text(">STANDARD<", ">GLACIER<")),
        "moto says 'STANDARD'",
    ),
    "an answer to ranges of bytes": Falsification(
        HEAD, last(header("accept-ranges", "none")), "moto says 'bytes'"
    ),
    "another error than moto's": Falsification(
        "the status of a trail that is none",
        last(text("TrailNotFoundException", "InvalidTrailNameException")),
        "moto says 'TrailNotFoundException'",
    ),
}

COMMANDS = {
    "a command that succeeds": FalsifiedCommand(GONE, exited(0), "exit code 0"),
    "a command that fails": FalsifiedCommand(
        KEY, exited(255, "An error occurred"), "exit code 255"
    ),
    "a command that tells another error": FalsifiedCommand(
        GONE, exited(255, "An error occurred (AccessDeniedException)"), "expected NotFoundException"
    ),
    "a command that leaves out a field": FalsifiedCommand(
        KEY, printed(lambda it: it["KeyMetadata"].pop("KeyState")), "only boto3 has it"
    ),
    "a command that prints another time": FalsifiedCommand(
        KEY,
        printed(lambda it: it["KeyMetadata"].update(CreationDate="2026-01-01T00:00:00+00:00")),
        "boto3 reads",
    ),
    "a command that skips a page": FalsifiedCommand(
        ACCOUNTS, printed(lambda it: it["Accounts"].pop()), "items, boto3 has"
    ),
}
