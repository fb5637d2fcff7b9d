"""Pipes that read a queue (AWS docs, EventBridge Pipes: batching, filtering, enrichment, input transformation)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pipes_world import ACCOUNT, FIRE, REGION, World, in_world

from emulator.core.courier import FunctionResult, Parcel
from emulator.core.errors import AwsError

SEEN: list[Any] = []


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    SEEN.clear()


def note(event: Any, context: Any) -> None:
    SEEN.append(event)


def fail(event: Any, context: Any) -> None:
    SEEN.append(event)
    raise RuntimeError("no")


def bodies_of(event: list[dict[str, Any]]) -> list[str]:
    return [record["body"] for record in event]


def fail_odd(event: Any, context: Any) -> dict[str, Any]:
    SEEN.append(bodies_of(event))
    return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in event if int(r["body"]) % 2]}


def letters(event: Any, context: Any) -> Any:
    return [{"letter": letter} for record in event for letter in json.loads(record["body"])]


def one(event: Any, context: Any) -> Any:
    return {"count": len(event)}


def nothing(event: Any, context: Any) -> Any:
    return json.loads(event[0]["body"])


@in_world
async def test_a_function_gets_a_bare_array_of_records(w: World) -> None:
    await w.pipe(await w.queue(), await w.function(note))
    await w.put("hello")
    ((record,),) = SEEN
    assert list(record) == [
        *("messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody"),
        *("eventSource", "eventSourceARN", "awsRegion"),
    ]
    assert (record["body"], record["eventSource"], record["awsRegion"]) == ("hello", "aws:sqs", REGION)
    assert await w.left() == (0, 0)
    assert w.outcomes() == ["ok"]


@in_world
async def test_every_hop_stands_in_the_trace_of_its_message(w: World) -> None:
    await w.pipe(await w.queue(), await w.function(note))
    await w.put("hello")
    (pipe,) = w.hops("pipe")
    assert pipe.target == f"arn:aws:pipes:{REGION}:{ACCOUNT}:pipe/p"
    kinds = [hop.kind for hop in w.ground.journal.of(pipe.trace) if hop.kind != "api"]
    assert kinds == ["enqueue", "receive", "pipe", "deliver", "invoke", "result", "delete"]
    (invoke,) = w.hops("invoke")
    assert invoke.source == pipe.target


@in_world
async def test_a_failed_batch_returns_to_its_queue(w: World) -> None:
    await w.pipe(await w.queue(VisibilityTimeout="30"), await w.function(fail))
    await w.put("hello")
    assert (len(SEEN), await w.left(), w.outcomes()) == (1, (0, 1), ["ERROR_FROM_TARGET"])
    await w.clock.advance(30)
    assert len(SEEN) == 2


@in_world
async def test_items_that_failed_alone_return_alone(w: World) -> None:
    source = await w.queue(VisibilityTimeout="30")
    await w.put("1", "2", "3", "4")
    await w.pipe(source, await w.function(fail_odd))
    await w.clock.quiet()
    assert (SEEN, await w.left()) == ([["1", "2", "3", "4"]], (0, 2))
    await w.clock.advance(30)
    assert SEEN[1:] == [["1", "3"]]


@in_world
async def test_a_function_may_be_told_without_waiting(w: World) -> None:
    parameters = {"LambdaFunctionParameters": {"InvocationType": "FIRE_AND_FORGET"}}
    await w.pipe(await w.queue(), await w.function(fail), TargetParameters=parameters)
    await w.put("hello")
    assert (w.outcomes(), await w.left()) == (["ok"], (0, 0))
    await w.clock.advance(180)
    assert len(SEEN) == 3  # the retries are Lambda's


@pytest.mark.parametrize(
    ("pattern", "taken"),
    [
        ({"body": {"city": [{"prefix": "Seat"}]}}, ['{"city":"Seattle"}']),
        ({"body": {"city": [{"anything-but": {"prefix": "Seat"}}]}}, ['{"city":"Bonn"}']),
        ({"body": ["plain"]}, ["plain"]),
        ({"attributes": {"MessageGroupId": [{"exists": False}]}}, ['{"city":"Seattle"}', '{"city":"Bonn"}', "plain"]),
    ],
)
@in_world
async def test_messages_that_no_filter_accepts_are_deleted(w: World, pattern: dict[str, Any], taken: list[str]) -> None:
    filters = {"FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)}]}}
    await w.pipe(await w.queue(), await w.function(note), SourceParameters=filters)
    await w.put('{"city":"Seattle"}', '{"city":"Bonn"}', "plain")
    assert sorted(body for event in SEEN for body in bodies_of(event)) == sorted(taken)
    assert await w.left() == (0, 0)


@in_world
async def test_the_shape_of_each_record(w: World) -> None:
    template = (
        '{"order": <$.body.order>, "text": "no <$.body.order.id>", "from": "<aws.pipes.pipe-name>", '
        '"at": <aws.pipes.event.ingestion-time>, "none": <$.body.none>}'
    )
    await w.pipe(await w.queue(), await w.function(note), TargetParameters={"InputTemplate": template})
    await w.put({"order": {"id": 7}})
    order = {"order": {"id": 7}, "text": "no 7", "from": "p", "at": "2023-11-14T22:13:20.000Z", "none": ""}
    assert [[order]] == SEEN


@in_world
async def test_the_body_alone_is_what_it_holds(w: World) -> None:
    await w.pipe(await w.queue(), await w.function(note), TargetParameters={"InputTemplate": "<$.body>"})
    await w.put({"id": 1}, "plain")
    assert SEEN == [[{"id": 1}, "plain"]]


@in_world
async def test_a_template_that_gives_no_json_fails_the_batch(w: World) -> None:
    await w.pipe(await w.queue(), await w.function(note), TargetParameters={"InputTemplate": "{<$.body>}"})
    await w.put("hello")
    assert (SEEN, w.outcomes(), await w.left()) == ([], ["INVALID_JSON"], (0, 1))


@in_world
async def test_an_enrichment_answers_what_the_target_gets(w: World) -> None:
    enrichment = await w.function(letters, "letters")
    await w.pipe(await w.queue(), await w.function(note), Enrichment=enrichment)
    await w.put(["a", "b"])
    assert SEEN == [[{"letter": "a"}, {"letter": "b"}]]


@in_world
async def test_one_answer_of_an_enrichment_is_not_wrapped(w: World) -> None:
    await w.pipe(await w.queue(), await w.function(note), Enrichment=await w.function(one, "one"))
    await w.put("x")
    assert SEEN == [{"count": 1}]


@pytest.mark.parametrize(("answer", "called"), [("", 0), ({}, 0), ([], 0), ([{}], 1)])
@in_world
async def test_an_empty_answer_of_an_enrichment_ends_the_passage(w: World, answer: Any, called: int) -> None:
    await w.pipe(await w.queue(), await w.function(note), Enrichment=await w.function(nothing, "nothing"))
    await w.put(json.dumps(answer))
    assert (len(SEEN), w.outcomes(), await w.left()) == (called, ["ok"], (0, 0))


@in_world
async def test_a_failed_enrichment_fails_the_batch(w: World) -> None:
    await w.pipe(await w.queue(), await w.function(note), Enrichment=await w.function(fail, "fails"))
    await w.put("x")
    assert (len(SEEN), w.outcomes(), await w.left()) == (1, ["ERROR_FROM_TARGET"], (0, 1))
    assert w.hops("pipe")[0].detail["error"] == "RuntimeError: no"


@in_world
async def test_an_express_state_machine_enriches(w: World) -> None:
    machine = await w.machine({"Type": "Pass", "InputPath": "$[0].body"}, {"Type": "Pass"})
    enrichment = {"InputTemplate": '{"body": "<$.body>!"}'}
    await w.pipe(await w.queue(), await w.function(note), Enrichment=machine, EnrichmentParameters=enrichment)
    await w.put("x")
    assert SEEN == ["x!"]


@in_world
async def test_an_execution_for_each_batch(w: World) -> None:
    machine = await w.machine({"Type": "Pass"}, kind="STANDARD")
    source = await w.queue()
    await w.put("1", "2")
    await w.pipe(source, machine, TargetParameters={**FIRE, "InputTemplate": "<$.body>"})
    await w.clock.quiet()
    (execution,) = (await w.do("ListExecutions", "stepfunctions", stateMachineArn=machine))["executions"]
    described = await w.do("DescribeExecution", "stepfunctions", executionArn=execution["executionArn"])
    assert (described["status"], described["input"]) == ("SUCCEEDED", "[1,2]")
    assert w.hops("pipe")[0].trace in {hop.trace for hop in w.hops("state-enter")}


@pytest.mark.parametrize(
    ("states", "outcome", "left"),
    [
        ([{"Type": "Pass"}], "ok", (0, 0)),
        ([{"Type": "Fail", "Error": "E", "Cause": "C"}], "ERROR_FROM_TARGET", (0, 1)),
    ],
)
@in_world
async def test_an_express_execution_is_waited_for(
    w: World, states: list[Any], outcome: str, left: tuple[int, int]
) -> None:
    await w.pipe(await w.queue(), await w.machine(*states))
    await w.put("x")
    assert (w.outcomes(), await w.left()) == ([outcome], left)


@in_world
async def test_items_that_an_express_execution_names_return_alone(w: World) -> None:
    source = await w.queue()
    await w.put("1", "2")
    failed = {"batchItemFailures": [{"itemIdentifier.$": "$[0].messageId"}]}
    await w.pipe(source, await w.machine({"Type": "Pass", "Parameters": failed}))
    await w.clock.quiet()
    assert (w.outcomes(), await w.left()) == (["returned"], (0, 1))


@in_world
async def test_a_queue_gets_one_message_for_each_record(w: World) -> None:
    target = await w.queue("out.fifo", FifoQueue="true")
    ids = {"MessageGroupId": "$.body.customer", "MessageDeduplicationId": "$.messageId"}
    parameters = {"SqsQueueParameters": ids, "InputTemplate": "<$.body>"}
    source = await w.queue()
    await w.put({"customer": "ada", "n": 1}, {"customer": 7, "n": 2})
    await w.pipe(source, target, TargetParameters=parameters)
    await w.clock.quiet()
    taken = await w.take("out.fifo")
    assert [(m["Attributes"]["MessageGroupId"], json.loads(m["Body"])["n"]) for m in taken] == [
        ("ada", 1),
        ("7", 2),
    ]


@in_world
async def test_a_record_that_a_queue_refuses_returns_alone(w: World) -> None:
    target = await w.queue("out", MaximumMessageSize="1024")
    source = await w.queue()
    await w.put("short", "long" * 1000)
    await w.pipe(source, target, TargetParameters={"InputTemplate": "<$.body>"})
    await w.clock.quiet()
    assert await w.bodies("out") == ["short"]
    assert (w.outcomes(), await w.left()) == (["returned"], (0, 1))


@in_world
async def test_a_topic_gets_one_message_for_each_record(w: World) -> None:
    topic = (await w.do("CreateTopic", "sns", Name="t"))["TopicArn"]
    raw = {"RawMessageDelivery": "true"}
    endpoint = await w.queue("out")
    await w.do("Subscribe", "sns", TopicArn=topic, Protocol="sqs", Endpoint=endpoint, Attributes=raw)
    await w.pipe(await w.queue(), topic, TargetParameters={"InputTemplate": '{"n": <$.body>}'})
    await w.put("5")
    assert await w.bodies("out") == [{"n": 5}]


@in_world
async def test_a_bus_gets_one_event_for_each_record(w: World) -> None:
    bus, out = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default", await w.queue("out")
    await w.do("PutRule", "events", Name="r", EventPattern='{"source":["shop"]}')
    await w.do("PutTargets", "events", Rule="r", Targets=[{"Id": "1", "Arn": out}])
    envelope = {"Source": "shop", "DetailType": "$.body.kind", "Time": "$.body.at", "Resources": ["$.messageId"]}
    shape = {"EventBridgeEventBusParameters": envelope, "InputTemplate": '{"order": <$.body.order>}'}
    await w.pipe(await w.queue(), bus, TargetParameters=shape)
    await w.put({"kind": "ordered", "order": 7, "at": "2024-01-02T03:04:05Z"})
    (event,) = await w.bodies("out")
    assert (event["detail-type"], event["detail"]) == ("ordered", {"order": 7})
    assert (event["time"], len(event["resources"][0])) == ("2024-01-02T03:04:05Z", 36)


@in_world
async def test_a_log_group_gets_one_line_for_each_record(w: World) -> None:
    await w.do("CreateLogGroup", "logs", logGroupName="/seen")
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/seen"
    place = {"CloudWatchLogsParameters": {"LogStreamName": "s", "Timestamp": "$.body.at"}}
    await w.pipe(await w.queue(), group, TargetParameters={**place, "InputTemplate": "<$.body>"})
    await w.put({"at": 1600000000000}, {"at": "never"})
    (event,) = (await w.do("GetLogEvents", "logs", logGroupName="/seen", logStreamName="s"))["events"]
    assert (event["timestamp"], event["message"]) == (1600000000000, '{"at":1600000000000}')
    assert w.outcomes() == ["returned"]


@in_world
async def test_what_is_not_an_object_is_no_event(w: World) -> None:
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
    await w.pipe(await w.queue(), bus, TargetParameters={"InputTemplate": "<$.body>"})
    await w.put("5")
    assert (w.outcomes(), await w.left()) == (["INVALID_JSON"], (0, 1))


@in_world
async def test_a_missing_target_fails_the_batch_until_it_is_there(w: World) -> None:
    await w.pipe(await w.queue(), f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f")
    await w.put("hello")
    assert w.outcomes() == ["NO_RESOURCE"]
    await w.function(note)
    await w.clock.advance(30)
    assert (w.outcomes(), len(SEEN)) == (["NO_RESOURCE", "ok"], 1)


@in_world
async def test_a_passage_ends_after_five_minutes(w: World) -> None:

    async def slow(parcel: Parcel) -> FunctionResult:
        await w.clock.sleep(301)
        return FunctionResult(b"null", None, "$LATEST", "r")

    target = await w.function(note)
    await w.pipe(await w.queue(VisibilityTimeout="600"), target)
    w.ground.courier.register_target("lambda", slow)
    await w.put("hello")
    await w.clock.advance(299)
    assert w.hops("pipe")[0].ended is None
    await w.clock.advance(1)
    assert w.outcomes() == ["TIMEOUT"]


@in_world
async def test_a_window_fills_a_batch(w: World) -> None:
    sizes = {"SqsQueueParameters": {"BatchSize": 3, "MaximumBatchingWindowInSeconds": 20}}
    await w.pipe(await w.queue(), await w.function(note), SourceParameters=sizes)
    await w.put("1", "2")
    assert SEEN == []
    await w.put("3", "4")
    assert [bodies_of(event) for event in SEEN] == [["1", "2", "3"]]
    await w.clock.advance(20)
    assert [bodies_of(event) for event in SEEN[1:]] == [["4"]]


@in_world
async def test_a_stopped_pipe_reads_nothing(w: World) -> None:
    await w.pipe(await w.queue(), await w.function(note), DesiredState="STOPPED")
    await w.put("1")
    assert (SEEN, await w.left()) == ([], (1, 0))
    assert (await w.do("StartPipe", Name="p"))["CurrentState"] == "STARTING"
    await w.clock.quiet()
    assert (len(SEEN), (await w.do("DescribePipe", Name="p"))["CurrentState"]) == (1, "RUNNING")
    assert (await w.do("StopPipe", Name="p"))["CurrentState"] == "STOPPING"
    await w.put("2")
    assert (len(SEEN), await w.left()) == (1, (1, 0))


@in_world
async def test_an_update_counts_from_the_next_batch_on(w: World) -> None:
    await w.pipe(await w.queue(), await w.function(note))
    await w.put("1")
    answer = await w.do("UpdatePipe", Name="p", RoleArn="arn:aws:iam::123456789012:role/r", Target=await w.queue("out"))
    assert answer["CurrentState"] == "UPDATING"
    await w.put("2")
    assert ([bodies_of(event) for event in SEEN], bodies_of(await w.bodies("out"))) == ([["1"]], ["2"])


@in_world
async def test_a_deleted_pipe_is_gone(w: World) -> None:
    await w.pipe(await w.queue(), await w.function(note))
    assert (await w.do("DeletePipe", Name="p"))["CurrentState"] == "DELETING"
    await w.put("1")
    assert SEEN == []
    with pytest.raises(AwsError, match="Pipe p does not exist"):
        await w.do("DescribePipe", Name="p")


@in_world
async def test_a_reset_forgets_pipes(w: World) -> None:
    await w.pipe(await w.queue(), await w.function(note))
    await w.emulator.reset()
    await w.queue()
    await w.put("1")
    assert (SEEN, (await w.do("ListPipes"))["Pipes"]) == ([], [])
