"""The life of tasks: statuses, instants, exit codes, events, StopTask."""

from __future__ import annotations

from typing import Any

import pytest
from ecs_world import CLUSTER, HERE, NETWORK, REGION, START, World, in_world

from emulator.core.errors import AwsError
from emulator.services.ecs import life


def test_what_run_task_answers() -> None:
    async def story(world: World) -> None:
        definition = await world.shell("true", family="zipper")
        override = {"name": "main", "environment": [{"name": "REQUEST_ID", "value": "42"}]}
        task = await world.run("zipper", overrides={"containerOverrides": [override]}, startedBy="me")
        assert (task["lastStatus"], task["desiredStatus"], task["version"]) == ("PROVISIONING", "RUNNING", 1)
        assert task["taskArn"].startswith(f"arn:aws:ecs:{REGION}:123456789012:task/default/")
        assert len(task["taskArn"].rpartition("/")[2]) == 32
        assert (task["clusterArn"], task["taskDefinitionArn"]) == (CLUSTER, definition)
        assert (task["launchType"], task["platformVersion"], task["platformFamily"]) == ("FARGATE", "1.4.0", "Linux")
        assert (task["cpu"], task["memory"], task["group"], task["startedBy"]) == ("256", "512", "family:zipper", "me")
        assert task["createdAt"] == START
        assert task["overrides"] == {"containerOverrides": [override], "inferenceAcceleratorOverrides": []}
        (container,) = task["containers"]
        assert (container["name"], container["image"], container["lastStatus"]) == ("main", "local", "PENDING")
        assert container["containerArn"].startswith(f"arn:aws:ecs:{REGION}:123456789012:container/default/")
        assert "exitCode" not in container
        (attachment,) = task["attachments"]
        assert (attachment["type"], attachment["status"]) == ("ElasticNetworkInterface", "PRECREATED")
        assert {"name": "subnetId", "value": "subnet-1"} in attachment["details"]

    in_world(story)


def test_without_overrides_every_container_is_named() -> None:
    async def story(world: World) -> None:
        await world.define(
            {"name": "a", "image": "local", "command": ["true"]}, {"name": "b", "image": "local", "command": ["true"]}
        )
        task = await world.run()
        assert task["overrides"]["containerOverrides"] == [{"name": "a"}, {"name": "b"}]

    in_world(story)


@pytest.mark.parametrize("code", [0, 3])
def test_an_essential_container_ends_the_task(code: int) -> None:
    async def story(world: World) -> None:
        await world.shell(f"exit {code}")
        found = await world.finish(await world.run())
        assert (found["stopCode"], found["stoppedReason"]) == (
            "EssentialContainerExited",
            "Essential container in task exited",
        )
        (container,) = found["containers"]
        assert (container["lastStatus"], container["exitCode"]) == ("STOPPED", code)
        assert {"runtimeId", "imageDigest"} <= container.keys()
        assert (found["connectivity"], found["version"]) == ("CONNECTED", 5)
        assert found["attachments"][0]["status"] == "DELETED"

    in_world(story)


def test_statuses_and_their_instants() -> None:
    async def story(world: World) -> None:
        world.ground.settings.ecs_step_delay = 10
        await world.register(
            "ecs_programs:sleep_long",
            image="local/python",
            workingDirectory=str(HERE),
            environment=[{"name": "EMULATOR_VIRTUAL_SLEEP", "value": "1"}],
        )
        task = await world.run()
        assert (await world.describe(task))["lastStatus"] == "PROVISIONING"
        await world.clock.advance(10)
        assert (await world.describe(task))["lastStatus"] == "PENDING"
        await world.clock.advance(10)
        running = await world.describe(task)
        assert (running["lastStatus"], running["containers"][0]["lastStatus"]) == ("RUNNING", "RUNNING")
        await world.clock.advance(1200)
        assert (await world.describe(task))["lastStatus"] == "DEPROVISIONING"
        await world.clock.advance(10)
        found = await world.describe(task)
        assert found["lastStatus"] == "STOPPED"
        instants = {name: round(value - START, 3) for name, value in found.items() if name.endswith("At")}
        assert instants == {
            "createdAt": 0,
            "connectivityAt": 10,
            "pullStartedAt": 20,
            "pullStoppedAt": 20,
            "startedAt": 20,
            "stoppingAt": 1220,
            "executionStoppedAt": 1220,
            "stoppedAt": 1230,
        }

    in_world(story)


def test_every_change_is_an_event() -> None:
    async def story(world: World) -> None:
        await world.shell("exit 2")
        task = await world.run(tags=[{"key": "a", "value": "b"}])
        await world.finish(task)
        assert world.statuses() == [
            ("PROVISIONING", "RUNNING", 1),
            ("PENDING", "RUNNING", 2),
            ("RUNNING", "RUNNING", 3),
            ("DEPROVISIONING", "STOPPED", 4),
            ("STOPPED", "STOPPED", 5),
        ]
        envelope = {
            "bus": f"arn:aws:events:{REGION}:123456789012:event-bus/default",
            "DetailType": "ECS Task State Change",
            "Source": "aws.ecs",
            "Resources": [task["taskArn"]],
        }
        assert world.envelopes == [envelope] * 5
        last = world.events[-1]
        assert "tags" not in last
        assert (last["createdAt"], last["updatedAt"]) == ("2023-11-14T22:13:20.000Z", "2023-11-14T22:13:20.000Z")
        assert last["containers"][0]["exitCode"] == 2

    in_world(story)


def test_stop_task_sends_sigterm() -> None:
    async def story(world: World) -> None:
        await world.register("sleep", "60")
        task = await world.run()
        await world.until(task, "RUNNING")
        stopping = (await world.do("StopTask", task=task["taskArn"], reason="enough"))["task"]
        assert (stopping["lastStatus"], stopping["desiredStatus"]) == ("RUNNING", "STOPPED")
        found = await world.finish(task)
        assert (found["stopCode"], found["stoppedReason"]) == ("UserInitiated", "enough")
        assert found["containers"][0]["exitCode"] == 143
        assert [(last, desired) for last, desired, _ in world.statuses()][2:] == [
            ("RUNNING", "RUNNING"),
            ("RUNNING", "STOPPED"),
            ("DEPROVISIONING", "STOPPED"),
            ("STOPPED", "STOPPED"),
        ]

    in_world(story)


def test_a_program_may_end_well_on_sigterm() -> None:
    async def story(world: World) -> None:
        await world.shell("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done")
        task = await world.run()
        await world.until_line("up")
        await world.do("StopTask", task=task["taskArn"])
        found = await world.finish(task)
        assert (found["stopCode"], found["containers"][0]["exitCode"]) == ("UserInitiated", 0)
        assert world.lines() == ["up", "bye"]

    in_world(story)


@pytest.mark.parametrize(("timeout", "after"), [(None, 30), (5, 5)])
def test_sigkill_after_the_stop_timeout(monkeypatch: pytest.MonkeyPatch, timeout: int | None, after: float) -> None:
    monkeypatch.setattr(life, "PATIENCE", 0.01)

    async def story(world: World) -> None:
        limit = {} if timeout is None else {"stopTimeout": timeout}
        await world.shell("trap '' TERM; echo up; while :; do sleep 0.01; done", **limit)
        task = await world.run()
        await world.until_line("up")
        await world.do("StopTask", task=task["taskArn"])
        await world.clock.advance(after - 0.001)
        assert (await world.describe(task))["lastStatus"] == "RUNNING"
        await world.clock.advance(0.001)
        found = await world.finish(task)
        assert found["containers"][0]["exitCode"] == 137
        assert found["executionStoppedAt"] - START == pytest.approx(after)

    in_world(story)


def test_a_task_that_has_not_begun_is_stopped_without_a_program() -> None:
    async def story(world: World) -> None:
        await world.shell("echo never")
        task = await world.run()
        await world.do("StopTask", task=task["taskArn"])
        found = await world.finish(task)
        assert (found["stopCode"], "exitCode" in found["containers"][0]) == ("UserInitiated", False)
        assert world.lines() == []

    in_world(story)


def test_a_stopped_task_is_stopped_and_shown_for_an_hour() -> None:
    async def story(world: World) -> None:
        await world.shell("exit 1")
        task = await world.run()
        found = await world.finish(task)
        assert (await world.do("StopTask", task=task["taskArn"]))["task"]["version"] == found["version"]
        await world.clock.advance(3599)
        assert (await world.describe(task))["lastStatus"] == "STOPPED"
        await world.clock.advance(2)
        answer = await world.do("DescribeTasks", tasks=[task["taskArn"]])
        assert answer == {"tasks": [], "failures": [{"arn": task["taskArn"], "reason": "MISSING"}]}

    in_world(story)


def test_nothing_cuts_a_task_and_time_stands_while_its_program_works() -> None:
    """In automatic time a sleeping Python program lets time jump; one that works does not, whatever is due."""

    async def story(world: World) -> None:
        here = {"image": "local/python", "workingDirectory": str(HERE)}
        virtual = [{"name": "EMULATOR_VIRTUAL_SLEEP", "value": "1"}]
        await world.register("ecs_programs:sleep_long", family="long", environment=virtual, **here)
        await world.shell("sleep 0.3", family="busy")
        due: list[float] = []
        world.clock.at(world.clock.now() + 100, lambda: due.append(world.clock.now()), label="something owed")
        busy = await world.run("busy")
        await world.until(busy, "RUNNING")
        assert due == []
        found = await world.until(busy, "STOPPED")
        assert found["stoppedAt"] - START < 60
        long = await world.run("long")
        found = await world.until(long, "STOPPED")
        assert found["stoppedAt"] - found["startedAt"] >= 1200
        assert found["containers"][0]["exitCode"] == 0
        assert due

    in_world(story, "auto")


def test_containers_of_a_task() -> None:
    """The essential one ends the others; the task's word is the essential one's exit code."""

    async def story(world: World) -> None:
        await world.define(
            {"name": "side", "image": "local", "command": ["sleep", "60"], "essential": False},
            {"name": "quick", "image": "local", "command": ["true"], "essential": False},
            {
                "name": "main",
                "image": "local",
                "command": ["sh", "-c", "exit 0"],
                "dependsOn": [
                    {"containerName": "side", "condition": "START"},
                    {"containerName": "quick", "condition": "SUCCESS"},
                ],
            },
        )
        found = await world.finish(await world.run())
        assert found["stopCode"] == "EssentialContainerExited"
        assert {c["name"]: c["exitCode"] for c in found["containers"]} == {"side": 143, "quick": 0, "main": 0}

    in_world(story)


def test_a_dependency_that_fails_ends_the_task() -> None:
    async def story(world: World) -> None:
        needs = [{"containerName": "first", "condition": "SUCCESS"}]
        await world.define(
            {"name": "first", "image": "local", "command": ["false"], "essential": False},
            {"name": "main", "image": "local", "command": ["sleep", "60"], "dependsOn": needs},
        )
        found = await world.finish(await world.run())
        assert found["stopCode"] == "TaskFailedToStart"
        assert "exitCode" not in found["containers"][1]

    in_world(story)


def test_ten_tasks_at_once_and_their_list() -> None:
    async def story(world: World) -> None:
        await world.shell("true")
        answer = await world.do(
            "RunTask", taskDefinition="f", count=10, launchType="FARGATE", networkConfiguration=NETWORK
        )
        assert len({task["taskArn"] for task in answer["tasks"]}) == 10
        arns = [task["taskArn"] for task in answer["tasks"]]
        assert (await world.do("ListTasks"))["taskArns"] == arns
        await world.settle()
        assert (await world.do("ListTasks"))["taskArns"] == []
        assert (await world.do("ListTasks", desiredStatus="STOPPED", family="f"))["taskArns"] == arns
        for other in ({"family": "g"}, {"startedBy": "x"}, {"launchType": "EC2"}):
            assert (await world.do("ListTasks", desiredStatus="STOPPED", **other))["taskArns"] == []
        first = await world.do("ListTasks", desiredStatus="STOPPED", maxResults=7)
        rest = await world.do("ListTasks", desiredStatus="STOPPED", nextToken=first["nextToken"])
        assert first["taskArns"] + rest["taskArns"] == arns

    in_world(story)


def test_a_client_token_stands_for_its_tasks() -> None:
    async def story(world: World) -> None:
        await world.shell("true")
        first = await world.run(clientToken="t")
        assert (await world.run(clientToken="t"))["taskArn"] == first["taskArn"]
        with pytest.raises(AwsError) as error:
            await world.run(clientToken="t", group="other")
        assert error.value.code == "ConflictException"
        await world.finish(first)
        await world.clock.advance(86_400)
        assert (await world.run(clientToken="t"))["taskArn"] != first["taskArn"]

    in_world(story)


REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"taskDefinition": "nobody"}, "ClientException"),
    ({"taskDefinition": "f:9"}, "ClientException"),
    ({"taskDefinition": "f:x"}, "InvalidParameterException"),
    ({"cluster": "nobody"}, "ClusterNotFoundException"),
    ({"count": 0}, "InvalidParameterException"),
    ({"count": 11}, "InvalidParameterException"),
    ({"networkConfiguration": {}}, "InvalidParameterException"),
    ({"networkConfiguration": {"awsvpcConfiguration": {"subnets": []}}}, "InvalidParameterException"),
    ({"launchType": "EC2", "platformVersion": "1.4.0"}, "InvalidParameterException"),
    ({"launchType": "EC2", "placementStrategy": [{"type": "random"}]}, "InvalidParameterException"),
    ({"launchType": "EXTERNAL"}, "InvalidParameterException"),
    ({"platformVersion": "9.9"}, "PlatformUnknownException"),
    ({"startedBy": "x" * 129}, "InvalidParameterException"),
    ({"overrides": {"containerOverrides": [{"name": "other"}]}}, "InvalidParameterException"),
    ({"overrides": {"containerOverrides": [{"name": "main", "command": ["x" * 8192]}]}}, "InvalidParameterException"),
    ({"overrides": {"cpu": "512", "memory": "512"}}, "InvalidParameterException"),
    ({"overrides": {"inferenceAcceleratorOverrides": [{"deviceName": "d"}]}}, "InvalidParameterException"),
    ({"capacityProviderStrategy": [{"capacityProvider": "mine"}], "launchType": None}, "InvalidParameterException"),
    ({"volumeConfigurations": [{"name": "v"}]}, "InvalidParameterException"),
    ({"propagateTags": "SERVICE"}, "InvalidParameterException"),
]


def test_what_run_task_refuses() -> None:
    async def story(world: World) -> None:
        await world.shell("true")
        good = {"taskDefinition": "f", "launchType": "FARGATE", "networkConfiguration": NETWORK}
        for wrong, code in REFUSALS:
            params = {name: value for name, value in (good | wrong).items() if value is not None}
            with pytest.raises(AwsError) as error:
                await world.do("RunTask", **params)
            assert error.value.code == code, wrong
        assert (await world.do("ListTasks"))["taskArns"] == []

    in_world(story)


def test_unknown_tasks() -> None:
    async def story(world: World) -> None:
        answer = await world.do("DescribeTasks", tasks=["0" * 32])
        arn = f"arn:aws:ecs:{REGION}:123456789012:task/default/{'0' * 32}"
        assert answer["failures"] == [{"arn": arn, "reason": "MISSING"}]
        with pytest.raises(AwsError) as error:
            await world.do("StopTask", task="0" * 32)
        assert error.value.code == "InvalidParameterException"
        with pytest.raises(AwsError) as error:
            await world.do("DescribeTasks", cluster="nobody", tasks=["x"])
        assert (error.value.code, error.value.message) == ("ClusterNotFoundException", "Cluster not found.")

    in_world(story)
