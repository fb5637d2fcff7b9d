"""The life of a task: from PROVISIONING to STOPPED, with its containers' programs in between."""

from __future__ import annotations

from emulator.core.ground import Ground
from emulator.core.timers import TimerKind
from emulator.core.units import Unit
from emulator.services.ecs.container import STOPPED as CONTAINER_STOPPED
from emulator.services.ecs.container import Container
from emulator.services.ecs.container_run import ContainerRun
from emulator.services.ecs.state_events import began, move, want_stopped
from emulator.services.ecs.store import EcsStore
from emulator.services.ecs.task import DEPROVISIONING, FAILED_TO_START, PENDING, RUNNING, STOPPED, Task

REMEMBERED = 3600.0
"""Seconds for which a stopped task is shown (AWS docs, DescribeTasks: "at least one hour")."""
PATIENCE = 2.0
"""Real seconds that a program has to obey SIGTERM before time may go on to its SIGKILL without it."""


class Life:
    """A process on the clock.

    The programs' own units keep the house busy, so this one only waits: for a program's end, or for StopTask.
    """

    def __init__(self, ground: Ground, task: Task) -> None:
        self._ground = ground
        self._clock = ground.clock
        self._task = task

    def start(self) -> None:
        began(self._ground, self._task)
        self._clock.spawn(self._live(), f"task {self._task.label}")

    async def _live(self) -> None:
        try:
            await self._begin()
            await self._stop_programs()
        finally:  # also when the emulator ends
            for container in self._task.containers:
                container.kill()
        await self._finish()

    async def _begin(self) -> None:
        """Go on to RUNNING, and return when the task has to stop."""
        task = self._task
        await self._step()
        if task.over:
            return
        task.connected_at = self._clock.now()
        move(self._ground, task, PENDING)
        await self._step()
        if task.over:
            return
        task.pull_started_at = task.pull_stopped_at = self._clock.now()
        for container in task.containers:
            run = ContainerRun(self._ground, task, container)
            self._clock.spawn(run.run(), f"task {task.label} {container.name}")
        while not task.over and not task.all_started:
            await self._clock.wait(task.changed)
        if task.all_started and task.stop_code != FAILED_TO_START:
            task.started_at = self._clock.now()
            move(self._ground, task, RUNNING)
        while not task.over:
            await self._clock.wait(task.changed)

    async def _step(self) -> None:
        """The time between two statuses: none, unless the user wants to see them."""
        delay = self._ground.settings.ecs_step_delay
        if delay > 0 and not self._task.over:
            await self._clock.wait(self._task.changed, delay, label=f"{self._task.status} of {self._task.label}")

    async def _stop_programs(self) -> None:
        """SIGTERM, and SIGKILL after each container's ``stopTimeout``."""
        task = self._task
        task.stopping_at = self._clock.now()
        told: set[Container] = set()
        while busy := [container for container in task.containers if container.busy]:
            want_stopped(self._ground, task)
            for container in busy:
                if not container.starting and container not in told:
                    told.add(container)
                    self._terminate(container)
            await self._clock.wait(task.changed)
        task.execution_stopped_at = self._clock.now()

    def _terminate(self, container: Container) -> None:
        label = f"stop timeout of {self._task.label} {container.name}"
        deadline = self._clock.now() + container.stop_timeout
        timer = self._clock.at(deadline, lambda: self._kill(container), TimerKind.OWED, label)
        # Obeying is work, even of a program that sleeps by the emulator's clock.
        obeying = self._clock.unit(f"SIGTERM to {self._task.label} {container.name}")
        patience = self._clock.real_later(PATIENCE, lambda: self._lose_patience(container, obeying))
        container.farewell += [timer.cancel, patience.cancel, obeying.close]
        container.terminate()

    @staticmethod
    def _lose_patience(container: Container, obeying: Unit) -> None:
        obeying.close()
        if container.unit is not None:
            container.unit.park()

    def _kill(self, container: Container) -> None:
        dying = self._clock.unit(f"SIGKILL to {self._task.label} {container.name}")
        container.farewell.append(dying.close)
        container.kill()

    async def _finish(self) -> None:
        task, now = self._task, self._clock.now()
        for container in task.containers:
            if container.status != CONTAINER_STOPPED:
                container.exited(None, now)
        task.desired = STOPPED
        move(self._ground, task, DEPROVISIONING)
        delay = self._ground.settings.ecs_step_delay
        if delay > 0:
            await self._clock.sleep(delay, label=f"{DEPROVISIONING} of {task.label}")
        task.stopped_at = self._clock.now()
        move(self._ground, task, STOPPED)
        tasks = self._ground.cloud.store(EcsStore, task.account, task.region).tasks
        self._clock.at(
            task.stopped_at + REMEMBERED, lambda: tasks.pop(task.id, None), TimerKind.STANDING, f"end of {task.label}"
        )
        task.waiters.wake_all()
