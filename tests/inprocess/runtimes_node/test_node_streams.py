"""Streaming handlers: the bytes, the content type and the failures that they leave.

Expected values: recorded from the same handlers under AWS's published Node.js runtime clients 3.3.0 (nodejs22 and
earlier) and 4.0.2 (nodejs24).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from node_world import World, error, write

from emulator.runtimes.worker import Answered

OLD = "nodejs20.x"
NEW = "nodejs24.x"
HTTP = "application/vnd.awslambda.http-integration-response"
BYTES = "application/octet-stream"
NOT_ASYNC = "Streaming does not support non-async handlers."
HANDLERS = """
const http = (stream) => awslambda.HttpResponseStream.from(stream, { statusCode: 201 });
const work = {
  writes: async (stream) => { const answer = http(stream); answer.write("abc"); answer.end("d"); },
  endsOnly: async (stream) => { http(stream).end("abc"); },
  empty: async (stream) => { http(stream).end(); },
  object: async (stream) => { stream.write({ a: 1 }); stream.end(); },
  typed: async (stream) => { stream.setContentType("text/html"); stream.write(new Uint8Array([60])); stream.end(); },
  value: async (stream) => { stream.end("x"); return 5; },
  synchronous: (stream) => { stream.end("x"); },
  fails: async (stream) => { stream.write("abc"); throw new RangeError("mid"); },
  failsAtOnce: (stream) => { throw new RangeError("early"); },
  failsLate: async (stream) => { stream.end("x"); throw new RangeError("late"); },
  tooLate: async (stream) => { stream.write("a"); stream.setContentType("text/plain"); },
  notAsync: (stream) => { stream.write("a"); },
  waits: async (stream, context) => { stream.end(String(context.callbackWaitsForEmptyEventLoop)); },
  facts: async (stream, context) => {
    stream.end(JSON.stringify([context.awsRequestId, context.xRayTraceId, awslambda.InvokeStore?.getRequestId()]));
  },
};
export const handler = awslambda.streamifyResponse((event, stream, context) => work[event.do](stream, context));
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("task")
    write(directory, "index.mjs", HANDLERS)
    with asyncio.Runner() as runner:
        world = World(directory, runner)
        yield world
        world.close()


@pytest.mark.parametrize("runtime", [OLD, NEW])
@pytest.mark.parametrize(
    ("what", "payload", "content_type"),
    [
        ("writes", b'{"statusCode":201}' + b"\0" * 8 + b"abcd", HTTP),
        ("endsOnly", b"abc", HTTP),  # metadata goes out with the first write
        ("empty", b"", HTTP),
        ("object", b'{"a":1}', BYTES),
        ("typed", b"<", "text/html"),
        ("value", b"x", BYTES),
        ("synchronous", b"x", BYTES),  # the failure comes too late
        ("failsLate", b"x", BYTES),
    ],
)
def test_bytes(world: World, runtime: str, what: str, payload: bytes, content_type: str) -> None:
    result = world.do(what, runtime)
    assert isinstance(result, Answered)
    assert (result.payload, result.content_type, result.error_type) == (payload, content_type, None)


@pytest.mark.parametrize("runtime", [OLD, NEW])
@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("fails", ("RangeError", "mid")),
        ("failsAtOnce", ("RangeError", "early")),
        ("tooLate", ("Runtime.InvalidStreamingOperation", "Cannot set content-type, too late.")),
    ],
)
def test_failures(world: World, runtime: str, what: str, expected: tuple[str, str]) -> None:
    assert error(world.do(what, runtime)) == expected
    assert world.processes[runtime].alive


def test_handlers_that_are_not_async(world: World) -> None:
    assert error(world.do("notAsync", OLD)) == ("string", NOT_ASYNC)
    assert error(world.do("notAsync", NEW)) == ("Error", NOT_ASYNC)


def test_what_is_wrong_but_too_late_is_logged(world: World) -> None:
    world.do("failsLate")
    assert "ERROR\tInvoke Error" in world.logs[0]
    world.do("value")
    assert world.logs[0].endswith("\tWARN\tStreaming handlers ignore return values.")


def test_context(world: World) -> None:
    def payload(what: str, runtime: str) -> bytes:
        result = world.do(what, runtime, trace_id="Root=1-2")
        assert isinstance(result, Answered)
        return result.payload

    assert (payload("waits", OLD), payload("waits", NEW)) == (b"true", b"undefined")
    assert json.loads(payload("facts", OLD)) == ["id-1", None, None]
    assert json.loads(payload("facts", NEW)) == ["id-1", "Root=1-2", "id-1"]
