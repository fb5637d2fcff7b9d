"""Function URLs: configuration and requests (recorded from AWS unless a name says otherwise)."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest
from lambda_world import World, world

from emulator.core.errors import AwsError
from emulator.core.jsontext import compact
from emulator.services.lambda_ import front
from emulator.services.lambda_.url_result import PRELUDE_TYPE, answered
from emulator.wire.messages import WireRequest, WireResponse

ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
FORBIDDEN = (
    '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: '
    'https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}'
)
results: list[Any] = []
events: list[Any] = []


@pytest.fixture(autouse=True)
def _clean() -> None:
    results.clear()
    events.clear()


def handler(event: Any, context: Any) -> Any:
    events.append(event)
    if results and isinstance(results[0], Exception):
        raise results[0]
    return results[0] if results else None


def configured(w: World, **params: Any) -> str:
    """A function with a URL; the URL's id."""
    w.function(handler)
    answer = w.do("create_function_url_config", **({"FunctionName": "f", "AuthType": "NONE"} | params))
    return str(answer["FunctionUrl"]).rstrip("/").rpartition("/")[2]


async def ask(
    w: World,
    url_id: str,
    path: str = "/",
    method: str = "GET",
    query: str = "",
    body: bytes = b"",
    **headers: str,
) -> WireResponse:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    full = f"/_aws/lambda-url/{url_id}{path}"
    place = front.locate("127.0.0.1:4566", full)
    assert place is not None
    request = WireRequest(method, full, query, given, body)
    return await front.handle_http(w.ground, place, request, w.ground.new_cause())


def refused(w: World, operation: str, **params: Any) -> tuple[str, Any]:
    with pytest.raises(AwsError) as failure:
        w.do(operation, **params)
    return failure.value.code, failure.value.message


def test_configuration() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(handler)
            created = w.do("create_function_url_config", FunctionName="f", AuthType="NONE")
            assert set(created) == {"FunctionUrl", "FunctionArn", "AuthType", "CreationTime"}
            assert created["FunctionArn"] == ARN
            got = w.do("get_function_url_config", FunctionName="f")
            assert got["InvokeMode"] == "BUFFERED"
            assert got["FunctionUrl"] == created["FunctionUrl"]
            assert "LastModifiedTime" in got
            w.do("update_function_url_config", FunctionName="f", InvokeMode="RESPONSE_STREAM")
            (listed,) = w.do("list_function_url_configs", FunctionName="f")["FunctionUrlConfigs"]
            assert listed["InvokeMode"] == "RESPONSE_STREAM"
            w.do("delete_function_url_config", FunctionName="f")
            assert w.do("list_function_url_configs", FunctionName="f") == {"FunctionUrlConfigs": []}

    asyncio.run(main())


def test_configuration_errors() -> None:
    async def main() -> None:
        async with world() as w:
            configured(w)
            assert refused(w, "create_function_url_config", FunctionName="f", AuthType="NONE") == (
                "ResourceConflictException",
                f"Failed to create function url config for [functionArn = {ARN}]. Error message:  FunctionUrlConfig "
                "exists for this Lambda function",
            )
            for operation in ("create_function_url_config", "update_function_url_config", "list_function_url_configs"):
                expected = ("ResourceNotFoundException", "Function does not exist")
                assert refused(w, operation, FunctionName="nobody", AuthType="NONE") == expected
            w.do("delete_function_url_config", FunctionName="f")
            for operation in ("get_function_url_config", "delete_function_url_config"):
                expected = ("ResourceNotFoundException", "The resource you requested does not exist.")
                assert refused(w, operation, FunctionName="f") == expected
            code, text = refused(w, "get_function_url_config", FunctionName="f", Qualifier="$LATEST")
            assert code == "ValidationException"
            assert "((?!^\\d+$)^[0-9a-zA-Z-_]+$)" in text

    asyncio.run(main())


def test_event() -> None:
    async def main() -> None:
        async with world() as w:
            url_id = configured(w)
            headers = {"content_type": "text/plain", "cookie": "a=1; b=2", "user_agent": "me"}
            answer = await ask(w, url_id, "/x/y", "POST", "a=1&a=2&b=%20", b"hello", **headers)
            (event,) = events
            request_id = dict(answer.headers)["x-amzn-RequestId"]
            assert event == {
                "version": "2.0",
                "routeKey": "$default",
                "rawPath": "/x/y",
                "rawQueryString": "a=1&a=2&b=%20",
                "cookies": ["a=1", "b=2"],
                "headers": {"content-type": "text/plain", "user-agent": "me"},
                "queryStringParameters": {"a": "1,2", "b": " "},
                "requestContext": {
                    "accountId": "anonymous",
                    "apiId": url_id,
                    "domainName": f"{url_id}.lambda-url.us-east-1.on.aws",
                    "domainPrefix": url_id,
                    "http": {
                        "method": "POST",
                        "path": "/x/y",
                        "protocol": "HTTP/1.1",
                        "sourceIp": "127.0.0.1",
                        "userAgent": "me",
                    },
                    "requestId": request_id,
                    "routeKey": "$default",
                    "stage": "$default",
                    "time": "14/Nov/2023:22:13:20 +0000",
                    "timeEpoch": 1_700_000_000_000,
                },
                "body": "hello",
                "isBase64Encoded": False,
            }

    asyncio.run(main())


def test_multipart_bodies_come_in_base64() -> None:
    async def main() -> None:
        async with world() as w:
            url_id = configured(w)
            await ask(w, url_id, method="POST", body=b"--x", content_type="multipart/form-data; boundary=x")
            assert events[0]["isBase64Encoded"] is True
            assert base64.b64decode(events[0]["body"]) == b"--x"
            await ask(w, url_id)
            assert "body" not in events[1]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("result", "status", "content_type", "body"),
    [
        ({"statusCode": 201, "body": "text"}, 201, "application/json", b"text"),
        ({"statusCode": "202", "headers": {"Content-Type": "text/html"}, "body": "<p>"}, 202, "text/html", b"<p>"),
        ({"statusCode": 200, "body": "aGk=", "isBase64Encoded": True}, 200, "application/json", b"hi"),
        ({"hello": "world"}, 200, "application/json", b'{"hello":"world"}'),
        (["hello", 3, True], 200, "application/json", b'["hello",3,true]'),
        (3.1, 200, "application/json", b"3.1"),
        (True, 200, "application/json", b"true"),
        ("plain", 200, "application/json", b"plain"),
        (RuntimeError("no"), 502, "application/json", b"Internal Server Error"),
    ],
)
def test_results(result: Any, status: int, content_type: str, body: bytes) -> None:
    async def main() -> None:
        async with world() as w:
            url_id = configured(w)
            results.append(result)
            answer = await ask(w, url_id)
            assert (answer.status, answer.body) == (status, body)
            headers = {name.lower(): value for name, value in answer.headers}
            assert headers["content-type"] == content_type

    asyncio.run(main())


def test_cookies() -> None:
    async def main() -> None:
        async with world() as w:
            url_id = configured(w)
            results.append({"statusCode": 200, "cookies": ["a=1", "b=2"]})
            answer = await ask(w, url_id)
            assert [value for name, value in answer.headers if name == "set-cookie"] == ["a=1", "b=2"]

    asyncio.run(main())


def test_unknown_url_and_missing_signature_are_forbidden() -> None:
    async def main() -> None:
        async with world() as w:
            url_id = configured(w, AuthType="AWS_IAM")
            for asked in ("x" * 32, url_id):
                answer = await ask(w, asked)
                assert (answer.status, answer.body.decode()) == (403, FORBIDDEN)
                assert dict(answer.headers)["x-amzn-ErrorType"] == "AccessDeniedException"
            assert (await ask(w, url_id, authorization="AWS4-HMAC-SHA256 …")).status == 200

    asyncio.run(main())


def test_throttled_is_429() -> None:
    async def main() -> None:
        async with world() as w:
            url_id = configured(w)
            w.do("put_function_concurrency", FunctionName="f", ReservedConcurrentExecutions=0)
            assert (await ask(w, url_id)).status == 429

    asyncio.run(main())


def test_alias_url_runs_the_aliases_version() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(handler)
            w.do("publish_version", FunctionName="f")
            w.do("create_alias", FunctionName="f", Name="live", FunctionVersion="1")
            answer = w.do("create_function_url_config", FunctionName="f", Qualifier="live", AuthType="NONE")
            assert answer["FunctionArn"] == f"{ARN}:live"
            url_id = answer["FunctionUrl"].rstrip("/").rpartition("/")[2]
            assert (await ask(w, url_id)).status == 200
            assert w.hops("invoke")[-1].detail["version"] == "1"
            w.do("delete_function", FunctionName="f")
            assert (await ask(w, url_id)).status == 403

    asyncio.run(main())


def test_cors_answers_preflights_itself() -> None:
    async def main() -> None:
        async with world() as w:
            cors = {"AllowOrigins": ["https://a.example"], "AllowMethods": ["GET"], "MaxAge": 60}
            url_id = configured(w, Cors=cors)
            asking = {"origin": "https://a.example", "access_control_request_method": "GET"}
            answer = await ask(w, url_id, method="OPTIONS", **asking)
            headers = dict(answer.headers)
            assert headers["access-control-allow-origin"] == "https://a.example"
            assert headers["access-control-allow-methods"] == "GET"
            assert headers["access-control-max-age"] == "60"
            assert events == []
            plain = dict((await ask(w, url_id, origin="https://b.example")).headers)
            assert "access-control-allow-origin" not in plain

    asyncio.run(main())


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("abc.lambda-url.us-east-1.localhost:4566", "/p", front.Place("url", "abc", "/p")),
        ("abc.lambda-url.us-east-1.on.aws", "/", front.Place("url", "abc", "/")),
        ("127.0.0.1:4566", "/_aws/lambda-url/abc", front.Place("url", "abc", "/")),
        ("127.0.0.1:4566", "/_aws/lambda/code/a/b.zip", front.Place("code", "a/b.zip")),
        ("127.0.0.1:4566", "/2015-03-31/functions/", None),
    ],
)
def test_addresses(host: str, path: str, expected: front.Place | None) -> None:
    assert front.locate(host, path) == expected


def test_code_location_can_be_downloaded() -> None:
    async def main() -> None:
        async with world() as w:
            w.from_files(index__py="def handler(e, c): pass")
            location = w.do("get_function", FunctionName="f")["Code"]["Location"]
            path = "/" + location.split("/", 3)[3]
            place = front.locate("127.0.0.1:4566", path)
            assert place is not None
            request = WireRequest("GET", path, "", {}, b"")
            answer = await front.handle_http(w.ground, place, request, w.ground.new_cause())
            assert answer.status == 200
            assert answer.body[:2] == b"PK"
            size = w.do("get_function_configuration", FunctionName="f")["CodeSize"]
            assert len(answer.body) == size

    asyncio.run(main())


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": 100},
        {"statusCode": 199},
        {"statusCode": 1e400},
        {"statusCode": 200.5},
        {"statusCode": True},
        {"statusCode": " 200 "},
        {"statusCode": "2_0_0"},
        {"statusCode": 200, "headers": {"x y": "1"}},
        {"statusCode": 200, "headers": {"": "1"}},
        {"statusCode": 200, "isBase64Encoded": True, "body": "@@@"},
    ],
)
def test_results_that_are_no_http_answer(result: Any) -> None:
    answer = answered(compact(result).encode())
    assert (answer.status, answer.body) == (502, b"Internal Server Error")


def test_a_streamed_prelude_that_is_none_hides_the_body() -> None:
    payload = b'{"statusCode":"x"}' + bytes(8) + b"secret"
    assert answered(payload, PRELUDE_TYPE).body == b"Internal Server Error"
    assert answered(b'{"statusCode":201}' + bytes(8) + b"seen", PRELUDE_TYPE).body == b"seen"
