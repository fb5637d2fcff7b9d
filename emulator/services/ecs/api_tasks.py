"""RunTask, StopTask, DescribeTasks, ListTasks."""

from __future__ import annotations

from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.ecs import errors
from emulator.services.ecs.cluster import Cluster
from emulator.services.ecs.life import Life
from emulator.services.ecs.names import task_id
from emulator.services.ecs.order import order_tasks
from emulator.services.ecs.paging import page
from emulator.services.ecs.state_events import want_stopped
from emulator.services.ecs.store import EcsStore, Idempotent, find_cluster, known_task
from emulator.services.ecs.task import STOPPED, USER, Task
from emulator.services.ecs.task_view import task_view

MOST_DESCRIBED = 100
TOKEN_LIFE = 86_400.0
"""Seconds for which a client token stands for its tasks (AWS docs, "Ensuring idempotency")."""
STOPPED_BY_USER = "Task stopped by user"


def run_task(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Up to ten tasks; they begin when this has been answered.

    Raises ClusterNotFoundException, ClientException (no such task definition), InvalidParameterException,
    PlatformUnknownException, ConflictException (a client token with other parameters).
    """
    token = params.get("clientToken")
    if not token:
        return {"tasks": _shown(_begin(call, params)), "failures": []}
    known, now = call.store(EcsStore).tokens, call.clock.now()
    for stale in [key for key, before in known.items() if before.until <= now]:
        del known[stale]
    key = (params.get("cluster") or "", token)
    before = known.get(key)
    if before is None:
        before = known[key] = Idempotent(params, _begin(call, params), now + TOKEN_LIFE)
    elif before.params != params:
        ids = [task.arn for task in before.tasks]
        raise AwsError("ConflictException", "The client token was used with other parameters.", resourceIds=ids)
    return {"tasks": _shown(before.tasks), "failures": []}


def _begin(call: Call, params: dict[str, Any]) -> list[Task]:
    tasks = order_tasks(call, params)
    for task in tasks:
        Life(call.ground, task).start()
    return tasks


def _shown(tasks: list[Task]) -> list[dict[str, Any]]:
    return [task_view(task, with_tags=True) for task in tasks]


def stop_task(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """SIGTERM to every container, SIGKILL after its ``stopTimeout``; a task that has stopped is answered as it is.

    Raises ClusterNotFoundException, InvalidParameterException.
    """
    task = known_task(call, find_cluster(call, params.get("cluster")), params["task"])
    if task is None:
        raise errors.invalid("The referenced task was not found.")
    if not task.ended:
        task.end(USER, params.get("reason") or STOPPED_BY_USER)
        want_stopped(call.ground, task)
    return {"task": task_view(task, with_tags=True)}


def describe_tasks(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Tasks of one cluster by id or ARN; stopped ones for an hour; unknown ones are ``failures``."""
    cluster = find_cluster(call, params.get("cluster"))
    wanted = params["tasks"]
    if not wanted:
        raise errors.invalid("Tasks cannot be empty.")
    if len(wanted) > MOST_DESCRIBED:
        raise errors.invalid(f"At most {MOST_DESCRIBED} tasks can be described at once.")
    with_tags = "TAGS" in (params.get("include") or ())
    found = {text: known_task(call, cluster, text) for text in wanted}
    missing = [text for text, task in found.items() if task is None]
    return {
        "tasks": [task_view(task, with_tags) for task in dict.fromkeys(found.values()) if task is not None],
        "failures": [{"arn": _arn(call, cluster, text), "reason": "MISSING"} for text in missing],
    }


def _arn(call: Call, cluster: Cluster, text: str) -> str:
    return text if text.startswith("arn:") else call.arn("ecs", f"task/{cluster.name}/{task_id(text)[1]}")


def list_tasks(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """ARNs of tasks of one cluster, newest last.  Raises ClusterNotFoundException, ServiceNotFoundException."""
    cluster = find_cluster(call, params.get("cluster"))
    for member, code in (("serviceName", "ServiceNotFoundException"), ("daemonName", "InvalidParameterException")):
        if params.get(member):
            raise AwsError(code, f"There is no such thing here: {member} {params[member]}.")
    arns = [
        task.arn for task in call.store(EcsStore).tasks.values() if task.cluster is cluster and _is_wanted(task, params)
    ]
    return page("taskArns", arns, params)


def _is_wanted(task: Task, params: dict[str, Any]) -> bool:
    """AWS docs, ListTasks: ``desiredStatus`` RUNNING is the default, and no task ever has PENDING."""
    if params.get("containerInstance"):  # a task on Fargate has none
        return False
    seen = {
        "family": task.definition.family,
        "startedBy": task.wish.started_by,
        "launchType": task.wish.launch_type,
    }
    if any(params.get(member) not in (None, value) for member, value in seen.items()):
        return False
    return (params.get("desiredStatus") or "RUNNING") == ("STOPPED" if task.desired == STOPPED else "RUNNING")
