"""The SocketTasks system ("Tame Long Running Tasks with Web Sockets!", 2023) from end to end, with real SDKs."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from emulator.testing import TaskClient
from tests.wire.socket_world import (
    API,
    CONNECTION_ID,
    IDLE,
    RESULT,
    UUID,
    assert_serves,
    in_both_runtimes,
    is_error_frame,
    socket_tasks,
    task_frame,
)

pytestmark = pytest.mark.aws_stack(socket_tasks())

START = datetime(2025, 1, 1, tzinfo=UTC).timestamp()


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def assert_silent(client, aws_clock):
    """Nothing was sent to this client: the next frame is the answer to what is sent now."""
    aws_clock.settle()
    client.send('{"action":"no such action"}')
    assert is_error_frame(client.receive(), "Forbidden")


def notify_runs(aws_journal, count):
    """Events and results of the first ``count`` runs of task-notify."""
    runs = aws_journal.wait_for("invoke", "function:task-notify", count)[:count]
    results = [hop for hop in aws_journal.hops("result") if hop.source.endswith(":task-notify")]
    by_cause = {hop.parent: json.loads(hop.payload) for hop in results}
    return runs, [(json.loads(run.payload)["Records"], by_cause[run.id]) for run in runs]


def leave_before_result(aws_stack, aws_clock, aws_journal):
    with aws_clock.hold():
        client = aws_stack.connect()
        client.send(task_frame("slow"))
        aws_journal.wait_for("frame-in")
        client.close()
        aws_journal.wait_for("disconnect")


# One task


def test_st_01_connecting_calls_no_function(aws_stack, aws_journal):
    client = aws_stack.connect()
    assert client.socket.response.status_code == 101
    assert aws_journal.hops("connect")[0].outcome == "ok"
    assert not aws_journal.hops("invoke")


@in_both_runtimes(socket_tasks())
def test_st_02_one_result_frame_per_task(runtime, aws_stack, aws_clock, aws_journal):
    client = aws_stack.connect()
    client.send(task_frame())
    assert client.receive() == RESULT
    aws_clock.settle()
    assert [hop.payload for hop in aws_journal.hops("frame-out")] == [RESULT]


@pytest.mark.aws_stack(socket_tasks({"task-type": "tasks.echo"}), clock="manual")
def test_st_03_the_task_gets_the_event(aws_stack, aws_journal):
    client = aws_stack.connect()
    client.send(task_frame())
    event = json.loads(client.receive())["response"]
    connection_id = aws_journal.hops("connect")[0].detail["connection"]
    assert re.fullmatch(CONNECTION_ID, connection_id)
    assert re.fullmatch(UUID, event.pop("id"))
    assert event == {
        "version": "0",
        "detail-type": "task-type",
        "source": f"my-id:::{connection_id}",
        "account": "000000000000",
        "time": "2025-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {"key1": "value", "id": "my-id"},
    }


# Failing tasks


@in_both_runtimes(socket_tasks({"task-type-2": "tasks.failing"}))
def test_st_04_a_failing_task_is_tried_three_times(runtime, aws_stack, aws_clock, aws_journal):
    client = aws_stack.connect()
    client.send(task_frame("task-type-2"))
    text = client.receive()
    frame = json.loads(text)
    assert text == compact(frame)
    assert list(frame) == ["task_id", "status", "response"]
    assert (frame["task_id"], frame["status"]) == ("my-id", "Fail")
    assert list(frame["response"]) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert frame["response"]["errorMessage"] == "Task Processing failed"
    assert frame["response"]["errorType"] == "Exception"
    assert 'raise Exception("Task Processing failed")' in frame["response"]["stackTrace"][-1]
    aws_clock.settle()
    assert [hop.attempt for hop in aws_journal.hops("invoke", "function:task-type-2")] == [1, 2, 3]
    assert len(aws_journal.hops("frame-out")) == 1


@in_both_runtimes(socket_tasks({"task-type-2": "tasks.failing"}), clock="manual")
def test_st_04_waits_of_one_and_two_minutes_and_the_record(runtime, aws_stack, aws_clock, aws_journal, aws_client):
    functions = aws_client("lambda")
    (mapping,) = functions.list_event_source_mappings(FunctionName="task-notify")["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    aws_stack.connect().send(task_frame("task-type-2"))
    aws_journal.wait_for("result", count=2)
    aws_clock.advance("3m")

    runs = aws_journal.hops("invoke", "function:task-type-2")
    assert [hop.at - START for hop in runs] == [0, 60, 180]
    assert [hop.detail["wait"] for hop in aws_journal.hops("retry")] == [60, 120]
    (message,) = aws_client("sqs").receive_message(QueueUrl="notify")["Messages"]
    record = json.loads(message["Body"])
    request_id = record["requestContext"].pop("requestId")
    assert re.fullmatch(UUID, request_id)
    assert list(record) == [
        *("version", "timestamp", "requestContext", "requestPayload", "responseContext", "responsePayload"),
    ]
    assert record["version"] == "1.0"
    assert record["timestamp"] == "2025-01-01T00:03:00.000Z"
    assert record["requestContext"] == {
        "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:task-type-2:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    }
    assert record["requestPayload"] == json.loads(runs[0].payload)
    assert record["responseContext"] == {
        "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled",
    }  # fmt: skip
    assert record["responsePayload"]["errorMessage"] == "Task Processing failed"
    assert record["responsePayload"]["requestId"] == request_id


@in_both_runtimes(socket_tasks({"task-type": {"handler": "tasks.overrun", "timeout": 3}}))
def test_st_05_a_task_longer_than_its_timeout(runtime, aws_stack, aws_journal):
    client = aws_stack.connect()
    client.send(task_frame())
    frame = json.loads(client.receive())
    assert frame["status"] == "Fail"
    assert "Task timed out after 3.00 seconds" in frame["response"]["errorMessage"]
    assert [hop.attempt for hop in aws_journal.hops("invoke", "function:task-type")] == [1, 2, 3]


@in_both_runtimes(socket_tasks({"task-type": {"handler": "tasks.busy", "timeout": 1, "retries": 0}}))
def test_st_05_a_task_that_is_busy_for_longer_than_its_timeout(runtime, aws_stack, aws_journal):
    client = aws_stack.connect()
    client.send(task_frame())
    frame = json.loads(client.receive())
    assert "Task timed out after 1.00 seconds" in frame["response"]["errorMessage"]
    (record,) = [json.loads(hop.payload) for hop in aws_journal.hops("record")]
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 1


# Bad submissions


@pytest.mark.parametrize("message", ['{"action":"other"}', '{"task":{}}', "[]", '"task-submit"', "1"])
def test_st_06_unknown_action(message, aws_stack, aws_journal):
    client = aws_stack.connect()
    client.send(message)
    text = client.receive()
    assert is_error_frame(text, "Forbidden")
    assert json.loads(text)["connectionId"] == aws_journal.hops("connect")[0].detail["connection"]
    assert not aws_journal.hops("invoke")
    assert_serves(client)


@pytest.mark.parametrize("message", ["task-submit", '{"action":"task-submit"', ""])
def test_st_07_not_json(message, aws_stack, aws_journal):
    client = aws_stack.connect()
    client.send(message)
    assert is_error_frame(client.receive(), "Forbidden")
    assert not aws_journal.hops("invoke")
    assert_serves(client)


@pytest.mark.parametrize(
    "message",
    ['{"action":"task-submit"}', '{"action":"task-submit","task":{"id":"my-id","type":"task-type"}}'],
    ids=["no task", "no data"],
)
def test_st_08_incomplete_task(message, aws_stack, aws_clock, aws_journal):
    client = aws_stack.connect()
    client.send(message)
    assert is_error_frame(client.receive(), "Internal server error")
    aws_clock.run_until_idle()
    assert len(aws_journal.hops("invoke")) == 1
    assert_serves(client)


def test_st_09_unknown_task_type(aws_stack, aws_clock, aws_journal):
    client = aws_stack.connect()
    client.send(task_frame("unknown-type"))
    (put,) = aws_journal.wait_for("api", "events:PutEvents")
    assert put.outcome == "ok"
    assert_silent(client, aws_clock)
    assert not aws_journal.hops("enqueue")


@pytest.mark.parametrize(
    "submit",
    [
        pytest.param(variant, marks=pytest.mark.aws_stack(socket_tasks(submit=f"submit_variants.{variant}")))
        for variant in ("rejected_entry", "rejected_call")
    ],
)
def test_st_10_an_event_that_is_refused(submit, aws_stack, aws_clock, aws_journal):
    client = aws_stack.connect()
    client.send(task_frame())
    assert is_error_frame(client.receive(), "Internal server error")
    assert_silent(client, aws_clock)
    assert not aws_journal.hops("invoke", "function:task-type")


# Many tasks, many clients


def test_st_11_each_connection_gets_its_own_results(aws_stack, aws_clock):
    one, other = aws_stack.connect(), aws_stack.connect()
    first = [one.submit("task-type", task_id=f"one-{number}") for number in range(20)]
    second = [other.submit("task-type", task_id=f"other-{number}") for number in range(5)]
    assert sorted(json.loads(one.receive())["task_id"] for _ in first) == sorted(first)
    assert sorted(json.loads(other.receive())["task_id"] for _ in second) == sorted(second)
    assert_silent(one, aws_clock)
    assert_silent(other, aws_clock)


AS_PUBLISHED = socket_tasks(
    {"slow": {"handler": "tasks.slow", "timeout": 60}, "task-type": "tasks.success"},
    notify="notify_as_published.handler",
)


@in_both_runtimes(AS_PUBLISHED)
def test_st_12_a_closed_connection_sends_the_message_back(runtime, aws_stack, aws_clock, aws_journal):
    leave_before_result(aws_stack, aws_clock, aws_journal)
    _, contents = notify_runs(aws_journal, 2)
    message_ids = set()
    for number, (records, result) in enumerate(contents, 1):
        assert [record["attributes"]["ApproximateReceiveCount"] for record in records] == [str(number)]
        assert result == {"batchItemFailures": [{"itemIdentifier": records[0]["messageId"]}]}
        message_ids.add(records[0]["messageId"])
    assert len(message_ids) == 1
    first, second = aws_journal.hops("receive")[:2]  # the visibility timeout runs from receive to receive
    assert 30 <= second.at - first.at < 31


@pytest.mark.aws_stack(AS_PUBLISHED)
def test_st_13_one_dead_connection_in_a_batch_of_ten(aws_stack, aws_clock, aws_journal, aws_client):
    functions = aws_client("lambda")
    (mapping,) = functions.list_event_source_mappings(FunctionName="task-notify")["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    leave_before_result(aws_stack, aws_clock, aws_journal)
    client = aws_stack.connect()
    tasks = [client.submit("task-type") for _ in range(9)]
    aws_journal.wait_for("enqueue", count=10)
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    assert sorted(json.loads(client.receive())["task_id"] for _ in tasks) == sorted(tasks)
    _, ((batch, result), (again, _)) = notify_runs(aws_journal, 2)
    assert len(batch) == 10
    (dead,) = [record for record in batch if json.loads(record["body"])["responsePayload"] == "after 20 seconds"]
    assert result == {"batchItemFailures": [{"itemIdentifier": dead["messageId"]}]}
    assert [record["messageId"] for record in again] == [dead["messageId"]]
    assert len(aws_journal.hops("delete")) == 9
    assert_silent(client, aws_clock)


TWO_RULES = {
    "both": {"handler": "tasks.success", "types": ["a", "b"]},
    "second": {"handler": "tasks.echo", "types": ["a"]},
}


@pytest.mark.aws_stack(socket_tasks(TWO_RULES))
def test_st_14_several_types_in_a_rule_and_several_rules_for_a_type(aws_stack, aws_clock, aws_journal):
    client = aws_stack.connect()
    client.send(task_frame("b"))
    assert client.receive() == RESULT
    client.send(task_frame("a"))
    frames = [client.receive(), client.receive()]
    assert RESULT in frames
    assert_silent(client, aws_clock)
    assert len(aws_journal.hops("invoke", "function:both")) == 2
    assert len(aws_journal.hops("invoke", "function:second")) == 1


# Time


@pytest.mark.aws_stack(
    {
        "queues": {"events": {}},
        "buses": {"tasksbus": {}},
        "rules": {"all": {"bus": "tasksbus", "pattern": {"detail-type": ["task-type"]}, "target": "queue:events"}},
    },
    clock="manual",
)
@pytest.mark.parametrize("time", ["null", "NaN"])
def test_st_15_events_without_a_time(time, aws_stack, aws_client):
    entry = (
        f'{{"Entries":[{{"Time":{time},"Source":"my-id:::M0en2eVpSwMCFmw=","DetailType":"task-type",'
        '"Detail":"{\\"key1\\":\\"value\\",\\"id\\":\\"my-id\\"}","EventBusName":"tasksbus"}]}'
    )
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSEvents.PutEvents"}
    answer = httpx.post(aws_stack.url, content=entry, headers=headers)
    assert (answer.status_code, answer.json()["FailedEntryCount"]) == (200, 0)
    (message,) = aws_client("sqs").receive_message(QueueUrl="events", WaitTimeSeconds=1)["Messages"]
    event = json.loads(message["Body"])
    assert event["time"] == "2025-01-01T00:00:00Z"
    assert event["source"] == "my-id:::M0en2eVpSwMCFmw="


@in_both_runtimes(socket_tasks({"task-type": {"handler": "tasks.minute", "timeout": 900}}))
def test_st_16_a_task_of_a_minute(runtime, aws_stack, aws_journal):
    client = aws_stack.connect()
    client.send(task_frame())
    assert client.receive() == '{"task_id":"my-id","status":"Success","response":"after a minute"}'
    (run,) = aws_journal.hops("invoke", "function:task-type")
    assert run.ended - run.at >= 60
    assert not aws_journal.hops("disconnect")


@in_both_runtimes(socket_tasks(submit="submit_variants.slow"))
def test_st_17_a_submit_function_longer_than_the_integration_timeout(runtime, aws_stack, aws_journal, aws_client):
    aws_client("lambda").update_function_configuration(FunctionName="task-submit", Timeout=60)
    client = aws_stack.connect()
    client.send(task_frame())
    assert set(json.loads(client.receive())) == {"message", "connectionId", "requestId"}
    (sent,), (refused, *_) = aws_journal.hops("frame-in"), aws_journal.wait_for("frame-out")
    assert 29 <= refused.at - sent.at < 30
    client.send(task_frame())  # as a client does that believes the error
    frames = [client.receive() for _ in range(3)]
    assert frames.count(RESULT) == 2


# Other ways to the same system


@pytest.mark.parametrize("stage_first", [False, True], ids=["route, stage", "stage, route"])
def test_st_18_deployed_by_control_plane_calls(stage_first, aws_stack, aws_client):
    gateway = aws_client("apigatewayv2")
    selection = "$request.body.action"
    api = gateway.create_api(Name="by-hand", ProtocolType="WEBSOCKET", RouteSelectionExpression=selection)["ApiId"]
    if stage_first:
        gateway.create_stage(ApiId=api, StageName="test", AutoDeploy=True)
    function = aws_stack.attributes["task-submit"]["Arn"]
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    integration = gateway.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=uri)
    target = f"integrations/{integration['IntegrationId']}"
    gateway.create_route(ApiId=api, RouteKey="task-submit", AuthorizationType="NONE", Target=target)
    if not stage_first:
        gateway.create_stage(ApiId=api, StageName="test", AutoDeploy=True)
    address = f"https://{api}.execute-api.us-east-1.amazonaws.com/test"
    aws_client("lambda").update_function_configuration(
        FunctionName="task-notify", Environment={"Variables": {"WEBSOCKET_API": address}}
    )

    with TaskClient(f"{aws_stack.url.replace('http', 'ws')}/_aws/execute-api/{api}/test") as client:
        assert_serves(client)


@in_both_runtimes(socket_tasks())
def test_st_19_the_address_in_the_environment_is_that_of_aws(runtime, aws_stack, aws_client):
    configuration = aws_client("lambda").get_function_configuration(FunctionName="task-notify")
    api = aws_stack.attributes[API]["Id"]
    address = f"https://{api}.execute-api.us-east-1.amazonaws.com/dev"
    assert configuration["Environment"]["Variables"]["WEBSOCKET_API"] == address
    assert_serves(aws_stack.connect())


@in_both_runtimes(
    {
        "functions": {"post-back": {"handler": "socket_api.post_back", "code": "handlers"}},
        "websocket_apis": {"socket": {"routes": {"$default": "post-back"}}},
    }
)
def test_st_19_the_address_of_the_event_works_too(runtime, aws_stack):
    client = aws_stack.connect()
    client.send("anything")
    assert client.receive() == "posted back"


@in_both_runtimes(socket_tasks({"slow": {"handler": "tasks.slow", "timeout": 60}}))
def test_st_20_the_corrected_notify_lets_closed_connections_go(runtime, aws_stack, aws_clock, aws_journal, aws_client):
    leave_before_result(aws_stack, aws_clock, aws_journal)
    _, ((_, result),) = notify_runs(aws_journal, 1)
    assert result == {"batchItemFailures": []}
    aws_journal.wait_for("delete")
    aws_clock.advance("1h")
    assert len(aws_journal.hops("receive")) == 1
    attributes = aws_client("sqs").get_queue_attributes(QueueUrl="notify", AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessages"] == "0"
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == "0"


# SocketApi, the smaller construct of the same source

SOCKET_API = {
    "functions": {
        "test": {"handler": "socket_api.show_connection", "code": "handlers"},
        "connect": {"handler": "socket_api.connect", "code": "handlers"},
    },
    "websocket_apis": {"socket": {"routes": {"test": {"function": "test", "response": True}, "$connect": "connect"}}},
}


@pytest.mark.aws_stack({**IDLE, **SOCKET_API})
def test_sa_1_the_body_is_the_answer(aws_stack, aws_journal):
    client = aws_stack.connect()
    client.send('{"action":"test"}')
    text = client.receive()
    (event,) = [json.loads(hop.payload) for hop in aws_journal.hops("invoke", "function:test")]
    assert re.fullmatch(rf'\{{"connectionId":"{CONNECTION_ID}"\}}', text)
    assert json.loads(text)["connectionId"] == event["requestContext"]["connectionId"]


@pytest.mark.aws_stack(SOCKET_API)
def test_sa_2_without_a_route_response_there_is_no_frame(aws_stack, aws_clock, aws_journal, aws_client):
    gateway, api = aws_client("apigatewayv2"), aws_stack.attributes["socket"]["Id"]
    (route,) = [r["RouteId"] for r in gateway.get_routes(ApiId=api)["Items"] if r["RouteKey"] == "test"]
    (response,) = gateway.get_route_responses(ApiId=api, RouteId=route)["Items"]
    gateway.delete_route_response(ApiId=api, RouteId=route, RouteResponseId=response["RouteResponseId"])
    client = aws_stack.connect()
    client.send('{"action":"test"}')
    aws_journal.wait_for("invoke", "function:test")
    assert_silent(client, aws_clock)


@pytest.mark.aws_stack(SOCKET_API)
def test_sa_3_connect_handler(aws_stack, aws_journal):
    client = aws_stack.connect()
    assert client.socket.response.status_code == 101
    (event,) = [json.loads(hop.payload) for hop in aws_journal.hops("invoke", "function:connect")]
    assert event["requestContext"]["routeKey"] == "$connect"
    assert event["requestContext"]["eventType"] == "CONNECT"
    assert event["requestContext"]["connectionId"] == aws_journal.hops("connect")[0].detail["connection"]
