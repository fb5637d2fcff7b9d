"""Requests to REST APIs: addresses, resources, headers, refusals, journal (AWS docs; bodies recorded from AWS)."""

import re

from data_world import ACCOUNT, API, DOMAIN, STAGE, in_world, mock, proxy

FORBIDDEN = b'{"message":"Forbidden"}'
MISSING = b'{"message":"Missing Authentication Token"}'


@in_world
async def test_the_path_form_and_the_host_form(world):
    w = world()
    w.api({"GET /tasks": proxy("ok")})
    for url, host in ((f"/_aws/execute-api/{API}/dev/tasks", "127.0.0.1:4566"), ("/dev/tasks", DOMAIN)):
        answer = await w.request("GET", url, host=host)
        assert (answer.status, answer.text) == (200, "ok"), url
    answer = await w.request("GET", "/dev/tasks", host=f"{API}.execute-api.localhost:4566")
    assert answer.status == 200


@in_world
async def test_every_answer_says_which_request_it_was(world):
    w = world()
    w.api({"GET /tasks": proxy("ok"), "GET /mock": mock()})
    answer = await w.call("GET", "/tasks", trace="1-65f1c2a3-0123456789abcdef01234567")
    assert answer.headers["x-amzn-requestid"] == w.events[0]["requestContext"]["requestId"]
    assert answer.headers["x-amz-apigw-id"] == w.events[0]["requestContext"]["extendedRequestId"]
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", answer.headers["x-amzn-requestid"]
    )
    assert re.fullmatch(r"[A-Za-z0-9_-]{15}=", answer.headers["x-amz-apigw-id"])
    assert answer.headers["x-amzn-trace-id"] == "Root=1-65f1c2a3-0123456789abcdef01234567"
    assert "x-amzn-trace-id" not in (await w.call("GET", "/mock")).headers


@in_world
async def test_an_unknown_path_or_method_lacks_a_token(world):
    w = world()
    w.api({"GET /tasks": proxy("ok")})
    for verb, path in (("GET", "/nothing"), ("POST", "/tasks"), ("GET", "/tasks/1"), ("GET", "/")):
        answer = await w.call(verb, path)
        assert (answer.status, answer.body) == (403, MISSING), (verb, path)
        assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
        assert answer.headers["content-type"] == "application/json"
        assert {"x-amzn-requestid", "x-amz-apigw-id"} <= answer.headers.keys()


@in_world
async def test_an_unknown_stage_is_forbidden(world):
    w = world()
    w.api({"GET /tasks": proxy("ok")})
    answer = await w.call("GET", "/tasks", stage="prod")
    assert (answer.status, answer.body) == (403, FORBIDDEN)
    w.api({"GET /tasks": proxy("ok")}, disableExecuteApiEndpoint=True)
    assert (await w.call("GET", "/tasks")).status == 403


@in_world
async def test_static_parts_beat_variables_and_these_beat_greedy_ones(world):
    w = world()
    names = {
        "GET /pets/dog/1": "first",
        "GET /pets/dog/{id}": "second",
        "GET /pets/{proxy+}": "third",
        "ANY /{proxy+}": "fourth",
        "GET /": "root",
        "ANY /pets/cat": "fifth",
        "POST /pets/cat": "sixth",
    }
    for name in names.values():
        w.functions[name] = lambda event, name=name: {"body": name}
    w.api({key: proxy(name) for key, name in names.items()})
    expected = {
        ("GET", "/pets/dog/1"): "first",
        ("GET", "/pets/dog/2"): "second",
        ("GET", "/pets/cat/1"): "third",
        ("POST", "/test/5"): "fourth",
        ("POST", "/pets/dog/1"): "fourth",
        ("GET", "/"): "root",
        ("GET", ""): "root",
        ("GET", "/pets/cat"): "fifth",
        ("POST", "/pets/cat"): "sixth",
    }
    assert {place: (await w.call(*place)).text for place in expected} == expected


@in_world
async def test_path_variables_are_decoded(world):
    w = world()
    w.api({"GET /a/{one}/{rest+}": proxy("ok")})
    await w.call("GET", "/a/x%20y/b%2Fc/d")
    assert w.events[0]["pathParameters"] == {"one": "x y", "rest": "b/c/d"}
    assert (await w.call("GET", "/a/x")).status == 403
    assert (await w.call("GET", "/a//x")).status == 403


@in_world
async def test_a_body_over_ten_megabytes_is_too_long(world):
    w = world()
    w.api({"POST /tasks": proxy("ok")})
    big = b"x" * (10 * 1024 * 1024 + 1)
    answer = await w.call("POST", "/tasks", body=big)
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (413, "RequestTooLargeException")
    assert answer.text == '{"message":"Request Too Long"}'
    relaxed = world(enforce_quotas=False)
    relaxed.api({"POST /tasks": proxy("ok")})
    assert (await relaxed.call("POST", "/tasks", body=big)).status == 200


@in_world
async def test_a_new_deployment_is_seen_by_its_stage_only(world):
    w = world()
    api = w.api({"GET /tasks": proxy("ok")})
    api.resources.clear()
    assert (await w.call("GET", "/tasks")).status == 200
    api.snapshots["second"] = api.snapshot()
    api.stages["dev"] = {**api.stages["dev"], "deploymentId": "second"}
    assert (await w.call("GET", "/tasks")).status == 403


@in_world
async def test_the_journal_of_a_request(world):
    w = world()
    w.api({"POST /tasks": proxy("ok")})
    answer = await w.call("POST", "/tasks", body=b'{"a":1}')
    stage = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{API}/{STAGE}"
    hops = [(hop.kind, hop.source, hop.target, hop.outcome) for hop in w.ground.journal]
    function = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:ok"
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    assert hops == [
        ("request", "203.0.113.7", stage, "ok"),
        ("route", stage, f"{stage}/POST/tasks", "ok"),
        ("integrate", f"{stage}/POST/tasks", uri, "ok"),
        ("deliver", f"{stage}/POST/tasks", function, "ok"),
    ]
    request, route, integrate, deliver = w.ground.journal
    assert (request.payload, request.detail["status"]) == ('{"a":1}', 200)
    assert request.detail["request"] == answer.headers["x-amzn-requestid"]
    assert [route.parent, integrate.parent, deliver.parent] == [request.id, route.id, integrate.id]


@in_world
async def test_the_journal_of_a_refusal(world):
    w = world()
    w.api({"POST /tasks": proxy("ok")})
    await w.call("GET", "/nothing")
    outcomes = [(hop.kind, hop.outcome) for hop in w.ground.journal]
    assert outcomes == [("request", "Missing Authentication Token"), ("route", "Missing Authentication Token")]
