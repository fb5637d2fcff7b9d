"""Amazon ECS as the house sees it."""

from __future__ import annotations

from emulator.core.ground import Ground, Service
from emulator.services.ecs import api_clusters, api_tags, api_task_definitions, api_tasks
from emulator.services.ecs.adapter import adapter
from emulator.services.ecs.job import finder
from emulator.services.ecs.store import EcsStore


def _join(ground: Ground) -> None:
    ground.courier.register_target("ecs", adapter(ground))
    ground.courier.register_jobs("ecs", finder(ground))


def _end(ground: Ground) -> None:
    """Before everything is forgotten: no program outlives the emulator, or a reset."""
    for _, _, store in ground.cloud.stores(EcsStore):
        for task in store.tasks.values():
            for container in task.containers:
                container.kill()


SERVICE = Service(
    name="ecs",
    api=(api_clusters, api_task_definitions, api_tasks, api_tags),
    join=_join,
    on_reset=_end,
)
