"""Messages from a client to its route's integration and back."""

import json
import re

from apigateway_world import OK, START, in_world

ID = "[A-Za-z0-9_-]{15}="


def is_error(text, message):
    return re.fullmatch(rf'\{{"message": "{message}", "connectionId":"{ID}", "requestId":"{ID}"\}}', text) is not None


@in_world
async def test_a_message_reaches_the_function_of_its_route(world):
    w = world()
    client = await w.connect(w.api({"task-submit": "ok"}), headers=[("User-Agent", "ua/1.0")])
    assert client.status == 101
    assert w.events == []  # no $connect route: nothing is invoked
    text = '{"action":"task-submit","task":{"id":"my-id"}}'
    await client.send(text)
    [event] = w.events
    context = event["requestContext"]
    assert list(event) == ["requestContext", "body", "isBase64Encoded"]
    assert list(context) == [
        *("routeKey", "messageId", "eventType", "extendedRequestId", "requestTime", "messageDirection", "stage"),
        *("connectedAt", "requestTimeEpoch", "identity", "requestId", "domainName", "connectionId", "apiId"),
    ]
    assert event["body"] == text
    assert event["isBase64Encoded"] is False
    assert context["routeKey"] == "task-submit"
    assert context["eventType"] == "MESSAGE"
    assert context["requestTime"] == "14/Nov/2023:22:13:20 +0000"
    assert context["connectedAt"] == context["requestTimeEpoch"] == int(START * 1000)
    assert context["identity"] == {"userAgent": "ua/1.0", "sourceIp": "203.0.113.7"}
    assert context["requestId"] == context["extendedRequestId"]
    assert context["domainName"] == f"{context['apiId']}.execute-api.us-east-1.amazonaws.com"
    assert context["connectionId"] == client.connection.connection_id
    assert client.frames == []  # one-way


@in_world
async def test_a_message_id_ends_as_its_connection_id(world):
    import base64

    w = world()
    client = await w.connect(w.api({"a": "ok"}))
    await client.send({"action": "a"})
    context = w.events[0]["requestContext"]
    tails = {base64.urlsafe_b64decode(context[key])[-3:] for key in ("connectionId", "messageId")}
    assert len(tails) == 1


@in_world
async def test_what_no_route_wants_is_forbidden_and_the_connection_stays(world):
    w = world()
    client = await w.connect(w.api({"a": "ok"}))
    for text in ('{"action":"b"}', "not json", "[1]", '{"other":1}', ""):
        await client.send(text)
    assert len(client.frames) == 5
    assert all(is_error(frame, "Forbidden") for frame in client.frames)
    assert w.events == []
    await client.send({"action": "a"})
    assert len(w.events) == 1


@in_world
async def test_default_takes_what_no_other_route_wants(world):
    w = world()
    client = await w.connect(w.api({"a": "ok", "$default": "ok"}))
    await client.send("not json")
    await client.send({"action": "b"})
    await client.send({"action": "$default"})
    assert [event["requestContext"]["routeKey"] for event in w.events] == ["$default"] * 3
    assert w.events[0]["body"] == "not json"


@in_world
async def test_failures_of_the_function_become_error_frames_on_one_way_routes_too(world):
    w = world()
    w.functions["bad"] = lambda event: 1 / 0
    client = await w.connect(w.api({"bad": "bad"}))
    await client.send({"action": "bad"})
    assert len(client.frames) == 1
    assert is_error(client.frames[0], "Internal server error")
    assert client.connection.connection_id in client.frames[0]


@in_world
async def test_any_status_code_is_silent_on_a_one_way_route(world):
    w = world()
    codes = iter([200, 201, 301, 401, 501])
    w.functions["codes"] = lambda event: {"statusCode": next(codes), "body": "x"}
    client = await w.connect(w.api({"codes": "codes"}))
    for _ in range(5):
        await client.send({"action": "codes"})
    assert len(w.events) == 5
    assert client.frames == []


@in_world
async def test_a_route_response_sends_the_body_back(world):
    w = world()
    w.functions["hello"] = lambda event: {"statusCode": 500, "body": "hello"}
    api = w.api()
    w.route(api, "hello", "hello", two_way=True)
    w.route(api, "$default", "hello", two_way=True)
    client = await w.connect(api)
    await client.send({"action": "hello"})
    await client.send("anything")
    assert client.frames == ["hello", "hello"]


@in_world
async def test_a_slow_function_blocks_neither_messages_nor_callbacks(world):
    w = world()

    async def slow(event):
        await w.ground.clock.sleep(10)
        return {"statusCode": 200, "body": "slow"}

    w.functions |= {"slow": slow, "fast": lambda event: {"statusCode": 200, "body": "fast"}}
    api = w.api()
    w.route(api, "slow", "slow", two_way=True)
    w.route(api, "fast", "fast", two_way=True)
    client = await w.connect(api)
    await client.send({"action": "slow"})
    await client.send({"action": "fast"})
    status, _, _ = await w.http("POST", f"/@connections/{client.connection.connection_id}", b"posted")
    await w.ground.clock.advance(11)
    assert status == 200
    assert client.frames == ["fast", "posted", "slow"]


@in_world
async def test_messages_are_dispatched_in_their_order(world):
    w = world()
    client = await w.connect(w.api({"$default": "ok"}))
    for number in range(20):
        client._inbox.put_nowait({"type": "websocket.receive", "text": str(number)})
    await w.settle()
    assert [event["body"] for event in w.events] == [str(number) for number in range(20)]


@in_world
async def test_the_integration_times_out_and_the_function_runs_on(world):
    w = world()
    finished = []

    async def slow(event):
        await w.ground.clock.sleep(40)
        finished.append(w.ground.clock.now())
        return {"statusCode": 200, "body": "too late"}

    w.functions["slow"] = slow
    api = w.api()
    w.route(api, "slow", "slow", two_way=True)
    client = await w.connect(api)
    await client.send({"action": "slow"})
    await w.ground.clock.advance(28.9)
    assert client.frames == []
    await w.ground.clock.advance(0.2)
    assert len(client.frames) == 1
    await w.ground.clock.advance(20)
    assert finished == [START + 40]
    assert len(client.frames) == 1
    assert w.ground.clock.busy == 0


@in_world
async def test_an_integrations_own_timeout_is_shorter(world):
    w = world()

    async def slow(event):
        await w.ground.clock.sleep(5)
        return OK

    w.functions["slow"] = slow
    api = w.api()
    w.route(api, "slow", "slow", integration={"TimeoutInMillis": 1000})
    client = await w.connect(api)
    await client.send({"action": "slow"})
    await w.ground.clock.advance(1)
    assert len(client.frames) == 1
    await w.ground.clock.advance(10)


@in_world
async def test_a_function_that_computes_too_long_times_out_in_real_seconds(world):
    import asyncio

    w = world(integration_timeout_cap=0.05)

    async def computing(event):
        await asyncio.sleep(0.2)  # real work, as far as the house can tell
        return OK

    w.functions["computing"] = computing
    client = await w.connect(w.api({"a": "computing"}))
    await client.send({"action": "a"})
    assert len(client.frames) == 1


@in_world
async def test_stage_variables_name_functions_and_go_into_events(world):
    w = world()
    api = w.api()
    w.op("update_stage", ApiId=api, StageName="dev", StageVariables={"fn": "ok", "k": "v"})
    w.route(api, "a", "${stageVariables.fn}")
    client = await w.connect(api)
    await client.send({"action": "a"})
    assert w.events[0]["stageVariables"] == {"fn": "ok", "k": "v"}
    assert list(w.events[0]) == ["requestContext", "stageVariables", "body", "isBase64Encoded"]


@in_world
async def test_each_frame_is_a_trace_from_frame_to_function(world):
    w = world()
    client = await w.connect(w.api({"a": "ok"}))
    await client.send({"action": "a"})
    await client.send({"action": "b"})
    first, second = w.hops("frame-in")
    assert first.trace != second.trace
    assert [hop.kind for hop in w.ground.journal.of(first.trace)] == ["frame-in", "route", "integrate", "deliver"]
    assert [hop.kind for hop in w.ground.journal.of(second.trace)] == ["frame-in", "route", "frame-out"]
    parents = {hop.id for hop in w.ground.journal.of(first.trace)}
    assert all(hop.parent in parents for hop in w.ground.journal.of(first.trace)[1:])


@in_world
async def test_throttled_messages_are_refused_until_tokens_are_back(world):
    w = world()
    api = w.api({"a": "ok", "b": "ok"})
    limits = {"a": {"ThrottlingRateLimit": 1.0, "ThrottlingBurstLimit": 2}}
    w.op("update_stage", ApiId=api, StageName="dev", RouteSettings=limits)
    client = await w.connect(api)
    for _ in range(3):
        await client.send({"action": "a"})
    await client.send({"action": "b"})
    assert len(w.events) == 3
    await w.ground.clock.advance(1)
    await client.send({"action": "a"})
    assert len(w.events) == 4


@in_world
async def test_models_keep_wrong_messages_from_the_function(world):
    w = world()
    api = w.api()
    schema = {"type": "object", "required": ["id"]}
    w.op("create_model", ApiId=api, Name="Task", Schema=json.dumps(schema), ContentType="application/json")
    w.route(api, "a", "ok", ModelSelectionExpression="$request.body.action", RequestModels={"a": "Task"})
    client = await w.connect(api)
    await client.send({"action": "a"})
    assert w.events == []
    await client.send({"action": "a", "id": 1})
    assert len(w.events) == 1


@in_world
async def test_a_static_expression_selects_its_model_for_every_body(world):
    w = world()
    api = w.api()
    schema = {"type": "array"}
    w.op("create_model", ApiId=api, Name="List", Schema=json.dumps(schema), ContentType="application/json")
    w.route(api, "$default", "ok", ModelSelectionExpression="list", RequestModels={"list": "List"})
    client = await w.connect(api)
    await client.send("[1]")
    await client.send("{}")
    assert [event["body"] for event in w.events] == ["[1]"]
