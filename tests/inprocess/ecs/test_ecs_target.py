"""Tasks as targets of EventBridge's rules, and their events on its bus."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ecs_world import ACCOUNT, CLUSTER, NETWORK, REGION, World, in_world

from emulator.core.courier import Parcel
from emulator.core.errors import AwsError
from emulator.services.ecs.adapter import run_task_params
from emulator.services.events.service import SERVICE as EVENTS

ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"
VPC = {"awsvpcConfiguration": {"Subnets": ["subnet-1"], "AssignPublicIp": "ENABLED"}}


class Bus:
    """A real bus instead of the world's own; ``queue`` is what a queue was given, its attributes beside it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.queue: list[tuple[dict[str, Any], dict[str, Any]]] = []
        world.services["events"] = EVENTS
        EVENTS.join(world.ground)
        world.ground.courier.register_target("sqs", self._enqueue)

    async def _enqueue(self, parcel: Parcel) -> dict[str, str]:
        attributes = {n: a["StringValue"] for n, a in (parcel.parameters.get("MessageAttributes") or {}).items()}
        self.queue.append((json.loads(parcel.payload), attributes))
        return {"MessageId": "m"}

    async def rule(self, name: str, pattern: dict[str, Any], **target: Any) -> None:
        await self.world.do("PutRule", service="events", Name=name, EventPattern=json.dumps(pattern))
        await self.world.do("PutTargets", service="events", Rule=name, Targets=[{"Id": "t", **target}])

    async def put(self) -> None:
        entry = {"Source": "app", "DetailType": "go", "Detail": "{}"}
        await self.world.do("PutEvents", service="events", Entries=[entry])
        await self.world.settle()

    async def to_cluster(self, parameters: dict[str, Any], **target: Any) -> None:
        dead_letters = {"DeadLetterConfig": {"Arn": QUEUE}}
        given = {"Arn": CLUSTER, "RoleArn": ROLE, "EcsParameters": parameters, **dead_letters, **target}
        await self.rule("run", {"source": ["app"]}, **given)


def test_a_rule_runs_tasks() -> None:
    async def story(world: World) -> None:
        bus = Bus(world)
        definition = await world.shell("echo $GREETING")
        override = {"name": "main", "environment": [{"name": "GREETING", "value": "hello"}]}
        await bus.to_cluster(
            {
                "TaskDefinitionArn": definition,
                "TaskCount": 2,
                "LaunchType": "FARGATE",
                "NetworkConfiguration": VPC,
                "Tags": [{"Key": "a", "Value": "b"}],
            },
            Input=json.dumps({"containerOverrides": [override]}),
        )
        await bus.put()
        assert world.lines() == ["hello", "hello"]
        arns = (await world.do("ListTasks", desiredStatus="STOPPED"))["taskArns"]
        (first, _) = (await world.do("DescribeTasks", tasks=arns, include=["TAGS"]))["tasks"]
        assert first["tags"] == [{"key": "a", "value": "b"}]
        assert first["overrides"]["containerOverrides"] == [override]
        assert bus.queue == []

    in_world(story)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"TaskDefinitionArn": "nobody", "LaunchType": "FARGATE", "NetworkConfiguration": VPC}, "NO_RESOURCE"),
        ({"TaskDefinitionArn": "f"}, "INVALID_PARAMETER"),  # its network mode needs a network
    ],
)
def test_tasks_that_cannot_run_are_dead_letters(parameters: dict[str, Any], code: str) -> None:
    async def story(world: World) -> None:
        bus = Bus(world)
        await world.shell("true")
        await bus.to_cluster(parameters)
        await bus.put()
        ((event, attributes),) = bus.queue
        assert (event["source"], attributes["ERROR_CODE"]) == ("app", code)

    in_world(story)


def test_a_target_needs_its_parameters() -> None:
    async def story(world: World) -> None:
        bus = Bus(world)
        with pytest.raises(AwsError) as error:
            await bus.rule("run", {"source": ["app"]}, Arn=CLUSTER, RoleArn=ROLE)
        assert error.value.message == "Parameter(s) EcsParameters must be specified for target: t."

    in_world(story)


def test_rules_see_tasks_stop() -> None:
    async def story(world: World) -> None:
        bus = Bus(world)
        pattern = {"source": ["aws.ecs"], "detail": {"lastStatus": ["STOPPED"], "containers": {"exitCode": [3]}}}
        await bus.rule("stopped", pattern, Arn=QUEUE)
        await world.shell("exit 3")
        task = await world.run()
        await world.finish(task)
        ((event, _),) = bus.queue
        assert (event["detail-type"], event["resources"]) == ("ECS Task State Change", [task["taskArn"]])
        assert (event["account"], event["region"]) == (ACCOUNT, REGION)
        assert event["detail"]["stopCode"] == "EssentialContainerExited"

    in_world(story)


def test_ecs_parameters_as_run_task_takes_them() -> None:
    given = {
        "TaskDefinitionArn": "d",
        "LaunchType": "FARGATE",
        "NetworkConfiguration": VPC,
        "Group": "g",
        "EnableECSManagedTags": True,
    }
    expected = {
        "cluster": CLUSTER,
        "taskDefinition": "d",
        "count": 1,
        "launchType": "FARGATE",
        "networkConfiguration": NETWORK,
        "group": "g",
        "enableECSManagedTags": True,
    }
    for payload in ('{"detail": {}, "source": "app"}', "text", "[]", "{}"):
        params = run_task_params(CLUSTER, "arn:aws:events:r:a:rule/nightly", given, payload)
        assert {name: value for name, value in params.items() if name != "startedBy"} == expected
    strategy = {"CapacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}
    params = run_task_params(CLUSTER, "rule", {"TaskDefinitionArn": "d", **strategy}, '{"cpu": "512"}')
    assert ("launchType" in params, params["overrides"]) == (False, {"cpu": "512"})
