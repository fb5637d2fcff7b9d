"""REQUEST authorizers in the handshake."""

from apigateway_world import in_world, lambda_uri


def policy(effect="Allow", resource="*", action="execute-api:Invoke", **more):
    statement = {"Action": action, "Effect": effect, "Resource": resource}
    return {"principalId": "user", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}, **more}


def guarded(w, sources=(), result=None, routes=None):
    """An API whose $connect asks the function ``auth``."""
    w.functions["auth"] = result if callable(result) else lambda event: result or policy()
    api = w.api(routes or {"a": "ok", "$disconnect": "ok"})
    made = w.op(
        "create_authorizer",
        ApiId=api,
        Name="guard",
        AuthorizerType="REQUEST",
        AuthorizerUri=lambda_uri("auth"),
        IdentitySource=list(sources),
    )
    w.route(api, "$connect", "ok", AuthorizationType="CUSTOM", AuthorizerId=made["AuthorizerId"])
    return api


@in_world
async def test_the_authorizers_event(world):
    w = world()
    api = guarded(w)
    headers = [("Connection", "upgrade"), ("Upgrade", "websocket"), ("HeaderAuth1", "headerValue1")]
    client = await w.connect(api, headers=headers, query="QueryString1=queryValue1")
    assert client.status == 101
    event = w.events[0]
    assert list(event) == [
        *("type", "methodArn", "headers", "multiValueHeaders", "queryStringParameters"),
        *("multiValueQueryStringParameters", "stageVariables", "requestContext"),
    ]
    assert event["type"] == "REQUEST"
    assert event["methodArn"] == f"arn:aws:execute-api:us-east-1:123456789012:{api}/dev/$connect"
    assert list(event["headers"]) == [
        *("Connection", "content-length", "HeaderAuth1", "Host", "Upgrade", "X-Amzn-Trace-Id"),
        *("X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"),
    ]
    assert event["headers"]["content-length"] == "0"
    assert event["multiValueHeaders"]["HeaderAuth1"] == ["headerValue1"]
    assert event["multiValueQueryStringParameters"] == {"QueryString1": ["queryValue1"]}
    assert event["stageVariables"] == {}
    assert list(event["requestContext"]) == [
        *("routeKey", "eventType", "extendedRequestId", "requestTime", "messageDirection", "stage", "connectedAt"),
        *("requestTimeEpoch", "identity", "requestId", "domainName", "connectionId", "apiId"),
    ]


@in_world
async def test_the_result_is_in_every_event_and_the_latency_in_connect_only(world):
    w = world()

    async def slow(event):
        await w.ground.clock.sleep(0.021)
        return policy(context={"tenant_id": "t1"})

    client = await w.connect(guarded(w, result=slow))
    await w.ground.clock.advance(1)
    await client.send({"action": "a"})
    await client.leave()
    given = [event["requestContext"]["authorizer"] for event in w.events[1:]]
    assert given == [
        {"tenant_id": "t1", "principalId": "user", "integrationLatency": 21},
        {"tenant_id": "t1", "principalId": "user"},
        {"tenant_id": "t1", "principalId": "user"},
    ]
    assert list(w.events[2]["requestContext"])[:2] == ["routeKey", "authorizer"]


@in_world
async def test_missing_identity_is_401_without_a_call(world):
    w = world()
    api = guarded(w, ["route.request.header.Auth", "route.request.querystring.q"])
    assert (await w.connect(api)).status == 401
    assert (await w.connect(api, headers=[("Auth", "x")])).status == 401
    assert (await w.connect(api, headers=[("Auth", "x")], query="q=")).status == 401
    assert w.events == []
    assert (await w.connect(api, headers=[("auth", "x")], query="q=1")).status == 101


@in_world
async def test_refusals(world):
    w = world()

    def unauthorized(event):
        raise RuntimeError("Unauthorized")

    def broken(event):
        raise RuntimeError("unauthorized")

    wrong = policy(resource="arn:aws:execute-api:us-east-1:123456789012:other/*")
    for result, statuses in (
        (unauthorized, {401}),
        (policy("Deny"), {403}),
        (wrong, {403}),
        (broken, set(range(400, 600)) - {401}),
    ):
        client = await w.connect(guarded(w, result=result))
        assert client.status in statuses, result
        assert w.connections() == []
    assert all(event.get("type") == "REQUEST" for event in w.events)  # $connect itself was never called


@in_world
async def test_no_disconnect_for_a_refused_connection(world):
    w = world()
    await w.connect(guarded(w, result=policy("Deny")))
    assert len(w.events) == 1
