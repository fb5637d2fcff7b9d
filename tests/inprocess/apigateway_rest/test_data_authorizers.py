"""Authorizers of REST APIs: events, policies, caching, user pools, IAM (AWS docs)."""

import json

import pytest
from data_world import ACCOUNT, API, DOMAIN, function_uri, in_world, proxy

from emulator.http_out import HttpAnswer
from emulator.services.apigateway.http import jwt_keys
from tests.inprocess.apigateway_http.apigateway_http_world import START

ARN = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{API}/dev"
SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20231114/us-east-1/execute-api/aws4_request, Signature=x"
}


def policy(effect, *resources, **more):
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": list(resources)}
    return {"principalId": "ada", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}, **more}


def guarded(w, kind="TOKEN", methods=("GET /tasks/{id}",), variables=None, **authorizer):
    made = {"id": "g", "name": "guard", "type": kind, "authorizerUri": function_uri("guard"), **authorizer}
    if kind == "TOKEN":
        made.setdefault("identitySource", "method.request.header.Authorization")
    own = {"authorizationType": "CUSTOM", "authorizerId": "g"}
    w.api({key: {**proxy("ok"), **own} for key in methods}, authorizers={"g": made}, variables=variables)


@in_world
async def test_the_event_of_a_token_authorizer(world):
    w = world()
    w.functions["guard"] = lambda event: policy(
        "Allow", event["methodArn"], context={"tier": "gold", "n": 1, "b": True}
    )
    guarded(w)
    assert (await w.call("GET", "/tasks/7?a=1", {"authorization": "secret"})).status == 200
    asked, called = w.events
    assert asked == {"type": "TOKEN", "authorizationToken": "secret", "methodArn": f"{ARN}/GET/tasks/7"}
    authorizer = called["requestContext"]["authorizer"]
    assert (authorizer["principalId"], authorizer["tier"]) == ("ada", "gold")
    assert {"n", "b"} <= authorizer.keys()


@in_world
async def test_the_event_of_a_request_authorizer(world):
    w = world()
    w.functions["guard"] = lambda event: policy("Allow", "*")
    guarded(
        w, "REQUEST", identitySource="method.request.header.X-Key, method.request.querystring.q", variables={"k": "v"}
    )
    assert (await w.call("GET", "/tasks/7?q=1", {"X-Key": "s"})).status == 200
    asked, called = w.events
    assert list(asked) == [
        *("type", "methodArn", "resource", "path", "httpMethod", "headers", "multiValueHeaders"),
        *("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables"),
        "requestContext",
    ]
    assert (asked["type"], asked["methodArn"]) == ("REQUEST", f"{ARN}/GET/tasks/7")
    assert (asked["resource"], asked["path"], asked["httpMethod"]) == ("/tasks/{id}", "/tasks/7", "GET")
    assert (asked["headers"]["X-Key"], asked["headers"]["Host"]) == ("s", DOMAIN)
    assert (asked["queryStringParameters"], asked["pathParameters"]) == ({"q": "1"}, {"id": "7"})
    assert asked["stageVariables"] == {"k": "v"}
    called["requestContext"].pop("authorizer")
    assert asked["requestContext"] == called["requestContext"]


@in_world
async def test_a_missing_identity_is_not_asked_about(world):
    w = world()
    guarded(w)
    answer = await w.call("GET", "/tasks/7")
    assert (answer.status, answer.body) == (401, b'{"message":"Unauthorized"}')
    assert answer.headers["x-amzn-errortype"] == "UnauthorizedException"
    guarded(w, "REQUEST", identitySource="method.request.header.X-Key, method.request.querystring.q")
    assert (await w.call("GET", "/tasks/7", {"X-Key": "s"})).status == 401
    guarded(w, identityValidationExpression="^Bearer [a-z]+$")
    assert (await w.call("GET", "/tasks/7", {"Authorization": "Bearer 7"})).status == 401
    assert w.events == []


@in_world
async def test_refusals(world):
    w = world()
    said = {}
    w.functions["guard"] = lambda event: said["now"]
    guarded(w, authorizerResultTtlInSeconds=0)

    async def ask():
        return await w.call("GET", "/tasks/7", {"Authorization": "s"})

    denied = "User is not authorized to access this resource with an explicit deny"
    none = "User is not authorized to access this resource"
    for result, message in ((policy("Deny", "*"), denied), (policy("Allow", f"{ARN}/POST/*"), none)):
        said["now"] = result
        answer = await ask()
        assert (answer.status, json.loads(answer.body)) == (403, {"Message": message})
        assert answer.headers["x-amzn-errortype"] == "AccessDeniedException"
    broken = [
        {},
        None,
        "Allow",
        {"isAuthorized": True},
        {"policyDocument": {}},
        policy("Allow", "*", context={"a": []}),
    ]
    for result in [*broken, {"principalId": "u", "policyDocument": {"Statement": [{"Effect": "Perhaps"}]}}]:
        said["now"] = result
        answer = await ask()
        assert (answer.status, answer.body) == (500, b'{"message":null}'), result


@in_world
async def test_a_function_may_say_unauthorized(world):
    w = world()

    def refuse(event):
        raise RuntimeError(event["authorizationToken"])

    w.functions["guard"] = refuse
    guarded(w)
    answer = await w.call("GET", "/tasks/7", {"Authorization": "Unauthorized"})
    assert (answer.status, answer.body) == (401, b'{"message":"Unauthorized"}')
    assert (await w.call("GET", "/tasks/7", {"Authorization": "other"})).status == 500
    guarded(w, authorizerUri=function_uri("nobody"))
    assert (await w.call("GET", "/tasks/7", {"Authorization": "s"})).status == 500


@in_world
async def test_opinions_are_kept_for_five_minutes(world):
    w = world()
    w.functions["guard"] = lambda event: policy("Allow", f"{ARN}/GET/*")
    guarded(w, methods=("GET /tasks/{id}", "POST /tasks/{id}"))
    key = {"Authorization": "s"}

    def asked():
        return len([event for event in w.events if event.get("type") == "TOKEN"])

    assert (await w.call("GET", "/tasks/1", key)).status == 200
    assert (await w.call("GET", "/tasks/2", key)).status == 200
    assert (await w.call("POST", "/tasks/2", key)).status == 403
    assert asked() == 1
    await w.call("GET", "/tasks/1", {"Authorization": "t"})
    assert asked() == 2
    await w.ground.clock.advance(299.999)
    await w.call("GET", "/tasks/1", key)
    assert asked() == 2
    await w.ground.clock.advance(0.001)
    await w.call("GET", "/tasks/1", key)
    assert asked() == 3


@in_world
async def test_nothing_is_kept_where_the_time_is_zero(world):
    w = world()
    w.functions["guard"] = lambda event: policy("Allow", "*")
    guarded(w, authorizerResultTtlInSeconds=0)
    for _ in range(2):
        await w.call("GET", "/tasks/1", {"Authorization": "s"})
    assert len([event for event in w.events if event.get("type") == "TOKEN"]) == 2


@in_world
async def test_an_authorizer_may_name_the_api_key(world):
    w = world()
    w.functions["guard"] = lambda event: policy("Allow", "*", usageIdentifierKey=event["authorizationToken"])
    made = {"id": "g", "name": "guard", "type": "TOKEN", "authorizerUri": function_uri("guard")}
    own = {"authorizationType": "CUSTOM", "authorizerId": "g", "apiKeyRequired": True}
    w.api({"GET /": {**proxy("ok"), **own}}, authorizers={"g": made}, apiKeySource="AUTHORIZER")
    w.store.api_keys["k1"] = {"id": "k1", "value": "secret", "enabled": True}
    w.store.usage_plans["p"] = {"id": "p", "apiStages": [{"apiId": API, "stage": "dev"}]}
    w.store.plan_keys["p"] = {"k1": {"id": "k1"}}
    assert (await w.call("GET", "/", {"Authorization": "secret"})).status == 200
    assert (await w.call("GET", "/", {"Authorization": "wrong", "x-api-key": "secret"})).status == 403


@in_world
async def test_the_journal_of_an_authorizer(world):
    w = world()
    w.functions["guard"] = lambda event: policy("Allow", "*")
    guarded(w)
    await w.call("GET", "/tasks/7", {"Authorization": "s"})
    hops = [(hop.kind, hop.target.rpartition(":")[2], hop.outcome) for hop in w.ground.journal]
    assert hops == [
        ("request", f"{API}/dev", "ok"),
        ("route", f"{API}/dev/GET/tasks/{{id}}", "ok"),
        ("authorize", "guard", "ok"),
        ("deliver", "guard", "ok"),
        ("integrate", "ok/invocations", "ok"),
        ("deliver", "ok", "ok"),
    ]


@in_world
async def test_iam_wants_a_signature(world):
    w = world()
    w.api({"GET /": {**proxy("ok"), "authorizationType": "AWS_IAM"}})
    answer = await w.call("GET", "/")
    assert (answer.status, answer.body) == (403, b'{"message":"Missing Authentication Token"}')
    assert (await w.call("GET", "/", SIGNED)).status == 200
    identity = w.events[-1]["requestContext"]["identity"]
    assert (identity["accessKey"], identity["accountId"]) == ("AKIDEXAMPLE", ACCOUNT)
    assert identity["userArn"] == f"arn:aws:iam::{ACCOUNT}:root"
    query = "X-Amz-Credential=AKIDEXAMPLE%2F20231114%2Fus-east-1%2Fexecute-api%2Faws4_request&X-Amz-Signature=x"
    assert (await w.call("GET", f"/?{query}")).status == 200


# User pools

POOL = "us-east-1_abcdefghi"
ISSUER = f"https://cognito-idp.us-east-1.amazonaws.com/{POOL}"


@pytest.fixture
def sign(monkeypatch):
    jwt, jwk = pytest.importorskip("joserfc.jwt"), pytest.importorskip("joserfc.jwk")
    key = jwk.RSAKey.generate_key(2048, {"kid": "k1"})

    async def answer(ground, method, url, **options):
        document = {"jwks_uri": "https://issuer.example/keys"}
        if not url.endswith("openid-configuration"):
            document = {"keys": [key.as_dict(private=False)]}
        return HttpAnswer(200, (), json.dumps(document).encode())

    monkeypatch.setattr(jwt_keys, "send_request", answer)

    def signed(**claims):
        base = {"iss": ISSUER, "sub": "u1", "exp": START + 3600, "token_use": "id", "cognito:groups": ["a", "b"]}
        return jwt.encode({"alg": "RS256", "kid": "k1"}, base | claims, key)

    return signed


def test_tokens_of_a_user_pool(sign):
    @in_world
    async def run(world):
        w = world()
        arn = f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/{POOL}"
        source = "method.request.header.Authorization"
        made = {
            "id": "c",
            "name": "users",
            "type": "COGNITO_USER_POOLS",
            "providerARNs": [arn],
            "identitySource": source,
        }
        own = {"authorizationType": "COGNITO_USER_POOLS", "authorizerId": "c"}
        scoped = {**own, "authorizationScopes": ["tasks/read"]}
        w.api({"GET /": {**proxy("ok"), **own}, "GET /scoped": {**proxy("ok"), **scoped}}, authorizers={"c": made})

        async def status(path, token):
            return (await w.call("GET", path, {"Authorization": token})).status

        assert await status("/", sign()) == 200
        assert await status("/", f"Bearer {sign()}") == 200
        claims = w.events[-1]["requestContext"]["authorizer"]["claims"]
        assert (claims["sub"], claims["cognito:groups"], claims["exp"]) == ("u1", "[a b]", "1700003600")
        access = sign(token_use="access", scope="tasks/read other")
        assert await status("/scoped", access) == 200
        for path, token in (
            ("/", access),
            ("/", "no token"),
            ("/", sign(exp=START - 1)),
            ("/", sign(iss="https://elsewhere")),
            ("/", sign()[:-5] + "xxxxx"),
            ("/scoped", sign()),
            ("/scoped", sign(token_use="access", scope="other")),
        ):
            answer = await w.call("GET", path, {"Authorization": token})
            assert (answer.status, answer.body) == (401, b'{"message":"Unauthorized"}')
        assert (await w.call("GET", "/")).status == 401

    run()
