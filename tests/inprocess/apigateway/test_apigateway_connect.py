"""Handshakes: addresses, ``$connect``, subprotocols, refusals."""

import json

from apigateway_world import OK, START, in_world


@in_world
async def test_the_connect_event(world):
    w = world()
    api = w.api({"$connect": "ok"})
    w.op("update_stage", ApiId=api, StageName="dev", StageVariables={"k": "v"})
    headers = [
        ("User-Agent", "ua/1.0"),
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Key", "0e6bqOGGxtVPEiY0ZrHwYg=="),
        ("x-api-key", "1"),
        ("x-api-key", "2"),
    ]
    client = await w.connect(api, headers=headers, query="token=a&token=b&flag=&c=%20d")
    assert client.status == 101
    [event] = w.events
    assert list(event) == [
        *("headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters"),
        *("requestContext", "stageVariables", "isBase64Encoded"),
    ]
    [hop] = w.hops("connect")
    assert event["headers"] == {
        "Host": f"{api}.execute-api.us-east-1.amazonaws.com",
        "Sec-WebSocket-Key": "0e6bqOGGxtVPEiY0ZrHwYg==",
        "User-Agent": "ua/1.0",
        "X-Amzn-Trace-Id": f"Root={hop.trace}",
        "x-api-key": "2",
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    assert event["multiValueHeaders"]["x-api-key"] == ["1", "2"]
    assert event["queryStringParameters"] == {"token": "b", "flag": "", "c": " d"}
    assert event["multiValueQueryStringParameters"] == {"token": ["a", "b"], "flag": [""], "c": [" d"]}
    assert list(event["requestContext"]) == [
        *("routeKey", "eventType", "extendedRequestId", "requestTime", "messageDirection", "stage", "connectedAt"),
        *("requestTimeEpoch", "identity", "requestId", "domainName", "connectionId", "apiId"),
    ]
    assert event["requestContext"]["eventType"] == "CONNECT"
    assert event["stageVariables"] == {"k": "v"}


@in_world
async def test_keys_that_are_absent_without_a_query_and_variables(world):
    w = world()
    await w.connect(w.api({"$connect": "ok"}))
    assert list(w.events[0]) == ["headers", "multiValueHeaders", "requestContext", "isBase64Encoded"]
    assert w.events[0]["requestContext"]["identity"] == {"sourceIp": "203.0.113.7"}


@in_world
async def test_the_status_code_of_connect_decides(world):
    w = world()
    codes = iter([200, 201, 299, 301, 400, 401, 501])
    w.functions["codes"] = lambda event: {"statusCode": next(codes)}
    api = w.api({"$connect": "codes", "$disconnect": "ok"})
    statuses = [(await w.connect(api)).status for _ in range(7)]
    assert statuses == [101, 101, 101, 301, 400, 401, 501]
    assert len(w.connections()) == 3
    assert [e["requestContext"]["routeKey"] for e in w.events].count("$disconnect") == 0


@in_world
async def test_a_connect_function_that_raises_is_502(world):
    w = world()
    w.functions["bad"] = lambda event: 1 / 0
    client = await w.connect(w.api({"$connect": "bad"}))
    assert client.status == 502
    json.loads(client.body)


@in_world
async def test_the_integration_selects_the_subprotocol(world):
    w = world()
    w.functions["chosen"] = lambda event: OK | {"headers": {"sec-websocket-protocol": "two"}}
    w.functions["multi"] = lambda event: OK | {"multiValueHeaders": {"Sec-WebSocket-Protocol": ["two"]}}
    offer = [("Sec-WebSocket-Protocol", "one,two")]
    assert (await w.connect(w.api({"$connect": "chosen"}), headers=offer)).subprotocol == "two"
    assert (await w.connect(w.api({"$connect": "multi"}), headers=offer)).subprotocol == "two"
    w.functions["none"] = lambda event: OK | {"headers": {"Sec-WebSocket-Protocol": None}}
    assert (await w.connect(w.api({"$connect": "none"}), headers=offer)).subprotocol is None
    assert (await w.connect(w.api({"$connect": "ok"}), headers=offer)).subprotocol is None
    assert (await w.connect(w.api(), headers=offer)).subprotocol is None


@in_world
async def test_addresses_to_connect_to(world):
    w = world()
    api = w.api({"a": "ok"})
    aws = f"{api}.execute-api.us-east-1.amazonaws.com"
    assert (await w.connect(path="/dev", host=aws)).status == 101
    assert (await w.connect(path="/dev/", host=f"{api}.execute-api.localhost:4566")).status == 101
    assert (await w.connect(api, "/dev/")).status == 101
    assert (await w.connect(path="/dev")).status == 101  # bare: exactly one API has that stage
    domains = [connection.domain_name for connection in w.connections()]
    assert domains == [aws, f"{api}.execute-api.localhost", aws, aws]
    w.api({"a": "ok"})
    assert (await w.connect(path="/dev")).status == 403


@in_world
async def test_refused_addresses(world):
    w = world()
    api = w.api({"a": "ok"})
    for path in ("/other", "/dev/below", "/", "/dev/@connections/abc"):
        client = await w.connect(api, path)
        assert client.status == 403, path
    assert (await w.connect("nosuchapi0")).status == 403
    empty = w.op("create_api", Name="x", ProtocolType="WEBSOCKET", RouteSelectionExpression="a")["ApiId"]
    w.op("create_stage", ApiId=empty, StageName="dev")
    assert (await w.connect(empty)).status != 101  # nothing deployed


@in_world
async def test_connections_do_not_exist_while_connect_runs(world):
    w = world()
    answers = []

    async def writes_to_itself(event):
        connection_id = event["requestContext"]["connectionId"]
        answers.append(await w.http("POST", f"/@connections/{connection_id}", b"x"))
        return OK

    w.functions["self"] = writes_to_itself
    client = await w.connect(w.api({"$connect": "self"}))
    assert client.status == 101
    assert answers == [(410, "GoneException", "")]
    assert client.frames == []


@in_world
async def test_connect_is_throttled_with_429(world):
    w = world()
    api = w.api({"$connect": "ok"})
    limits = {"ThrottlingRateLimit": 1.0, "ThrottlingBurstLimit": 1}
    w.op("update_stage", ApiId=api, StageName="dev", DefaultRouteSettings=limits)
    assert (await w.connect(api)).status == 101
    assert (await w.connect(api)).status == 429


@in_world
async def test_iam_wants_a_signature_and_does_not_verify_it(world):
    w = world()
    api = w.api()
    w.route(api, "$connect", "ok", AuthorizationType="AWS_IAM")
    assert (await w.connect(api)).status == 403
    signature = "AWS4-HMAC-SHA256 Credential=AKID/20231114/us-east-1/execute-api/aws4_request, Signature=x"
    assert (await w.connect(api, headers=[("Authorization", signature)])).status == 101
    query = "X-Amz-Credential=AKID%2F20231114%2Fus-east-1&X-Amz-Signature=abc"
    assert (await w.connect(api, query=query)).status == 101
    assert [event["requestContext"]["identity"]["accessKey"] for event in w.events] == ["AKID", "AKID"]


@in_world
async def test_a_mock_integration_accepts_by_its_status(world):
    w = world()
    api = w.api()
    templates = {"$default": '#if($context.eventType == "CONNECT"){"statusCode": 200}#end'}
    w.route(api, "$connect", integration={"IntegrationType": "MOCK", "RequestTemplates": templates})
    assert (await w.connect(api)).status == 101
    other = w.api(stage="prod")
    templates = {"$default": '{"statusCode": 403}'}
    w.route(other, "$connect", integration={"IntegrationType": "MOCK", "RequestTemplates": templates})
    assert (await w.connect(other, "/prod")).status == 403


@in_world
async def test_the_domain_name_can_be_set(world):
    w = world(domain_name="127.0.0.1:4566")
    await w.connect(w.api({"$connect": "ok"}))
    assert w.events[0]["requestContext"]["domainName"] == "127.0.0.1:4566"


@in_world
async def test_connected_at_stays_the_same(world):
    w = world()
    client = await w.connect(w.api({"a": "ok"}))
    await w.ground.clock.advance(5)
    await client.send({"action": "a"})
    context = w.events[0]["requestContext"]
    assert context["connectedAt"] == int(START * 1000)
    assert context["requestTimeEpoch"] == int(START * 1000) + 5000


@in_world
async def test_a_stage_that_is_deleted_while_connect_works(world):
    w = world()
    api = w.api({"$connect": "ends-it"})
    w.functions["ends-it"] = lambda event: w.op("delete_stage", ApiId=api, StageName="dev") or OK
    client = await w.connect(api)
    await w.settle()
    assert (client.status, client.closed) == (101, (1001, "Going away"))
    assert w.connections() == []
