"""One container's program, from its dependencies to its exit code."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Mapping
from typing import Any

from emulator.core.courier import LogEvent
from emulator.core.ground import Ground
from emulator.core.journal import Hop
from emulator.core.units import Unit, current_unit
from emulator.runtimes.tasks import TaskProcess, TaskSpec, task_environment
from emulator.runtimes.worker import Program
from emulator.services.ecs.container import PENDING, RUNNING, STOPPED, Container
from emulator.services.ecs.errors import CannotStartError
from emulator.services.ecs.programs import LocalPrograms, choose
from emulator.services.ecs.secret_values import read_secrets
from emulator.services.ecs.task import EXITED, EXITED_REASON, FAILED_TO_START, Task

shown = logging.getLogger("emulator.task")
"""What programs print, for the terminal."""


class ContainerRun:
    """A process on the clock that is busy as long as the program runs."""

    def __init__(self, ground: Ground, task: Task, container: Container) -> None:
        self._ground = ground
        self._clock = ground.clock
        self._task = task
        self._container = container
        self._name = f"{task.definition.family}/{container.name}"
        self._logs = _LogPlace(task, container)
        self._nap: asyncio.Task[None] | None = None

    async def run(self) -> None:
        task, container = self._task, self._container
        while not task.over and not self._ready():
            await self._clock.wait(task.changed)
        if task.over:
            return
        container.starting = True
        hop = self._ground.journal.begin(
            "task-run", task.definition.arn, task.arn, task.cause, container=container.name
        )
        try:
            with self._clock.unit(f"program of {task.label} {container.name}", current_unit.get(), key=hop.id) as unit:
                await self._run(hop, unit)
        except CannotStartError as error:
            reason = str(error)
            container.starting, container.reason = False, reason
            self._ground.journal.end(hop, FAILED_TO_START, error=reason)
            task.end(FAILED_TO_START, reason)
        except BaseException as error:
            self._ground.journal.end(hop, type(error).__name__)
            raise

    def _ready(self) -> bool:
        """Whether the containers that it depends on are as far as it needs; ends the task when one never will be."""
        others = {container.name: container for container in self._task.containers}
        for dependency in self._container.definition.get("dependsOn") or ():
            other, condition = others[dependency["containerName"]], dependency["condition"]
            if other.status == PENDING or (condition != "START" and other.status != STOPPED):
                return False
            if condition == "SUCCESS" and other.exit_code:
                reason = f"Container {other.name} exited with code {other.exit_code}; {self._container.name} needs 0"
                self._task.end(FAILED_TO_START, reason)
                return False
        return True

    async def _run(self, hop: Hop, unit: Unit) -> None:
        task, container = self._task, self._container
        spec = await self._spec(hop)
        if task.over:  # while its secrets were read
            raise CannotStartError(task.stopped_reason)
        process = await self._started(spec, hop)
        try:
            process.on_sleep = lambda seconds: self._sleep(process, unit, seconds)
            container.status, container.started_at, container.starting = RUNNING, self._clock.now(), False
            container.digest = f"sha256:{hashlib.sha256(container.image.encode()).hexdigest()}"
            container.terminate, container.kill, container.unit = process.terminate, process.kill, unit
            task.changed.wake_all()
            await process.wait()
        finally:
            process.kill()  # when the emulator ends
            try:
                await process.wait()
            finally:
                self._let_go(process)
        self._exited(hop, process.exit_code)

    def _let_go(self, process: TaskProcess) -> None:
        if self._nap is not None:
            self._nap.cancel()  # nobody would wake, and time need not jump there
        self._container.exited(process.exit_code, self._clock.now())

    async def _started(self, spec: TaskSpec, hop: Hop) -> TaskProcess:
        """Raises CannotStartError."""
        try:
            return await TaskProcess.start(spec, lambda _, stream, line: self._hear(hop, line))
        except OSError as error:
            what = spec.handler or spec.arguments[0]
            reason = f"cannot run {what} in {spec.directory}: {error.strerror or error}"
            raise CannotStartError(f"CannotStartContainerError: {reason}") from error

    def _exited(self, hop: Hop, code: int | None) -> None:
        """Inside the program's unit, so that there is no gap in which nobody is busy."""
        task, container = self._task, self._container
        self._ground.journal.end(hop, "ok" if not code else f"exit {code}", exit_code=code)
        if container.essential:
            task.end(EXITED, EXITED_REASON, container)
        task.changed.wake_all()

    def _sleep(self, process: TaskProcess, unit: Unit, seconds: float) -> None:
        """Python code sleeps by the emulator's clock; meanwhile its unit is idle."""
        label = f"sleep in {self._name}"

        async def nap() -> None:
            await self._clock.sleep(seconds, label=label)
            process.wake()

        self._nap = self._clock.spawn(nap(), label, parent=unit)

    def _hear(self, hop: Hop, line: str) -> None:
        shown.info("%s: %s", self._name, line)
        self._ground.journal.note("log", self._name, self._logs.group, hop.cause, payload=line)
        if self._logs.group:
            event = LogEvent(self._clock.now(), line)
            place = (self._task.account, self._logs.region, self._logs.group, self._logs.stream)
            self._ground.courier.write_log(*place, [event])

    async def _spec(self, hop: Hop) -> TaskSpec:
        """Raises CannotStartError."""
        task, ground, definition = self._task, self._ground, self._container.definition
        chosen = choose(ground.cloud.shared(LocalPrograms), task.definition.family, definition)
        given = {pair["name"]: pair.get("value") or "" for pair in definition.get("environment") or ()}
        secrets = await read_secrets(ground, task, definition.get("secrets") or [])
        place = f"{ground.base_url}/_emulator/ecs/v4/{task.id}"
        own = place if len(task.containers) == 1 else f"{place}/{self._container.name}"
        user = {"AWS_EXECUTION_ENV": "AWS_ECS_FARGATE", "ECS_CONTAINER_METADATA_URI_V4": own, **given, **secrets}
        environment = task_environment(
            region=task.region,
            account=task.account,
            endpoint_url=ground.base_url,
            cause=hop.cause,
            user=user,
            domain_name=ground.settings.domain_name,
        )
        directory = chosen.directory or os.getcwd()
        program = None if chosen.module else Program(chosen.arguments)
        return TaskSpec(chosen.module, directory, environment, program=program, arguments=chosen.arguments)


class _LogPlace:
    """Where CloudWatch Logs keeps what a container writes; no group without the ``awslogs`` driver.

    Streams are ``prefix/container/task`` (AWS docs, "Send Amazon ECS logs to CloudWatch").
    """

    def __init__(self, task: Task, container: Container) -> None:
        logs: Mapping[str, Any] = container.definition.get("logConfiguration") or {}
        options = logs.get("options") or {}
        prefix = options.get("awslogs-stream-prefix")
        self.group: str = options.get("awslogs-group", "")
        self.region: str = options.get("awslogs-region", task.region)
        self.stream = f"{prefix}/{container.name}/{task.id}" if prefix else container.runtime_id
