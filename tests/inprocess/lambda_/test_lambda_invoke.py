"""Synchronous invocation with the inline runtime (payload texts recorded from AWS)."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
import time
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from lambda_world import world

from emulator.core.errors import AwsError


def echo(event: Any, context: Any) -> Any:
    return event


def describe(event: Any, context: Any) -> Any:
    print("seen", context.aws_request_id)
    return {
        "name": context.function_name,
        "version": context.function_version,
        "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb,
        "group": context.log_group_name,
        "remaining": context.get_remaining_time_in_millis(),
        "client": context.client_context and context.client_context.custom,
        "env": os.environ.get("COLOUR"),
        "region": os.environ["AWS_REGION"],
        "trace": os.environ["_X_AMZN_TRACE_ID"],
    }


def fail(event: Any, context: Any) -> Any:
    raise ValueError("Test exception (this is intentional)")


def leave(event: Any, context: Any) -> Any:
    sys.exit(event)


def sleepy(event: Any, context: Any) -> Any:
    time.sleep(0.3)


def special(event: Any, context: Any) -> Any:
    return {"nothing": None, "number": Decimal("1.10"), "text": "ä"}[event]


def unserialisable(event: Any, context: Any) -> Any:
    return datetime(2026, 1, 1)


async def coroutine(event: Any, context: Any) -> Any:
    await asyncio.sleep(0)
    return "awaited"


def test_result_request_id_and_executed_version() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(echo)
            answer = await w.invoke(event={"a": 1})
            assert json.loads(answer["Payload"]) == {"a": 1}
            assert answer["StatusCode"] == 200
            assert answer["ExecutedVersion"] == "$LATEST"
            assert "FunctionError" not in answer

    asyncio.run(main())


def test_empty_body_is_an_empty_object() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(echo)
            assert (await w.invoke())["Payload"] == b"{}"

    asyncio.run(main())


@pytest.mark.parametrize(("event", "payload"), [("nothing", b"null"), ("number", b"1.10"), ("text", '"ä"'.encode())])
def test_results_become_json_as_the_python_runtime_writes_it(event: str, payload: bytes) -> None:
    async def main() -> None:
        async with world() as w:
            w.function(special)
            assert (await w.invoke(event=event))["Payload"] == payload

    asyncio.run(main())


def test_context_and_environment() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(describe, Environment={"Variables": {"COLOUR": "red"}}, Timeout=30)
            client = base64.b64encode(b'{"custom":{"k":"v"}}').decode()
            call = w.call()
            from emulator.services.lambda_.api.invoking import invoke

            answer = await invoke(call, {"FunctionName": "f", "ClientContext": client, "LogType": "Tail"})
            seen = json.loads(answer["Payload"])
            assert seen["name"] == "f"
            assert seen["version"] == "$LATEST"
            assert seen["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:f"
            assert seen["memory"] == "128"
            assert seen["group"] == "/aws/lambda/f"
            assert 25_000 < seen["remaining"] <= 30_000
            assert seen["client"] == {"k": "v"}
            assert seen["env"] == "red"
            assert seen["region"] == "us-east-1"
            (hop,) = w.hops("invoke")
            assert f"Parent={hop.id}" in seen["trace"]
            assert "COLOUR" not in os.environ
            log = base64.b64decode(answer["LogResult"]).decode()
            assert log.startswith(f"START RequestId: {call.request_id} Version: $LATEST\nseen {call.request_id}\n")
            assert f"END RequestId: {call.request_id}\nREPORT RequestId: {call.request_id}\tDuration: " in log
            assert [hop.payload for hop in w.hops("log")] == [f"seen {call.request_id}"]

    asyncio.run(main())


def test_exception_payload_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(fail)
            answer = await w.invoke()
            assert answer["FunctionError"] == "Unhandled"
            body = json.loads(answer["Payload"])
            assert list(body) == ["errorMessage", "errorType", "requestId", "stackTrace"]
            assert body["errorMessage"] == "Test exception (this is intentional)"
            assert body["errorType"] == "ValueError"
            (frame,) = body["stackTrace"]
            assert frame.startswith(f'  File "{__file__}", line ')
            assert frame.endswith('in fail\n    raise ValueError("Test exception (this is intentional)")\n')

    asyncio.run(main())


@pytest.mark.parametrize(
    ("status", "reason"),
    [(0, "Runtime exited without providing a reason"), (127, "Runtime exited with error: exit status 127")],
)
def test_sys_exit_recorded(status: int, reason: str) -> None:
    async def main() -> None:
        async with world() as w:
            w.function(leave)
            call = w.call()
            from emulator.services.lambda_.api.invoking import invoke

            answer = await invoke(call, {"FunctionName": "f", "Payload": str(status).encode()})
            expected = (
                f'{{"errorType":"Runtime.ExitError","errorMessage":"RequestId: {call.request_id} Error: {reason}"}}'
            )
            assert answer["Payload"].decode() == expected

    asyncio.run(main())


def test_timeout_is_answered_while_the_thread_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with world() as w:
            w.function(sleepy)
            store_timeout(w, 0.05)
            answer = await w.invoke()
            body = json.loads(answer["Payload"])
            assert list(body) == ["errorType", "errorMessage"]
            assert body["errorType"] == "Sandbox.Timedout"
            assert body["errorMessage"].endswith("Error: Task timed out after 0.05 seconds")
            assert w.clock.busy == 0
            assert "cannot be killed" in caplog.text

    asyncio.run(main())


def store_timeout(w: Any, seconds: float) -> None:
    """Timeouts of less than a second do not exist on AWS; here they keep tests short."""
    from emulator.services.lambda_.store import LambdaStore

    w.ground.cloud.store(LambdaStore, "123456789012", "us-east-1").functions["f"].latest.config["Timeout"] = seconds


def test_timeouts_can_be_switched_off_for_a_debugger() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(sleepy)
            store_timeout(w, 0.01)
            w.ground.settings.inline_timeouts = False
            assert (await w.invoke())["Payload"] == b"null"

    asyncio.run(main())


@pytest.mark.parametrize(
    ("handler", "kind", "message"),
    [
        ("nosuch.handler", "Runtime.ImportModuleError", "Unable to import module 'nosuch': No module named 'nosuch'"),
        (f"{__name__}.nosuch", "Runtime.HandlerNotFound", f"Handler 'nosuch' missing on module '{__name__}'"),
        ("sys.exit", "Runtime.BuiltInModuleConflict", "Cannot use built-in module sys as a handler module"),
        (
            "nodot",
            "Runtime.MalformedHandlerName",
            "Bad handler 'nodot': not enough values to unpack (expected 2, got 1)",
        ),
    ],
)
def test_init_failures(handler: str, kind: str, message: str) -> None:
    async def main() -> None:
        async with world() as w:
            w.function(handler)
            body = json.loads((await w.invoke())["Payload"])
            assert body == {"errorMessage": message, "errorType": kind, "requestId": "", "stackTrace": []}

    asyncio.run(main())


def test_marshal_error() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(unserialisable)
            body = json.loads((await w.invoke())["Payload"])
            assert body["errorType"] == "Runtime.MarshalError"
            assert (
                body["errorMessage"] == "Unable to marshal response: Object of type datetime is not JSON serializable"
            )

    asyncio.run(main())


def test_coroutine_handlers_are_awaited_in_their_own_thread(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with world() as w:
            w.function(coroutine)
            assert (await w.invoke())["Payload"] == b'"awaited"'
            assert "Runtime.MarshalError on AWS" in caplog.text

    asyncio.run(main())


def test_dry_run_checks_and_does_not_run() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(fail)
            assert await w.invoke(InvocationType="DryRun") == {"StatusCode": 204}
            assert w.hops("invoke") == []

    asyncio.run(main())


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({"name": "none"}, "ResourceNotFoundException", "Function not found: {arn}none:$LATEST"),
        ({"Qualifier": "7"}, "ResourceNotFoundException", "Function not found: {arn}f:7"),
        ({"Qualifier": "live"}, "ResourceNotFoundException", "Function not found: {arn}f:live"),
        (
            {"name": "f:1", "Qualifier": "2"},
            "InvalidParameterValueException",
            "The derived qualifier from the function name does not match the specified qualifier.",
        ),
        (
            {"name": "arn:aws:lambda:ap-southeast-1:123456789012:function:f"},
            "ResourceNotFoundException",
            "Functions from 'ap-southeast-1' are not reachable in this region ('us-east-1')",
        ),
        ({"name": "arn:aws:lambda:us-east-1:111111111111:function:f"}, "AccessDeniedException", None),
    ],
)
def test_name_errors_recorded(params: dict[str, Any], code: str, message: str | None) -> None:
    async def main() -> None:
        async with world() as w:
            w.function(echo)
            with pytest.raises(AwsError) as failure:
                await w.invoke(**params)
            assert failure.value.code == code
            arn = "arn:aws:lambda:us-east-1:123456789012:function:"
            assert failure.value.message == (message and message.replace("{arn}", arn))

    asyncio.run(main())


@pytest.mark.parametrize(
    "name",
    [
        "f",
        "function:f",
        "123456789012:function:f",
        "arn:aws:lambda:us-east-1:123456789012:function:f",
        "f:$LATEST",
        "function:f:$LATEST",
    ],
)
def test_name_forms(name: str) -> None:
    async def main() -> None:
        async with world() as w:
            w.function(describe)
            seen = json.loads((await w.invoke(name))["Payload"])
            suffix = ":$LATEST" if "$LATEST" in name else ""
            assert seen["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:f" + suffix

    asyncio.run(main())


def test_too_large_sync_payload() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(echo)
            with pytest.raises(AwsError) as failure:
                await w.invoke(event="x" * 6_291_456)
            assert failure.value.code == "RequestEntityTooLargeException"
            expected = "Request must be smaller than 6291456 bytes for the InvokeFunction operation"
            assert failure.value.message == expected

    asyncio.run(main())


def test_too_large_event() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(echo)
            with pytest.raises(AwsError) as failure:
                await w.invoke(event="x" * (1_048_577 - 2), InvocationType="Event")
            expected = "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"
            assert failure.value.message == expected

    asyncio.run(main())


def test_body_that_is_not_json() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(echo)
            with pytest.raises(AwsError) as failure:
                await w.do("invoke", FunctionName="f", Payload=b"value")
            assert failure.value.code == "InvalidRequestContentException"
            text = str(failure.value.message)
            assert text.startswith(
                "Could not parse request body into json: Could not parse payload into json: "
                "Unrecognized token 'value': was expecting ('true', 'false' or 'null')\n at [Source: REDACTED"
            )

    asyncio.run(main())
