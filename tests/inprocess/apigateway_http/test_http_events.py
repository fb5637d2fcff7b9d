"""Events of both payload formats, key by key (AWS docs, "Create AWS Lambda proxy integrations for HTTP APIs")."""

import re

from apigateway_http_world import ACCOUNT, in_world

TRACE = "1-65f1c2a3-0123456789abcdef01234567"
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{15}=")
HEADERS = [
    ("Accept", "*/*"),
    ("Content-Length", "13"),
    ("Content-Type", "application/json"),
    ("User-Agent", "curl/8.0"),
    ("Cookie", "c1=v1; c2=v2"),
    ("Connection", "keep-alive"),
    ("X-Many", "1"),
    ("x-many", "2"),
]


@in_world
async def test_format_2_complete(world):
    w = world()
    api = w.api({"POST /tasks/{id}": "ok"}, variables={"k": "v"})
    answer = await w.call(api, "POST", "/tasks/7?a=1&a=2&b=x", HEADERS, b'{"hello":1}\r\n', trace=TRACE)
    assert (answer.status, answer.text) == (200, "ok")
    (event,) = w.events
    request_id = event["requestContext"].pop("requestId")
    assert REQUEST_ID.fullmatch(request_id)
    assert answer.headers["apigw-requestid"] == request_id
    domain = f"{api}.execute-api.us-east-1.amazonaws.com"
    assert event == {
        "version": "2.0",
        "routeKey": "POST /tasks/{id}",
        "rawPath": "/tasks/7",
        "rawQueryString": "a=1&a=2&b=x",
        "cookies": ["c1=v1", "c2=v2"],
        "headers": {
            "accept": "*/*",
            "content-length": "13",
            "content-type": "application/json",
            "host": domain,
            "user-agent": "curl/8.0",
            "x-amzn-trace-id": f"Root={TRACE}",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            "x-many": "1,2",
        },
        "queryStringParameters": {"a": "1,2", "b": "x"},
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": api,
            "domainName": domain,
            "domainPrefix": api,
            "http": {
                "method": "POST",
                "path": "/tasks/7",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "curl/8.0",
            },
            "routeKey": "POST /tasks/{id}",
            "stage": "$default",
            "time": "14/Nov/2023:22:13:20 +0000",
            "timeEpoch": 1_700_000_000_000,
        },
        "body": '{"hello":1}\r\n',
        "pathParameters": {"id": "7"},
        "isBase64Encoded": False,
        "stageVariables": {"k": "v"},
    }
    assert list(event) == [
        *("version", "routeKey", "rawPath", "rawQueryString", "cookies", "headers", "queryStringParameters"),
        *("requestContext", "body", "pathParameters", "isBase64Encoded", "stageVariables"),
    ]


@in_world
async def test_format_2_leaves_out_what_is_empty(world):
    w = world()
    api = w.api({"$default": "ok"})
    await w.call(api, "GET", "/any/where")
    (event,) = w.events
    assert set(event) == {"version", "routeKey", "rawPath", "rawQueryString", "headers", "requestContext"} | {
        "isBase64Encoded"
    }
    assert (event["routeKey"], event["rawQueryString"]) == ("$default", "")
    assert "authorizer" not in event["requestContext"]


@in_world
async def test_format_1_complete(world):
    w = world()
    api = w.api()
    w.route(api, "GET /tasks/{id}", "ok", {"PayloadFormatVersion": "1.0"})
    headers = [("Header1", "value1"), ("Header2", "value1"), ("Header2", "value2"), ("User-Agent", "user-agent")]
    query = "?parameter1=value1&parameter1=value2&parameter2=value"
    await w.call(api, "GET", f"/tasks/7{query}", headers, trace=TRACE)
    (event,) = w.events
    shown = {name: event["headers"][name] for name in ("Header1", "Header2", "User-Agent")}
    assert shown == {"Header1": "value1", "Header2": "value2", "User-Agent": "user-agent"}
    assert event["multiValueHeaders"]["Header2"] == ["value1", "value2"]
    context = event.pop("requestContext")
    for name in ("headers", "multiValueHeaders"):
        del event[name]
    assert event == {
        "version": "1.0",
        "resource": "/tasks/{id}",
        "path": "/tasks/7",
        "httpMethod": "GET",
        "queryStringParameters": {"parameter1": "value2", "parameter2": "value"},
        "multiValueQueryStringParameters": {"parameter1": ["value1", "value2"], "parameter2": ["value"]},
        "pathParameters": {"id": "7"},
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
    }
    request_id = context.pop("requestId")
    assert context.pop("extendedRequestId") == request_id
    context.pop("resourceId")  # unverified
    nobody = dict.fromkeys(
        "accessKey accountId caller cognitoAuthenticationProvider cognitoAuthenticationType cognitoIdentityId "
        "cognitoIdentityPoolId principalOrgId user userArn".split()
    )
    assert context == {
        "accountId": ACCOUNT,
        "apiId": api,
        "authorizer": {"claims": None, "scopes": None},
        "domainName": f"{api}.execute-api.us-east-1.amazonaws.com",
        "domainPrefix": api,
        "httpMethod": "GET",
        "identity": {**nobody, "sourceIp": "203.0.113.7", "userAgent": "user-agent"},
        "path": "/tasks/7",
        "protocol": "HTTP/1.1",
        "requestTime": "14/Nov/2023:22:13:20 +0000",
        "requestTimeEpoch": 1_700_000_000_000,
        "resourcePath": "/tasks/{id}",
        "stage": "$default",
    }


@in_world
async def test_format_1_shows_what_is_empty_as_null(world):
    w = world()
    api = w.api()
    w.route(api, "$default", "ok", {"PayloadFormatVersion": "1.0"})
    await w.call(api)
    (event,) = w.events
    empty = ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables", "body")
    assert all(event[name] is None for name in empty)
    assert event["requestContext"]["resourceId"] is None


@in_world
async def test_which_bodies_are_text(world):
    w = world()
    api = w.api({"POST /": "ok"})
    text = ["text/plain", "text/csv; charset=utf-8", "application/json", "application/xml", "application/javascript"]
    for content_type in text:
        await w.call(api, "POST", "/", {"content-type": content_type}, b"abc")
        assert (w.events[-1]["body"], w.events[-1]["isBase64Encoded"]) == ("abc", False), content_type
    for content_type in ("application/x-www-form-urlencoded", "application/octet-stream", "image/png"):
        await w.call(api, "POST", "/", {"content-type": content_type}, b"a=b")
        assert (w.events[-1]["body"], w.events[-1]["isBase64Encoded"]) == ("YT1i", True), content_type
    await w.call(api, "POST", "/", {}, b"a=b")
    assert w.events[-1]["isBase64Encoded"] is True


@in_world
async def test_a_stage_is_part_of_the_path_and_a_trailing_slash_stays(world):
    w = world()
    api = w.api({"ANY /{proxy+}": "ok"}, stage="dev")
    await w.call(api, "GET", "/dev/pets/")
    event = w.events[-1]
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/dev/pets/"
    assert event["requestContext"]["stage"] == "dev"
    await w.request("GET", "/dev/pets", host=f"{api}.execute-api.localhost:4566")
    assert w.events[-1]["requestContext"]["domainName"] == f"{api}.execute-api.localhost"


@in_world
async def test_a_trace_goes_through(world):
    w = world()
    api = w.api({"GET /": "ok"})
    await w.call(api, trace=TRACE)
    hops = w.ground.journal.of(TRACE)
    assert [hop.kind for hop in hops] == ["request", "route", "integrate", "deliver"]
    assert [hop.parent for hop in hops[1:]] == [hops[0].id, hops[1].id, hops[2].id]
    assert {hop.outcome for hop in hops} == {"ok"}
