"""Whatever arrives, the wire raises AwsError or WireError and nothing else, and every answer can be sent."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from wire_oracle import REQUEST_ID

from emulator.core.errors import AwsError
from emulator.wire import (
    WireError,
    WireRequest,
    WireResponse,
    credential_scope,
    error_answer,
    operation_model,
    parse,
    validate,
)

TARGETS = [
    "AmazonSQS.SendMessageBatch",
    "AmazonSQS.CreateQueue",
    "AWSEvents.PutEvents",
    "AWSEvents.PutTargets",
    "DynamoDB_20120810.PutItem",
    "AWSStepFunctions.TestState",
    "Logs_20140328.PutLogEvents",
]
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=8)
    | st.sampled_from(["2020-01-01", "AA==", "NaN", "1", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def shaped(shape: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that look like ``shape`` most of the time."""
    kind = shape.type_name
    if depth > 3:
        return anything
    if kind == "structure":
        members = {
            member.serialization.get("name", name): shaped(member, depth + 1) | st.none()
            for name, member in list(shape.members.items())[:12]
        }
        return st.fixed_dictionaries({}, optional=members) | anything
    if kind == "list":
        return st.lists(shaped(shape.member, depth + 1), max_size=3) | anything
    if kind == "map":
        return st.dictionaries(st.text(max_size=3), shaped(shape.value, depth + 1), max_size=3) | anything
    return anything


def deal_with(request: WireRequest) -> None:
    credential_scope(request)
    try:
        call = parse(request)
    except WireError as refused:
        sendable(refused.answer(REQUEST_ID))
        return
    except AwsError:
        return
    try:
        validate(call.service, call.operation, call.params)
    except AwsError as error:
        sendable(error_answer(call, error, REQUEST_ID))


def sendable(response: WireResponse) -> None:
    assert 400 <= response.status < 600
    for name, value in response.headers:
        (name + value).encode("latin-1")
        assert all(character >= " " for character in value)
    content_type = dict(response.headers).get("Content-Type", "")
    if "json" in content_type:
        json.loads(response.body)
    elif "xml" in content_type:
        ElementTree.fromstring(response.body)


@pytest.mark.parametrize("target", TARGETS)
@given(body=st.binary(max_size=60))
@example(body=b"[" * 3000)
@example(body=b'{"a":' * 2000)
@example(body=b'"\\ud800"')
@example(body=b"\xff\xfe{\x00}\x00")
@QUICK
def test_random_bytes(target: str, body: bytes) -> None:
    deal_with(WireRequest("POST", "/", "", {"x-amz-target": target}, body))


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.data())
@QUICK
def test_bodies_that_look_right(target: str, data: st.DataObject) -> None:
    prefix, operation = target.split(".")
    service = {"AmazonSQS": "sqs", "AWSEvents": "events", "AWSStepFunctions": "stepfunctions"}.get(
        prefix, "logs" if prefix.startswith("Logs") else "dynamodb"
    )
    value = data.draw(shaped(operation_model(service, operation).input_shape))
    deal_with(WireRequest("POST", "/", "", {"x-amz-target": target}, json.dumps(value).encode()))


@given(header=st.text(max_size=40), body=st.binary(max_size=20))
@QUICK
def test_random_targets_and_signatures(header: str, body: bytes) -> None:
    deal_with(WireRequest("POST", "/", "", {"x-amz-target": header, "authorization": header}, body))


PATHS = st.lists(
    st.sampled_from(
        [
            *("2015-03-31", "functions", "invocations", "v2", "apis", "routes", "@connections", "%40connections", ""),
            *(
                "000000000000",
                "tags",
                "schedules",
                "v1",
                "pipes",
                "%",
                "%zz",
                "%ff",
                "restapis",
                "2017-03-31",
                "..",
                "service",
            ),
        ]
    )
    | st.text(max_size=5).map(quote),
    max_size=7,
).map(lambda parts: "/" + "/".join(parts))


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "", "get"]),
    path=PATHS,
    query=st.text(max_size=10)
    | st.sampled_from(["Action=Publish", "MaxItems=x", "MaxItems=1&MaxItems=2", "tagKeys=a&b"]),
    body=st.binary(max_size=30) | anything.map(lambda value: json.dumps(value).encode()),
    signed=st.sampled_from(["", "lambda", "apigateway", "s3", "execute-api", "sqs", "sns", "scheduler"]),
)
@QUICK
def test_random_paths(method: str, path: str, query: str, body: bytes, signed: str) -> None:
    headers = {"authorization": f"Credential=k/1/eu-west-1/{signed}/aws4_request", "x-amz-log-type": "x"}
    deal_with(WireRequest(method, path, query, headers if signed else {}, body))


KEYS = st.lists(
    st.sampled_from(
        "Action Version QueueUrl Attribute AttributeName Tag 1 2 Name Value Key MessageAttribute member entry key "
        "value SendMessageBatchRequestEntry MessageBody Id DelaySeconds 99999999999 0 MessageAttributes".split()
    ),
    min_size=1,
    max_size=6,
).map(".".join)


@given(
    action=st.sampled_from(
        ["SendMessage", "SendMessageBatch", "CreateQueue", "ReceiveMessage", "Publish", "AssumeRole", "X"]
    ),
    version=st.sampled_from(["2012-11-05", "2010-03-31", "2011-06-15", "2016-11-15", ""]),
    fields=st.lists(st.tuples(KEYS, st.text(max_size=5)), max_size=6),
    path=st.sampled_from(["/", "/000000000000/q", "//000000000000/q/"]),
)
@QUICK
def test_random_forms(action: str, version: str, fields: list[tuple[str, str]], path: str) -> None:
    body = urlencode([("Action", action), ("Version", version), *fields], errors="replace").encode()
    deal_with(WireRequest("POST", path, "", {"content-type": "application/x-www-form-urlencoded"}, body))


@given(code=st.text(max_size=20), message=st.none() | st.text(st.characters(exclude_categories=()), max_size=20))
@QUICK
def test_any_error_can_be_answered(code: str, message: str | None) -> None:
    requests = [
        WireRequest("POST", "/", "", {"x-amz-target": "AmazonSQS.ListQueues"}, b""),
        WireRequest("GET", "/", "Action=ListTopics&Version=2010-03-31", {}, b""),
        WireRequest("GET", "/2015-03-31/functions/", "", {}, b""),
    ]
    for request in requests:
        sendable(error_answer(parse(request), AwsError(code, message, Extra=message), REQUEST_ID))


@pytest.mark.parametrize("path", ["/" * 20000, "/@" * 10000, "/a" * 10000 + "/@connections/", "/0" * 10000])
def test_long_paths_cost_no_time(path: str) -> None:
    deal_with(WireRequest("POST", path, "", {}, b""))


@pytest.mark.parametrize("query", ["a." * 20000 + "=1", "&" * 20000, "Action=Publish&" + "a=1&" * 5000])
def test_long_queries_cost_no_time(query: str) -> None:
    deal_with(WireRequest("GET", "/", "Action=Publish&Version=2010-03-31&" + query, {}, b""))
