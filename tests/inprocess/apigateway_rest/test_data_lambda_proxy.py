"""Lambda proxy integrations of REST APIs: events and results (recorded from AWS)."""

import asyncio
import base64
import json

import pytest
from data_world import ACCOUNT, API, DOMAIN, in_world, proxy

FAILED = b'{"message": "Internal server error"}'
TRACE = "1-65f1c2a3-0123456789abcdef01234567"
IDENTITY = (
    "accessKey accountId caller cognitoAuthenticationProvider cognitoAuthenticationType cognitoIdentityId "
    "cognitoIdentityPoolId principalOrgId sourceIp user userAgent userArn"
).split()


@in_world
async def test_the_event_without_query_and_body(world):
    w = world()
    w.api({"GET /tasks/{tenantId}/{taskId}": proxy("ok")})
    answer = await w.call(
        "GET", "/tasks/t1/7", [("Accept", "*/*"), ("User-Agent", "curl/8.0"), ("Connection", "close")], trace=TRACE
    )
    headers = {
        "Accept": "*/*",
        "Host": DOMAIN,
        "User-Agent": "curl/8.0",
        "X-Amzn-Trace-Id": f"Root={TRACE}",
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    identity = dict.fromkeys(IDENTITY) | {"sourceIp": "203.0.113.7", "userAgent": "curl/8.0"}
    expected = {
        "resource": "/tasks/{tenantId}/{taskId}",
        "path": "/tasks/t1/7",
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"tenantId": "t1", "taskId": "7"},
        "stageVariables": None,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API,
            "deploymentId": "abc123",
            "domainName": DOMAIN,
            "domainPrefix": API,
            "extendedRequestId": answer.headers["x-amz-apigw-id"],
            "httpMethod": "GET",
            "identity": identity,
            "path": "/dev/tasks/t1/7",
            "protocol": "HTTP/1.1",
            "requestId": answer.headers["x-amzn-requestid"],
            "requestTime": "14/Nov/2023:22:13:20 +0000",
            "requestTimeEpoch": 1700000000000,
            "resourceId": "r0",
            "resourcePath": "/tasks/{tenantId}/{taskId}",
            "stage": "dev",
        },
        "body": None,
        "isBase64Encoded": False,
    }
    assert w.events == [expected]
    assert list(w.events[0]["requestContext"]) == list(expected["requestContext"])


@in_world
async def test_the_event_with_everything(world):
    w = world()
    w.api({"POST /{proxy+}": proxy("ok")}, variables={"k": "v"})
    headers = [("X-Two", "1"), ("x-two", "2"), ("Content-Type", "application/json")]
    await w.call("POST", "/a/b?x=1&x=2&y=%C3%A4&z", headers, '{"ä":1}'.encode())
    event = w.events[0]
    assert event["queryStringParameters"] == {"x": "2", "y": "ä", "z": ""}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "y": ["ä"], "z": [""]}
    assert event["headers"]["X-Two"] == "1"
    assert event["headers"]["x-two"] == "2"
    assert event["stageVariables"] == {"k": "v"}
    assert (event["body"], event["isBase64Encoded"]) == ('{"ä":1}', False)
    assert (event["resource"], event["pathParameters"]) == ("/{proxy+}", {"proxy": "a/b"})


@in_world
async def test_repeated_headers_keep_their_last_value(world):
    w = world()
    w.api({"GET /": proxy("ok")})
    await w.call("GET", "/", [("X-Two", "1"), ("X-Two", "2")])
    assert w.events[0]["headers"]["X-Two"] == "2"
    assert w.events[0]["multiValueHeaders"]["X-Two"] == ["1", "2"]


@in_world
async def test_stage_variables_name_the_function(world):
    w = world()
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:{ACCOUNT}:function"
    w.api({"GET /": proxy("x", uri=uri + ":${stageVariables.fn}/invocations")}, variables={"fn": "ok"})
    assert (await w.call("GET", "/")).text == "ok"


@pytest.mark.parametrize(
    ("result", "status", "body"),
    [
        ({"statusCode": 201, "body": "made"}, 201, "made"),
        ({"statusCode": "404", "body": ""}, 404, ""),
        ({"headers": {"X-A": "1"}}, 200, ""),
        ({"statusCode": 200, "body": None}, 200, ""),
    ],
)
def test_valid_results(result, status, body):
    @in_world
    async def run(world):
        w = world()
        w.functions["ok"] = lambda event: result
        w.api({"GET /": proxy("ok")})
        answer = await w.call("GET", "/")
        assert (answer.status, answer.text) == (status, body)
        assert answer.headers["content-type"] == "application/json"

    run()


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": 200, "cookies": []},
        {"statusCode": 200, "Body": "x"},
        "text",
        None,
        [1],
        {"statusCode": "ok"},
        {"statusCode": 200, "multiValueHeaders": {"X-A": "1"}},
    ],
)
def test_malformed_results(result):
    @in_world
    async def run(world):
        w = world()
        w.functions["ok"] = lambda event: result
        w.api({"GET /": proxy("ok")})
        answer = await w.call("GET", "/")
        assert (answer.status, answer.body) == (502, FAILED)
        assert answer.headers["x-amzn-errortype"] == "InternalServerErrorException"

    run()


@in_world
async def test_headers_of_the_result(world):
    w = world()
    w.functions["ok"] = lambda event: {
        "statusCode": 200,
        "headers": {"Content-Type": "text/plain", "X-One": "1"},
        "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"], "X-One": ["0"]},
    }
    w.api({"GET /": proxy("ok")})
    answer = await w.call("GET", "/")
    assert [value for name, value in answer.pairs if name == "set-cookie"] == ["a=1", "b=2"]
    assert [value for name, value in answer.pairs if name == "x-one"] == ["0", "1"]
    assert answer.headers["content-type"] == "text/plain"


@in_world
async def test_a_function_error_is_a_bad_gateway(world):
    w = world()

    def fail(event):
        raise ValueError("no")

    w.functions["ok"] = fail
    w.api({"GET /": proxy("ok")})
    answer = await w.call("GET", "/")
    assert (answer.status, answer.body) == (502, FAILED)


@in_world
async def test_a_missing_function_or_a_wrong_integration_method(world):
    w = world()
    w.api({"GET /": proxy("nobody"), "GET /get": proxy("ok", httpMethod="GET")})
    for path in ("/", "/get"):
        answer = await w.call("GET", path)
        assert (answer.status, answer.body) == (500, FAILED)
    assert w.events == []


@in_world
async def test_a_function_that_takes_over_29_seconds_runs_on(world):
    w = world()
    done = []

    async def slow(event):
        await w.ground.clock.sleep(40)
        done.append(w.ground.clock.now())
        return {"statusCode": 200}

    w.functions["ok"] = slow
    w.api({"GET /": proxy("ok"), "GET /short": proxy("ok", timeoutInMillis=1000)})
    waiting = w.begin("GET", "/")
    await w.ground.clock.advance(28.999)
    assert not waiting.done()
    await w.ground.clock.advance(0.001)
    answer = await waiting
    assert (answer.status, answer.body) == (504, b'{"message": "Endpoint request timed out"}')
    assert answer.headers["x-amzn-errortype"] == "InternalServerErrorException"
    assert done == []
    await w.ground.clock.advance(11)
    assert len(done) == 1
    short = w.begin("GET", "/short")
    await w.ground.clock.advance(1)
    assert (await short).status == 504
    assert asyncio.current_task() is not None


@in_world
async def test_binary_bodies(world):
    w = world()
    picture = bytes(range(256))
    w.functions["ok"] = lambda event: {
        "headers": {"Content-Type": "image/png"},
        "body": base64.b64encode(picture).decode(),
        "isBase64Encoded": True,
    }
    w.api({"POST /": proxy("ok")}, binaryMediaTypes=["image/png"])
    answer = await w.call("POST", "/", {"Content-Type": "image/png", "Accept": "image/png, */*"}, picture)
    event = w.events[0]
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == picture
    assert answer.body == picture
    # A client that accepts text first gets text (AWS docs).
    answer = await w.call("POST", "/", {"Content-Type": "text/plain", "Accept": "text/html, image/png"}, b"hi")
    assert (w.events[1]["body"], w.events[1]["isBase64Encoded"]) == ("hi", False)
    assert base64.b64decode(answer.body) == picture


@in_world
async def test_every_type_may_be_binary(world):
    w = world()
    w.functions["ok"] = lambda event: {"body": event["body"], "isBase64Encoded": event["isBase64Encoded"]}
    w.api({"POST /": proxy("ok")}, binaryMediaTypes=["*/*"])
    assert (await w.call("POST", "/", body=b"\xff\x00")).body == b"\xff\x00"


@in_world
async def test_no_result_hurts_the_house(world):
    w = world()
    odd = [
        *({"body": 1}, {"statusCode": 99}, {"statusCode": True}, {"statusCode": 10**30}),
        *({"headers": 1}, {"headers": {"a b": "x"}}, {"headers": {"": ""}}, {"headers": {"X": {"a": [1, None]}}}),
        {"isBase64Encoded": True, "body": "???"},
    ]
    w.api({"GET /": proxy("ok")}, binaryMediaTypes=["*/*"])
    for result in odd:
        w.functions["ok"] = lambda event, result=result: result
        assert (await w.call("GET", "/")).status in (200, 502), json.dumps(result)
    assert not w.hops("fault")
