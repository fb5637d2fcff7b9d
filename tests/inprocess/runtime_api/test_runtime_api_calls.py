"""The Runtime API's state machine, headers and refusals, seen by a client that does what it should not."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop
from api_world import Client

from emulator.runtimes.runtime_api.api import RuntimeApi

INVOCATION = {
    "id": "id-1",
    "arn": "arn:aws:lambda:eu-west-1:123456789012:function:f",
    "deadline_ms": 1_700_000_000_123,
    "trace": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
    "client_context": '{"custom":\r\n{"a":"é"}}',
    "identity": None,
    "tenant": None,
}
OK = (202, {"status": "OK"})


class World:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.answers: list[tuple[dict[str, Any], bytes]] = []
        self.initialised = 0
        self.api = RuntimeApi(loop, self._hear)
        self.address = ""
        self.clients: list[Client] = []

    def _hear(self, header: dict[str, Any], body: bytes) -> None:
        if header == {"kind": "init", "id": "id-1"}:
            self.initialised += 1
        else:
            self.answers.append((header, body))

    async def client(self) -> Client:
        self.address = self.address or await self.api.listen()
        self.clients.append(await Client.connect(self.address))
        return self.clients[-1]

    async def running(self, request_id: str = "id-1") -> Client:
        """A client that has taken an invocation."""
        client = await self.client()
        self.api.send({**INVOCATION, "id": request_id}, b'{"a": 1}')
        await client.call("GET", "invocation/next")
        return client


Play = Callable[[Callable[[World], Awaitable[None]]], None]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def play(request: pytest.FixtureRequest) -> Play:
    def run(scenario: Callable[[World], Awaitable[None]]) -> None:
        async def in_world() -> None:
            world = World(asyncio.get_running_loop())
            try:
                await scenario(world)
            finally:
                world.api.close()
                for client in world.clients:
                    client.writer.close()
                    with contextlib.suppress(ConnectionError):
                        await client.writer.wait_closed()

        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(in_world())

    return run


def refused(state: str, wanted: str) -> tuple[int, dict[str, str]]:
    message = f"State transition from {state} to {wanted} failed for runtime. Error: State transition is not allowed"
    return 403, {"errorMessage": message, "errorType": "InvalidStateTransition"}


INVALID_ID = (400, {"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"})


def test_next_waits_and_carries_the_invocation(play: Play) -> None:
    async def scenario(world: World) -> None:
        client = await world.client()
        client.begin("GET", "invocation/next")
        other = await world.client()
        assert await other.post("invocation/id-1/response", 1) == INVALID_ID  # so next is known to wait
        world.api.send(INVOCATION, b'{"a": 1}')
        status, headers, body = await client.answer()
        assert (status, body) == (200, b'{"a": 1}')
        assert {name: value for name, value in headers.items() if name.startswith("lambda-")} == {
            "lambda-runtime-aws-request-id": "id-1",
            "lambda-runtime-deadline-ms": "1700000000123",
            "lambda-runtime-invoked-function-arn": "arn:aws:lambda:eu-west-1:123456789012:function:f",
            "lambda-runtime-trace-id": INVOCATION["trace"],
            "lambda-runtime-client-context": '{"custom": {"a":"é"}}',
        }
        assert headers["content-type"] == "application/json"

    play(scenario)


def test_results_as_they_came(play: Play) -> None:
    async def scenario(world: World) -> None:
        client = await world.running()
        answer = await client.call("POST", "invocation/id-1/response", b"\x00\xff", {"Content-Type": "image/png"})
        assert (answer[0], answer[2]) == (202, b'{"status":"OK"}')
        world.api.send({**INVOCATION, "id": "id-2"}, b"{}")
        await client.call("GET", "invocation/next")
        assert await client.post("invocation/id-2/error", {"errorMessage": "m", "errorType": "T"}) == OK
        (result, body), (error, error_body) = world.answers
        assert (result["kind"], result["content_type"], body) == ("result", "image/png", b"\x00\xff")
        assert result["init_ms"] >= 0
        assert (error["kind"], error["error_type"]) == ("error", "T")
        assert error_body == b'{"errorMessage": "m", "errorType": "T"}'
        assert error["init_ms"] is None
        assert world.initialised == 1

    play(scenario)


def test_what_is_refused(play: Play) -> None:
    async def scenario(world: World) -> None:
        client = await world.running()
        assert await client.post("invocation/other/response", 1) == INVALID_ID
        assert await client.post("init/error", {}) == refused("Running", "InitError")
        assert await client.post("invocation/id-1/response", 1) == OK
        assert await client.post("invocation/id-1/response", 1) == refused("ResponseSent", "InvocationResponse")
        assert await client.post("invocation/id-1/error", {}) == refused("ResponseSent", "InvocationErrorResponse")
        asking = await world.client()
        asking.begin("GET", "invocation/next")
        while (answer := await client.post("invocation/id-1/response", 1)) == refused(
            "ResponseSent", "InvocationResponse"
        ):
            pass  # the other connection is not read yet
        assert answer == refused("Ready", "InvocationResponse")
        assert len(world.answers) == 1

    play(scenario)


def test_next_while_running_is_refused(play: Play) -> None:
    async def scenario(world: World) -> None:
        client = await world.running()
        status, _, body = await client.call("GET", "invocation/next")
        assert status == 403
        assert b"from Running to Ready" in body

    play(scenario)


def test_init_error_before_and_after_an_invocation_is_there(play: Play) -> None:
    async def scenario(world: World) -> None:
        client = await world.client()
        headers = {"Lambda-Runtime-Function-Error-Type": "Runtime.NoSuchHandler"}
        status, _, _ = await client.call("POST", "init/error", b"not JSON", headers)
        assert status == 202
        assert (await client.call("GET", "invocation/next"))[0] == 403
        assert world.answers == []
        world.api.send(INVOCATION, b"{}")
        assert world.answers == [
            ({"kind": "init-error", "error_type": "Runtime.NoSuchHandler", "id": "id-1"}, b"not JSON")
        ]

    play(scenario)


def test_too_large_a_response(play: Play) -> None:
    async def scenario(world: World) -> None:
        client = await world.running()
        status, _, body = await client.call("POST", "invocation/id-1/response", b"x" * 6291557)
        assert (status, body) == (
            413,
            b'{"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).",'
            b'"errorType":"RequestEntityTooLarge"}',
        )
        assert world.answers[0][0]["kind"] == "too-large"
        world.api.send({**INVOCATION, "id": "id-2"}, b"{}")
        assert (await client.call("GET", "invocation/next"))[0] == 200
        assert (await client.call("POST", "invocation/id-2/response", b"x" * 6291556))[0] == 202
        assert len(world.answers[1][1]) == 6291556

    play(scenario)


CHUNKED = "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: r\r\nTransfer-Encoding: chunked\r\n"


def test_streamed_response_is_gathered(play: Play) -> None:
    async def scenario(world: World) -> None:
        client = await world.running()
        client.writer.write(f"{CHUNKED}Lambda-Runtime-Function-Response-Mode: streaming\r\n\r\n".encode())
        client.writer.write(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        assert (await client.answer())[0] == 202
        assert (world.answers[0][0]["kind"], world.answers[0][1]) == ("result", b"abcde")

    play(scenario)


def test_error_in_the_middle_of_a_stream(play: Play) -> None:
    async def scenario(world: World) -> None:
        client = await world.running()
        error = base64.b64encode(b'{"errorType":"T","errorMessage":"late"}').decode()
        client.writer.write(f"{CHUNKED}Lambda-Runtime-Function-Response-Mode: streaming\r\n\r\n".encode())
        client.writer.write(b"3\r\nabc\r\n0\r\nLambda-Runtime-Function-Error-Type: T\r\n")
        client.writer.write(f"Lambda-Runtime-Function-Error-Body: {error}\r\n\r\n".encode())
        assert (await client.answer())[0] == 202
        header, body = world.answers[0]
        assert (header["kind"], header["error_type"]) == ("error", "T")
        assert body == b'{"errorType":"T","errorMessage":"late"}'

    play(scenario)


def test_unknown_response_mode(play: Play) -> None:
    async def scenario(world: World) -> None:
        client = await world.running()
        mode = {"Lambda-Runtime-Function-Response-Mode": "buffered"}
        status, _, body = await client.call("POST", "invocation/id-1/response", b"1", mode)
        assert status == 400
        assert b"InvalidFunctionResponseMode" in body

    play(scenario)


def test_unknown_paths_and_methods(play: Play) -> None:
    async def scenario(world: World) -> None:
        client = await world.client()
        assert (await client.call("GET", "nosuch"))[0] == 404
        assert (await client.call("POST", "invocation/next"))[0] == 405
        assert (await client.call("GET", "init/error"))[0] == 405
        client.writer.write(b"GET /2018-06-01/nosuch HTTP/1.0\r\n\r\n")
        assert (await client.answer())[:2] == (
            404,
            {"content-type": "text/plain", "connection": "close", "content-length": "19"},
        )
        assert await client.reader.read() == b""
        noise = await world.client()
        noise.writer.write(b"\x00\xff\r\n\r\n")
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await noise.answer()

    play(scenario)


def test_curl_asks_before_it_sends_much(play: Play) -> None:
    async def scenario(world: World) -> None:
        client = await world.running()
        path = b"/2018-06-01/runtime/invocation/id-1/response"
        client.writer.write(b"POST " + path + b" HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert await client.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.writer.write(b"abc")
        assert (await client.answer())[0] == 202

    play(scenario)


def test_offer_of_another_protocol_is_not_taken_up(play: Play) -> None:
    async def scenario(world: World) -> None:
        client = await world.client()
        world.api.send(INVOCATION, b"{}")
        offer = {
            "Connection": "Upgrade, HTTP2-Settings",
            "Upgrade": "h2c",
            "HTTP2-Settings": "AAEAAEAAAAIAAAABAAMAAABk",
        }
        assert (await client.call("GET", "invocation/next", headers=offer))[0] == 200
        assert await client.post("invocation/id-1/response", 1) == OK

    play(scenario)


def test_requests_one_after_the_other_on_one_connection(play: Play) -> None:
    async def scenario(world: World) -> None:
        client = await world.client()
        client.begin("GET", "invocation/next")
        client.begin("POST", "invocation/id-1/response", b"1")
        client.begin("GET", "invocation/next")
        await client.writer.drain()
        world.api.send(INVOCATION, b"{}")
        assert [(await client.answer())[0] for _ in range(2)] == [200, 202]
        assert world.answers[0][1] == b"1"
        world.api.send({**INVOCATION, "id": "id-2"}, b"{}")
        assert (await client.answer())[1]["lambda-runtime-aws-request-id"] == "id-2"

    play(scenario)


def test_a_client_whose_connection_broke_asks_again(play: Play) -> None:
    async def scenario(world: World) -> None:
        lost = await world.client()
        lost.begin("GET", "invocation/next")
        await lost.writer.drain()
        lost.writer.close()
        await lost.writer.wait_closed()
        again = await world.client()
        again.begin("GET", "invocation/next")
        other = await world.client()
        await other.call("GET", "nosuch")
        world.api.send(INVOCATION, b"{}")
        assert (await again.answer())[0] == 200

    play(scenario)
