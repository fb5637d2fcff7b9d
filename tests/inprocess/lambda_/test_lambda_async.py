"""The asynchronous queue: instants, conditions, records, dead letters."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from lambda_world import World, world

LATEST_ARN = "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST"
seen: list[tuple[str, Any]] = []
gate = threading.Event()


@pytest.fixture(autouse=True)
def _fresh() -> None:
    seen.clear()
    gate.clear()


def succeed(event: Any, context: Any) -> Any:
    seen.append((context.aws_request_id, event))
    return {"statusCode": 200}


def fail(event: Any, context: Any) -> Any:
    seen.append((context.aws_request_id, event))
    raise Exception("intentional failure")


def fail_twice(event: Any, context: Any) -> Any:
    seen.append((context.aws_request_id, event))
    if len(seen) < 3:
        raise Exception("not yet")
    return len(seen)


def wait_for_gate(event: Any, context: Any) -> Any:
    seen.append((context.aws_request_id, event))
    assert gate.wait(5)


def configure(w: World, **config: Any) -> None:
    w.do("put_function_event_invoke_config", FunctionName="f", **config)


async def until(condition: Callable[[], bool]) -> None:
    """Real time: the clock cannot be advanced while a handler is busy."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


def to(arn: str, both: bool = True) -> dict[str, Any]:
    sides = ("OnSuccess", "OnFailure") if both else ("OnFailure",)
    return {side: {"Destination": arn} for side in sides}


def test_failed_events_run_again_after_60_and_120_seconds_with_the_same_request_id() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(fail)
            configure(w, DestinationConfig=to(w.queue()))
            await w.send(event={"message": "m"})
            await w.clock.advance(59.999)
            assert w.times() == [0]
            await w.clock.advance(0.001)
            assert w.times() == [0, 60]
            await w.clock.advance(119.999)
            assert w.times() == [0, 60]
            await w.clock.advance(0.001)
            assert w.times() == [0, 60, 180]
            assert [hop.attempt for hop in w.hops("invoke")] == [1, 2, 3]
            assert [hop.detail["wait"] for hop in w.hops("retry")] == [60, 120]
            assert len({request_id for request_id, _ in seen}) == 1
            await w.clock.advance(100_000)
            assert len(seen) == 3
            assert w.clock.busy == 0

    asyncio.run(main())


def test_record_after_retries_recorded_from_aws() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(fail)
            configure(w, DestinationConfig=to(w.queue()))
            await w.send(event={"message": "m"})
            await w.clock.advance(180)
            (message,) = await w.take()
            assert "MessageAttributes" not in message
            assert "AWSTraceHeader" in message["Attributes"]
            record = json.loads(message["Body"])
            assert list(record) == [
                *("version", "timestamp", "requestContext", "requestPayload", "responseContext", "responsePayload")
            ]
            assert record["version"] == "1.0"
            assert record["timestamp"] == "2023-11-14T22:16:20.000Z"
            assert record["requestContext"] == {
                "requestId": seen[0][0],
                "functionArn": LATEST_ARN,
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 3,
            }
            assert list(record["requestContext"]) == ["requestId", "functionArn", "condition", "approximateInvokeCount"]
            assert record["requestPayload"] == {"message": "m"}
            assert record["responseContext"] == {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled",
            }
            payload = record["responsePayload"]
            assert payload["errorMessage"] == "intentional failure"
            assert payload["errorType"] == "Exception"
            assert payload["requestId"] == seen[0][0]

    asyncio.run(main())


def test_success_record_counts_runs() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(fail_twice)
            configure(w, DestinationConfig=to(w.queue()))
            await w.send()
            await w.clock.advance(180)
            (record,) = await w.records()
            assert record["requestContext"]["condition"] == "Success"
            assert record["requestContext"]["approximateInvokeCount"] == 3
            assert record["requestPayload"] == {}
            assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
            assert record["responsePayload"] == 3

    asyncio.run(main())


def test_numbers_keep_their_form_in_records() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(succeed)
            configure(w, DestinationConfig=to(w.queue()))
            await w.do("invoke", FunctionName="f", InvocationType="Event", Payload=b'{"n":1.10,"big":1e400}')
            await w.clock.quiet()
            (message,) = await w.take()
            assert '"requestPayload":{"n":1.10,"big":1e400}' in message["Body"]

    asyncio.run(main())


@pytest.mark.parametrize(("age", "runs"), [(60, 1), (90, 2)])
def test_event_age_looks_ahead_recorded(age: int, runs: int) -> None:
    async def main() -> None:
        async with world() as w:
            w.function(fail)
            configure(w, MaximumEventAgeInSeconds=age, DestinationConfig=to(w.queue(), both=False))
            await w.send()
            await w.clock.advance(60 * (runs - 1))
            (record,) = await w.records()
            assert record["requestContext"]["condition"] == "EventAgeExceeded"
            assert record["requestContext"]["approximateInvokeCount"] == runs
            assert record["responseContext"]["functionError"] == "Unhandled"

    asyncio.run(main())


def test_no_retries() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(fail)
            configure(w, MaximumRetryAttempts=0, DestinationConfig=to(w.queue()))
            await w.send()
            await w.clock.quiet()
            (record,) = await w.records()
            assert record["requestContext"]["condition"] == "RetriesExhausted"
            assert record["requestContext"]["approximateInvokeCount"] == 1

    asyncio.run(main())


def test_reserved_concurrency_zero_never_runs_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(succeed)
            configure(w, DestinationConfig=to(w.queue()))
            w.do("put_function_concurrency", FunctionName="f", ReservedConcurrentExecutions=0)
            await w.send()
            await w.clock.quiet()
            (record,) = await w.records()
            assert list(record) == ["version", "timestamp", "requestContext", "requestPayload"]
            assert record["requestContext"]["condition"] == "ZeroReservedConcurrency"
            assert record["requestContext"]["approximateInvokeCount"] == 0
            assert seen == []

    asyncio.run(main())


def test_second_event_waits_for_the_reserved_slot_recorded() -> None:
    async def main() -> None:
        async with world("real") as w:
            w.function(wait_for_gate, Timeout=60)
            w.do("put_function_concurrency", FunctionName="f", ReservedConcurrentExecutions=1)
            await w.send(event=1)
            await w.send(event=2)
            await until(lambda: bool(seen and w.hops("retry")))
            (hop,) = w.hops("retry")
            assert hop.outcome == "throttled"
            assert hop.detail["wait"] == 1
            assert [event for _, event in seen] == [1]
            gate.set()
            await until(lambda: len(seen) == 2 and w.clock.busy == 0)
            assert [hop.attempt for hop in w.hops("invoke")] == [1, 1]

    asyncio.run(main())


def test_queued_events_run_the_current_code() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(fail)
            configure(w, DestinationConfig=to(w.queue()))
            await w.send()
            await w.clock.advance(30)
            w.do("update_function_configuration", FunctionName="f", Handler=f"{__name__}:succeed")
            await w.clock.advance(30)
            (record,) = await w.records()
            assert record["requestContext"]["condition"] == "Success"
            assert record["requestContext"]["approximateInvokeCount"] == 2

    asyncio.run(main())


def test_events_of_a_deleted_function_are_dropped() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(fail)
            await w.send()
            await w.clock.advance(30)
            w.do("delete_function", FunctionName="f")
            await w.clock.advance(30)
            assert len(seen) == 1
            assert [hop.outcome for hop in w.hops("warning")] == ["dropped"]

    asyncio.run(main())


def test_settings_belong_to_the_invoked_qualifier() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(fail, Publish=True)
            w.do("create_alias", FunctionName="f", Name="live", FunctionVersion="1")
            queue = w.queue()
            w.do(
                "put_function_event_invoke_config",
                FunctionName="f:live",
                MaximumRetryAttempts=0,
                DestinationConfig=to(queue),
            )
            await w.send("f:live")
            await w.clock.quiet()
            (record,) = await w.records()
            assert record["requestContext"]["functionArn"].endswith(":function:f:live")
            assert record["responseContext"]["executedVersion"] == "1"

    asyncio.run(main())


def test_dead_letter_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(fail, DeadLetterConfig={"TargetArn": w.queue("dead")})
            configure(w, MaximumRetryAttempts=0, DestinationConfig=to(w.queue()))
            await w.do("invoke", FunctionName="f", InvocationType="Event", Payload=b'{ "a": 1 }')
            await w.clock.quiet()
            (message,) = await w.take("dead")
            assert message["Body"] == '{ "a": 1 }'
            assert message["MessageAttributes"] == {
                "RequestID": {"DataType": "String", "StringValue": seen[0][0]},
                "ErrorCode": {"DataType": "Number", "StringValue": "200"},
                "ErrorMessage": {"DataType": "String", "StringValue": "intentional failure"},
            }
            assert len(await w.records()) == 1  # both fire

    asyncio.run(main())


def test_no_dead_letter_after_success() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(succeed, DeadLetterConfig={"TargetArn": w.queue("dead")})
            await w.send()
            await w.clock.quiet()
            assert await w.take("dead") == []

    asyncio.run(main())


def test_lambda_destination_gets_the_record_as_an_event_of_its_own() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(succeed, "g")
            w.function(fail)
            arn = "arn:aws:lambda:us-east-1:123456789012:function:g"
            configure(w, MaximumRetryAttempts=0, DestinationConfig=to(arn))
            await w.send()
            await w.clock.quiet()
            (first, _), (second, record) = seen
            assert first != second
            assert record["requestContext"]["requestId"] == first
            assert len({hop.trace for hop in w.hops("invoke")}) == 1

    asyncio.run(main())


@pytest.mark.parametrize(("handler", "word"), [(succeed, "Success"), (fail, "Failure")])
def test_eventbridge_destination_recorded(handler: Any, word: str) -> None:
    async def main() -> None:
        async with world() as w:
            parcels = w.catch("events")
            w.function(handler)
            bus = "arn:aws:events:us-east-1:123456789012:event-bus/my-bus"
            configure(w, MaximumRetryAttempts=0, DestinationConfig=to(bus))
            await w.send()
            await w.clock.quiet()
            (parcel,) = parcels
            assert parcel.parameters == {
                "DetailType": f"Lambda Function Invocation Result - {word}",
                "Source": "lambda",
                "Resources": [bus, LATEST_ARN],
            }
            assert json.loads(parcel.payload)["version"] == "1.0"

    asyncio.run(main())


def test_record_that_cannot_be_delivered_is_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with world() as w:
            w.function(succeed)
            queue = w.queue()
            configure(w, DestinationConfig=to(queue))
            w.do("delete_queue", "sqs", QueueUrl=w.url())
            await w.send()
            await w.clock.quiet()
            from emulator.services.lambda_.store import store_of

            assert store_of(w.ground, "123456789012", "us-east-1").destination_delivery_failures == 1
            assert seen[0][0] in caplog.text

    asyncio.run(main())


def test_one_trace_from_event_to_record() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(fail)
            configure(w, MaximumRetryAttempts=1, DestinationConfig=to(w.queue()))
            await w.send()
            await w.clock.advance(60)
            (trace,) = w.ground.journal.traces()
            kinds = [hop.kind for hop in w.ground.journal.of(trace) if hop.kind != "log"]
            assert kinds == ["invoke", "result", "retry", "invoke", "result", "record", "enqueue"]
            hops = [hop for hop in w.ground.journal.of(trace) if hop.kind != "log"]
            assert all(later.parent == earlier.id for earlier, later in pairwise(hops))
            assert [hop.outcome for hop in hops if hop.kind == "result"] == ["Exception", "Exception"]

    asyncio.run(main())


def test_synchronous_failures_leave_no_record() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(fail)
            configure(w, DestinationConfig=to(w.queue()))
            await w.invoke()
            await w.clock.advance(1000)
            assert await w.take() == []
            assert len(seen) == 1

    asyncio.run(main())
