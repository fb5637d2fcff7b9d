"""``ecs:runTask`` in state machines: started, waited for, with a token."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ecs_world import ACCOUNT, HERE, World, in_world

from emulator.core.errors import AwsError
from emulator.services.stepfunctions.service import SERVICE

RUN_TASK = "arn:aws:states:::ecs:runTask"
PARAMETERS: dict[str, Any] = {
    "LaunchType": "FARGATE",
    "TaskDefinition": "f",
    "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}},
}
SLEEPING = {
    "image": "local/python",
    "workingDirectory": str(HERE),
    "environment": [{"name": "EMULATOR_VIRTUAL_SLEEP", "value": "1"}],
}


async def start(world: World, suffix: str, parameters: dict[str, Any] | None = None, **state: Any) -> str:
    """The ARN of an execution whose one state runs a task."""
    if "stepfunctions" not in world.services:
        world.services["stepfunctions"] = SERVICE
        SERVICE.join(world.ground)
    given = PARAMETERS | (parameters or {})
    task = {"Type": "Task", "Resource": RUN_TASK + suffix, "Parameters": given, "End": True, **state}
    definition = json.dumps({"StartAt": "Run", "States": {"Run": task}})
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    made = await states(world, "CreateStateMachine", name="M", definition=definition, roleArn=role)
    return str((await states(world, "StartExecution", stateMachineArn=made["stateMachineArn"]))["executionArn"])


async def states(world: World, operation: str, **params: Any) -> dict[str, Any]:
    return await world.do(operation, service="stepfunctions", **params)


async def ended(world: World, execution: str, status: str) -> dict[str, Any]:
    await world.settle()
    found = await states(world, "DescribeExecution", executionArn=execution)
    assert found["status"] == status, found
    return found


async def kinds(world: World, execution: str) -> list[str]:
    answer = await states(world, "GetExecutionHistory", executionArn=execution)
    return [event["type"] for event in answer["events"]]


def test_a_task_that_is_started() -> None:
    async def story(world: World) -> None:
        await world.register("sleep", "60")
        execution = await start(world, "")
        for _ in range(3):
            await world.clock.pause()
        found = await states(world, "DescribeExecution", executionArn=execution)
        assert found["status"] == "SUCCEEDED"
        output = json.loads(found["output"])
        assert output["Failures"] == []
        assert output["SdkHttpMetadata"]["HttpStatusCode"] == 200
        (task,) = output["Tasks"]
        assert (task["LastStatus"], "StartedBy" in task) == ("PROVISIONING", False)
        assert task["Overrides"]["ContainerOverrides"] == [{"Name": "main"}]

    in_world(story)


def test_a_task_that_is_waited_for() -> None:
    async def story(world: World) -> None:
        await world.register("ecs_programs:sleep_long", **SLEEPING)
        override = {"Name": "main", "Environment": [{"Name": "A", "Value.$": "$.a"}]}
        parameters = {"Overrides": {"ContainerOverrides": [override]}}
        execution = await start(world, ".sync", parameters | {"TaskDefinition": "f:1"}, InputPath="$", Comment="c")
        await world.settle()
        found = await states(world, "DescribeExecution", executionArn=execution)
        assert found["status"] == "FAILED"  # there is no $.a
        del override["Environment"][0]["Value.$"]  # type: ignore[attr-defined]
        override["Environment"][0]["Value"] = "1"  # type: ignore[index]
        await states(world, "DeleteStateMachine", stateMachineArn=found["stateMachineArn"])
        execution = await start(world, ".sync", parameters)
        await world.clock.advance(1199)
        assert (await states(world, "DescribeExecution", executionArn=execution))["status"] == "RUNNING"
        await world.clock.advance(1)
        task = json.loads((await ended(world, execution, "SUCCEEDED"))["output"])
        assert (task["LastStatus"], task["StartedBy"]) == ("STOPPED", "AWS Step Functions")
        assert task["Containers"][0]["ExitCode"] == 0
        assert "Tasks" not in task
        assert await kinds(world, execution) == [
            *("ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted"),
            *("TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"),
        ]

    in_world(story)


@pytest.mark.parametrize("program", [{"command": ["sh", "-c", "exit 5"]}, {"image": "nobody"}])
def test_a_task_that_fails(program: dict[str, Any]) -> None:
    async def story(world: World) -> None:
        await world.define({"name": "main", "image": "local", "command": ["true"], **program})
        found = await ended(world, await start(world, ".sync"), "FAILED")
        assert found["error"] == "States.TaskFailed"
        task = json.loads(found["cause"])
        assert task["LastStatus"] == "STOPPED"
        if "command" in program:
            assert (task["StopCode"], task["Containers"][0]["ExitCode"]) == ("EssentialContainerExited", 5)
        else:
            assert task["StopCode"] == "TaskFailedToStart"

    in_world(story)


@pytest.mark.parametrize("how", ["stopped", "timed out"])
def test_nobody_waits_any_more(how: str) -> None:
    async def story(world: World) -> None:
        await world.register("ecs_programs:sleep_long", **SLEEPING)
        execution = await start(world, ".sync", TimeoutSeconds=600)
        await world.clock.advance(1)
        if how == "stopped":
            await states(world, "StopExecution", executionArn=execution)
        else:
            await world.clock.advance(599)
            assert (await ended(world, execution, "FAILED"))["error"] == "States.Timeout"
        await world.settle()
        (arn,) = (await world.do("ListTasks", desiredStatus="STOPPED"))["taskArns"]
        (task,) = (await world.do("DescribeTasks", tasks=[arn]))["tasks"]
        assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "UserInitiated")
        assert task["containers"][0]["exitCode"] == 143

    in_world(story)


def test_a_token_in_the_program_s_environment() -> None:
    async def story(world: World) -> None:
        await world.shell("echo $TOKEN")
        pair = {"Name": "TOKEN", "Value.$": "$$.Task.Token"}
        parameters = {"Overrides": {"ContainerOverrides": [{"Name": "main", "Environment": [pair]}]}}
        execution = await start(world, ".waitForTaskToken", parameters)
        await world.settle()
        (token,) = world.lines()
        assert (await states(world, "DescribeExecution", executionArn=execution))["status"] == "RUNNING"
        await states(world, "SendTaskSuccess", taskToken=token, output='"done"')
        assert (await ended(world, execution, "SUCCEEDED"))["output"] == '"done"'

    in_world(story)


def test_errors_of_the_service() -> None:
    async def story(world: World) -> None:
        found = await ended(world, await start(world, ".sync", {"Cluster": "nobody"}), "FAILED")
        assert found["error"] == "ECS.ClusterNotFoundException"
        assert found["cause"].startswith("Cluster not found. (Service: AmazonECS; Status Code: 400; ")

    in_world(story)


def test_refused_where_there_is_no_ecs() -> None:
    async def story(world: World) -> None:
        world.ground.courier._jobs.clear()
        with pytest.raises(AwsError) as error:
            await start(world, ".sync")
        assert "the end of a job of 'ecs' cannot be waited for" in str(error.value.message)

    in_world(story)
