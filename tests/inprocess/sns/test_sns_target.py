"""Topics as targets: of rules, of destinations, of functions' dead letters."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from sns_world import TOPIC, World, world


def succeed(event: Any, context: Any) -> Any:
    return {"done": event}


def fail(event: Any, context: Any) -> Any:
    raise ValueError("intentional failure")


def run(story: Callable[[World], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with world() as w:
            w.topic()
            w.subscribe("sqs", w.queue())
            await story(w)

    asyncio.run(whole())


async def invoke(w: World, event: Any) -> None:
    params = {"FunctionName": "f", "InvocationType": "Event", "Payload": json.dumps(event).encode()}
    assert (await w.run("invoke", params, "lambda"))["StatusCode"] == 202


def test_a_rule_publishes_the_event() -> None:
    async def story(w: World) -> None:
        w.run("put_rule", {"Name": "r", "EventPattern": '{"source":["app"]}'}, "events")
        w.run("put_targets", {"Rule": "r", "Targets": [{"Id": "t", "Arn": TOPIC}]}, "events")
        entry = {"Source": "app", "DetailType": "d", "Detail": '{"x":1}'}
        w.run("put_events", {"Entries": [entry]}, "events")
        (document,) = await w.notifications()
        event = json.loads(document["Message"])
        assert (event["source"], event["detail"]) == ("app", {"x": 1})
        assert ", " not in document["Message"]
        assert not {"Subject", "MessageAttributes"} & set(document)
        kinds = [hop.kind for hop in w.ground.journal.of(w.hops("event")[0].trace)]
        assert kinds[:6] == ["event", "match", "deliver", "publish", "deliver", "enqueue"]

    run(story)


def test_a_rule_whose_topic_is_gone() -> None:
    async def story(w: World) -> None:
        dead = w.queue("dead")
        target = {"Id": "t", "Arn": f"{TOPIC}x", "DeadLetterConfig": {"Arn": dead}}
        w.run("put_rule", {"Name": "r", "EventPattern": '{"source":["app"]}'}, "events")
        w.run("put_targets", {"Rule": "r", "Targets": [target]}, "events")
        w.run("put_events", {"Entries": [{"Source": "app", "DetailType": "d", "Detail": "{}"}]}, "events")
        (message,) = await w.take("dead")
        assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_RESOURCE"

    run(story)


def test_a_destination_record() -> None:
    async def story(w: World) -> None:
        w.function(succeed)
        config = {"FunctionName": "f", "DestinationConfig": {"OnSuccess": {"Destination": TOPIC}}}
        w.run("put_function_event_invoke_config", config, "lambda")
        await invoke(w, {"n": 1})
        (document,) = await w.notifications()
        record = json.loads(document["Message"])
        assert record["requestContext"]["condition"] == "Success"
        assert (record["requestPayload"], record["responsePayload"]) == ({"n": 1}, {"done": {"n": 1}})
        assert "MessageAttributes" not in document

    run(story)


def test_a_function_s_dead_letter() -> None:
    async def story(w: World) -> None:
        w.function(fail, DeadLetterConfig={"TargetArn": TOPIC})
        await invoke(w, {"n": 1})
        await w.clock.advance(180)
        (document,) = await w.notifications()
        assert json.loads(document["Message"]) == {"n": 1}
        attributes = document["MessageAttributes"]
        assert set(attributes) == {"RequestID", "ErrorCode", "ErrorMessage"}
        assert attributes["ErrorCode"] == {"Type": "Number", "Value": "200"}
        assert attributes["ErrorMessage"] == {"Type": "String", "Value": "intentional failure"}

    run(story)


def test_a_fifo_topic_as_destination_loses_the_record() -> None:
    async def story(w: World) -> None:
        topic = w.topic("t.fifo", FifoTopic="true", ContentBasedDeduplication="true")
        w.subscribe("sqs", w.queue("other"), topic)
        w.function(succeed)
        config = {"FunctionName": "f", "DestinationConfig": {"OnSuccess": {"Destination": topic}}}
        w.run("put_function_event_invoke_config", config, "lambda")
        await invoke(w, {})
        assert await w.take("other") == []
        assert [hop.outcome for hop in w.hops("record")] == ["INVALID_PARAMETER"]

    run(story)
