"""The WebSocket protocol on real sockets: limits, close codes, fragments, handshakes."""

import asyncio
import contextlib
import struct

from socket_server import RawClient, serving

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 1, 2, 8, 9, 10, 0


def on_a_port(**settings):
    def decorate(test):
        def run():
            async def main():
                async with asyncio.timeout(20), serving(**settings) as world:
                    await test(world)

            asyncio.run(main())

        run.__name__ = test.__name__
        return run

    return decorate


async def until(condition):
    for _ in range(400):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never happened")


def ends(world):
    contexts = [event["requestContext"] for event in world.events]
    return [(c["disconnectStatusCode"], c["disconnectReason"]) for c in contexts if c["eventType"] == "DISCONNECT"]


@on_a_port()
async def test_the_101_has_only_what_it_needs(world):
    world.api({"a": "ok"})
    client = await RawClient.open(world.port, extra="Sec-WebSocket-Extensions: permessage-deflate\r\n")
    assert client.status == 101
    names = sorted(line.split(":")[0].lower() for line in client.head.strip().split("\r\n")[1:])
    assert names == ["connection", "sec-websocket-accept", "upgrade"]
    client.close()


@on_a_port()
async def test_headers_keep_the_clients_spelling(world):
    world.api({"$connect": "ok"})
    client = await RawClient.open(world.port, extra="HeaderAuth1: One\r\nx-lower: two\r\nUser-Agent: ua/1.0\r\n")
    headers = world.events[0]["headers"]
    assert headers["HeaderAuth1"] == "One"
    assert headers["x-lower"] == "two"
    assert "Sec-WebSocket-Key" in headers
    assert "Connection" not in headers
    client.close()


@on_a_port()
async def test_a_refusal_has_status_and_body(world):
    world.functions["no"] = lambda event: {"statusCode": 401}
    world.api({"$connect": "no"})
    client = await RawClient.open(world.port)
    assert client.status == 401
    body = await client.reader.read()
    assert f"content-length: {len(body)}" in client.head.lower()
    client.close()


@on_a_port()
async def test_the_chosen_subprotocol(world):
    world.functions["two"] = lambda event: {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "two"}}
    world.api({"$connect": "two"})
    client = await RawClient.open(world.port, extra="Sec-WebSocket-Protocol: one,two\r\n")
    assert "Sec-WebSocket-Protocol: two\r\n" in client.head
    client.close()


@on_a_port()
async def test_a_frame_in_one_segment_with_the_handshake(world):
    world.api({"$default": "ok"})
    client = await RawClient.open(world.port, early=RawClient.packed(TEXT, b"at once"))
    await until(lambda: len(world.events) == 1)
    assert world.events[0]["body"] == "at once"
    client.close()


@on_a_port()
async def test_what_is_no_subprotocol_refuses_the_handshake(world):
    values = iter(["a\r\nX: y", "\u20ac", "two words"])
    world.functions["odd"] = lambda event: {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": next(values)}}
    world.api({"$connect": "odd"})
    for _ in range(3):
        client = await RawClient.open(world.port)
        assert client.status == 502
        client.close()
    assert world.connections() == []


@on_a_port()
async def test_a_refusal_with_304_has_no_body(world):
    world.functions["no"] = lambda event: {"statusCode": 304}
    world.api({"$connect": "no"})
    client = await RawClient.open(world.port)
    assert client.status == 304
    assert await client.reader.read() == b""
    client.close()


@on_a_port()
async def test_parts_of_a_message_keep_a_connection_alive(world):
    world.api({"$default": "ok"})
    client = await RawClient.open(world.port)
    (connection,) = world.connections()
    before = connection.last_active_at
    client.send_frame(TEXT, b"a", fin=False)
    await until(lambda: connection.last_active_at > before)
    assert world.events == []
    client.close()


@on_a_port()
async def test_frames_up_to_32_kb_and_messages_up_to_128_kb(world):
    world.api({"$default": "ok"})
    client = await RawClient.open(world.port)
    client.send_frame(TEXT, b"x" * 32768)
    for number in range(4):
        client.send_frame(TEXT if number == 0 else CONTINUATION, b"y" * 32768, fin=number == 3)
    await until(lambda: len(world.events) == 2)
    assert [len(event["body"]) for event in world.events] == [32768, 131072]
    client.close()


@on_a_port()
async def test_larger_frames_and_messages_close_with_1009(world):
    world.api({"$default": "ok", "$disconnect": "ok"})
    client = await RawClient.open(world.port)
    client.send_frame(TEXT, b"x" * 32769)
    assert await client.close_code() == 1009
    client.close()
    client = await RawClient.open(world.port)
    for number in range(5):
        client.send_frame(TEXT if number == 0 else CONTINUATION, b"y" * 32768, fin=number == 4)
    assert await client.close_code() == 1009
    client.close()
    await until(lambda: len(ends(world)) == 2)
    assert [code for code, _ in ends(world)] == [1009, 1009]
    assert len(world.events) == 2


@on_a_port()
async def test_the_close_frame_survives_a_client_that_goes_on_sending(world):
    world.api({"$default": "ok"})
    client = await RawClient.open(world.port)
    client.send_frame(TEXT, b"x" * 500_000)
    await client.writer.drain()
    assert await client.close_code() == 1009
    client.close()


@on_a_port(strict_frames=False)
async def test_relaxed_frames(world):
    world.api({"$default": "ok", "$disconnect": "ok"})
    client = await RawClient.open(world.port)
    client.send_frame(TEXT, b"x" * 131072)
    await until(lambda: len(world.events) == 1)
    client.send_frame(TEXT, b"x" * 131073)
    assert await client.close_code() == 1009
    client.close()


@on_a_port()
async def test_binary_closes_with_1003_and_bad_utf8_with_1007(world):
    world.api({"$default": "ok", "$disconnect": "ok"})
    for opcode, payload, code in ((BINARY, b"x", 1003), (TEXT, b"\xff", 1007)):
        client = await RawClient.open(world.port)
        client.send_frame(opcode, payload)
        assert await client.close_code() == code
        client.close()
    await until(lambda: len(ends(world)) == 2)
    assert [code for code, _ in ends(world)] == [1003, 1007]


@on_a_port()
async def test_pings_are_answered_and_no_activity(world):
    world.api({"a": "ok"})
    client = await RawClient.open(world.port)
    [connection] = world.connections()
    client.send_frame(PING, b"hello")
    assert await client.frame() == (PONG, True, b"hello")
    assert connection.last_active_at == connection.connected_at
    client.close()


@on_a_port()
async def test_large_answers_come_in_fragments(world):
    world.api({"a": "ok"})
    client = await RawClient.open(world.port)
    [connection] = world.connections()
    text = "ü" * 40_000
    assert (await world.http("POST", f"/@connections/{connection.connection_id}", text.encode()))[0] == 200
    frames = [await client.frame() for _ in range(3)]
    assert [(opcode, fin, len(payload)) for opcode, fin, payload in frames] == [
        (TEXT, False, 32768),
        (CONTINUATION, False, 32768),
        (CONTINUATION, True, 14464),
    ]
    assert b"".join(payload for _, _, payload in frames).decode() == text
    client.close()


@on_a_port()
async def test_close_codes_of_clients(world):
    world.api({"$disconnect": "ok"})
    client = await RawClient.open(world.port)
    client.send_frame(CLOSE)
    assert await client.close_code() is None
    assert await client.reader.read() == b""
    client.close()
    client = await RawClient.open(world.port)
    client.send_frame(CLOSE, struct.pack("!H", 4001) + b"bye")
    assert await client.close_code() == 4001
    client.close()
    client = await RawClient.open(world.port)
    client.close()  # TCP without a close frame
    await until(lambda: len(ends(world)) == 3)
    client = await RawClient.open(world.port)
    client.writer.write_eof()  # half-closed
    await until(lambda: len(ends(world)) == 4)
    client.close()
    assert [code for code, _ in ends(world)] == [1005, 4001, 1006, 1006]
    assert ends(world)[0][1] == "Client-side close frame status not set"
    assert ends(world)[1][1] == "bye"


@on_a_port()
async def test_the_server_closes_with_code_and_reason(world):
    world.api({"$disconnect": "ok"})
    client = await RawClient.open(world.port)
    [connection] = world.connections()
    assert (await world.http("DELETE", f"/@connections/{connection.connection_id}"))[0] == 204
    opcode, _, payload = await client.frame()
    assert opcode == CLOSE
    assert payload[:2] == struct.pack("!H", 1000)
    client.send_frame(CLOSE, payload[:2])
    assert await client.reader.read() == b""
    client.close()
    await until(lambda: len(ends(world)) == 1)
    assert ends(world) == [(1000, "Connection Closed Normally")]


@on_a_port()
async def test_a_dropped_connection_sees_no_close_frame(world):
    from emulator.services.apigateway import lifecycle

    world.api({"$disconnect": "ok"})
    client = await RawClient.open(world.port)
    lifecycle.drop(world.ground, world.connections()[0])
    with contextlib.suppress(ConnectionResetError):
        assert await client.reader.read() == b""
    client.close()
    await until(lambda: len(ends(world)) == 1)
    assert ends(world)[0][0] == 1006


@on_a_port()
async def test_urls_over_4096_characters_are_414(world):
    world.api({"a": "ok"})
    good = await RawClient.open(world.port, "/dev?q=" + "x" * 4089)
    assert good.status == 101
    good.close()
    for length in (4090, 9000):
        client = await RawClient.open(world.port, "/dev?q=" + "x" * length)
        assert client.status != 101
        client.close()


@on_a_port()
async def test_a_client_that_does_not_read_is_refused_and_blocks_nobody(world):
    world.api({"a": "ok"})
    deaf = await RawClient.open(world.port)
    deaf.writer.transport.pause_reading()
    [connection] = world.connections()
    path = f"/@connections/{connection.connection_id}"
    statuses = [(await world.http("POST", path, b"x" * 131072))[0] for _ in range(200)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    other = await RawClient.open(world.port)
    fresh = next(c for c in world.connections() if c is not connection)
    assert (await world.http("POST", f"/@connections/{fresh.connection_id}", b"x"))[0] == 200
    assert await other.frame() == (TEXT, True, b"x")
    other.close()
    deaf.close()


@on_a_port()
async def test_a_client_that_leaves_during_connect(world):
    gate = asyncio.Event()

    async def slow(event):
        if event["requestContext"]["eventType"] == "CONNECT":
            await gate.wait()
        return {"statusCode": 200}

    world.functions["slow"] = slow
    world.api({"$connect": "slow", "$disconnect": "slow"})
    opening = asyncio.ensure_future(RawClient.open(world.port))
    await until(lambda: len(world.events) == 1)
    opening.cancel()
    await asyncio.gather(opening, return_exceptions=True)
    gate.set()
    await until(lambda: not world.state.tasks)
    assert world.connections() == []


@on_a_port()
async def test_many_messages_at_once_arrive_in_order(world):
    world.api({"$default": "ok"})
    client = await RawClient.open(world.port)
    for number in range(500):
        client.send_frame(TEXT, str(number).encode())
    await until(lambda: len(world.events) == 500)
    assert [event["body"] for event in world.events] == [str(number) for number in range(500)]
    client.close()


@on_a_port()
async def test_a_handshake_with_a_body_is_answered(world):
    world.api({"a": "ok"})
    client = await RawClient.open(world.port, extra="Content-Length: 5\r\n")
    assert client.status == 400
    client.close()
