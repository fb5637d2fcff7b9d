"""The same records in both runtimes and on both clocks, for every kind of destination and dead-letter target.

Nobody stands in for anybody: queues, topics, functions and buses are the house's own.  A topic is seen through two
queues that subscribe to it, one with raw delivery; a bus through a rule; the function through the record of its own
success.  Recorded from AWS; for SNS AWS docs.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from lambda_world import ACCOUNT, REGION, World, world, zipped

from emulator.services.events.service import SERVICE as EVENTS
from emulator.services.sns.service import SERVICE as SNS

UUID = "<uuid>"
ANY = "<any>"
LATEST = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f:$LATEST"
CATCHER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:catcher"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/b"
TOPIC, DEAD_TOPIC = (f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}" for name in ("t", "dead-t"))
QUEUE, DEAD_QUEUE, CAUGHT = (f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}" for name in ("q", "dead", "caught"))
HANDLER = """
    import os, signal, sys, time
    def handler(event, context):
        what = event.get("do")
        if what == "raise":
            raise ValueError("no")
        if what == "exit":
            sys.exit(3)
        if what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "sleep":
            time.sleep(event["seconds"])
        return {"any": "json"}
    def echo(event, context):
        return event
"""


@dataclass(frozen=True)
class Case:
    """One way in which an event may end.

    ``payload`` is what the function's last run left, None when it never ran; ``unverified`` are members of
    ``requestContext`` that nobody has recorded; ``config`` goes to the event-invoke configuration, ``reserved`` to the
    function; a ``held`` environment keeps the only one busy for so many seconds.
    """

    event: dict[str, Any]
    condition: str
    count: int
    payload: Any = None
    error: str = ""
    config: dict[str, int] | None = None
    reserved: int | None = None
    held: int = 0
    counted: bool = True
    """Whether AWS's count is known: of throttled events it is not."""

    @property
    def succeeds(self) -> bool:
        return self.condition == "Success"


def platform(error_type: str, reason: str) -> dict[str, Any]:
    return {
        "payload": {"errorType": error_type, "errorMessage": f"RequestId: {UUID} Error: {reason}"},
        "error": f"RequestId: {UUID} Error: {reason}",
    }


RAISED = {
    "payload": {"errorMessage": "no", "errorType": "ValueError", "requestId": UUID, "stackTrace": ANY},
    "error": "no",
}
OLD = {"MaximumEventAgeInSeconds": 60}
CASES = {
    "success": Case({"do": "return"}, "Success", 1, {"any": "json"}),
    "error": Case({"do": "raise"}, "RetriesExhausted", 3, **RAISED),
    "exit": Case(
        {"do": "exit"},
        "RetriesExhausted",
        3,
        **platform("Runtime.ExitError", "Runtime exited with error: exit status 3"),
    ),
    "kill": Case(
        {"do": "kill"},
        *("RetriesExhausted", 3),
        **platform("Runtime.ExitError", "Runtime exited with error: signal: killed"),
    ),
    "timeout": Case(
        {"do": "sleep", "seconds": 60},
        *("RetriesExhausted", 3),
        **platform("Sandbox.Timedout", "Task timed out after 5.00 seconds"),
    ),
    "age": Case({"do": "raise"}, "EventAgeExceeded", 1, **RAISED, config=OLD),
    "zero": Case({"do": "return"}, "ZeroReservedConcurrency", 0, reserved=0),
    "throttled": Case({"do": "return"}, "EventAgeExceeded", 0, config=OLD, reserved=1, held=100, counted=False),
    "waited": Case({"do": "return"}, "Success", 1, {"any": "json"}, reserved=1, held=10, counted=False),
}
INLINE = [name for name in CASES if name != "kill"]  # a signal would end the tests


def prepare(w: World) -> None:
    """Everything that the cases share."""
    code = {"ZipFile": zipped(index__py=HANDLER)}
    virtual = {"Variables": {"EMULATOR_VIRTUAL_SLEEP": "1"}}
    w.function("index.handler", Code=code, Environment=virtual)
    w.function("index.echo", "catcher", Code=code)
    for name in ("q", "caught", "dead", "from-bus", "from-topic", "raw", "from-dead", "raw-dead"):
        w.queue(name)
    onward = {"OnSuccess": {"Destination": CAUGHT}}
    w.do("put_function_event_invoke_config", FunctionName="catcher", DestinationConfig=onward)
    for topic, plain, raw in ((TOPIC, "from-topic", "raw"), (DEAD_TOPIC, "from-dead", "raw-dead")):
        w.do("create_topic", "sns", Name=topic.rpartition(":")[2])
        for queue, attributes in ((plain, {}), (raw, {"RawMessageDelivery": "true"})):
            endpoint = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"
            w.do("subscribe", "sns", TopicArn=topic, Protocol="sqs", Endpoint=endpoint, Attributes=attributes)
    w.do("create_event_bus", "events", Name="b")
    w.do("put_rule", "events", Name="r", EventBusName="b", EventPattern='{"source":["lambda"]}')
    target = {"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:from-bus"}
    w.do("put_targets", "events", Rule="r", EventBusName="b", Targets=[target])


async def play(w: World, case: Case) -> None:
    """The event four times, once for each kind of destination, twice for each kind of dead letter."""
    if case.reserved is not None:
        w.do("put_function_concurrency", FunctionName="f", ReservedConcurrentExecutions=case.reserved)
    before = throttled(w)
    for dead, destinations in ((DEAD_QUEUE, (QUEUE, CATCHER)), (DEAD_TOPIC, (BUS, TOPIC))):
        letters = {"TargetArn": dead}
        w.do("update_function_configuration", FunctionName="f", Timeout=case.held + 5, DeadLetterConfig=letters)
        for destination in destinations:
            sides = {side: {"Destination": destination} for side in ("OnSuccess", "OnFailure")}
            config = {"DestinationConfig": sides, **(case.config or {})}
            w.do("put_function_event_invoke_config", FunctionName="f", **config)
            if case.held:
                w.clock.spawn(w.invoke("f", {"do": "sleep", "seconds": case.held}), "the holder")
                await asyncio.sleep(0)
            await w.send("f", case.event)
            if w.clock.mode == "manual":
                await w.clock.advance(600)
            else:
                await w.clock.run_until_idle()
    assert throttled(w) - before == (4 if case.held else 0)
    if case.reserved is not None:
        w.do("delete_function_concurrency", FunctionName="f")


def throttled(w: World) -> int:
    """How many events had to wait for their turn so far."""
    return len({hop.trace for hop in w.hops("retry") if hop.outcome == "throttled"})


# What must arrive


def check_record(text: str, case: Case) -> str:
    """The record is AWS's, keys in order; its request id."""
    record = json.loads(text)
    order = ["version", "timestamp", "requestContext", "requestPayload", "responseContext", "responsePayload"]
    if case.payload is None:
        order = order[:4]
    if case.condition == "EventAgeExceeded" and case.payload is None:  # unverified
        record = {name: record[name] for name in order}
    assert list(record) == order
    assert list(record["requestContext"]) == ["requestId", "functionArn", "condition", "approximateInvokeCount"]
    request_id = str(record["requestContext"]["requestId"])
    assert record.pop("timestamp").endswith("Z")
    if not case.counted:
        record["requestContext"]["approximateInvokeCount"] = case.count
    plain = json.loads(json.dumps(record).replace(request_id, UUID))
    if "stackTrace" in (case.payload or {}):
        plain["responsePayload"]["stackTrace"] = ANY
    context = {
        "requestId": UUID,
        "functionArn": LATEST,
        "condition": case.condition,
        "approximateInvokeCount": case.count,
    }
    wanted: dict[str, Any] = {"version": "1.0", "requestContext": context, "requestPayload": case.event}
    if case.payload is not None:
        failed = {} if case.succeeds else {"functionError": "Unhandled"}
        wanted["responseContext"] = {"statusCode": 200, "executedVersion": "$LATEST", **failed}
        wanted["responsePayload"] = case.payload
    assert plain == wanted
    return request_id


async def one(w: World, name: str) -> dict[str, Any]:
    (message,) = await w.take(name)
    return message


async def body(w: World, name: str) -> str:
    return str((await one(w, name))["Body"])


async def check_queue(w: World, case: Case) -> str:
    message = await one(w, "q")
    assert "MessageAttributes" not in message
    assert "AWSTraceHeader" in message["Attributes"]
    return check_record(message["Body"], case)


async def check_function(w: World, case: Case) -> str:
    """What the function was given, and what it saw."""
    record = json.loads(await body(w, "caught"))
    assert record["requestPayload"] == record["responsePayload"]
    request_id = check_record(json.dumps(record["requestPayload"]), case)
    assert record["requestContext"]["requestId"] != request_id  # an invocation of its own
    return request_id


async def check_bus(w: World, case: Case) -> str:
    event = json.loads(await body(w, "from-bus"))
    order = ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"]
    assert list(event) == order
    request_id = check_record(json.dumps(event.pop("detail")), case)
    assert event | {"id": "", "time": ""} == {
        "version": "0",
        "id": "",
        "detail-type": f"Lambda Function Invocation Result - {'Success' if case.succeeds else 'Failure'}",
        "source": "lambda",
        "account": ACCOUNT,
        "time": "",
        "region": REGION,
        "resources": [BUS, LATEST],
    }
    return request_id


async def check_topic(w: World, case: Case) -> str:
    raw, envelope = await one(w, "raw"), json.loads(await body(w, "from-topic"))
    assert "MessageAttributes" not in raw
    assert (envelope["Type"], envelope["TopicArn"]) == ("Notification", TOPIC)
    assert "MessageAttributes" not in envelope
    assert envelope["Message"] == raw["Body"]
    return check_record(raw["Body"], case)


async def check_letters(w: World, case: Case, request_ids: Iterable[str]) -> None:
    """The events themselves: two in the queue, two in the topic, with what went wrong beside them."""
    queued, raw = await w.take("dead"), await w.take("raw-dead")
    envelopes = [json.loads(message["Body"]) for message in await w.take("from-dead")]
    assert (len(queued), len(raw), len(envelopes)) == ((0, 0, 0) if case.succeeds else (2, 2, 2))
    if case.succeeds:
        return
    to_queue, to_bus, to_function, to_topic = request_ids
    letters = zip([*queued, *raw], (to_queue, to_function, to_bus, to_topic), strict=True)
    for letter, request_id in letters:
        assert json.loads(letter["Body"]) == case.event
        attributes = {name: (one["DataType"], one["StringValue"]) for name, one in letter["MessageAttributes"].items()}
        check_attributes(attributes, case, request_id)
    for envelope, request_id in zip(envelopes, (to_bus, to_topic), strict=True):
        assert (envelope["Type"], envelope["TopicArn"]) == ("Notification", DEAD_TOPIC)
        assert json.loads(envelope["Message"]) == case.event
        attributes = {name: (one["Type"], one["Value"]) for name, one in envelope["MessageAttributes"].items()}
        check_attributes(attributes, case, request_id)


def check_attributes(found: dict[str, tuple[str, str]], case: Case, request_id: str) -> None:
    assert set(found) == {"RequestID", "ErrorCode", "ErrorMessage"}
    assert found["RequestID"] == ("String", request_id)
    assert (found["ErrorCode"][0], found["ErrorMessage"][0]) == ("Number", "String")
    if case.payload is not None:  # code and text of an event that never ran are unverified
        assert found["ErrorCode"][1] == "200"
        assert found["ErrorMessage"][1] == case.error.replace(UUID, request_id)


def run(mode: str, runtime: str, *names: str) -> Any:
    return pytest.param(mode, runtime, names, id=f"{mode}-{runtime}-{names[0] if len(names) == 1 else 'all'}")


RUNS = [
    *(run(mode, "inline", name) for mode in ("manual", "auto") for name in INLINE),
    *(run(mode, "worker", *CASES) for mode in ("manual", "auto")),  # one world: processes cost more than anything else
]


@pytest.mark.parametrize(("mode", "runtime", "names"), RUNS)
def test_records_and_dead_letters(mode: str, runtime: str, names: tuple[str, ...]) -> None:
    async def main() -> None:
        async with world(mode, (SNS, EVENTS)) as w:
            if runtime == "worker":
                w.with_workers()
            prepare(w)
            for name in names:
                case = CASES[name]
                await play(w, case)
                checks = (check_queue, check_bus, check_function, check_topic)
                request_ids = [await check(w, case) for check in checks]
                assert len(set(request_ids)) == 4
                await check_letters(w, case, request_ids)

    asyncio.run(main())
