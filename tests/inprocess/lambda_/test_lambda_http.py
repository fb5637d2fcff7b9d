"""Invocation over HTTP: addresses, headers, statuses and error bodies byte for byte.

Recorded from AWS, where a comment or a test's name does not say otherwise: response bodies captured in 2025.
"""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from typing import Any

import pytest
from http_world import ARN, FUNCTIONS, Answer, ask, in_world
from lambda_world import World

NAME_PATTERN = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
    r"([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"
)
QUALIFIER_PATTERN = r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"
NOT_JSON = "Could not parse request body into json: Could not parse payload into json: "


def user(message: str) -> str:
    return f'{{"Type":"User","message":{json.dumps(message)}}}'


def capital(message: str) -> str:
    return f'{{"Type":"User","Message":{json.dumps(message)}}}'


def invalid(*findings: str) -> tuple[int, str, str]:
    many = "error" if len(findings) == 1 else "errors"
    text = f"{len(findings)} validation {many} detected: {'; '.join(findings)}"
    return 400, "ValidationException", json.dumps({"message": text}, separators=(",", ":"))


def missing(arn: str) -> tuple[int, str, str]:
    return 404, "ResourceNotFoundException", capital(f"Function not found: {arn}")


def unfit(value: str, member: str, constraint: str) -> str:
    return f"Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"


def pattern(text: str) -> str:
    return f"Member must satisfy regular expression pattern: {text}"


@pytest.mark.parametrize(
    ("name", "suffix", "version"),
    [
        ("f/invocations", "", "$LATEST"),
        ("f/invocations/", "", "$LATEST"),
        ("f:1/invocations", ":1", "1"),
        ("f:live/invocations", ":live", "1"),
        ("f%3Alive/invocations", ":live", "1"),
        ("f:%24LATEST/invocations", ":$LATEST", "$LATEST"),
        ("function:f:1/invocations", ":1", "1"),
        ("123456789012:function:f/invocations", "", "$LATEST"),
        (f"{ARN}:live/invocations", ":live", "1"),
        ("f/invocations?Qualifier=live", ":live", "1"),
        ("f:live/invocations?Qualifier=live", ":live", "1"),
        ("f/invocations?Qualifier=%24LATEST", ":$LATEST", "$LATEST"),
    ],
)
def test_what_an_address_leads_to(name: str, suffix: str, version: str) -> None:
    """The function sees its ARN as it was addressed and the resolved version; the request's id is its own."""

    async def body(w: World) -> None:
        answer = await ask(w, "POST", f"{FUNCTIONS}/{name}")
        assert answer.data == [ARN + suffix, version, answer.headers["x-amzn-requestid"], {}]
        assert answer.headers["x-amz-executed-version"] == version
        assert "x-amz-function-error" not in answer.headers

    in_world(body)


REFUSED = {
    "f:live/invocations?Qualifier=1": (
        400,
        "InvalidParameterValueException",
        user("The derived qualifier from the function name does not match the specified qualifier."),
    ),
    # The qualifiers are compared before the region, the region and the account before the function is looked for.
    "arn:aws:lambda:ap-southeast-1:123456789012:function:f:1/invocations?Qualifier=2": (
        400,
        "InvalidParameterValueException",
        user("The derived qualifier from the function name does not match the specified qualifier."),
    ),
    "arn:aws:lambda:ap-southeast-1:123456789012:function:nobody/invocations": (
        404,
        "ResourceNotFoundException",
        capital("Functions from 'ap-southeast-1' are not reachable in this region ('us-east-1')"),
    ),
    "arn:aws:lambda:us-east-1:111111111111:function:nobody/invocations": (
        403,
        "AccessDeniedException",
        '{"Message":null}',
    ),
    "doesnotexist/invocations": missing("arn:aws:lambda:us-east-1:123456789012:function:doesnotexist:$LATEST"),
    "f:1221/invocations": missing(f"{ARN}:1221"),
    "f/invocations?Qualifier=non-existent-alias": missing(f"{ARN}:non-existent-alias"),
    "f%20f/invocations": invalid(unfit("f f", "functionName", pattern(NAME_PATTERN))),
    "f/invocations?Qualifier=a%20b": invalid(unfit("a b", "qualifier", pattern(QUALIFIER_PATTERN))),
    f"f/invocations?Qualifier={'a' * 129}": invalid(
        unfit("a" * 129, "qualifier", "Member must have length less than or equal to 128")
    ),
    "f%20f/invocations?Qualifier=a%20b": invalid(
        unfit("f f", "functionName", pattern(NAME_PATTERN)), unfit("a b", "qualifier", pattern(QUALIFIER_PATTERN))
    ),
    # Only CreateFunction minds 65 characters.
    f"{'a' * 65}/invocations": missing(f"arn:aws:lambda:us-east-1:123456789012:function:{'a' * 65}:$LATEST"),
}


@pytest.mark.parametrize("name", REFUSED, ids=lambda name: name[:40])
def test_addresses_that_lead_nowhere(name: str) -> None:
    async def body(w: World) -> None:
        assert (await ask(w, "POST", f"{FUNCTIONS}/{name}")).error == REFUSED[name]
        assert w.hops("invoke") == []

    in_world(body)


UNKNOWN = "arn:aws:lambda:us-east-1:123456789012:function:nobody"


@pytest.mark.parametrize(
    ("method", "path", "arn"),
    [
        ("GET", f"{FUNCTIONS}/nobody", UNKNOWN),
        ("GET", f"{FUNCTIONS}/nobody/configuration", UNKNOWN),
        ("DELETE", f"{FUNCTIONS}/nobody", UNKNOWN),
        ("DELETE", f"{FUNCTIONS}/nobody?Qualifier=9", UNKNOWN),
        ("GET", "/2019-09-30/functions/nobody/concurrency", UNKNOWN),
        ("PUT", "/2017-10-31/functions/nobody/concurrency", f"{UNKNOWN}:$LATEST"),
        ("GET", f"/2017-03-31/tags/{UNKNOWN.replace(':', '%3A')}", UNKNOWN),
        ("POST", "/2014-11-13/functions/nobody/invoke-async", f"{UNKNOWN}:$LATEST"),
        ("POST", "/2021-11-15/functions/nobody/response-streaming-invocations", f"{UNKNOWN}:$LATEST"),
    ],
)
def test_unknown_functions(method: str, path: str, arn: str) -> None:
    """Invocations and PutFunctionConcurrency say ``$LATEST``, the others do not."""

    async def body(w: World) -> None:
        content = {"ReservedConcurrentExecutions": 1} if method == "PUT" else b""
        assert (await ask(w, method, path, content)).error == missing(arn)

    in_world(body)


def detail(text: str, line: int = 1) -> str:
    """The tail names a column, which depends on AWS's parser: compared up to it."""
    source = f"at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {line}, column: "
    return json.dumps(f"{NOT_JSON}{text}\n {source}")[1:-1]


@pytest.mark.parametrize("kind", ["RequestResponse", "Event"])
@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"value", "Unrecognized token 'value': was expecting ('true', 'false' or 'null')"),
        (b"\x87", "Invalid UTF-8 start byte 0x87"),
    ],
)
def test_bodies_that_are_not_json(kind: str, content: bytes, text: str) -> None:
    async def body(w: World) -> None:
        path = f"{FUNCTIONS}/f/invocations"
        status, code, answered = (await ask(w, "POST", path, content, x_amz_invocation_type=kind)).error
        assert (status, code) == (400, "InvalidRequestContentException")
        assert answered.startswith(f'{{"Type":"User","message":"{detail(text)}')
        assert answered.endswith(']"}')

    in_world(body)


async def invoked(w: World, content: Any = b"", name: str = "f", **headers: str) -> Answer:
    return await ask(w, "POST", f"{FUNCTIONS}/{name}/invocations", content, **headers)


def test_what_each_kind_of_invocation_answers() -> None:
    async def body(w: World) -> None:
        for kind, status in (("Event", 202), ("DryRun", 204)):
            answer = await invoked(w, x_amz_invocation_type=kind, x_amz_log_type="Tail")
            assert (answer.status, answer.body) == (status, b"")
            assert not {"x-amz-executed-version", "x-amz-function-error", "x-amz-log-result"} & set(answer.headers)
        legacy = await ask(w, "POST", "/2014-11-13/functions/f/invoke-async/", b"{}")
        assert (legacy.status, legacy.body) == (202, b"")
        answer = await invoked(w, x_amz_log_type="Tail")
        assert answer.status == 200
        assert base64.b64decode(answer.headers["x-amz-log-result"]).startswith(b"START RequestId: ")
        assert "x-amz-log-result" not in (await invoked(w)).headers

    in_world(body)


def test_the_enum_of_invocation_types() -> None:
    """botocore's model names the values; AWS's order of them is not known, so it is not compared."""

    async def body(w: World) -> None:
        status, code, text = (await invoked(w, x_amz_invocation_type="Later")).error
        assert (status, code) == (400, "ValidationException")
        assert "Value 'Later' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value" in text

    in_world(body)


def test_a_failed_function_is_answered_with_200() -> None:
    async def body(w: World) -> None:
        w.from_files("broken", index__py="def handler(event, context):\n    raise ValueError('no')\n")
        answer = await invoked(w, name="broken")
        assert (answer.status, answer.headers["x-amz-function-error"]) == (200, "Unhandled")
        assert answer.headers["x-amz-executed-version"] == "$LATEST"

    in_world(body)


def test_a_throttled_request() -> None:
    async def body(w: World) -> None:
        w.do("put_function_concurrency", FunctionName="f", ReservedConcurrentExecutions=0)
        expected = (
            429,
            "TooManyRequestsException",
            '{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}',
        )
        for name in ("f", "f:1", "f:live"):  # all versions share the reservation
            assert (await invoked(w, name=name)).error == expected

    in_world(body)


gate = threading.Event()


def waiting(event: Any, context: Any) -> bool:
    return gate.wait(10)


def test_one_more_than_is_reserved_is_refused_at_once() -> None:
    async def body(w: World) -> None:
        gate.clear()
        w.function(waiting, "slow", Publish=True)
        w.do("put_function_concurrency", FunctionName="slow", ReservedConcurrentExecutions=1)
        first = asyncio.ensure_future(invoked(w, name="slow"))
        await asyncio.sleep(0)
        assert len(w.hops("invoke")) == 1
        assert (await invoked(w, name="slow:1")).status == 429
        gate.set()
        assert (await first).data is True

    in_world(body)


def test_sizes_of_payloads() -> None:
    """AWS docs, "Lambda quotas"; texts widely reported.  The status for events is not known."""

    async def body(w: World) -> None:
        assert (await invoked(w, b'"' + b"a" * 6_291_454 + b'"')).status == 200
        _, code, text = (await invoked(w, b'"' + b"a" * 6_291_455 + b'"')).error
        assert code == "RequestEntityTooLargeException"
        assert "Request must be smaller than 6291456 bytes for the InvokeFunction operation" in text
        event = {"x_amz_invocation_type": "Event"}
        assert (await invoked(w, b'"' + b"a" * 1_048_574 + b'"', **event)).status == 202
        _, code, text = (await invoked(w, b'"' + b"a" * 1_048_575 + b'"', **event)).error
        assert code == "RequestEntityTooLargeException"
        assert "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)" in text

    in_world(body)


def test_members_that_are_refused_by_name() -> None:
    async def body(w: World) -> None:
        for header, member in (("durable_execution_name", "DurableExecutionName"), ("tenant_id", "TenantId")):
            status, code, text = (await invoked(w, **{f"x_amz_{header}": "n"})).error
            assert (status, code) == (400, "InvalidParameterValueException")
            assert member in text

    in_world(body)


def test_the_client_context_is_for_synchronous_calls() -> None:
    """AWS docs, Invoke: up to 3,583 bytes of base64; it does not reach asynchronous invocations."""

    async def body(w: World) -> None:
        w.from_files("context", index__py="def handler(e, c): return getattr(c.client_context, 'custom', 'none')\n")
        target = {"OnSuccess": {"Destination": "arn:aws:sqs:us-east-1:123456789012:q"}}
        w.do("put_function_event_invoke_config", FunctionName="context", DestinationConfig=target)
        given = {"x_amz_client_context": base64.b64encode(b'{"custom":{"k":"v"}}').decode()}
        assert (await invoked(w, name="context", **given)).data == {"k": "v"}
        await invoked(w, name="context", x_amz_invocation_type="Event", **given)
        await w.clock.advance(0)
        (record,) = await w.records()
        assert record["responsePayload"] == "none"
        assert (await invoked(w, name="context", x_amz_client_context="a" * 3584)).status == 400

    in_world(body)
