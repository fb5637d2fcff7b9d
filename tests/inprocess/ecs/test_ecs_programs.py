"""What runs in a container: Python code, commands, stand-ins for images; its environment, its output, its end."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from ecs_world import ACCOUNT, HERE, REGION, World, in_world

from emulator.core.errors import AwsError
from emulator.services.ecs.programs import LocalProgram, LocalPrograms
from emulator.services.ecs.service import SERVICE

PYTHON: dict[str, Any] = {"image": "local/python", "workingDirectory": str(HERE)}


def stand_in(world: World, key: str, **program: Any) -> None:
    programs = world.ground.cloud.shared(LocalPrograms).programs
    programs[key] = LocalProgram(**{"directory": str(HERE), **program})


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("ecs_programs:say", 0),
        ("ecs_programs:seven", 7),
        ("ecs_programs:leave", 4),
        ("ecs_programs:break_down", 1),
        ("ecs_programs:later", 0),
        ("ecs_programs", 5),
        ("ecs_programs:nothing", 1),
        ("no_such_module", 1),
    ],
)
def test_python_code_and_its_exit_code(program: str, code: int) -> None:
    async def story(world: World) -> None:
        await world.register(program, "one", **PYTHON, environment=[{"name": "WHO", "value": "Ada"}])
        found = await world.finish(await world.run())
        assert found["containers"][0]["exitCode"] == code, world.lines()
        if program.endswith("say"):
            assert world.lines() == ["arguments ['one']", "variable Ada"]
        if program.endswith("break_down"):
            assert world.lines()[-1] == "RuntimeError: no luck"
        if program == "ecs_programs":
            assert world.lines() == ["run as a module __main__"]

    in_world(story)


def test_overrides_win() -> None:
    async def story(world: World) -> None:
        pairs = [{"name": "A", "value": "defined"}, {"name": "B", "value": "defined"}]
        await world.shell("echo never", environment=pairs)
        override = {
            "name": "main",
            "command": ["sh", "-c", "echo $A $B $C"],
            "environment": [{"name": "B", "value": "overridden"}, {"name": "C", "value": "added"}],
        }
        await world.finish(await world.run(overrides={"containerOverrides": [override]}))
        assert world.lines() == ["defined overridden added"]

    in_world(story)


def test_the_environment_of_a_program() -> None:
    async def story(world: World) -> None:
        await world.register("env")
        task = await world.run()
        await world.finish(task)
        found = dict(line.split("=", 1) for line in world.lines())
        short = task["taskArn"].rpartition("/")[2]
        assert found["AWS_ENDPOINT_URL"] == world.ground.base_url
        assert found["AWS_REGION"] == found["AWS_DEFAULT_REGION"] == REGION
        assert found["AWS_ACCESS_KEY_ID"] == ACCOUNT
        assert found["AWS_SECRET_ACCESS_KEY"]
        assert found["ECS_CONTAINER_METADATA_URI_V4"] == f"{world.ground.base_url}/_emulator/ecs/v4/{short}"
        assert "AWS_LAMBDA_FUNCTION_NAME" not in found
        (hop,) = [hop for hop in world.ground.journal if hop.kind == "task-run"]
        assert found["AWS_SESSION_TOKEN"] == hop.cause.header()

    in_world(story)


def test_images_that_have_a_stand_in() -> None:
    async def story(world: World) -> None:
        image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/zipper"
        stand_in(world, image, module="ecs_programs:say")
        stand_in(world, "other/main", command=("echo", "entry"))
        stand_in(world, "files", directory="/")
        await world.register("x", image=f"{image}:1.2")
        await world.register("y", family="other", image="whatever")
        await world.register("-c", "pwd", family="files", image="files", entryPoint=["sh"])
        for family in ("f", "other", "files"):
            await world.finish(await world.run(family))
        assert world.lines() == ["arguments ['x']", "variable None", "entry y", "/"]

    in_world(story)


@pytest.mark.parametrize(
    ("container", "text"),
    [
        ({"image": "nobody/knows:it"}, "CannotPullContainerError: there is no image nobody/knows:it here"),
        ({"command": []}, "CannotStartContainerError: no command"),
        ({"command": ["/no/such/program"]}, "CannotStartContainerError: cannot run /no/such/program"),
        ({"command": ["true"], "workingDirectory": "/no/such/place"}, "CannotStartContainerError: cannot run true"),
    ],
)
def test_what_cannot_be_started(container: dict[str, Any], text: str) -> None:
    async def story(world: World) -> None:
        await world.define({"name": "main", "image": "local", "command": ["true"], **container})
        found = await world.finish(await world.run())
        assert found["stopCode"] == "TaskFailedToStart"
        assert found["stoppedReason"].startswith(text)
        assert found["containers"][0]["reason"] == found["stoppedReason"]
        assert "exitCode" not in found["containers"][0]
        assert "startedAt" not in found
        assert [status for status, _, _ in world.statuses()] == ["PROVISIONING", "PENDING", "DEPROVISIONING", "STOPPED"]

    in_world(story)


def test_secrets_and_parameters() -> None:
    asked: list[dict[str, Any]] = []

    def secret(params: dict[str, Any]) -> dict[str, Any]:
        asked.append(params)
        return {"SecretString": json.dumps({"user": "ada", "n": 1})}

    def parameter(params: dict[str, Any]) -> dict[str, Any]:
        asked.append(params)
        return {"Parameter": {"Value": f"value of {params['Name']}"}}

    async def story(world: World) -> None:
        world.answers = {"secretsmanager:GetSecretValue": secret, "ssm:GetParameter": parameter}
        arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
        sources = {
            "WHOLE": arn,
            "KEY": f"{arn}:user::",
            "STAGE": f"{arn}:n:AWSPREVIOUS:",
            "PLAIN": "/app/a",
            "NAMED": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/b",
            "DEEP": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/app/c",
        }
        secrets = [{"name": name, "valueFrom": source} for name, source in sources.items()]
        await world.shell('echo "$WHOLE|$KEY|$STAGE|$PLAIN|$NAMED|$DEEP"', secrets=secrets)
        await world.finish(await world.run())
        values = ('{"user": "ada", "n": 1}', "ada", "1", "value of /app/a", "value of b", "value of /app/c")
        assert world.lines() == ["|".join(values)]
        assert asked[2] == {"SecretId": arn, "VersionStage": "AWSPREVIOUS"}

    in_world(story)


def test_a_secret_that_is_not_there() -> None:
    def missing(params: dict[str, Any]) -> dict[str, Any]:
        raise AwsError("ParameterNotFound", "no such parameter")

    async def story(world: World) -> None:
        world.answers = {"ssm:GetParameter": missing}
        await world.shell("echo never", secrets=[{"name": "A", "valueFrom": "/a"}])
        found = await world.finish(await world.run())
        assert found["stopCode"] == "TaskFailedToStart"
        assert found["stoppedReason"].startswith("ResourceInitializationError: ")
        assert "/a" in found["stoppedReason"]
        assert world.lines() == []

    in_world(story)


def test_output_goes_to_the_log_stream() -> None:
    async def story(world: World) -> None:
        options = {"awslogs-group": "/ecs/zip", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "web"}
        logs = {"logDriver": "awslogs", "options": options}
        await world.shell("echo out; echo err >&2; printf unfinished", logConfiguration=logs)
        task = await world.run()
        await world.finish(task)
        from emulator.services.logs.store import LogsStore

        group = world.ground.cloud.store(LogsStore, ACCOUNT, "eu-west-1").groups["/ecs/zip"]
        (stream,) = group.streams.values()
        assert stream.name == f"web/main/{task['taskArn'].rpartition('/')[2]}"
        assert sorted(event.message for event in stream.events) == ["err", "out", "unfinished"]

    in_world(story)


def test_runs_and_lines_are_in_the_trace_of_the_call() -> None:
    async def story(world: World) -> None:
        await world.shell("echo hello; exit 9")
        await world.finish(await world.run())
        (run,) = [hop for hop in world.ground.journal if hop.kind == "task-run"]
        (line,) = [hop for hop in world.ground.journal if hop.kind == "log"]
        assert (run.outcome, run.detail["exit_code"], line.parent) == ("exit 9", 9, run.id)

    in_world(story)


def test_a_request_of_the_program_parks_its_task() -> None:
    """The program's requests carry its hop; while one waits on the clock, time may move."""

    async def story(world: World) -> None:
        await world.register("sleep", "60")
        task = await world.run()
        await world.until(task, "RUNNING")
        (run,) = [hop for hop in world.ground.journal if hop.kind == "task-run"]
        unit = world.clock.find_unit(run.id)
        assert unit is not None
        assert unit.parent is not None
        before = world.clock.busy  # the program's unit, the task's, and perhaps others
        with world.clock.unit("its request", unit) as request:
            request.park()
            assert (world.clock.busy, unit.busy, unit.parent.busy) == (before - 2, False, False)
            request.resume()
        assert (world.clock.busy, unit.busy, unit.parent.busy) == (before, True, True)

    in_world(story)


@pytest.mark.parametrize("how", ["reset", "stop", "stop while stopping"])
def test_programs_end_with_the_emulator(tmp_path: Path, how: str) -> None:
    async def main() -> int:
        world = World()
        file = tmp_path / "pid"
        await world.register("ecs_programs:note_pid", **PYTHON, environment=[{"name": "PID_FILE", "value": str(file)}])
        task = await world.run()
        for _ in range(5000):
            if file.exists() and file.read_text():
                break
            await asyncio.sleep(0.001)
        if how == "stop while stopping":
            await world.do("StopTask", task=task["taskArn"])
        SERVICE.on_reset(world.ground)
        await (world.clock.cancel_processes() if how == "reset" else world.clock.close())
        assert (world.clock.busy, world.clock.units()) == (0, [])
        return int(file.read_text())

    pid = asyncio.run(main())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody tells a command that the emulator is gone")
def test_programs_end_when_the_emulator_is_killed() -> None:
    text = """
import asyncio, os
from emulator.runtimes.tasks import TaskProcess, TaskSpec
from emulator.runtimes.worker import Program

async def main():
    process = await TaskProcess.start(TaskSpec("", "/", dict(os.environ), program=Program(("sleep", "60"))))
    print(process.pid, flush=True)
    os._exit(1)

asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=30)
    pid = int(done.stdout)
    deadline = time.monotonic() + 5
    while _lives(pid):
        assert time.monotonic() < deadline


def _lives(pid: int) -> bool:
    """Whether it runs: nobody may have collected what is left of it."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
