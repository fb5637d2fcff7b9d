"""The same records in both runtimes and on both clocks, for every kind of destination.

Recorded from AWS; for SNS AWS docs.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from lambda_world import ACCOUNT, REGION, World, world, zipped

UUID = "<uuid>"
LATEST = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f:$LATEST"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/b"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:t"
CATCHER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:catcher"
HANDLER = """
    import os, sys, time
    def handler(event, context):
        what = event.get("do")
        if what == "raise":
            raise ValueError("no")
        if what == "exit":
            sys.exit(3)
        if what == "sleep":
            time.sleep(60)
        return {"any": "json"}
"""
caught: list[Any] = []


def catcher(event: Any, context: Any) -> None:
    caught.append(event)


def failed(payload: dict[str, Any], condition: str = "RetriesExhausted", count: int = 3) -> dict[str, Any]:
    return {
        "condition": condition,
        "count": count,
        "context": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "payload": payload,
    }


def platform(error_type: str, reason: str) -> dict[str, Any]:
    return {"errorType": error_type, "errorMessage": f"RequestId: {UUID} Error: {reason}"}


EXPECTED: dict[str, dict[str, Any]] = {
    "return": {
        "condition": "Success",
        "count": 1,
        "context": {"statusCode": 200, "executedVersion": "$LATEST"},
        "payload": {"any": "json"},
    },
    "raise": failed({"errorMessage": "no", "errorType": "ValueError", "requestId": UUID, "stackTrace": "<trace>"}),
    "exit": failed(platform("Runtime.ExitError", "Runtime exited with error: exit status 3")),
    "sleep": failed(platform("Sandbox.Timedout", "Task timed out after 3.00 seconds")),
    "old": failed(
        {"errorMessage": "no", "errorType": "ValueError", "requestId": UUID, "stackTrace": "<trace>"},
        "EventAgeExceeded",
        1,
    ),
    "zero": {"condition": "ZeroReservedConcurrency", "count": 0},
}


def prepare(w: World, what: str, kind: str) -> dict[str, Any]:
    """The function, and the event for it."""
    code = {"ZipFile": zipped(index__py=HANDLER)}
    w.function("index.handler", Code=code, Environment={"Variables": {"EMULATOR_VIRTUAL_SLEEP": "1"}})
    w.ground.settings.runtime = "inline"
    w.function(catcher, "catcher")
    if kind == "worker":
        w.with_workers()
    if what == "zero":
        w.do("put_function_concurrency", FunctionName="f", ReservedConcurrentExecutions=0)
    return {"do": "raise" if what == "old" else what}


async def finish(w: World) -> None:
    if w.clock.mode == "manual":
        await w.clock.advance(600)
    else:
        await w.clock.run_until_idle()


def plain(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what differs from run to run; its key order checked on the way."""
    order = ["version", "timestamp", "requestContext", "requestPayload", "responseContext", "responsePayload"]
    assert list(record) == order[: len(record)]
    request_id = record["requestContext"].pop("requestId")
    record.pop("timestamp")
    text = json.loads(json.dumps(record).replace(request_id, UUID))
    if isinstance(text.get("responsePayload"), dict) and "stackTrace" in text["responsePayload"]:
        text["responsePayload"]["stackTrace"] = "<trace>"
    return dict(text)


def expected(what: str, event: dict[str, Any]) -> dict[str, Any]:
    wanted = EXPECTED[what]
    context = {"functionArn": LATEST, "condition": wanted["condition"], "approximateInvokeCount": wanted["count"]}
    record = {"version": "1.0", "requestContext": context, "requestPayload": event}
    if "context" in wanted:
        record |= {"responseContext": wanted["context"], "responsePayload": wanted["payload"]}
    return record


@pytest.mark.parametrize("what", sorted(EXPECTED))
@pytest.mark.parametrize("mode", ["manual", "auto"])
@pytest.mark.parametrize("kind", ["inline", "worker"])
def test_records_and_dead_letters(kind: str, mode: str, what: str) -> None:
    async def main() -> None:
        caught.clear()
        async with world(mode) as w:
            event = prepare(w, what, kind)
            queue, dead = w.queue("q"), w.queue("dead")
            events, topics = w.catch("events"), w.catch("sns")
            w.do("update_function_configuration", FunctionName="f", DeadLetterConfig={"TargetArn": dead})
            for target in (queue, CATCHER, BUS, TOPIC):
                sides = {"OnSuccess": {"Destination": target}, "OnFailure": {"Destination": target}}
                age = {"MaximumEventAgeInSeconds": 60} if what == "old" else {}
                w.do("put_function_event_invoke_config", FunctionName="f", DestinationConfig=sides, **age)
                await w.send("f", event)
                await finish(w)
            (message,) = await w.take("q", MessageSystemAttributeNames=["AWSTraceHeader"])
            assert "MessageAttributes" not in message
            assert "AWSTraceHeader" in message["Attributes"]
            (to_bus,), (to_topic,) = events, topics
            texts = (message["Body"], to_bus.payload, to_topic.payload)
            for record in (*map(json.loads, texts), *caught):
                assert plain(record) == expected(what, event)
            side = "Success" if what == "return" else "Failure"
            assert dict(to_bus.parameters) == {
                "DetailType": f"Lambda Function Invocation Result - {side}",
                "Source": "lambda",
                "Resources": [BUS, LATEST],
            }
            letters = await w.take("dead")
            assert len(letters) == (0 if what == "return" else 4)
            for letter in letters:
                assert json.loads(letter["Body"]) == event
                if what != "zero":
                    assert letter["MessageAttributes"]["ErrorCode"]["StringValue"] == "200"
                    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"]

    asyncio.run(main())
