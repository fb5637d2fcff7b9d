"""State machines, versions, aliases, tags, activities, logging: answers and AWS's refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.core.errors import AwsError
from tests.inprocess.stepfunctions.stepfunctions_world import (
    ACCOUNT,
    FUNCTION,
    REGION,
    ROLE,
    START,
    World,
    code_of,
    in_world,
    succeed,
    task,
)

DEFINITION = {"StartAt": "P", "States": {"P": succeed()}}
OTHER = {"StartAt": "Q", "States": {"Q": succeed()}}
ARN = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:M"


async def refused(world: World, operation: str, **params: Any) -> tuple[str, str]:
    with pytest.raises(AwsError) as error:
        await world.do(operation, **params)
    return code_of(error.value)


def test_create_describe_delete() -> None:
    async def story(world: World) -> None:
        assert await world.create(DEFINITION) == ARN
        found = await world.do("DescribeStateMachine", stateMachineArn=ARN)
        assert found == {
            "stateMachineArn": ARN,
            "name": "M",
            "status": "ACTIVE",
            "type": "STANDARD",
            "creationDate": START,
            "definition": json.dumps(DEFINITION),
            "roleArn": ROLE,
            "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
            "tracingConfiguration": {"enabled": False},
            "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
        }
        assert await world.do("DeleteStateMachine", stateMachineArn=ARN) == {}
        assert await world.do("DeleteStateMachine", stateMachineArn=ARN) == {}
        gone = await refused(world, "DescribeStateMachine", stateMachineArn=ARN)
        assert gone == ("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{ARN}'")

    in_world(story)


def test_the_same_machine_again() -> None:
    async def story(world: World) -> None:
        await world.create(DEFINITION)
        await world.clock.advance(5)
        again = await world.do(
            "CreateStateMachine", name="M", definition=json.dumps(DEFINITION), roleArn=ROLE + "2", tags=[]
        )
        assert again == {"stateMachineArn": ARN, "creationDate": START}
        text = json.dumps(DEFINITION, indent=1)
        exists = await refused(world, "CreateStateMachine", name="M", definition=text, roleArn=ROLE)
        assert exists == ("StateMachineAlreadyExists", f"State Machine Already Exists: '{ARN}'")

    in_world(story)


@pytest.mark.parametrize("name", ["a\x00", "a\x7f", "a%b", "a;b", "a?b", "a]b", "a|b", "a~b", "a b"])
def test_names_that_are_refused(name: str) -> None:
    async def story(world: World) -> None:
        text = json.dumps(DEFINITION)
        answer = await refused(world, "CreateStateMachine", name=name, definition=text, roleArn=ROLE)
        assert answer == ("InvalidName", f"Invalid Name: '{name}'")
        assert (await refused(world, "CreateActivity", name=name))[0] == "InvalidName"

    in_world(story)


def test_bad_definitions_and_arns() -> None:
    async def story(world: World) -> None:
        answer = await refused(world, "CreateStateMachine", name="M", definition='{"StartAt":"P"}', roleArn=ROLE)
        text = "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'"
        assert answer == ("InvalidDefinition", text)
        for operation, member in (
            ("DescribeStateMachine", "stateMachineArn"),
            ("DescribeExecution", "executionArn"),
            ("GetActivityTask", "activityArn"),
        ):
            answer = await refused(world, operation, **{member: "nonsense"})
            assert answer == ("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: nonsense'")

    in_world(story)


def test_updates_and_revisions() -> None:
    async def story(world: World) -> None:
        await world.create(DEFINITION)
        nothing = await refused(world, "UpdateStateMachine", stateMachineArn=ARN)
        assert nothing == (
            "MissingRequiredParameter",
            "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be "
            "specified",
        )
        same = await world.do("UpdateStateMachine", stateMachineArn=ARN, definition=json.dumps(DEFINITION))
        assert same == {"updateDate": START}
        changed = await world.do("UpdateStateMachine", stateMachineArn=ARN, definition=json.dumps(OTHER))
        found = await world.do("DescribeStateMachine", stateMachineArn=ARN)
        assert found["revisionId"] == changed["revisionId"]
        assert json.loads(found["definition"]) == OTHER

    in_world(story)


def test_versions() -> None:
    async def story(world: World) -> None:
        await world.create(DEFINITION, publish=True, versionDescription="first")
        again = await world.do("PublishStateMachineVersion", stateMachineArn=ARN)
        assert again["stateMachineVersionArn"] == f"{ARN}:1"
        text = json.dumps(OTHER)
        changed = await world.do("UpdateStateMachine", stateMachineArn=ARN, definition=text, publish=True)
        assert changed["stateMachineVersionArn"] == f"{ARN}:2"
        listed = await world.do("ListStateMachineVersions", stateMachineArn=ARN)
        arns = [version["stateMachineVersionArn"] for version in listed["stateMachineVersions"]]
        assert arns == [f"{ARN}:2", f"{ARN}:1"]
        first = await world.do("DescribeStateMachine", stateMachineArn=f"{ARN}:1")
        assert (first["stateMachineArn"], first["description"]) == (f"{ARN}:1", "first")
        assert json.loads(first["definition"]) == DEFINITION
        stale = await refused(world, "PublishStateMachineVersion", stateMachineArn=ARN, revisionId="old")
        assert stale == (
            "ConflictException",
            "Failed to publish the State Machine version for revision old. "
            f"The current State Machine revision is {changed['revisionId']}.",
        )
        of_version = await refused(world, "UpdateStateMachine", stateMachineArn=f"{ARN}:2", roleArn=ROLE)
        assert of_version[0] == "StateMachineDoesNotExist"
        assert await world.do("DeleteStateMachineVersion", stateMachineVersionArn=f"{ARN}:2") == {}
        assert await world.do("DeleteStateMachineVersion", stateMachineVersionArn=f"{ARN}:2") == {}
        third = await world.do("PublishStateMachineVersion", stateMachineArn=ARN)
        assert third["stateMachineVersionArn"] == f"{ARN}:3"

    in_world(story)


def test_a_description_needs_publish() -> None:
    async def story(world: World) -> None:
        text = json.dumps(DEFINITION)
        answer = await refused(
            world, "CreateStateMachine", name="M", definition=text, roleArn=ROLE, versionDescription="x"
        )
        assert answer == ("ValidationException", "Version description can only be set when publish is true")

    in_world(story)


def test_aliases() -> None:
    async def story(world: World) -> None:
        await world.create(DEFINITION, publish=True)
        routing = [{"stateMachineVersionArn": f"{ARN}:1", "weight": 100}]
        made = await world.do("CreateStateMachineAlias", name="prod", routingConfiguration=routing)
        assert made["stateMachineAliasArn"] == f"{ARN}:prod"
        assert await world.do("CreateStateMachineAlias", name="prod", routingConfiguration=routing) == made
        in_use = await refused(world, "DeleteStateMachineVersion", stateMachineVersionArn=f"{ARN}:1")
        assert in_use == (
            "ConflictException",
            "Version to be deleted must not be referenced by an alias. "
            "Current list of aliases referencing this version: [prod]",
        )
        execution = await world.start(f"{ARN}:prod")
        found = await world.describe(execution)
        assert found["stateMachineArn"] == ARN
        assert found["stateMachineVersionArn"] == f"{ARN}:1"
        assert found["stateMachineAliasArn"] == f"{ARN}:prod"
        details = (await world.history(execution))[0]["executionStartedEventDetails"]
        assert details["stateMachineAliasArn"] == f"{ARN}:prod"
        listed = await world.do("ListExecutions", stateMachineArn=f"{ARN}:prod")
        assert len(listed["executions"]) == 1
        assert await world.do("DeleteStateMachineAlias", stateMachineAliasArn=f"{ARN}:prod") == {}
        gone = await refused(world, "DescribeStateMachineAlias", stateMachineAliasArn=f"{ARN}:prod")
        assert gone == ("ResourceNotFound", "Request references a resource that does not exist.")

    in_world(story)


def test_routing_that_is_refused() -> None:
    async def story(world: World) -> None:
        await world.create(DEFINITION, publish=True)

        async def refusal(*routes: tuple[str, int]) -> str:
            routing = [{"stateMachineVersionArn": arn, "weight": weight} for arn, weight in routes]
            return (await refused(world, "CreateStateMachineAlias", name="a", routingConfiguration=routing))[1]

        two = await refusal((f"{ARN}:1", 70), (f"{ARN}:2", 29))
        assert two == "Sum of routing configuration weights must equal 100. Received: [70, 29]"
        same = await refusal((f"{ARN}:1", 70), (f"{ARN}:1", 30))
        received = f"Received: [{ARN}:1, {ARN}:1]"
        assert same == f"Routing configuration must contain distinct state machine version ARNs. {received}"
        unqualified = await refusal((ARN, 100))
        assert unqualified == f"Routing configuration must contain state machine version ARNs. Received: [{ARN}]"

    in_world(story)


def test_tags() -> None:
    async def story(world: World) -> None:
        await world.create(DEFINITION, tags=[{"key": "a", "value": "1"}])
        await world.do("TagResource", resourceArn=ARN, tags=[{"key": "b", "value": ""}])
        await world.do("UntagResource", resourceArn=ARN, tagKeys=["a", "x"])
        assert await world.do("ListTagsForResource", resourceArn=ARN) == {"tags": [{"key": "b", "value": ""}]}
        missing = await refused(world, "ListTagsForResource", resourceArn=f"{ARN}:1")
        assert missing == ("ResourceNotFound", f"Resource not found: '{ARN}:1'")
        many = [{"key": str(number), "value": ""} for number in range(51)]
        assert (await refused(world, "TagResource", resourceArn=ARN, tags=many))[0] == "TooManyTags"

    in_world(story)


def test_logging_needs_one_destination() -> None:
    async def story(world: World) -> None:
        group = {"cloudWatchLogsLogGroup": {"logGroupArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:g:*"}}
        for logging in ({"level": "ALL"}, {"level": "ALL", "destinations": [group, group]}):
            answer = await refused(
                world,
                "CreateStateMachine",
                name="M",
                definition=json.dumps(DEFINITION),
                roleArn=ROLE,
                loggingConfiguration=logging,
            )
            text = "Invalid Logging Configuration: Must specify exactly one Log Destination."
            assert answer == ("InvalidLoggingConfiguration", text)
        world.answers["logs:DescribeLogGroups"] = lambda params: {"logGroups": []}
        answer = await refused(
            world,
            "CreateStateMachine",
            name="M",
            definition=json.dumps(DEFINITION),
            roleArn=ROLE,
            loggingConfiguration={"level": "ALL", "destinations": [group]},
        )
        assert answer[1] == "Invalid Logging Configuration: Log Destination not found."

    in_world(story)


def test_lists_of_executions() -> None:
    async def story(world: World) -> None:
        await world.create(DEFINITION)
        started = []
        for _ in range(3):
            started.append(await world.start(ARN))
            await world.clock.advance(1)
        page = await world.do("ListExecutions", stateMachineArn=ARN, maxResults=2)
        assert [entry["executionArn"] for entry in page["executions"]] == started[:0:-1]
        rest = await world.do("ListExecutions", stateMachineArn=ARN, maxResults=2, nextToken=page["nextToken"])
        assert [entry["executionArn"] for entry in rest["executions"]] == started[:1]
        assert "nextToken" not in rest
        none = await world.do("ListExecutions", stateMachineArn=ARN, statusFilter="FAILED")
        assert none == {"executions": []}
        answer = await refused(world, "ListExecutions", stateMachineArn=ARN, maxResults=1001)
        assert answer[1] == (
            "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: "
            "Member must have value less than or equal to 1000"
        )

    in_world(story)


def test_variable_references() -> None:
    async def story(world: World) -> None:
        states = {
            "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
            "B": succeed(Parameters={"x.$": "$x"}),
        }
        arn = await world.create({"StartAt": "A", "States": states})
        found = await world.do("DescribeStateMachine", stateMachineArn=arn)
        assert found["variableReferences"] == {"B": ["x"]}

    in_world(story)


def test_validation_never_fails() -> None:
    async def story(world: World) -> None:
        good = await world.do("ValidateStateMachineDefinition", definition=json.dumps(DEFINITION))
        assert good == {"result": "OK", "diagnostics": [], "truncated": False}
        bad = await world.do("ValidateStateMachineDefinition", definition='{"States": {"P": {"Type": "Succeed"}}}')
        assert bad["result"] == "FAIL"
        assert bad["diagnostics"][0] == {
            "severity": "ERROR",
            "code": "SCHEMA_VALIDATION_FAILED",
            "message": "These fields are required: [StartAt]",
            "location": "/",
        }

    in_world(story)


def test_state_by_itself() -> None:
    async def story(world: World) -> None:
        world.answers["lambda:Invoke"] = lambda params: {"StatusCode": 200, "Payload": b"5"}
        state = task("arn:aws:states:::lambda:invoke", Parameters={"FunctionName": "f"}, OutputPath="$.Payload")
        answer = await world.do("TestState", definition=json.dumps(state), roleArn=ROLE, input="{}")
        assert answer == {"output": "5", "status": "SUCCEEDED"}
        retry = [{"ErrorEquals": ["E"], "IntervalSeconds": 1, "MaxAttempts": 5, "BackoffRate": 2.0}]
        mocked = await world.do(
            "TestState",
            definition=json.dumps({**state, "Retry": retry}),
            input="{}",
            inspectionLevel="DEBUG",
            stateConfiguration={"retrierRetryCount": 4},
            mock={"errorOutput": {"error": "E", "cause": "c"}},
        )
        assert (mocked["status"], mocked["error"], mocked["cause"]) == ("RETRIABLE", "E", "c")
        assert mocked["inspectionData"]["errorDetails"] == {"retryIndex": 0, "retryBackoffIntervalSeconds": 16}
        no_role = await refused(world, "TestState", definition=json.dumps(state))
        assert no_role == ("ValidationException", "RoleArn must be specified when testing a Task state")

    in_world(story)


@pytest.mark.parametrize(
    ("state", "seconds"),
    [
        (task(FUNCTION, TimeoutSeconds=5), 5),
        (task(FUNCTION), 300),
        ({"Type": "Wait", "Seconds": 301, "End": True}, 300),
    ],
)
def test_a_tested_state_times_out(state: dict[str, Any], seconds: int) -> None:
    """API reference, "TestState": five minutes at most, then States.Timeout; a Task's own limit is shorter."""

    async def story(world: World) -> None:
        world.function = lambda event: world.clock.sleep(1000)
        asked = world.clock.spawn(
            world.do("TestState", definition=json.dumps(state), roleArn=ROLE, input="{}"), "client"
        )
        await world.settle()
        await world.clock.advance(seconds - 1)
        assert not asked.done()
        await world.clock.advance(1)
        await world.settle()
        assert asked.result() == {"status": "FAILED", "error": "States.Timeout"}

    in_world(story)


def test_a_strict_mock_has_every_required_field() -> None:
    """API reference, "MockInput": only STRICT demands them, and it is the default."""

    async def story(world: World) -> None:
        child = {"StateMachineArn": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:M"}
        state = json.dumps(task("arn:aws:states:::aws-sdk:sfn:startExecution", Parameters=child))
        code, _ = await refused(world, "TestState", definition=state, mock={"result": "{}"})
        assert code == "ValidationException"
        for mode in ("PRESENT", "NONE"):
            mock = {"result": "{}", "fieldValidationMode": mode}
            answer = await world.do("TestState", definition=state, mock=mock)
            assert answer == {"output": "{}", "status": "SUCCEEDED"}

    in_world(story)


def test_inputs_of_iterations_from_the_data_of_a_reader() -> None:
    """API reference, "TestStateConfiguration" (data as found in their source) and "InspectionData"."""

    async def story(world: World) -> None:
        config = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}
        reader = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config}
        inner = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
        processor = {**inner, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
        selector = {"a.$": "$$.Map.Item.Value.A"}
        state = {"Type": "Map", "ItemReader": reader, "ItemSelector": selector, "ItemProcessor": processor, "End": True}
        answer = await world.do(
            "TestState",
            definition=json.dumps(state),
            inspectionLevel="DEBUG",
            stateConfiguration={"mapItemReaderData": "A,B\n1,2\n3,4\n"},
            mock={"result": "[1,2]"},
        )
        assert json.loads(answer["inspectionData"]["afterItemSelector"]) == [{"a": "1"}, {"a": "3"}]

    in_world(story)
