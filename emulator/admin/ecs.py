"""What ECS tasks ask about themselves: the metadata endpoint that their programs know by
``ECS_CONTAINER_METADATA_URI_V4``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, HTTPException

from emulator.services.ecs.metadata import container_metadata, find_task, task_metadata
from emulator.services.ecs.task import Task

if TYPE_CHECKING:
    from emulator.app import Emulator

V4 = "/_emulator/ecs/v4/{task_id}"


def ecs_metadata(app: FastAPI, emulator: Emulator) -> None:
    """Adds the routes."""

    def found(task_id: str) -> Task:
        task = find_task(emulator.ground, task_id)
        if task is None:
            raise HTTPException(404, f"no task {task_id!r}")
        return task

    def container(task_id: str, name: str = "") -> dict[str, Any]:
        task = found(task_id)
        chosen = next((container for container in task.containers if name in ("", container.name)), None)
        if chosen is None:
            raise HTTPException(404, f"no container {name!r} in the task {task_id}")
        return container_metadata(task, chosen)

    @app.get(V4, summary="Metadata of the only container of a task (ECS)")
    async def only_container(task_id: str) -> dict[str, Any]:
        return container(task_id)

    @app.get(f"{V4}/task", summary="Metadata of a task (ECS)")
    async def task(task_id: str) -> dict[str, Any]:
        return task_metadata(found(task_id))

    @app.get(f"{V4}/{{name}}", summary="Metadata of one container of a task (ECS)")
    async def one_container(task_id: str, name: str) -> dict[str, Any]:
        return container(task_id, name)

    @app.get(f"{V4}/{{name}}/task", summary="Metadata of the task of a container (ECS)")
    async def its_task(task_id: str, name: str) -> dict[str, Any]:
        container(task_id, name)
        return task_metadata(found(task_id))
