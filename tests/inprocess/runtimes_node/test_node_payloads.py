"""What a Node function's results and failures look like, from real processes.

Expected values: recorded from AWS, and from running the same handlers under AWS's published Node.js runtime clients
3.3.0 (nodejs22 and earlier) and 4.0.2 (nodejs24).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from node_world import World, error, value, write

from emulator.runtimes.worker import Answered, Ended

HANDLERS = """
class Custom extends Error {
  constructor(message) { super(message); this.name = "My.Custom"; this.extra = 1; }
}
const circle = {};
circle.circle = circle;

const callbacks = {
  callback: (event, context, callback) => setTimeout(() => callback(null, { ok: 1 }), 1),
  callbackError: (event, context, callback) => callback(new Custom("cb")),
  callbackText: (event, context, callback) => callback("just text"),
  callbackTwice: (event, context, callback) => { callback(null, 1); callback(null, 2); },
  callbackWaits: (event, context, callback) => {
    const seen = [];
    setTimeout(() => seen.push("timer"), 5);
    callback(null, seen);
  },
  callbackDoesNotWait: (event, context, callback) => {
    const seen = [];
    context.callbackWaitsForEmptyEventLoop = false;
    setTimeout(() => seen.push("timer"), 5);
    callback(null, seen);
  },
  callbackOfAsync: async (event, context, callback) => { callback(null, "from callback"); return "from promise"; },
  callbackNever: () => {},
  callbackLate: (event, context, callback) => { setTimeout(() => { throw new RangeError("late"); }, 1); },
  callbackCircle: (event, context, callback) => callback(null, circle),
  done: (event, context) => context.done(null, "done"),
  succeed: (event, context) => context.succeed("succeeded"),
  fail: (event, context) => context.fail(),
  failWith: (event, context) => context.fail(new Custom("failed")),
  contextKeys: (event, context, callback) => callback(null, Object.keys(context)),
};
const others = {
  typeError: async () => { throw new TypeError("boom"); },
  text: async () => { throw "text"; },
  object: async () => { throw { a: 1 }; },
  nothing: async () => { throw undefined; },
  synchronous: () => { throw new Custom("é\\x7f"); },
  circle: async () => circle,
  undefined: async () => undefined,
  values: async () => ({ d: new Date(0), n: NaN, u: undefined, b: Buffer.from("a"), é: [1, 2.5, true, null] }),
  thenable: () => ({ then: (resolve) => resolve("then") }),
  plain: () => 5,
  never: () => new Promise(() => {}),
  lost: async () => { Promise.reject(new Error("lost")); await new Promise((resolve) => setTimeout(resolve, 1000)); },
  lostAtOnce: async () => { Promise.reject(new Error("lost")); return 1; },
  store: async () => {
    const store = globalThis.awslambda.InvokeStore;
    return store && [store.getRequestId(), store.getXRayTraceId(), store.hasContext()];
  },
  exitZero: () => process.exit(0),
  exit: () => process.exit(127),
  kill: () => { process.kill(process.pid, "SIGKILL"); return new Promise((resolve) => setTimeout(resolve, 1000)); },
  count: async () => { globalThis.runs = (globalThis.runs ?? 0) + 1; return globalThis.runs; },
  big: async () => "x".repeat(6 * 1024 * 1024),
  tooBig: async () => "x".repeat(6291555),
  context: async (event, context) => [
    context.functionName, context.functionVersion, context.invokedFunctionArn, context.memoryLimitInMB,
    context.awsRequestId, context.logGroupName, context.logStreamName, context.identity, context.clientContext,
    context.getRemainingTimeInMillis() > 20000 && context.getRemainingTimeInMillis() <= 30000,
    process.env._X_AMZN_TRACE_ID ?? null, process.cwd() === process.env.LAMBDA_TASK_ROOT, process.argv.length,
    require.main ?? null,
  ],
};
exports.handler = function (event, context) {
  return { ...callbacks, ...others }[event.do](...arguments);
};
exports.withCallback = callbacks.callback;
exports.boom = async () => { throw new TypeError("boom"); };
exports.notFunction = 5;
exports.deep = { er: { handler: async () => "deep" } };
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("task")
    write(directory, "index.js", HANDLERS)
    with asyncio.Runner() as runner:
        world = World(directory, runner)
        yield world
        world.close()


OLD = "nodejs20.x"
NEW = "nodejs24.x"


@pytest.mark.parametrize("runtime", [OLD, NEW])
@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("typeError", ("TypeError", "boom")),
        ("text", ("string", "text")),
        ("object", ("object", "[object Object]")),
        ("synchronous", ("My.Custom", "é%7F")),
    ],
)
def test_errors(world: World, runtime: str, what: str, expected: tuple[str, str]) -> None:
    assert error(world.do(what, runtime)) == expected
    assert world.processes[runtime].alive


def test_error_body_and_its_trace(world: World) -> None:
    result = world.once("index.boom")
    assert isinstance(result, Answered)
    body = json.loads(result.payload)
    assert list(body) == ["errorType", "errorMessage", "trace"]
    assert body["trace"][0] == "TypeError: boom"
    assert f"[as handler] ({world.directory}/index.js:" in body["trace"][1]
    assert all(line.startswith("    at ") for line in body["trace"][1:])
    assert result.payload.startswith(
        b'{"errorType":"TypeError","errorMessage":"boom","trace":["TypeError: boom","    at'
    )


def test_thrown_text_has_no_trace(world: World) -> None:
    result = world.do("text")
    assert isinstance(result, Answered)
    assert result.payload == b'{"errorType":"string","errorMessage":"text","trace":[]}'


@pytest.mark.parametrize("runtime", [OLD, NEW])
def test_results(world: World, runtime: str) -> None:
    values = world.do("values", runtime)
    assert isinstance(values, Answered)
    assert values.payload.decode() == (
        '{"d":"1970-01-01T00:00:00.000Z","n":null,"b":{"type":"Buffer","data":[97]},"é":[1,2.5,true,null]}'
    )
    assert value(world.do("thenable", runtime)) == "then"
    result = world.do("undefined", runtime)
    assert isinstance(result, Answered)
    assert (result.payload, result.content_type) == (b"null", "application/json")


def test_result_that_is_not_json(world: World) -> None:
    assert error(world.do("circle", OLD)) == ("Error", "Unable to stringify response body")
    assert error(world.do("circle", NEW)) == ("Runtime.JSONStringifyError", "Unable to stringify response body")


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("callback", {"ok": 1}),
        ("callbackTwice", 1),
        ("callbackWaits", ["timer"]),
        ("callbackDoesNotWait", []),
        ("callbackOfAsync", "from callback"),
        ("callbackNever", None),
        ("done", "done"),
        ("succeed", "succeeded"),
        ("plain", None),
    ],
)
def test_callbacks(world: World, what: str, expected: object) -> None:
    assert value(world.do(what)) == expected


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("callbackError", ("My.Custom", "cb")),
        ("callbackText", ("string", "just text")),
        ("fail", ("string", "handled")),
        ("failWith", ("My.Custom", "failed")),
        ("nothing", ("string", "handled")),
    ],
)
def test_callbacks_with_errors(world: World, what: str, expected: tuple[str, str]) -> None:
    assert error(world.do(what)) == expected
    assert world.processes[OLD].alive


def test_no_callbacks_since_nodejs24(world: World) -> None:
    result = world.once("index.withCallback", NEW)
    assert error(result)[0] == "Runtime.CallbackHandlerDeprecated"
    assert isinstance(result, Answered)
    assert result.in_init
    assert value(world.do("plain", NEW)) == 5
    keys = set(value(world.do("contextKeys", OLD)))
    assert {"callbackWaitsForEmptyEventLoop", "done", "succeed", "fail"} <= keys


NEVER_SETTLED = (
    "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise "
    "that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes"
)


@pytest.mark.parametrize(
    ("what", "expected", "status"),
    [
        ("never", ("Runtime.NodeJsExit", NEVER_SETTLED), 13),
        ("lost", ("Runtime.UnhandledPromiseRejection", "Error: lost"), 128),
        ("callbackLate", ("RangeError", "late"), 129),
        ("callbackCircle", ("Error", "Unable to stringify response body"), 129),
    ],
)
def test_failures_that_end_the_process(world: World, what: str, expected: tuple[str, str], status: int) -> None:
    assert error(world.do(what)) == expected
    process = world.processes[OLD]
    assert not process.alive  # not to be used again, even if the loop has not heard of the end
    world.runner.run(process.wait())
    assert process.ended == Ended(status)


def test_a_lost_rejection_comes_before_the_answer_since_nodejs24(world: World) -> None:
    assert value(world.do("lostAtOnce", OLD)) == 1
    process = world.processes[OLD]
    world.runner.run(process.wait())
    assert process.ended == Ended(128)
    assert error(world.do("lostAtOnce", NEW)) == ("Runtime.UnhandledPromiseRejection", "Error: lost")


def test_libraries_find_the_invocation_since_nodejs24(world: World) -> None:
    assert value(world.do("store", OLD)) is None
    for number in ("1", "2"):
        facts = value(world.do("store", NEW, request_id=number, trace_id=f"Root=1-{number}"))
        assert facts == [number, f"Root=1-{number}", True]


def test_never_settled_since_nodejs24(world: World) -> None:
    assert error(world.do("never", NEW)) == ("Runtime.NodeJsExit", NEVER_SETTLED)


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("exitZero", "Runtime exited without providing a reason"),
        ("exit", "Runtime exited with error: exit status 127"),
        ("kill", "Runtime exited with error: signal: killed"),
    ],
)
def test_exits(world: World, what: str, reason: str) -> None:
    result = world.do(what)
    assert isinstance(result, Ended)
    assert json.loads(result.error("id-1").payload) == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: id-1 Error: {reason}",
    }


def test_environment_stays_warm_after_an_exception(world: World) -> None:
    before = value(world.do("count"))
    world.do("typeError")
    assert value(world.do("count")) == before + 1


def test_response_size(world: World) -> None:
    fits, large = world.do("big"), world.do("tooBig")
    assert isinstance(fits, Answered)
    assert isinstance(large, Answered)
    assert (len(fits.payload), fits.error_type) == (6 * 1024 * 1024 + 2, None)
    assert large.payload.decode() == (
        '{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).",'
        '"errorType":"Function.ResponseSizeTooLarge"}'
    )
    assert value(world.do("plain", NEW)) == 5


@pytest.mark.parametrize("runtime", [OLD, NEW])
def test_context(world: World, runtime: str) -> None:
    facts = value(
        world.do(
            "context",
            runtime,
            trace_id="Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
            client_context='{"custom":{"k":"é"}}',
            identity='{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}',
        )
    )
    assert facts == [
        "f",
        "$LATEST",
        "arn:aws:lambda:eu-west-1:123456789012:function:f",
        "256",
        "id-1",
        "/aws/lambda/f",
        "2025/11/25/[$LATEST]0123456789abcdef0123456789abcdef",
        {"cognitoIdentityId": "i", "cognitoIdentityPoolId": "p"},
        {"custom": {"k": "é"}},
        True,
        "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
        True,
        2,
        None,
    ]
    assert value(world.do("context", runtime))[10] is None  # of the invocation, not of the process


def test_client_context_that_is_not_json(world: World) -> None:
    error_type, text = error(world.do("plain", client_context="{"))
    assert error_type == "Error"
    assert text.startswith("Cannot parse ClientContext as json: SyntaxError: ")
