"""Service integrations: shapes, errors, nested executions, refusals, mocked services."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emulator.core.errors import AwsError
from tests.inprocess.stepfunctions.stepfunctions_world import FUNCTION, World, code_of, in_world, succeed, task

START_EXECUTION = "arn:aws:states:::states:startExecution"


def without_sdk(value: dict[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in value.items() if not name.startswith("Sdk")}


def test_objects_become_json_text_and_answers_carry_metadata() -> None:
    async def story(world: World) -> None:
        world.answers["sqs:SendMessage"] = lambda params: {"MessageId": "m", "MD5OfMessageBody": "d"}
        parameters = {"QueueUrl": "q", "MessageBody": {"a": [1]}}
        execution = await world.execute({"T": task("arn:aws:states:::sqs:sendMessage", Parameters=parameters)})
        assert world.calls[-1] == ("sqs:SendMessage", {"QueueUrl": "q", "MessageBody": '{"a":[1]}'})
        output = await world.output(execution)
        assert without_sdk(output) == {"MessageId": "m", "MD5OfMessageBody": "d"}
        assert output["SdkHttpMetadata"]["HttpStatusCode"] == 200
        events = await world.history(execution)
        assert json.loads(events[2]["taskScheduledEventDetails"]["parameters"]) == parameters
        assert events[2]["taskScheduledEventDetails"]["region"] == "us-east-1"

    in_world(story)


def test_sdk_integrations_speak_pascal_case_and_have_no_metadata() -> None:
    async def story(world: World) -> None:
        machine = await world.create({"StartAt": "P", "States": {"P": succeed()}}, name="child")
        arguments = {"StateMachineArn": machine, "Input": {"k": 1}}
        execution = await world.execute(
            {"T": task("arn:aws:states:::aws-sdk:sfn:startExecution", Parameters=arguments)}
        )
        output = await world.output(execution)
        assert sorted(output) == ["ExecutionArn", "StartDate"]
        assert (await world.describe(output["ExecutionArn"]))["input"] == '{"k":1}'

    in_world(story)


def test_errors_of_services() -> None:
    async def story(world: World) -> None:
        def missing(_params: dict[str, Any]) -> dict[str, Any]:
            raise AwsError("ResourceNotFoundException", "Requested resource not found")

        world.answers["dynamodb:GetItem"] = missing
        optimized = await world.execute({"T": task("arn:aws:states:::dynamodb:getItem", Parameters={})})
        found = await world.describe(optimized)
        assert found["error"] == "DynamoDB.ResourceNotFoundException"
        assert found["cause"].startswith(
            "Requested resource not found (Service: AmazonDynamoDBv2; Status Code: 400; "
            "Error Code: ResourceNotFoundException; Request ID: "
        )
        machine = {"StartAt": "T", "States": {"T": task("arn:aws:states:::aws-sdk:dynamodb:getItem", Parameters={})}}
        sdk = await world.start(await world.create(machine, name="sdk"))
        found = await world.describe(sdk)
        assert found["error"] == "DynamoDb.ResourceNotFoundException"
        assert "(Service: DynamoDb, Status Code: 400, Request ID: " in found["cause"]

    in_world(story)


def test_failed_entries_are_a_failure() -> None:
    async def story(world: World) -> None:
        entry = {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
        world.answers["events:PutEvents"] = lambda params: {"Entries": [entry], "FailedEntryCount": 1}
        state = task("arn:aws:states:::events:putEvents", Parameters={"Entries": [{"Detail": "x", "Source": "s"}]})
        found = await world.describe(await world.execute({"T": state}))
        assert found["error"] == "EventBridge.FailedEntry"
        assert json.loads(found["cause"]) == {"Entries": [entry], "FailedEntryCount": 1}

    in_world(story)


def test_lambda_invoke_wraps_the_payload() -> None:
    async def story(world: World) -> None:
        world.answers["lambda:Invoke"] = lambda params: {
            "StatusCode": 200,
            "ExecutedVersion": "$LATEST",
            "Payload": params["Payload"],
        }
        state = task("arn:aws:states:::lambda:invoke", Parameters={"FunctionName": "f", "Payload.$": "$"})
        output = await world.output(await world.execute({"T": state}, {"n": 1}))
        assert without_sdk(output) == {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": {"n": 1}}

    in_world(story)


def test_a_function_that_is_missing() -> None:
    async def story(world: World) -> None:
        def missing(_params: dict[str, Any]) -> dict[str, Any]:
            raise AwsError("ResourceNotFoundException", f"Function not found: {FUNCTION}:$LATEST")

        world.answers["lambda:Invoke"] = missing
        state = task("arn:aws:states:::lambda:invoke", Parameters={"FunctionName": "f"})
        found = await world.describe(await world.execute({"T": state}))
        assert found["error"] == "Lambda.ResourceNotFoundException"
        assert found["cause"].startswith(
            f"Function not found: {FUNCTION}:$LATEST (Service: AWSLambda; Status Code: 404; "
            "Error Code: ResourceNotFoundException; Request ID: "
        )

    in_world(story)


@pytest.mark.parametrize(("suffix", "output"), [(".sync", '{"x":1}'), (".sync:2", {"x": 1})])
def test_waiting_for_another_execution(suffix: str, output: Any) -> None:
    async def story(world: World) -> None:
        states = {"W": {"Type": "Wait", "Seconds": 30, "Next": "P"}, "P": succeed(Result={"x": 1})}
        child = await world.create({"StartAt": "W", "States": states}, name="child")
        arguments = {"StateMachineArn": child, "Name": "c", "Input": None}
        parent = await world.execute({"T": task(START_EXECUTION + suffix, Parameters=arguments)}, seconds=30)
        found = await world.output(parent)
        assert (found["Status"], found["Output"], found["Name"]) == ("SUCCEEDED", output, "c")
        assert found["Input"] == ("{}" if suffix == ".sync" else {})
        assert [kind for kind, _ in await world.times(parent)][2:6] == [
            "TaskScheduled",
            "TaskStarted",
            "TaskSubmitted",
            "TaskSucceeded",
        ]

    in_world(story)


def test_a_child_that_fails_is_a_failed_task() -> None:
    async def story(world: World) -> None:
        fail = {"F": {"Type": "Fail", "Error": "E", "Cause": "c"}}
        child = await world.create({"StartAt": "F", "States": fail}, name="child")
        state = task(START_EXECUTION + ".sync", Parameters={"StateMachineArn": child})
        found = await world.describe(await world.execute({"T": state}))
        assert found["error"] == "States.TaskFailed"
        cause = json.loads(found["cause"])
        assert (cause["Error"], cause["Cause"], cause["Status"], cause["Input"]) == ("E", "c", "FAILED", "{}")
        assert "Output" not in cause

    in_world(story)


def test_stopping_the_parent_stops_the_child() -> None:
    async def story(world: World) -> None:
        wait = {"W": {"Type": "Wait", "Seconds": 60, "End": True}}
        child = await world.create({"StartAt": "W", "States": wait}, name="child")
        state = task(START_EXECUTION + ".sync", Parameters={"StateMachineArn": child})
        parent = await world.execute({"T": state})
        await world.do("StopExecution", executionArn=parent)
        await world.settle()
        (listed,) = (await world.do("ListExecutions", stateMachineArn=child))["executions"]
        assert listed["status"] == "ABORTED"

    in_world(story)


def test_a_token_answers_for_the_child() -> None:
    async def story(world: World) -> None:
        wait = {"W": {"Type": "Wait", "Seconds": 60, "End": True}}
        child = await world.create({"StartAt": "W", "States": wait}, name="child")
        arguments = {"StateMachineArn": child, "Input": {"token.$": "$$.Task.Token"}}
        parent = await world.execute({"T": task(START_EXECUTION + ".sync", Parameters=arguments)})
        token = json.loads(world.calls[-1][1]["input"])["token"]
        await world.do("SendTaskSuccess", taskToken=token, output='"early"')
        await world.settle()
        assert await world.output(parent) == "early"

    in_world(story)


def test_what_does_not_exist_here_is_refused_by_name() -> None:
    async def story(world: World) -> None:
        for resource, reason in (
            (
                "arn:aws:states:::glue:startJobRun",
                "the operation StartJobRun of the service 'glue' does not exist here",
            ),
            ("arn:aws:states:::glue:startJobRun.sync", "the end of a job of 'glue' cannot be waited for"),
            (
                "arn:aws:states:::aws-sdk:ssm:getParameter",
                "the operation GetParameter of the service 'ssm' does not exist here",
            ),
        ):
            with pytest.raises(AwsError) as error:
                await world.create({"StartAt": "T", "States": {"T": task(resource)}})
            text = f"SCHEMA_VALIDATION_FAILED: The resource {resource} is not emulated: {reason} at /States/T/Resource"
            assert code_of(error.value) == ("InvalidDefinition", f"Invalid State Machine Definition: '{text}'")

    in_world(story)


def test_mocked_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    responses = {
        "Busy": {"0-1": {"Throw": {"Error": "Busy", "Cause": "try again"}}, "2": {"Return": {"id": 7}}},
    }
    cases = {"Slow": {"Charge": "Busy"}}
    file = tmp_path / "mocks.json"
    file.write_text(json.dumps({"StateMachines": {"M": {"TestCases": cases}}, "MockedResponses": responses}))
    monkeypatch.setenv("SFN_MOCK_CONFIG", str(file))

    async def story(world: World) -> None:
        retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 60, "BackoffRate": 1.0}]
        state = task("arn:aws:states:::glue:startJobRun.sync", Retry=retry)
        machine = await world.create({"StartAt": "Charge", "States": {"Charge": state}})
        execution = await world.start(f"{machine}#Slow")
        await world.clock.advance(120)
        assert await world.output(execution) == {"id": 7}
        kinds = [kind for kind, _ in await world.times(execution)]
        assert kinds.count("TaskFailed") == 2
        assert kinds[-3] == "TaskSucceeded"
        with pytest.raises(AwsError) as error:
            await world.start(f"{machine}#Other")
        text = "The mock configuration has no test case 'Other' for the state machine 'M'"
        assert code_of(error.value) == ("ValidationException", text)

    in_world(story)
