"""What a Node function logs: AWS's text and JSON formats, one event per call of the console."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from node_world import World, value, write

HANDLERS = """
console.log("at init");
const work = {
  lines: async () => {
    console.log("hello\\nworld", { a: 1 }, "%s", "x");
    console.error("n=%d", 5);
    console.log();
    console.debug("d"); console.warn("w"); console.trace("t");
    process.stdout.write("raw\\n");
    process.stderr.write("raw error\\n");
    console.info("last");
  },
  much: async () => { process.stdout.write("x".repeat(300000) + "\\n"); console.log("after"); },
  error: async () => { throw Object.assign(new TypeError("boom"), { code: "E_CODE" }); },
  object: async () => {
    console.log({ a: 1 });
    console.log("failed", new RangeError("r"));
    console.info(new Error("e"));
  },
};
exports.handler = (event) => work[event.do]();
exports.lines = work.lines;
exports.object = work.object;
exports.error = work.error;
"""
STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("task")
    write(directory, "index.js", HANDLERS)
    with asyncio.Runner() as runner:
        world = World(directory, runner)
        yield world
        world.close()


def without_time(lines: list[str]) -> list[str]:
    return [STAMP.sub("", line) for line in lines]


def test_text_format(world: World) -> None:
    world.do("much")
    world.do("lines")
    world.logs.remove("raw error")  # a stream of its own
    assert without_time(world.logs) == [
        "id-1\tINFO\thello\nworld { a: 1 } %s x",
        "id-1\tERROR\tn=5",
        "id-1\tINFO\tundefined",
        "id-1\tDEBUG\td",
        "id-1\tWARN\tw",
        "id-1\tTRACE\tt",
        "raw",
        "id-1\tINFO\tlast",
    ]


def test_nothing_is_lost_or_out_of_order(world: World) -> None:
    assert value(world.do("much")) is None
    assert "".join(world.logs[:-1]) == "x" * 300000
    assert without_time(world.logs[-1:]) == ["id-1\tINFO\tafter"]


def test_init_has_no_request_id(world: World) -> None:
    world.once("index.lines", "nodejs20.x")
    old = without_time(world.logs[:1])
    world.once("index.lines", "nodejs24.x")
    assert (old, without_time(world.logs[:1])) == (["undefined\tINFO\tat init"], ["-\tINFO\tat init"])


def test_failure_is_one_event(world: World) -> None:
    world.do("error")
    (line,) = without_time(world.logs)
    prefix = "id-1\tERROR\tInvoke Error \t"
    assert line.startswith(prefix)
    details = json.loads(line.removeprefix(prefix))
    assert list(details) == ["errorType", "errorMessage", "code", "stack"]
    assert (details["errorType"], details["errorMessage"], details["code"]) == ("TypeError", "boom", "E_CODE")
    assert details["stack"][0] == "TypeError: boom"


def events(world: World, handler: str, **user: str) -> list[dict[str, Any]]:
    world.once(handler, log_format="JSON", user=user)
    found = [json.loads(line) for line in world.logs if line.startswith("{")]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event.pop("timestamp")) for event in found)
    return found


def test_json_format(world: World) -> None:
    init, plain, failed, alone = events(world, "index.object")
    assert init == {"level": "INFO", "message": "at init"}
    assert plain == {"level": "INFO", "requestId": "id-1", "message": {"a": 1}}
    assert failed.pop("stackTrace")[0] == "RangeError: r"
    assert failed.pop("message").startswith("failed RangeError: r\n")
    assert failed == {"level": "INFO", "requestId": "id-1", "errorType": "RangeError", "errorMessage": "r"}
    assert alone["message"].pop("stackTrace")[0] == "Error: e"
    assert alone["message"] == {"errorType": "Error", "errorMessage": "e"}


def test_json_format_of_a_failure(world: World) -> None:
    failed = events(world, "index.error")[-1]
    assert (failed["level"], failed["message"]["errorType"]) == ("ERROR", "TypeError")


def test_log_level(world: World) -> None:
    assert [event["level"] for event in events(world, "index.lines", AWS_LAMBDA_LOG_LEVEL="WARN")] == ["ERROR", "WARN"]


def test_unreadable_package_json_is_said(world: World) -> None:
    write(world.directory, "odd/package.json", "{")
    write(world.directory, "odd/app.js", "exports.handler = async () => 1;")
    world.once("odd/app.handler")
    assert "cannot be read, it will be ignored for ES module detection purposes." in world.logs[0]
