"""Event source mappings of queues: batches, windows, partial failures, filters, scaling, states."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from lambda_world import World, world

from emulator.core.errors import AwsError

batches: list[list[dict[str, Any]]] = []
answers: list[Any] = []
gate = threading.Event()


@pytest.fixture(autouse=True)
def _fresh() -> None:
    batches.clear()
    answers.clear()
    gate.clear()


def handle(event: Any, context: Any) -> Any:
    """Answers what the test has prepared; ``fail`` raises."""
    batches.append(event["Records"])
    answer = answers.pop(0) if answers else None
    if answer == "fail":
        raise Exception("batch failed")
    if isinstance(answer, list):  # bodies that failed
        failed = [record["messageId"] for record in event["Records"] if record["body"] in answer]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}
    return answer


def hold(event: Any, context: Any) -> Any:
    batches.append(event["Records"])
    assert gate.wait(5)


def bodies() -> list[list[str]]:
    return [[record["body"] for record in batch] for batch in batches]


def connect(w: World, handler: Any = handle, queue: dict[str, str] | None = None, **params: Any) -> dict[str, Any]:
    w.function(handler)
    arn = w.queue("q.fifo" if (queue or {}).get("FifoQueue") else "q", **(queue or {}))
    answer: dict[str, Any] = w.do("create_event_source_mapping", EventSourceArn=arn, FunctionName="f", **params)
    return answer


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


def counts(w: World, name: str = "q") -> tuple[str, str]:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = w.do("get_queue_attributes", "sqs", QueueUrl=w.url(name), AttributeNames=names)["Attributes"]
    return found[names[0]], found[names[1]]


def test_record_recorded_from_aws() -> None:
    async def main() -> None:
        async with world() as w:
            connect(w)
            author = {"StringValue": "John Grisham", "DataType": "String"}
            identifier = w.put('{"foo": "bar"}', MessageAttributes={"Author": author})
            await w.clock.quiet()
            ((record,),) = batches
            assert list(record) == [
                *("messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfMessageAttributes"),
                *("md5OfBody", "eventSource", "eventSourceARN", "awsRegion"),
            ]
            assert record["messageId"] == identifier
            assert record["body"] == '{"foo": "bar"}'
            assert record["messageAttributes"] == {
                "Author": {
                    "stringValue": "John Grisham",
                    "stringListValues": [],
                    "binaryListValues": [],
                    "dataType": "String",
                }
            }
            assert record["attributes"]["ApproximateReceiveCount"] == "1"
            assert record["attributes"]["SentTimestamp"] == "1700000000000"
            assert record["eventSource"] == "aws:sqs"
            assert record["eventSourceARN"] == "arn:aws:sqs:us-east-1:123456789012:q"
            assert record["awsRegion"] == "us-east-1"
            assert counts(w) == ("0", "0")

    asyncio.run(main())


def test_hash_of_message_attributes_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            connect(w)
            texts = {"Title": "The Whistler", "Author": "John Grisham"}
            attributes = {name: {"StringValue": text, "DataType": "String"} for name, text in texts.items()}
            attributes["WeeksOn"] = {"StringValue": "6", "DataType": "Number"}
            w.put("body", MessageAttributes=attributes)
            await w.clock.quiet()
            ((record,),) = batches
            assert record["md5OfMessageAttributes"] == "d25a6aea97eb8f585bfa92d314504a92"

    asyncio.run(main())


def test_idle_mapping_has_no_timer_and_is_not_busy() -> None:
    async def main() -> None:
        async with world() as w:
            connect(w)
            await w.clock.quiet()
            assert w.clock.status()["timers"] == 0

    asyncio.run(main())


def test_messages_sent_before_the_mapping_are_consumed_in_batches() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(handle)
            arn = w.queue()
            for number in range(12):
                w.put(str(number))
            w.do("create_event_source_mapping", EventSourceArn=arn, FunctionName="f")
            await w.clock.quiet()
            assert sorted(len(batch) for batch in batches) == [2, 10]
            assert sorted((body for batch in bodies() for body in batch), key=int) == [
                str(number) for number in range(12)
            ]

    asyncio.run(main())


def test_failed_batch_returns_after_the_visibility_timeout_and_goes_to_the_dead_letter_queue() -> None:
    async def main() -> None:
        async with world() as w:
            dead = w.queue("dead")
            answers.extend(["fail", "fail"])
            redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 2})
            connect(w, queue={"RedrivePolicy": redrive}, FunctionResponseTypes=["ReportBatchItemFailures"])
            w.put("bad")
            await w.clock.advance(29.999)
            assert len(batches) == 1
            await w.clock.advance(0.001)
            assert [batch[0]["attributes"]["ApproximateReceiveCount"] for batch in batches] == ["1", "2"]
            await w.clock.advance(30)
            assert len(batches) == 2
            assert [message["Body"] for message in await w.take("dead")] == ["bad"]

    asyncio.run(main())


def test_reported_messages_stay_and_the_others_are_deleted() -> None:
    async def main() -> None:
        async with world() as w:
            answers.append(["b"])
            w.function(handle)
            arn = w.queue()
            for body in "abc":
                w.put(body)
            types = ["ReportBatchItemFailures"]
            w.do("create_event_source_mapping", EventSourceArn=arn, FunctionName="f", FunctionResponseTypes=types)
            await w.clock.quiet()
            assert counts(w) == ("0", "1")
            await w.clock.advance(30)
            assert bodies() == [["a", "b", "c"], ["b"]]
            assert counts(w) == ("0", "0")

    asyncio.run(main())


def test_reports_are_ignored_unless_the_mapping_asks_for_them() -> None:
    async def main() -> None:
        async with world() as w:
            answers.append(["a"])
            connect(w)
            w.put("a")
            await w.clock.advance(100)
            assert bodies() == [["a"]]

    asyncio.run(main())


def test_window_collects_until_it_is_over() -> None:
    async def main() -> None:
        async with world() as w:
            connect(w, BatchSize=100, MaximumBatchingWindowInSeconds=5)
            w.put("a")
            await w.clock.advance(3)
            w.put("b")
            await w.clock.advance(1.999)
            assert batches == []
            await w.clock.advance(0.001)
            assert bodies() == [["a", "b"]]
            w.put("c")
            await w.clock.advance(5)
            assert bodies()[1:] == [["c"]]

    asyncio.run(main())


def test_full_batch_does_not_wait_for_the_window() -> None:
    async def main() -> None:
        async with world() as w:
            connect(w, BatchSize=2, MaximumBatchingWindowInSeconds=5)
            w.put("a")
            await w.clock.advance(1)
            w.put("b")
            await w.clock.quiet()
            assert bodies() == [["a", "b"]]

    asyncio.run(main())


def test_fifteen_messages_and_a_window_are_one_batch_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            connect(w, BatchSize=10_000, MaximumBatchingWindowInSeconds=1)
            for number in range(15):
                w.put(str(number))
            await w.clock.advance(1)
            assert [len(batch) for batch in batches] == [15]

    asyncio.run(main())


def test_batch_is_closed_at_6_mb() -> None:
    async def main() -> None:
        async with world() as w:
            connect(w, BatchSize=100, MaximumBatchingWindowInSeconds=1)
            for _ in range(7):
                w.put("x" * 1_000_000)
            await w.clock.advance(2)
            assert [len(batch) for batch in batches] == [6, 1]

    asyncio.run(main())


def test_filtered_messages_are_deleted_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            filters = {"Filters": [{"Pattern": '{"body":{"kind":["wanted"]}}'}]}
            connect(w, FilterCriteria=filters)
            w.put('{"kind":"other"}')
            w.put("not json")
            w.put('{"kind":"wanted"}')
            await w.clock.quiet()
            assert bodies() == [['{"kind":"wanted"}']]
            assert counts(w) == ("0", "0")

    asyncio.run(main())


def test_five_batches_run_at_once_and_the_sixth_waits() -> None:
    async def main() -> None:
        async with world("real") as w:
            connect(w, hold, BatchSize=1)
            for number in range(6):
                w.put(str(number))
            await until(lambda: len(batches) == 5)
            await asyncio.sleep(0.05)
            assert len(batches) == 5
            assert counts(w) == ("1", "5")
            gate.set()
            await until(lambda: len(batches) == 6 and w.clock.busy == 0)

    asyncio.run(main())


def test_maximum_concurrency_recorded() -> None:
    """30 messages, BatchSize 20, window 1, MaximumConcurrency 2: exactly two batches."""

    async def main() -> None:
        async with world() as w:
            scaling = {"MaximumConcurrency": 2}
            connect(w, BatchSize=20, MaximumBatchingWindowInSeconds=1, ScalingConfig=scaling)
            for number in range(30):
                w.put(str(number))
            await w.clock.advance(1)
            assert [len(batch) for batch in batches] == [20, 10]

    asyncio.run(main())


def test_throttled_batch_is_tried_again_until_the_visibility_timeout() -> None:
    async def main() -> None:
        async with world() as w:
            connect(w)
            w.do("put_function_concurrency", FunctionName="f", ReservedConcurrentExecutions=0)
            w.put("a")
            await w.clock.advance(10)
            assert [hop.detail["wait"] for hop in w.hops("retry")] == [1, 2, 4, 8]
            w.do("delete_function_concurrency", FunctionName="f")
            await w.clock.advance(5)
            assert bodies() == [["a"]]
            assert batches[0][0]["attributes"]["ApproximateReceiveCount"] == "1"

    asyncio.run(main())


def test_throttled_too_long_goes_back_to_the_queue() -> None:
    async def main() -> None:
        async with world() as w:
            connect(w)
            w.do("put_function_concurrency", FunctionName="f", ReservedConcurrentExecutions=0)
            w.put("a")
            await w.clock.advance(29)
            w.do("delete_function_concurrency", FunctionName="f")
            await w.clock.advance(1)
            assert batches[0][0]["attributes"]["ApproximateReceiveCount"] == "2"

    asyncio.run(main())


def test_fifo_reported_messages_recorded() -> None:
    """4 messages of a group; 2, 3, 4 reported: they come again together; then 4 again: dead-letter queue."""

    async def main() -> None:
        async with world() as w:
            w.do("create_queue", "sqs", QueueName="dead.fifo", Attributes={"FifoQueue": "true"})
            dead = "arn:aws:sqs:us-east-1:123456789012:dead.fifo"
            redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 2})
            answers.extend([["2", "3", "4"], ["4"]])
            attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true", "RedrivePolicy": redrive}
            w.function(handle)
            arn = w.queue("q.fifo", **attributes)
            for body in "1234":
                w.put(body, "q.fifo", MessageGroupId="g")
            types = ["ReportBatchItemFailures"]
            w.do("create_event_source_mapping", EventSourceArn=arn, FunctionName="f", FunctionResponseTypes=types)
            await w.clock.advance(60)
            assert bodies() == [["1", "2", "3", "4"], ["2", "3", "4"]]
            assert {record["attributes"]["ApproximateReceiveCount"] for record in batches[1]} == {"2"}
            assert [message["Body"] for message in await w.take("dead.fifo")] == ["4"]

    asyncio.run(main())


def test_fifo_group_has_one_batch_in_flight() -> None:
    async def main() -> None:
        async with world("real") as w:
            connect(w, hold, queue={"FifoQueue": "true", "ContentBasedDeduplication": "true"}, BatchSize=1)
            for group, body in (("g", "1"), ("g", "2"), ("h", "3")):
                w.put(body, "q.fifo", MessageGroupId=group)
            await until(lambda: len(batches) == 2)
            await asyncio.sleep(0.05)
            assert sorted(bodies()) == [["1"], ["3"]]
            gate.set()
            await until(lambda: len(batches) == 3)

    asyncio.run(main())


def test_disabled_mapping_does_not_poll_and_enabled_again_does() -> None:
    async def main() -> None:
        async with world() as w:
            uuid = connect(w)["UUID"]
            assert w.do("update_event_source_mapping", UUID=uuid, Enabled=False)["State"] == "Disabling"
            assert w.do("get_event_source_mapping", UUID=uuid)["State"] == "Disabled"
            w.put("a")
            await w.clock.advance(1)
            assert batches == []
            assert w.do("update_event_source_mapping", UUID=uuid, Enabled=True)["State"] == "Enabling"
            await w.clock.quiet()
            assert bodies() == [["a"]]

    asyncio.run(main())


def test_disabling_within_a_window_runs_what_was_received() -> None:
    async def main() -> None:
        async with world() as w:
            uuid = connect(w, MaximumBatchingWindowInSeconds=60)["UUID"]
            w.put("a")
            await w.clock.advance(1)
            w.do("update_event_source_mapping", UUID=uuid, Enabled=False)
            w.do("update_event_source_mapping", UUID=uuid, Enabled=True)
            await w.clock.quiet()
            assert bodies() == [["a"]]

    asyncio.run(main())


def test_deleted_mapping_is_gone() -> None:
    async def main() -> None:
        async with world() as w:
            uuid = connect(w)["UUID"]
            assert w.do("delete_event_source_mapping", UUID=uuid)["State"] == "Deleting"
            w.put("a")
            await w.clock.advance(1)
            assert batches == []
            with pytest.raises(AwsError, match="The resource you requested does not exist"):
                w.do("get_event_source_mapping", UUID=uuid)

    asyncio.run(main())


def test_queue_that_comes_back_is_polled_again() -> None:
    async def main() -> None:
        async with world() as w:
            connect(w)
            w.do("delete_queue", "sqs", QueueUrl=w.url())
            await w.clock.advance(70)
            w.queue()
            w.put("a")
            await w.clock.advance(20)
            assert bodies() == [["a"]]

    asyncio.run(main())


def test_mapping_outlives_its_function_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            uuid = connect(w)["UUID"]
            w.do("delete_function", FunctionName="f")
            w.put("a")
            await w.clock.advance(1)
            assert w.do("get_event_source_mapping", UUID=uuid)["State"] == "Enabled"
            assert counts(w) == ("0", "1")

    asyncio.run(main())


def test_every_trace_of_a_batch_shows_that_its_message_was_handled() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(handle)
            arn = w.queue()
            w.put("a")
            w.put("b")
            w.do("create_event_source_mapping", EventSourceArn=arn, FunctionName="f")
            await w.clock.quiet()
            journal = w.ground.journal
            first, second = (hop.trace for hop in w.hops("enqueue"))
            assert [hop.kind for hop in journal.of(first)] == ["enqueue", "receive", "invoke", "result", "delete"]
            assert [hop.kind for hop in journal.of(second)] == ["enqueue", "receive", "receive", "delete"]
            (invoke,) = w.hops("invoke")
            assert invoke.detail["traces"] == [first, second]
            assert journal.of(second)[2].detail["invoke"] == invoke.id
            assert journal.of(second)[2].detail["invoked_in"] == first

    asyncio.run(main())


def test_answer_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            answer = connect(w)
            uuid = answer["UUID"]
            assert answer == {
                "UUID": uuid,
                "BatchSize": 10,
                "MaximumBatchingWindowInSeconds": 0,
                "EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:q",
                "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f",
                "LastModified": 1_700_000_000.0,
                "State": "Creating",
                "StateTransitionReason": "USER_INITIATED",
                "FunctionResponseTypes": [],
                "EventSourceMappingArn": f"arn:aws:lambda:us-east-1:123456789012:event-source-mapping:{uuid}",
            }
            assert w.do("get_event_source_mapping", UUID=uuid)["State"] == "Enabled"

    asyncio.run(main())


QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"EventSourceArn": None}, "Unrecognized event source."),
        ({"FunctionName": "none"}, "Function does not exist"),
        (
            {"EventSourceArn": QUEUE + "x"},
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error "
            "Message: The specified queue does not exist.",
        ),
        (
            {"DestinationConfig": {"OnFailure": {"Destination": QUEUE}}},
            "Unsupported DestinationConfig parameter for given event source mapping type.",
        ),
        (
            {"BatchSize": 11},
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
        ),
        ({"FilterCriteria": {"Filters": [{"Pattern": "null"}]}}, "Invalid filter pattern definition."),
        ({"FilterCriteria": {"Filters": [{"Pattern": '{"eventSource":[]}'}]}}, "Invalid filter pattern definition."),
    ],
)
def test_refused_recorded(params: dict[str, Any], message: str) -> None:
    async def main() -> None:
        async with world() as w:
            w.function(handle)
            w.queue()
            with pytest.raises(AwsError) as failure:
                w.do("create_event_source_mapping", **({"EventSourceArn": QUEUE, "FunctionName": "f"} | params))
            assert (failure.value.code, failure.value.message) == ("InvalidParameterValueException", message)

    asyncio.run(main())


def test_double_mapping_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            uuid = connect(w)["UUID"]
            name = "arn:aws:lambda:us-east-1:123456789012:function:f"
            with pytest.raises(AwsError) as failure:
                w.do("create_event_source_mapping", EventSourceArn=QUEUE, FunctionName=name)
            assert failure.value.code == "ResourceConflictException"
            assert failure.value.message == (
                f'An event source mapping with SQS arn (" {QUEUE} ") and function (" f ") already exists. Please '
                f"update or delete the existing mapping with UUID {uuid}"
            )

    asyncio.run(main())


def test_empty_filters_are_accepted_and_left_out_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            assert "FilterCriteria" not in connect(w, FilterCriteria={"Filters": []})

    asyncio.run(main())


def test_list_by_source_and_function() -> None:
    async def main() -> None:
        async with world() as w:
            uuid = connect(w)["UUID"]
            listed = w.do("list_event_source_mappings", EventSourceArn=QUEUE, FunctionName="f")
            assert [entry["UUID"] for entry in listed["EventSourceMappings"]] == [uuid]
            assert w.do("list_event_source_mappings", FunctionName="none") == {"EventSourceMappings": []}

    asyncio.run(main())


def test_a_scaled_clock_does_not_take_messages_from_a_handler_that_computes() -> None:
    """Execution is paid in real seconds: 0.2 of them are 200 s on this clock, and the queue's timeout is 30."""

    async def main() -> None:
        async with world("1000x") as w:
            connect(w, hold)
            w.put("slow")
            await until(lambda: len(batches) == 1)
            began = w.clock.now()
            await until(lambda: w.clock.now() > began + 200)
            assert len(batches) == 1
            gate.set()
            await until(lambda: counts(w) == ("0", "0"))
            assert len(batches) == 1

    asyncio.run(main())
