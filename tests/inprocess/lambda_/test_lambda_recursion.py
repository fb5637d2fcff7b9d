"""Recursive loop detection (AWS docs, "Use Lambda recursive loop detection to prevent infinite loops") and LR-6.

The condition in the record is not asserted: AWS's is not known.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from lambda_world import World, world

from emulator.core.cause import Cause
from emulator.core.errors import AwsError
from emulator.core.units import current_unit
from emulator.services.lambda_.recursion import LIMIT

runs: list[str] = []
here: dict[str, Any] = {}


@pytest.fixture(autouse=True)
def _clean() -> None:
    runs.clear()


def again(event: Any, context: Any) -> None:
    """Invokes itself: by Lambda's API, or through a queue, as the event says."""
    import os

    runs.append(context.aws_request_id)
    w: World = here["world"]
    cause = Cause.from_header(os.environ["_X_AMZN_TRACE_ID"])
    assert cause is not None

    async def send() -> None:
        call = w.call(cause=cause)
        if event.get("queue"):
            from emulator.services.sqs import api_messages

            params = {"QueueUrl": w.url(), "MessageBody": "x"}
            answer = api_messages.send_message(call, params)
            assert answer
            return
        from emulator.services.lambda_.api import invoking

        await invoking.invoke(call, {"FunctionName": "f", "InvocationType": "Event", "Payload": b"{}"})

    async def outside() -> None:
        current_unit.set(None)
        await send()

    asyncio.run_coroutine_threadsafe(outside(), here["loop"]).result(5)


def endless(w: World, **config: Any) -> None:
    here.update(world=w, loop=asyncio.get_running_loop())
    w.function(again, **config)


def test_a_chain_ends_after_16_passes() -> None:
    async def main() -> None:
        async with world() as w:
            w.ground.settings.recursion_detection = True
            dead = w.queue("dead")
            endless(w, DeadLetterConfig={"TargetArn": dead})
            await w.send("f", {"number": 1})
            await w.clock.advance(1)
            assert len(runs) == LIMIT
            (message,) = await w.take("dead")
            assert message["Body"] == "{}"
            warnings = [hop for hop in w.hops("warning") if hop.outcome == "RecursiveInvocation"]
            assert len(warnings) == 1

    asyncio.run(main())


def test_allow_lets_the_chain_run() -> None:
    async def main() -> None:
        async with world() as w:
            w.ground.settings.recursion_detection = True
            endless(w)
            w.do("put_function_recursion_config", FunctionName="f", RecursiveLoop="Allow")
            await w.send("f", {})
            for _ in range(300):
                await asyncio.sleep(0.01)
                if len(runs) > LIMIT + 4:
                    break
            w.do("delete_function", FunctionName="f")
            await asyncio.sleep(0.05)
            assert len(runs) > LIMIT + 4

    asyncio.run(main())


def test_a_synchronous_caller_gets_the_error() -> None:
    async def main() -> None:
        async with world() as w:
            w.ground.settings.recursion_detection = True
            w.function(nothing)
            cause = w.ground.new_cause()
            for number in range(LIMIT):
                hop = w.ground.journal.note(
                    "invoke", "x", "arn:aws:lambda:us-east-1:123456789012:function:f", cause, request_id=str(number)
                )
                cause = hop.cause
            from emulator.services.lambda_.api import invoking

            with pytest.raises(AwsError) as failure:
                await invoking.invoke(w.call(cause=cause), {"FunctionName": "f", "Payload": b"{}"})
            assert failure.value.code == "RecursiveInvocationException"
            w.ground.settings.recursion_detection = False
            answer = await invoking.invoke(w.call(cause=cause), {"FunctionName": "f", "Payload": b"{}"})
            assert answer["Payload"] == b"null"

    asyncio.run(main())


def nothing(event: Any, context: Any) -> None:
    pass


def lineage(event: Any, context: Any) -> Any:
    import os

    return os.environ["_X_AMZN_TRACE_ID"].rpartition("Lineage=")[2]


def test_a_loop_through_a_queue_ends_with_messages_that_return() -> None:
    async def main() -> None:
        async with world() as w:
            w.ground.settings.recursion_detection = True
            dead = w.queue("dead")
            policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": "2"})
            source = w.queue("q", RedrivePolicy=policy)
            here.update(world=w, loop=asyncio.get_running_loop())
            w.function(through_queue)
            w.do("create_event_source_mapping", EventSourceArn=source, FunctionName="f")
            w.put("x")
            await w.clock.advance(120)
            assert len(runs) == LIMIT
            assert len(await w.take("dead")) == 1

    asyncio.run(main())


def through_queue(event: Any, context: Any) -> None:
    again({"queue": True}, context)


def test_the_count_is_in_the_trace_header() -> None:
    async def main() -> None:
        async with world() as w:
            w.ground.settings.recursion_detection = True
            w.function(lineage)
            answer = await w.invoke("f", {})
            assert json.loads(answer["Payload"]).endswith(":1")

    asyncio.run(main())
