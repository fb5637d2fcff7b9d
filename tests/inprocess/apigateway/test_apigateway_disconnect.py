"""How connections end, and ``$disconnect``."""

from apigateway_world import START, in_world

from emulator.services.apigateway import connections


def ends(w):
    contexts = [event["requestContext"] for event in w.events]
    return [(c["disconnectStatusCode"], c["disconnectReason"]) for c in contexts if c["eventType"] == "DISCONNECT"]


@in_world
async def test_the_disconnect_event(world):
    w = world()
    api = w.api({"$disconnect": "ok"})
    client = await w.connect(api, headers=[("User-Agent", "ua/1.0")])
    await client.leave()
    [event] = w.events
    host = f"{api}.execute-api.us-east-1.amazonaws.com"
    assert list(event) == ["headers", "multiValueHeaders", "requestContext", "isBase64Encoded"]
    assert event["headers"] == {"Host": host, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
    assert list(event["headers"]) == ["Host", "x-api-key", "X-Forwarded-For", "x-restapi"]
    assert event["multiValueHeaders"]["x-restapi"] == [""]
    assert list(event["requestContext"]) == [
        *("routeKey", "disconnectStatusCode", "eventType", "extendedRequestId", "requestTime", "messageDirection"),
        *("disconnectReason", "stage", "connectedAt", "requestTimeEpoch", "identity", "requestId", "domainName"),
        *("connectionId", "apiId"),
    ]
    assert ends(w) == [(1005, "Client-side close frame status not set")]
    assert w.connections() == []


@in_world
async def test_the_clients_code_and_reason_are_passed_on(world):
    w = world()
    api = w.api({"$disconnect": "ok"})
    await (await w.connect(api)).leave(1001)
    await (await w.connect(api)).leave(4000, "bye")
    assert ends(w) == [(1001, ""), (4000, "bye")]


@in_world
async def test_delete_closes_with_1000_and_disconnects_once(world):
    w = world()
    client = await w.connect(w.api({"$disconnect": "ok"}))
    path = f"/dev/@connections/{client.connection.connection_id}"
    assert await w.http("DELETE", path) == (204, None, "")
    assert (await w.http("DELETE", path))[0] == 410
    await w.settle()
    assert client.closed[0] == 1000
    assert ends(w) == [(1000, "Connection Closed Normally")]


@in_world
async def test_ten_idle_minutes_end_a_connection_at_that_instant(world):
    w = world()
    client = await w.connect(w.api({"a": "ok", "$disconnect": "ok"}))
    await w.ground.clock.advance(500)
    await client.send({"action": "a"})
    await w.ground.clock.advance(599)
    assert client.closed is None
    await w.ground.clock.advance(1)
    assert client.closed == (1001, "Going away")
    assert ends(w) == [(1001, "Going away")]
    assert w.events[-1]["requestContext"]["requestTimeEpoch"] == int((START + 1100) * 1000)


@in_world
async def test_posts_keep_a_connection_alive(world):
    w = world()
    client = await w.connect(w.api({"a": "ok"}))
    for _ in range(5):
        await w.ground.clock.advance(400)
        assert (await w.http("POST", f"/@connections/{client.connection.connection_id}", b"x"))[0] == 200
    assert client.closed is None


@in_world
async def test_two_hours_end_a_busy_connection(world):
    w = world()
    client = await w.connect(w.api({"$default": "ok", "$disconnect": "ok"}))
    for _ in range(15):
        await w.ground.clock.advance(479)
        await client.send("x")
    assert client.closed is None
    await w.ground.clock.advance(100)
    assert client.closed is not None
    assert len(ends(w)) == 1


@in_world
async def test_limits_can_be_set(world):
    w = world(idle_timeout=5)
    client = await w.connect(w.api({"a": "ok"}))
    await w.ground.clock.advance(5)
    assert client.closed[0] == 1001


@in_world
async def test_a_dropped_connection_is_1006_without_a_close_frame(world):
    w = world()
    client = await w.connect(w.api({"$disconnect": "ok"}))
    assert connections.drop(w.ground, client.connection.connection_id)
    assert not connections.drop(w.ground, "M0en2eVpSwMCFmw=")
    await w.settle()
    assert client.closed is None
    assert [code for code, _ in ends(w)] == [1006]


@in_world
async def test_a_deleted_stage_takes_no_connections(world):
    w = world()
    api = w.api({"a": "ok", "$disconnect": "ok"})
    client = await w.connect(api)
    w.op("delete_stage", ApiId=api, StageName="dev")
    await w.settle()
    await client.send({"action": "a"})
    assert (await w.connect(api)).status == 403


@in_world
async def test_a_failing_disconnect_function_is_nobodys_business(world):
    w = world()
    w.functions["bad"] = lambda event: 1 / 0
    client = await w.connect(w.api({"$disconnect": "bad"}))
    await client.leave()
    assert len(w.events) == 1
    assert w.connections() == []


@in_world
async def test_the_quiet_house_has_no_timers_left(world):
    w = world()
    client = await w.connect(w.api({"a": "ok"}))
    await client.leave()
    status = w.ground.clock.status()
    assert status["timers"] == 0
    assert w.ground.clock.busy == 0


@in_world
async def test_open_connections_are_listed(world):
    w = world()
    api = w.api({"a": "ok"})
    await w.connect(api)
    [connection] = w.connections()
    [described] = connections.describe(w.ground)
    assert described == {
        "connectionId": connection.connection_id,
        "apiId": api,
        "stage": "dev",
        "account": "123456789012",
        "region": "us-east-1",
        "connectedAt": "2023-11-14T22:13:20.000Z",
        "lastActiveAt": "2023-11-14T22:13:20.000Z",
        "identity": {"sourceIp": "203.0.113.7"},
    }
