"""Request validators, gateway responses, API keys, usage plans, throttling (AWS docs)."""

import json

from data_world import API, STAGE, in_world, mock, proxy

MODEL = {
    "name": "Task",
    "schema": json.dumps(
        {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "type": "object",
            "required": ["type"],
            "properties": {
                "type": {"type": "string"},
                "owner": {"$ref": f"https://apigateway.amazonaws.com/restapis/{API}/models/Owner"},
            },
        }
    ),
}
OWNER = {"name": "Owner", "schema": '{"type": "object", "properties": {"age": {"type": "integer"}}}'}
VALIDATORS = {
    "both": {"id": "both", "validateRequestBody": True, "validateRequestParameters": True},
    "body": {"id": "body", "validateRequestBody": True, "validateRequestParameters": False},
    "none": {"id": "none", "validateRequestBody": False, "validateRequestParameters": False},
}
PARAMETERS = {
    "method.request.querystring.limit": True,
    "method.request.header.X-Tenant": True,
    "method.request.querystring.optional": False,
}


def validated(validator):
    return {
        **proxy("ok"),
        "requestValidatorId": validator,
        "requestParameters": PARAMETERS,
        "requestModels": {"application/json": "Task"},
    }


def validating_api(w, **more):
    methods = {f"POST /{name}": validated(name) for name in VALIDATORS}
    w.api(methods, models={"Task": MODEL, "Owner": OWNER}, validators=VALIDATORS, **more)


@in_world
async def test_missing_parameters_are_listed(world):
    w = world()
    validating_api(w)
    answer = await w.call("POST", "/both", body=b'{"type": "x"}')
    assert answer.status == 400
    assert answer.body == b'{"message":"Missing required request parameters: [limit, X-Tenant]"}'
    assert answer.headers["x-amzn-errortype"] == "BadRequestException"
    answer = await w.call("POST", "/both?limit=1", {"X-Tenant": ""}, b'{"type": "x"}')
    assert answer.body == b'{"message":"Missing required request parameters: [X-Tenant]"}'
    assert (await w.call("POST", "/both?limit=1", {"x-tenant": "t"}, b'{"type": "x"}')).status == 200
    assert len(w.events) == 1


@in_world
async def test_the_body_is_checked_against_its_model(world):
    w = world()
    validating_api(w)
    wrong = [b"{}", b"[]", b"no json", b"", b'{"type": 1}', b'{"type": "x", "owner": {"age": "old"}}']
    for body in wrong:
        answer = await w.call("POST", "/body", body=body)
        assert (answer.status, answer.body) == (400, b'{"message":"Invalid request body"}'), body
    assert w.events == []
    for body in (b'{"type": "x"}', b'{"type": "x", "owner": {"age": 3}}'):
        assert (await w.call("POST", "/body", body=body)).status == 200
    # A content type without a model is not checked.
    assert (await w.call("POST", "/body", {"Content-Type": "text/plain"}, b"text")).status == 200
    assert (await w.call("POST", "/none", body=b"no json")).status == 200


@in_world
async def test_gateway_responses_by_type_and_by_class(world):
    w = world()
    validating_api(
        w,
        gateway_responses={
            "MISSING_AUTHENTICATION_TOKEN": {
                "responseType": "MISSING_AUTHENTICATION_TOKEN",
                "statusCode": "404",
                "responseParameters": {
                    "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
                    "gatewayresponse.header.X-Path": "context.path",
                    "gatewayresponse.header.X-Asked": "method.request.header.X-Ask",
                },
                "responseTemplates": {
                    "application/json": '{"error":$context.error.messageString,"type":"$context.error.responseType",'
                    '"stage":"${context.stage}","variable":"$stageVariables.k","plain":"$context.error.message"}'
                },
            },
            "BAD_REQUEST_BODY": {
                "responseTemplates": {"application/json": '{"problems":"$context.error.validationErrorString"}'}
            },
            "DEFAULT_4XX": {"responseParameters": {"gatewayresponse.header.X-Class": "'4XX'"}},
        },
        variables={"k": "v"},
    )
    answer = await w.call("GET", "/nothing", {"X-Ask": "me"})
    assert answer.status == 404
    assert json.loads(answer.body) == {
        "error": "Missing Authentication Token",
        "type": "MISSING_AUTHENTICATION_TOKEN",
        "stage": "dev",
        "variable": "v",
        "plain": "Missing Authentication Token",
    }
    shown = [answer.headers[name] for name in ("access-control-allow-origin", "x-path", "x-asked")]
    assert shown == ["*", "/dev/nothing", "me"]
    answer = await w.call("POST", "/body", body=b"{}")
    assert answer.status == 400
    assert "type" in answer.text
    answer = await w.call("POST", "/both", body=b"{}")
    assert (answer.status, answer.headers["x-class"]) == (400, "4XX")
    assert answer.body == b'{"message":"Missing required request parameters: [limit, X-Tenant]"}'


@in_world
async def test_a_failed_function_has_the_class_of_server_errors(world):
    w = world()
    w.functions["ok"] = lambda event: "no result"
    headers = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}
    w.api({"GET /": proxy("ok")}, gateway_responses={"DEFAULT_5XX": {"responseParameters": headers}})
    answer = await w.call("GET", "/")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (502, "*")


# API keys


def keyed(w, plan=None, source=None, **more):
    fields = {"apiKeySource": source} if source else {}
    w.api({"GET /": {**proxy("ok"), "apiKeyRequired": True, **more}, "GET /open": proxy("ok")}, **fields)
    w.store.api_keys["k1"] = {"id": "k1", "value": "secret", "enabled": True}
    w.store.api_keys["k2"] = {"id": "k2", "value": "disabled", "enabled": False}
    w.store.api_keys["k3"] = {"id": "k3", "value": "elsewhere", "enabled": True}
    w.store.usage_plans["p"] = {"id": "p", "apiStages": [{"apiId": API, "stage": STAGE}], **(plan or {})}
    w.store.plan_keys["p"] = {"k1": {"id": "k1"}, "k2": {"id": "k2"}}


@in_world
async def test_a_key_is_wanted(world):
    w = world()
    keyed(w)
    for headers in ({}, {"x-api-key": "wrong"}, {"x-api-key": "disabled"}, {"x-api-key": "elsewhere"}):
        answer = await w.call("GET", "/", headers)
        assert (answer.status, answer.body) == (403, b'{"message":"Forbidden"}'), headers
        assert answer.headers["x-amzn-errortype"] == "ForbiddenException"
    assert (await w.call("GET", "/", {"X-Api-Key": "secret"})).status == 200
    identity = w.events[-1]["requestContext"]["identity"]
    assert (identity["apiKey"], identity["apiKeyId"]) == ("secret", "k1")
    assert (await w.call("GET", "/open")).status == 200


@in_world
async def test_a_key_without_a_plan_for_the_stage(world):
    w = world()
    keyed(w, {"apiStages": [{"apiId": API, "stage": "prod"}]})
    assert (await w.call("GET", "/", {"x-api-key": "secret"})).status == 403


@in_world
async def test_the_rate_of_a_plan(world):
    w = world()
    keyed(w, {"throttle": {"rateLimit": 1.0, "burstLimit": 2}})
    key = {"x-api-key": "secret"}
    assert [(await w.call("GET", "/", key)).status for _ in range(3)] == [200, 200, 429]
    answer = await w.call("GET", "/", key)
    assert answer.body == b'{"message":"Too Many Requests"}'
    assert answer.headers["x-amzn-errortype"] == "TooManyRequestsException"
    await w.ground.clock.advance(1)
    assert (await w.call("GET", "/", key)).status == 200


@in_world
async def test_the_rate_of_a_method_in_a_plan(world):
    w = world()
    stage = {"apiId": API, "stage": STAGE, "throttle": {"//GET": {"rateLimit": 1.0, "burstLimit": 1}}}
    keyed(w, {"apiStages": [stage]})
    key = {"x-api-key": "secret"}
    assert [(await w.call("GET", "/", key)).status for _ in range(2)] == [200, 429]


@in_world
async def test_the_quota_of_a_plan(world):
    w = world()
    keyed(w, {"quota": {"limit": 2, "offset": 0, "period": "DAY"}})
    key = {"x-api-key": "secret"}
    assert [(await w.call("GET", "/", key)).status for _ in range(3)] == [200, 200, 429]
    answer = await w.call("GET", "/", key)
    assert answer.body == b'{"message":"Limit Exceeded"}'
    assert answer.headers["x-amzn-errortype"] == "LimitExceededException"
    assert w.store.usage["p", "k1"] == {"2023-11-14": 2}
    await w.ground.clock.advance(86400)
    assert (await w.call("GET", "/", key)).status == 200
    assert w.store.usage["p", "k1"] == {"2023-11-14": 2, "2023-11-15": 1}


@in_world
async def test_longer_quotas(world):
    w = world()
    keyed(w, {"quota": {"limit": 1, "offset": 0, "period": "MONTH"}})
    key = {"x-api-key": "secret"}
    assert [(await w.call("GET", "/", key)).status for _ in range(2)] == [200, 429]
    await w.ground.clock.advance(16 * 86400)
    assert (await w.call("GET", "/", key)).status == 429
    await w.ground.clock.advance(86400)  # 1 December
    assert (await w.call("GET", "/", key)).status == 200


# The stage


@in_world
async def test_the_rates_of_stages_and_methods(world):
    w = world()
    settings = {
        "*/*": {"throttlingRateLimit": 1.0, "throttlingBurstLimit": 1},
        "~1a~1{id}/GET": {"throttlingRateLimit": 1.0, "throttlingBurstLimit": 3},
        "free/GET": {"throttlingRateLimit": -1, "throttlingBurstLimit": 100},
    }
    w.api({"GET /a/{id}": mock(), "POST /a/{id}": mock(), "GET /free": mock()}, settings=settings)
    assert [(await w.call("GET", "/a/1")).status for _ in range(4)] == [200, 200, 200, 429]
    assert [(await w.call("POST", "/a/1")).status for _ in range(2)] == [200, 429]
    assert {(await w.call("GET", "/free")).status for _ in range(20)} == {200}
    await w.ground.clock.advance(1)
    assert (await w.call("POST", "/a/1")).status == 200
