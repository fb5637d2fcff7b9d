"""REQUEST authorizers: events, results, caching (AWS docs, "Control access to HTTP APIs with Lambda authorizers")."""

from apigateway_http_world import ACCOUNT, in_world

KEY = {"authorization": "secret"}


def policy(effect, resource):
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {"principalId": "u", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


@in_world
async def test_the_event_of_format_2(world):
    w = world()
    w.functions["guard"] = lambda event: {"isAuthorized": True}
    api = w.api(variables={"k": "v"})
    w.route(api, "GET /pets/{id}", "ok", **w.authorizer(api, "guard"))
    answer = await w.call(api, "GET", "/pets/7?a=1", [("Authorization", "secret"), ("Cookie", "a=b")])
    assert answer.status == 200
    asked, called = w.events
    assert asked["routeArn"] == f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/$default/GET/pets/7"
    assert asked["headers"]["authorization"] == "secret"
    asked["requestContext"].pop("authorizer", None)
    assert called["requestContext"].pop("authorizer") == {"lambda": {}}
    assert asked.pop("requestContext") == called["requestContext"]
    asked.pop("headers")
    assert asked == {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": asked["routeArn"],
        "identitySource": ["secret"],
        "routeKey": "GET /pets/{id}",
        "rawPath": "/pets/7",
        "rawQueryString": "a=1",
        "cookies": ["a=b"],
        "queryStringParameters": {"a": "1"},
        "pathParameters": {"id": "7"},
        "stageVariables": {"k": "v"},
    }


@in_world
async def test_the_event_of_format_1(world):
    w = world()
    w.functions["guard"] = lambda event: policy("Allow", event["methodArn"]) | {"context": {"tier": "gold"}}
    api = w.api()
    sources = ("$request.header.Authorization", "$request.querystring.q")
    guard = w.authorizer(api, "guard", "1.0", False, sources)
    w.route(api, "POST /pets/{id}", "ok", {"PayloadFormatVersion": "1.0"}, **guard)
    assert (await w.call(api, "POST", "/pets/7?q=1", KEY)).status == 200
    asked, called = w.events
    assert set(asked) == {
        *("version", "type", "methodArn", "identitySource", "authorizationToken", "resource", "path", "httpMethod"),
        *("headers", "queryStringParameters", "pathParameters", "stageVariables", "requestContext"),
    }
    assert (asked["version"], asked["type"], asked["httpMethod"]) == ("1.0", "REQUEST", "POST")
    assert asked["identitySource"] == asked["authorizationToken"] == "secret,1"
    assert asked["methodArn"].endswith("/$default/POST/pets/7")
    assert (asked["resource"], asked["path"]) == ("/pets/{id}", "/pets/7")
    assert (asked["queryStringParameters"], asked["pathParameters"]) == ({"q": "1"}, {"id": "7"})
    assert called["requestContext"]["authorizer"] == {"tier": "gold"}


@in_world
async def test_the_context_arrives_unchanged(world):
    w = world()
    context = {"number": 1, "list": [1, "a"], "map": {"a": None}}
    w.functions["guard"] = lambda event: {"isAuthorized": True, "context": context}
    api = w.api()
    w.route(api, "GET /", "ok", **w.authorizer(api, "guard"))
    await w.call(api, headers=KEY)
    assert w.events[-1]["requestContext"]["authorizer"] == {"lambda": context}


@in_world
async def test_refusals(world):
    w = world()
    said = {}
    w.functions["guard"] = lambda event: said["now"]
    api = w.api()
    w.route(api, "GET /", "ok", **w.authorizer(api, "guard", AuthorizerResultTtlInSeconds=0))
    missing = await w.call(api)
    assert (missing.status, missing.text) == (401, '{"message":"Unauthorized"}')
    assert w.events == []
    for result, status, message in (
        ({"isAuthorized": False}, 403, "Forbidden"),
        ({"isAuthorized": "yes"}, 500, "Internal Server Error"),
        ({}, 500, "Internal Server Error"),
        ("text", 500, "Internal Server Error"),
        (policy("Allow", "*"), 500, "Internal Server Error"),
    ):
        said["now"] = result
        answer = await w.call(api, headers=KEY)
        assert (answer.status, answer.text) == (status, f'{{"message":"{message}"}}'), result
    del w.functions["guard"]
    assert (await w.call(api, headers=KEY)).status == 500
    assert [hop.outcome for hop in w.hops("authorize")] == ["401", "403", *["500"] * 5]


@in_world
async def test_policies(world):
    w = world()
    said = {}
    w.functions["guard"] = lambda event: said["now"]
    api = w.api()
    guard = w.authorizer(api, "guard", simple=False, AuthorizerResultTtlInSeconds=0)
    w.route(api, "GET /{proxy+}", "ok", **guard)
    arn = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/$default/GET"
    for result, status in (
        (policy("Allow", f"{arn}/a/*"), 200),
        (policy("Allow", f"{arn}/b/*"), 403),
        (policy("Deny", "*"), 403),
        ({"isAuthorized": True}, 500),
    ):
        said["now"] = result
        assert (await w.call(api, "GET", "/a/b", KEY)).status == status


@in_world
async def test_a_verdict_is_kept_for_its_time_to_live_across_routes(world):
    w = world()
    w.functions["guard"] = lambda event: {"isAuthorized": True}
    api = w.api()
    guard = w.authorizer(api, "guard", AuthorizerResultTtlInSeconds=60)
    w.route(api, "GET /a", "ok", **guard)
    w.route(api, "GET /b", "ok", **guard)

    def asked():
        return sum(event.get("type") == "REQUEST" for event in w.events)

    await w.call(api, "GET", "/a", KEY)
    await w.call(api, "GET", "/b", KEY)
    assert asked() == 1
    await w.call(api, "GET", "/a", {"authorization": "other"})
    assert asked() == 2
    await w.ground.clock.advance(59)
    await w.call(api, "GET", "/a", KEY)
    assert asked() == 2
    await w.ground.clock.advance(1)
    await w.call(api, "GET", "/a", KEY)
    assert asked() == 3
    w.op("reset_authorizers_cache", ApiId=api, StageName="$default")
    await w.call(api, "GET", "/a", KEY)
    assert asked() == 4


@in_world
async def test_the_route_key_as_identity_source_keeps_routes_apart(world):
    w = world()
    w.functions["guard"] = lambda event: {"isAuthorized": event["routeKey"] == "GET /a"}
    api = w.api()
    sources = ("$request.header.Authorization", "$context.routeKey")
    guard = w.authorizer(api, "guard", sources=sources, AuthorizerResultTtlInSeconds=60)
    w.route(api, "GET /a", "ok", **guard)
    w.route(api, "GET /b", "ok", **guard)
    assert (await w.call(api, "GET", "/a", KEY)).status == 200
    assert (await w.call(api, "GET", "/b", KEY)).status == 403


@in_world
async def test_an_authorizer_has_ten_seconds(world):
    w = world()

    async def slow(event):
        await w.ground.clock.sleep(11)
        return {"isAuthorized": True}

    w.functions["guard"] = slow
    api = w.api()
    w.route(api, "GET /", "ok", **w.authorizer(api, "guard"))
    asked = w.begin(api, headers=KEY)
    await w.ground.clock.advance(10)
    answer = await asked
    assert (answer.status, answer.text) == (500, '{"message":"Internal Server Error"}')


@in_world
async def test_iam(world):
    w = world()
    api = w.api()
    w.route(api, "GET /", "ok", AuthorizationType="AWS_IAM")
    unsigned = await w.call(api)
    assert (unsigned.status, unsigned.text) == (403, '{"message":"Forbidden"}')
    scope = "20231114/us-east-1/execute-api/aws4_request"
    signed = {"Authorization": f"AWS4-HMAC-SHA256 Credential=AKID/{scope}, SignedHeaders=host, Signature=00"}
    assert (await w.call(api, headers=signed)).status == 200
    shown = w.events[-1]["requestContext"]["authorizer"]["iam"]
    assert set(shown) == {
        *("accessKey", "accountId", "callerId", "cognitoIdentity", "principalOrgId", "userArn", "userId"),
    }
    assert (shown["accessKey"], shown["accountId"], shown["cognitoIdentity"]) == ("AKID", ACCOUNT, None)
    presigned = f"/?X-Amz-Credential=AKID%2F{scope.replace('/', '%2F')}&X-Amz-Signature=00"
    assert (await w.call(api, "GET", presigned)).status == 200
