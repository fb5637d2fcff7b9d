"""Task definitions, clusters, tags."""

from __future__ import annotations

from typing import Any

import pytest
from ecs_world import CLUSTER, NETWORK, REGION, START, World, in_world

from emulator.core.errors import AwsError

MAIN = {"name": "main", "image": "local", "command": ["true"]}
FARGATE = {"networkMode": "awsvpc", "cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"]}


def arn_of(definition: str) -> str:
    return f"arn:aws:ecs:{REGION}:123456789012:task-definition/{definition}"


def test_revisions_of_a_family() -> None:
    async def story(world: World) -> None:
        assert [await world.define(MAIN), await world.define(MAIN)] == [arn_of("f:1"), arn_of("f:2")]
        await world.define(MAIN, family="g")
        shown = (await world.do("DescribeTaskDefinition", taskDefinition="f"))["taskDefinition"]
        assert (shown["revision"], shown["status"], shown["registeredAt"]) == (2, "ACTIVE", START)
        assert shown["compatibilities"] == ["EC2", "FARGATE"]
        (container,) = shown["containerDefinitions"]
        defaults = {"cpu": 0, "essential": True, "environment": [], "mountPoints": [], "volumesFrom": []}
        assert {name: container[name] for name in defaults} == defaults
        for text in ("f:1", arn_of("f:1")):
            found = await world.do("DescribeTaskDefinition", taskDefinition=text)
            assert found["taskDefinition"]["revision"] == 1
        await world.do("DeregisterTaskDefinition", taskDefinition="f:2")
        assert (await world.do("DescribeTaskDefinition", taskDefinition="f"))["taskDefinition"]["revision"] == 1
        gone = (await world.do("DescribeTaskDefinition", taskDefinition="f:2"))["taskDefinition"]
        assert (gone["status"], gone["deregisteredAt"]) == ("INACTIVE", START)
        assert await world.define(MAIN) == arn_of("f:3")

    in_world(story)


def test_lists_of_definitions_and_families() -> None:
    async def story(world: World) -> None:
        for family in ("b", "a", "a"):
            await world.define(MAIN, family=family)
        await world.do("DeregisterTaskDefinition", taskDefinition="a:1")
        await world.do("DeregisterTaskDefinition", taskDefinition="b:1")

        async def listed(**params: Any) -> list[str]:
            answer = await world.do("ListTaskDefinitions", **params)
            return [arn.rpartition("/")[2] for arn in answer["taskDefinitionArns"]]

        assert await listed() == ["a:2"]
        assert await listed(status="INACTIVE") == ["a:1", "b:1"]
        assert await listed(status="INACTIVE", sort="DESC") == ["b:1", "a:1"]
        assert await listed(status="INACTIVE", familyPrefix="b") == ["b:1"]
        assert (await world.do("ListTaskDefinitionFamilies"))["families"] == ["a", "b"]
        assert (await world.do("ListTaskDefinitionFamilies", status="ACTIVE"))["families"] == ["a"]
        assert (await world.do("ListTaskDefinitionFamilies", familyPrefix="b"))["families"] == ["b"]

    in_world(story)


def test_an_inactive_definition_runs_no_more_tasks() -> None:
    async def story(world: World) -> None:
        await world.define(MAIN)
        await world.do("DeregisterTaskDefinition", taskDefinition="f:1")
        for name in ("f", "f:1"):
            with pytest.raises(AwsError) as error:
                await world.run(name)
            assert error.value.code == "ClientException"

    in_world(story)


def container(**wrong: Any) -> dict[str, Any]:
    return {"containerDefinitions": [MAIN | wrong]}


NOT_HONOURED: list[dict[str, Any]] = [
    container(mountPoints=[{"sourceVolume": "v"}]),
    container(volumesFrom=[{"sourceContainer": "main"}]),
    container(links=["a"]),
    container(environmentFiles=[{"value": "arn:aws:s3:::b/k", "type": "s3"}]),
    container(healthCheck={"command": ["true"]}),
    container(restartPolicy={"enabled": True}),
    container(user="nobody"),
    container(privileged=True),
    container(ulimits=[{"name": "core", "softLimit": 1, "hardLimit": 1}]),
    container(linuxParameters={"tmpfs": [{"containerPath": "/t", "size": 1}]}),
    container(logConfiguration={"logDriver": "splunk"}),
    container(
        logConfiguration={
            "logDriver": "awslogs",
            "options": {"awslogs-group": "g", "awslogs-region": "r", "awslogs-multiline-pattern": "x"},
        }
    ),
    container(portMappings=[{"containerPortRange": "80-90"}]),
    container(dependsOn=[{"containerName": "main", "condition": "HEALTHY"}]),
    {"volumes": [{"name": "v"}]},
    {"pidMode": "task"},
    {"proxyConfiguration": {"containerName": "main"}},
    {"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}},
    {"requiresCompatibilities": ["EXTERNAL"]},
    {
        "networkMode": "bridge",
        "requiresCompatibilities": [],
        **container(portMappings=[{"containerPort": 80, "hostPort": 8080}]),
    },
]
WRONG: list[dict[str, Any]] = [
    {"family": ""},
    {"family": "no blanks"},
    {"containerDefinitions": []},
    container(name=""),
    container(image=""),
    container(essential=False),
    {"containerDefinitions": [MAIN, MAIN]},
    container(stopTimeout=121),
    container(portMappings=[{"containerPort": 70000}]),
    container(portMappings=[{"containerPort": 80, "hostPort": 8080}]),
    container(logConfiguration={"logDriver": "awslogs", "options": {"awslogs-group": "g"}}),
    container(dependsOn=[{"containerName": "other", "condition": "START"}]),
    container(dependsOn=[{"containerName": "main", "condition": "START"}]),
    {"networkMode": "bridge"},
    {"cpu": "256", "memory": "4096"},
    {"cpu": "much"},
    {"memory": None},
]


def test_what_cannot_be_honoured_is_refused_by_name() -> None:
    async def story(world: World) -> None:
        for wrong in NOT_HONOURED:
            params = FARGATE | {"family": "f", "containerDefinitions": [MAIN]} | wrong
            with pytest.raises(AwsError) as error:
                await world.do("RegisterTaskDefinition", **params)
            assert error.value.code == "InvalidParameterException", wrong
            assert str(error.value.message).endswith(" is not supported by aws-task-emulator."), wrong

    in_world(story)


def test_wrong_definitions() -> None:
    async def story(world: World) -> None:
        for wrong in WRONG:
            params = FARGATE | {"family": "f", "containerDefinitions": [MAIN]} | wrong
            with pytest.raises(AwsError) as error:
                await world.do("RegisterTaskDefinition", **{n: v for n, v in params.items() if v is not None})
            assert error.value.code == "ClientException", wrong
        assert (await world.do("ListTaskDefinitions"))["taskDefinitionArns"] == []

    in_world(story)


def test_ports_that_programs_choose_themselves() -> None:
    async def story(world: World) -> None:
        ports = [{"containerPort": 80}, {"containerPort": 81, "hostPort": 81}]
        await world.define(MAIN | {"portMappings": ports})
        shown = (await world.do("DescribeTaskDefinition", taskDefinition="f"))["taskDefinition"]
        assert shown["containerDefinitions"][0]["portMappings"] == [
            {"containerPort": 80, "hostPort": 80, "protocol": "tcp"},
            {"containerPort": 81, "hostPort": 81, "protocol": "tcp"},
        ]

    in_world(story)


def test_tasks_on_ec2_run_on_this_machine() -> None:
    async def story(world: World) -> None:
        ports = [{"containerPort": 8080, "hostPort": 0}]
        await world.do(
            "RegisterTaskDefinition",
            family="old",
            networkMode="bridge",
            containerDefinitions=[
                MAIN | {"memory": 64, "cpu": 10, "portMappings": ports},
                MAIN | {"name": "side", "memoryReservation": 32, "essential": False},
            ],
        )
        (task,) = (await world.do("RunTask", taskDefinition="old"))["tasks"]  # EC2 is AWS's default
        assert (task["launchType"], task["cpu"], task["memory"], task["attachments"]) == ("EC2", "10", "96", [])
        assert {"platformVersion", "ephemeralStorage"}.isdisjoint(task)
        assert task["containerInstanceArn"].startswith("arn:aws:ecs:us-east-1:123456789012:container-instance/default/")
        found = await world.finish(task)
        assert found["containers"][0]["exitCode"] == 0
        assert found["containers"][0]["networkBindings"] == [
            {"bindIP": "127.0.0.1", "containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}
        ]
        assert [hop.outcome for hop in world.ground.journal if hop.kind == "warning"] == ["EC2"]
        for wrong in ({"launchType": "FARGATE"}, {"launchType": "EC2", "networkConfiguration": NETWORK}):
            with pytest.raises(AwsError) as error:
                await world.do("RunTask", taskDefinition="old", **wrong)
            assert error.value.code == "InvalidParameterException"

    in_world(story)


def test_statistics_of_a_cluster() -> None:
    async def story(world: World) -> None:
        await world.register("sleep", "60")
        task = await world.run()
        await world.until(task, "RUNNING")
        await world.run(launchType="EC2")
        (shown,) = (await world.do("DescribeClusters", include=["STATISTICS"]))["clusters"]
        assert {pair["name"]: pair["value"] for pair in shown["statistics"]} == {
            "runningEC2TasksCount": "0",
            "pendingEC2TasksCount": "1",
            "runningFargateTasksCount": "1",
            "pendingFargateTasksCount": "0",
        }

    in_world(story)


def test_clusters() -> None:
    async def story(world: World) -> None:
        assert (await world.do("ListClusters"))["clusterArns"] == [CLUSTER]
        made = (await world.do("CreateCluster", clusterName="zip"))["cluster"]
        assert (made["clusterName"], made["status"]) == ("zip", "ACTIVE")
        assert (await world.do("CreateCluster", clusterName="zip"))["cluster"]["clusterArn"] == made["clusterArn"]
        await world.register("sleep", "60")
        task = await world.run(cluster="zip")
        assert "/zip/" in task["taskArn"]
        assert (await world.do("DescribeClusters", clusters=["zip"]))["clusters"][0]["pendingTasksCount"] == 1
        answer = await world.do("DescribeTasks", cluster="zip", tasks=[task["taskArn"]])
        assert len(answer["tasks"]) == 1
        assert len((await world.do("DescribeTasks", tasks=[task["taskArn"]]))["failures"]) == 1
        with pytest.raises(AwsError) as error:
            await world.do("DeleteCluster", cluster="zip")
        assert error.value.code == "ClusterContainsTasksException"
        await world.do("StopTask", cluster="zip", task=task["taskArn"])
        await world.settle()
        gone = (await world.do("DeleteCluster", cluster=made["clusterArn"]))["cluster"]
        assert (gone["status"], gone["runningTasksCount"], gone["pendingTasksCount"]) == ("INACTIVE", 0, 0)
        assert (await world.do("ListClusters"))["clusterArns"] == [CLUSTER]
        with pytest.raises(AwsError) as error:
            await world.run(cluster="zip")
        assert error.value.code == "ClusterNotFoundException"
        missing = await world.do("DescribeClusters", clusters=["nobody"])
        assert missing["failures"] == [{"arn": CLUSTER.replace("default", "nobody"), "reason": "MISSING"}]

    in_world(story)


def test_a_cluster_with_a_strategy_needs_no_launch_type() -> None:
    async def story(world: World) -> None:
        spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
        await world.do(
            "CreateCluster", clusterName="s", capacityProviders=["FARGATE_SPOT"], defaultCapacityProviderStrategy=spot
        )
        await world.define(MAIN)
        answer = await world.do("RunTask", cluster="s", taskDefinition="f", networkConfiguration=NETWORK)
        (task,) = answer["tasks"]
        assert (task["launchType"], task["capacityProviderName"]) == ("FARGATE", "FARGATE_SPOT")
        (task,) = (await world.do("RunTask", taskDefinition="f", networkConfiguration=NETWORK))["tasks"]
        assert task["launchType"] == "EC2"

    in_world(story)


def tag(key: str, value: str) -> dict[str, str]:
    return {"key": key, "value": value}


def test_tags() -> None:
    async def story(world: World) -> None:
        definition = await world.define(MAIN, tags=[tag("a", "1"), tag("b", "1")])
        task = await world.run(tags=[tag("b", "2")], propagateTags="TASK_DEFINITION")
        for arn, tags in (
            (definition, [tag("a", "1"), tag("b", "1")]),
            (task["taskArn"], [tag("a", "1"), tag("b", "2")]),
            (CLUSTER, []),
        ):
            assert (await world.do("ListTagsForResource", resourceArn=arn))["tags"] == tags
            await world.do("TagResource", resourceArn=arn, tags=[tag("c", "3")])
            await world.do("UntagResource", resourceArn=arn, tagKeys=["a"])
            kept = [pair for pair in tags if pair["key"] != "a"]
            assert (await world.do("ListTagsForResource", resourceArn=arn))["tags"] == [*kept, tag("c", "3")]
        assert (await world.describe(task))["tags"] == []
        assert (await world.describe(task, include=["TAGS"]))["tags"] == [tag("b", "2"), tag("c", "3")]
        managed = await world.run(enableECSManagedTags=True)
        assert managed["tags"] == [tag("aws:ecs:clusterName", "default")]

    in_world(story)


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("arn:aws:ecs:us-east-1:123456789012:task/default/0", "ResourceNotFoundException"),
        ("arn:aws:ecs:us-east-1:123456789012:task-definition/f:1", "ResourceNotFoundException"),
        ("nobody", "InvalidParameterException"),
    ],
)
def test_tags_of_what_is_not_there(arn: str, code: str) -> None:
    async def story(world: World) -> None:
        with pytest.raises(AwsError) as error:
            await world.do("TagResource", resourceArn=arn, tags=[tag("a", "1")])
        assert error.value.code == code

    in_world(story)
